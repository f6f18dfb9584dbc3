"""Evaluation of all requests from evidence and memory, including the data to fetch next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .availability import shoko_files_of
from .binding import open_cases
from .cases import Case
from .enums import MediaType
from .evidence import Evidence
from .evidence.arr import SeriesEvidence
from .evidence.library import LibraryEvidence
from .memory import (
    SETTLING,
    Memory,
    expired,
    forget_gone,
    is_open,
    new_journey,
    notice,
    progressed,
    remember,
    sign_of,
    start,
)
from .moment import Moment
from .reasons import is_stuck, judge
from .requests import (
    IN_FLIGHT,
    Download,
    Limits,
    Stage,
    Tracked,
    Unit,
    Verdict,
)
from .stages import judge_units, request_stage
from .wants import Want, want_of

__all__ = ["Memory", "Outcome", "evaluate", "judge_requests"]

EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of an evaluation: the requests to show and the data the sources need.

    `changed` means that the memory changed, which may affect the next evaluation; `until` is the time at
    which the same evidence may have another result, None if never.
    """

    tracked: Mapping[int, Tracked]
    wants: tuple[Want, ...]
    changed: bool
    until: datetime | None = None


def evaluate(
    evidence: Evidence,
    memory: Memory,
    limits: Limits,
    now: datetime,
    *,
    listed: bool = True,
) -> Outcome:
    """Evaluate all requests and update their journeys in the memory.

    `listed` means that Seerr's list is complete; only then are missing requests removed.
    """
    before = dict(memory.journeys), dict(memory.done)
    first = memory.started is None
    if listed:
        start(evidence, memory, now)
        forget_gone(evidence, memory)
    requests = tuple(request for request in evidence.requests if is_open(request, memory))
    outcome = judge_requests(replace(evidence, requests=requests), memory, limits, now, first=first)
    return replace(outcome, changed=before != (memory.journeys, memory.done))


def judge_requests(
    evidence: Evidence, memory: Memory, limits: Limits, now: datetime, *, first: bool
) -> Outcome:
    """Return the evaluation of requests from their evidence; `first` means that there was no memory."""
    numbers = [request.request_id for request in evidence.requests]
    journeys = {number: memory.journeys[number] for number in numbers if number in memory.journeys}
    cases = open_cases(evidence, journeys)
    moment = Moment(now)
    tracked: dict[int, Tracked] = {}
    for number, case in cases.items():
        one = _track(case, memory, limits, moment, old=first)
        if one:
            tracked[number] = one
    wants = tuple(want_of(one, cases[number]) for number, one in tracked.items())
    changed = any(memory.journeys.get(number) is not journeys.get(number) for number in numbers)
    return Outcome(tracked=tracked, wants=wants, changed=changed, until=moment.until)


def _track(case: Case, memory: Memory, limits: Limits, moment: Moment, *, old: bool) -> Tracked | None:
    """Return the evaluated request, None once it has been finished for the retention time."""
    request, now = case.request, moment.now
    number = request.request_id
    notice(case, now, old=old)
    units = judge_units(case, moment)
    stage = request_stage(case, units)
    if case.journey is None:
        case.journey = new_journey(case, stage, now, old=old)
    case.journey = progressed(case.journey, units, now)
    if case.superseded:
        verdict = Verdict(stage=case.journey.stage, reason=case.journey.reason)
    else:
        verdict = judge(case, stage, units, limits, moment)
    downloads = _all_downloads(units)
    settling = (
        case.journey.old and memory.started is not None and not moment.reached(memory.started + SETTLING)
    )
    journey = remember(case, case.journey.advance(verdict, now), downloads, moment, settling=settling)
    memory.journeys[number] = case.journey = journey
    if expired(journey, limits, moment, settling=settling):
        del memory.journeys[number]
        memory.done[number] = sign_of(request)
        return None
    media, title = case.media, case.title
    proofs = [unit.proof for unit in units if unit.proof]
    name = (title.title if title else None) or (media.title if media else None)
    return Tracked(
        request=request,
        title=name or f"#{number}",
        titled=bool(name),
        year=(title.year if title else None) or (media.year if media else None),
        poster=(title.poster if title else None) or (media.poster if media else None),
        anime=bool(case.anime),
        verdict=verdict,
        journey=journey,
        stuck=is_stuck(verdict, journey, limits, moment),
        units=tuple(units),
        downloads=downloads,
        progress=_progress(verdict.stage, units),
        eta=_eta(verdict.stage, units, moment),
        imdb_id=request.imdb_id or (title.imdb_id if title else None) or (media.imdb_id if media else None),
        tvdb_id=request.tvdb_id
        or (title.tvdb_id if title else None)
        or (media.tvdb_id if isinstance(media, SeriesEvidence) else None),
        jellyfin_url=_link(case, proofs),
        arr_source=media.source if media else case.source,
        arr_service=case.arr_service if media or case.source else None,
        media_id=_number(case),
        ids=_ids(case, units),
    )


