"""Which Jellyfin items an id or a path tail may mean, in some 8 bytes a key and 16 an item."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

LOOSE_MAX = 4096
RUN_MAX = 1 << 15
ORDINAL_BITS = 24
HASH_MASK = (1 << 64 - ORDINAL_BITS) - 1
ORDINAL_MASK = (1 << ORDINAL_BITS) - 1


def _hash(key: str) -> int:
    """Return 40 bits of a key; two keys may share them, so whatever is found has to be read and compared."""
    return hash(key) & HASH_MASK


class KeyTable:
    """Keys to item ids without an object for either.

    An entry is one number: 40 bits of the key's hash above 24 bits of the item's place in the list of ids.
    Entries lie in a few sorted arrays; what came last waits in a small dict. A key an item no longer has
    stays until the index is built anew.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._ids = bytearray()
        self._runs: list[array[int]] = []
        self._loose: dict[int, list[int]] = {}
        self._loose_count = 0
        self._gone: set[bytes] = set()

    @property
    def size(self) -> int:
        """Return how many items were put in."""
        return len(self._ids) // 16

    def put(self, item_id: str, keys: Iterable[str]) -> None:
        """Map keys to an item; ValueError if its id is not 32 hex digits."""
        raw = bytes.fromhex(item_id)
        if len(raw) != 16:
            raise ValueError("an item id has 32 digits")
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
                raise ValueError("too many items")
            self._ids += raw
        for hash_ in fresh:
            self._loose.setdefault(hash_, []).append(ordinal)
        self._loose_count += len(fresh)
        if self._loose_count >= LOOSE_MAX:
            self._seal()

    def discard(self, item_id: str) -> None:
        """Find an item no more, until it is put in again."""
        self._gone.add(bytes.fromhex(item_id))

    def find(self, key: str) -> set[str]:
        """Return the ids of the items a key may mean."""
        found = {self._id(place) for place in self._places(_hash(key))}
        return {raw.hex() for raw in found - self._gone}

    def _id(self, ordinal: int) -> bytes:
        """Return the id at a place."""
        return bytes(self._ids[ordinal * 16 : ordinal * 16 + 16])

    def _places(self, hash_: int) -> list[int]:
        """Return the places a hash leads to."""
        places = list(self._loose.get(hash_, ()))
        low = hash_ << ORDINAL_BITS
        for run in self._runs:
            at = bisect_left(run, low)
            while at < len(run) and run[at] >> ORDINAL_BITS == hash_:
                places.append(run[at] & ORDINAL_MASK)
                at += 1
        return places

    def _seal(self) -> None:
        """Move what is loose into the sorted arrays; small ones become one, so that few are searched."""
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
