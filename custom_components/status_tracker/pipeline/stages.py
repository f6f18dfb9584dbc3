"""The stage: of a unit the highest row whose evidence holds, of a request what its units add up to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from .availability import available_without_library, prove, shoko_files, whole_season
from .cases import Case
from .evidence import (
    ItemKind,
    MediaStatus,
    MediaType,
    QueueStatus,
    RequestStatus,
    Service,
    TorrentState,
)
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
    TorrentState.QUEUED: Stage.INDEXED,
    TorrentState.CHECKING: Stage.INDEXED,
    TorrentState.DOWNLOADING: Stage.DOWNLOADING,
    TorrentState.COMPLETE: Stage.DOWNLOAD_DONE,
}


def download_stage(download: Download) -> Stage | None:
    """Return the stage a download has reached, None once it is over, failed or lost."""
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
    """Return whether a queue alone says that a paused or complaining download has no byte yet."""
    return all(
        row.status in (QueueStatus.PAUSED, QueueStatus.WARNING) and row.size_left >= row.size
        for row in download.rows
    )


def unit_stage(case: Case, unit: Unit) -> Unit:
    """Return the unit with its stage, and with the proof or the download that decides it."""
    unit = replace(unit, shoko=shoko_files(case, unit))
    best: Download | None = None
    reached: Stage | None = None
    for download in unit.downloads:
        stage = download_stage(download)
        if stage and (reached is None or ORDER[stage] >= ORDER[reached]):
            best, reached = download, stage
    if case.has(Service.JELLYFIN):
        if proof := prove(case, unit):
            return replace(unit, stage=Stage.AVAILABLE, proof=proof, download=best)
        if whole_season(case, unit, _shown(case)):
            return replace(unit, stage=Stage.AVAILABLE, download=best)
    elif available_without_library(case, unit):
        return replace(unit, stage=Stage.AVAILABLE, download=best)
    if unit.has_file:
        anime = case.anime and case.has(Service.SHOKO)
        return replace(unit, stage=Stage.ANIME_MATCHING if anime else Stage.IMPORTING, download=best)
    if reached:
        return replace(unit, stage=reached, download=best)
    return replace(unit, stage=Stage.APPROVED, download=None)


def _shown(case: Case) -> Counter[int]:
    """Return how many real episodes of each season Jellyfin shows."""
    return Counter(
        item.season
        for item in case.library
        if item.kind is ItemKind.EPISODE and not item.virtual and item.season is not None
    )


def judge_units(case: Case, now: datetime) -> list[Unit]:
    """Return the request's units with their stages."""
    return [unit_stage(case, unit) for unit in units_of(case, now)]


def request_stage(case: Case, units: Sequence[Unit]) -> Stage:
    """Return the request's stage: what its units add up to, else what Seerr says of it."""
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
    if request.media_type is MediaType.TV and _seerr_partly(case):
        return Stage.PARTIALLY_AVAILABLE
    if request.status is RequestStatus.FAILED and (case.media is None or case.media.gone):
        return Stage.FAILED
    return Stage.REQUESTED if request.status is RequestStatus.PENDING else Stage.APPROVED


def _wanted_again(case: Case) -> bool:
    """Return whether a deleted title is being asked for anew."""
    return case.request.status in (RequestStatus.PENDING, RequestStatus.APPROVED) and bool(
        case.media and not case.media.gone and case.media.monitored
    )


def _seerr_partly(case: Case) -> bool:
    """Return whether, with no Jellyfin to ask, Seerr says that a part is there."""
    return not case.has(Service.JELLYFIN) and bool(
        case.request.media_status is MediaStatus.PARTIALLY_AVAILABLE or case.request.seasons_available
    )
