"""How the *arrs spell their rows: qualities, files, queue, history. Keys whose value is None are left out."""

from datetime import UTC, datetime, timedelta
from typing import Any
import zlib

from aiohttp import web

from .rows import Arr, ArrFile, Download, HistoryRow
from .world import World

ENGLISH = [{"id": 1, "name": "English"}]
_QUALITIES = {
    "WEBDL-720p": (5, "web", 720),
    "WEBDL-1080p": (3, "web", 1080),
    "WEBDL-2160p": (18, "web", 2160),
    "Bluray-1080p": (7, "bluray", 1080),
    "Bluray-2160p": (19, "bluray", 2160),
    "HDTV-1080p": (9, "television", 1080),
}


def iso(at: datetime | None) -> str | None:
    """REST's time: UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def iso_fine(at: datetime) -> str:
    """The webhooks' time: seven digits of a second."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def span(seconds: float | None) -> str | None:
    """TimeSpan text: [d.]hh:mm:ss."""
    if seconds is None:
        return None
    whole = int(seconds)
    days, rest = divmod(whole, 86_400)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}.{text}" if days else text


def is_true(request: web.Request, name: str) -> bool:
    """A boolean query parameter."""
    return request.query.get(name, "").lower() == "true"


def span_of(request: web.Request) -> tuple[datetime, datetime]:
    """The span of time of a calendar: from today for two days, unless told otherwise."""

    def at(name: str, default: datetime) -> datetime:
        """A time of the query; without zone it is UTC."""
        if not (told := request.query.get(name)):
            return default
        read = datetime.fromisoformat(told)
        return read if read.tzinfo else read.replace(tzinfo=UTC)

    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return at("start", today), at("end", today + timedelta(days=2))


