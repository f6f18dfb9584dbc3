"""What Seerr, Jellyseerr and Overseerr answer, as far as it is used."""

from dataclasses import dataclass, field
from datetime import datetime

from yarl import URL

from .errors import InvalidUrl
from .http import normalise_url
from .model import Answer

ANIME_KEYWORD = 210024
POSTER_BASE = "https://image.tmdb.org/t/p/w600_and_h900_bestv2"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeerrInfo:
    """Which product answers; `product` is "Seerr", "Jellyseerr" or "Overseerr", the version any text."""

    product: str
    version: str | None
    title: str | None = None
    application_url: str | None = None


def shown_name(name: str | None) -> str | None:
    """Return a person's name fit to be shown: of an e-mail address what stands before the sign."""
    return (name or "").partition("@")[0].strip() or None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Answer):
    """A person; the display name may be an e-mail address, which `name` never is."""

    id: int = 0
    display_name: str | None = None
    permissions: int = 0

    @property
    def name(self) -> str | None:
        """Return a name fit to be shown."""
        return shown_name(self.display_name)

    @property
    def is_admin(self) -> bool:
        """Return whether everything is allowed."""
        return bool(self.permissions & 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadEpisode(Answer):
    """The episode of a download."""

    season_number: int | None = None
    episode_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download(Answer):
    """A row of `downloadStatus`: what Seerr has seen in the first page of an *arr's queue. Bytes."""

    download_id: str | None = None
    title: str | None = None
    status: str = ""
    size: float = 0
    size_left: float = 0
    estimated_completion_time: datetime | None = None
    episode: DownloadEpisode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(Answer):
    """Seerr's row of a title, HD and 4K side by side; status numbers 1 to 7."""

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
    """A requested season with its request status, 1 to 5."""

    season_number: int
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Answer):
    """A request: `type` is "movie" or "tv", `status` 1 to 5."""

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
    """All requests. `ids` holds those of rows that could not be read, too; `complete`: nothing was missed."""

    requests: tuple[Request, ...]
    ids: frozenset[int]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """A page of requests; `size` counts its rows, `ids` holds those of rows that could not be read, too."""

    requests: tuple[Request, ...]
    ids: tuple[int, ...]
    size: int
    total: int | None
    is_last: bool

    @property
    def complete(self) -> bool:
        """Return whether every row has its number."""
        return len(self.ids) == self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCount(Answer):
    """How many requests there are, those of blocklisted media too; None where a product does not count."""

    total: int | None = None
    pending: int | None = None
    approved: int | None = None
    declined: int | None = None
    available: int | None = None  # approved, and the media are there
    completed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword(Answer):
    """A keyword of TMDB."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIds(Answer):
    """A title's ids elsewhere."""

    imdb_id: str | None = None
    tvdb_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleSeason(Answer):
    """A season as TMDB has it; dates are "yyyy-mm-dd" or empty."""

    season_number: int
    episode_count: int = 0
    air_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextEpisode(Answer):
    """The next episode to air."""

    air_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleDetails(Answer):
    """A film (`title`, `release_date`) or a series (`name`, `first_air_date`, `seasons`)."""

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
        """Return the absolute address of the poster."""
        path = self.poster_path
        return f"{POSTER_BASE}{path}" if path and path.startswith("/") else None

    @property
    def is_anime(self) -> bool:
        """Return whether TMDB calls it anime."""
        return any(keyword.id == ANIME_KEYWORD for keyword in self.keywords)


def build_url(host: str, port: int | None, use_ssl: bool, base: str | None) -> str | None:
    """Return the address Seerr reaches a service at; the host may be a whole address already."""
    try:
        url = URL(normalise_url(host if "://" in host else f"{'https' if use_ssl else 'http'}://{host}"))
        if port and "://" not in host:
            url = url.with_port(port)
        return normalise_url(str(url.joinpath((base or "").strip("/")) if (base or "").strip("/") else url))
    except InvalidUrl, ValueError:
        return None


def build_link(address: str | None) -> str | None:
    """Return an external address of Seerr's settings, https where it has no scheme; None if it is none."""
    return build_url(address, None, True, None) if address and address.strip() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrServer(Answer):
    """A Radarr or Sonarr as Seerr reaches it; `id` counts from 0 for each kind."""

    id: int
    name: str = ""
    hostname: str = ""
    port: int | None = None
    api_key: str = field(default="", repr=False)
    use_ssl: bool = False
    base_url: str | None = None
    is4k: bool = False
    is_default: bool = False
    external_url: str | None = None

    @property
    def link(self) -> str | None:
        """Return the address people reach it at, None where Seerr's settings hold none."""
        return build_link(self.external_url)

    @property
    def url(self) -> str | None:
        """Return its address, None where Seerr's settings hold none."""
        return build_url(self.hostname, self.port, self.use_ssl, self.base_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class JellyfinServer(Answer):
    """The Jellyfin Seerr uses; older ones hold a whole address as `hostname`."""

    name: str = ""
    ip: str = ""
    hostname: str = ""
    port: int | None = None
    use_ssl: bool = False
    url_base: str | None = None
    external_hostname: str | None = None
    api_key: str = field(default="", repr=False)
    server_id: str | None = None

    @property
    def link(self) -> str | None:
        """Return the address people reach it at, None where Seerr's settings hold none."""
        return build_link(self.external_hostname)

    @property
    def url(self) -> str | None:
        """Return its address, None where Seerr's settings hold none."""
        return build_url(self.ip or self.hostname, self.port, self.use_ssl, self.url_base)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSettings(Answer):
    """What Seerr tells everybody; `media_server_type` is absent in Overseerr."""

    initialized: bool
    application_title: str | None = None
    application_url: str | None = None
    media_server_type: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MainSettings(Answer):
    """Seerr's main settings, without its key."""

    application_title: str | None = None
    application_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Seerr's one webhook; `template` is the plain text, None where what is stored cannot work."""

    enabled: bool
    types: int
    url: str = field(repr=False)
    template: str | None
    auth_header: str | None = field(default=None, repr=False)
    embed_poster: bool = True
    support_variables: bool = False
