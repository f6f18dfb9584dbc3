"""Reload of an entry after a service was added or removed."""

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect


@callback
def async_reload_with_services(hass: HomeAssistant, entry: ConfigEntry) -> CALLBACK_TYPE:
    """Reload an entry when its subentries change, until the returned function is called.

    An update listener is not allowed with flows that reload the entry themselves, such as those that change a
    service, Seerr or the options.
    """
    known = set(entry.subentries)

    @callback
    def changed(change: ConfigEntryChange, other: ConfigEntry) -> None:
        """Reload if the set of services has changed; called for every change of the entry."""
        nonlocal known
        updated = change is ConfigEntryChange.UPDATED and other.entry_id == entry.entry_id
        if updated and set(other.subentries) != known:
            known = set(other.subentries)
            hass.config_entries.async_schedule_reload(entry.entry_id)

    return async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
