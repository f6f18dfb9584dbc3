"""Requests that come and go leave nothing behind: no memory, task, timer, listener, socket or thread."""

from collections.abc import Iterator
import tracemalloc
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.sources.arr import push, state

from ..common import Clock, SetUp, StartHousehold, coordinator_of
from .day import Day, usage


@pytest.fixture(autouse=True)
def _traced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trace allocations while the test runs, with a cache of former titles that is full soon."""
    for module in (state, push):
        monkeypatch.setattr(module, "UNBOUND_TITLES", 4)
    tracemalloc.start()
    yield
    tracemalloc.stop()


async def busy_day(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    requests: int,
) -> str:
    """Let a third of the requests come and go, measure, let the rest do so, and compare."""
    caplog.set_level("ERROR", "homeassistant")  # records keep what they are about
    caplog.set_level("ERROR")
    home = await household(shoko=True)
    entry = await setup_entry(home)
    day = Day(hass, home, entry, clock)
    await day.live(requests // 3)
    await coordinator_of(entry).async_save()
    before = usage(hass, entry, storage)
    first = day.asked
    await day.live(requests - first)
    await coordinator_of(entry).async_save()
    after = usage(hass, entry, storage)
    assert not after.growth(before, day.asked - first), f"{before}\n{after}"
    return f"{day.asked} requests: {before} then {after}"


@pytest.mark.timeout(300)
async def test_nothing_grows(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A short day."""
    assert await busy_day(hass, household, setup_entry, clock, hass_storage, caplog, 60)
