"""Calendar with release and air dates of requested titles."""

from datetime import datetime, timedelta
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .entity import StatusTrackerEntity
from .pipeline.expected import Expected, expected_dates
from .reports.expected import expected_text, requested_by_text

PARALLEL_UPDATES = 0

AIRING = timedelta(hours=1)  # the runtime of an episode is unknown


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StatusTrackerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendar."""
    async_add_entities([ExpectedCalendar(entry.runtime_data.coordinator)])


class ExpectedCalendar(StatusTrackerEntity, CalendarEntity):
    """Calendar with the release and air dates of requested titles."""

    _attr_translation_key = "expected"

    def __init__(self, coordinator: StatusTrackerCoordinator) -> None:
        """Initialize the calendar."""
        super().__init__(coordinator, "expected")
        self._events: list[CalendarEvent] = []

    @override
    async def async_added_to_hass(self) -> None:
        """Load the current dates."""
        await super().async_added_to_hass()
        self._read()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if a date has changed."""
        changed = self.coordinator.changed
        if (changed is None or changed) and self._read():
            super()._handle_coordinator_update()

    def _read(self) -> bool:
        """Update the dates from the requests; return whether they have changed."""
        dates = expected_dates(self.coordinator.titled_requests)
        before, self._events = self._events, [self._event(one) for one in dates]
        return before != self._events

    def _event(self, expected: Expected) -> CalendarEvent:
        """Return a date as calendar event; all day if the time is unknown."""
        start, length = expected.at, timedelta(days=1)
        if isinstance(start, datetime):
            start, length = dt_util.as_local(start), AIRING
        return CalendarEvent(
            start=start,
            end=start + length,
            summary=expected_text(self.hass, expected),
            description=requested_by_text(self.hass, expected.request),
        )

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the current or next event."""
        now = dt_util.now()
        coming = [event for event in self._events if event.end_datetime_local > now]
        return min(coming, key=lambda event: event.start_datetime_local, default=None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events in a period."""
        return [
            event
            for event in self._events
            if event.start_datetime_local < end_date and event.end_datetime_local > start_date
        ]
