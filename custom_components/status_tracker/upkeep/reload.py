"""Load an entry again when a service joins or leaves it."""

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect


@callback
def async_reload_with_services(hass: HomeAssistant, entry: ConfigEntry) -> CALLBACK_TYPE:
    """Watch an entry's subentries come and go until the returned function is called.

    An update listener would do, but may not live beside flows that reload the entry by themselves, as
    those do that change a service, the Seerr or the options.
    """
    known = set(entry.subentries)

    @callback
    def changed(change: ConfigEntryChange, other: ConfigEntry) -> None:
        """Reload if the services are no longer those that were known; reloading is a change, too."""
        nonlocal known
        updated = change is ConfigEntryChange.UPDATED and other.entry_id == entry.entry_id
        if updated and set(other.subentries) != known:
            known = set(other.subentries)
            hass.config_entries.async_schedule_reload(entry.entry_id)

    return async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
