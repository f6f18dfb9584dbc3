"""When requested titles come out: each date once, of what was asked for only, days where no time is known."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from custom_components.status_tracker.pipeline.enums import ReleaseKind, RequestStatus, Service
from custom_components.status_tracker.pipeline.evidence.arr import ReleaseDay
from custom_components.status_tracker.pipeline.evidence.requests import SeasonTitle
from custom_components.status_tracker.pipeline.expected import Expected, dates_of, in_order

from .builders.arr import episode, film, series
from .builders.evaluation import look
from .builders.requests import request, request_4k, series_request, series_title, title
from .builders.services import SEERR, STACK
from .builders.times import NOW

CINEMA, DIGITAL = datetime(2026, 12, 3, tzinfo=UTC), datetime(2027, 2, 9, tzinfo=UTC)
FRIDAY = NOW + timedelta(days=5, hours=8)


def dates(*pieces: Any) -> list[Expected]:
    """Return the dates of what the pieces of evidence tell."""
    return in_order(one for request in look(*pieces).tracked.values() for one in dates_of(request))


def releases(**days: datetime) -> tuple[ReleaseDay, ...]:
    """Return release days by kind."""
    return tuple(ReleaseDay(kind=ReleaseKind(kind), day=day) for kind, day in days.items())


def test_a_film_has_the_days_that_its_radarr_knows() -> None:
    """As days: Radarr gives them as midnight UTC, which is the day before in America."""
    movie = film(available=False, expected=DIGITAL, releases=releases(digital=DIGITAL, cinema=CINEMA))
    assert [(one.at, one.release) for one in dates(*STACK, request(), movie)] == [
        (date(2026, 12, 3), ReleaseKind.CINEMA),
        (date(2027, 2, 9), ReleaseKind.DIGITAL),
    ]


def test_what_was_out_when_it_was_requested_is_not_expected() -> None:
    """A film of long ago has no dates; one that came out since its request keeps its date."""
    old = film(releases=releases(digital=NOW - timedelta(days=400)))
    assert dates(*STACK, request(), old) == []
    since = film(releases=releases(digital=datetime(2026, 10, 30, tzinfo=UTC)))
    asked = request(requested_at=NOW - timedelta(days=30))
    assert [one.at for one in dates(*STACK, asked, since)] == [date(2026, 10, 30)]


def test_a_film_requested_twice_has_each_day_once() -> None:
    """HD and 4K of one film come out on the same day."""
    days = releases(digital=DIGITAL)
    services = (*STACK,)
    found = dates(
        *services,
        request(),
        request_4k(2),
        film(releases=days),
        film(source="radarr4k", movie_id=20, releases=days),
    )
    assert [one.at for one in found] == [date(2027, 2, 9)]


def test_a_declined_request_expects_nothing() -> None:
    """Its dates are ignored."""
    movie = film(releases=releases(digital=DIGITAL))
    assert dates(*STACK, request(status=RequestStatus.DECLINED), movie) == []


def test_episodes_of_wanted_seasons_have_their_times() -> None:
    """Only the seasons that were asked for, and only what its Sonarr would take."""
    show = series(
        episode(1, 1),
        episode(1, 2, air_date=FRIDAY, title="The Kingsroad"),
        episode(1, 3, air_date=FRIDAY + timedelta(weeks=1), monitored=False),
        episode(1, 4, air_date=None),
        episode(2, 1, air_date=FRIDAY),
    )
    (one,) = dates(*STACK, series_request(), show)
    assert (one.at, one.season, one.episodes, one.title) == (FRIDAY, 1, (2,), "The Kingsroad")


def test_episodes_that_come_together_are_one_date() -> None:
    """A season that comes at once is not ten entries at the same hour."""
    show = series(*(episode(1, number, air_date=FRIDAY, title="?") for number in (3, 1, 2)))
    (one,) = dates(*STACK, series_request(), show)
    assert (one.episodes, one.title) == ((1, 2, 3), None)


def test_two_requests_for_one_episode_are_one_date() -> None:
    """Two people may have asked for the same season."""
    show = series(episode(1, 2, air_date=FRIDAY))
    requests = series_request(1, requested_by="Ada"), series_request(2, requested_by="Bob")
    assert len(dates(*STACK, *requests, show)) == 1


def test_without_radarr_and_sonarr() -> None:
    """Nothing is expected, except where Seerr knows a day that is yet to come."""
    alone = [one for one in STACK if one.service not in (Service.RADARR, Service.SONARR)]
    assert dates(*alone, request(), title()) == []
    assert dates(SEERR, request(), title(expected=DIGITAL))[0].at == date(2027, 2, 9)
    coming = series_title(seasons=(SeasonTitle(number=1, episodes=8, air_date=DIGITAL),))
    (one,) = dates(SEERR, series_request(), coming)
    assert (one.at, one.season, one.episodes) == (date(2027, 2, 9), 1, ())


def test_they_come_in_their_order() -> None:
    """Whatever the order of the requests."""
    show = series(episode(1, 2, air_date=FRIDAY))
    movie = film(releases=releases(digital=DIGITAL, cinema=CINEMA))
    found = dates(*STACK, request(1), movie, series_request(2), show)
    assert [one.at for one in found] == [FRIDAY, CINEMA.date(), DIGITAL.date()]
