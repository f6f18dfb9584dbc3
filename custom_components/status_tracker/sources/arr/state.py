"""State of an *arr source: tracked titles, their evidence and pending reads."""

from abc import abstractmethod
import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, override

from ...clients.arr import ArrClient
from ...pipeline.enums import MediaType
from ...pipeline.evidence.arr import FileEvidence, HistoryEvidence, MovieEvidence, SeriesEvidence
from ...pipeline.wants import Want
from ..base import Source
from ..retries import Retries
from ..serialization import deserialize_all
from ..versioned import Versioned
from .history import HistoryLog
from .queue import QueueState
from .titles import TitleTable

SOON = timedelta(seconds=1)
RETRIES = (1, 5, 15, 60)  # minutes
UNBOUND_TITLES = 50


class ArrState[T: MovieEvidence | SeriesEvidence, C: ArrClient](Source):
    """State of an *arr source; `T` is the type of its titles, `C` that of its client."""

    media_type: ClassVar[MediaType]
    parts: ClassVar[tuple[str, ...]]  # what an audit re-reads, one request each
    evidence_type: type[T]

    def __init__(
        self,
        key: str,
        name: str,
        client: C,
        *,
        clock: Callable[[], datetime],
        seerr_id: int | None = None,
        is_4k: bool = False,
    ) -> None:
        """Initialize without titles; `seerr_id` is the id of this instance in Seerr."""
        super().__init__(key, name, clock=clock, seerr_id=seerr_id, is_4k=is_4k)
        self.client = self.http = client
        self.log = HistoryLog()
        self.queue = QueueState(key)
        self._titles = TitleTable[T](self._catalogue_id)
        self._met = Versioned[int, int]()  # media id by catalogue id, from webhooks
        self._known: dict[int, frozenset[int]] = {}  # seasons that were read, with history
        self._bound: dict[int, frozenset[int]] = {}  # tracked titles with their requested seasons
        self._wanted_by: dict[int, Want] = {}
        self._read_after: dict[int, datetime] = {}  # titles read before are read again
        self._downloads: frozenset[str] = frozenset()
        self._listed: tuple[tuple[int, int], tuple[T, ...]] | None = None
        self._bound_by: Sequence[Want] | None = None
        self._bound_at: tuple[int, int] | None = None
        self._tidied: tuple[object, ...] = ()
        self._absent: set[int] = set()  # catalogue ids of requests to approve that were not found
        self._approved: dict[int, set[int]] = {}  # requests by the catalogue id they are looked up with
        self._unfound_ids: tuple[int, ...] = ()
        self._unfound_by: Sequence[Want] | None = None
        self._unfound_at: tuple[int, int] | None = None
        self._dirty: dict[int, int] = {}
        self._told = 0
        self._retries = Retries[Hashable](*RETRIES)
        self._turns: dict[tuple[int, str], None] = {}  # parts of titles, the one read longest ago first
        self._reads = 0
        self._unread_ids: dict[int, None] = {}
        self._unread_at: tuple[object, ...] = ()
        self._queue_rows: object = None  # the last responses, the same objects until they change
        self._history_rows: object = None
        self._idle_polls = 4  # weighted, since a title was read again
        self._backlog = False

    def place(self, seerr_id: int | None, is_4k: bool) -> None:
        """Set the id of this instance in Seerr and whether it is for 4K."""
        if (seerr_id, is_4k) != (self.state.seerr_id, self.state.is_4k):
            self.state = replace(self.state, seerr_id=seerr_id, is_4k=is_4k)

    # Differences between Radarr and Sonarr

    @abstractmethod
    def _catalogue_id(self, title: T | Want) -> int | None:
        """Return the catalogue id used by this *arr."""

    @abstractmethod
    def _gone(self, title: T, former_files: tuple[FileEvidence, ...]) -> T:
        """Return a title marked as deleted, with the files it had."""

    # Tracked titles

    def _mine(self, wants: Sequence[Want]) -> Iterable[Want]:
        """Return the wants this instance can serve."""
        return (want for want in wants if self._is_mine(want))

    def _is_mine(self, want: Want) -> bool:
        """Return whether this instance can serve a want, or has to tell what it has of the title."""
        return want.media_type is self.media_type and (
            (want.source == self.key if want.source else want.is_4k is self.state.is_4k)
            or self._contests(want)
        )

    def _contests(self, want: Want) -> bool:
        """Return whether the copy of a title in Jellyfin can be that of this instance instead."""
        return want.contested and want.is_4k is not self.state.is_4k

    def _ids_of(self, want: Want) -> set[int]:
        """Return the possible media ids of a want: from Seerr and from the catalogue id."""
        catalogue_id = self._catalogue_id(want)
        ids = {want.media_id if want.source == self.key else None, self._media_id(catalogue_id)}
        if self._contests(want) and -(catalogue_id or 0) in self._titles:
            ids.add(-(catalogue_id or 0))
        return {one for one in ids if one is not None}

    @property
    def _version(self) -> tuple[int, int]:
        """Return a value that differs once the titles have changed."""
        return self._titles.version, self._met.version

    def _media_id(self, catalogue_id: int | None) -> int | None:
        """Return the media id for a catalogue id, of a title or from a webhook, without deleted titles."""
        if catalogue_id is None:
            return None
        if (found := self._titles.find(catalogue_id)) is not None:
            return found
        met = self._met.get(catalogue_id)
        return None if met is None or self._titles.is_gone(met) else met

    def _shown(self) -> tuple[T, ...]:
        """Return the titles, omitting deleted ones that were added again under a new id."""
        if self._listed is None or self._listed[0] != self._version:
            self._listed = self._version, self._titles.shown(self._media_id)
        return self._listed[1]

    def _drop(self, title: T) -> None:
        """Mark a title as deleted and remove its history, as the *arr does; the files it had are kept."""
        files = (*title.files, *title.former_files, *self.log.imported_files(title.media_id))
        self._titles[title.media_id] = self._gone(title, tuple(dict.fromkeys(files)))
        self.log.forget(title.media_id)

    def _bind(self, wants: Sequence[Want]) -> None:
        """Update the tracked titles and downloads from the wants."""
        if self._bound_by is wants and self._bound_at == self._version:
            return
        self._bound_by, self._bound_at = wants, self._version
        bound: dict[int, frozenset[int]] = {}
        wanted_by: dict[int, Want] = {}
        read_after: dict[int, datetime] = {}
        downloads: set[str] = set()
        for want in sorted(self._mine(wants), key=lambda want: (want.in_flight, want.request_id)):
            downloads.update(one.casefold() for one in want.download_ids)
            for media_id in self._ids_of(want):
                bound[media_id] = bound.get(media_id, frozenset()) | frozenset(want.seasons)
                contests = self._contests(want)
                since = want.contested_at if contests else want.read_after
                if since and (contests or want.expects_title):
                    read_after[media_id] = max(since, read_after.get(media_id, since))
                before = wanted_by.get(media_id)
                if before is None or want.expects_title:
                    wanted_by[media_id] = want
        self._bound, self._wanted_by, self._read_after = bound, wanted_by, read_after
        self._downloads = frozenset(downloads)

    def _seasons(self, media_id: int) -> frozenset[int]:
        """Return the requested seasons of a title; none if it is no longer tracked since a poll began."""
        return self._bound.get(media_id, frozenset())

    def _filter(self) -> Callable[[HistoryEvidence], bool]:
        """Return whether an event is relevant for a request."""
        bound, downloads = self._bound.keys(), self._downloads
        return lambda event: event.media_id in bound or (event.download_id or "").casefold() in downloads

    # Pending reads

    def look_again(self, media_id: int) -> None:
        """Read a title in the next poll, regardless of any back-off."""
        self._retries.clear()
        self._mark(media_id)

    @override
    def read_again(self) -> None:
        """Poll immediately, read the titles of open requests and look for missing ones."""
        super().read_again()
        self._retries.clear()
        for media_id, want in self._wanted_by.items():
            if media_id > 0 and want.expects_title:
                self._mark(media_id)

    def _mark(self, media_id: int | None) -> None:
        """Mark a title to be read again."""
        if media_id:
            self._told += 1
            self._dirty[media_id] = self._told

    async def _tidy(self, wants: Sequence[Want]) -> None:
        """Drop untracked titles, except the newest few announced by webhook."""
        self._bind(wants)
        tidied = self._bound_by, self._bound_at, self._told, self.log.version
        if tidied == self._tidied:
            return
        await asyncio.sleep(0)
        unbound = [one for one in self._titles if one not in self._bound]
        for media_id in unbound[:-UNBOUND_TITLES]:
            del self._titles[media_id]
        for catalogue_id in list(self._met)[:-UNBOUND_TITLES]:
            if self._met[catalogue_id] not in self._bound:
                del self._met[catalogue_id]
        self._known = {one: seasons for one, seasons in self._known.items() if one in self._bound}
        self._dirty = {one: mark for one, mark in self._dirty.items() if one in self._bound}
        self._turns = {key: None for key in self._turns if key[0] in self._bound}
        await asyncio.sleep(0)
        catalogue = {self._catalogue_id(want) for want in self._mine(wants)}
        self._absent &= catalogue
        self._approved = {one: told for one, told in self._approved.items() if one in catalogue}
        self._retries.keep({("catalogue", one) for one in catalogue} | {("id", one) for one in self._bound})
        await asyncio.sleep(0)
        self.log.keep(self._filter())
        await asyncio.sleep(0)
        self._bind(wants)
        self._tidied = self._bound_by, self._bound_at, self._told, self.log.version

    # Storage

    @override
    def snapshot(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return the tracked titles, their events and rows, and the time up to which the history was read."""
        self._bind(wants)
        wanted = self._filter()
        return {
            "titles": [title for one, title in self._titles.items() if one in self._bound],
            "known": [[one, sorted(seasons)] for one, seasons in self._known.items() if one in self._bound],
            "queue": self.queue.snapshot(self._bound.keys(), self._downloads),
            **self.log.snapshot(wanted),
        }

    @override
    def _restore(self, data: dict[str, Any]) -> None:
        """Restore data from `snapshot`; changes since then are found in the history."""
        for title in deserialize_all(self.evidence_type, data.get("titles")):
            self._titles[title.media_id] = replace(title, source=self.key)
            if title.media_id > 0:
                self._turns.update({(title.media_id, part): None for part in self.parts})
        known = data.get("known")
        for row in known if isinstance(known, list) else []:
            match row:
                case [int(media_id), list(seasons)] if media_id in self._titles:
                    self._known[media_id] = frozenset(one for one in seasons if isinstance(one, int))
        self.queue.restore(data.get("queue"))
        self.log.restore(data, self.key)