def bare(data: Any) -> Any:
    """The same without the keys whose value is None, all the way down."""
    if isinstance(data, dict):
        return {key: bare(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [bare(value) for value in data]
    return data


def quality(name: str, kind: str) -> dict[str, Any]:
    """A quality model; Radarr spells sources its own way and adds a modifier."""
    number, source, resolution = _QUALITIES.get(name, (0, "unknown", 0))
    inner: dict[str, Any] = {"id": number, "name": name, "source": source, "resolution": resolution}
    if kind == "radarr":
        inner["source"] = {"web": "webdl", "television": "tv"}.get(source, source)
        inner["modifier"] = "none"
    return {"quality": inner, "revision": {"version": 1, "real": 0, "isRepack": False}}


def file_resource(file: ArrFile, kind: str) -> dict[str, Any]:
    """A movie file or an episode file in REST."""
    data: dict[str, Any] = {
        "id": file.id,
        "relativePath": file.relative_path,
        "path": file.path,
        "size": file.size,
        "dateAdded": iso(file.date_added),
        "sceneName": file.release or None,
        "releaseGroup": "EXAMPLE",
        "languages": ENGLISH,
        "quality": quality(file.quality, kind),
        "customFormats": [],
        "customFormatScore": 0,
        "indexerFlags": 0,
        "qualityCutoffNotMet": False,
    }
    if kind == "radarr":
        return data | {"movieId": file.owner_id, "edition": ""}
    return data | {
        "seriesId": file.owner_id,
        "seasonNumber": file.season or 0,
        "releaseType": "singleEpisode",
    }


def queue_resources(world: World, arr: Arr) -> list[dict[str, Any]]:
    """The *arr's queue: one row a film, one row an episode."""
    rows: list[dict[str, Any]] = []
    for key, download in arr.downloads.items():
        if download.in_queue and download.tracked_state not in ("imported", "failed", "ignored"):
            for episode_id in download.units:
                row: dict[str, Any] = bare(_queue_row(world, arr, key, download, episode_id))
                rows.append(row)
    return rows


def _queue_row(
    world: World, arr: Arr, key: str, download: Download, episode_id: int | None
) -> dict[str, Any]:
    """One row; absent values are None."""
    complete = download.status == "completed"
    row: dict[str, Any] = {
        "languages": ENGLISH,
        "quality": quality(download.quality, arr.kind),
        "customFormats": [],
        "customFormatScore": 0,
        "size": download.size,
        "title": download.release,
        "estimatedCompletionTime": iso(_eta(world, download)),
        "added": iso(download.added) if download.id else None,
        "status": download.status,
        "trackedDownloadStatus": download.tracked_status,
        "trackedDownloadState": download.tracked_state,
        "statusMessages": [{"title": title, "messages": lines} for title, lines in download.messages],
        "errorMessage": download.error_message,
        "downloadId": download.id or None,
        "protocol": "torrent",
        "downloadClient": "qBittorrent" if download.id else None,
        "downloadClientHasPostImportCategory": False,
        "indexer": download.indexer,
        "outputPath": download.torrent.content_path if complete and download.torrent else "",
        "sizeleft": download.left,
        "timeleft": span(download.seconds_left),
        "id": zlib.crc32(f"{key}-{episode_id}".encode()) & 0x7FFFFFFF,
    }
    if arr.kind == "radarr":
        return row | {"movieId": download.owner_id}
    episode = arr.episode(episode_id) if episode_id is not None else None
    return row | {
        "seriesId": download.owner_id,
        "episodeId": episode_id,
        "seasonNumber": episode.episode.season if episode else None,
        "episodeHasFile": bool(episode and episode.file),
    }


def queue_owner(arr: Arr, row_id: int) -> Download | None:
    """The download a queue row id belongs to."""
    for key, download in arr.downloads.items():
        for episode_id in download.units:
            if download.in_queue and zlib.crc32(f"{key}-{episode_id}".encode()) & 0x7FFFFFFF == row_id:
                return download
    return None


def _eta(world: World, download: Download) -> datetime | None:
    """When the download should be there."""
    if download.seconds_left is None:
        return None
    return world.now(download.arr.kind) + timedelta(seconds=download.seconds_left)


def history_resource(arr: Arr, row: HistoryRow) -> dict[str, Any]:
    """One history row."""
    data: dict[str, Any] = {
        "id": row.id,
        "sourceTitle": row.release,
        "languages": ENGLISH,
        "quality": quality(row.quality, arr.kind),
        "customFormats": [],
        "customFormatScore": 0,
        "qualityCutoffNotMet": False,
        "date": iso(row.at),
        "downloadId": row.download_id,
        "eventType": row.event,
        "data": _history_data(arr, row),
    }
    owner = (
        {"movieId": row.owner_id}
        if arr.kind == "radarr"
        else {"seriesId": row.owner_id, "episodeId": row.episode_id or 0}
    )
    return data | owner if row.download_id else {k: v for k, v in (data | owner).items() if k != "downloadId"}


def _history_data(arr: Arr, row: HistoryRow) -> dict[str, Any]:
    """The text values of a history row with those every row of its kind has."""
    more: dict[str, Any] = {"customFormatScore": "0", "indexerFlags": "0"}
    if row.event == "grabbed":
        more |= {
            "nzbInfoUrl": "https://indexer.example/details/1",
            "downloadUrl": "https://indexer.example/download/1?apikey=indexer-secret",
            "guid": "https://indexer.example/details/1",
            "age": "0",
            "ageHours": "3.2",
            "ageMinutes": "192.5",
            "publishedDate": iso(row.at),
            "protocol": "2",
            "releaseSource": "Search",
        }
        if arr.kind == "radarr" and (movie := arr.movies.get(row.owner_id)):
            more |= {"tmdbId": str(movie.title.tmdb_id), "movieMatchType": "Title", "indexerId": "2"}
        elif series := arr.series.get(row.owner_id):
            more |= {
                "tvdbId": str(series.title.tvdb_id),
                "seriesMatchType": "Title",
                "releaseType": "SeasonPack",
            }
    return row.data | more
