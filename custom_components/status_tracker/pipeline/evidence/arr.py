"""Evidence from Radarr and Sonarr: movies, series, their files, and history."""

from dataclasses import dataclass
from datetime import datetime

from ..enums import HistoryKind, ReleaseKind
from .base import EvidenceBase


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvidence(EvidenceBase):
    """A file imported by an *arr: its path in that *arr and its size in bytes."""

    path: str
    size: int = 0
    quality: str | None = None
    added: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDay(EvidenceBase):
    """A release date of a movie, as midnight UTC."""

    kind: ReleaseKind
    day: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrTitle(EvidenceBase):
    """Common data of a movie in Radarr and a series in Sonarr."""

    source: str
    title: str
    year: int | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None
    monitored: bool = True
    anime: bool = False
    poster: str | None = None
    gone: bool = False  # existed before, returns 404 now
    former_files: tuple[FileEvidence, ...] = ()  # of a deleted title; the library may still show them
    read_at: datetime | None = None  # local time before the request that read it or its episodes


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieEvidence(ArrTitle):
    """A movie in Radarr; `available` is the minimum availability, `expected` the date it is reached."""

    movie_id: int
    available: bool = True
    expected: datetime | None = None
    releases: tuple[ReleaseDay, ...] = ()
    file: FileEvidence | None = None
    has_file: bool = False
    last_search: datetime | None = None

    @property
    def media_id(self) -> int:
        """Return the movie id in Radarr; negative if Radarr does not have the movie."""
        return self.movie_id

    @property
    def files(self) -> tuple[FileEvidence, ...]:
        """Return the file."""
        return (self.file,) if self.file else ()

    @property
    def absent(self) -> bool:
        """Return whether the movie was looked up and not found."""
        return self.movie_id < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEvidence(EvidenceBase):
    """An episode in Sonarr; `tvdb_id` is the TVDB id of the episode."""

    episode_id: int
    season: int
    number: int
    absolute: int | None = None
    tvdb_id: int | None = None
    title: str | None = None
    monitored: bool = True
    air_date: datetime | None = None
    has_file: bool = False
    file: FileEvidence | None = None
    last_search: datetime | None = None
    read_at: datetime | None = None  # time of a webhook about it since its series was read


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesEvidence(ArrTitle):
    """A series in Sonarr with the episodes of the requested seasons."""

    series_id: int
    tvdb_id: int | None = None
    next_airing: datetime | None = None
    seasons: tuple[int, ...] = ()  # all season numbers in Sonarr
    seasons_monitored: tuple[int, ...] = ()
    episodes: tuple[EpisodeEvidence, ...] = ()

    @property
    def media_id(self) -> int:
        """Return the series id in Sonarr; negative if Sonarr does not have the series."""
        return self.series_id

    @property
    def files(self) -> tuple[FileEvidence, ...]:
        """Return the files of the episodes."""
        return tuple(episode.file for episode in self.episodes if episode.file)

    @property
    def absent(self) -> bool:
        """Return whether the series was looked up and not found."""
        return self.series_id < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvidence(EvidenceBase):
    """An event of an *arr, from its history (with `event_id`) or a webhook (without).

    Webhooks include further ids, so that their events can be assigned before the next poll.
    """

    source: str
    kind: HistoryKind
    at: datetime
    event_id: int | None = None
    media_id: int | None = None
    episode_id: int | None = None
    season: int | None = None  # only from webhooks
    download_id: str | None = None
    release: str | None = None
    quality: str | None = None
    indexer: str | None = None
    client: str | None = None
    file: FileEvidence | None = None
    message: str | None = None
    upgrade: bool = False