def _all_downloads(units: Iterable[Unit]) -> tuple[Download, ...]:
    """Return the downloads of a request without duplicates, sorted by grab time."""
    found: dict[str, Download] = {}
    for unit in units:
        for download in unit.downloads:
            key = download.download_id or f"{download.release}"
            # For a partly imported pack, use the part that is not imported yet.
            if key not in found or (found[key].outcome and not download.outcome):
                found[key] = download
    return tuple(sorted(found.values(), key=lambda one: (one.grabbed is None, one.grabbed or EARLIEST)))


def _progress(stage: Stage, units: Iterable[Unit]) -> int | None:
    """Return the download progress in percent, None while nothing is downloading."""
    if stage is not Stage.DOWNLOADING:
        return None
    flying = {
        unit.download.download_id or id(unit.download): unit.download
        for unit in units
        if unit.download and unit.stage in IN_FLIGHT
    }
    size = sum(download.size for download in flying.values())
    if not size:
        return 0
    left = sum(download.left for download in flying.values())
    return max(0, min(100, int(100 * (size - left) / size)))


def _eta(stage: Stage, units: Iterable[Unit], moment: Moment) -> datetime | None:
    """Return the latest estimated completion of the downloads, rounded down to the minute."""
    if stage is not Stage.DOWNLOADING:
        return None
    times = []
    for unit in units:
        if unit.stage is not Stage.DOWNLOADING or not unit.download:
            continue
        torrent = unit.download.torrent
        if torrent and torrent.eta is not None:
            times.append(moment.now + timedelta(seconds=torrent.eta))
            moment.holds_until(moment.now + _to_next_minute(times[-1]))
        elif not torrent:
            times += [row.eta for row in unit.download.rows if row.eta]
    return max(times).replace(second=0, microsecond=0) if times else None


def _to_next_minute(time: datetime) -> timedelta:
    """Return how long a future time can be postponed without being shown as a later minute."""
    return timedelta(seconds=60 - time.second, microseconds=-time.microsecond)


def _link(case: Case, proofs: Iterable[LibraryEvidence]) -> str | None:
    """Return the Jellyfin link: of the movie or single episode, else of the series."""
    found = list(proofs)
    if not found:
        return None
    shows = {item.item_id: item for item in case.library}
    series = {item.series_id for item in found if item.series_id}
    if case.request.media_type is MediaType.TV and len(series) == 1:
        show = shows.get(next(iter(series)))
        if show and show.url:
            return show.url
    return found[0].url


def _number(case: Case) -> int | None:
    """Return the id of the title in the *arr."""
    if case.movie:
        return case.movie.movie_id
    if case.series:
        return case.series.series_id
    return None if case.renumbered else case.request.external_id


def _ids(case: Case, units: Iterable[Unit]) -> tuple[str, ...]:
    """Return all known ids of the request, its files and its episodes."""
    ids = set(case.ids)
    for unit in units:
        # the library may still show a replaced file
        for file in (*unit.shoko, *shoko_files_of(case, unit.former)):
            ids.update(file.ids)
    return tuple(sorted(ids))
