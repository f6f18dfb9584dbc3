"""Replaces a release: removes the download with its data, blocklists it and searches again."""

import asyncio
from collections.abc import Set

from ..clients.errors import NotFound
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.enums import HistoryKind, QueueStatus
from ..pipeline.evidence.arr import HistoryEvidence
from ..pipeline.evidence.downloads import QueueEvidence
from ..pipeline.requests import Download, Tracked
from ..pipeline.stages import download_stage
from ..sources.arr.rows import history_evidence, queue_evidence
from .requests import PAUSES, ArrInstance, arr_of, ask, calling, failure, refusal, search_for


async def replace_release(
    coordinator: StatusTrackerCoordinator, request: Tracked, download_id: str | None = None
) -> None:
    """Replace the release that blocks a request, or the given one."""
    download = _chosen(request, download_id)
    arr = arr_of(coordinator, next((row.source for row in download.rows), request.arr_source))
    if arr is None or request.media_id is None:
        raise refusal("replace_not_in_arr", title=request.title)
    keys = keys_of(download)
    with calling(arr):
        rows = await _drop(arr, request, keys)
        if rows:
            # Search explicitly, because the *arr can be configured not to search after a failure.
            await search_for(arr, request.media_id, _episodes(request, rows, keys))
        else:
            await _mark_failed(arr, request, request.media_id, keys)
    arr.look_again(request.media_id)
    for pause in PAUSES:
        await asyncio.sleep(pause)
        await ask(coordinator, arr)
        if _is_gone(arr, keys, {row.row_id for row in rows}):
            return
    raise failure("no_effect", service=arr.name)


def _chosen(request: Tracked, download_id: str | None) -> Download:
    """Return the download to replace; raises if it is ambiguous, because its data is deleted."""
    live = [one for one in request.downloads if not one.outcome and (one.rows or download_stage(one))]
    if download_id:
        live = [one for one in live if one.download_id == download_id.casefold()]
    elif len(live) > 1:
        holding = [unit.download for unit in request.units if unit.stage is request.stage and unit.download]
        held = {keys_of(one) for one in holding}
        live = [one for one in live if keys_of(one) in held] or live
    if not live:
        raise refusal("replace_no_download", title=request.title)
    if len({keys_of(one) for one in live}) > 1:
        ids = ", ".join(sorted(one.download_id for one in live if one.download_id))
        raise refusal("replace_several", title=request.title, ids=ids)
    return next((one for one in live if one.rows), live[0])


def keys_of(download: Download) -> frozenset[str]:
    """Return all keys of a download: its id, the hashes of its torrent, or its row if it has no id."""
    hashes = download.torrent.hashes if download.torrent else ()
    ids = (download.download_id, *hashes) if download.download_id else map(_key_of, download.rows)
    return frozenset(one for one in ids if one)


def _key_of(piece: QueueEvidence | HistoryEvidence) -> str:
    """Return the download key of a row or event."""
    if piece.download_id:
        return piece.download_id.casefold()
    return f"row {piece.row_id}" if isinstance(piece, QueueEvidence) else ""


def _episodes(request: Tracked, rows: list[QueueEvidence], keys: frozenset[str]) -> set[int]:
    """Return the episodes of rows, or the grabbed ones if Sonarr could not parse the names."""
    if ids := {row.episode_id for row in rows if row.episode_id}:
        return ids
    return {
        unit.episode.episode_id
        for unit in request.units
        if unit.episode and any(keys_of(download) == keys for download in unit.downloads)
    }


async def _drop(arr: ArrInstance, request: Tracked, keys: frozenset[str]) -> list[QueueEvidence]:
    """Remove the download from the current queue; return its rows, empty if it has none."""
    queue = [queue_evidence(row, arr.key) for row in await arr.client.queue_details()]
    rows = [row for row in queue if _key_of(row) in keys]
    if any(row.status is QueueStatus.IMPORTING for row in rows):
        raise refusal("replace_importing", title=request.title, service=arr.name)
    if rows:
        try:
            # One row represents the whole download, regardless of its number of episodes.
            await arr.client.delete_queue_row(rows[0].row_id, blocklist=True, skip_redownload=True)
        except NotFound as err:
            raise refusal("replace_no_download", title=request.title) from err
    return rows


async def _mark_failed(arr: ArrInstance, request: Tracked, media_id: int, keys: frozenset[str]) -> None:
    """Mark a grab without queue rows as failed, if it has no outcome yet."""
    events = (history_evidence(row, arr.key) for row in await arr.client.history_of(media_id))
    mine = [event for event in events if event and _key_of(event) in keys]
    newest = max(mine, key=lambda event: (event.at, event.event_id), default=None)
    if newest is None or newest.kind is not HistoryKind.GRABBED or newest.event_id is None:
        raise refusal("replace_no_download", title=request.title)
    await arr.client.mark_failed(newest.event_id)


def _is_gone(arr: ArrInstance, keys: frozenset[str], dropped: Set[int]) -> bool:
    """Return whether the *arr has removed a download: no row left, or a failure."""
    evidence = arr.evidence
    if dropped and not any(row.row_id in dropped for row in evidence.queue):
        return True
    events = [event for event in evidence.history if _key_of(event) in keys]
    grabbed = [event.at for event in events if event.kind is HistoryKind.GRABBED]
    failed = [event.at for event in events if event.kind is HistoryKind.FAILED]
    return bool(failed) and max(failed) >= max(grabbed, default=max(failed))
