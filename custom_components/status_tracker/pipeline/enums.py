"""The terms everybody here shares: kinds of service and media, statuses and states."""

from enum import StrEnum

SEERR = "seerr"


class Service(StrEnum):
    """The kinds of service."""

    SEERR = "seerr"
    RADARR = "radarr"
    SONARR = "sonarr"
    QBITTORRENT = "qbittorrent"
    JELLYFIN = "jellyfin"
    SHOKO = "shoko"


class MediaType(StrEnum):
    """What was asked for, in Seerr's words."""

    MOVIE = "movie"
    TV = "tv"


class RequestStatus(StrEnum):
    """What Seerr says of the request."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"
    COMPLETED = "completed"


class MediaStatus(StrEnum):
    """What Seerr says of the title (or of one season); it counts the *arr's files."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    PROCESSING = "processing"
    PARTIALLY_AVAILABLE = "partially_available"
    AVAILABLE = "available"
    BLOCKLISTED = "blocklisted"
    DELETED = "deleted"


class ReleaseKind(StrEnum):
    """The ways a film comes out."""

    CINEMA = "cinema"
    DIGITAL = "digital"
    PHYSICAL = "physical"


class QueueStatus(StrEnum):
    """A row of an *arr's queue, its three state fields folded into one (contract: stage mapping)."""

    WAITING = "waiting"  # delay profile, or the client is unreachable
    QUEUED = "queued"
    PAUSED = "paused"
    DOWNLOADING = "downloading"
    WARNING = "warning"  # the client complains while loading (stalled, error, missing files)
    COMPLETED = "completed"  # loaded, not yet looked at
    IMPORT_PENDING = "import_pending"
    IMPORT_BLOCKED = "import_blocked"
    IMPORTING = "importing"
    FAILED = "failed"


class HistoryKind(StrEnum):
    """What an *arr did, from its history or a webhook."""

    GRABBED = "grabbed"
    IMPORTED = "imported"
    FAILED = "failed"
    IGNORED = "ignored"
    FILE_DELETED = "file_deleted"


class TorrentState(StrEnum):
    """A torrent's state without the client's versions and directions."""

    METADATA = "metadata"
    QUEUED = "queued"
    CHECKING = "checking"
    DOWNLOADING = "downloading"
    STALLED = "stalled"
    PAUSED = "paused"
    MOVING = "moving"
    COMPLETE = "complete"  # loaded, whether seeding or not
    MISSING_FILES = "missing_files"
    ERROR = "error"
    UNKNOWN = "unknown"


class ItemKind(StrEnum):
    """What a Jellyfin item is; a film can be any but a series or season."""

    MOVIE = "movie"
    SERIES = "series"
    SEASON = "season"
    EPISODE = "episode"
    VIDEO = "video"
