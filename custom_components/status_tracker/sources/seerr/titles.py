"""Titles of the requests, which Seerr requests from TMDB: some per poll, those without a title first."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from datetime import datetime
from typing import Any

from ...clients.errors import BadAnswer, NotReady, TimedOut
from ...clients.seerr import SeerrClient
from ...pipeline.enums import MediaType
from ...pipeline.evidence.requests import TitleEvidence
from ...pipeline.wants import Want
from ..retries import Retries
from ..serialization import deserialize_all
from ..versioned import Versioned
from .known import KnownRequests
from .rows import title_evidence

TITLES = 40
AT_ONCE = 4  # concurrent requests for titles
TITLE_RETRIES = (5, 30, 360)  # minutes

type TitleKey = tuple[MediaType, int]


def title_keys(wants: Iterable[Want]) -> Iterable[TitleKey]:
    """Return the titles of wants."""
    return ((want.media_type, want.tmdb_id) for want in wants if want.tmdb_id)


def _urgency(want: Want) -> tuple[bool, bool, int]:
    """Return the sort key for fetching titles: untitled, active and newest first."""
    return want.titled, want.finished, -want.request_id


class Titles:
    """The titles read so far, and those known from a webhook only."""

    def __init__(self, client: SeerrClient, clock: Callable[[], datetime]) -> None:
        """Initialize without titles."""
        self.incomplete = False  # whether the last poll left some for the next one
        self._client = client
        self._clock = clock
        self._read = Versioned[TitleKey, TitleEvidence]()
        self._provisional: dict[TitleKey, TitleEvidence] = {}
        self._retries = Retries[TitleKey](*TITLE_RETRIES)
        self._tidied_by: Sequence[Want] | None = None
        self._missing: list[TitleKey] = []
        self._missing_by: Sequence[Want] | None = None
        self._missing_at = 0

    @property
    def all(self) -> tuple[TitleEvidence, ...]:
        """Return all titles."""
        if self._provisional:
            return tuple({**self._provisional, **self._read}.values())
        return self._read.all

    def is_tried(self, key: TitleKey) -> bool:
        """Return whether a title was read, or reading it has failed."""
        return key in self._read or key in self._retries

    def provide(self, title: TitleEvidence) -> None:
        """Use a title from a webhook until it is read."""
        self._provisional[title.media_type, title.tmdb_id] = title

    def missing(self, wants: Sequence[Want], needed: Set[object]) -> list[TitleKey]:
        """Return the needed titles to read now, untitled requests first."""
        if self._missing_by is not wants or self._missing_at != len(self._read):
            self._missing_by, self._missing_at = wants, len(self._read)
            lacking = needed - self._read.keys()
            keys = title_keys(sorted(wants, key=_urgency)) if lacking else ()
            self._missing = [key for key in dict.fromkeys(keys) if key in lacking]
        now = self._clock()
        return [key for key in self._missing if self._retries.is_due(key, now)]

    async def read(self, wants: Sequence[Want], needed: Set[object], known: KnownRequests) -> None:
        """Read some of the missing titles, a few concurrently."""
        self._tidy(wants, needed, known)
        missing = self.missing(wants, needed)
        self.incomplete = len(missing) > TITLES
        due = iter(missing[:TITLES])

        async def read() -> None:
            """Read titles until none are left."""
            for key in due:
                await self._read_title(*key)

        ended = await asyncio.gather(*(read() for _ in range(AT_ONCE)), return_exceptions=True)
        for error in ended:
            if error:
                raise error

    async def _read_title(self, media_type: MediaType, tmdb_id: int) -> None:
        """Read a title; retry later if it fails."""
        key = media_type, tmdb_id
        ask = self._client.movie if media_type is MediaType.MOVIE else self._client.tv
        try:
            self._read[key] = title_evidence(media_type, tmdb_id, await ask(tmdb_id))
        except BadAnswer, TimedOut, NotReady:
            # Seerr is available, but TMDB is not or has no such title.
            self._retries.failed(key, self._clock())
        else:
            self._retries.succeeded(key)

    def _tidy(self, wants: Sequence[Want], needed: Set[object], known: KnownRequests) -> None:
        """Drop titles not needed anymore, and titles from webhooks that have been read since."""
        if wants and wants is not self._tidied_by:  # without wants, the evaluation has not run yet
            self._tidied_by = wants
            for key in self._read.keys() - needed:
                del self._read[key]
            self._retries.keep(needed)
        if self._provisional:
            kept = {(one.media_type, one.tmdb_id or 0) for one in known.values()}
            self._provisional = {
                key: title
                for key, title in self._provisional.items()
                if key in kept and key not in self._read
            }

    def snapshot(self, keys: Collection[TitleKey]) -> list[TitleEvidence]:
        """Return the titles to store."""
        return [title for key, title in self._read.items() if key in keys]

    def restore(self, data: Any) -> None:
        """Restore titles from `snapshot`."""
        for title in deserialize_all(TitleEvidence, data):
            self._read[title.media_type, title.tmdb_id] = title
