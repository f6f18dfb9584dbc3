"""Short ways to say what the services say, with one film and one series that most tests are about."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
import random
from typing import Any

from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    ItemKind,
    MediaStatus,
    MediaType,
    QueueStatus,
    RequestStatus,
    Service,
    TorrentState,
)
from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.evidence.arr import (
    EpisodeEvidence,
    FileEvidence,
    HistoryEvidence,
    MovieEvidence,
    SeriesEvidence,
)
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase, ServiceEvidence
from custom_components.status_tracker.pipeline.evidence.downloads import QueueEvidence, TorrentEvidence
from custom_components.status_tracker.pipeline.evidence.library import ItemFile, LibraryEvidence
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence, TitleEvidence
from custom_components.status_tracker.pipeline.evidence.shoko import ShokoEvidence
from custom_components.status_tracker.pipeline.ids import IdKind, make_id
from custom_components.status_tracker.pipeline.requests import Limits, Stage, Tracked
from custom_components.status_tracker.pipeline.tracker import Memory, Outcome, evaluate

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
JUST_READ = NOW + timedelta(days=365)  # what is read again at every time a test looks
GB = 1_000_000_000
HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
OTHER_HASH = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
FILM, SHOW, SHOW_TVDB = 603, 1399, 121361
LIMIT = timedelta(hours=1)
LIMITS = Limits(keep=timedelta(hours=48), stages=dict.fromkeys(Stage, LIMIT))
AT_ONCE = Limits(keep=timedelta(hours=48), stages=dict.fromkeys(Stage, timedelta()))

SEERR = ServiceEvidence(source="seerr", service=Service.SEERR, name="Seerr")
RADARR = ServiceEvidence(source="radarr", service=Service.RADARR, name="Radarr", seerr_id=0)
RADARR_4K = ServiceEvidence(
    source="radarr4k", service=Service.RADARR, name="Radarr 4K", seerr_id=1, is_4k=True
)
SONARR = ServiceEvidence(source="sonarr", service=Service.SONARR, name="Sonarr", seerr_id=0)
SONARR_4K = ServiceEvidence(
    source="sonarr4k", service=Service.SONARR, name="Sonarr 4K", seerr_id=1, is_4k=True
)
CLIENT = ServiceEvidence(source="qbit", service=Service.QBITTORRENT, name="qBittorrent")
JELLYFIN = ServiceEvidence(source="jellyfin", service=Service.JELLYFIN, name="Jellyfin")
SHOKO = ServiceEvidence(source="shoko", service=Service.SHOKO, name="Shoko")
STACK = (SEERR, RADARR, SONARR, CLIENT, JELLYFIN)
ANIME_STACK = (*STACK, SHOKO)
FOURK_STACK = (*STACK, RADARR_4K, SONARR_4K)

FIELDS = {
    ServiceEvidence: "services",
    RequestEvidence: "requests",
    TitleEvidence: "titles",
    MovieEvidence: "movies",
    SeriesEvidence: "series",
    QueueEvidence: "queue",
    HistoryEvidence: "history",
    TorrentEvidence: "torrents",
    LibraryEvidence: "library",
    ShokoEvidence: "shoko",
}


def ago(**time: float) -> datetime:
    """Return a time before the tests' present."""
    return NOW - timedelta(**time)


def evidence(*pieces: EvidenceBase) -> Evidence:
    """Return pieces of any kind as evidence."""
    parts: dict[str, list[EvidenceBase]] = {field: [] for field in FIELDS.values()}
    for piece in pieces:
        parts[FIELDS[type(piece)]].append(piece)
    return Evidence(**{field: tuple(found) for field, found in parts.items()})  # type: ignore[arg-type]  # by type


def shuffled(told: Evidence, seed: int) -> Evidence:
    """Return the evidence told in another order."""
    dice = random.Random(seed)
    parts = {field: list(getattr(told, field)) for field in FIELDS.values()}
    for part in parts.values():
        dice.shuffle(part)
    return Evidence(**{field: tuple(part) for field, part in parts.items()})


