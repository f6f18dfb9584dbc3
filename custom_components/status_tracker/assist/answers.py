"""Answers of Assist, based on the status texts of the requests."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import cast

from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..data import StatusTrackerConfigEntry
from ..pipeline.requests import FINISHED, IN_FLIGHT, Stage, Tracked
from ..pipeline.titles import find_by_title
from ..reports.status import status_text
from ..reports.text import common_text, request_name

AT_MOST = 5  # maximum number of requests with a status


class Listing(StrEnum):
    """Lists of requests that can be asked for."""

    STUCK = "stuck"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    DOWNLOADING = "downloading"
    ON_ITS_WAY = "on_its_way"
    READY = "ready"
    ALL = "all"


TESTS: Mapping[Listing, Callable[[Tracked], bool]] = {
    Listing.STUCK: lambda request: request.stuck,
    Listing.WAITING_FOR_APPROVAL: lambda request: request.stage is Stage.REQUESTED,
    Listing.DOWNLOADING: lambda request: request.stage is Stage.DOWNLOADING,
    Listing.ON_ITS_WAY: lambda request: request.stage in IN_FLIGHT,
    Listing.READY: lambda request: request.stage is Stage.AVAILABLE,
    Listing.ALL: lambda request: request.stage not in FINISHED or request.stage is Stage.AVAILABLE,
}


def coordinators(hass: HomeAssistant) -> list[StatusTrackerCoordinator]:
    """Return the coordinators of the loaded entries."""
    return [
        cast(StatusTrackerConfigEntry, entry).runtime_data.coordinator
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]


def known_requests(hass: HomeAssistant) -> list[Tracked]:
    """Return the titled requests of all entries."""
    return [request for coordinator in coordinators(hass) for request in coordinator.titled_requests]


def status_answer(hass: HomeAssistant, title: str) -> str:
    """Return the status of the requests with a title."""
    if found := find_by_title(title, known_requests(hass)):
        return _told(hass, found)
    return common_text(hass, "assist_unknown", title=title)


def ready_answer(hass: HomeAssistant, title: str) -> str:
    """Return whether the requests with a title are available, and the status of the others."""
    found = find_by_title(title, known_requests(hass))
    if not found:
        return common_text(hass, "assist_unknown", title=title)
    ready = any(request.stage is Stage.AVAILABLE for request in found)
    return common_text(hass, "assist_ready" if ready else "assist_not_ready", answer=_told(hass, found))


def list_answer(hass: HomeAssistant, listing: Listing) -> str:
    """Return the requests in a list with their status; available ones with title only."""
    found = [request for request in known_requests(hass) if TESTS[listing](request)]
    if not found:
        return common_text(hass, f"assist_none_{listing}")
    if listing is not Listing.READY:
        return _told(hass, found)
    found.sort(key=lambda request: request.journey.stage_since, reverse=True)
    titles = ", ".join(dict.fromkeys(request.title for request in found[:AT_MOST]))
    return " ".join((common_text(hass, "assist_ready_list", titles=titles), *_more(hass, found)))


def _told(hass: HomeAssistant, requests: list[Tracked]) -> str:
    """Return requests as sentences, with suffixes for equal titles."""
    titles = [request.title for request in requests]
    sentences = [
        common_text(
            hass,
            "assist_answer",
            title=request_name(request, siblings=True) if titles.count(request.title) > 1 else request.title,
            status=status_text(hass, request),
        )
        for request in requests[:AT_MOST]
    ]
    return " ".join((*sentences, *_more(hass, requests)))


def _more(hass: HomeAssistant, requests: list[Tracked]) -> Iterable[str]:
    """Return the text with the number of omitted requests."""
    more = len(requests) - AT_MOST
    return [common_text(hass, "assist_more", count=str(more))] if more > 0 else []
