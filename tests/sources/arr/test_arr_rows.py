"""From the rows of an *arr to evidence: the one status of three fields, and what an event is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.status_tracker.clients.arr_model import HistoryRow, QueueRow, StatusMessage
from custom_components.status_tracker.clients.seerr_model import TitleDetails
from custom_components.status_tracker.pipeline.enums import HistoryKind, MediaType, QueueStatus
from custom_components.status_tracker.pipeline.evidence.arr import HistoryEvidence
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.sources.arr.history import MARGIN, UNBOUND, HistoryLog
from custom_components.status_tracker.sources.arr.rows import (
    MESSAGE_LENGTH,
    MESSAGES,
    flatten,
    hints_at_anime,
    history_evidence,
    queue_evidence,
    queue_status,
)
from custom_components.status_tracker.sources.seerr.rows import title_evidence
from custom_components.status_tracker.sources.serialization import read_time
from tests.sources.arr_helpers import START, load


@pytest.mark.parametrize(
    ("status", "tracked", "state", "expected"),
    [
        ("delay", None, None, QueueStatus.WAITING),
        ("fallback", None, None, QueueStatus.WAITING),
        ("downloadClientUnavailable", None, None, QueueStatus.WAITING),
        ("completed", "ok", "failedPending", QueueStatus.FAILED),
        ("failed", "ok", "downloading", QueueStatus.FAILED),
        ("downloading", "error", "downloading", QueueStatus.FAILED),
        ("completed", "ok", "importing", QueueStatus.IMPORTING),
        ("completed", "warning", "importBlocked", QueueStatus.IMPORT_BLOCKED),
        ("completed", "warning", "importPending", QueueStatus.IMPORT_BLOCKED),
        ("completed", "ok", "importPending", QueueStatus.IMPORT_PENDING),
        ("completed", "ok", "downloading", QueueStatus.COMPLETED),
        ("paused", "ok", "downloading", QueueStatus.PAUSED),
        ("queued", "ok", "downloading", QueueStatus.QUEUED),
        ("warning", "warning", "downloading", QueueStatus.WARNING),
        ("downloading", "ok", "downloading", QueueStatus.DOWNLOADING),
        ("Downloading", "Ok", "Downloading", QueueStatus.DOWNLOADING),
        ("unknown", "ok", "downloading", QueueStatus.QUEUED),
        ("something new", None, None, QueueStatus.QUEUED),
    ],
)
def test_status(status: str, tracked: str | None, state: str | None, expected: QueueStatus) -> None:
    """The first match decides."""
    assert queue_status(status, tracked, state) is expected


def test_derived_rows() -> None:
    """Rows of both apps: ids, bytes, words."""
    rows = QueueRow.parse_list(load("sonarr", "queue_details_blocked"))
    pieces = [queue_evidence(row, "s") for row in rows]
    assert {piece.status for piece in pieces} == {QueueStatus.IMPORT_BLOCKED}
    assert [(piece.media_id, piece.episode_id) for piece in pieces] == [(5, 1001), (5, 1002), (5, 1003)]
    first, second = pieces[0].messages
    assert first.startswith("One or more episodes expected")
    assert second.startswith("example.show.s01e03.mkv: Episode 1x03 was not found")
    for row in QueueRow.parse_list(load("radarr", "queue_page")["records"]):
        piece = queue_evidence(row, "r")
        assert piece.row_id == row.id
        assert piece.size >= piece.size_left >= 0


def test_words_are_few_and_short() -> None:
    """A download may have hundreds of complaints; the first few tell enough."""
    many = [StatusMessage(title=f"file {one}", messages=["x" * 1000]) for one in range(500)]
    lines = flatten(many)
    assert len(lines) == MESSAGES
    assert max(map(len, lines)) == MESSAGE_LENGTH
    assert flatten([StatusMessage(messages=["a", "a", "b"]), StatusMessage()]) == ("a", "b")


def test_derived_history() -> None:
    """Every kind of event of a film, and of an episode."""
    rows = HistoryRow.parse_list(load("radarr", "history_movie"))
    pieces = [piece for row in rows if (piece := history_evidence(row, "r"))]
    assert [(piece.event_id, piece.kind) for piece in pieces] == [
        (504, HistoryKind.FILE_DELETED),
        (503, HistoryKind.FAILED),
        (502, HistoryKind.IMPORTED),
        (501, HistoryKind.GRABBED),
    ]
    deleted, failed, imported, grabbed = pieces
    assert (deleted.message, deleted.upgrade) == ("Manual", False)
    assert failed.message == "Manually marked as failed"
    assert imported.file is not None
    assert (imported.file.path, imported.file.size) == (
        "/movies/Sintel (2010)/Sintel (2010) WEBDL-2160p.mkv",
        8589934592,
    )
    assert (grabbed.indexer, grabbed.client, grabbed.quality) == (
        "Example Indexer (Prowlarr)",
        "qBittorrent",
        "WEBDL-2160p",
    )
    shows = HistoryRow.parse_list(load("sonarr", "history_series"))
    told = [history_evidence(row, "s") for row in shows]
    assert {piece.episode_id for piece in told if piece} == {1001, 1002, 1003}


@pytest.mark.parametrize("name", ["movieFileRenamed", "episodeFileRenamed", "unknown", ""])
def test_events_that_move_nothing(name: str) -> None:
    """A renaming is no event of a request; kinds to come are not guessed at."""
    row = HistoryRow.parse({"id": 1, "date": "2026-06-28T18:05:11Z", "eventType": name})
    assert history_evidence(row, "r") is None


def test_windows_paths_hint_too() -> None:
    """Paths lean either way; a root folder goes before the path."""
    assert hints_at_anime([], None, "D:\\Anime\\Film (2020)")
    assert not hints_at_anime([], None, "D:\\Films\\Anime Film (2020)")
    assert not hints_at_anime([], "/films/", "/anime/Film (2020)")
    assert not hints_at_anime([], None, None)


# The log


def event(number: int | None, at: datetime, **given: Any) -> HistoryEvidence:
    """Return a grab."""
    facts = {"kind": HistoryKind.GRABBED, "media_id": 1, "download_id": "AB", **given}
    return HistoryEvidence(source="r", event_id=number, at=at, **facts)


def test_where_the_history_goes_on() -> None:
    """The first question looks a day back, later ones to the last event; a clock ahead skips nothing."""
    log = HistoryLog()
    assert log.since(START) == START - timedelta(days=1)
    log.read([], START)
    assert log.since(START) == START - timedelta(days=1)
    log.read([(1, START - timedelta(hours=2)), (2, START - timedelta(hours=1))], START)
    assert log.since(START) == START - timedelta(hours=1) - MARGIN
    log.read([(3, START + timedelta(days=9))], START)
    assert log.since(START) == START - MARGIN


def test_an_event_is_new_once() -> None:
    """Rows met again in the margin are not new."""
    log = HistoryLog()
    rows = [(1, START), (2, START)]
    assert log.read(rows, START) == {1, 2}
    assert log.read(rows, START) == set()
    assert log.read([*rows, (3, START)], START) == {3}
    log.add([event(1, START), event(1, START), event(None, START)])
    assert len(log.events) == 1


def test_the_same_release_may_come_again() -> None:
    """Two grabs with numbers are two, and one told long after another is a new one."""
    log = HistoryLog()
    log.add([event(1, START), event(2, START + timedelta(seconds=5))])
    assert len(log.events) == 2
    assert not log.tell(event(None, START + timedelta(minutes=5)))
    assert log.tell(event(None, START + timedelta(minutes=50)))
    assert [one.event_id for one in log.events] == [1, 2, None]


def test_a_late_grab_stands_before_what_came_of_it() -> None:
    """Told after the import, a grab is still put before it."""
    log = HistoryLog()
    log.tell(event(None, START, kind=HistoryKind.IMPORTED))
    log.tell(event(None, START + timedelta(seconds=3)))
    assert [one.kind for one in log.events] == [HistoryKind.GRABBED, HistoryKind.IMPORTED]


def test_what_nobody_wants_is_few() -> None:
    """Wanted events are all kept, of the others the newest."""
    log = HistoryLog()
    log.add(event(number, START + timedelta(seconds=number), media_id=number % 2) for number in range(2000))
    log.keep(lambda one: one.media_id == 1)
    kept = log.events
    assert sum(one.media_id == 1 for one in kept) == 1000
    assert [one.event_id for one in kept if one.media_id == 0] == list(range(1000, 2000, 2))
    assert sum(one.media_id == 0 for one in kept) == UNBOUND


def test_told_events_are_bounded() -> None:
    """Webhooks alone cannot fill the memory."""
    log = HistoryLog()
    for number in range(UNBOUND * 2):
        log.tell(event(None, START, download_id=str(number)))
    assert len(log.events) == UNBOUND


def test_kept_events_come_back() -> None:
    """Also those only a webhook has told so far, under the present name of the source."""
    log = HistoryLog()
    log.read([(1, START)], START)
    log.add([event(1, START)])
    log.tell(event(None, START, kind=HistoryKind.IMPORTED))
    again = HistoryLog()
    again.restore(serialize(log.snapshot(lambda one: True)), "renamed")
    assert {(one.kind, one.source) for one in again.events} == {
        (HistoryKind.GRABBED, "renamed"),
        (HistoryKind.IMPORTED, "renamed"),
    }
    assert again.last_event == START
    assert not again.tell(event(None, START))


# Odds and ends


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-22T12:00:00+00:00", START),
        ("soon", None),
        (None, None),
        (5, None),
    ],
)
def test_written_times(text: Any, time: datetime | None) -> None:
    """A time is read back, anything else is none."""
    assert read_time(text) == time


@pytest.mark.parametrize("date", ["", "soon", "9999-12-31T23:59:59-10:00", None])
def test_odd_dates_of_titles(date: str | None) -> None:
    """A title without a date that makes sense is still a title."""
    details = TitleDetails.parse({"id": 1, "title": "Film", "releaseDate": date})
    title = title_evidence(MediaType.MOVIE, 1, details)
    assert (title.title, title.year, title.expected) == ("Film", None, None)


def test_a_day_begins_in_utc() -> None:
    """A plain day is the moment it begins."""
    details = TitleDetails.parse({"id": 1, "title": "Film", "releaseDate": "2026-05-01"})
    title = title_evidence(MediaType.MOVIE, 1, details)
    assert (title.year, title.expected) == (2026, datetime(2026, 5, 1, tzinfo=UTC))
