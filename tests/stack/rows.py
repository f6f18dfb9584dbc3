"""What Seerr, the *arrs and the download client store: plain rows of the one scripted world."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from .titles import Episode, Title

# Seerr's numbers for a request, and for a media or a season of it.
REQUEST_PENDING, REQUEST_APPROVED, REQUEST_DECLINED, REQUEST_FAILED, REQUEST_COMPLETED = 1, 2, 3, 4, 5
MEDIA_UNKNOWN, MEDIA_PENDING, MEDIA_PROCESSING, MEDIA_PARTIAL, MEDIA_AVAILABLE = 1, 2, 3, 4, 5
MEDIA_BLOCKLISTED, MEDIA_DELETED = 6, 7


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """A user in Seerr; id 1 is the owner."""

    id: int
    display_name: str
    email: str
    permissions: int = 32
    user_type: int = 2


@dataclass(slots=True, kw_only=True, eq=False)
class SeerrMedia:
    """Seerr's row for a title; `seasons` and `seasons4k` hold a media status each."""

    id: int
    title: Title
    created_at: datetime
    status: int = MEDIA_UNKNOWN
    status4k: int = MEDIA_UNKNOWN
    service_id: int | None = None
    service_id4k: int | None = None
    external_id: int | None = None
    external_id4k: int | None = None
    jellyfin_id: str | None = None
    seasons: dict[int, int] = field(default_factory=dict)
    seasons4k: dict[int, int] = field(default_factory=dict)

    def get_status(self, is_4k: bool) -> int:
        """Media status of the HD or the 4K side."""
        return self.status4k if is_4k else self.status

    def set_status(self, is_4k: bool, status: int) -> None:
        """Set the media status of the HD or the 4K side."""
        if is_4k:
            self.status4k = status
        else:
            self.status = status


@dataclass(slots=True, kw_only=True, eq=False)
class SeerrRequest:
    """One request; `seasons` maps the requested seasons to their request status, and is empty for a film."""

    id: int
    media: SeerrMedia
    user: User
    created_at: datetime
    status: int = REQUEST_PENDING
    is_4k: bool = False
    seasons: dict[int, int] = field(default_factory=dict)
    modified_by: User | None = None
    server_id: int | None = None

    @property
    def title(self) -> Title:
        """The film or series asked for."""
        return self.media.title


@dataclass(slots=True, kw_only=True, eq=False)
class ArrFile:
    """A file in an *arr's library; `episode_ids` are the *arr's own, empty for a film."""

    id: int
    owner_id: int
    path: str
    relative_path: str
    size: int
    quality: str
    date_added: datetime
    release: str = ""
    episode_ids: list[int] = field(default_factory=list)
    season: int | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class MovieRow:
    """A film in one Radarr."""

    id: int
    arr: Arr
    title: Title
    path: str
    added: datetime
    monitored: bool = True
    file: ArrFile | None = None
    tags: list[int] = field(default_factory=list)
    last_search: datetime | None = None
    minimum_availability: str = "released"


@dataclass(slots=True, kw_only=True, eq=False)
class EpisodeRow:
    """An episode in one Sonarr; the TVDB facts are in `episode`."""

    id: int
    series_id: int
    episode: Episode
    monitored: bool = True
    file: ArrFile | None = None
    last_search: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class SeriesRow:
    """A series in one Sonarr, with its episodes; `season_monitored` is the switch of each season."""

    id: int
    arr: Arr
    title: Title
    path: str
    added: datetime
    monitored: bool = True
    series_type: str = "standard"
    season_monitored: dict[int, bool] = field(default_factory=dict)
    episodes: list[EpisodeRow] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)

    def row(self, season: int, number: int) -> EpisodeRow:
        """The row of this episode; KeyError if there is none."""
        for row in self.episodes:
            if row.episode.key == (season, number):
                return row
        raise KeyError((season, number))


