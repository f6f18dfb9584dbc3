"""The whole library as an index: built in pages over several polls, kept by changes, rebuilt daily."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
import logging

from ...clients.jellyfin import JellyfinClient
from ...clients.jellyfin_model import Item
from .key_table import KeyTable
from .tracked import item_keys

LOGGER = logging.getLogger(__name__)

INDEXED = ("Movie", "Series")
PAGES_A_POLL = 10


@dataclass(slots=True)
class Filling:
    """An index being built: how far it has come, and the server's time when that began."""

    index: KeyTable = field(default_factory=KeyTable)
    start: int = 0
    date: datetime | None = None


class LibraryIndex:
    """Which items a key may mean, among all films and series and whatever changed since."""

    def __init__(self) -> None:
        """Initialize."""
        self.filling: Filling | None = Filling()
        self.server_id = ""
        self._index = KeyTable()

    @property
    def size(self) -> int:
        """Return how many items are known."""
        return self._index.size

    def rebuild(self) -> None:
        """Read all anew; the present index serves until that is done."""
        self.filling = self.filling or Filling()

    async def go_on(self, client: JellyfinClient, now: datetime) -> datetime | None:
        """Read the next pages; when the last one was read, return the server's time as of the first."""
        filling = self.filling or Filling()
        for _ in range(PAGES_A_POLL):
            page = await client.page(INDEXED, filling.start)
            filling.date = filling.date or page.date or now
            self.put(page.items)
            filling.start += page.rows
            if not page.full:
                self._index = filling.index
                self.filling = None
                return filling.date
        return None

    def put(self, items: Iterable[Item]) -> None:
        """Take in items with the keys they have now."""
        for item in items:
            self.server_id = item.server_id or self.server_id
            self.put_keys(item.id, item_keys(item))

    def put_keys(self, item_id: str, keys: Sequence[str]) -> None:
        """Map keys to an item."""
        try:
            for index in (self._index, self.filling.index) if self.filling else (self._index,):
                index.put(item_id, keys)
        except ValueError as err:
            LOGGER.debug("An item of Jellyfin is left out: %s", err)

    def find(self, key: str) -> set[str]:
        """Return the ids of the items a key may mean."""
        return self._index.find(key)

    def knows(self, item: Item) -> bool:
        """Return whether an item has been read or told of before, under any key it has."""
        return any(item.id in self._index.find(key) for key in item_keys(item))

    def discard(self, item_id: str) -> None:
        """Find an item no more."""
        self._index.discard(item_id)
