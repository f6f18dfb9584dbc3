"""Announcements and durations of changed requests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..pipeline.changes import REMOVED, Change, changes
from ..pipeline.incremental import Judged
from ..storage.announcements import Announcements
from ..storage.durations import Durations
from .evaluation import Evaluation

GIVE_UP = timedelta(minutes=10)  # time after the start when unavailable services are no longer waited for


def _number(change: Change) -> int:
    """Return the id of the request of a change."""
    return change.request.request.request_id


class ChangeLog:
    """Announces changes of requests and records their durations."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], evaluation: Evaluation) -> None:
        """Initialize without changes."""
        self.announcements = Announcements(hass, entry)
        self.durations = Durations(hass, entry)
        self.settled = False  # whether the first update is complete
        self.restored = False  # whether there are requests of an earlier run to compare with
        self._evaluation = evaluation
        self._began = dt_util.utcnow()

    async def async_load(self) -> None:
        """Load what was stored."""
        await self.announcements.async_load()
        await self.durations.async_load()

    async def async_save(self) -> None:
        """Save immediately."""
        await self.announcements.async_save()
        await self.durations.async_save()

    @callback
    def settle(self) -> None:
        """Record the requests that exist after the first update, which were not announced."""
        self.settled = True
        self.announcements.note_quiet(self._evaluation.requests)

    @callback
    def note(self, judged: Judged) -> None:
        """Queue the announcements of changes and record durations."""
        requests, tracker = self._evaluation.requests, self._evaluation.tracker
        after = {number: requests[number] for number in judged.before if number in requests}
        if (self.settled or self.restored) and not tracker.first:
            before = {number: one for number, one in judged.before.items() if one}
            found = changes(before, after, tracker.memory.done)
            self.announcements.unheard += found
            if self.settled:  # the end time of changes made while Home Assistant was off is unknown
                self.durations.note(found)
        if self.settled:
            self.announcements.note_quiet(after)

    @property
    def is_ready(self) -> bool:
        """Return whether announcements deferred at the start can be made: the services have been read."""
        but_failed = dt_util.utcnow() - self._began >= GIVE_UP
        return self.announcements.waiting and self._evaluation.is_read(but_failed=but_failed)

    @callback
    def announce_removed(self) -> None:
        """Announce removals and what happened before, before the entities are removed."""
        if self.is_ready:
            self.announcements.settle(self._evaluation.requests)
        gone = {_number(one) for one in self.announcements.unheard if one.kind == REMOVED}
        self.announcements.announce(lambda change: _number(change) in gone, self._evaluation.named)

    @callback
    def announce_named(self, is_waiting: Callable[[int], bool]) -> None:
        """Announce the changes of requests with a known title, after their entities were updated."""

        def is_shown(change: Change) -> bool:
            """Return whether the sensor of a request shows the change."""
            number = _number(change)
            return not is_waiting(number) and not self._evaluation.is_nameless(number)

        self.announcements.announce(is_shown, self._evaluation.named)
