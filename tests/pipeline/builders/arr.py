"""The film in Radarr, the series in Sonarr, their files and their history."""

from datetime import datetime
from typing import Any

from custom_components.status_tracker.pipeline.enums import HistoryKind
from custom_components.status_tracker.pipeline.evidence.arr import (
    EpisodeEvidence,
    FileEvidence,
    HistoryEvidence,
    MovieEvidence,
    SeriesEvidence,
)

from .downloads import GB, HASH
from .requests import FILM, SHOW_TVDB
from .times import JUST_READ, ago


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


FILE = film_file()
GRAB = event(HistoryKind.GRABBED)
FRESH_GRAB = event(HistoryKind.GRABBED, ago(minutes=1))
