"""Stages of units, from their evidence, and of requests, from their units."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from .availability import Prover, available_without_library, shoko_files
from .cases import Case
from .enums import HistoryKind, MediaStatus, MediaType, QueueStatus, RequestStatus, Service, TorrentState
from .evidence.library import LibraryEvidence
from .moment import Moment
from .requests import IN_FLIGHT, ORDER, Download, Stage, Unit
from .units import units_of

QUEUE_STAGE = {
    QueueStatus.WAITING: Stage.INDEXED,
    QueueStatus.QUEUED: Stage.INDEXED,
    QueueStatus.PAUSED: Stage.DOWNLOADING,
    QueueStatus.DOWNLOADING: Stage.DOWNLOADING,
    QueueStatus.WARNING: Stage.DOWNLOADING,
    QueueStatus.COMPLETED: Stage.DOWNLOAD_DONE,
    QueueStatus.IMPORT_PENDING: Stage.DOWNLOAD_DONE,
    QueueStatus.IMPORT_BLOCKED: Stage.DOWNLOAD_DONE,
    QueueStatus.IMPORTING: Stage.IMPORTING,
}
TORRENT_STAGE = {
    TorrentState.METADATA: Stage.INDEXED,
    TorrentState.DOWNLOADING: Stage.DOWNLOADING,
    TorrentState.COMPLETE: Stage.DOWNLOAD_DONE,
}


def download_stage(download: Download) -> Stage | None:
    """Return the stage of a download, None once it is imported, failed or lost."""
    if download.outcome or download.lost:
        return None
    statuses = [row.status for row in download.rows]
    if statuses and all(status is QueueStatus.FAILED for status in statuses):
        return None
    reached = [QUEUE_STAGE[status] for status in statuses if status in QUEUE_STAGE]
    torrent = download.torrent
    if torrent is None:
        if Stage.DOWNLOADING in reached and _nothing_loaded(download):
            return max(
                (one for one in reached if one is not Stage.DOWNLOADING),
                key=ORDER.__getitem__,
                default=Stage.INDEXED,
            )
        return max(reached, key=ORDER.__getitem__, default=Stage.INDEXED)
    if torrent.size > 0 and torrent.left == 0 and torrent.progress >= 1:
        loading = Stage.DOWNLOAD_DONE
    else:
        loading = TORRENT_STAGE.get(
            torrent.state, Stage.DOWNLOADING if torrent.progress > 0 else Stage.INDEXED
        )
    beyond = [one for one in reached if ORDER[one] >= ORDER[Stage.DOWNLOAD_DONE]]
    return max((loading, *beyond), key=ORDER.__getitem__)


def _nothing_loaded(download: Download) -> bool:
    """Return whether a paused or problematic download has not received any data, from its queue rows."""
    return all(
        row.status in (QueueStatus.PAUSED, QueueStatus.WARNING) and row.size_left >= row.size
        for row in download.rows
    )


def _last_imported_grab(unit: Unit) -> datetime | None:
    """Return when the newest imported release was grabbed."""
    grabs = [
        download.grabbed
        for download in unit.downloads
        if download.grabbed and download.outcome and download.outcome.kind is HistoryKind.IMPORTED
    ]
    return max(grabs, default=None)


def upgrading(unit: Unit) -> bool:
    """Return whether an available unit is being upgraded; not if the import is blocked."""
    download = unit.download
    return download is not None and not any(row.status is QueueStatus.IMPORT_BLOCKED for row in download.rows)


def unit_stage(case: Case, unit: Unit, prover: Prover | None, former: Prover | None) -> None:
    """Set the stage of the unit, and the proof or download that determines it.

    `prover` has the items read since the request was opened, `former` all items.
    """
    reached: Stage | None = None
    imported = _last_imported_grab(unit) if unit.has_file else None
    for download in unit.downloads:
        if imported and download.grabbed and download.grabbed < imported:
            continue  # replaced by a later release
        stage = download_stage(download)
        if stage and (reached is None or ORDER[stage] >= ORDER[reached]):
            unit.download, reached = download, stage
    unit.shoko = shoko_files(case, unit)
    if prover is None:
        there = available_without_library(case, unit)
    else:
        unit.proof = prover.prove(unit)
        there = unit.proof is not None or prover.whole_season(unit)
        unit.stale = _to_read_again(case, unit, None if there else former)
    if there:
        unit.stage = Stage.AVAILABLE
    elif unit.has_file:
        unit.stage = Stage.ANIME_MATCHING if case.anime and case.has(Service.SHOKO) else Stage.IMPORTING
    else:
        unit.stage = reached or Stage.APPROVED


def _to_read_again(case: Case, unit: Unit, former: Prover | None) -> tuple[LibraryEvidence, ...]:
    """Return the items to read again: they were read before the request was opened, or before a deletion."""
    again = case.journey.reread_after if case.journey else None
    if unit.proof:
        read_at = unit.proof.read_at
        return (unit.proof,) if again and (read_at is None or read_at < again) else ()
    if former is None:
        return ()
    proof = former.prove(unit)
    if proof is None and former.whole_season(unit):
        return tuple(item for item in former.items if item.season == unit.season)
    return (proof,) if proof else ()


def judge_units(case: Case, moment: Moment) -> list[Unit]:
    """Return the units of a request with their stages."""
    prover = former = None
    if case.has(Service.JELLYFIN):
        prover = Prover(case, [item for item in case.library if case.is_fresh(item.read_at)])
        former = Prover(case, case.library) if not all(map(case.is_fresh, _readings(case))) else None
    units = units_of(case, moment)
    for unit in units:
        unit_stage(case, unit, prover, former)
    return units


def _readings(case: Case) -> Iterable[datetime | None]:
    """Return when the library items of a request were read."""
    return (item.read_at for item in case.library)


def request_stage(case: Case, units: Sequence[Unit]) -> Stage:
    """Return the stage of a request, from its units, else its status in Seerr."""
    request = case.request
    if case.superseded and case.journey:
        return case.journey.stage
    if request.status is RequestStatus.DECLINED:
        return Stage.DECLINED
    stages = [unit.stage for unit in units]
    if stages and all(stage is Stage.AVAILABLE for stage in stages):
        return Stage.AVAILABLE
    if not case.has(Service.JELLYFIN) and request.media_status is MediaStatus.AVAILABLE:
        return Stage.AVAILABLE
    flying = [stage for stage in stages if stage in IN_FLIGHT]
    if flying:
        return min(flying, key=ORDER.__getitem__)
    if request.media_status is MediaStatus.DELETED and not _wanted_again(case):
        return Stage.DELETED
    if Stage.AVAILABLE in stages:
        return Stage.PARTIALLY_AVAILABLE
    if _seerr_partly(case):
        return Stage.PARTIALLY_AVAILABLE
    if request.status is RequestStatus.FAILED and (case.media is None or case.media.gone):
        return Stage.FAILED
    return Stage.REQUESTED if request.status is RequestStatus.PENDING else Stage.APPROVED


def _wanted_again(case: Case) -> bool:
    """Return whether a deleted title was requested again."""
    return case.request.status in (RequestStatus.PENDING, RequestStatus.APPROVED) and bool(
        case.media and not case.media.gone and case.media.monitored
    )


def _seerr_partly(case: Case) -> bool:
    """Return whether Seerr, without Jellyfin or an *arr, reports a series as partially available."""
    request = case.request
    return (
        request.media_type is MediaType.TV
        and not case.has(Service.JELLYFIN)
        and not case.served
        and not request.seasons_available  # otherwise the status refers to those seasons
        and request.media_status is MediaStatus.PARTIALLY_AVAILABLE
    )
