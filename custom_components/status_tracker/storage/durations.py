"""The durations of the last journeys, kept over restarts."""

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
    """Takes note of each journey that ends, and keeps those of the last 30 days."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Initialize."""
        self._store = DurationStore(hass, entry.entry_id)
        self.known: tuple[Duration, ...] = ()

    async def async_load(self) -> None:
        """Read what earlier runs noted."""
        known = await self._store.async_read_as(lambda stored: read_back(stored["durations"]))
        self.known = tuple(recent(known or (), dt_util.utcnow()))

    @callback
    def note(self, changes: Iterable[Change]) -> None:
        """Keep the durations of those that have become available."""
        ended = [duration_of(change.request) for change in changes if change.kind == Stage.AVAILABLE]
        new = [duration for duration in ended if duration]
        if new:
            self.known = tuple(recent((*self.known, *new), dt_util.utcnow()))
            self._store.async_delay_save(self._stored, SAVE_DELAY)

    async def async_save(self) -> None:
        """Write them down at once, if there are any."""
        if self.known:
            await self._store.async_save(self._stored())

    @callback
    def _stored(self) -> dict[str, Any]:
        """Return them as plain JSON."""
        return {"durations": [duration.to_dict() for duration in self.known]}