@dataclass(slots=True, kw_only=True, eq=False)
class HistoryRow:
    """One line of an *arr's history; `event` is the name the API shows, `data` its text values."""

    id: int
    event: str
    at: datetime
    owner_id: int
    release: str
    quality: str
    download_id: str | None
    episode_id: int | None = None
    data: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class CommandRow:
    """A command given to an *arr."""

    id: int
    name: str
    body: dict[str, Any]
    queued: datetime
    status: str = "completed"
    result: str = "successful"
    message: str = "Completed"


@dataclass(slots=True, kw_only=True, eq=False)
class Torrent:
    """A torrent in the client, filed under `hash` (lower case). `state` is qBittorrent 5's word."""

    hash: str
    name: str
    size: int
    added: datetime
    hash_v1: str = ""
    hash_v2: str = ""
    progress: float = 0.0
    state: str = "metaDL"
    speed: int = 0
    category: str = ""
    save_path: str = "/downloads"
    content_path: str = ""
    completed: datetime | None = None
    error: str = ""

    @property
    def left(self) -> int:
        """Bytes still to load."""
        return round(self.size * (1 - self.progress))

    @property
    def eta(self) -> int:
        """Seconds to the end; 8640000 when unknown, as the client says it."""
        return self.left // self.speed if self.speed else 8_640_000


@dataclass(slots=True, kw_only=True, eq=False)
class Download:
    """A release an *arr tracks: its queue row (one an episode in Sonarr), and its torrent while there is one.

    `id` is the queue's download id (upper case; empty for a pending release), `grab_id` that of the grab.
    """

    id: str
    grab_id: str
    arr: Arr
    owner_id: int | None
    release: str
    quality: str
    indexer: str
    size: int
    added: datetime
    torrent: Torrent | None
    episode_ids: list[int] = field(default_factory=list)
    status: str = "queued"
    tracked_status: str | None = "ok"
    tracked_state: str | None = "downloading"
    messages: list[tuple[str, list[str]]] = field(default_factory=list)
    error_message: str | None = None
    left: int = 0
    seconds_left: int | None = None
    in_queue: bool = True
    upgrade: bool = False
    imported_episode_ids: set[int] = field(default_factory=set)

    @property
    def units(self) -> list[int | None]:
        """Episode ids, or one None for a film: what has a row of its own in queue and history."""
        return [*self.episode_ids] or [None]


@dataclass(slots=True, kw_only=True, eq=False)
class Arr:
    """The data of one Radarr or Sonarr. `server_id` is its number in Seerr's settings, from 0."""

    kind: Literal["radarr", "sonarr"]
    name: str
    server_id: int
    is_4k: bool
    root: str
    anime_root: str
    movies: dict[int, MovieRow] = field(default_factory=dict)
    series: dict[int, SeriesRow] = field(default_factory=dict)
    episodes: dict[int, EpisodeRow] = field(default_factory=dict)
    files: dict[int, ArrFile] = field(default_factory=dict)
    history: list[HistoryRow] = field(default_factory=list)
    downloads: dict[str, Download] = field(default_factory=dict)
    blocklist: list[HistoryRow] = field(default_factory=list)
    commands: dict[int, CommandRow] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    notifications: dict[int, dict[str, Any]] = field(default_factory=dict)
    health: list[dict[str, str]] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    frozen_queue: bool = False
    url: str = ""
    api_key: str = ""

    def new_id(self, kind: str) -> int:
        """The next id of a table; every instance counts from 1, so ids of two instances overlap."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def movie_of(self, title: Title) -> MovieRow | None:
        """The row of this film, if it is here."""
        return next((row for row in self.movies.values() if row.title is title), None)

    def series_of(self, title: Title) -> SeriesRow | None:
        """The row of this series, if it is here."""
        return next((row for row in self.series.values() if row.title is title), None)

    def episode(self, episode_id: int) -> EpisodeRow | None:
        """The episode row of this id."""
        return self.episodes.get(episode_id)
