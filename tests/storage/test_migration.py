"""What another version has written: entries and memory, older, newer, damaged."""

from collections.abc import AsyncIterator
from copy import deepcopy
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN
from custom_components.status_tracker.storage.store import ASIDE, MemoryStore

from ..common import SetUp, StartHousehold, coordinator_of, entry_of, poll, stage_of
from ..stack.stories import sintel

NO_HOOKS = {CONF_REGISTER_WEBHOOKS: False}


def storage_key(entry_id: str) -> str:
    """The name of an entry's memory."""
    return f"{DOMAIN}.{entry_id}"


async def test_entry_of_a_newer_major_version_is_refused(
    hass: HomeAssistant, household: StartHousehold, callback_url: str
) -> None:
    """After a downgrade that cannot work the entry waits for the right version, untouched."""
    home = await household()
    entry = entry_of(home)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, version=2)
    before = deepcopy(dict(entry.data))
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert (dict(entry.data), entry.version) == (before, 2)


async def test_entry_of_a_newer_minor_version_works(
    hass: HomeAssistant, household: StartHousehold, callback_url: str
) -> None:
    """What a newer minor version added is left alone, and its version with it."""
    home = await household()
    entry = entry_of(home, **NO_HOOKS)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, minor_version=7, data={**entry.data, "something_new": "stays"}
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert (entry.minor_version, entry.data["something_new"]) == (7, "stays")


async def test_memory_of_a_newer_minor_version_is_read(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_storage: dict[str, Any]
) -> None:
    """A memory that holds more than we know keeps the times of the requests."""
    home = await household()
    request = await home.world.request(sintel())
    entry = await setup_entry(home, **NO_HOOKS)
    since = coordinator_of(entry).data[request.id].journey.stage_since
    await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[storage_key(entry.entry_id)]
    stored["minor_version"] = 9
    stored["data"]["something_new"] = {"of": "tomorrow"}
    stored["data"]["memory"]["journeys"][0]["something_new"] = True
    await hass.config_entries.async_setup(entry.entry_id)
    assert coordinator_of(entry).data[request.id].journey.stage_since == since
    assert hass_storage[storage_key(entry.entry_id)]["minor_version"] == 1


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 2, "minor_version": 1, "data": {"memory": {"shape": "of tomorrow"}}},
        {"version": 1, "minor_version": 1, "data": ["not", "ours"]},
        {"version": 1, "minor_version": 1, "data": {"memory": {"journeys": "none"}, "sources": {}}},
        {"version": 1, "minor_version": 1, "data": {"memory": {"journeys": [], "done": {}}, "sources": 3}},
        {"version": 1, "minor_version": 1, "data": {"sources": {}}},
    ],
    ids=["newer", "list", "journeys", "sources", "half"],
)
async def test_unreadable_memory_is_begun_anew(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    stored: dict[str, Any],
) -> None:
    """Nothing depends on the memory but the times: the stages follow from what is there."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    await home.world.grab(request)
    key = storage_key(entry_of(home).entry_id)
    hass_storage[key] = {"key": key, **stored}
    entry = await setup_entry(home, **NO_HOOKS)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "indexed"
    warnings = [
        one.getMessage()
        for one in caplog.records
        if one.levelname == "WARNING" and "stored requests" in one.message
    ]
    assert len(warnings) == 1
    assert "starting with no data" in warnings[0]
    await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[key]["version"] == 1
    assert hass_storage[key]["data"]["memory"]["journeys"][0]["request_id"] == request.id


async def test_one_damaged_part_costs_no_more_than_itself(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where what was kept of one service is damaged, the rest is taken over."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **NO_HOOKS)
    since = coordinator_of(entry).data[request.id].journey.stage_since
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[storage_key(entry.entry_id)]["data"]["sources"]["radarr-hd"] = "rubbish"
    await hass.config_entries.async_setup(entry.entry_id)
    assert coordinator_of(entry).data[request.id].journey.stage_since == since
    assert "Failed to restore the data of radarr-hd" in caplog.text


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[HomeAssistant]:
    """A Home Assistant that really writes files; the usual one of the tests keeps them in memory."""
    (tmp_path / ".storage").mkdir()
    async with async_test_home_assistant(config_dir=str(tmp_path)) as hass:
        yield hass
        await hass.async_stop(force=True)


def write(store: MemoryStore, text: str) -> None:
    """Write a store's file."""
    Path(store.path).write_text(text)


def files(store: MemoryStore) -> list[str | None]:
    """What is in a store's file, and in the one set aside."""
    paths = [Path(store.path), Path(f"{store.path}{ASIDE}")]
    return [path.read_text() if path.exists() else None for path in paths]


async def test_file_is_set_aside_and_goes_with_the_entry(disk: HomeAssistant) -> None:
    """The file that could not be read is kept until the entry is removed."""
    store = MemoryStore(disk, "one")
    newer = json.dumps({"version": 2, "minor_version": 1, "key": store.key, "data": {"memory": {}}})
    write(store, newer)
    assert await store.async_read() is None
    assert files(store) == [None, newer]
    await store.async_save({"memory": {}})
    assert await MemoryStore(disk, "one").async_read() == {"memory": {}}
    assert files(store)[1] == newer
    await store.async_remove()
    assert files(store) == [None, None]


@pytest.mark.parametrize("text", ["[7]", "null", '{"version": 1}', "7"])
async def test_file_of_another_shape_is_set_aside(disk: HomeAssistant, text: str) -> None:
    """JSON that is no store at all does not prevent setup."""
    store = MemoryStore(disk, "one")
    write(store, text)
    assert await store.async_read() is None
    assert files(store) == [None, text]
