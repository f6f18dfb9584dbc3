"""The reason why a request is waiting, and whether it is stuck."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .cases import Case, last_event
from .enums import HistoryKind, MediaType, QueueStatus, Service
from .in_flight import BROKEN, down, in_flight, in_words, like_title, names_down
from .moment import Moment
from .requests import (
    IN_FLIGHT,
    Hint,
    Journey,
    Limits,
    Reason,
    Stage,
    Unit,
    Verdict,
)
from .stages import upgrading

HANDED_OVER = timedelta(minutes=1)
NEVER = frozenset({Reason.SERVICE_UNAVAILABLE, Reason.UPGRADE})
LOADING = frozenset({Reason.STALLED, Reason.PAUSED, Reason.FETCHING_METADATA})
DATED = frozenset({Reason.NOT_RELEASED, Reason.UNAIRED})


def is_stuck(verdict: Verdict, journey: Journey, limits: Limits, moment: Moment) -> bool:
    """Return whether a request needs attention: failed, or waiting longer than the limit of its stage."""
    reason = verdict.reason
    if verdict.stage is Stage.FAILED or reason in BROKEN:
        return True
    if reason is None or reason in NEVER:
        return False
    since = journey.reason_since if reason in LOADING else journey.stage_since
    if reason in DATED and verdict.expected:
        since = max(since, verdict.expected)
    return moment.reached(since + limits.of(verdict.stage))


def judge(case: Case, stage: Stage, units: Sequence[Unit], limits: Limits, moment: Moment) -> Verdict:
    """Return the verdict on a request in a stage, with the most severe reason of its units."""
    expected = _expected(case, units, moment)
    if stage in IN_FLIGHT:
        holding = [unit for unit in units if unit.stage is stage]
        verdicts = [in_flight(case, unit, limits, moment) for unit in holding]
        verdict = min(verdicts, key=_gravity)
    elif stage in (Stage.APPROVED, Stage.PARTIALLY_AVAILABLE):
        verdict = _waiting(case, stage, units, expected, moment)
    elif stage is Stage.REQUESTED:
        verdict = Verdict(stage=stage, reason=Reason.AWAITING_APPROVAL)
    elif stage is Stage.FAILED:
        verdict = Verdict(stage=stage, reason=Reason.NOT_IN_ARR)
    elif stage is Stage.AVAILABLE and any(upgrading(unit) for unit in units):
        verdict = Verdict(stage=stage, reason=Reason.UPGRADE)
    else:
        verdict = Verdict(stage=stage)
    blind = down(case, *_knowing(case, stage))
    return Verdict(
        stage=stage,
        reason=verdict.reason,
        detail=verdict.detail,
        hint=verdict.hint,
        at=verdict.at,
        expected=expected if stage not in (Stage.AVAILABLE, Stage.DECLINED, Stage.DELETED) else None,
        blind=tuple(service.name for service in blind),
    )


def _gravity(verdict: Verdict) -> int:
    """Return the severity rank of a verdict, 0 being the most severe."""
    if verdict.reason in BROKEN:
        return 0
    if verdict.reason is Reason.SERVICE_UNAVAILABLE:
        return 1
    return 2 if verdict.reason else 3


def _knowing(case: Case, stage: Stage) -> tuple[Service, ...]:
    """Return the kinds of service relevant in a stage."""
    arr = case.arr_service
    match stage:
        case Stage.REQUESTED | Stage.DECLINED | Stage.FAILED | Stage.DELETED:
            return (Service.SEERR,)
        case Stage.APPROVED | Stage.DOWNLOAD_DONE:
            return (Service.SEERR, arr)
        case Stage.INDEXED | Stage.DOWNLOADING:
            return (arr, Service.QBITTORRENT)
        case Stage.IMPORTING | Stage.PARTIALLY_AVAILABLE:
            return (arr, Service.JELLYFIN)
        case Stage.ANIME_MATCHING:
            return (Service.SHOKO, Service.JELLYFIN)
    return ()


def _expected(case: Case, units: Iterable[Unit], moment: Moment) -> datetime | None:
    """Return the release date of a movie or the next airing of a series."""
    if case.request.media_type is MediaType.MOVIE:
        movie = case.movie
        if movie and not movie.available:
            return movie.expected
        return (
            case.title.expected if case.title and not movie and _ahead(case.title.expected, moment) else None
        )
    coming = [unit.air_date for unit in units if unit.air_date and not moment.reached(unit.air_date)]
    if coming:
        return min(coming)
    return case.series.next_airing if case.series and _ahead(case.series.next_airing, moment) else None


def _ahead(time: datetime | None, moment: Moment) -> bool:
    """Return whether a time is in the future."""
    return time is not None and not moment.reached(time)


def _waiting(
    case: Case, stage: Stage, units: Sequence[Unit], expected: datetime | None, moment: Moment
) -> Verdict:
    """Return why missing units are not being downloaded."""
    media = case.media
    absent = [unit for unit in units if unit.stage is Stage.APPROVED]
    missing = [unit for unit in absent if unit.aired]
    if names := names_down(case, case.arr_service):
        return Verdict(stage=stage, reason=Reason.SERVICE_UNAVAILABLE, detail=names)
    if media is None or media.gone:
        return _not_there(case, stage, missing, expected, moment)
    if seasons := _unknown_seasons(case, absent):
        return Verdict(stage=stage, reason=Reason.SEASON_MISMATCH, detail=", ".join(map(str, seasons)))
    if failed := _failed(case, missing):
        return failed
    if not media.monitored or not any(unit.monitored for unit in missing or absent or units):
        return Verdict(stage=stage, reason=Reason.NOT_MONITORED)
    if case.series and not missing:
        return Verdict(stage=stage, reason=Reason.UNAIRED)
    if case.movie and not case.movie.available:
        return Verdict(stage=stage, reason=Reason.NOT_RELEASED)
    if searched := _searched(case, missing):
        return Verdict(stage=stage, reason=Reason.NO_RELEASE_FOUND, hint=Hint.LAST_SEARCH, at=searched)
    return Verdict(stage=stage, reason=Reason.SEARCHING, hint=like_title(case))


def _unknown_seasons(case: Case, absent: Iterable[Unit]) -> list[int]:
    """Return the missing seasons that Sonarr does not have; empty until it has read any."""
    known = case.series.seasons if case.series else ()
    return sorted({unit.season or 0 for unit in absent} - {*known}) if known else []


def _not_there(
    case: Case, stage: Stage, missing: Sequence[Unit], expected: datetime | None, moment: Moment
) -> Verdict:
    """Return why a request has no movie or series in any *arr."""
    if case.served:
        times = [case.request.updated_at]
        if case.journey:
            # Count from when it was seen missing, because the *arr may not have been polled before.
            times += [case.journey.stage_since, case.journey.reason_since]
        handed = max((time for time in times if time), default=moment.now)
        known = case.journey is not None and case.journey.reason is Reason.NOT_IN_ARR
        if known or moment.reached(handed + HANDED_OVER):
            return Verdict(stage=stage, reason=Reason.NOT_IN_ARR)
    elif case.request.media_type is MediaType.TV and not missing:
        return Verdict(stage=stage, reason=Reason.UNAIRED)
    elif _ahead(expected, moment) and case.request.media_type is MediaType.MOVIE:
        return Verdict(stage=stage, reason=Reason.NOT_RELEASED)
    return Verdict(stage=stage, reason=Reason.SEARCHING, hint=like_title(case))


def _failed(case: Case, missing: Iterable[Unit]) -> Verdict | None:
    """Return a verdict if the last download failed and nothing was grabbed since."""
    episodes = {unit.episode.episode_id for unit in missing if unit.episode}
    events = [event for event in case.history if not episodes or event.episode_id in (None, *episodes)]
    last = last_event(events, HistoryKind.GRABBED, HistoryKind.FAILED, HistoryKind.IMPORTED)
    if last and last.kind is HistoryKind.FAILED:
        return Verdict(
            stage=Stage.APPROVED,
            reason=Reason.DOWNLOAD_FAILED,
            detail=in_words([last.message] if last.message else [], last.release),
        )
    rows = [
        row
        for row in case.queue
        if row.status is QueueStatus.FAILED and (not episodes or row.episode_id in (None, *episodes))
    ]
    if rows:
        return Verdict(
            stage=Stage.APPROVED,
            reason=Reason.DOWNLOAD_FAILED,
            detail=in_words(rows[0].messages, rows[0].error),
        )
    return None


def _searched(case: Case, missing: Sequence[Unit]) -> datetime | None:
    """Return when the *arr last searched for all missing units, None if it has not."""
    if case.movie:
        return case.movie.last_search
    times = [unit.episode.last_search for unit in missing if unit.episode]
    searched = [time for time in times if time]
    return max(searched) if searched and len(searched) == len(times) else None
