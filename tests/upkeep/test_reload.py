"""A reload in a busy moment: from its beginning nothing is taken in or shown, and afterwards all goes on."""

from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntries, ConfigEntry, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.coordinator import StatusTrackerCoordinator
from custom_components.status_tracker.sources.base import Source
from custom_components.status_tracker.storage.store import MemoryStore
from custom_components.status_tracker.webhooks.manager import WebhookManager

from ..common import SetUp, StartHousehold, coordinator_of, poll, registered, stage_of, state_of, until
from ..stack.titles import film

STEPS: dict[str, tuple[type, str]] = {
    "platforms": (ConfigEntries, "async_unload_platforms"),
    "webhooks leave": (WebhookManager, "async_leave"),
    "memory is saved": (StatusTrackerCoordinator, "async_save"),
    "store is written": (MemoryStore, "async_save"),
    "sources close": (Source, "close"),
}


def interrupted(owner: type, name: str, meanwhile: Callable[[], Awaitable[None]]) -> Any:
    """Return a patch that lets something happen before and after a step of an unload, the first time."""
    real, done = getattr(owner, name), []

    async def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Take the step."""
        first = not done
        done.append(name)
        if first:
            await meanwhile()
        result = await real(self, *args, **kwargs)
        if first:
            await meanwhile()
        return result

    return patch.object(owner, name, step)


@pytest.mark.parametrize("step", STEPS)
async def test_busy_at_every_step(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
    step: str,
) -> None:
    """What is asked for in the middle of a reload is shown after it, and goes on to be updated."""
    home = await household()
    entry = await setup_entry(home)
    numbers = iter(range(1, 100))
    asked = []

    async def meanwhile() -> None:
        """Have a film asked for, webhooks posted, a poll end late, and news come in."""
        coordinator = coordinator_of(entry)
        number = next(numbers)
        title = film(f"Film {number}", 2020, 5000 + number)
        asked.append(await home.world.request(title, "Alice", auto_approve=True))
        await coordinator.seerr.refresh(coordinator.wants)
        coordinator.async_evidence_changed()
        coordinator.async_webhooks_received()
        await coordinator.async_refresh()

    with interrupted(*STEPS[step], meanwhile):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    await registered(hass, entry)
    await poll(hass, entry)
    assert len(asked) >= 2
    await until(hass, lambda: all(stage_of(hass, entry, one) == "approved" for one in asked))
    for one in asked:
        await home.world.decline(one)
    await poll(hass, entry)
    assert {stage_of(hass, entry, one) for one in asked} == {"declined"}
    assert "does not generate unique IDs" not in caplog.text
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


@pytest.mark.parametrize("failing", ["binary_sensor", "calendar", "event", "sensor"])
async def test_an_unload_that_fails_half_way(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, failing: str
) -> None:
    """The entry goes on working, with every entity of it."""
    home = await household()
    entry = await setup_entry(home)
    first = await home.world.request(film("First", 2020, 5001), "Alice", auto_approve=True)
    await poll(hass, entry)
    before = {one.entity_id for one in hass.states.async_all() if one.state != STATE_UNAVAILABLE}
    real = ConfigEntries.async_unload_platforms

    async def unload(self: ConfigEntries, given: ConfigEntry, platforms: list[str]) -> bool:
        """Fail for one platform."""
        return failing not in platforms and await real(self, given, platforms)

    with patch.object(ConfigEntries, "async_unload_platforms", unload):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.FAILED_UNLOAD
    second = await home.world.request(film("Second", 2020, 5002), "Alice", auto_approve=True)
    await poll(hass, entry)
    assert stage_of(hass, entry, first) == stage_of(hass, entry, second) == "approved"
    await home.world.decline(second)
    await until(hass, lambda: stage_of(hass, entry, second) == "declined")
    assert state_of(hass, entry, second) is not None
    after = {one.entity_id for one in hass.states.async_all() if one.state != STATE_UNAVAILABLE}
    assert before <= after
    await coordinator_of(entry).async_shutdown()  # Home Assistant unloads no entry that has failed to