def settled() -> Memory:
    """Return a memory of long ago, so that nothing is taken as old."""
    return Memory(started=ago(days=30))


def look(
    *pieces: EvidenceBase,
    memory: Memory | None = None,
    now: datetime = NOW,
    limits: Limits = LIMITS,
    listed: bool = True,
) -> Outcome:
    """Return what an evaluation gives."""
    known = settled() if memory is None else memory
    return evaluate(evidence(*pieces), known, limits, now, listed=listed)


def only(
    *pieces: EvidenceBase, memory: Memory | None = None, now: datetime = NOW, limits: Limits = LIMITS
) -> Tracked:
    """Return the one request there is."""
    (tracked,) = look(*pieces, memory=memory, now=now, limits=limits).tracked.values()
    return tracked


def over_time(
    *pieces: EvidenceBase, waited: timedelta, limits: Limits = LIMITS, memory: Memory | None = None
) -> Tracked:
    """Return the one request when the same evidence has stood for a time."""
    known = settled() if memory is None else memory
    only(*pieces, memory=known, limits=limits)
    return only(*pieces, memory=known, now=NOW + waited, limits=limits)


# Seerr


def request(number: int = 1, **said: Any) -> RequestEvidence:
    """Return an approved request for the film, handed to the first Radarr."""
    values: dict[str, Any] = {
        "request_id": number,
        "media_type": MediaType.MOVIE,
        "status": RequestStatus.APPROVED,
        "media_status": MediaStatus.PROCESSING,
        "tmdb_id": FILM,
        "service_id": 0,
        "external_id": 10,
        "requested_by": "Ada",
        "requested_at": ago(minutes=5),
    }
    return RequestEvidence(**values | said)


def request_4k(number: int = 1, **said: Any) -> RequestEvidence:
    """Return an approved request for the film in 4K."""
    return request(number, **{"is_4k": True, "service_id": 1, "external_id": 20} | said)


def series_request(number: int = 1, *seasons: int, **said: Any) -> RequestEvidence:
    """Return an approved request for seasons (the first, if none are given) of the series."""
    values: dict[str, Any] = {
        "media_type": MediaType.TV,
        "tmdb_id": SHOW,
        "tvdb_id": SHOW_TVDB,
        "seasons": seasons or (1,),
        "external_id": 30,
    }
    return request(number, **values | said)


def title(**said: Any) -> TitleEvidence:
    """Return the film's title."""
    values: dict[str, Any] = {
        "media_type": MediaType.MOVIE,
        "tmdb_id": FILM,
        "title": "The Matrix",
        "year": 1999,
        "poster": "https://image.example/matrix.jpg",
    }
    return TitleEvidence(**values | said)


def series_title(**said: Any) -> TitleEvidence:
    """Return the series' title."""
    values: dict[str, Any] = {
        "media_type": MediaType.TV,
        "tmdb_id": SHOW,
        "title": "Game of Thrones",
        "year": 2011,
        "poster": None,
    }
    return title(**values | said)


# Radarr and Sonarr


def film_file(
    path: str = "/movies/The Matrix (1999)/The Matrix (1999).mkv", size: int = 8 * GB
) -> FileEvidence:
    """Return the film's file."""
    return FileEvidence(path=path, size=size)


def film(**said: Any) -> MovieEvidence:
    """Return the film in Radarr, without a file unless one is given."""
    values: dict[str, Any] = {
        "source": "radarr",
        "movie_id": 10,
        "title": "The Matrix",
        "year": 1999,
        "tmdb_id": FILM,
        "has_file": said.get("file") is not None,
        "read_at": JUST_READ,
    }
    return MovieEvidence(**values | said)


