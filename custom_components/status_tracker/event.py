"""Event entity for the activity of requests."""

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
    """Set up the event entity."""
    async_add_entities([ActivityEvent(entry.runtime_data.coordinator)])


class ActivityEvent(StatusTrackerEntity, EventEntity):
    """Event entity that fires when a request reaches a stage, gets stuck, recovers or is removed."""

    _attr_translation_key = "activity"
    _attr_event_types = [*Stage, STUCK, RECOVERED, REMOVED]

    def __init__(self, coordinator: StatusTrackerCoordinator) -> None:
        """Initialize the event entity."""
        super().__init__(coordinator, "activity")

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to changes."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.announcements.add_listener(self._changed))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Ignore updates; the state is written when an event fires."""

    @callback
    def _changed(self, change: Change) -> None:
        """Fire an event for a change."""
        self._trigger_event(change.kind, activity(self.coordinator, change))
        self.async_write_ha_state()
