"""Actions on requests; each is validated before and verified afterwards."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr

from ..clients.errors import ClientError, NotFound
from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.enums import RequestStatus
from ..pipeline.evidence.requests import RequestEvidence
from ..pipeline.requests import FINISHED, IN_FLIGHT, Reason, Stage, Tracked, Unit
from ..reports.text import stage_text
from ..sources.arr.radarr import RadarrSource
from ..sources.arr.sonarr import SonarrSource
from ..sources.base import Source
from ..sources.jellyfin.source import JellyfinSource
from ..sources.seerr.rows import REQUEST_STATUS

if TYPE_CHECKING:
    from ..clients.arr_model import Command

type ArrInstance = RadarrSource | SonarrSource

PAUSES = (0.0, 1.0, 2.0)  # seconds before each check whether an action took effect
ENDED_BADLY = frozenset({"failed", "aborted", "cancelled", "orphaned"})
HANDED_AGAIN = frozenset({Reason.NOT_IN_ARR, Reason.NOT_MONITORED})


def refusal(key: str, **values: str) -> ServiceValidationError:
    """Return the error for an action that is not applicable."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=values
    )


def failure(key: str, **values: str) -> HomeAssistantError:
    """Return the error for an action that a service did not perform."""
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=values)


def named(error: HomeAssistantError, title: str) -> HomeAssistantError:
    """Return an error with the title of its request."""
    return failure("one_failed", title=title, reason=str(error))


@contextmanager
def calling(source: Source) -> Iterator[None]:
    """Convert client errors to translated ones."""
    try:
        yield
    except ClientError as err:
        raise failure(err.reason, service=source.name) from err


async def ask(coordinator: StatusTrackerCoordinator, source: Source) -> None:
    """Poll a service after an action; raises if the result cannot be verified."""
    if await coordinator.async_ask(source):
        raise failure("not_confirmed", service=source.name)


# Seerr: approve, decline, retry


async def approve(coordinator: StatusTrackerCoordinator, request: Tracked) -> None:
    """Approve a pending request."""
    await _must_be_pending(coordinator, request)
    now = await _order(coordinator, request, coordinator.seerr.client.approve)
    _must_be_handed_over(coordinator, now)
    if now.status is RequestStatus.PENDING:
        raise failure("no_effect", service=coordinator.seerr.name)


async def decline(coordinator: StatusTrackerCoordinator, request: Tracked) -> None:
    """Decline a pending request."""
    await _must_be_pending(coordinator, request)
    now = await _order(coordinator, request, coordinator.seerr.client.decline)
    if now.status is not RequestStatus.DECLINED:
        raise failure("no_effect", service=coordinator.seerr.name)


async def retry(coordinator: StatusTrackerCoordinator, request: Tracked) -> None:
    """Let Seerr retry a request that failed, or that is missing or unmonitored in its *arr."""
    status = await _status(coordinator, request)
    lost = status is RequestStatus.APPROVED and request.verdict.reason in HANDED_AGAIN
    if status is not RequestStatus.FAILED and not lost:
        raise refusal("retry_not_needed", title=request.title)
    now = await _order(coordinator, request, coordinator.seerr.client.retry)
    _must_be_handed_over(coordinator, now)
    again = coordinator.data.get(request.request.request_id, request)
    if again.media_id and (arr := arr_of(coordinator, again.arr_source)):
        arr.look_again(again.media_id)
        await ask(coordinator, arr)


async def _status(coordinator: StatusTrackerCoordinator, request: Tracked) -> RequestStatus | None:
    """Return the current request in Seerr, because the last poll can be outdated."""
    seerr, number = coordinator.seerr, request.request.request_id
    with calling(seerr):
        try:
            status = REQUEST_STATUS.get((await seerr.client.request(number)).status)
        except NotFound as err:
            raise refusal("request_gone", title=request.title, service=seerr.name) from err
    if status is not request.request.status:
        await coordinator.async_ask(seerr)
    return status


async def _must_be_pending(coordinator: StatusTrackerCoordinator, request: Tracked) -> None:
    """Raise if a request is not pending."""
    if await _status(coordinator, request) is not RequestStatus.PENDING:
        now = coordinator.data.get(request.request.request_id, request)
        raise refusal("not_pending", title=request.title, stage=stage_text(coordinator.hass, now.stage))


async def _order(
    coordinator: StatusTrackerCoordinator, request: Tracked, order: Callable[[int], Awaitable[None]]
) -> RequestEvidence:
    """Run an action in Seerr; return the request as listed afterwards."""
    seerr, number = coordinator.seerr, request.request.request_id
    with calling(seerr):
        await order(number)
    await ask(coordinator, seerr)
    for one in seerr.evidence.requests:
        if one.request_id == number:
            return one
    raise failure("request_gone", title=request.title, service=seerr.name)


def _must_be_handed_over(coordinator: StatusTrackerCoordinator, request: RequestEvidence) -> None:
    """Raise if Seerr failed to send a request to its *arr."""
    if request.status is RequestStatus.FAILED:
        raise failure("hand_over_failed", service=coordinator.seerr.name)


# Radarr and Sonarr: search


def arr_of(coordinator: StatusTrackerCoordinator, key: str | None) -> ArrInstance | None:
    """Return the configured *arr with a key, None if there is none."""
    source = coordinator.sources.get(key or "")
    return source if isinstance(source, (RadarrSource, SonarrSource)) else None


