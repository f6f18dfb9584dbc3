"""Requests that come and go leave nothing behind in memory, on disk or in the database."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.sources.arr import push, state

from ..common import Clock, SetUp, StartHousehold
from .day import AT_ONCE, REPEATING, Day, Usage, usage


@pytest.fixture(autouse=True)
def _small_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the caches of former titles be full soon."""
    for module in (state, push):
        monkeypatch.setattr(module, "UNBOUND_TITLES", 4)


async def busy_day(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    storage: dict[str, Any],
    requests: int,
) -> str:
    """Let a third of the requests come and go, measure, let the rest do so, and compare."""
    home = await household(shoko=True)
    entry = await setup_entry(home)
    day = Day(hass, home, entry, clock)
    found: list[tuple[Usage, float]] = []
    for part in (requests // 3 // REPEATING * REPEATING, requests):
        asked, written = day.asked, day.written
        await day.live(part - asked)
        rate = (day.written - written) / (day.asked - asked)
        await day.be_quiet()
        found.append((await usage(hass, entry, storage), rate))
    (before, few), (after, many) = found
    grown = after.growth(before)
    assert not grown, f"{grown} from {before}"
    assert 0 < day.most_posters <= 3 * AT_ONCE
    assert many < 1.1 * few
    return f"{day.asked} requests: {before} then {after}; {few:.1f} then {many:.1f} states written a request"


@pytest.mark.timeout(300)
async def test_nothing_grows(
    recorder_mock: object,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    household_posters: None,
) -> None:
    """A short day."""
    assert await busy_day(hass, household, setup_entry, clock, hass_storage, 60)
