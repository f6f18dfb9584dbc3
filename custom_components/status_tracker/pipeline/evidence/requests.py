"""Evidence from Seerr: requests and the titles they are for."""

from dataclasses import dataclass
from datetime import datetime

from ..enums import MediaStatus, MediaType, QueueStatus, RequestStatus
from .base import EvidenceBase


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDownload(EvidenceBase):
    """A row of `downloadStatus` in Seerr, used if no *arr is configured. Sizes in bytes."""

    download_id: str | None = None
    title: str | None = None
    status: QueueStatus = QueueStatus.DOWNLOADING
    size: int = 0
    size_left: int = 0
    eta: datetime | None = None
    season: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvidence(EvidenceBase):
    """A request listed by Seerr; `service_id` can be 0, `external_id` is the id in the *arr."""

    request_id: int
    media_type: MediaType
    status: RequestStatus
    media_status: MediaStatus
    is_4k: bool = False
    media_id: int | None = None
    tmdb_id: int | None = None
    tvdb_id: int | None = None
    imdb_id: str | None = None
    seasons: tuple[int, ...] = ()
    seasons_available: tuple[int, ...] = ()
    service_id: int | None = None
    external_id: int | None = None
    requested_by: str | None = None
    requested_at: datetime | None = None
    updated_at: datetime | None = None  # when its status was seen to change, not the field of Seerr
    downloads: tuple[ClientDownload, ...] = ()
    jellyfin_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonTitle(EvidenceBase):
    """A season as listed by TMDB."""

    number: int
    episodes: int
    air_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleEvidence(EvidenceBase):
    """A title from Seerr, fetched once; `poster` is an absolute URL."""

    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None = None
    poster: str | None = None
    imdb_id: str | None = None
    tvdb_id: int | None = None
    anime: bool = False
    expected: datetime | None = None
    seasons: tuple[SeasonTitle, ...] = ()
