"""Reads the Jellyfin items that are relevant to requests."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from ...clients.errors import NotFound
from ...clients.jellyfin import IDS_PAGE, JellyfinClient
from ...clients.jellyfin_model import Item
from ...pipeline.enums import ItemKind
from ...pipeline.evidence.library import LibraryEvidence
from .episode_scan import EpisodeScan
from .index import LibraryIndex
from .tracked import TrackedItems
from .wanted import Wanted

READS_A_POLL = 10
SERIES_A_POLL = 20
KEYS_AT_ONCE = 200
LATE = timedelta(seconds=30)  # age of a notification that is confirmed before it counts

type AsEvidence = Callable[[Item, datetime | None], LibraryEvidence | None]


class ItemReader:
    """The relevant items, the index used to find them, and the items pending to be read."""

    def __init__(
        self, client: JellyfinClient, clock: Callable[[], datetime], as_evidence: AsEvidence
    ) -> None:
        """Initialize without items."""
        self.client = client
        self.clock = clock
        self.tracked = TrackedItems()
        self.index = LibraryIndex()
        self._as_evidence = as_evidence
        self._episode_scan = EpisodeScan()
        self._looked_up: frozenset[str] = frozenset()
        self._looked_up_for: Wanted | None = None
        self._unread: dict[str, None] = {}
        self._recheck: dict[str, None] = {}
        self._doubted: dict[str, None] = {}  # deleted by webhooks, which can be late: read them once more

    @property
    def under_way(self) -> bool:
        """Return whether a read is incomplete."""
        return bool(self.index.filling or self._unread or self._episode_scan.current or self.tracked.unread())

    # Pending reads

    def read_again(self, item_ids: Iterable[str]) -> None:
        """Add items to those pending to be read."""
        self._unread.update(dict.fromkeys(item_ids))

    def look_up_again(self) -> None:
        """Look up all keys in the index again."""
        self._looked_up, self._looked_up_for = frozenset(), None

    def plan_recheck(self) -> None:
        """Schedule a new read of the items used as proof, as deletions are not among the changes."""
        proving = self.tracked.wanted.items
        self._recheck = dict.fromkeys(one for one in self.tracked.items if one in proving)

    @property
    def recheck_due(self) -> bool:
        """Return whether items used as proof are still to be read again."""
        return bool(self._recheck)

    async def look_up(self) -> None:
        """Find the items that may have new keys; they are read before being used."""
        if self._looked_up_for is self.tracked.wanted:
            return
        keys = frozenset(self.tracked.wanted.by_key)
        for count, key in enumerate(keys - self._looked_up, 1):
            for item_id in self.index.find(key):
                if item_id not in self.tracked.items:
                    self._unread[item_id] = None
            if not count % KEYS_AT_ONCE:
                await asyncio.sleep(0)
        self._looked_up, self._looked_up_for = keys, self.tracked.wanted

    def note_changed(self, item: Item) -> None:
        """Mark a changed item to be read with its files, if it is relevant."""
        piece = self._as_evidence(item, None)
        if piece and (item.id in self.tracked.items or self.tracked.matters(piece)):
            self._unread[item.id] = None

    # Reading

    async def read_items(self) -> int:
        """Read pending items with files, and series of tracked episodes; return the number of requests."""
        calls = 0
        while calls < READS_A_POLL:
            self._unread.update(self._doubted)
            self._doubted.clear()
            self._unread.update(dict.fromkeys(self.tracked.missing_series()))
            if not self._unread:
                break
            await self._read_batch(self._unread)
            calls += 1
        return calls

    async def recheck(self) -> None:
        """Read the next items used as proof again."""
        await self._read_batch(self._recheck)

    async def _read_batch(self, due: dict[str, None]) -> None:
        """Read up to 100 pending items; items missing in the response were deleted."""
        batch, read_at = list(islice(due, IDS_PAGE)), self.clock()
        found = {item.id: item for item in await self.client.items_by_ids(batch)}
        for item_id in batch:
            if item_id not in due:
                continue  # deleted meanwhile, reported by webhook
            del due[item_id]
            item = found.get(item_id)
            piece = self._as_evidence(item, read_at) if item else None
            if item is None or piece is None:
                self._forget(item_id)
            else:
                self.index.put((item,))
                self.tracked.take(piece)

    async def read_series(self) -> int:
        """Read the episodes of requested series; return the request count."""
        due = list(islice(self.tracked.unread().items(), SERIES_A_POLL))
        for series_id, seasons in due:
            read_at = self.clock()
            try:
                items = await self.client.episodes(series_id)
            except NotFound:
                self._forget(series_id)
                continue
            pieces = (self._as_evidence(item, read_at) for item in items)
            self.tracked.take_episodes(series_id, seasons, (piece for piece in pieces if piece))
        return len(due)

    async def search_episodes(self, began: datetime | None) -> None:
        """Scan all episodes for anime files that cannot be found otherwise, some pages per poll."""
        now = self.clock()
        self._episode_scan.plan(self.tracked.wanted.waiting, self.tracked.paths, began or now, now)
        for item_id in await self._episode_scan.go_on(self.client):
            if item_id not in self.tracked.items:
                self._unread[item_id] = None
        await self.read_items()

    # Webhooks

    def take_deleted(self, item: LibraryEvidence) -> None:
        """Remove a deleted item; for a season, its episodes."""
        tracked = self.tracked.items.values()
        if item.kind is not ItemKind.SEASON:
            gone = [one.item_id for one in tracked if item.item_id in (one.item_id, one.series_id)]
            self._unread.pop(item.item_id, None)
            self._recheck.pop(item.item_id, None)
            self._forget(item.item_id)
        elif item.series_id and item.season is not None:
            season = (item.series_id, item.season)
            gone = [one.item_id for one in tracked if (one.series_id, one.season) == season]
            self.tracked.drop_season(*season)
        else:
            return
        self._doubted.update(dict.fromkeys(gone))

    def take_added(self, item: LibraryEvidence, *, sent: datetime | None) -> None:
        """Add an item if it is relevant, keeping fields known from an earlier read.

        If its notification was not sent just now, it can be deleted since, so it is only marked to be read.
        """
        if item.kind is ItemKind.SEASON:
            return
        if known := self.tracked.items.get(item.item_id):
            item = replace(item, ids=tuple(sorted({*item.ids, *known.ids})), files=known.files)
        now = self.clock()
        item = replace(item, read_at=now)
        self.index.put_keys(item.item_id, item.ids)
        if self.tracked.matters(item):
            self._unread[item.item_id] = None
            if sent and abs(now - sent) <= LATE and not self.tracked.ambiguous(item):
                self.tracked.take(item)

    def _forget(self, item_id: str) -> None:
        """Remove a deleted item, and the episodes of a series."""
        self.tracked.drop(item_id)
        self.index.discard(item_id)
