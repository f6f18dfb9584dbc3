"""Relevance of Jellyfin items for the wants, and the relevant items."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ...clients.jellyfin_model import Item
from ...pipeline.enums import ItemKind, MediaType
from ...pipeline.evidence.library import ItemFile, LibraryEvidence
from ...pipeline.ids import IdKind, of_kind, path_parts, path_tail
from ...pipeline.wants import Want
from ..versioned import Versioned
from .ids import KINDS, typed_ids

SHOKO_KINDS = (IdKind.SHOKO_FILE, IdKind.SHOKO_EPISODE, IdKind.SHOKO_SERIES)
ANIME_SERIES = (IdKind.SHOKO_SERIES, IdKind.ANIDB_ANIME)

SLICE = 250  # wants processed per iteration of the event loop
DISC_DEPTH = 3  # a movie folder with e.g. BDMV and STREAM

type Seasons = frozenset[int] | None  # None: all seasons
NO_SEASONS: frozenset[int] = frozenset()


def path_key(path: str) -> str:
    """Return the key of a file: the last two parts of its path, independent of its mount point."""
    return f"path:{path_tail(path)}"


def file_keys(path: str) -> tuple[str, ...]:
    """Return the keys of a file and its parent folders, because Jellyfin uses the folder for a disc."""
    parts = path_parts(path)
    ends = range(len(parts), max(len(parts) - DISC_DEPTH, 2) - 1, -1)
    return tuple(f"path:{'/'.join(parts[max(end - 2, 0) : end])}" for end in ends) or (path_key(path),)


def item_paths(item: Item) -> tuple[str, ...]:
    """Return the distinct paths of the files of an item."""
    paths = (item.path, *(one.path for one in item.media_sources))
    return tuple(dict.fromkeys(path for path in paths if path))


def item_keys(item: Item) -> tuple[str, ...]:
    """Return the keys of an item: its ids and the path keys of its files."""
    if (kind := KINDS.get(item.type.casefold())) is None:
        return ()
    paths = item_paths(item)
    ids = typed_ids(kind, item.provider_ids, paths)
    return ids if kind is ItemKind.SERIES else (*ids, *map(path_key, paths))


def item_evidence(source: str, item: Item, url: str, read_at: datetime | None) -> LibraryEvidence | None:
    """Return an item as evidence with the time it was read; None for kinds that are not used."""
    if (kind := KINDS.get(item.type.casefold())) is None:
        return None
    sizes = {one.path: one.size for one in item.media_sources}
    paths = item_paths(item)
    episode = kind is ItemKind.EPISODE
    return LibraryEvidence(
        source=source,
        item_id=item.id,
        kind=kind,
        name=item.name,
        year=item.production_year,
        ids=typed_ids(kind, item.provider_ids, paths),
        files=tuple(ItemFile(path=path, size=sizes.get(path, 0)) for path in paths)
        if kind is not ItemKind.SERIES
        else (),
        virtual=item.virtual,
        series_id=item.series_id,
        season=item.parent_index_number if episode else None,
        number=item.index_number if episode else None,
        number_end=item.index_number_end if episode else None,
        url=item_url(url, item.id, item.server_id),
        read_at=read_at,
    )


def relinked(item: LibraryEvidence, url: str) -> LibraryEvidence:
    """Return an item with its link on another base URL."""
    page = (item.url or "").partition("/web/#/")[2]
    return replace(item, url=f"{url}/web/#/{page}") if page else item


def item_url(url: str, item_id: str, server_id: str) -> str:
    """Return the URL of an item in the Jellyfin web client."""
    return f"{url}/web/#/details?id={item_id}&serverId={server_id}"


def is_anime(want: Want) -> bool:
    """Return whether a request can have the episode numbers of Shoko instead of those of TVDB."""
    return bool(want.anime) or bool(of_kind(want.ids, *SHOKO_KINDS))


def _common(one: Seasons, other: Seasons) -> Seasons:
    """Return the seasons contained in both."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


class Wanted:
    """Combined search criteria of all wants."""

    def __init__(self, wants: Sequence[Want] = ()) -> None:
        """Collect the ids and path keys of unfinished wants, and the items used as proof."""
        self.items: set[str] = set()
        self.by_key: dict[str, list[Want]] = {}
        self.read_after: datetime | None = None
        self.waiting: list[Want] = []  # with files that are imported but not found in the library yet
        self._add(wants)

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


