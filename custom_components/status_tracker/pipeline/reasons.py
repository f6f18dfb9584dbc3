"""Why a request is not further: one reason, from the unit that holds it up, and when it is stuck."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .cases import Case, last_event
from .correlator import like_titles, normalise_title
from .evidence import (
    HistoryKind,
    ItemKind,
    MediaType,
    QueueStatus,
    Service,
    ServiceEvidence,
    TorrentState,
)
from .requests import (
    IN_FLIGHT,
    Download,
    Hint,
    Journey,
    Limits,
    Reason,
    Stage,
    Unit,
    Verdict,
)

HANDED_OVER = timedelta(minutes=1)
TOLD = timedelta(minutes=3)  # an *arr looks at its client once a minute
BROKEN = frozenset(
    {
        Reason.NOT_MONITORED,
        Reason.NOT_IN_ARR,
        Reason.SEASON_MISMATCH,
        Reason.DOWNLOAD_ERROR,
        Reason.MISSING_FILES,
        Reason.DOWNLOAD_FAILED,
        Reason.IMPORT_BLOCKED,
        Reason.NOT_TRACKED,
        Reason.ANIME_UNMATCHED,
    }
)
NEVER = frozenset({Reason.SERVICE_UNAVAILABLE, Reason.UPGRADE})
LOADING = frozenset({Reason.STALLED, Reason.PAUSED, Reason.FETCHING_METADATA})
DATED = frozenset({Reason.NOT_RELEASED, Reason.UNAIRED})

_TORRENT_REASON = {
    TorrentState.METADATA: Reason.FETCHING_METADATA,
    TorrentState.QUEUED: Reason.QUEUED,
    TorrentState.CHECKING: Reason.QUEUED,
    TorrentState.STALLED: Reason.STALLED,
    TorrentState.PAUSED: Reason.PAUSED,
    TorrentState.MISSING_FILES: Reason.MISSING_FILES,
    TorrentState.ERROR: Reason.DOWNLOAD_ERROR,
}
_QUEUE_REASON = {
    QueueStatus.WAITING: Reason.QUEUED,
    QueueStatus.QUEUED: Reason.QUEUED,
    QueueStatus.PAUSED: Reason.PAUSED,
    QueueStatus.WARNING: Reason.STALLED,
    QueueStatus.COMPLETED: Reason.IMPORT_PENDING,
    QueueStatus.IMPORT_PENDING: Reason.IMPORT_PENDING,
    QueueStatus.IMPORT_BLOCKED: Reason.IMPORT_BLOCKED,
    QueueStatus.IMPORTING: Reason.IMPORT_PENDING,
}


def down(case: Case, *kinds: Service) -> tuple[ServiceEvidence, ...]:
    """Return the services of the kinds that do not answer; of the *arrs only the one that serves it."""
    source = case.media.source if case.media else case.source
    return tuple(
        service
        for kind in kinds
        for service in case.services.get(kind, ())
        if not service.ok and (kind is not case.arr_service or source in (None, service.source))
    )


def is_stuck(verdict: Verdict, journey: Journey, limits: Limits, now: datetime) -> bool:
    """Return whether a person should look: broken at once, an ordinary wait past its stage's limit."""
    reason = verdict.reason
    if verdict.stage is Stage.FAILED or reason in BROKEN:
        return True
    if reason is None or reason in NEVER:
        return False
    since = journey.reason_since if reason in LOADING else journey.stage_since
    if reason in DATED and verdict.expected:
        since = max(since, verdict.expected)
    return now - since >= limits.of(verdict.stage)


def judge(case: Case, stage: Stage, units: Sequence[Unit], limits: Limits, now: datetime) -> Verdict:
    """Return the verdict on a request in a stage: the gravest reason among the units in it."""
    expected = _expected(case, units, now)
    if stage in IN_FLIGHT:
        holding = [unit for unit in units if unit.stage is stage]
        verdicts = [_in_flight(case, unit, limits, now) for unit in holding]
        verdict = min(verdicts, key=_gravity)
    elif stage in (Stage.APPROVED, Stage.PARTIALLY_AVAILABLE):
        verdict = _waiting(case, stage, units, expected, now)
    elif stage is Stage.REQUESTED:
        verdict = Verdict(stage=stage, reason=Reason.AWAITING_APPROVAL)
    elif stage is Stage.FAILED:
        verdict = Verdict(stage=stage, reason=Reason.NOT_IN_ARR)
    elif stage is Stage.AVAILABLE and any(unit.download for unit in units):
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
    """Return the rank of a verdict, the gravest first."""
    if verdict.reason in BROKEN:
        return 0
    if verdict.reason is Reason.SERVICE_UNAVAILABLE:
        return 1
    return 2 if verdict.reason else 3


def _knowing(case: Case, stage: Stage) -> tuple[Service, ...]:
    """Return the kinds of service that would know more in a stage."""
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


