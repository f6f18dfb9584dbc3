"""Queue of an *arr: polled rows combined with changes from webhooks."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from ...pipeline.enums import QueueStatus
from ...pipeline.evidence.arr import HistoryEvidence
from ...pipeline.evidence.downloads import QueueEvidence
from ..serialization import deserialize_all
from .history import HistoryLog
from .rows import flatten
from .webhook import HookEpisode, Payload

# An *arr refreshes its queue some seconds after a grab; before that, a poll does not include the row.
RENEWAL = timedelta(seconds=30)
TOLD_ROWS = 500


class QueueState:
    """Queue rows by id; rows from webhooks have negative ids until a poll returns the real ones."""

    def __init__(self, source: str) -> None:
        """Initialize without rows."""
        self._source = source
        self._rows: dict[int, QueueEvidence] = {}
        self._told: dict[int, datetime] = {}
        self.as_polled = False  # whether the rows are those of the last poll, without changes from webhooks

    @property
    def rows(self) -> tuple[QueueEvidence, ...]:
        """Return all rows."""
        return tuple(self._rows.values())

    def read(self, rows: Iterable[QueueEvidence], now: datetime, log: HistoryLog) -> set[int]:
        """Replace the rows with a complete response; return the media ids of added and removed rows."""
        polled = {row.row_id: row for row in rows}
        before = {one: row for one, row in self._rows.items() if one not in self._told}
        moved = {
            row.media_id
            for one, row in (*before.items(), *polled.items())
            if row.media_id and (one in before) != (one in polled)
        }
        listed = {_unit(row) for row in polled.values()}
        self._told = {
            one: at
            for one, at in self._told.items()
            if now - at < RENEWAL
            and _unit(row := self._rows[one]) not in listed
            and log.result(row.download_id, row.media_id, row.episode_id, at) is None
        }
        self._rows = polled | {one: self._rows[one] for one in self._told}
        self.as_polled = not self._told
        return moved

    def importing(self, media_ids: Collection[int]) -> bool:
        """Return whether files of the titles are being imported."""
        return any(
            row.status is QueueStatus.IMPORTING and row.media_id in media_ids for row in self._rows.values()
        )

    def tell_grab(self, grab: HistoryEvidence, size: int) -> None:
        """Add the expected row of a grab, unless it exists."""
        if not self._of(grab.download_id, grab.media_id, grab.episode_id):
            row = QueueEvidence(
                source=self._source,
                row_id=_row_id(grab.download_id, grab.media_id, grab.episode_id),
                status=QueueStatus.QUEUED,
                media_id=grab.media_id,
                episode_id=grab.episode_id,
                season=grab.season,
                download_id=grab.download_id,
                title=grab.release,
                size=size,
                size_left=size,
                added=grab.at,
                quality=grab.quality,
                indexer=grab.indexer,
                client=grab.client,
            )
            self._place(row, grab.at)

    def tell_blocked(
        self, told: Payload, media_id: int | None, episode: HookEpisode | None, now: datetime
    ) -> None:
        """Mark a download as blocked, with the messages of the *arr."""
        episode_id = episode.id if episode else None
        messages = flatten(told.download_status_messages)
        found = self._of(told.download_id, media_id, episode_id)
        self.as_polled = False
        for row in found:
            self._rows[row.row_id] = replace(row, status=QueueStatus.IMPORT_BLOCKED, messages=messages)
        if not found:
            row = QueueEvidence(
                source=self._source,
                row_id=_row_id(told.download_id, media_id, episode_id),
                status=QueueStatus.IMPORT_BLOCKED,
                media_id=media_id,
                episode_id=episode_id,
                season=episode.season_number if episode else None,
                download_id=told.download_id,
                title=told.download_info.title or told.release.release_title,
                size=told.download_info.size,
                messages=messages,
                quality=told.download_info.quality,
                indexer=told.release.indexer,
                client=told.download_client,
            )
            self._place(row, now)

    def tell_imported(self, download_id: str | None, media_id: int, episode_id: int | None) -> None:
        """Remove the rows of imported episodes or movies."""
        for row in self._of(download_id, media_id, episode_id) if download_id else ():
            self.as_polled = False
            del self._rows[row.row_id]
            self._told.pop(row.row_id, None)

    def _of(
        self, download_id: str | None, media_id: int | None, episode_id: int | None
    ) -> list[QueueEvidence]:
        """Return the rows of a download for a movie or episode; rows without a title match any."""
        key = (download_id or "").casefold()
        return [
            row
            for row in self._rows.values()
            if (row.download_id or "").casefold() == key
            and (media_id is None or row.media_id in (None, media_id))
            and (episode_id is None or row.episode_id in (None, episode_id))
        ]

    def _place(self, row: QueueEvidence, at: datetime) -> None:
        """Add a row from a webhook, dropping the oldest if there are too many."""
        self.as_polled = False
        self._rows[row.row_id] = row
        self._told[row.row_id] = at
        if len(self._told) > TOLD_ROWS:
            oldest = next(iter(self._told))
            del self._told[oldest], self._rows[oldest]

    def snapshot(self, media_ids: Collection[int], downloads: Collection[str]) -> list[QueueEvidence]:
        """Return the tracked rows."""
        return [
            row
            for row in self._rows.values()
            if row.media_id in media_ids or (row.download_id or "").casefold() in downloads
        ]

    def restore(self, rows: Any) -> None:
        """Restore data from `snapshot`, kept until the first successful poll."""
        for row in deserialize_all(QueueEvidence, rows):
            self._rows[row.row_id] = replace(row, source=self._source)


def _unit(row: QueueEvidence) -> tuple[str, int | None]:
    """Return a key that is equal for rows of the same download and episode."""
    return (row.download_id or "").casefold(), row.episode_id


def _row_id(download_id: str | None, media_id: int | None, episode_id: int | None) -> int:
    """Return a stable negative id for a row that has not been polled yet."""
    return -1 - crc32(f"{(download_id or '').casefold()}/{media_id}/{episode_id}".encode())
