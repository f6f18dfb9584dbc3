"""Index of the library: built in pages over several polls, updated by changes, rebuilt daily."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
import logging

from ...clients.jellyfin import JellyfinClient
from ...clients.jellyfin_model import Item
from .items import item_keys
from .key_table import KeyTable

LOGGER = logging.getLogger(__name__)

INDEXED = ("Movie", "Series")
PAGES_A_POLL = 10


@dataclass(slots=True)
class Filling:
    """State of building an index, with the server time at its start."""

    index: KeyTable = field(default_factory=KeyTable)
    start: int = 0
    date: datetime | None = None


class LibraryIndex:
    """Index of item ids by key, for all movies and series and all changed items."""

    def __init__(self) -> None:
        """Initialize an empty index."""
        self.filling: Filling | None = Filling()
        self.server_id = ""
        self._index = KeyTable()

    @property
    def size(self) -> int:
        """Return the number of indexed items."""
        return self._index.size

    def rebuild(self) -> None:
        """Start a rebuild; the current index is used until it is complete."""
        self.filling = self.filling or Filling()

    async def go_on(self, client: JellyfinClient, now: datetime) -> datetime | None:
        """Read the next pages; after the last one, return the server time at the start."""
        filling = self.filling or Filling()
        for _ in range(PAGES_A_POLL):
            page = await client.page(INDEXED, filling.start, take=partial(self._take, filling))
            filling.date = filling.date or page.date or now
            filling.start += page.rows
            if not page.full:
                self._index = filling.index
                self.filling = None
                return filling.date
        return None

    def _take(self, filling: Filling, item: Item) -> None:
        """Add an item to the index being built."""
        self.server_id = item.server_id or self.server_id
        self._put((filling.index,), item.id, item_keys(item))

    def put(self, items: Iterable[Item]) -> None:
        """Add items with their current keys."""
        for item in items:
            self.server_id = item.server_id or self.server_id
            self.put_keys(item.id, item_keys(item))

    def put_keys(self, item_id: str, keys: Sequence[str]) -> None:
        """Map keys to an item."""
        self._put((self._index, self.filling.index) if self.filling else (self._index,), item_id, keys)

    @staticmethod
    def _put(indexes: Sequence[KeyTable], item_id: str, keys: Sequence[str]) -> None:
        """Map keys to an item in these indexes."""
        try:
            for index in indexes:
                index.put(item_id, keys)
        except ValueError as err:
            LOGGER.debug("Skipping an invalid Jellyfin item: %s", err)

    def find(self, key: str) -> set[str]:
        """Return the ids of the items that may have a key."""
        return self._index.find(key)

    def knows(self, item: Item) -> bool:
        """Return whether an item is indexed under any of its keys."""
        return any(item.id in self._index.find(key) for key in item_keys(item))

    def discard(self, item_id: str) -> None:
        """Remove an item."""
        self._index.discard(item_id)
