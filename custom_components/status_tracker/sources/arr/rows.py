"""Conversion of *arr queue and history rows to evidence."""

from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath

from ...clients.arr_model import HistoryRow, MediaFile, QueueRow, StatusMessage
from ...clients.model import digits
from ...pipeline.enums import HistoryKind, QueueStatus
from ...pipeline.evidence.arr import FileEvidence, HistoryEvidence
from ...pipeline.evidence.downloads import QueueEvidence

MESSAGES = 10
MESSAGE_LENGTH = 300

WAITING = ("delay", "fallback", "downloadclientunavailable")
STATUS = {
    "paused": QueueStatus.PAUSED,
    "queued": QueueStatus.QUEUED,
    "warning": QueueStatus.WARNING,
    "downloading": QueueStatus.DOWNLOADING,
}
KINDS = {
    "grabbed": HistoryKind.GRABBED,
    "downloadfolderimported": HistoryKind.IMPORTED,
    "moviefolderimported": HistoryKind.IMPORTED,
    "seriesfolderimported": HistoryKind.IMPORTED,
    "downloadfailed": HistoryKind.FAILED,
    "downloadignored": HistoryKind.IGNORED,
    "moviefiledeleted": HistoryKind.FILE_DELETED,
    "episodefiledeleted": HistoryKind.FILE_DELETED,
}


def queue_status(status: str, tracked_status: str | None, tracked_state: str | None) -> QueueStatus:
    """Return the status of a queue row from its three state fields; the first match applies."""
    status = status.casefold()
    tracked, state = (tracked_status or "").casefold(), (tracked_state or "").casefold()
    if status in WAITING:
        return QueueStatus.WAITING
    if state == "failedpending" or status == "failed" or tracked == "error":
        return QueueStatus.FAILED
    if state == "importing":
        return QueueStatus.IMPORTING
    if state == "importblocked" or (state == "importpending" and tracked == "warning"):
        return QueueStatus.IMPORT_BLOCKED
    if state == "importpending":
        return QueueStatus.IMPORT_PENDING
    if status == "completed":
        return QueueStatus.COMPLETED
    return STATUS.get(status, QueueStatus.QUEUED)


def flatten(messages: Iterable[StatusMessage]) -> tuple[str, ...]:
    """Return the messages of the *arr as lines, prefixed with the file name they refer to."""
    lines: list[str] = []
    for message in messages:
        title = message.title or ""
        lines += [f"{title}: {text}" if title else text for text in message.messages] or [title]
    return tuple(line[:MESSAGE_LENGTH] for line in dict.fromkeys(lines) if line)[:MESSAGES]


def queue_evidence(row: QueueRow, source: str) -> QueueEvidence:
    """Return a queue row as evidence."""
    return QueueEvidence(
        source=source,
        row_id=row.id,
        status=queue_status(row.status, row.tracked_download_status, row.tracked_download_state),
        media_id=row.movie_id or row.series_id or None,
        episode_id=row.episode_id or None,
        season=row.season_number if row.series_id else None,
        download_id=row.download_id or None,
        title=row.title,
        size=int(row.size),
        size_left=int(row.size_left),
        eta=row.estimated_completion_time,
        added=row.added,
        messages=flatten(row.status_messages),
        error=row.error_message[:MESSAGE_LENGTH] if row.error_message else None,
        quality=row.quality.quality.name,
        indexer=row.indexer,
        client=row.download_client,
        upgrade=row.episode_has_file,
    )


def file_evidence(file: MediaFile | None) -> FileEvidence | None:
    """Return a library file as evidence."""
    if file is None or not file.path:
        return None
    return FileEvidence(
        path=file.path, size=file.size, quality=file.quality.quality.name, added=file.date_added
    )


def history_evidence(row: HistoryRow, source: str) -> HistoryEvidence | None:
    """Return an event as evidence, None for kinds without effect on a request (e.g. renaming)."""
    kind = KINDS.get(row.event_type.casefold())
    if kind is None:
        return None
    data, quality = row.data, row.quality.quality.name
    file = None
    if kind is HistoryKind.IMPORTED and data.imported_path:
        size = digits(data.size or "") or 0
        file = FileEvidence(path=data.imported_path, size=size, quality=quality, added=row.date)
    return HistoryEvidence(
        source=source,
        kind=kind,
        at=row.date,
        event_id=row.id,
        media_id=row.movie_id or row.series_id or None,
        episode_id=row.episode_id or None,
        download_id=row.download_id or None,
        release=row.source_title,
        quality=quality,
        indexer=data.indexer,
        client=data.download_client_name or data.download_client,
        file=file,
        message=data.message[:MESSAGE_LENGTH] if data.message else data.reason,
        upgrade=kind is HistoryKind.FILE_DELETED and (data.reason or "").casefold() == "upgrade",
    )


def hints_at_anime(labels: Iterable[str], root: str | None, path: str | None) -> bool:
    """Return whether a tag or the parent folder of a title is named after anime."""
    if any("anime" in label.casefold() for label in labels):
        return True
    folder = root or ""
    if not folder and path:
        windows = "\\" in path
        folder = str((PureWindowsPath if windows else PurePosixPath)(path).parent)
    return "anime" in folder.casefold()
