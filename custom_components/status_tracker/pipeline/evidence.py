"""What the services say, in one vocabulary: all that crosses from the sources to the pipeline.

Every piece is immutable, comparable, and can be written down (`to_dict`) and read back (`from_dict`).
`source` is always the key of the service that said it (a config subentry's id, or "seerr").
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig

from .terms import (
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
    """Base of all evidence."""

    class Config(BaseConfig):
        """How mashumaro writes a piece down."""

        lazy_compilation = True
        omit_none = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvidence(EvidenceBase):
    """One configured service and how it is.

    `seerr_id` is the number Seerr gives a Radarr or Sonarr (from 0), None if Seerr does not know it.
    `reason` is the `reason` of the client error, None while it is well; `stale` counts as unheard-of.
    """

    source: str
    service: Service
    name: str
    ok: bool = True
    reason: str | None = None
    since: datetime | None = None
    seerr_id: int | None = None
    is_4k: bool = False
    busy: bool = False  # Jellyfin: a library scan runs; Shoko: its queue is not empty


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDownload(EvidenceBase):
    """A row of Seerr's own `downloadStatus`, which stands in where no *arr is configured. Bytes."""

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
    """A request as Seerr lists it; `service_id` may be 0, `external_id` is the *arr's own id."""

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
    updated_at: datetime | None = None  # when we saw its status change, not Seerr's own field
    downloads: tuple[ClientDownload, ...] = ()
    jellyfin_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonTitle(EvidenceBase):
    """A season as TMDB counts it."""

    number: int
    episodes: int
    air_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleEvidence(EvidenceBase):
    """A title as Seerr describes it, asked once; `poster` is an absolute URL."""

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
class QueueEvidence(EvidenceBase):
    """A row of an *arr's queue: one a film, one an episode. Bytes; `messages` are the *arr's own words."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TorrentEvidence(EvidenceBase):
    """A torrent in a client; `hashes` are lower case, v1, v2 and truncated v2. Bytes, seconds, 0 to 1."""

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
    """A file behind a Jellyfin item; the size is 0 where Jellyfin does not tell."""

    path: str
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEvidence(EvidenceBase):
    """A Jellyfin item; `ids` are "kind:value" as `ids.py` spells them, typed by what the item is."""

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
    read_at: datetime | None = None  # before the call that read it, by our clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ShokoEvidence(EvidenceBase):
    """A file Shoko knows. `paths` are its relative paths, the present one first, former ones after.

    `ids` are "kind:value" (ids.py) of its file, episodes, series, AniDB, TMDB, TVDB and IMDb entries.
    `matched` means cross-referenced; `refused` that Shoko searched and recognised nothing.
    """

    source: str
    file_id: int
    paths: tuple[str, ...]
    size: int = 0
    ids: tuple[str, ...] = ()
    matched: bool = False
    refused: bool = False
    series_pending: bool = False  # matched, but Shoko has not created the series yet
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known at one moment, or the part of it one source holds."""

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
        """Return the evidence of several sources as one."""
        return cls(
            **{
                one.name: tuple(piece for part in parts for piece in getattr(part, one.name))
                for one in fields(cls)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What the pipeline would know of one active request; sources ask for this and no more.

    `source` and `media_id` name the film or series in its *arr where that is known. `files` are imported
    and not yet seen in Jellyfin. `ids` are all known ids ("kind:value"), Shoko's among them, `items` the
    Jellyfin items that prove something at present, `stale_items` those whose reading before `read_after`
    is too old for that.
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
    handed_over: bool  # approved: an *arr should know it
    in_flight: bool
    finished: bool  # keep what proves it, ask for nothing new
    anime: bool | None  # None: nothing tells yet
    files: tuple[FileEvidence, ...]
    ids: tuple[str, ...]
    items: tuple[str, ...]
    download_ids: tuple[str, ...]
    opened_at: datetime | None = None
    stale_items: tuple[str, ...] = ()
    read_after: datetime | None = None
    titled: bool = False  # a name is known, of whichever service
