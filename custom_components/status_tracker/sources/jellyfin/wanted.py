"""Search criteria of the wants for Jellyfin items."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from ...pipeline.enums import MediaType
from ...pipeline.evidence.library import LibraryEvidence
from ...pipeline.ids import IdKind, of_kind
from ...pipeline.wants import Want
from .items import file_keys

SHOKO_KINDS = (IdKind.SHOKO_FILE, IdKind.SHOKO_EPISODE, IdKind.SHOKO_SERIES)
ANIME_SERIES = (IdKind.SHOKO_SERIES, IdKind.ANIDB_ANIME)
SLICE = 250  # wants processed per iteration of the event loop

type Seasons = frozenset[int] | None  # None: all seasons


def is_anime(want: Want) -> bool:
    """Return whether a request can have the episode numbers of Shoko instead of those of TVDB."""
    return bool(want.anime) or bool(of_kind(want.ids, *SHOKO_KINDS))


class Wanted:
    """Combined search criteria of all wants."""

    def __init__(self) -> None:
        """Initialize without criteria."""
        self.items: set[str] = set()  # used as proof
        self.by_key: dict[str, list[Want]] = {}  # unfinished wants by ids and path keys
        self.read_after: datetime | None = None
        self.waiting: list[Want] = []  # with files that are imported but not found in the library yet

    @classmethod
    async def collect(cls, wants: Sequence[Want]) -> Wanted:
        """Return the criteria of wants, collected a few per iteration of the event loop."""
        wanted = cls()
        for start in range(0, len(wants), SLICE):
            wanted._add(wants[start : start + SLICE])
            await asyncio.sleep(0)
        return wanted

    def _add(self, wants: Sequence[Want]) -> None:
        """Add the criteria of wants."""
        for want in wants:
            self.items.update(want.items)
            if want.read_after:
                self.read_after = max(want.read_after, self.read_after or want.read_after)
            if want.finished:
                continue
            for key in {*want.ids, *(key for file in want.files for key in file_keys(file.path))}:
                self.by_key.setdefault(key, []).append(want)
            if want.files:
                self.waiting.append(want)

    def seasons(self, series: LibraryEvidence) -> Seasons:
        """Return the requested seasons of a series, empty if it is not requested."""
        found: set[int] = set()
        for one in series.ids:
            by_anime = one.startswith(tuple(f"{kind}:" for kind in ANIME_SERIES))
            for want in self.by_key.get(one, ()):
                if want.media_type is MediaType.MOVIE and not by_anime:
                    continue
                if by_anime or is_anime(want) or not want.seasons:
                    return None
                found.update(want.seasons)
        return frozenset(found)
