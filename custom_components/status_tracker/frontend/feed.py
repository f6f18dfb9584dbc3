"""Rows of all requests, kept while there are subscribers; changes are sent in batches."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..data import StatusTrackerConfigEntry
from ..pipeline.requests import Tracked
from ..reports.posters import Posters
from ..reports.text import request_name
from ..reports.times import today
from .rows import request_key, request_row, source_rows

type Row = dict[str, Any]
# Basis of a row: the request, its name and poster, and the date, on which the status depends
type Shown = tuple[Tracked, str, str | None, date]

COALESCE = 0.25  # seconds during which changes are collected
SLICE = 50  # rows created per iteration of the event loop


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Changes: rows by key, keys of removed rows, and the services if any has changed."""

    changed: Mapping[str, Row] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    services: tuple[Row, ...] | None = None


type Listener = Callable[[News], None]


class Feed:
    """Creates rows shared by all subscribers, again only after a change of the request."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize; rows are created for the first subscriber."""
        self._hass = hass
        self._listeners: dict[Listener, bool] = {}  # whether the listener has received all rows
        self._followed: dict[str, CALLBACK_TYPE] = {}  # by entry id
        self._shown: dict[str, Shown] = {}
        self._unsent: list[str] = []  # keys of rows created for a new subscriber
        self._timer: asyncio.TimerHandle | None = None
        self._unsubscribe: CALLBACK_TYPE | None = None
        self.rows: dict[str, Row] = {}
        self.services: tuple[Row, ...] = ()

    @callback
    def async_subscribe(self, listener: Listener) -> CALLBACK_TYPE:
        """Subscribe to changes; call `async_tell_all` next. Return a callback to unsubscribe."""
        self._listeners[listener] = False
        self._follow()

        @callback
        def unsubscribe() -> None:
            """Unsubscribe."""
            del self._listeners[listener]
            if not self._listeners:
                self._release()

        return unsubscribe

    async def async_tell_all(self, listener: Listener) -> None:
        """Send everything to a listener, creating rows in slices to avoid blocking the event loop."""
        for _ in range(0, sum(1 for _ in self._stale()), SLICE):
            self._unsent += self._read(SLICE)
            await asyncio.sleep(0)
        if listener in self._listeners:
            self._tell()
            self._listeners[listener] = True
            listener(News(changed=self.rows, services=self.services))

    # Entries

    @callback
    def _follow(self) -> None:
        """Follow all loaded entries."""
        if self._unsubscribe is None:
            self._unsubscribe = async_dispatcher_connect(
                self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
            )
        for entry in self._hass.config_entries.async_loaded_entries(DOMAIN):
            if entry.entry_id not in self._followed:
                coordinator = cast(StatusTrackerConfigEntry, entry).runtime_data.coordinator
                self._followed[entry.entry_id] = coordinator.async_add_listener(self._changed)

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        """Follow a new entry; stop following an unloaded one, whose rows are kept during a reload."""
        if entry.domain != DOMAIN:
            return
        if entry.state is ConfigEntryState.LOADED and change is not ConfigEntryChange.REMOVED:
            self._follow()
        elif unfollow := self._followed.pop(entry.entry_id, None):
            unfollow()
        self._changed()

    @callback
    def _release(self) -> None:
        """Clear everything after the last subscriber has left."""
        for unfollow in self._followed.values():
            unfollow()
        self._followed.clear()
        self._shown.clear()
        self._unsent.clear()
        self.rows, self.services = {}, ()
        if self._unsubscribe:
            self._unsubscribe()
            self._unsubscribe = None
        if self._timer:
            self._timer.cancel()
            self._timer = None

    # Updates

    @callback
    def _changed(self) -> None:
        """Schedule an update of the subscribers."""
        if self._timer is None:
            self._timer = self._hass.loop.call_later(COALESCE, self._tell)

    @callback
    def _tell(self) -> None:
        """Send the changes to the subscribers."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        changed = self._unsent + self._read()
        self._unsent = []
        removed = self._drop()
        services = self._services()
        news = News(
            changed={key: self.rows[key] for key in changed if key in self.rows},
            removed=removed,
            services=services if services != self.services else None,
        )
        self.services = services
        if news != News():
            for listener in [one for one, told in self._listeners.items() if told]:
                listener(news)

    def _running(self) -> Iterator[tuple[StatusTrackerCoordinator, Posters]]:
        """Yield the data of the loaded entries."""
        for entry in self._hass.config_entries.async_loaded_entries(DOMAIN):
            data = cast(StatusTrackerConfigEntry, entry).runtime_data
            yield data.coordinator, data.posters

    def _stale(self) -> Iterator[tuple[str, StatusTrackerCoordinator, Shown]]:
        """Yield the requests whose rows are outdated."""
        day = today()
        for coordinator, posters in self._running():
            for number, request in coordinator.data.items():
                if coordinator.is_nameless(number):
                    continue
                key = request_key(coordinator, number)
                siblings = coordinator.overview.has_sibling(request)
                now = (request, request_name(request, siblings=siblings), posters.path(request), day)
                if self._shown.get(key) != now:
                    yield key, coordinator, now

    def _read(self, limit: int | None = None) -> list[str]:
        """Create outdated rows up to the limit; return the keys of the changed ones."""
        changed = []
        for count, (key, coordinator, now) in enumerate(list(self._stale())):
            if limit is not None and count >= limit:
                break
            self._shown[key] = now
            row = request_row(coordinator, now[0], now[2])
            if self.rows.get(key) != row:
                self.rows[key] = row
                changed.append(key)
        return changed

    def _drop(self) -> tuple[str, ...]:
        """Remove the rows of removed requests and of entries that are not being reloaded."""
        kept = {
            entry.entry_id
            for entry in self._hass.config_entries.async_entries(DOMAIN, include_disabled=False)
            if entry.entry_id not in self._followed
        }
        current = {
            request_key(coordinator, number)
            for coordinator, _ in self._running()
            for number in coordinator.data
        }
        gone = tuple(key for key in self.rows if key not in current and key.rpartition("_")[0] not in kept)
        for key in gone:
            del self.rows[key]
            self._shown.pop(key, None)
        return gone

    def _services(self) -> tuple[Row, ...]:
        """Return the services of all entries; an entry whose setup failed counts as an unavailable Seerr."""
        rows = [row for coordinator, _ in self._running() for row in source_rows(coordinator)]
        for entry in self._hass.config_entries.async_entries(DOMAIN, include_disabled=False):
            if entry.state in (ConfigEntryState.SETUP_RETRY, ConfigEntryState.SETUP_ERROR):
                key = f"{entry.entry_id}_seerr"
                rows.append({"key": key, "name": entry.title, "service": "seerr", "ok": False})
        return tuple(rows)


DATA_FEED: HassKey[Feed] = HassKey(f"{DOMAIN}_feed")


def feed_of(hass: HomeAssistant) -> Feed:
    """Return the shared feed."""
    return hass.data.setdefault(DATA_FEED, Feed(hass))
