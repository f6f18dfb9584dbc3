"""Pieces of webhook payloads that Radarr and Sonarr share."""

from typing import Any

from .arr_rows import ENGLISH, iso_fine
from .rows import ArrFile, Download


def common_download(download: Download, download_id: str | None = None) -> dict[str, Any]:
    """Client, download id and custom formats."""
    return {
        "downloadClient": "qBittorrent",
        "downloadClientType": "qBittorrent",
        "downloadId": (download.id if download_id is None else download_id) or None,
        "customFormatInfo": {"customFormats": [], "customFormatScore": 0},
    }


def release_grabbed(download: Download, kind: str) -> dict[str, Any]:
    """The release as remembered from the grab, in import events."""
    data: dict[str, Any] = {
        "releaseTitle": download.release,
        "indexer": download.indexer,
        "size": download.size,
    }
    if kind == "radarr":
        return data | {"indexerFlags": []}
    return data | {"releaseType": "seasonPack" if len(download.episode_ids) > 1 else "singleEpisode"}


def file_payload(
    file: ArrFile, kind: str, *, source: Download | None = None, recycled: bool = False
) -> dict[str, Any]:
    """A file in a webhook; `source` adds where it came from, `recycled` where it went."""
    tall = 2160 if "2160" in file.quality else 1080
    data: dict[str, Any] = {
        "id": file.id,
        "relativePath": file.relative_path,
        "path": file.path,
        "quality": file.quality,
        "qualityVersion": 1,
        "releaseGroup": "EXAMPLE",
        "sceneName": file.release or None,
        "size": file.size,
        "dateAdded": iso_fine(file.date_added),
        "languages": ENGLISH,
        "mediaInfo": {
            "audioChannels": 5.1,
            "audioCodec": "EAC3",
            "audioLanguages": ["eng"],
            "height": tall,
            "width": tall * 16 // 9,
            "subtitles": ["eng"],
            "videoCodec": "h264",
            "videoDynamicRange": "",
            "videoDynamicRangeType": "",
        },
        "sourcePath": f"/downloads/{kind}/{source.release}/{source.release}.mkv" if source else None,
        "recycleBinPath": f"/recycle/{file.relative_path.rpartition('/')[2]}" if recycled else None,
    }
    return data | {"indexerFlags": "0"} if kind == "radarr" else data


def test_payload(kind: str, app_name: str) -> dict[str, Any]:
    """The Test event."""
    common = {"eventType": "Test", "instanceName": app_name, "applicationUrl": ""}
    if kind == "sonarr":
        return {
            "series": {
                "id": 1,
                "title": "Test Title",
                "path": "C:\\testpath",
                "tvdbId": 1234,
                "tvMazeId": 0,
                "tmdbId": 0,
                "type": "standard",
                "year": 0,
                "tags": ["test-tag"],
            },
            "episodes": [
                {
                    "id": 123,
                    "episodeNumber": 1,
                    "seasonNumber": 1,
                    "title": "Test title",
                    "seriesId": 0,
                    "tvdbId": 0,
                }
            ],
            **common,
        }
    return {
        "movie": {
            "id": 1,
            "title": "Test Title",
            "year": 1970,
            "releaseDate": "1970-01-01",
            "folderPath": "C:\\testpath",
            "tmdbId": 0,
            "tags": ["test-tag"],
        },
        "remoteMovie": {"tmdbId": 1234, "imdbId": "5678", "title": "Test title", "year": 1970},
        "release": {
            "quality": "Test Quality",
            "qualityVersion": 1,
            "releaseGroup": "Test Group",
            "releaseTitle": "Test Title",
            "indexer": "Test Indexer",
            "size": 9999999,
            "customFormatScore": 0,
        },
        **common,
    }
