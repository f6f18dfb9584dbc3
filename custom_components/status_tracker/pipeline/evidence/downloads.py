"""Evidence of downloads: the queue of an *arr, and the torrents of a client."""

from dataclasses import dataclass
from datetime import datetime

from ..enums import QueueStatus, TorrentState
from .base import EvidenceBase


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEvidence(EvidenceBase):
    """A queue row of an *arr for one movie or episode; sizes in bytes, `messages` are those of the *arr."""

    source: str
    row_id: int
    status: QueueStatus
    media_id: int | None = None
    episode_id: int | None = None
    season: int | None = None
    download_id: str | None = None
    title: str | None = None
    size: int = 0
    size_left: int = 0
    eta: datetime | None = None
    added: datetime | None = None
    messages: tuple[str, ...] = ()
    error: str | None = None
    quality: str | None = None
    indexer: str | None = None
    client: str | None = None
    upgrade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TorrentEvidence(EvidenceBase):
    """A torrent; `hashes` in lower case (v1, v2, truncated v2), bytes, seconds, `progress` from 0 to 1."""

    source: str
    hashes: tuple[str, ...]
    name: str
    state: TorrentState
    progress: float = 0.0
    size: int = 0
    left: int = 0
    speed: int = 0
    eta: int | None = None
    added: datetime | None = None
