"""Torrents of qBittorrent, merged from `sync/maindata` and found by any of their hashes."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from .errors import BadAnswer
from .model import Answer

NO_ETA = 8_640_000


@dataclass(slots=True)
class Torrent(Answer):
    """Torrent, limited to the fields used; bytes, seconds, `progress` from 0 to 1."""

    hash: str
    name: str = ""
    state: str = "unknown"
    progress: float = 0.0
    size: int = 0
    total_size: int | None = None
    amount_left: int = 0
    dlspeed: int = 0
    eta: int = NO_ETA
    added_on: int = 0
    infohash_v1: str = ""
    infohash_v2: str = ""
    has_metadata: bool | None = None

    @property
    def hashes(self) -> tuple[str, ...]:
        """Return all hashes in lower case: id, v1, v2 and v2 truncated to 40 digits."""
        v2 = self.infohash_v2.casefold()
        names = (self.hash.casefold(), self.infohash_v1.casefold(), v2, v2[:40])
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def knows_files(self) -> bool:
        """Return whether metadata is available; without it, `amount_left` is 0."""
        if self.has_metadata is not None:
            return self.has_metadata
        return (self.size if self.total_size is None else self.total_size) > 0

    @property
    def finished(self) -> bool:
        """Return whether all selected data is downloaded."""
        return self.knows_files and self.progress >= 1 and self.amount_left == 0


@dataclass(slots=True)
class MainData(Answer):
    """Response of `sync/maindata`; unchanged data is omitted."""

    rid: int
    full_update: bool = False
    torrents: dict[str, dict[str, Any]] = field(default_factory=dict)
    torrents_removed: list[str] = field(default_factory=list)


class TorrentStore:
    """All torrents of a qBittorrent, by torrent id and by any of their hashes."""

    def __init__(self) -> None:
        """Initialize without torrents."""
        self._torrents: dict[str, Torrent] = {}
        self._index: dict[str, str] = {}
        self.changed: frozenset[str] | None = None  # ids changed by the last response, None: unknown

    def __len__(self) -> int:
        """Return the number of torrents."""
        return len(self._torrents)

    def __iter__(self) -> Iterator[Torrent]:
        """Iterate over the torrents."""
        return iter(self._torrents.values())

    def __getitem__(self, name: str) -> Torrent:
        """Return the torrent with an id."""
        return self._torrents[name]

    def find(self, download_id: str) -> Torrent | None:
        """Return the torrent with a download id of an *arr, in any case and kind of hash."""
        name = self._index.get(download_id.strip().casefold())
        return self._torrents.get(name) if name else None

    def take(self, data: Any) -> int:
        """Merge a response and return its rid; 0 if the next must be complete. Raises BadAnswer."""
        answer, self.changed = MainData.parse(data), None
        torrents = {} if answer.full_update else dict(self._torrents)
        for name in answer.torrents_removed:
            torrents.pop(name, None)
        complete = True
        for name, changes in answer.torrents.items():
            known = torrents.get(name)
            if known is None and "state" not in changes:
                complete = False  # a change of an unknown torrent
                continue
            try:
                torrents[name] = Torrent.parse({**(asdict(known) if known else {}), **changes, "hash": name})
            except BadAnswer:
                torrents.pop(name, None)
                complete = False
        if answer.full_update and answer.torrents and not torrents:
            raise BadAnswer("qBittorrent: all torrents are invalid")
        if torrents.keys() != self._torrents.keys() or any(
            "infohash_v1" in changes or "infohash_v2" in changes for changes in answer.torrents.values()
        ):
            self._index = {hash_: name for name, one in torrents.items() for hash_ in one.hashes}
        elif not answer.full_update:
            self.changed = frozenset(answer.torrents)
        self._torrents = torrents
        return answer.rid if complete or answer.full_update else 0
