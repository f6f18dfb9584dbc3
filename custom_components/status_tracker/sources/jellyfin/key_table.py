"""Compact mapping of keys to Jellyfin item ids, with about 8 bytes per key and 16 per item."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

LOOSE_MAX = 512
RUN_MAX = 1 << 13
ORDINAL_BITS = 24
HASH_MASK = (1 << 64 - ORDINAL_BITS) - 1
ORDINAL_MASK = (1 << ORDINAL_BITS) - 1


def _hash(key: str) -> int:
    """Return a 40-bit hash of a key; because of collisions, found items have to be read and compared."""
    return hash(key) & HASH_MASK


class KeyTable:
    """Maps keys to item ids without Python objects for either.

    An entry is a number with 40 bits of the key hash and 24 bits of the item index. Entries are kept in
    a few sorted arrays, recent ones in a small dict. Keys removed from an item remain until the index is
    rebuilt.
    """

    def __init__(self) -> None:
        """Initialize an empty table."""
        self._ids = bytearray()
        self._runs: list[array[int]] = []
        self._loose: dict[int, list[int]] = {}
        self._loose_count = 0
        self._gone: set[bytes] = set()

    @property
    def size(self) -> int:
        """Return the number of items added."""
        return len(self._ids) // 16

    def put(self, item_id: str, keys: Iterable[str]) -> None:
        """Map keys to an item; raises ValueError if its id is not 32 hex digits."""
        raw = bytes.fromhex(item_id)
        if len(raw) != 16:
            raise ValueError("Invalid item id, expected 32 hex digits")
        self._gone.discard(raw)
        ordinal: int | None = None
        fresh: list[int] = []
        for hash_ in {_hash(key) for key in keys}:
            for place in self._places(hash_):
                if self._id(place) == raw:
                    ordinal = place
                    break
            else:
                fresh.append(hash_)
        if not fresh:
            return
        if ordinal is None:
            ordinal = self.size
            if ordinal > ORDINAL_MASK:
                raise ValueError("Too many items")
            self._ids += raw
        for hash_ in fresh:
            self._loose.setdefault(hash_, []).append(ordinal)
        self._loose_count += len(fresh)
        if self._loose_count >= LOOSE_MAX:
            self._seal()

    def discard(self, item_id: str) -> None:
        """Remove an item until it is added again."""
        self._gone.add(bytes.fromhex(item_id))

    def find(self, key: str) -> set[str]:
        """Return the ids of the items that may have a key."""
        found = {self._id(place) for place in self._places(_hash(key))}
        return {raw.hex() for raw in found - self._gone}

    def _id(self, ordinal: int) -> bytes:
        """Return the id at an index."""
        return bytes(self._ids[ordinal * 16 : ordinal * 16 + 16])

    def _places(self, hash_: int) -> list[int]:
        """Return the item indexes for a hash."""
        places = list(self._loose.get(hash_, ()))
        low = hash_ << ORDINAL_BITS
        for run in self._runs:
            at = bisect_left(run, low)
            while at < len(run) and run[at] >> ORDINAL_BITS == hash_:
                places.append(run[at] & ORDINAL_MASK)
                at += 1
        return places

    def _seal(self) -> None:
        """Move recent entries to a sorted array and merge small arrays to limit their number."""
        run = array(
            "Q",
            sorted(
                hash_ << ORDINAL_BITS | place for hash_, places in self._loose.items() for place in places
            ),
        )
        self._loose = {}
        self._loose_count = 0
        while self._runs and len(self._runs[-1]) + len(run) <= RUN_MAX:
            run = array("Q", sorted(self._runs.pop() + run))
        self._runs.append(run)
