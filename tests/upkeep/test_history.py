"""The history of the entities over a reload: no gap, and nothing said twice."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import SetUp, StartHousehold, entity_id_of, poll, stage_of, until
from ..stack.household import Household
from ..stack.server import Fault
from ..stack.stories import sintel, tears_of_steel

POLLING = {CONF_REGISTER_WEBHOOKS: False}


def states(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, State]:
    """Return the states of the entry's entities."""
    registry = er.async_get(hass)
    ids = (one.entity_id for one in er.async_entries_for_config_entry(registry, entry.entry_id))
    return {one: state for one in ids if (state := hass.states.get(one))}


def watch(hass: HomeAssistant) -> list[str]:
    """Return a list that grows by each entity whose state becomes another, or goes."""
    moved: list[str] = []

    def changed(event: Event[EventStateChangedData]) -> None:
        """Note a change of the state itself."""
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state != new.state:
            moved.append(f"{event.data['entity_id']}: {old and old.state} -> {new and new.state}")

    hass.bus.async_listen("state_changed", changed)
    return moved


@pytest.fixture(name="busy")
async def busy_fixture(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> tuple[Household, MockConfigEntry]:
    """Return a household with two requests, one of them on its way."""
    home = await household(shoko=True)
    first = await home.world.request(sintel(), auto_approve=True)
    await home.world.request(tears_of_steel())
    entry = await setup_entry(home, **POLLING)
    await home.world.grab(first)
    await poll(hass, entry, rounds=4)
    return home, entry


async def options_flow(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Choose other options."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    shown: dict[str, Any] = {}
    for key, field in result["data_schema"].schema.items():  # type: ignore[union-attr]  # a form has one
        inner = getattr(field, "schema", None)
        shown[str(key.schema)] = (
            {str(one.schema): one.description["suggested_value"] for one in inner.schema}
            if inner
            else key.description["suggested_value"]
        )
    shown["keep_hours"] = {"days": 9}
    await hass.config_entries.options.async_configure(result["flow_id"], shown)


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload the entry."""
    assert await hass.config_entries.async_reload(entry.entry_id)


@pytest.mark.parametrize("again", [reload, options_flow])
async def test_no_gap(
    hass: HomeAssistant, busy: tuple[Household, MockConfigEntry], again: Callable[..., Any]
) -> None:
    """A reload, and new options, change no state and no time of its last change."""
    _, entry = busy
    before = states(hass, entry)
    assert len(before) > 10
    moved = watch(hass)
    await again(hass, entry)
    await hass.async_block_till_done()
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await poll(hass, entry)
    assert moved == []
    after = states(hass, entry)
    assert {key: (one.state, one.last_changed) for key, one in after.items()} == {
        key: (one.state, one.last_changed) for key, one in before.items()
    }
    assert not [key for key, one in after.items() if "restored" in one.attributes]


async def test_what_changes_meanwhile_shows(
    hass: HomeAssistant, busy: tuple[Household, MockConfigEntry]
) -> None:
    """What happened in the moment of the reload is one change, as at any other time."""
    home, entry = busy
    waiting = next(one for one in home.world.requests.values() if one.title.title == "Tears of Steel")
    moved = watch(hass)
    await home.world.decline(waiting)
    await reload(hass, entry)
    await poll(hass, entry)
    assert stage_of(hass, entry, waiting) == "declined"
    sensor = entity_id_of(hass, entry, waiting)
    assert [one for one in moved if one.startswith(f"{sensor}:")] == [f"{sensor}: requested -> declined"]


async def test_a_reload_that_fails(hass: HomeAssistant, busy: tuple[Household, MockConfigEntry]) -> None:
    """Without Seerr the entities become unavailable, and come back with it."""
    home, entry = busy
    home.seerr.fault = Fault.down()
    assert not await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    found = {state.state for state in states(hass, entry).values()}
    home.seerr.fault = None
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    # what was stored is shown at once; Home Assistant sets the entry up without waiting for Seerr
    assert entry.state is ConfigEntryState.LOADED
    assert STATE_UNAVAILABLE not in {state.state for state in states(hass, entry).values()}
    assert found == {STATE_UNAVAILABLE}


async def test_unloaded(hass: HomeAssistant, busy: tuple[Household, MockConfigEntry]) -> None:
    """An entry that is not set up again has entities that are unavailable."""
    _, entry = busy
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert {state.state for state in states(hass, entry).values()} == {STATE_UNAVAILABLE}


async def test_disabled_and_removed(hass: HomeAssistant, busy: tuple[Household, MockConfigEntry]) -> None:
    """A disabled entry has no states, and neither has one that has been removed."""
    _, entry = busy
    ids = set(states(hass, entry))
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert {state.state for key in ids if (state := hass.states.get(key))} <= {STATE_UNAVAILABLE}
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not [key for key in ids if hass.states.get(key)]
    assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert not hass.config_entries.async_entries(DOMAIN)
