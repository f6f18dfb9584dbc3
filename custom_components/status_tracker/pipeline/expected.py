"""Release dates of requested movies and airing times of requested episodes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from .enums import MediaType, ReleaseKind
from .requests import Stage, Tracked

CLOSED = frozenset({Stage.DECLINED, Stage.DELETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A release date or airing time (UTC) of a requested title.

    A movie has a `release` unless only the date is known. A series has a `season` and the `episodes` airing
    at the same time, empty if they are unknown.
    """

    request: Tracked
    at: date | datetime
    release: ReleaseKind | None = None
    season: int | None = None
    episodes: tuple[int, ...] = ()
    title: str | None = None  # of a single episode

    @property
    def key(self) -> tuple[object, ...]:
        """Return a key that requests for the same title have in common."""
        asked = self.request.request
        title = asked.tmdb_id or f"request {asked.request_id}"
        return asked.media_type, title, self.at, self.release, self.season, self.episodes

    @property
    def order(self) -> tuple[date, bool, str]:
        """Return the sort key: all-day dates before times on the same day."""
        return _day(self.at), isinstance(self.at, datetime), str(self.at)


class Dated(Protocol):
    """A date of a title, in whatever form."""

    @property
    def key(self) -> tuple[object, ...]:
        """Return a key that requests for the same title have in common."""

    @property
    def order(self) -> tuple[date, bool, str]:
        """Return the sort key."""


def in_order[D: Dated](dates: Iterable[D]) -> list[D]:
    """Return dates in their order, each once: of several requests for a title, that of the first."""
    found: dict[tuple[object, ...], D] = {}
    for one in dates:
        found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda one: one.order)


def dates_of(request: Tracked) -> list[Expected]:
    """Return the expected dates of a request."""
    if request.stage in CLOSED:
        return []
    film = request.request.media_type is MediaType.MOVIE
    return list(_of_film(request) if film else _of_series(request))


def _day(at: date | datetime) -> date:
    """Return the date, in UTC for a datetime."""
    return at.date() if isinstance(at, datetime) else at


def _asked(request: Tracked) -> datetime:
    """Return when a title was requested."""
    first = request.journey.timeline[0].at if request.journey.timeline else request.journey.stage_since
    return request.request.requested_at or first


def _of_film(request: Tracked) -> Iterable[Expected]:
    """Return the releases of a movie, or its expected date if Radarr lists none."""
    since = _asked(request).date()
    releases = [release for unit in request.units for release in unit.releases]
    days = {release.kind: release.day.date() for release in releases if release.day.date() >= since}
    for kind, day in days.items():
        yield Expected(request=request, at=day, release=kind)
    awaited = request.verdict.expected
    if awaited and not releases:
        yield Expected(request=request, at=awaited.date())


def _of_series(request: Tracked) -> Iterable[Expected]:
    """Return the airing times of the requested episodes, grouped by time."""
    since = _asked(request)
    together: dict[tuple[int | None, date | datetime], list[tuple[int, str | None]]] = defaultdict(list)
    for unit in request.units:
        if unit.air_date is None or unit.air_date + timedelta(days=1) <= since or not unit.monitored:
            continue
        if unit.episode is None:  # Seerr has the start date of a season, but not of its episodes
            together.setdefault((unit.season, unit.air_date.date()), [])
        elif unit.air_date >= since:
            together[unit.season, unit.air_date].append((unit.episode.number, unit.title))
    for (season, at), episodes in together.items():
        yield Expected(
            request=request,
            at=at,
            season=season,
            episodes=tuple(sorted(number for number, _ in episodes)),
            title=episodes[0][1] if len(episodes) == 1 else None,
        )
