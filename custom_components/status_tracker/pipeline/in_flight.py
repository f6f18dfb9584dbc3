"""Reasons why a unit in flight is waiting: download, import, Shoko or library."""

from collections.abc import Iterable
from datetime import timedelta

from .cases import Case
from .correlator import like_titles, normalise_title
from .enums import QueueStatus, Service, TorrentState
from .evidence.base import ServiceEvidence
from .evidence.downloads import TorrentEvidence
from .moment import Moment
from .requests import Download, Hint, Limits, Reason, Stage, Unit, Verdict
from .sanitize import without_folders

TOLD = timedelta(minutes=3)  # an *arr polls its download client every minute
STANDSTILL = timedelta(minutes=5)
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
    TorrentState.MOVING: Reason.STALLED,
    TorrentState.UNKNOWN: Reason.STALLED,
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
    """Return the unavailable services of the kinds; of the *arrs, only those that matter for the request."""
    return tuple(
        service
        for kind in kinds
        for service in (case.telling_arrs if kind is case.arr_service else case.services.get(kind, ()))
        if not service.ok
    )


def like_title(case: Case) -> Hint | None:
    """Return the hint that Jellyfin has an item with a similar title, which is not a proof."""
    if not case.title:
        return None
    title = normalise_title(case.title.title)
    like = any(not item.ids and like_titles(title, normalise_title(item.name)) for item in case.library)
    return Hint.LIKE_TITLE if like else None


def in_flight(case: Case, unit: Unit, limits: Limits, moment: Moment) -> Verdict:
    """Return the verdict on a unit in flight."""
    if unit.stage is Stage.ANIME_MATCHING:
        return _matching(case, unit, limits, moment)
    if unit.has_file or unit.download is None:
        return _library(case, unit)
    if unit.stage in (Stage.INDEXED, Stage.DOWNLOADING):
        return _loading(case, unit, unit.download, moment)
    if unit.stage is Stage.DOWNLOAD_DONE:
        return _done(case, unit, unit.download, moment)
    return _blind(case, unit, case.arr_service) or Verdict(stage=unit.stage, reason=Reason.IMPORT_PENDING)


def _blind(case: Case, unit: Unit, *kinds: Service) -> Verdict | None:
    """Return a verdict with the unavailable services of the kinds, None if all are available."""
    names = names_down(case, *kinds)
    return Verdict(stage=unit.stage, reason=Reason.SERVICE_UNAVAILABLE, detail=names) if names else None


def _loading(case: Case, unit: Unit, download: Download, moment: Moment) -> Verdict:
    """Return why a download is not complete, from its client, else its *arr."""
    knowing = [Service.QBITTORRENT]
    if download.torrent:
        reason = _torrent_reason(download.torrent)
    elif download.rows:
        reason, knowing = _QUEUE_REASON.get(download.rows[0].status), [case.arr_service]
    else:
        reason, knowing = Reason.QUEUED, [case.arr_service, Service.QBITTORRENT]
    if reason not in BROKEN and (blind := _blind(case, unit, *knowing)):
        return blind
    if reason is None and _stands_still(case, download, moment):
        reason = Reason.STALLED
    return Verdict(stage=unit.stage, reason=reason, detail=_row_words(download) if reason else None)


def _stands_still(case: Case, download: Download, moment: Moment) -> bool:
    """Return whether a download has made no progress for a while, regardless of its state."""
    if download.torrent and download.torrent.speed > 0:
        return False
    moved = case.journey.moved_at if case.journey else None
    return moved is not None and moment.reached(moved + STANDSTILL)


def _torrent_reason(torrent: TorrentEvidence) -> Reason | None:
    """Return why a torrent is not downloading; None for a stalled or unknown state with a download speed."""
    reason = _TORRENT_REASON.get(torrent.state)
    return None if reason is Reason.STALLED and torrent.speed > 0 else reason


def _done(case: Case, unit: Unit, download: Download, moment: Moment) -> Verdict:
    """Return why a complete download has not been imported."""
    reason = _torrent_reason(download.torrent) if download.torrent else None
    if reason in BROKEN:
        return Verdict(stage=unit.stage, reason=reason, detail=_row_words(download))
    if blocked := [row for row in download.rows if row.status is QueueStatus.IMPORT_BLOCKED]:
        return Verdict(
            stage=unit.stage,
            reason=Reason.IMPORT_BLOCKED,
            detail=in_words(blocked[0].messages, blocked[0].error),
        )
    if blind := _blind(case, unit, case.arr_service):
        return blind
    if not download.rows and case.served and (not download.told or moment.reached(download.told + TOLD)):
        return Verdict(stage=unit.stage, reason=Reason.NOT_TRACKED, detail=download.release)
    return Verdict(stage=unit.stage, reason=Reason.IMPORT_PENDING, detail=_row_words(download))


def _library(case: Case, unit: Unit) -> Verdict:
    """Return why an imported file is not in the library."""
    if blind := _blind(case, unit, Service.JELLYFIN):
        return blind
    busy = any(service.busy for service in case.services.get(Service.JELLYFIN, ()))
    return Verdict(
        stage=unit.stage,
        reason=Reason.WAITING_FOR_LIBRARY,
        hint=Hint.SCAN_RUNNING if busy else like_title(case),
    )


def _matching(case: Case, unit: Unit, limits: Limits, moment: Moment) -> Verdict:
    """Return why an anime file is not in the library: not matched by Shoko, or hidden in Jellyfin."""
    journey = case.journey
    since = journey.stage_since if journey and journey.stage is unit.stage else moment.now
    late = moment.reached(since + limits.of(unit.stage))
    matched = any(file.matched for file in unit.shoko)
    unmatched = next((file for file in unit.shoko if not file.matched), None)
    busy = any(service.busy for service in case.services.get(Service.SHOKO, ()))
    if not matched and (blind := _blind(case, unit, Service.SHOKO)):
        return blind
    if not matched and unmatched and (unmatched.refused or (late and not busy)):
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


def names_down(case: Case, *kinds: Service) -> str:
    """Return the names of the unavailable services of the kinds."""
    return ", ".join(service.name for service in down(case, *kinds))


def _row_words(download: Download) -> str | None:
    """Return the messages of the *arr about a download."""
    return next((words for row in download.rows if (words := in_words(row.messages, row.error))), None)


def in_words(messages: Iterable[str], error: str | None) -> str | None:
    """Return messages as one text, with folders removed from paths."""
    words = "; ".join(dict.fromkeys(messages)) or error
    return without_folders(words) if words else None
