"""When the requests are saved: soon, whatever else happens, and never by a setup that fails."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN
from custom_components.status_tracker.updates.stored_requests import SAVE_DELAY, STEP_DELAY

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, state_of
from ..stack.household import Household
from ..stack.server import Fault
from ..stack.stories import sintel, tears_of_steel

POLLING = {CONF_REGISTER_WEBHOOKS: False}


async def pass_seconds(hass: HomeAssistant, seconds: float) -> None:
    """Let the delayed saves of these seconds take place."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done()


def stored(storage: dict[str, Any], entry: MockConfigEntry) -> dict[str, str]:
    """Return the stored stage of each request."""
    rows = storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["memory"]["journeys"]
    return {str(row["request_id"]): row["stage"] for row in rows}


@pytest.fixture(name="saved")
async def saved_fixture(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> tuple[Household, MockConfigEntry]:
    """Return a household with a request that is on its way and saved, and its entry."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    await home.world.grab(request)
    await poll(hass, entry)
    await coordinator_of(entry).async_save()
    return home, entry


async def test_a_new_request_is_saved_within_seconds(
    hass: HomeAssistant, saved: tuple[Household, MockConfigEntry], hass_storage: dict[str, Any]
) -> None:
    """If Home Assistant is killed then, the removal of the request can still be announced."""
    home, entry = saved
    request = await home.world.request(tears_of_steel())
    await poll(hass, entry)
    assert len(stored(hass_storage, entry)) == 1
    await pass_seconds(hass, STEP_DELAY + 1)
    assert stored(hass_storage, entry)[str(request.id)] == "requested"


async def test_progress_does_not_postpone_the_save(
    hass: HomeAssistant,
    saved: tuple[Household, MockConfigEntry],
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even a download that moves with each poll, for hours."""
    home, entry = saved
    (download,) = home.radarr.arr.downloads.values()
    loop_time, ahead = hass.loop.time, 0.0
    await home.world.progress(download, 0.1)
    await poll(hass, entry)
    await pass_seconds(hass, STEP_DELAY + 1)
    before = hass_storage[f"{DOMAIN}.{entry.entry_id}"]
    monkeypatch.setattr(hass.loop, "time", lambda: loop_time() + ahead)
    for number in range(2, 8):
        await home.world.progress(download, number / 10)
        await poll(hass, entry, 1)
        ahead += SAVE_DELAY / 4
        await pass_seconds(hass, 0)
    assert hass_storage[f"{DOMAIN}.{entry.entry_id}"] != before


async def test_a_failed_setup_saves_nothing(
    hass: HomeAssistant,
    saved: tuple[Household, MockConfigEntry],
    hass_storage: dict[str, Any],
    clock: Clock,
) -> None:
    """The delayed save of a failed setup would write the file of a removed entry again."""
    home, entry = saved
    request = next(iter(home.world.requests.values()))
    assert await hass.config_entries.async_unload(entry.entry_id)
    clock.advance(home, hours=200)  # what was restored is stuck by now, which changes the memory
    home.seerr.fault = Fault.status(500)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert state_of(hass, entry, request)
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not [key for key in hass_storage if key.startswith(f"{DOMAIN}.{entry.entry_id}")]
    await pass_seconds(hass, 10 * SAVE_DELAY)
    assert not [key for key in hass_storage if key.startswith(f"{DOMAIN}.{entry.entry_id}")]
