"""Models of the responses of Seerr, Jellyseerr and Overseerr, limited to the fields used."""

from dataclasses import dataclass, field
from datetime import datetime

from .model import Answer

ANIME_KEYWORD = 210024
POSTER_BASE = "https://image.tmdb.org/t/p/w600_and_h900_bestv2"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeerrInfo:
    """Product and version; `product` is "Seerr", "Jellyseerr" or "Overseerr"."""

    product: str
    version: str | None
    title: str | None = None
    application_url: str | None = None


def shown_name(name: str | None) -> str | None:
    """Return a display name; for an e-mail address, its local part."""
    return (name or "").partition("@")[0].strip() or None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Answer):
    """User; the display name can be an e-mail address, `name` never is."""

    id: int = 0
    display_name: str | None = None
    permissions: int = 0

    @property
    def name(self) -> str | None:
        """Return the display name."""
        return shown_name(self.display_name)

    @property
    def is_admin(self) -> bool:
        """Return whether the user has all permissions."""
        return bool(self.permissions & 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadEpisode(Answer):
    """Episode of a download."""

    season_number: int | None = None
    episode_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download(Answer):
    """Row of `downloadStatus`, from the first page of an *arr queue. Sizes in bytes."""

    download_id: str | None = None
    title: str | None = None
    status: str = ""
    size: float = 0
    size_left: float = 0
    estimated_completion_time: datetime | None = None
    episode: DownloadEpisode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(Answer):
    """Media of a title, for HD and 4K; status values 1 to 7."""

    tmdb_id: int
    id: int | None = None
    tvdb_id: int | None = None
    imdb_id: str | None = None
    status: int = 1
    status4k: int = 1
    service_id: int | None = None
    service_id4k: int | None = None
    external_service_id: int | None = None
    external_service_id4k: int | None = None
    jellyfin_media_id: str | None = None
    jellyfin_media_id4k: str | None = None
    download_status: list[Download] = field(default_factory=list)
    download_status4k: list[Download] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonRequest(Answer):
    """Requested season with its request status, 1 to 5."""

    season_number: int
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Answer):
    """Request; `type` is "movie" or "tv", `status` 1 to 5."""

    id: int
    status: int
    type: str
    media: Media
    is4k: bool = False
    server_id: int | None = None
    created_at: datetime | None = None
    seasons: list[SeasonRequest] = field(default_factory=list)
    requested_by: User | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestList:
    """All requests; `ids` includes those of invalid rows, `complete` means that none is missing."""

    requests: tuple[Request, ...]
    ids: frozenset[int]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """Page of requests; `size` is the number of rows, `ids` includes those of invalid rows.

    `digest` identifies the response.
    """

    requests: tuple[Request, ...]
    ids: tuple[int, ...]
    size: int
    total: int | None
    is_last: bool
    digest: bytes = b""

    @property
    def complete(self) -> bool:
        """Return whether every row has an id."""
        return len(self.ids) == self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount(Answer):
    """Numbers of requests, including those of blocklisted media; None if not supported by the product."""

    total: int | None = None
    pending: int | None = None
    approved: int | None = None
    declined: int | None = None
    available: int | None = None  # approved, with available media
    completed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword(Answer):
    """TMDB keyword."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIds(Answer):
    """External ids of a title."""

    imdb_id: str | None = None
    tvdb_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleSeason(Answer):
    """Season on TMDB; dates are "yyyy-mm-dd" or empty."""

    season_number: int
    episode_count: int = 0
    air_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextEpisode(Answer):
    """Next episode to air."""

    air_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleDetails(Answer):
    """Movie (`title`, `release_date`) or series (`name`, `first_air_date`, `seasons`)."""

    id: int
    title: str | None = None
    name: str | None = None
    release_date: str | None = None
    first_air_date: str | None = None
    poster_path: str | None = None
    imdb_id: str | None = None
    keywords: list[Keyword] = field(default_factory=list)
    external_ids: ExternalIds = field(default_factory=ExternalIds)
    seasons: list[TitleSeason] = field(default_factory=list)
    next_episode_to_air: NextEpisode | None = None

    @property
    def poster(self) -> str | None:
        """Return the absolute URL of the poster."""
        path = self.poster_path
        return f"{POSTER_BASE}{path}" if path and path.startswith("/") else None

    @property
    def is_anime(self) -> bool:
        """Return whether TMDB lists the title as anime."""
        return any(keyword.id == ANIME_KEYWORD for keyword in self.keywords)