def film_4k(**said: Any) -> MovieEvidence:
    """Return the film in the Radarr for 4K."""
    return film(**{"source": "radarr4k", "movie_id": 20} | said)


def episode_file(season: int, number: int, size: int | None = None) -> FileEvidence:
    """Return the file of an episode."""
    name = f"Game of Thrones - S{season:02}E{number:02}.mkv"
    return FileEvidence(
        path=f"/tv/Game of Thrones/Season {season}/{name}", size=GB + number if size is None else size
    )


def episode(season: int = 1, number: int = 1, **said: Any) -> EpisodeEvidence:
    """Return an aired, monitored episode; `loaded=True` gives it its file."""
    loaded = said.pop("loaded", False)
    values: dict[str, Any] = {
        "episode_id": season * 100 + number,
        "season": season,
        "number": number,
        "tvdb_id": season * 1000 + number,
        "air_date": ago(days=100),
        "file": episode_file(season, number) if loaded else None,
    }
    values |= said
    return EpisodeEvidence(**{"has_file": values["file"] is not None} | values)


def series(*episodes: EpisodeEvidence, **said: Any) -> SeriesEvidence:
    """Return the series in Sonarr."""
    values: dict[str, Any] = {
        "source": "sonarr",
        "series_id": 30,
        "title": "Game of Thrones",
        "year": 2011,
        "tvdb_id": SHOW_TVDB,
        "seasons": tuple(sorted({0, 1, *(one.season for one in episodes)})),
        "episodes": episodes,
        "read_at": JUST_READ,
    }
    return SeriesEvidence(**values | said)


def row(status: QueueStatus = QueueStatus.DOWNLOADING, **said: Any) -> QueueEvidence:
    """Return a row of Radarr's queue."""
    values: dict[str, Any] = {
        "source": "radarr",
        "row_id": 1,
        "status": status,
        "media_id": 10,
        "download_id": HASH,
        "title": "The.Matrix.1999.1080p-GRP",
        "size": 8 * GB,
        "size_left": 6 * GB,
        "indexer": "Indexer",
        "client": "qBittorrent",
        "quality": "Bluray-1080p",
    }
    return QueueEvidence(**values | said)


def episode_row(number: int, status: QueueStatus = QueueStatus.DOWNLOADING, **said: Any) -> QueueEvidence:
    """Return a row of Sonarr's queue for an episode of the first season."""
    values = {"source": "sonarr", "media_id": 30, "episode_id": 100 + number, "row_id": number}
    return row(status, **values | said)


def event(kind: HistoryKind, at: datetime | None = None, **said: Any) -> HistoryEvidence:
    """Return an event of Radarr, an hour old."""
    values: dict[str, Any] = {
        "source": "radarr",
        "kind": kind,
        "at": at or ago(minutes=60),
        "media_id": 10,
        "download_id": HASH,
        "release": "The.Matrix.1999.1080p-GRP",
    }
    return HistoryEvidence(**values | said)


def episode_event(number: int, kind: HistoryKind, at: datetime | None = None, **said: Any) -> HistoryEvidence:
    """Return an event of Sonarr for an episode of the first season."""
    return event(kind, at, **{"source": "sonarr", "media_id": 30, "episode_id": 100 + number} | said)


# qBittorrent


def torrent(
    state: TorrentState = TorrentState.DOWNLOADING, progress: float = 0.25, **said: Any
) -> TorrentEvidence:
    """Return the torrent of the usual hash, so far loaded."""
    size = said.pop("size", 8 * GB)
    values: dict[str, Any] = {
        "source": "qbit",
        "hashes": (HASH.lower(),),
        "name": "The.Matrix.1999.1080p-GRP",
        "state": state,
        "progress": progress,
        "size": size,
        "left": int(size * (1 - progress)),
        "speed": 1_000_000 if state is TorrentState.DOWNLOADING else 0,
    }
    return TorrentEvidence(**values | said)


# Jellyfin


