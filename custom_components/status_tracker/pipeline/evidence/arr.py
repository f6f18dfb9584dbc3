"""Evidence from Radarr and Sonarr: movies, series, their files, and history."""

from dataclasses import dataclass
from datetime import datetime

from ..enums import HistoryKind, ReleaseKind
from .base import EvidenceBase


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvidence(EvidenceBase):
    """A file an *arr imported: its path as that *arr sees it, and its size in bytes."""

    path: str
    size: int = 0
    quality: str | None = None
    added: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDay(EvidenceBase):
    """A day on which a film comes out, as midnight UTC."""

    kind: ReleaseKind
    day: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieEvidence(EvidenceBase):
    """A film in a Radarr. `available` is Radarr's minimum availability, `expected` the date it waits for."""

    source: str
    movie_id: int
    title: str
    year: int | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None
    monitored: bool = True
    available: bool = True
    expected: datetime | None = None
    releases: tuple[ReleaseDay, ...] = ()
    file: FileEvidence | None = None
    has_file: bool = False
    anime: bool = False
    last_search: datetime | None = None
    poster: str | None = None
    gone: bool = False  # was there once, answers 404 now
    read_at: datetime | None = None  # before the call that read it, by our clock


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEvidence(EvidenceBase):
    """An episode in a Sonarr; `tvdb_id` is the episode's own."""

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
    read_at: datetime | None = None  # where a webhook told of it since its series was read


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesEvidence(EvidenceBase):
    """A series in a Sonarr, with the episodes of the seasons a request wants."""

    source: str
    series_id: int
    title: str
    year: int | None = None
    tvdb_id: int | None = None
    tmdb_id: int | None = None
    imdb_id: str | None = None
    monitored: bool = True
    anime: bool = False
    poster: str | None = None
    next_airing: datetime | None = None
    seasons: tuple[int, ...] = ()  # all season numbers Sonarr knows
    seasons_monitored: tuple[int, ...] = ()
    episodes: tuple[EpisodeEvidence, ...] = ()
    gone: bool = False
    read_at: datetime | None = None  # its episodes, before the call, by our clock


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvidence(EvidenceBase):
    """An event of an *arr, from its history (`event_id`) or from a webhook (none).

    The ids beside `media_id` come with webhooks, so that an event can be bound before anything is polled.
    """

    source: str
    kind: HistoryKind
    at: datetime
    event_id: int | None = None
    media_id: int | None = None
    episode_id: int | None = None
    season: int | None = None  # only a webhook tells it
    download_id: str | None = None
    release: str | None = None
    quality: str | None = None
    indexer: str | None = None
    client: str | None = None
    file: FileEvidence | None = None
    message: str | None = None
    upgrade: bool = False
