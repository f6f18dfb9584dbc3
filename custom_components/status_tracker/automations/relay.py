"""Dispatches the changes of all entries, because triggers can outlive an entry."""

from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.changes import RECOVERED, REMOVED, STUCK, Change
from ..pipeline.requests import FINISHED, Stage
from ..reports.activity import activity
from ..reports.status import status_text


@dataclass(frozen=True, slots=True)
class Happening:
    """A change with its entry and data."""

    entry_id: str
    change: Change
    told: dict[str, Any]


EVENT_ACTIVITY = f"{DOMAIN}_activity"  # shown in the activity log

# All other changes are shown by the log as states of the sensor.
LOGGED = frozenset(
    {
        Stage.AVAILABLE,
        Stage.PARTIALLY_AVAILABLE,
        Stage.DECLINED,
        Stage.FAILED,
        Stage.DELETED,
        STUCK,
        RECOVERED,
        REMOVED,
    }
)

SIGNAL: SignalType[Happening] = SignalType(f"{DOMAIN}_happening")


def _is_logged(change: Change) -> bool:
    """Return whether the log shows a change; not a recovery of an available request."""
    if change.kind == RECOVERED and change.request.stage in FINISHED:
        return False
    return change.kind in LOGGED or change.previous is None


@callback
def async_relay(hass: HomeAssistant, entry: ConfigEntry[Any], coordinator: StatusTrackerCoordinator) -> None:
    """Dispatch the changes of an entry to triggers and the activity log while it is loaded."""

    @callback
    def relay(change: Change) -> None:
        """Dispatch a change."""
        told = {
            "event_type": str(change.kind),
            **activity(coordinator, change),
            "status": status_text(hass, change.request),
            "is_4k": change.request.request.is_4k,
        }
        if _is_logged(change):
            sensor = er.async_get(hass).async_get(told["entity_id"] or "")
            device = {ATTR_DEVICE_ID: sensor.device_id} if sensor else {}
            hass.bus.async_fire(EVENT_ACTIVITY, {**told, **device})
        async_dispatcher_send(hass, SIGNAL, Happening(entry.entry_id, change, told))

    entry.async_on_unload(coordinator.announcements.add_listener(relay))
