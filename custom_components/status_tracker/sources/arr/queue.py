"""The queue of an *arr, as polled, and what webhooks told of it since."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from ...pipeline.enums import QueueStatus
from ...pipeline.evidence.arr import HistoryEvidence
from ...pipeline.evidence.downloads import QueueEvidence
from ..serialization import deserialize_all, serialize_all
from .history import HistoryLog
from .rows import flatten
from .webhook import HookEpisode, Payload

# An *arr renews its queue some seconds after a grab: till then a poll does not show the row yet.
RENEWAL = timedelta(seconds=30)
TOLD_ROWS = 500


class QueueState:
    """Rows by number; rows a webhook told of have negative ones until a poll brings the real ones."""

    def __init__(self, source: str) -> None:
        """Start empty."""
        self._source = source
        self._rows: dict[int, QueueEvidence] = {}
        self._told: dict[int, datetime] = {}

    @property
    def rows(self) -> tuple[QueueEvidence, ...]:
        """Return all rows."""
        return tuple(self._rows.values())

    def read(self, rows: Iterable[QueueEvidence], now: datetime, log: HistoryLog) -> set[int]:
        """Take a whole queue; return the titles of rows that have come or gone."""
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
        return moved

    def importing(self, media_ids: Collection[int]) -> bool:
        """Return whether files of the titles are coming in right now."""
        return any(
            row.status is QueueStatus.IMPORTING and row.media_id in media_ids for row in self._rows.values()
        )

    def tell_grab(self, grab: HistoryEvidence, size: int) -> None:
        """Add the row a grab will have, unless it has one."""
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
        """Have a download wait for a person, with the *arr's words."""
        episode_id = episode.id if episode else None
        messages = flatten(told.download_status_messages)
        found = self._of(told.download_id, media_id, episode_id)
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
        """Drop the rows of what has been imported."""
        for row in self._of(download_id, media_id, episode_id) if download_id else ():
            del self._rows[row.row_id]
            self._told.pop(row.row_id, None)

    def _of(
        self, download_id: str | None, media_id: int | None, episode_id: int | None
    ) -> list[QueueEvidence]:
        """Return the rows of a download of a film or an episode; unmatched rows are of any."""
        key = (download_id or "").casefold()
        return [
            row
            for row in self._rows.values()
            if (row.download_id or "").casefold() == key
            and (media_id is None or row.media_id in (None, media_id))
            and (episode_id is None or row.episode_id in (None, episode_id))
        ]

    def _place(self, row: QueueEvidence, at: datetime) -> None:
        """Keep a row a webhook told of, the oldest giving way to too many."""
        self._rows[row.row_id] = row
        self._told[row.row_id] = at
        if len(self._told) > TOLD_ROWS:
            oldest = next(iter(self._told))
            del self._told[oldest], self._rows[oldest]

    def dump(self, media_ids: Collection[int], downloads: Collection[str]) -> list[dict[str, Any]]:
        """Return the wanted rows as plain JSON."""
        return serialize_all(
            row
            for row in self._rows.values()
            if row.media_id in media_ids or (row.download_id or "").casefold() in downloads
        )

    def restore(self, rows: Any) -> None:
        """Take back what `dump` wrote, for as long as no poll succeeds."""
        for row in deserialize_all(QueueEvidence, rows):
            self._rows[row.row_id] = replace(row, source=self._source)


def _unit(row: QueueEvidence) -> tuple[str, int | None]:
    """Return what tells that two rows are of the same download and episode."""
    return (row.download_id or "").casefold(), row.episode_id


def _row_id(download_id: str | None, media_id: int | None, episode_id: int | None) -> int:
    """Return a number for a row no poll has shown yet, the same each time it is told."""
    return -1 - crc32(f"{(download_id or '').casefold()}/{media_id}/{episode_id}".encode())
