"""Evidence from the services: immutable, comparable data the sources pass to the pipeline.

Serialized with `to_dict` and `from_dict` (mashumaro). `source` is the key of the service: the id of a
config subentry, or "seerr".
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig

from .enums import (
    HistoryKind,
    ItemKind,
    MediaStatus,
    MediaType,
    QueueStatus,
    ReleaseKind,
    RequestStatus,
    Service,
    TorrentState,
)


class EvidenceBase(DataClassDictMixin):
    """Base class of evidence."""

    class Config(BaseConfig):
        """Serialization options of mashumaro."""

        lazy_compilation = True
        omit_none = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvidence(EvidenceBase):
    """A configured service and its availability.

    `seerr_id` is the id of a Radarr or Sonarr in Seerr (from 0), None if Seerr does not have it.
    `reason` is the `reason` of the client error, None without an error.
    """

    source: str
    service: Service
    name: str
    ok: bool = True
    reason: str | None = None
    since: datetime | None = None
    seerr_id: int | None = None
    is_4k: bool = False
    busy: bool = False  # Jellyfin: library scan running; Shoko: queue not empty


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
class MovieEvidence(EvidenceBase):
    """A movie in Radarr; `available` is the minimum availability, `expected` the date it is reached."""

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
    gone: bool = False  # existed before, returns 404 now
    read_at: datetime | None = None  # local time before the request that read it


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
class SeriesEvidence(EvidenceBase):
    """A series in Sonarr with the episodes of the requested seasons."""

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
    seasons: tuple[int, ...] = ()  # all season numbers in Sonarr
    seasons_monitored: tuple[int, ...] = ()
    episodes: tuple[EpisodeEvidence, ...] = ()
    gone: bool = False
    read_at: datetime | None = None  # local time before the request that read its episodes


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFile(EvidenceBase):
    """A file of a Jellyfin item; size in bytes, 0 if unknown."""

    path: str
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEvidence(EvidenceBase):
    """A Jellyfin item; `ids` are "kind:value" as created by `ids.py`."""

    source: str
    item_id: str
    kind: ItemKind
    name: str
    year: int | None = None
    ids: tuple[str, ...] = ()
    files: tuple[ItemFile, ...] = ()
    virtual: bool = False
    series_id: str | None = None
    season: int | None = None
    number: int | None = None
    number_end: int | None = None
    url: str | None = None
    read_at: datetime | None = None  # local time before the request that read it


@dataclass(frozen=True, slots=True, kw_only=True)
class ShokoEvidence(EvidenceBase):
    """A file in Shoko; `paths` are relative, the current one first, followed by former ones.

    `ids` are "kind:value" (ids.py) of its file, episodes, series, AniDB, TMDB, TVDB and IMDb entries.
    `matched` means cross-referenced, `refused` that Shoko searched without a match.
    """

    source: str
    file_id: int
    paths: tuple[str, ...]
    size: int = 0
    ids: tuple[str, ...] = ()
    matched: bool = False
    refused: bool = False
    series_pending: bool = False  # matched, but its series is not created yet
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All evidence at one time, or the part of one source."""

    services: tuple[ServiceEvidence, ...] = ()
    requests: tuple[RequestEvidence, ...] = ()
    titles: tuple[TitleEvidence, ...] = ()
    movies: tuple[MovieEvidence, ...] = ()
    series: tuple[SeriesEvidence, ...] = ()
    queue: tuple[QueueEvidence, ...] = ()
    history: tuple[HistoryEvidence, ...] = ()
    torrents: tuple[TorrentEvidence, ...] = ()
    library: tuple[LibraryEvidence, ...] = ()
    shoko: tuple[ShokoEvidence, ...] = ()

    @classmethod
    def merge(cls, parts: list[Evidence]) -> Self:
        """Return the merged evidence of several sources."""
        return cls(
            **{
                one.name: tuple(piece for part in parts for piece in getattr(part, one.name))
                for one in fields(cls)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Data the pipeline needs for a tracked request; sources fetch nothing else.

    `source` and `media_id` identify the movie or series in its *arr if known. `files` are imported
    but not found in Jellyfin yet. `ids` are all known ids ("kind:value") including those of Shoko, `items`
    the Jellyfin items that prove availability, `stale_items` those to read again because they were read
    before `read_after`.
    """

    request_id: int
    media_type: MediaType
    is_4k: bool
    tmdb_id: int | None
    tvdb_id: int | None
    imdb_id: str | None
    title: str | None
    year: int | None
    seasons: tuple[int, ...]
    source: str | None
    media_id: int | None
    handed_over: bool  # approved, so that an *arr should have it
    in_flight: bool
    finished: bool  # keep its proof, fetch nothing new
    anime: bool | None  # None: unknown
    files: tuple[FileEvidence, ...]
    ids: tuple[str, ...]
    items: tuple[str, ...]
    download_ids: tuple[str, ...]
    opened_at: datetime | None = None
    stale_items: tuple[str, ...] = ()
    read_after: datetime | None = None