async def search(coordinator: StatusTrackerCoordinator, request: Tracked) -> None:
    """Let the *arr of a request search for what is missing: a movie, whole seasons or episodes."""
    arr, media_id, missing = _searchable(coordinator, request)
    with calling(arr):
        await search_for(arr, media_id, {unit.episode.episode_id for unit in missing if unit.episode})
    arr.look_again(media_id)
    await ask(coordinator, arr)


async def search_for(arr: ArrInstance, media_id: int, episodes: Set[int]) -> None:
    """Let an *arr search for a movie, or for episodes of a series."""
    for name, body in _commands(arr, media_id, episodes):
        await _follow(arr, await arr.client.command(name, **body))


def _searchable(
    coordinator: StatusTrackerCoordinator, request: Tracked
) -> tuple[ArrInstance, int, list[Unit]]:
    """Return what to search for and where; raises if there is nothing to search for."""
    title = request.title
    if request.stage in FINISHED or request.stage is Stage.REQUESTED:
        raise refusal("search_not_now", title=title, stage=stage_text(coordinator.hass, request.stage))
    arr, media_id = arr_of(coordinator, request.arr_source), request.media_id
    if arr is None or media_id is None or not _has(arr, media_id):
        raise refusal("search_not_in_arr", title=title)
    absent = [unit for unit in request.units if unit.stage is Stage.APPROVED and unit.aired]
    missing = [unit for unit in absent if unit.monitored]
    if missing:
        return arr, media_id, missing
    if absent:
        raise refusal("search_not_monitored", title=title, service=arr.name)
    if any(unit.stage in IN_FLIGHT for unit in request.units):
        raise refusal("search_in_flight", title=title)
    raise refusal("search_nothing_missing", title=title)


def _has(arr: ArrInstance, media_id: int) -> bool:
    """Return whether an *arr has a title, as of the last poll."""
    evidence = arr.evidence
    return any(one.movie_id == media_id and not one.gone for one in evidence.movies) or any(
        one.series_id == media_id and not one.gone for one in evidence.series
    )


def _commands(
    arr: ArrInstance, media_id: int, episodes: Set[int]
) -> Iterator[tuple[str, dict[str, int | list[int]]]]:
    """Yield the commands to search for a movie or episodes; one per season if all of it is missing."""
    if isinstance(arr, RadarrSource):
        yield "MoviesSearch", {"movieIds": [media_id]}
        return
    seasons: dict[int, set[int]] = defaultdict(set)
    for series in arr.evidence.series:
        if series.series_id == media_id:
            for episode in series.episodes:
                seasons[episode.season].add(episode.episode_id)
    single = set(episodes)
    for season, ids in seasons.items():
        if len(ids) > 1 and ids <= episodes:
            yield "SeasonSearch", {"seriesId": media_id, "seasonNumber": season}
            single -= ids
    if single:
        yield "EpisodeSearch", {"episodeIds": sorted(single)}


async def _follow(arr: ArrInstance, command: Command) -> None:
    """Wait for a command; raises if it fails, returns after a timeout."""
    for pause in PAUSES:
        await asyncio.sleep(pause)
        try:
            command = await arr.client.command_status(command.id)
        except NotFound:
            return  # finished long enough ago to have been removed
        status = command.status.casefold()
        if status in ENDED_BADLY:
            raise failure("search_failed", service=arr.name)
        if status == "completed":
            return


# Jellyfin: scan


async def rescan_library(
    coordinators: Iterable[StatusTrackerCoordinator], device_id: str | None = None
) -> None:
    """Start a library scan in all Jellyfins or that of a device, unless one is running."""
    jellyfins = [
        (coordinator, source)
        for coordinator in coordinators
        for source in coordinator.sources.values()
        if isinstance(source, JellyfinSource) and device_id in (None, _device_of(coordinator, source))
    ]
    if not jellyfins:
        raise refusal("no_jellyfin")
    started = False
    for coordinator, jellyfin in jellyfins:
        with calling(jellyfin):
            task = await jellyfin.client.scan_task()
            jellyfin.see_scan(task.running)
            if task.running:
                continue
            await jellyfin.client.run_task(task.id)
            await _see_scan(jellyfin, task.last_execution_result.end_time_utc)
        started = True
        await ask(coordinator, jellyfin)
    if not started:
        raise refusal("scan_running", service=", ".join(jellyfin.name for _, jellyfin in jellyfins))


def _device_of(coordinator: StatusTrackerCoordinator, source: Source) -> str | None:
    """Return the device id of a service."""
    entry_id = coordinator.config_entry.entry_id
    device = dr.async_get(coordinator.hass).async_get_device_by_identifier(
        (DOMAIN, f"{entry_id}_{source.key}"), entry_id
    )
    return device.id if device else None


async def _see_scan(jellyfin: JellyfinSource, before: object) -> None:
    """Raise if no scan is running and none has finished since."""
    for pause in PAUSES:
        await asyncio.sleep(pause)
        task = await jellyfin.client.scan_task()
        jellyfin.see_scan(task.running)
        if task.running or task.last_execution_result.end_time_utc != before:
            return
    raise failure("no_effect", service=jellyfin.name)