def ids(*pairs: tuple[IdKind, int | str]) -> tuple[str, ...]:
    """Return ids in the one spelling."""
    return tuple(make_id(kind, value) for kind, value in pairs)


def item(item_id: str = "m1", kind: ItemKind = ItemKind.MOVIE, **said: Any) -> LibraryEvidence:
    """Return a Jellyfin item without any id."""
    values: dict[str, Any] = {
        "source": "jellyfin",
        "item_id": item_id,
        "kind": kind,
        "name": "The Matrix",
        "year": 1999,
        "url": f"https://jellyfin.example/{item_id}",
        "read_at": JUST_READ,
    }
    return LibraryEvidence(**values | said)


def film_item(item_id: str = "m1", **said: Any) -> LibraryEvidence:
    """Return the film in Jellyfin, by its TMDB id."""
    return item(item_id, **{"ids": ids((IdKind.TMDB_MOVIE, FILM))} | said)


def series_item(**said: Any) -> LibraryEvidence:
    """Return the series in Jellyfin, by its TVDB id."""
    values = {"name": "Game of Thrones", "year": 2011, "ids": ids((IdKind.TVDB_SHOW, SHOW_TVDB))}
    return item("s1", ItemKind.SERIES, **values | said)


def episode_item(number: int, season: int = 1, **said: Any) -> LibraryEvidence:
    """Return an episode of the series in Jellyfin, which has no id of its own."""
    values = {"name": f"Episode {number}", "series_id": "s1", "season": season, "number": number}
    return item(f"e{season}x{number}", ItemKind.EPISODE, **values | said)


def plays(*files: FileEvidence, root: str = "/media", sized: bool = True) -> tuple[ItemFile, ...]:
    """Return *arr files as Jellyfin sees them through another mount."""
    return tuple(ItemFile(path=f"{root}{file.path}", size=file.size if sized else 0) for file in files)


# Shoko and Shokofin


def shoko_file(file_id: int, file: FileEvidence | None = None, *named: str, **said: Any) -> ShokoEvidence:
    """Return a matched Shoko file where the *arr put it, with its own id and those given."""
    paths = (file.path.split("/", 2)[2],) if file else ()
    values: dict[str, Any] = {
        "source": "shoko",
        "file_id": file_id,
        "paths": paths,
        "size": file.size if file else 0,
        "ids": (make_id(IdKind.SHOKO_FILE, file_id), *named),
        "matched": True,
    }
    return ShokoEvidence(**values | said)


def vfs_item(
    file_id: int, item_id: str, *named: str, kind: ItemKind = ItemKind.EPISODE, **said: Any
) -> LibraryEvidence:
    """Return an item as Shokofin shows it: a path of its own, Shoko's and AniDB's ids only."""
    path = f"/config/Shokofin/VFS/library/Show [Shoko Series=1]/Season 01/Show [Shoko File={file_id}].mkv"
    values: dict[str, Any] = {
        "ids": (make_id(IdKind.SHOKO_FILE, file_id), *named),
        "files": (ItemFile(path=path),),
        "season": 1 if kind is ItemKind.EPISODE else None,
        "number": file_id if kind is ItemKind.EPISODE else None,
        "series_id": "s1" if kind is ItemKind.EPISODE else None,
    }
    return item(item_id, kind, **values | said)


def seed_range(count: int) -> Iterable[int]:
    """Return seeds for tests by chance, the same in every run."""
    return range(count)


FILE = film_file()
GRAB = event(HistoryKind.GRABBED)
FRESH_GRAB = event(HistoryKind.GRABBED, ago(minutes=1))
DONE = torrent(TorrentState.COMPLETE, 1.0)
NEXT_WEEK = NOW + timedelta(days=7)
SOON = timedelta(minutes=2)
ANIME = (request(), title(anime=True), film(file=FILE))
HASHING = shoko_file(5, FILE, matched=False)
MATCHED = shoko_file(5, FILE)