def _expected(case: Case, units: Iterable[Unit], now: datetime) -> datetime | None:
    """Return when there will be something: a film's release, the next episode's airing."""
    if case.request.media_type is MediaType.MOVIE:
        movie = case.movie
        if movie and not movie.available:
            return movie.expected
        return case.title.expected if case.title and not movie and _ahead(case.title.expected, now) else None
    coming = [unit.air_date for unit in units if unit.air_date and unit.air_date > now]
    if coming:
        return min(coming)
    return case.series.next_airing if case.series and _ahead(case.series.next_airing, now) else None


def _ahead(time: datetime | None, now: datetime) -> bool:
    """Return whether a time is yet to come."""
    return time is not None and time > now


def _waiting(
    case: Case, stage: Stage, units: Sequence[Unit], expected: datetime | None, now: datetime
) -> Verdict:
    """Return why nothing is on the way for what is missing."""
    media = case.media
    missing = [unit for unit in units if unit.stage is Stage.APPROVED and unit.aired]
    if down(case, case.arr_service):
        return Verdict(stage=stage, reason=Reason.SERVICE_UNAVAILABLE, detail=_names(case, case.arr_service))
    if media is None or media.gone:
        return _not_there(case, stage, now)
    if case.series:
        absent = set(case.request.seasons) - set(case.series.seasons)
        if absent:
            return Verdict(
                stage=stage,
                reason=Reason.SEASON_MISMATCH,
                detail=", ".join(str(season) for season in sorted(absent)),
            )
        if not missing:
            return Verdict(stage=stage, reason=Reason.UNAIRED, expected=expected)
    if failed := _failed(case, missing):
        return failed
    if not media.monitored or (missing and not any(unit.monitored for unit in missing)):
        return Verdict(stage=stage, reason=Reason.NOT_MONITORED)
    if case.movie and not case.movie.available:
        return Verdict(stage=stage, reason=Reason.NOT_RELEASED, expected=expected)
    if searched := _searched(case, missing):
        return Verdict(stage=stage, reason=Reason.NO_RELEASE_FOUND, hint=Hint.LAST_SEARCH, at=searched)
    if any(item.kind in (ItemKind.MOVIE, ItemKind.SERIES) for item in case.library):
        return Verdict(stage=stage, reason=Reason.SEARCHING, hint=_like_title(case))
    return Verdict(stage=stage, reason=Reason.SEARCHING)


def _not_there(case: Case, stage: Stage, now: datetime) -> Verdict:
    """Return why a request has no film or series in any *arr."""
    handed = case.journey.stage_since if case.journey else now
    if case.request.updated_at:
        handed = max(handed, case.request.updated_at)
    if case.has(case.arr_service) and stage is Stage.APPROVED and now - handed >= HANDED_OVER:
        return Verdict(stage=stage, reason=Reason.NOT_IN_ARR)
    return Verdict(stage=stage, reason=Reason.SEARCHING, hint=_like_title(case))


def _like_title(case: Case) -> Hint | None:
    """Return the hint that Jellyfin has something of a like title, which proves nothing."""
    if not case.title:
        return None
    title = normalise_title(case.title.title)
    like = any(not item.ids and like_titles(title, normalise_title(item.name)) for item in case.library)
    return Hint.LIKE_TITLE if like else None


def _failed(case: Case, missing: Iterable[Unit]) -> Verdict | None:
    """Return that the last download failed and nothing was grabbed since."""
    episodes = {unit.episode.episode_id for unit in missing if unit.episode}
    events = [event for event in case.history if not episodes or event.episode_id in (None, *episodes)]
    last = last_event(events, HistoryKind.GRABBED, HistoryKind.FAILED, HistoryKind.IMPORTED)
    if last and last.kind is HistoryKind.FAILED:
        return Verdict(
            stage=Stage.APPROVED,
            reason=Reason.DOWNLOAD_FAILED,
            detail=last.message or last.release,
        )
    rows = [row for row in case.queue if row.status is QueueStatus.FAILED]
    if rows:
        return Verdict(
            stage=Stage.APPROVED,
            reason=Reason.DOWNLOAD_FAILED,
            detail=_words(rows[0].messages, rows[0].error),
        )
    return None


def _searched(case: Case, missing: Sequence[Unit]) -> datetime | None:
    """Return when the *arr last searched for everything missing, None if it has not yet."""
    if case.movie:
        return case.movie.last_search
    times = [unit.episode.last_search for unit in missing if unit.episode]
    searched = [time for time in times if time]
    return max(searched) if searched and len(searched) == len(times) else None


def _in_flight(case: Case, unit: Unit, limits: Limits, now: datetime) -> Verdict:
    """Return why a unit in flight is not further."""
    match unit.stage:
        case Stage.INDEXED | Stage.DOWNLOADING:
            return _loading(case, unit)
        case Stage.DOWNLOAD_DONE:
            return _done(case, unit, now)
        case Stage.ANIME_MATCHING:
            return _matching(case, unit, limits, now)
    if unit.has_file:
        return _library(case, unit)
    return Verdict(stage=unit.stage, reason=Reason.IMPORT_PENDING)