class TrackedItems:
    """Relevant items: used as proof, with a wanted key, or in a requested season."""

    def __init__(self) -> None:
        """Initialize without items."""
        self.wanted = Wanted()
        self._items = Versioned[str, LibraryEvidence]()
        self._read: dict[str, Seasons] = {}
        self._unread: dict[str, Seasons] = {}
        self._unread_at: tuple[int, int, Wanted] | None = None
        self._reads = 0  # incremented when the seasons that were read change
        self._missing: tuple[int, set[str]] = -1, set()
        self._scopes: dict[str, Seasons] = {}
        self._stale: list[Want] = []
        self._stale_of: Iterable[Want] = ()

    @property
    def items(self) -> Versioned[str, LibraryEvidence]:
        """Return the items by id."""
        return self._items

    @items.setter
    def items(self, items: Mapping[str, LibraryEvidence]) -> None:
        """Replace all items."""
        version = self._items.version + 1
        self._items = Versioned(items)
        self._items.version = version

    def aim(self, wanted: Wanted) -> None:
        """Set new search criteria."""
        self.wanted = wanted
        self._scopes = {}

    def prune(self) -> None:
        """Drop the items that are not relevant anymore."""
        kept = {key: one for key, one in self.items.items() if self.matters(one)}
        parents = {one.series_id for one in kept.values()}
        self.items = {key: one for key, one in self.items.items() if key in kept or key in parents}
        self._scopes = {}
        self._read = {
            key: _common(seasons, self._scope(key))
            for key, seasons in self._read.items()
            if key in self.items
        }
        self._reads += 1

    def matters(self, piece: LibraryEvidence) -> bool:
        """Return whether an item is relevant, regardless of its series or episodes."""
        if piece.item_id in self.wanted.items:
            return True
        keys = self.wanted.by_key
        if any(one in keys for one in piece.ids) or any(path_key(one.path) in keys for one in piece.files):
            return True
        if piece.kind is not ItemKind.EPISODE or piece.series_id is None:
            return False
        seasons = self._scope(piece.series_id)
        return seasons is None or piece.season in seasons

    def _scope(self, series_id: str) -> Seasons:
        """Return the requested seasons of a tracked series."""
        if series_id not in self._scopes:
            series = self.items.get(series_id)
            self._scopes[series_id] = self.wanted.seasons(series) if series else NO_SEASONS
        return self._scopes[series_id]

    def take(self, piece: LibraryEvidence) -> bool:
        """Add or update an item if it is relevant, else drop it; return whether it was kept.

        A series is also relevant if one of its episodes is.
        """
        series = piece.kind is ItemKind.SERIES
        parent = series and any(piece.item_id == one.series_id for one in self.items.values())
        if not piece.virtual and (parent or self.matters(piece)):
            self.items[piece.item_id] = self._newest(piece)
            self._scopes.pop(piece.item_id, None)
            return True
        if series:
            self.drop(piece.item_id)
        else:
            self.items.pop(piece.item_id, None)
        return False

    def _newest(self, piece: LibraryEvidence) -> LibraryEvidence:
        """Return an item as just read, or the previous one if it is equal and still fresh."""
        known, needed = self.items.get(piece.item_id), self.wanted.read_after
        if (
            known is None
            or known.read_at is None
            or (needed and known.read_at < needed)
            or replace(known, read_at=piece.read_at) != piece
        ):
            return piece
        return known

    def relink(self, url: str) -> None:
        """Update the links of all items to another base URL."""
        self.items = {key: relinked(item, url) for key, item in self.items.items()}

    def outdated(self, wants: Iterable[Want]) -> list[str]:
        """Return the items to read again before they prove availability."""
        if wants is not self._stale_of:
            self._stale_of, self._stale = wants, [want for want in wants if want.stale_items]
        found: dict[str, None] = {}
        for want in self._stale:
            for item_id in want.stale_items:
                item = self.items.get(item_id)
                if item and want.read_after and (item.read_at is None or item.read_at < want.read_after):
                    found[item_id] = None
        return list(found)

    def drop(self, item_id: str) -> None:
        """Remove a deleted item, and the episodes of a series."""
        known = self.items.pop(item_id, None)
        if known is None or known.kind is ItemKind.SERIES:
            self._read.pop(item_id, None)
            self._reads += 1
            self._scopes.pop(item_id, None)
            self.items = {key: one for key, one in self.items.items() if one.series_id != item_id}

    def drop_season(self, series_id: str, season: int) -> None:
        """Remove the episodes of a season."""
        self.items = {
            key: one for key, one in self.items.items() if (one.series_id, one.season) != (series_id, season)
        }

    def ambiguous(self, piece: LibraryEvidence) -> bool:
        """Return whether an item without files may be HD for one request and 4K for another."""
        series = self.items.get(piece.series_id) if piece.series_id else None
        ids = (*piece.ids, *(series.ids if series else ()))
        if piece.files:
            return False
        wants = (want for one in ids for want in self.wanted.by_key.get(one, ()))
        return any(want.is_4k or want.contested for want in wants)

    def paths(self) -> frozenset[str]:
        """Return the path keys of the files of all items."""
        return frozenset(path_key(file.path) for one in self.items.values() for file in one.files)

    def missing_series(self) -> set[str]:
        """Return the series of tracked episodes that are not tracked themselves."""
        if self._missing[0] != self.items.version:
            series = {one.series_id for one in self.items.values() if one.series_id}
            self._missing = self.items.version, series - self.items.keys()
        return self._missing[1]

    def unread(self) -> dict[str, Seasons]:
        """Return the series with requested seasons that have not been read yet."""
        stamp = self.items.version, self._reads, self.wanted
        if self._unread_at == stamp:
            return self._unread
        due: dict[str, Seasons] = {}
        for key, one in self.items.items():
            if one.kind is not ItemKind.SERIES or (seasons := self._scope(key)) == NO_SEASONS:
                continue
            read = self._read.get(key, NO_SEASONS)
            if read is not None and (seasons is None or not seasons <= read):
                due[key] = seasons
        self._unread_at, self._unread = stamp, due
        return due

    def take_episodes(self, series_id: str, seasons: Seasons, pieces: Iterable[LibraryEvidence]) -> None:
        """Replace the episodes of a series, removing those not listed."""
        listed = {piece.item_id: piece for piece in pieces}
        self.items = {
            key: one for key, one in self.items.items() if one.series_id != series_id or key in listed
        }
        for piece in listed.values():
            self.take(piece)
        self._read[series_id] = seasons
        self._reads += 1
