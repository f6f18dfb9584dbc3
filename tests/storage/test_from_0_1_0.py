"""What 0.1.0 stored, written by 0.1.0 itself, is carried over."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.status_tracker.automations.relay import EVENT_ACTIVITY
from custom_components.status_tracker.const import DOMAIN, OPTIONS

from ..common import StartHousehold, coordinator_of, poll, registered, until
from ..stack.household import Household
from ..stack.stories import long_way_home, sintel, tears_of_steel
from ..webhooks.managing import manager_of

FILE = Path(__file__).parents[1] / "fixtures/status_tracker/0.1.0.json"
TEXT = FILE.read_text()
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")


def written(home: Household, callback_url: str, ended: datetime) -> dict[str, Any]:
    """Return what 0.1.0 wrote when it ended at that time, for the addresses and keys of this household."""
    text = TEXT.replace("{home assistant}", callback_url.removeprefix("http://"))
    for server in home.servers:
        name = server.name
        text = text.replace(f"{{{name} key}}", server.api_key or "")
        text = text.replace(f"{{{name}}}", f"127.0.0.1:{server.port}")
    last = max(datetime.fromisoformat(one[0]) for one in TIME.finditer(TEXT))
    shifted = TIME.sub(lambda one: (datetime.fromisoformat(one[0]) + (ended - last)).isoformat(), text)
    found: dict[str, Any] = json.loads(shifted)
    return found


def restore(hass: HomeAssistant, old: dict[str, Any]) -> MockConfigEntry:
    """Put the entry and its entities in place, as Home Assistant reads them at its start."""
    stored = old["entry"]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=stored["title"],
        entry_id=stored["entry_id"],
        data=stored["data"],
        options=stored["options"],
        version=stored["version"],
        minor_version=stored["minor_version"],
        subentries_data=stored["subentries"],
    )
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, entry.entry_id)}, name="Media requests"
    )
    for one in old["entities"]:
        er.async_get(hass).async_get_or_create(
            one["domain"],
            DOMAIN,
            one["unique_id"],
            config_entry=entry,
            config_subentry_id=one["subentry"],
            device_id=None if one["subentry"] else device.id,
            suggested_object_id=one["entity_id"].partition(".")[2],
        )
    return entry


@pytest.fixture(name="home")
async def home_fixture(household: StartHousehold) -> Household:
    """Return the household that 0.1.0 followed, in the state in which it left it."""
    home = await household(shoko=True)
    first = await home.world.request(sintel(), auto_approve=True)
    await home.world.grab(first)
    await home.world.request(tears_of_steel(), user="Bob")
    await home.world.request(long_way_home(), auto_approve=True, seasons=[1])
    return home


async def test_everything_is_carried_over(
    hass: HomeAssistant, home: Household, callback_url: str, hass_storage: dict[str, Any]
) -> None:
    """The entry gets the present minor version; entity ids, memory and webhooks stay; nothing is said."""
    old = written(home, callback_url, datetime.now(UTC) - timedelta(seconds=1))
    hass_storage.update(old["storage"])
    entry = restore(hass, old)
    events = async_capture_events(hass, EVENT_ACTIVITY)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    await registered(hass, entry)
    await poll(hass, entry, rounds=3)

    assert (entry.version, entry.minor_version) == (1, 2)
    assert "limit_downloading" not in entry.options
    assert {**OPTIONS, **entry.options} == {**OPTIONS, "keep_hours": 72, "callback_url": callback_url}
    assert dict(entry.data) == old["entry"]["data"]
    assert {key: dict(one.data) for key, one in entry.subentries.items()} == {
        one["subentry_id"]: one["data"] for one in old["entry"]["subentries"]
    }
    assert {one["registered"] for one in manager_of(entry).diagnostics_data.values()} == {"done"}

    entities = er.async_get(hass)
    for one in old["entities"]:
        kept = entities.async_get_entity_id(one["domain"], DOMAIN, one["unique_id"])
        assert kept == one["entity_id"]
        state = hass.states.get(kept)
        assert state
        if one["domain"] != "event":
            assert (kept, state.state) == (kept, old["states"][kept])

    memory = old["storage"][f"{DOMAIN}.{entry.entry_id}"]["data"]["memory"]
    requests = coordinator_of(entry).data
    assert {number: one.journey.stage_since for number, one in requests.items()} == {
        one["request_id"]: datetime.fromisoformat(one["stage_since"]) for one in memory["journeys"]
    }
    assert coordinator_of(entry).memory.started == datetime.fromisoformat(memory["started"])
    assert events == []


async def test_a_limit_that_was_chosen_stays(hass: HomeAssistant, home: Household, callback_url: str) -> None:
    """Only the old default is replaced by the new one."""
    old = written(home, callback_url, datetime.now(UTC))
    old["entry"]["options"]["limit_downloading"] = 90
    entry = restore(hass, old)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    assert entry.options["limit_downloading"] == 90
