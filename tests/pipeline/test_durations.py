"""How long journeys took: only those seen as a whole, of the last 30 days, and what they forecast."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.status_tracker.pipeline.durations import (
    AT_MOST,
    Duration,
    Forecast,
    duration_of,
    forecast,
    read_back,
    recent,
    typical,
)
from custom_components.status_tracker.pipeline.enums import MediaType, Service
from custom_components.status_tracker.pipeline.memory import Memory
from custom_components.status_tracker.pipeline.requests import Journey, Reason, Stage, Step, Tracked

from .builders.arr import film, series
from .builders.evaluation import only
from .builders.requests import request, series_request
from .builders.services import STACK
from .builders.times import NOW, ago

MINUTE, HOUR = 60, 3600
START = ago(days=9)


def took(*seconds: float, media_type: MediaType = MediaType.MOVIE, ended: datetime = NOW) -> list[Duration]:
    """Return journeys that took so long."""
    return [Duration(media_type=media_type, ended=ended, seconds=one) for one in seconds]


def went(*steps: tuple[Stage, datetime], opened: datetime | None = START) -> Tracked:
    """Return a request for the film that went through stages."""
    stage, at = steps[-1]
    journey = Journey(
        request_id=1,
        stage=stage,
        stage_since=at,
        reason_since=at,
        timeline=tuple(Step(stage=stage, at=at) for stage, at in steps),
        finished_at=at if stage in (Stage.AVAILABLE, Stage.DECLINED, Stage.DELETED) else None,
        opened_at=opened,
    )
    tracked = only(*STACK, request(), film())
    return replace(tracked, journey=journey, verdict=replace(tracked.verdict, stage=stage))


REQUESTED, APPROVED = (Stage.REQUESTED, ago(hours=5)), (Stage.APPROVED, ago(hours=4))
LOADING, AVAILABLE = (Stage.DOWNLOADING, ago(hours=3)), (Stage.AVAILABLE, ago(hours=1))


def test_a_journey_counts_from_its_request_on() -> None:
    """The wait for approval is part of it."""
    duration = duration_of(went(REQUESTED, APPROVED, LOADING, AVAILABLE))
    assert duration == Duration(media_type=MediaType.MOVIE, ended=ago(hours=1), seconds=4 * HOUR)


@pytest.mark.parametrize(
    "steps",
    [
        [AVAILABLE],
        [LOADING, AVAILABLE],
        [REQUESTED, APPROVED, LOADING],
        [REQUESTED, (Stage.DECLINED, ago(hours=1))],
    ],
    ids=["at once", "begun before", "not over", "declined"],
)
def test_what_was_not_seen_from_request_to_available_does_not_count(
    steps: list[tuple[Stage, datetime]],
) -> None:
    """Half a journey is no journey."""
    assert duration_of(went(*steps)) is None


def test_what_was_there_before_us_does_not_count() -> None:
    """What happened to it before is unknown."""
    assert duration_of(went(REQUESTED, AVAILABLE, opened=None)) is None


def test_a_second_time_counts_from_its_own_request() -> None:
    """A film that was deleted and requested again begins anew."""
    again = went(
        (Stage.APPROVED, ago(days=8)),
        (Stage.AVAILABLE, ago(days=7)),
        (Stage.DELETED, ago(days=2)),
        APPROVED,
        AVAILABLE,
    )
    duration = duration_of(again)
    assert duration is not None
    assert duration.seconds == 3 * HOUR


def test_the_pipeline_itself_makes_such_journeys() -> None:
    """A request that came while we looked, through to its file in a household without Jellyfin."""
    services = [one for one in STACK if one.service is not Service.JELLYFIN]
    memory = Memory(started=ago(days=1))
    asked = request(requested_at=NOW)
    only(*services, asked, film(), memory=memory, now=NOW + timedelta(seconds=30))
    late = NOW + timedelta(hours=2)
    done = only(*services, asked, film(has_file=True, read_at=late), memory=memory, now=late)
    assert done.stage is Stage.AVAILABLE
    assert duration_of(done) == Duration(media_type=MediaType.MOVIE, ended=late, seconds=2 * HOUR)


def test_the_median_is_of_thirty_days_and_of_one_kind() -> None:
    """One that took for ever does not count for more than any other."""
    known = [
        *took(HOUR, 2 * HOUR, 900 * HOUR),
        *took(MINUTE, ended=ago(days=31)),
        *took(9 * HOUR, media_type=MediaType.TV),
    ]
    assert typical(known, MediaType.MOVIE, NOW) == (2 * HOUR, 3)
    assert typical(known, MediaType.TV, NOW) == (9 * HOUR, 1)
    assert typical(known, MediaType.TV, NOW + timedelta(days=31)) == (None, 0)


def test_no_more_than_so_many_are_kept() -> None:
    """The newest of each kind, in the order they ended."""
    known = [*took(1, ended=ago(days=2)), *took(*([2] * AT_MOST)), *took(3, media_type=MediaType.TV)]
    kept = recent(known, NOW)
    assert len(kept) == AT_MOST + 1
    assert kept[0].ended == NOW
    assert sum(one.media_type is MediaType.TV for one in kept) == 1


def going(spent: timedelta, **changes: Any) -> Tracked:
    """Return a request that has been downloading since a moment after it was made."""
    made = went((Stage.APPROVED, NOW - spent), (Stage.DOWNLOADING, NOW - spent + timedelta(seconds=1)))
    return replace(made, **changes)


def told(durations: Iterable[Duration], tracked: Tracked) -> Forecast | None:
    """Return the forecast at the tests' present."""
    return forecast(durations, tracked, NOW)


def test_a_forecast_rests_on_five() -> None:
    """Four tell too little; films tell nothing of series."""
    known = took(HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR)
    tracked = going(timedelta(minutes=10))
    found = told(known, tracked)
    assert found == Forecast(NOW + timedelta(hours=3, minutes=-10), 3 * HOUR, 5)
    assert told(known[:4], tracked) is None
    assert told([*known[:4], *took(HOUR, media_type=MediaType.TV)], tracked) is None


def test_a_forecast_never_lies_in_the_past() -> None:
    """What has taken two hours already is not like those that took one."""
    known = took(*(hours * HOUR for hours in (1, 1, 3, 4, 5, 6, 7)))
    found = told(known, going(timedelta(hours=2)))
    assert found == Forecast(NOW + timedelta(hours=3), 5 * HOUR, 5)
    assert told(known, going(timedelta(hours=6, minutes=30))) is None


def test_no_forecast_where_others_tell_nothing() -> None:
    """Stuck, over, or waiting for a date."""
    known = took(*([5 * HOUR] * 5))
    assert told(known, going(timedelta(hours=1), stuck=True)) is None
    assert told(known, went(REQUESTED, AVAILABLE)) is None
    coming = only(*STACK, request(), film(available=False, expected=NOW + timedelta(days=9)))
    assert coming.verdict.reason is Reason.NOT_RELEASED
    assert told(known, coming) is None
    airing = only(*STACK, series_request(), series())
    assert told(took(*([5 * HOUR] * 5), media_type=MediaType.TV), airing) is not None


def test_durations_are_written_and_read_back() -> None:
    """As JSON; what is damaged is refused."""
    known = took(HOUR, 2.5)
    assert read_back([one.to_dict() for one in known]) == known
    with pytest.raises(ValueError, match="duration"):
        read_back([{"seconds": 1}])
