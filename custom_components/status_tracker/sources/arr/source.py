"""Common polling of the Radarr and Sonarr sources."""

from abc import abstractmethod
import asyncio
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, override

from ...clients.arr import ArrClient
from ...clients.errors import BadAnswer, NotFound
from ...clients.radarr import Movie
from ...clients.sonarr import Series
from ...pipeline.enums import HistoryKind
from ...pipeline.evidence.arr import HistoryEvidence, MovieEvidence, SeriesEvidence
from ...pipeline.ids import other_title
from ...pipeline.wants import Want
from .push import ArrPush
from .rows import history_evidence, queue_evidence
from .state import SOON

AUDIT_EVERY_BUSY = 5  # a poll with other reads counts this much less towards re-reading a title
READS = 100
READ_SECONDS = 20.0
TOLD = (HistoryKind.GRABBED, HistoryKind.IMPORTED)  # events that are also sent by webhook
TURNS = 100  # titles of finished requests skipped in one poll


class ArrSource[T: MovieEvidence | SeriesEvidence, C: ArrClient, M: Movie | Series](ArrPush[T, C]):
    """An *arr: polls its queue and history; reads a movie or series only after a sign of change."""

    @abstractmethod
    async def _find(self, catalogue_id: int) -> M | None:
        """Look up a title by its catalogue id."""

    @abstractmethod
    async def _read(self, media_id: int, seasons: frozenset[int], found: M | None) -> T:
        """Read a title; `found` is the result of `_find`, if there is one."""

    @abstractmethod
    async def _reread(self, title: T, part: str, seasons: frozenset[int]) -> T:
        """Read one part of a title again, with one request."""

    @abstractmethod
    def _missing(self, media_id: int, want: Want | None) -> T:
        """Return the evidence of a deleted title that was never read."""

    # Polling

    @override
    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return a short interval while one poll is not enough to read everything."""
        now = self.clock()
        if self._backlog or any(
            self._retries.is_due(("id", one), now) for one in self._dirty if one in self._bound
        ):
            return SOON
        return super().interval(wants)

    @override
    def need(self, want: Want) -> Hashable:
        """Return the requested title and seasons."""
        if not self._is_mine(want):
            return None
        if self._contests(want):
            return self._catalogue_id(want), want.seasons
        if not want.expects_title:
            return None
        return self._catalogue_id(want), want.media_id, want.seasons, want.handed_over, want.read_after

    # Update cycle

    @override
    async def _poll(self, wants: Sequence[Want]) -> None:
        """Poll the queue, and the history or, on every other idle or tenth busy poll, one tracked title."""
        now = self.clock()
        await asyncio.sleep(0)
        self._bind(wants)
        await self._read_queue(now)
        await asyncio.sleep(0)
        missing = self._lookups(wants, now)
        await asyncio.sleep(0)
        busy = missing or self._to_read(now) or self.queue.importing(self._bound.keys())
        self._idle_polls += 1 if busy else AUDIT_EVERY_BUSY  # an import can also remain pending for days
        audit = self._longest_unread() if self._idle_polls >= 2 * AUDIT_EVERY_BUSY else None
        if audit:
            self._idle_polls = 0
            await self._audit(*audit, now)
        else:
            await self._read_history(now)
        found: dict[int, M] = {}
        self._backlog = False
        deadline = asyncio.get_running_loop().time() + READ_SECONDS
        for catalogue_id in self._while_time(missing, deadline):
            if one := await self._find(catalogue_id):
                found[one.id] = one
                self._met[catalogue_id] = one.id
                self._retries.succeeded(("catalogue", catalogue_id))
            else:
                self._note_absence(catalogue_id, wants, now)
        self._bind(wants)
        await asyncio.sleep(0)
        for media_id in self._while_time(self._to_read(now), deadline):
            await self._read_title(media_id, found.get(media_id), now)
        # The title read can differ from the one requested.
        self._backlog = self._backlog or bool(self._lookups(wants, now))
        await asyncio.sleep(0)
        await self._tidy(wants)

    async def _read_queue(self, now: datetime) -> None:
        """Read the queue and mark the titles whose downloads started or ended."""
        rows = await self.client.queue_details()
        if rows is self._queue_rows and self.queue.as_polled:
            return
        self._queue_rows = rows
        for media_id in self.queue.read([queue_evidence(row, self.key) for row in rows], now, self.log):
            self._mark(media_id)

    def _while_time(self, ids: Sequence[int], deadline: float) -> Iterable[int]:
        """Yield items until the time limit of a poll; the rest is read in the next poll, soon."""
        loop = asyncio.get_running_loop()
        for count, one in enumerate(ids):
            if count == READS or loop.time() > deadline:
                self._backlog = True
                return
            yield one

    def _lookups(self, wants: Sequence[Want], now: datetime) -> list[int]:
        """Return the catalogue ids to look up now."""
        return [one for one in self._unfound(wants) if self._retries.is_due(("catalogue", one), now)]

    def _note_absence(self, catalogue_id: int, wants: Sequence[Want], now: datetime) -> None:
        """Note that a title is not in this *arr: look it up again later, or after the approval."""
        meant = [want for want in self._mine(wants) if self._catalogue_id(want) == catalogue_id]
        if contesting := next((want for want in meant if self._contests(want)), None):
            self._titles[-catalogue_id] = replace(self._missing(-catalogue_id, contesting), read_at=now)
        if contesting or any(want.handed_over for want in meant):
            self._retries.failed(("catalogue", catalogue_id), now)
        else:
            self._absent.add(catalogue_id)
            self._unfound_by = None

    def _note_approval(self, catalogue_id: int, want: Want) -> None:
        """Look up a title at once for each request that is approved, even if it was not found before."""
        if want.handed_over and want.request_id not in self._approved.get(catalogue_id, ()):
            self._approved.setdefault(catalogue_id, set()).add(want.request_id)
            self._retries.succeeded(("catalogue", catalogue_id))

    def _is_sought(self, want: Want) -> bool:
        """Return whether to look up the title of a want; before its approval only once."""
        if self._contests(want) or want.returnable or (want.handed_over and not want.finished):
            return True
        return not want.finished and self._catalogue_id(want) not in self._absent

    def _unfound(self, wants: Sequence[Want]) -> Iterable[int]:
        """Return the catalogue ids of wants without a known media id."""
        if self._unfound_by is wants and self._unfound_at == self._version:
            return self._unfound_ids
        asked: dict[int, None] = {}
        for want in self._mine(wants):
            catalogue_id = self._catalogue_id(want)
            if catalogue_id is None or not self._is_sought(want):
                continue
            ids = self._ids_of(want)
            found = [self._titles.get(one) for one in ids]
            if all(one and (one.gone or other_title(self.media_type, want, one)) for one in found):
                asked[catalogue_id] = None
                self._note_approval(catalogue_id, want)
        self._unfound_by, self._unfound_at, self._unfound_ids = wants, self._version, tuple(asked)
        return self._unfound_ids

    def _to_read(self, now: datetime) -> Sequence[int]:
        """Return the titles to read now, in flight and newest first."""
        unread = self._unread()
        dirty = (one for one in reversed(self._dirty) if one in self._wanted_by and one not in unread)
        return [one for one in (*unread, *dirty) if self._retries.is_due(("id", one), now)]

    def _unread(self) -> Collection[int]:
        """Return the titles to read: new, or read before a request was opened or changed, in flight first."""
        stamp = (self._bound_by, self._bound_at, self._version, self._reads)
        if stamp != self._unread_at:
            self._unread_at = stamp
            self._unread_ids = dict.fromkeys(
                media_id
                for media_id, want in reversed(self._wanted_by.items())
                if (want.expects_title or self._contests(want))
                and not (self._is_known(media_id) and self._is_fresh(media_id))
            )
        return self._unread_ids

    def _is_known(self, media_id: int) -> bool:
        """Return whether a title was read with all requested seasons, or is known to be absent."""
        if media_id < 0:
            return True
        return media_id in self._known and self._seasons(media_id) <= self._known[media_id]

    def _is_fresh(self, media_id: int) -> bool:
        """Return whether a title was read since its requests were opened or something of them was deleted."""
        after, title = self._read_after.get(media_id), self._titles.get(media_id)
        return (
            after is None
            or title is None
            or title.gone
            or (title.read_at is not None and title.read_at >= after)
        )

    def _newest(self, media_id: int, title: T) -> T:
        """Return a title as just read, or the previous evidence if it is equal and still fresh."""
        known = self._titles.get(media_id)
        if known and self._is_fresh(media_id) and replace(known, read_at=title.read_at) == title:
            return known
        return title

    async def _read_title(self, media_id: int, found: M | None, now: datetime) -> None:
        """Read a title, the first time with its history; retry later if it fails."""
        mark, seasons = self._dirty.get(media_id), self._seasons(media_id)
        try:
            title = await self._read(media_id, seasons, found)
            if not self._is_known(media_id):
                self._add_history(await self.client.history_of(media_id))
        except NotFound:
            self._lose(media_id)
        except BadAnswer:
            self._retries.failed(("id", media_id), now)
            return
        else:
            self._titles[media_id] = self._newest(media_id, title)
            self._retries.succeeded(("id", media_id))
        self._known[media_id] = seasons
        self._reads += 1
        for part in self.parts:
            self._take_turn(media_id, part)
        if self._dirty.get(media_id) == mark:  # otherwise a webhook arrived meanwhile
            self._dirty.pop(media_id, None)

    async def _read_history(self, now: datetime) -> None:
        """Read the history since the last event and mark the affected titles to be read again."""
        rows = await self.client.history_since(self.log.since(now))
        if rows is self._history_rows:
            self.log.expire(now)
            self.log.drop_late(now)
            return
        self._history_rows = rows
        new = self.log.read(((row.id, row.date) for row in rows), now)
        fresh = [row for row in rows if row.id in new]
        missed_webhooks = {
            (one.kind, one.download_id): one.at for one in self._add_history(fresh) if one.kind in TOLD
        }
        self.log.drop_late(now)
        for at in missed_webhooks.values():
            self._note_missed_webhook(at)
        for row in fresh:
            self._mark(row.movie_id or row.series_id)

    def _add_history(self, rows: Iterable[Any]) -> list[HistoryEvidence]:
        """Add history rows as events; return those not received by webhook."""
        events = (history_evidence(row, self.key) for row in rows)
        return self.log.add(event for event in events if event)

    def _longest_unread(self) -> tuple[int, str] | None:
        """Return the part of a tracked title that was read longest ago."""
        for media_id, part in list(islice(self._turns, TURNS)):
            want = self._wanted_by.get(media_id)
            if want and want.expects_title and media_id in self._titles:
                return media_id, part
            self._take_turn(media_id, part)
        return None

    def _take_turn(self, media_id: int, part: str) -> None:
        """Move a part of a title to the end of those to be read again."""
        self._turns.pop((media_id, part), None)
        self._turns[media_id, part] = None

    async def _audit(self, media_id: int, part: str, now: datetime) -> None:
        """Re-read a title to detect changes without events: monitoring, dates, missed deletions."""
        self._take_turn(media_id, part)
        mark = self._told
        try:
            title = await self._reread(self._titles[media_id], part, self._seasons(media_id))
        except NotFound:
            self._lose(media_id)
        except BadAnswer:
            return  # retried on a later turn
        else:
            if mark == self._told:
                self._titles[media_id] = self._newest(media_id, title)

    def _lose(self, media_id: int) -> None:
        """Mark a title as deleted."""
        self._drop(self._titles.get(media_id) or self._missing(media_id, self._wanted_by.get(media_id)))
