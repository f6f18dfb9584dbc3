"""Calendar with release and air dates of requested titles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .entity import StatusTrackerEntity
from .pipeline.expected import Expected, dates_of, in_order
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


@dataclass(frozen=True, slots=True)
class ExpectedEvent:
    """A date of a request as calendar event, with its keys for merging and sorting."""

    key: tuple[object, ...]
    order: tuple[date, bool, str]
    event: CalendarEvent


class ExpectedCalendar(StatusTrackerEntity, CalendarEntity):
    """Calendar with the release and air dates of requested titles."""

    _attr_translation_key = "expected"

    def __init__(self, coordinator: StatusTrackerCoordinator) -> None:
        """Initialize the calendar."""
        super().__init__(coordinator, "expected")
        self._dates: dict[int, tuple[ExpectedEvent, ...]] = {}
        self._events: list[CalendarEvent] = []

    @override
    async def async_added_to_hass(self) -> None:
        """Load the current dates."""
        await super().async_added_to_hass()
        self._read(self.coordinator.data)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if a date has changed."""
        changed = self.coordinator.changed
        if self._read(self.coordinator.data.keys() | self._dates.keys() if changed is None else changed):
            super()._handle_coordinator_update()

    def _read(self, numbers: Iterable[int]) -> bool:
        """Update the dates of these requests; return whether any has changed."""
        changed = False
        for number in numbers:
            dates = self._dated(number)
            if dates != self._dates.get(number, ()):
                changed = True
                self._dates[number] = dates
            if not dates:
                self._dates.pop(number, None)
        if changed:
            every = (one for _, dates in sorted(self._dates.items()) for one in dates)
            self._events = [one.event for one in in_order(every)]
        return changed

    def _dated(self, number: int) -> tuple[ExpectedEvent, ...]:
        """Return the dates of a request; none while its title is unknown."""
        request = self.coordinator.data.get(number)
        if request is None or self.coordinator.is_nameless(number):
            return ()
        return tuple(ExpectedEvent(one.key, one.order, self._event(one)) for one in dates_of(request))

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
