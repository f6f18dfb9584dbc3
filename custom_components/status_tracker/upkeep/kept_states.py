"""Keeps the states of the entities during a reload of the entry, so that their history has no gap."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, EntityStateAttribute
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er


async def async_release_states(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Wait for the end of a reload, then write an unavailable state for entities that were not added again.

    Home Assistant holds the lock of the entry from the unload to the end of the following setup.
    """
    async with entry.setup_lock:
        pass
    for registered in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        state = hass.states.get(registered.entity_id)
        if state and state.state != STATE_UNAVAILABLE and state.attributes.get(EntityStateAttribute.RESTORED):
            registered.write_unavailable_state(hass)
