"""Announcement of changes, stored immediately so that nothing is announced again after a restart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..pipeline.changes import RECOVERED, REMOVED, STUCK, Change, changes_of
from ..pipeline.requests import Stage, Tracked
from .store import AnnouncementStore


@dataclass(frozen=True, slots=True)
class Announced:
    """The last announced state of a request."""

    stage: Stage
    stuck: bool
    at: datetime

    @property
    def row(self) -> list[Any]:
        """Return the stored form."""
        return [self.stage, self.stuck, self.at.isoformat()]


def _announced(stored: dict[str, Any]) -> dict[int, Announced]:
    """Parse stored announcements by request id; raises LookupError, TypeError or ValueError if invalid."""
    return {
        int(number): Announced(Stage(stage), bool(stuck), datetime.fromisoformat(at))
        for number, (stage, stuck, at) in stored["announced"].items()
    }


class Announcements:
    """Announces changes and stores what was announced, separately from the evidence, which is saved later."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Initialize without announcements."""
        self.hass = hass
        self.entry = entry
        self._store = AnnouncementStore(hass, entry.entry_id)
        self.unheard: list[Change] = []  # changes not announced yet
        self._listeners: list[Callable[[Change], None]] = []
        self._known: dict[int, Announced] = {}
        self._rows: dict[str, list[Any]] = {}  # the same as they are stored
        self._loaded = False  # whether stored announcements were loaded
        self._unsettled: set[int] = set()
        self._saving = False
        self._dirty = False

    async def async_load(self) -> None:
        """Load the announcements of earlier runs."""
        known = await self._store.async_read_as(_announced)
        self._loaded = known is not None
        for number, announced in (known or {}).items():
            self._remember(number, announced)

    @callback
    def begin(self, requests: Mapping[int, Tracked]) -> None:
        """Compare the stored announcements with the restored requests; differing ones wait for `settle`."""
        self._unsettled = self._known.keys() - requests.keys()
        for number, one in requests.items():
            if one.journey.old:
                continue
            known = self._known.get(number)
            if not self._loaded:
                self._remember(number, Announced(one.stage, one.stuck, one.journey.stage_since))
            elif known is None or (known.stage, known.stuck) != (one.stage, one.stuck):
                self._unsettled.add(number)

    @callback
    def holds(self, change: Change) -> bool:
        """Return whether the announcement of a change is deferred until `settle`."""
        return change.kind != REMOVED and change.request.request.request_id in self._unsettled

    @callback
    def add_listener(self, listener: Callable[[Change], None]) -> CALLBACK_TYPE:
        """Add a listener for changes, including pending ones; return a callback to remove it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def announce(self, fits: Callable[[Change], bool], named: Callable[[Change], Change]) -> None:
        """Announce the pending changes that fit; `named` returns a change with its current title.

        Not while Home Assistant starts or stops, because automations are not listening then.
        """
        if not self._listeners or self.hass.state is not CoreState.running:
            return
        unheard, self.unheard = self.unheard, []
        for change in unheard:
            if self.holds(change):
                continue
            if not fits(change):
                self.unheard.append(change)
                continue
            if self._is_told(change):
                continue
            for listener in list(self._listeners):
                listener(named(change))
            self.note(change)

    def _is_told(self, change: Change) -> bool:
        """Return whether a removal was announced before Home Assistant was restarted without saving it."""
        request = change.request
        known = request.request.request_id in self._known
        return change.kind == REMOVED and self._loaded and not known and not request.journey.old

    @callback
    def settle(self, requests: Mapping[int, Tracked]) -> None:
        """Queue the changes of the deferred requests, once all services have been read."""
        found = [change for change in self.unheard if not self.holds(change)]
        for number in sorted(self._unsettled):
            now, known = requests.get(number), self._known.get(number)
            if now is None:
                self._remember(number, None)
                continue
            found += changes_of(now, known.stage if known else None, known is not None and known.stuck)
        self._unsettled.clear()
        self.unheard = found

    @callback
    def note_quiet(self, requests: Mapping[int, Tracked]) -> None:
        """Record the requests that existed before the first start, which were not announced."""
        pending = {change.request.request.request_id for change in self.unheard} | self._unsettled
        quiet = {
            number: Announced(one.stage, one.stuck, one.journey.stage_since)
            for number, one in requests.items()
            if number not in self._known and number not in pending and not one.journey.old
        }
        if quiet:
            for number, announced in quiet.items():
                self._remember(number, announced)
            self._save_soon()

    @property
    def waiting(self) -> bool:
        """Return whether requests wait for all services to be read."""
        return bool(self._unsettled)

    @callback
    def note(self, change: Change) -> None:
        """Record that a change was announced and save it immediately."""
        number, at = change.request.request.request_id, dt_util.utcnow()
        known = self._known.get(number)
        if change.kind == REMOVED:
            self._remember(number, None)
            self._unsettled.discard(number)
        elif change.kind in (STUCK, RECOVERED):
            base = known or Announced(change.request.stage, False, at)
            self._remember(number, replace(base, stuck=change.kind == STUCK, at=at))
        else:
            self._remember(number, Announced(Stage(change.kind), bool(known and known.stuck), at))
        self._save_soon()

    @callback
    def _save_soon(self) -> None:
        """Save in the background."""
        self._dirty = True
        if not self._saving:
            self._saving = True
            self.entry.async_create_task(self.hass, self._async_save_all(), f"{DOMAIN} announcements")

    async def _async_save_all(self) -> None:
        """Save until nothing is pending; async_delay_save could postpone the save indefinitely."""
        try:
            while self._dirty:
                await self.async_save()
        finally:
            self._saving = False

    async def async_save(self) -> None:
        """Save the announcements."""
        self._dirty = False
        await self._store.async_save({"announced": dict(self._rows)})

    def _remember(self, number: int, announced: Announced | None) -> None:
        """Keep what was announced of a request, and its row in the store; None: the request is gone."""
        if announced is None:
            self._known.pop(number, None)
            self._rows.pop(str(number), None)
        else:
            self._known[number] = announced
            self._rows[str(number)] = announced.row
