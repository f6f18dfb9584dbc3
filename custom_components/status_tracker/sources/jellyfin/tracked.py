"""The items that are relevant for the wants."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...pipeline.enums import ItemKind
from ...pipeline.evidence.library import LibraryEvidence
from ...pipeline.wants import Want
from ..versioned import Versioned
from .items import path_key, relinked
from .wanted import Seasons, Wanted

NO_SEASONS: frozenset[int] = frozenset()


def _common(one: Seasons, other: Seasons) -> Seasons:
    """Return the seasons contained in both."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


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
