"""Durations of past requests, stored across restarts."""

from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..pipeline.changes import Change
from ..pipeline.durations import Duration, duration_of, read_back, recent
from ..pipeline.requests import Stage
from .store import DurationStore

SAVE_DELAY = 10


class Durations:
    """Records how long requests took to become available and keeps the last 30 days."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Initialize without durations."""
        self._store = DurationStore(hass, entry.entry_id)
        self.known: tuple[Duration, ...] = ()

    async def async_load(self) -> None:
        """Load the stored durations."""
        known = await self._store.async_read_as(lambda stored: read_back(stored["durations"]))
        self.known = tuple(recent(known or (), dt_util.utcnow()))

    @callback
    def note(self, changes: Iterable[Change]) -> None:
        """Record the durations of requests that have become available."""
        ended = [duration_of(change.request) for change in changes if change.kind == Stage.AVAILABLE]
        new = [duration for duration in ended if duration]
        if new:
            self.known = tuple(recent((*self.known, *new), dt_util.utcnow()))
            self._store.async_delay_save(self._stored, SAVE_DELAY)

    async def async_save(self) -> None:
        """Save the durations immediately, if there are any."""
        if self.known:
            await self._store.async_save(self._stored())

    @callback
    def _stored(self) -> dict[str, Any]:
        """Return the durations as JSON-serializable data."""
        return {"durations": [duration.to_dict() for duration in self.known]}
