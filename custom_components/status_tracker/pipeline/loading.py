"""Why a unit in flight is not further: the download, its import, Shoko, the library."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .cases import Case
from .correlator import like_titles, normalise_title
from .evidence import QueueStatus, Service, ServiceEvidence, TorrentState
from .requests import Download, Hint, Limits, Reason, Stage, Unit, Verdict

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


def like_title(case: Case) -> Hint | None:
    """Return the hint that Jellyfin has something of a like title, which proves nothing."""
    if not case.title:
        return None
    title = normalise_title(case.title.title)
    like = any(not item.ids and like_titles(title, normalise_title(item.name)) for item in case.library)
    return Hint.LIKE_TITLE if like else None


def in_flight(case: Case, unit: Unit, limits: Limits, now: datetime) -> Verdict:
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
            detail=in_words(blocked[0].messages, blocked[0].error),
        )
    if down(case, case.arr_service):
        return Verdict(
            stage=unit.stage, reason=Reason.SERVICE_UNAVAILABLE, detail=names_down(case, case.arr_service)
        )
    fresh = download.told is not None and now - download.told < TOLD
    if not download.rows and case.has(case.arr_service) and not fresh:
        return Verdict(stage=unit.stage, reason=Reason.NOT_TRACKED, detail=download.release)
    return Verdict(stage=unit.stage, reason=Reason.IMPORT_PENDING, detail=_row_words(download))


def _library(case: Case, unit: Unit) -> Verdict:
    """Return why an imported file is not shown."""
    if down(case, Service.JELLYFIN):
        return Verdict(
            stage=unit.stage, reason=Reason.SERVICE_UNAVAILABLE, detail=names_down(case, Service.JELLYFIN)
        )
    busy = any(service.busy for service in case.services.get(Service.JELLYFIN, ()))
    return Verdict(
        stage=unit.stage,
        reason=Reason.WAITING_FOR_LIBRARY,
        hint=Hint.SCAN_RUNNING if busy else like_title(case),
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
            stage=unit.stage, reason=Reason.SERVICE_UNAVAILABLE, detail=names_down(case, Service.SHOKO)
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


def names_down(case: Case, kind: Service) -> str:
    """Return the names of the services of a kind that are down."""
    return ", ".join(service.name for service in down(case, kind))


def _row_words(download: Download) -> str | None:
    """Return the *arr's own words on a download."""
    return next((words for row in download.rows if (words := in_words(row.messages, row.error))), None)


def in_words(messages: Iterable[str], error: str | None) -> str | None:
    """Return messages as one text."""
    return "; ".join(dict.fromkeys(messages)) or error
