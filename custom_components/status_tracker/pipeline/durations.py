"""How long requests take until they are available, and what that tells of the next ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from .enums import MediaType
from .evidence.base import EvidenceBase
from .requests import FINISHED, Journey, Stage, Step, Tracked

WINDOW = timedelta(days=30)
AT_MOST = 500  # journeys of one kind that are kept
ENOUGH = 5  # journeys that a forecast has to rest on
BEGINNINGS = frozenset({Stage.REQUESTED, Stage.APPROVED})
ON_ITS_WAY = frozenset(Stage) - FINISHED - {Stage.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(EvidenceBase):
    """One journey that was seen from request to available: when it ended, and the seconds it took."""

    media_type: MediaType
    ended: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a request will probably be available, and the number of journeys that rests on."""

    at: datetime
    seconds: float  # from the request on
    journeys: int


def beginning(journey: Journey) -> Step | None:
    """Return the step a journey began with, after it was last over; None where its beginning was not seen."""
    if journey.opened_at is None:  # it was there before us
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
    """Return how long an available request took, None where its journey was not seen as a whole."""
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
    """Return the newest durations of each kind within the window, in the order they ended."""
    fresh = sorted((one for one in durations if now - one.ended <= WINDOW), key=lambda one: one.ended)
    kept: list[Duration] = []
    counts: dict[MediaType, int] = {}
    for one in reversed(fresh):
        counts[one.media_type] = counts.get(one.media_type, 0) + 1
        if counts[one.media_type] <= AT_MOST:
            kept.append(one)
    return kept[::-1]


def typical(durations: Iterable[Duration], media_type: MediaType, now: datetime) -> tuple[float | None, int]:
    """Return the median of a kind's durations in seconds, None without any, and their number."""
    seconds = [one.seconds for one in recent(durations, now) if one.media_type is media_type]
    return (median(seconds) if seconds else None), len(seconds)


def forecast(durations: Iterable[Duration], request: Tracked, now: datetime) -> Forecast | None:
    """Return when a request will probably be available, by those that took longer than it has so far.

    There is none for what is stuck, for what waits for a release or an airing, and where fewer than five
    journeys tell anything.
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
    """Return when a request was made, or made again."""
    first = beginning(request.journey)
    return first.at if first else request.request.requested_at or request.journey.stage_since


def read_back(rows: Iterable[Mapping[str, object]]) -> list[Duration]:
    """Return written durations; those that are damaged raise ValueError."""
    try:
        return [Duration.from_dict(row) for row in rows]
    except (AttributeError, LookupError, TypeError) as err:
        raise ValueError(f"not a duration: {type(err).__name__}") from err
