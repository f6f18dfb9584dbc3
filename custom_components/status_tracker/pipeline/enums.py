"""Enumerations of services, media types, statuses and states."""

from enum import StrEnum

SEERR = "seerr"


class Service(StrEnum):
    """Kinds of service."""

    SEERR = "seerr"
    RADARR = "radarr"
    SONARR = "sonarr"
    QBITTORRENT = "qbittorrent"
    JELLYFIN = "jellyfin"
    SHOKO = "shoko"


class MediaType(StrEnum):
    """Media types, with the values of Seerr."""

    MOVIE = "movie"
    TV = "tv"


class RequestStatus(StrEnum):
    """Status of a request in Seerr."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"
    COMPLETED = "completed"


class MediaStatus(StrEnum):
    """Status of a title or season in Seerr, based on the files of the *arr."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    PROCESSING = "processing"
    PARTIALLY_AVAILABLE = "partially_available"
    AVAILABLE = "available"
    BLOCKLISTED = "blocklisted"
    DELETED = "deleted"


class ReleaseKind(StrEnum):
    """Kinds of movie release."""

    CINEMA = "cinema"
    DIGITAL = "digital"
    PHYSICAL = "physical"


class QueueStatus(StrEnum):
    """Status of a queue row of an *arr, combined from its three state fields (contract: stage mapping)."""

    WAITING = "waiting"  # delay profile, or the download client is unreachable
    QUEUED = "queued"
    PAUSED = "paused"
    DOWNLOADING = "downloading"
    WARNING = "warning"  # the download client reports a problem (stalled, error, missing files)
    COMPLETED = "completed"  # downloaded, import not started
    IMPORT_PENDING = "import_pending"
    IMPORT_BLOCKED = "import_blocked"
    IMPORTING = "importing"
    FAILED = "failed"


class HistoryKind(StrEnum):
    """Kinds of events from the history or a webhook of an *arr."""

    GRABBED = "grabbed"
    IMPORTED = "imported"
    FAILED = "failed"
    IGNORED = "ignored"
    FILE_DELETED = "file_deleted"


class TorrentState(StrEnum):
    """State of a torrent, independent of client version and direction."""

    METADATA = "metadata"
    QUEUED = "queued"
    CHECKING = "checking"
    DOWNLOADING = "downloading"
    STALLED = "stalled"
    PAUSED = "paused"
    MOVING = "moving"
    COMPLETE = "complete"  # downloaded, whether seeding or not
    MISSING_FILES = "missing_files"
    ERROR = "error"
    UNKNOWN = "unknown"


class ItemKind(StrEnum):
    """Kinds of Jellyfin items; a movie can be any except series and season."""

    MOVIE = "movie"
    SERIES = "series"
    SEASON = "season"
    EPISODE = "episode"
    VIDEO = "video"
