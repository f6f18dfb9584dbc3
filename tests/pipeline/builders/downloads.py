"""Rows of the *arrs' queues and torrents of qBittorrent."""

from typing import Any

from custom_components.status_tracker.pipeline.enums import QueueStatus, TorrentState
from custom_components.status_tracker.pipeline.evidence.downloads import QueueEvidence, TorrentEvidence

GB = 1_000_000_000
HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
OTHER_HASH = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"


def row(status: QueueStatus = QueueStatus.DOWNLOADING, **said: Any) -> QueueEvidence:
    """Return a row of Radarr's queue."""
    values: dict[str, Any] = {
        "source": "radarr",
        "row_id": 1,
        "status": status,
        "media_id": 10,
        "download_id": HASH,
        "title": "The.Matrix.1999.1080p-GRP",
        "size": 8 * GB,
        "size_left": 6 * GB,
        "indexer": "Indexer",
        "client": "qBittorrent",
        "quality": "Bluray-1080p",
    }
    return QueueEvidence(**values | said)


def episode_row(number: int, status: QueueStatus = QueueStatus.DOWNLOADING, **said: Any) -> QueueEvidence:
    """Return a row of Sonarr's queue for an episode of the first season."""
    values = {"source": "sonarr", "media_id": 30, "episode_id": 100 + number, "row_id": number}
    return row(status, **values | said)


def torrent(
    state: TorrentState = TorrentState.DOWNLOADING, progress: float = 0.25, **said: Any
) -> TorrentEvidence:
    """Return the torrent of the usual hash, so far loaded."""
    size = said.pop("size", 8 * GB)
    values: dict[str, Any] = {
        "source": "qbit",
        "hashes": (HASH.lower(),),
        "name": "The.Matrix.1999.1080p-GRP",
        "state": state,
        "progress": progress,
        "size": size,
        "left": int(size * (1 - progress)),
        "speed": 1_000_000 if state is TorrentState.DOWNLOADING else 0,
    }
    return TorrentEvidence(**values | said)


DONE = torrent(TorrentState.COMPLETE, 1.0)
