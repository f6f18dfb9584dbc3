"""Shoko source: finds imported files and tracks their matching."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, ClassVar, override

from ...clients.errors import BadAnswer, CannotConnect, InvalidAuth, NotFound, NotReady
from ...clients.push import PushConnection
from ...clients.shoko import ShokoClient, ShokoFile
from ...clients.shoko_events import ShokoEvent, ShokoEventKind, parse_event
from ...pipeline.enums import MediaType, Service
from ...pipeline.evidence import Evidence
from ...pipeline.wants import Want
from ..base import Source
from .files import (
    Lookup,
    Tracked,
    best_file,
    file_ids,
    file_paths,
    is_pending,
    join_paths,
    only_file,
    same_tail,
    tails,
)
from .state import ShokoState
from .titles import ShokoTitles

LOGGER = logging.getLogger(__name__)

WORK_LIMIT = 40.0  # time limit of a poll in seconds; the rest is read in the next poll
SOONEST = timedelta(seconds=1)
REFUSED_AFTER = timedelta(minutes=2)  # time without a match while the queue is empty
REFUSED_AFTER_UNSEEN = timedelta(minutes=10)  # the same if the queue state is unknown

type TmdbFiles = dict[tuple[MediaType, int], list[ShokoFile]]


class ShokoSource(Source):
    """Finds imported files by path and tracks them by id; push events report changes earlier."""

    service: ClassVar[Service] = Service.SHOKO

    def __init__(
        self,
        key: str,
        name: str,
        client: ShokoClient,
        *,
        clock: Callable[[], datetime],
        push: PushConnection | None = None,
    ) -> None:
        """Initialize without files; without `push`, only polls are used."""
        super().__init__(key, name, clock=clock)
        self._client = self.http = client
        self._push = push
        self._book = ShokoState(key, client.unrecognised_url, clock)
        self._titles = ShokoTitles(client)
        self._queue_told = False

    @property
    def push_connected(self) -> bool:
        """Return whether the push connection is established."""
        return self._push is not None and self._push.connected

    @property
    @override
    def push_works(self) -> bool:
        """Return whether the push connection is established."""
        return self.push_connected

    @override
    def _evidence(self) -> Evidence:
        """Return the files of requests."""
        return Evidence(shoko=tuple(one.evidence for one in self._book.tracked.values()))

    @override
    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return the default interval, or less if a file is due before."""
        usual = super().interval(wants)
        if self.error is not None:
            return usual
        dues = [one.due for one in self._book.lookups.values() if one.due]
        dues += [one.due for one in self._book.open() if not one.settled]
        return min(usual, max(min(dues) - self.clock(), SOONEST)) if dues else usual

    # Polling

    @override
    def need(self, want: Want) -> Hashable:
        """Return the files to find."""
        return tuple(file.path for file in want.files) or None

    @override
    async def _poll(self, wants: Sequence[Want]) -> None:
        """Search for new files, read changed ones and update the queue state."""
        self._book.follow(wants)
        self._titles.keep(one for file in self._book.tracked.values() for one in file.evidence.ids)
        self._titles.begin()
        if self.last_success is None or self.error is not None:
            await self._client.status()
        now = self.clock()
        lookups = [one for one in self._book.lookups.values() if one.due and one.due <= now]
        files = sorted((one for one in self._book.open() if one.due <= now), key=lambda one: one.due)
        stirred = [one for one in files if not one.settled]
        calm = [one for one in files if one.settled][:1]
        if lookups or stirred or not calm:
            await self._pulse()
        await self._work([*lookups, *stirred, *calm])

    @override
    def read_again(self) -> None:
        """Poll immediately, read all pending files and search for missing ones."""
        super().read_again()
        self._book.stir_all()

    async def _pulse(self) -> None:
        """Read the queue, which also verifies the connection and the API key."""
        queue = await self._client.queue()
        if queue is not None:
            self._set_busy(queue.total_count > 0)

    async def _work(self, due: Sequence[Lookup | Tracked]) -> None:
        """Process due files until the time limit; an invalid response does not affect other files."""
        loop = asyncio.get_running_loop()
        until = loop.time() + WORK_LIMIT
        tmdb: TmdbFiles = {}
        odd: BadAnswer | None = None
        for one in due:
            if loop.time() > until:
                break
            try:
                if isinstance(one, Lookup):
                    await self._look_up(one, tmdb)
                else:
                    await self._read(one)
            except BadAnswer as err:
                odd = err
        if odd:
            raise odd

    async def _look_up(self, lookup: Lookup, tmdb: TmdbFiles) -> None:
        """Search for an *arr file: by path, else by size among the files linked to its TMDB id."""
        if lookup.file_id is not None:
            return  # found meanwhile by an event
        tries, due = lookup.tries, lookup.due
        lookup.tried(self.clock())
        try:
            file = await self._by_path(lookup) or await self._by_tmdb(lookup, tmdb)
        except CannotConnect, NotReady:
            lookup.tries, lookup.due = tries, due  # not counted as an attempt
            raise
        if file is None:
            return
        renamed = not any(same_tail(path, lookup.file.path) for path in file_paths(file))
        tracked = self._book.found(lookup, file.id, former_path=renamed)
        tracked.tried(self.clock())
        await self._keep(tracked, file)

    async def _by_path(self, lookup: Lookup) -> ShokoFile | None:
        """Return the file with the path; if only the name matches, with the same size."""
        size = lookup.file.size
        for tail, choose in zip(tails(lookup.file.path), (best_file, only_file), strict=False):
            if choose is only_file and not size:
                break
            if file := choose(await self._client.files_by_tail(tail), size):
                return file
        return None

    async def _by_tmdb(self, lookup: Lookup, asked: TmdbFiles) -> ShokoFile | None:
        """Return the file of the same size that Shoko links to the requested movie or show."""
        if not lookup.hinted or not self._book.has_own_size(lookup):
            return None
        for media_type, tmdb_id in sorted(lookup.tmdb):
            key = (media_type, tmdb_id)
            if key not in asked:
                film = media_type is MediaType.MOVIE
                ask = self._client.files_of_movie if film else self._client.files_of_show
                asked[key] = await ask(tmdb_id)
            # A file already found by path belongs to another search.
            unclaimed = [one for one in asked[key] if one.id not in self._book.tracked]
            if file := only_file(unclaimed, lookup.file.size):
                return file
        return None

    async def _read(self, tracked: Tracked) -> None:
        """Read a file by its id; a deleted one is removed."""
        tracked.tried(self.clock())
        try:
            file = await self._client.file(tracked.evidence.file_id)
        except NotFound:
            self._book.withdraw(tracked.evidence.file_id)
            return
        await self._keep(tracked, file)

    async def _keep(self, tracked: Tracked, file: ShokoFile) -> None:
        """Store a file from a response as evidence, with the ids of its series and episodes."""
        self._book.release_misfits(file.id, file.size)
        if file.created:
            tracked.since = min(tracked.since, file.created)
        told = frozenset(file_ids(file, {}, {}))
        try:
            await self._titles.fetch(file, changed=told != tracked.told)
            tracked.told = told
        finally:
            self._compose(tracked, file)
            tracked.settle(self.clock())

    def _compose(self, tracked: Tracked, file: ShokoFile) -> None:
        """Return a file as evidence."""
        matched = bool(file.series_ids)
        tracked.refused = not matched and (tracked.refused or self._passed_over(tracked))
        tracked.evidence = replace(
            tracked.evidence,
            paths=join_paths(file_paths(file), tracked.evidence.paths),
            size=file.size,
            ids=file_ids(file, self._titles.series, self._titles.episodes),
            matched=matched,
            refused=tracked.refused,
            series_pending=matched and is_pending(file),
            url=None if matched else self._client.unrecognised_url,
        )

    def _passed_over(self, tracked: Tracked) -> bool:
        """Return whether Shoko has left a file unmatched although its queue is empty."""
        limit = REFUSED_AFTER if self._queue_told else REFUSED_AFTER_UNSEEN
        return not self.state.busy and self.clock() - tracked.since >= limit

    def _set_busy(self, busy: bool) -> bool:
        """Set whether the queue is busy; return whether that changed."""
        changed = self.state.busy != busy
        self._queue_told = True
        self.state = replace(self.state, busy=busy)
        return changed

    # Push events

    @override
    async def listen(self, changed: Callable[[], None]) -> None:
        """Run the push connection until cancelled or the API key is rejected."""
        if self._push is None:
            return

        def on_event(name: str, payload: dict[str, Any]) -> None:
            """Process an event."""
            event = parse_event(name, payload)
            self.evidence_changed()
            if event is not None and self._apply(event):
                changed()

        def on_connected() -> None:
            """Read all pending files again, because events may have been missed."""
            self.read_again()
            changed()

        try:
            await self._push.run(on_event, on_connected)
        except InvalidAuth:
            LOGGER.debug("Shoko rejected the API key of the push connection, polling to confirm")
            self.poll_soon()
            changed()

    def _apply(self, event: ShokoEvent) -> bool:
        """Apply an event, or mark its files to be read; return whether anything changed."""
        if event.kind is ShokoEventKind.QUEUE:
            return event.busy is not None and self._set_busy(event.busy)
        self._titles.spoil(event.series, event.episodes)
        meant = self._book.apply(event)
        if meant:
            self.poll_soon()
        return meant

    # Storage

    @override
    def snapshot(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return the files of the wants."""
        return self._book.snapshot(wants)

    @override
    def _restore(self, data: dict[str, Any]) -> None:
        """Restore files from `snapshot` as the last evidence."""
        self._book.restore(data)
