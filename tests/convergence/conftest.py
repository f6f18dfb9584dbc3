"""How Hypothesis runs: failures as found, or as short as they get with HYPOTHESIS_PROFILE=shrink."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partialmethod
import os
from typing import Any

from homeassistant.core import HomeAssistant
from hypothesis import HealthCheck, Phase, given, note, seed, settings, strategies as st
import pytest

from custom_components.status_tracker import coordinator as coordinator_module
from custom_components.status_tracker.clients.shoko import ShokoClient

from ..anime import QUICK
from ..common import Clock
from .journeys import Play, Tally

STEPS = 240

# Every step decides by itself what it does; 0 does nothing, so that a failure shrinks to the steps it needs.
PLANS = st.tuples(*[st.integers(0, 2**32 - 1)] * STEPS)

for name, phases in {"plain": (Phase.generate,), "shrink": (Phase.generate, Phase.shrink)}.items():
    settings.register_profile(
        name,
        phases=phases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "plain"))

type Prove = Callable[[int, int, Tally], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how long the soak is, and where it begins."""
    parser.addoption("--journeys", type=int, default=20_000, help="how many journeys the soak plays")
    parser.addoption("--seed", type=int, default=1000, help="the first seed of the soak")


@pytest.fixture
def prove(
    hass: HomeAssistant,
    callback_url: str,
    clock: Clock,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
) -> Prove:
    """Play so many plans of a seed, one household after the other, and count them."""
    monkeypatch.setattr(coordinator_module, "CONFIRM_AFTER", 0.02)
    monkeypatch.setattr(coordinator_module, "PATIENCE", 0.5)
    monkeypatch.setattr(ShokoClient, "push", partialmethod(ShokoClient.push, pace=QUICK))
    caplog.set_level("WARNING")

    def prove(number: int, plays: int, tally: Tally) -> None:
        """Play them and count those that end otherwise than they should; to shrink, fail at the first."""
        shrinking = settings().phases != (Phase.generate,)

        @seed(number)
        @settings(max_examples=plays)
        @given(plan=PLANS)
        def plays_well(plan: Sequence[int]) -> None:
            """Play one."""
            play = Play(hass, clock, hass_storage, caplog, callback_url)
            running: Awaitable[None] = play.run(plan)
            hass.loop.run_until_complete(running)
            tally.add(play)
            if shrinking:  # Hypothesis plays a failure again, which no two runs of real sockets do alike
                for line in play.trace:
                    note(line)
                assert not play.wrong

        plays_well()

    return prove
