"""Request activity: one event for every change of a request."""

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .entity import StatusTrackerEntity
from .pipeline.changes import RECOVERED, REMOVED, STUCK, Change
from .pipeline.requests import Stage
from .reports.activity import activity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StatusTrackerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the one event entity."""
    async_add_entities([ActivityEvent(entry.runtime_data.coordinator)])


class ActivityEvent(StatusTrackerEntity, EventEntity):
    """Tells of each stage a request reaches, and when it gets stuck, recovers or goes."""

    _attr_translation_key = "activity"
    _attr_event_types = [*Stage, STUCK, RECOVERED, REMOVED]

    def __init__(self, coordinator: StatusTrackerCoordinator) -> None:
        """Stand for all requests."""
        super().__init__(coordinator, "activity")

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the changes."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.announcements.add_listener(self._changed))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write nothing: an event is written when it happens."""

    @callback
    def _changed(self, change: Change) -> None:
        """Fire one event."""
        self._trigger_event(change.kind, activity(self.coordinator, change))
        self.async_write_ha_state()
