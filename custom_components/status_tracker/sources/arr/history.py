"""History of an *arr: merges polled events with those from webhooks and limits their number."""

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...pipeline.enums import HistoryKind
from ...pipeline.evidence.arr import FileEvidence, HistoryEvidence
from ..serialization import deserialize_all, read_time

MARGIN = timedelta(minutes=5)
FIRST_LOOK = timedelta(hours=24)
SAME = timedelta(minutes=10)
UNCONFIRMED = timedelta(minutes=5)
UNBOUND = 500

OUTCOMES = (HistoryKind.IMPORTED, HistoryKind.FAILED, HistoryKind.IGNORED)

type Meaning = tuple[HistoryKind, str, int | None, int | None]


def meaning(event: HistoryEvidence) -> Meaning:
    """Return a key that is equal for the same event from the history and a webhook."""
    return event.kind, (event.download_id or "").casefold(), event.media_id, event.episode_id


def _order(event: HistoryEvidence) -> tuple[datetime, int]:
    """Return the sort key of an event: time, then id."""
    return event.at, event.event_id or 0


class HistoryLog:
    """Events from the history by id, and events received only by webhook."""

    def __init__(self) -> None:
        """Initialize without events."""
        self.last_event: datetime | None = None
        self._events: dict[int, HistoryEvidence] = {}
        self._index: dict[Meaning, list[HistoryEvidence]] = {}
        self._told: dict[Meaning, list[HistoryEvidence]] = {}
        self._seen: set[int] = set()
        self._sorted: list[HistoryEvidence] | None = None
        self._listed: tuple[HistoryEvidence, ...] | None = None
        self.version = 0

    @property
    def events(self) -> tuple[HistoryEvidence, ...]:
        """Return all events, oldest first."""
        if self._sorted is None:
            told = (event for events in self._told.values() for event in events)
            self._sorted = sorted((*self._events.values(), *told), key=_order)
        if self._listed is None:
            self._listed = tuple(self._sorted)
        return self._listed

    def _changed(self) -> None:
        """Note that the events have changed."""
        self.version += 1
        self._sorted = self._listed = None

    def since(self, now: datetime) -> datetime:
        """Return the time from which to fetch events."""
        return self.last_event - MARGIN if self.last_event else now - FIRST_LOOK

    def read(self, ids: Iterable[tuple[int, datetime]], now: datetime) -> set[int]:
        """Add the rows of a complete response; return the ids not seen before."""
        rows = dict(ids)
        new = rows.keys() - self._seen - self._events.keys()
        self._seen = set(rows)
        if rows:
            # If the server clock is ahead, the next request must not skip later events.
            newest = min(max(rows.values()), now)
            self.last_event = max(newest, self.last_event) if self.last_event else newest
        self.expire(now)
        return new

    def expire(self, now: datetime) -> None:
        """Drop events from webhooks that the history did not confirm."""
        for key, told in list(self._told.items()):
            if any(now - event.at >= UNCONFIRMED for event in told):
                self._keep_told(key, [event for event in told if now - event.at < UNCONFIRMED])

    def add(self, events: Iterable[HistoryEvidence]) -> list[HistoryEvidence]:
        """Add events by id, replacing the same events received by webhook.

        Return the events not received by webhook.
        """
        missed_webhooks: list[HistoryEvidence] = []
        for added in events:
            if added.event_id is None or added.event_id in self._events:
                continue
            key = meaning(added)
            season = next((one.season for one in self._told.get(key, ()) if one.season is not None), None)
            event = added if season is None else replace(added, season=season)
            self._events[added.event_id] = event
            self._changed()
            self._index.setdefault(key, []).append(event)
            if key in self._told:
                self._keep_told(key, [one for one in self._told[key] if abs(one.at - event.at) > SAME])
            else:
                missed_webhooks.append(event)
        return missed_webhooks

    def tell(self, event: HistoryEvidence) -> bool:
        """Add an event received by webhook; False if it is known."""
        key = meaning(event)
        known = self._index.get(key, []) + self._told.get(key, [])
        if any(abs(one.at - event.at) <= SAME for one in known):
            return False
        if event.kind is HistoryKind.GRABBED and (outcome := self.outcome(event)):
            # Delivered late: the outcome of the download is already known.
            event = replace(event, at=min(event.at, outcome.at - timedelta(seconds=1)))
        self._told.setdefault(key, []).append(event)
        self.version += 1
        self._listed = None
        if self._sorted is not None:
            insort(self._sorted, event, key=_order)
        if len(self._told) > UNBOUND:
            self._keep_told(next(iter(self._told)), [])
        return True

    def drop_late(self, now: datetime) -> None:
        """Drop events told by a late webhook: the history, read at a time, has them only earlier."""
        for key, told in list(self._told.items()):
            if key in self._index and any(event.at < now for event in told):
                self._keep_told(key, [event for event in told if event.at >= now])

    def outcome(self, grab: HistoryEvidence) -> HistoryEvidence | None:
        """Return the recent outcome of a grab: import or failure."""
        return self.result(grab.download_id, grab.media_id, grab.episode_id, grab.at)

    def result(
        self, download_id: str | None, media_id: int | None, episode_id: int | None, at: datetime
    ) -> HistoryEvidence | None:
        """Return the outcome of a download around a time."""
        for kind in OUTCOMES if download_id else ():
            key: Meaning = (kind, (download_id or "").casefold(), media_id, episode_id)
            for event in self._index.get(key, []) + self._told.get(key, []):
                if abs(event.at - at) <= SAME:
                    return event
        return None

    def keep(self, wanted: Callable[[HistoryEvidence], bool]) -> None:
        """Drop events of untracked titles, except the newest few, because a request can follow its events."""
        unbound = sorted(
            (event for event in self._events.values() if not wanted(event)), key=lambda event: event.at
        )
        for event in unbound[:-UNBOUND]:
            if event.event_id is not None:
                del self._events[event.event_id]
        if len(unbound) > UNBOUND:
            self._reindex()

    def imported_files(self, media_id: int) -> list[FileEvidence]:
        """Return the files of a title that were imported."""
        events = (event for event in self.events if event.media_id == media_id)
        return [event.file for event in events if event.file and event.kind is HistoryKind.IMPORTED]

    def forget(self, media_id: int) -> None:
        """Remove the events of a deleted title, as the *arr does."""
        self._events = {key: event for key, event in self._events.items() if event.media_id != media_id}
        for key in [key for key in self._told if key[2] == media_id]:
            del self._told[key]
        self._reindex()

    def _reindex(self) -> None:
        """Sort the events with ids and index them by key."""
        self._index = {}
        self._changed()
        for event in self._events.values():
            self._index.setdefault(meaning(event), []).append(event)

    def _keep_told(self, key: Meaning, events: list[HistoryEvidence]) -> None:
        """Set the events received by webhook for a key."""
        self._changed()
        if events:
            self._told[key] = events
        else:
            self._told.pop(key, None)

    def snapshot(self, wanted: Callable[[HistoryEvidence], bool]) -> dict[str, Any]:
        """Return the tracked events, and up to when they are known."""
        return {
            "last_event": self.last_event.isoformat() if self.last_event else None,
            "history": [event for event in self.events if wanted(event)],
        }

    def restore(self, data: dict[str, Any], source: str) -> None:
        """Restore data from `snapshot`."""
        self.last_event = read_time(data.get("last_event"))
        for written in deserialize_all(HistoryEvidence, data.get("history")):
            event = replace(written, source=source)
            if event.event_id is None:
                self._told.setdefault(meaning(event), []).append(event)
                self._changed()
            else:
                self.add((event,))
