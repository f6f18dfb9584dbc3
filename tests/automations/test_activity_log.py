"""The activity log of Home Assistant, as its own REST API tells it from the recorder."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from custom_components.status_tracker.const import DOMAIN

from ..common import StartHousehold, entity_id_of, entry_of, poll
from ..stack.household import Household
from ..stack.stories import sintel, tears_of_steel


async def read(hass: HomeAssistant, hass_client: Any, entity_id: str = "") -> list[dict[str, Any]]:
    """Return the rows of the log of the last hour, of one entity if that is given."""
    await async_wait_recording_done(hass)
    client = await hass_client()
    begin = (dt_util.utcnow() - timedelta(hours=1)).isoformat()
    answer = await client.get(f"/api/logbook/{begin}", params={"entity": entity_id} if entity_id else {})
    rows: list[dict[str, Any]] = await answer.json()
    return rows


type Logged = tuple[Household, MockConfigEntry]


@pytest.fixture
async def logged(
    recorder_mock: Any, hass: HomeAssistant, household: StartHousehold, callback_url: str
) -> Logged:
    """Return a household and the entry that follows it by polling alone, with the activity log running."""
    assert await async_setup_component(hass, "logbook", {})
    home = await household()
    entry = entry_of(home, register_webhooks=False)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    return home, entry


async def test_log(hass: HomeAssistant, logged: Logged, hass_client: Any) -> None:
    """What happened is told once, in a sentence; the stages on the way are the sensor's own rows."""
    home, entry = logged
    await poll(hass, entry, rounds=4)
    request = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, entry, rounds=4)
    download = await home.world.grab(request)
    await home.world.complete(download)
    await home.world.block_import(download, ["Sample"])
    await poll(hass, entry, rounds=4)
    await home.world.import_(download)
    await home.world.library_scan()
    await poll(hass, entry, rounds=4)
    other = await home.world.request(tears_of_steel())
    await poll(hass, entry, rounds=4)
    await home.world.decline(other)
    await poll(hass, entry, rounds=4)
    rows = await read(hass, hass_client)
    ours = [row for row in rows if row.get("domain") == DOMAIN]
    assert [row["message"] for row in ours] == [
        "Sintel (2010) was approved and is being searched for.",
        "Sintel (2010) is stuck. Import blocked: Sample.",
        "Sintel (2010) is ready to watch.",
        "Alice requested Tears of Steel (2012).",
        "The request for Tears of Steel (2012) was declined.",
    ]
    states = [row.get("state") for row in rows if row.get("entity_id") == entity_id_of(hass, entry, request)]
    assert [state for state in states if state] == ["download_done", "available"]
    of_one = await read(hass, hass_client, entity_id_of(hass, entry, other) or "")
    assert [row["message"] for row in of_one if "message" in row] == [row["message"] for row in ours[3:]]


async def test_event_entity_disabled(hass: HomeAssistant, logged: Logged, hass_client: Any) -> None:
    """It adds rows of its own; without it the log keeps its sentences, and every change is in them once."""
    home, entry = logged
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("event", DOMAIN, f"{entry.entry_id}_activity")
    assert entity_id
    assert hass.states.get(entity_id) is not None
    registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await home.world.request(sintel())
    await poll(hass, entry, rounds=4)
    rows = await read(hass, hass_client)
    assert [row["message"] for row in rows if row.get("domain") == DOMAIN] == [
        "Alice requested Sintel (2010)."
    ]
    assert not [
        row for row in rows if row.get("entity_id") == entity_id and row.get("state") != "unavailable"
    ]
