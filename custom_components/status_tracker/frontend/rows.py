"""A request as shown by the card: sensor data, poster and possible actions."""

from typing import Any

from ..actions.requests import HANDED_AGAIN
from ..actions.responses import request_summary
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.enums import Service
from ..pipeline.requests import FINISHED, Download, Reason, Stage, Tracked
from ..pipeline.stages import download_stage

UNSHOWN = ("imdb_id", "poster", "tmdb_id", "tvdb_id")
LIBRARY_WAITS = frozenset({Reason.WAITING_FOR_LIBRARY, Reason.HIDDEN_IN_LIBRARY})


def request_key(coordinator: StatusTrackerCoordinator, number: int) -> str:
    """Return the key of a request across entries: the unique id of its sensor."""
    return f"{coordinator.config_entry.entry_id}_{number}"


def request_row(
    coordinator: StatusTrackerCoordinator, request: Tracked, poster: str | None
) -> dict[str, Any]:
    """Return the row of a request as JSON-serializable data."""
    summary = request_summary(coordinator, request)
    row = {key: value for key, value in summary.items() if key not in UNSHOWN}
    download = replaceable(request)
    return {
        "key": request_key(coordinator, request.request.request_id),
        **row,
        "poster": poster,
        "blind": list(request.verdict.blind),
        "size": request.current.size or None if request.current else None,
        "actions": possible_actions(coordinator, request),
        "replaces": {
            "download_id": download.download_id,
            "release": download.release,
            "size": download.size or None,
        }
        if download
        else None,
    }


def possible_actions(coordinator: StatusTrackerCoordinator, request: Tracked) -> list[str]:
    """Return the actions applicable to a request; each is validated again when called."""
    found = []
    if request.stage is Stage.REQUESTED:
        found += ["approve", "decline"]
    lost = request.stage is Stage.APPROVED and request.verdict.reason in HANDED_AGAIN
    if request.stage is Stage.FAILED or lost:
        found.append("retry")
    if _is_searchable(coordinator, request):
        found.append("search")
    if replaceable(request):
        found.append("replace_release")
    if request.verdict.reason in LIBRARY_WAITS and _has_jellyfin(coordinator):
        found.append("rescan_library")
    return found


def _has_jellyfin(coordinator: StatusTrackerCoordinator) -> bool:
    """Return whether there is a library to scan."""
    return any(source.service is Service.JELLYFIN for source in coordinator.sources.values())


def _is_searchable(coordinator: StatusTrackerCoordinator, request: Tracked) -> bool:
    """Return whether an *arr can search for something missing."""
    if request.stage in FINISHED or request.media_id is None or request.arr_source not in coordinator.sources:
        return False
    return any(unit.stage is Stage.APPROVED and unit.aired and unit.monitored for unit in request.units)


def replaceable(request: Tracked) -> Download | None:
    """Return the only replaceable download, None if there is none or more than one."""
    live = {
        one.download_id: one
        for one in request.downloads
        if one.download_id and not one.outcome and (one.rows or download_stage(one))
    }
    only = next(iter(live.values())) if len(live) == 1 else None
    return None if only and download_stage(only) is Stage.IMPORTING else only


def source_rows(coordinator: StatusTrackerCoordinator) -> list[dict[str, Any]]:
    """Return the services of an entry with their availability and since when they are unavailable."""
    return [
        {
            "key": f"{coordinator.config_entry.entry_id}_{source.key}",
            "name": source.name,
            "service": source.service.value,
            "ok": source.state.ok,
            "reason": source.state.reason,
            "url": coordinator.seerr.public_url if source is coordinator.seerr else None,
        }
        for source in coordinator.sources.values()
    ]