def _loading(case: Case, unit: Unit) -> Verdict:
    """Return why a download has not loaded."""
    download = unit.download
    assert download is not None
    if download.torrent:
        reason = _TORRENT_REASON.get(download.torrent.state)
        detail = _row_words(download) if reason in BROKEN else None
        return Verdict(stage=unit.stage, reason=reason, detail=detail)
    if not download.rows:
        blind = down(case, case.arr_service, Service.QBITTORRENT)
        reason = Reason.SERVICE_UNAVAILABLE if blind else Reason.QUEUED
        return Verdict(stage=unit.stage, reason=reason, detail=", ".join(one.name for one in blind) or None)
    reason = _QUEUE_REASON.get(download.rows[0].status)
    return Verdict(stage=unit.stage, reason=reason, detail=_row_words(download))


def _done(case: Case, unit: Unit, now: datetime) -> Verdict:
    """Return why a complete download has not been imported."""
    download = unit.download
    assert download is not None
    if download.torrent and download.torrent.state is TorrentState.MISSING_FILES:
        return Verdict(stage=unit.stage, reason=Reason.MISSING_FILES, detail=_row_words(download))
    if blocked := [row for row in download.rows if row.status is QueueStatus.IMPORT_BLOCKED]:
        return Verdict(
            stage=unit.stage,
            reason=Reason.IMPORT_BLOCKED,
            detail=_words(blocked[0].messages, blocked[0].error),
        )
    if down(case, case.arr_service):
        return Verdict(
            stage=unit.stage, reason=Reason.SERVICE_UNAVAILABLE, detail=_names(case, case.arr_service)
        )
    fresh = download.told is not None and now - download.told < TOLD
    if not download.rows and case.has(case.arr_service) and not fresh:
        return Verdict(stage=unit.stage, reason=Reason.NOT_TRACKED, detail=download.release)
    return Verdict(stage=unit.stage, reason=Reason.IMPORT_PENDING, detail=_row_words(download))


def _library(case: Case, unit: Unit) -> Verdict:
    """Return why an imported file is not shown."""
    if down(case, Service.JELLYFIN):
        return Verdict(
            stage=unit.stage, reason=Reason.SERVICE_UNAVAILABLE, detail=_names(case, Service.JELLYFIN)
        )
    busy = any(service.busy for service in case.services.get(Service.JELLYFIN, ()))
    return Verdict(
        stage=unit.stage,
        reason=Reason.WAITING_FOR_LIBRARY,
        hint=Hint.SCAN_RUNNING if busy else _like_title(case),
    )


def _matching(case: Case, unit: Unit, limits: Limits, now: datetime) -> Verdict:
    """Return why an anime file is not shown: Shoko has not matched it, or Jellyfin hides it."""
    journey = case.journey
    waited = now - journey.stage_since if journey and journey.stage is unit.stage else timedelta()
    late = waited >= limits.of(unit.stage)
    matched = any(file.matched for file in unit.shoko)
    unmatched = next((file for file in unit.shoko if not file.matched), None)
    if not matched and down(case, Service.SHOKO):
        return Verdict(
            stage=unit.stage, reason=Reason.SERVICE_UNAVAILABLE, detail=_names(case, Service.SHOKO)
        )
    if not matched and unmatched and (unmatched.refused or late):
        return Verdict(
            stage=unit.stage,
            reason=Reason.ANIME_UNMATCHED,
            detail=unmatched.url,
            hint=Hint.SHOKO_UNRECOGNISED,
        )
    if not matched:
        return Verdict(
            stage=unit.stage,
            reason=Reason.WAITING_FOR_LIBRARY,
            hint=Hint.SHOKO_HASHING if unmatched else Hint.SHOKO_UNSEEN,
        )
    waiting = _library(case, unit)
    if late and waiting.reason is Reason.WAITING_FOR_LIBRARY:
        return Verdict(stage=unit.stage, reason=Reason.HIDDEN_IN_LIBRARY, hint=Hint.HIDDEN_CAUSES)
    if waiting.hint is None and waiting.reason is Reason.WAITING_FOR_LIBRARY:
        return Verdict(stage=unit.stage, reason=waiting.reason, hint=Hint.SHOKO_MATCHED)
    return waiting


def _names(case: Case, kind: Service) -> str:
    """Return the names of the services of a kind that are down."""
    return ", ".join(service.name for service in down(case, kind))


def _row_words(download: Download) -> str | None:
    """Return the *arr's own words on a download."""
    return next((words for row in download.rows if (words := _words(row.messages, row.error))), None)


def _words(messages: Iterable[str], error: str | None) -> str | None:
    """Return messages as one text."""
    return "; ".join(dict.fromkeys(messages)) or error
