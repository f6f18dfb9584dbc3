"""Durations from request to available, and forecasts based on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from .enums import MediaType
from .evidence.base import EvidenceBase
from .requests import FINISHED, Journey, Stage, Step, Tracked

WINDOW = timedelta(days=30)
AT_MOST = 500  # durations kept per kind
ENOUGH = 5  # minimum number of durations for a forecast
BEGINNINGS = frozenset({Stage.REQUESTED, Stage.APPROVED})
ON_ITS_WAY = frozenset(Stage) - FINISHED - {Stage.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(EvidenceBase):
    """Duration of a request from its start until available, in seconds, and when it ended."""

    media_type: MediaType
    ended: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Estimated time a request becomes available, and the number of durations it is based on."""

    at: datetime
    seconds: float  # since the start of the request
    journeys: int


def beginning(journey: Journey) -> Step | None:
    """Return the first step since the request was last finished; None if its start was not observed."""
    if journey.opened_at is None:  # existed before the first start
        return None
    steps = list(journey.timeline)
    while steps and steps[-1].stage in FINISHED:
        steps.pop()
    first: Step | None = None
    for step in reversed(steps):
        if step.stage in FINISHED:
            break
        first = step
    return first if first and first.stage in BEGINNINGS else None


def duration_of(request: Tracked) -> Duration | None:
    """Return how long an available request took, None if it was not observed from its start."""
    journey = request.journey
    first = beginning(journey)
    if first is None or journey.stage is not Stage.AVAILABLE or journey.finished_at is None:
        return None
    return Duration(
        media_type=request.request.media_type,
        ended=journey.finished_at,
        seconds=max(0.0, (journey.finished_at - first.at).total_seconds()),
    )


def recent(durations: Iterable[Duration], now: datetime) -> list[Duration]:
    """Return the newest durations of each kind within the window, sorted by their end."""
    fresh = sorted((one for one in durations if now - one.ended <= WINDOW), key=lambda one: one.ended)
    kept: list[Duration] = []
    counts: dict[MediaType, int] = {}
    for one in reversed(fresh):
        counts[one.media_type] = counts.get(one.media_type, 0) + 1
        if counts[one.media_type] <= AT_MOST:
            kept.append(one)
    return kept[::-1]


def typical(durations: Iterable[Duration], media_type: MediaType, now: datetime) -> tuple[float | None, int]:
    """Return the median duration of a kind in seconds, None without any, and the number of durations."""
    seconds = [one.seconds for one in recent(durations, now) if one.media_type is media_type]
    return (median(seconds) if seconds else None), len(seconds)


def forecast(durations: Iterable[Duration], request: Tracked, now: datetime) -> Forecast | None:
    """Return when a request will probably be available, from durations longer than the time elapsed.

    None for stuck requests, for those waiting for a release or airing, and with fewer than five durations.
    """
    expected = request.verdict.expected
    if request.stage not in ON_ITS_WAY or request.stuck or (expected and expected > now):
        return None
    start = _start(request)
    spent = (now - start).total_seconds()
    longer = [
        one.seconds
        for one in recent(durations, now)
        if one.media_type is request.request.media_type and one.seconds > spent
    ]
    if len(longer) < ENOUGH:
        return None
    seconds = median(longer)
    return Forecast(start + timedelta(seconds=seconds), seconds, len(longer))


def _start(request: Tracked) -> datetime:
    """Return when a request was made or reopened."""
    first = beginning(request.journey)
    return first.at if first else request.request.requested_at or request.journey.stage_since


def read_back(rows: Iterable[Mapping[str, object]]) -> list[Duration]:
    """Parse stored durations; raises ValueError if they are invalid."""
    try:
        return [Duration.from_dict(row) for row in rows]
    except (AttributeError, LookupError, TypeError) as err:
        raise ValueError(f"Invalid duration: {type(err).__name__}") from err
