"""Changes of all entries in one place: triggers outlive the entries whose changes they wait for."""

from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.changes import Change
from ..reports.activity import activity
from ..reports.status import status_text


@dataclass(frozen=True, slots=True)
class Happening:
    """A change, the entry it happened in, and what is told of it."""

    entry_id: str
    change: Change
    told: dict[str, Any]


SIGNAL: SignalType[Happening] = SignalType(f"{DOMAIN}_happening")


@callback
def async_relay(hass: HomeAssistant, entry: ConfigEntry[Any], coordinator: StatusTrackerCoordinator) -> None:
    """Tell the triggers of the changes of an entry for as long as it is loaded."""

    @callback
    def relay(change: Change) -> None:
        """Tell of one change."""
        told = {
            "event_type": str(change.kind),
            **activity(coordinator, change),
            "status": status_text(hass, change.request),
            "is_4k": change.request.request.is_4k,
        }
        async_dispatcher_send(hass, SIGNAL, Happening(entry.entry_id, change, told))

    entry.async_on_unload(coordinator.announcements.add_listener(relay))
