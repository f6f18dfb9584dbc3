"""Responses of the actions as JSON-serializable data, with times in UTC and without full paths."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..clients.model import digits
from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.durations import forecast
from ..pipeline.enums import HistoryKind
from ..pipeline.ids import IdKind
from ..pipeline.requests import Download, Journey, Tracked, Unit
from ..pipeline.sanitize import without_folders
from ..pipeline.stages import download_stage
from ..reports.attributes import request_attributes
from ..reports.text import request_name

CATALOGUES: Mapping[str, tuple[IdKind, ...]] = {
    "tmdb": (IdKind.TMDB_MOVIE, IdKind.TMDB_SHOW, IdKind.TMDB_EPISODE),
    "tvdb": (IdKind.TVDB_MOVIE, IdKind.TVDB_SHOW, IdKind.TVDB_EPISODE),
    "anidb": (IdKind.ANIDB_ANIME, IdKind.ANIDB_EPISODE),
    "shoko": (IdKind.SHOKO_FILE, IdKind.SHOKO_EPISODE, IdKind.SHOKO_SERIES),
}


def request_summary(coordinator: StatusTrackerCoordinator, request: Tracked) -> dict[str, Any]:
    """Return the data shown by the sensor of a request."""
    hass, entry_id = coordinator.hass, coordinator.config_entry.entry_id
    unique_id = f"{entry_id}_{request.request.request_id}"
    siblings = coordinator.overview.has_sibling(request)
    return {
        "entity_id": er.async_get(hass).async_get_entity_id("sensor", DOMAIN, unique_id),
        "config_entry_id": entry_id,
        "name": request_name(request, siblings=siblings),
        "stage": request.stage.value,
        "poster": request.poster,
        **_plain_attributes(hass, request),
    }


def _plain_attributes(hass: HomeAssistant, request: Tracked) -> dict[str, Any]:
    """Return the sensor attributes as JSON-serializable data."""
    attributes = request_attributes(hass, request)
    return {
        key: _time(value) if isinstance(value, datetime) else str(value) if isinstance(value, str) else value
        for key, value in attributes.items()
    }


def request_details(coordinator: StatusTrackerCoordinator, request: Tracked) -> dict[str, Any]:
    """Return the sensor attributes and all further details of a request."""
    film = next((unit for unit in request.units if unit.season is None), None)
    return {
        **request_summary(coordinator, request),
        "blind": list(request.verdict.blind),
        "ids": _ids(coordinator, request),
        "file": _file(film) if film else None,
        "episodes": [_episode(unit) for unit in request.units if unit.season is not None],
        "downloads": [_download(request, download) for download in request.downloads],
        "forecast": _forecast(coordinator, request),
        "timeline": _timeline(request.journey),
        "time_in_stages": _time_in_stages(request.journey),
    }


def _time(time: datetime | None) -> str | None:
    """Return a time as text."""
    return dt_util.as_utc(time).isoformat(timespec="seconds") if time else None


def _name(path: str) -> str:
    """Return the last part of a path."""
    return path.replace("\\", "/").rpartition("/")[2]


# Parts of a response


def _ids(coordinator: StatusTrackerCoordinator, request: Tracked) -> dict[str, Any]:
    """Return all ids by catalogue, including those from Shoko."""
    found: dict[str, list[int | str]] = defaultdict(list)
    for one in request.ids:
        kind, _, value = one.partition(":")
        number = digits(value)
        found[kind].append(value if number is None else number)
    arr = coordinator.sources.get(request.arr_source or "")
    proofs = [unit.proof for unit in request.units if unit.proof]
    return {
        "seerr": {"request": request.request.request_id, "media": request.request.media_id},
        "arr": {
            "kind": request.arr_service.value if request.arr_service else None,
            "service": arr.name if arr else None,
            "id": request.media_id,
        },
        "jellyfin": list(dict.fromkeys(proof.item_id for proof in proofs)),
        **{
            name: {kind.partition("_")[2]: sorted(found[kind], key=str) for kind in kinds}
            for name, kinds in CATALOGUES.items()
        },
        "imdb": sorted(found[IdKind.IMDB], key=str),
    }


def _file(unit: Unit) -> dict[str, Any] | None:
    """Return the file of a movie or episode in its *arr, by name."""
    if not unit.has_file:
        return None
    file = unit.file
    return {
        "name": _name(file.path) if file else None,
        "quality": file.quality if file else None,
        "size": file.size if file else None,
        "added": _time(file.added) if file else None,
    }


def _episode(unit: Unit) -> dict[str, Any]:
    """Return an episode; without a number, a season whose episodes are unknown."""
    return {
        "season": unit.season,
        "number": unit.number,
        "title": unit.title,
        "tvdb_id": unit.episode.tvdb_id if unit.episode else None,
        "air_date": _time(unit.air_date),
        "aired": unit.aired,
        "monitored": unit.monitored,
        "stage": unit.stage.value,
        "has_file": unit.has_file,
        "file": _file(unit),
        "download_id": unit.download.download_id if unit.download else None,
    }


def _download(request: Tracked, download: Download) -> dict[str, Any]:
    """Return a download with its progress or outcome."""
    stage, torrent, outcome = download_stage(download), download.torrent, download.outcome
    row = download.rows[0] if download.rows else None
    done = bool(outcome and outcome.kind is HistoryKind.IMPORTED)
    words = [text for one in download.rows for text in (*one.messages, one.error) if text]
    if outcome and outcome.message:
        words.append(outcome.message)
    return {
        "download_id": download.download_id,
        "release": download.release,
        "quality": download.quality,
        "indexer": download.indexer,
        "client": download.client,
        "grabbed": _time(download.grabbed),
        "stage": stage.value if stage else None,
        "outcome": outcome.kind.value if outcome else "lost" if download.lost else None,
        "ended": _time(outcome.at) if outcome else None,
        "progress": 100 if done else _progress(download),
        "size": download.size or None,
        "size_left": download.left if download.size else None,
        "speed": torrent.speed if torrent else None,
        "queue_status": row.status.value if row else None,
        "client_status": torrent.state.value if torrent else None,
        "messages": [without_folders(text) for text in dict.fromkeys(words)],
        "episodes": [
            [unit.season, unit.number]
            for unit in request.units
            if unit.number is not None
            and any(one.download_id == download.download_id for one in unit.downloads)
        ],
    }


def _progress(download: Download) -> int | None:
    """Return the progress in percent."""
    if not download.size:
        return None
    return max(0, min(100, int(100 * (download.size - download.left) / download.size)))


# History and forecast


def _forecast(coordinator: StatusTrackerCoordinator, request: Tracked) -> dict[str, Any] | None:
    """Return the estimated time of availability, the seconds since the request, and the sample size."""
    told = forecast(coordinator.durations.known, request, dt_util.utcnow())
    if told is None:
        return None
    return {"at": _time(told.at), "seconds": round(told.seconds), "journeys": told.journeys}


def _timeline(journey: Journey) -> list[dict[str, Any]]:
    """Return each stage and reason with its start and duration in seconds, up to now for the last one."""
    return [
        {
            "stage": step.stage.value,
            "reason": step.reason.value if step.reason else None,
            "at": _time(step.at),
            "seconds": _seconds(step.at, until),
        }
        for step, until in zip(journey.timeline, _ends(journey), strict=True)
    ]


def _time_in_stages(journey: Journey) -> dict[str, int]:
    """Return the seconds spent in each stage, in order."""
    spent: dict[str, int] = {}
    for step, until in zip(journey.timeline, _ends(journey), strict=True):
        spent[step.stage.value] = spent.get(step.stage.value, 0) + _seconds(step.at, until)
    return spent


def _ends(journey: Journey) -> Iterable[datetime]:
    """Return the end of each step: the start of the next one, None for the last."""
    return [*(step.at for step in journey.timeline[1:]), dt_util.utcnow()]


def _seconds(begin: datetime, end: datetime) -> int:
    """Return the whole seconds between two times."""
    return max(0, int((end - begin).total_seconds()))
