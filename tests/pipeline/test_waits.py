"""Reasons in detail: from when a wait counts, in whose words, and what is told while a service is down."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    MediaStatus,
    QueueStatus,
    RequestStatus,
    TorrentState,
)
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase, ServiceEvidence
from custom_components.status_tracker.pipeline.evidence.requests import SeasonTitle
from custom_components.status_tracker.pipeline.ids import IdKind
from custom_components.status_tracker.pipeline.moment import Moment
from custom_components.status_tracker.pipeline.reasons import is_stuck
from custom_components.status_tracker.pipeline.requests import (
    IN_FLIGHT,
    Hint,
    Journey,
    Limits,
    Reason,
    Stage,
    Verdict,
)
from custom_components.status_tracker.pipeline.tracker import Memory

from .builders.arr import FILE, FRESH_GRAB, GRAB, episode, episode_event, event, film, film_file, series
from .builders.downloads import DONE, GB, OTHER_HASH, episode_row, row, torrent
from .builders.evaluation import AT_ONCE, LIMIT, only, over_time, settled
from .builders.library import episode_item, film_item, ids, item, plays, series_item
from .builders.requests import request, request_4k, series_request, series_title, title
from .builders.services import (
    ANIME_STACK,
    CLIENT,
    FOURK_STACK,
    JELLYFIN,
    RADARR,
    RADARR_4K,
    SEERR,
    SHOKO,
    STACK,
)
from .builders.shoko import ANIME, HASHING, MATCHED
from .builders.times import NEXT_WEEK, NOW, SOON, ago

SHOWN = [series_item(), episode_item(1)]


def test_a_limit_of_zero_is_at_once() -> None:
    """Who wants to know at once is told at once."""
    assert only(*STACK, request(), film(), limits=AT_ONCE).stuck
    assert only(*STACK, request(), film(), GRAB, torrent(TorrentState.STALLED), limits=AT_ONCE).stuck
    found = only(*ANIME_STACK, *ANIME, MATCHED, limits=AT_ONCE)
    assert (found.verdict.reason, found.stuck) == (Reason.HIDDEN_IN_LIBRARY, True)
    assert not only(*STACK, request(), film(), GRAB, torrent(), limits=AT_ONCE).stuck
    assert not only(*STACK, request(), film_item(), limits=AT_ONCE).stuck


def test_each_stage_has_its_own_limit() -> None:
    """The limit of the stage counts, those beside the way share that of approval."""
    limits = Limits(
        keep=LIMIT, stages={Stage.APPROVED: timedelta(days=9), Stage.INDEXED: timedelta(minutes=5)}
    )
    told = (*STACK, request(), film(), row(QueueStatus.QUEUED))
    assert not over_time(*told, waited=timedelta(minutes=4), limits=limits).stuck
    assert over_time(*told, waited=timedelta(minutes=5), limits=limits).stuck
    assert limits.of(Stage.IMPORTING) == timedelta(days=9)
    pending = request(status=RequestStatus.PENDING, requested_at=ago(days=10))
    assert only(*STACK, pending, limits=limits).stuck


@pytest.mark.parametrize(
    ("reason", "stage_since", "reason_since", "expected", "stuck"),
    [
        (Reason.STALLED, 120, 10, None, False),
        (Reason.STALLED, 120, 60, None, True),
        (Reason.QUEUED, 120, 10, None, True),
        (Reason.NOT_RELEASED, 120, 120, 30, False),
        (Reason.NOT_RELEASED, 120, 120, -90, True),
        (Reason.NOT_RELEASED, 120, 120, -30, False),
        (Reason.DOWNLOAD_ERROR, 0, 0, None, True),
        (Reason.SERVICE_UNAVAILABLE, 900, 900, None, False),
        (None, 900, 900, None, False),
    ],
)
def test_from_when_a_wait_counts(
    reason: Reason | None, stage_since: int, reason_since: int, expected: int | None, stuck: bool
) -> None:
    """No bytes: since they stopped; a date: since it passed; else since the stage began."""
    journey = Journey(
        request_id=1,
        stage=Stage.DOWNLOADING,
        stage_since=ago(minutes=stage_since),
        reason=reason,
        reason_since=ago(minutes=reason_since),
    )
    due: datetime | None = None if expected is None else NOW + timedelta(minutes=expected)
    limits = Limits(keep=LIMIT, stages={Stage.APPROVED: LIMIT})
    assert (
        is_stuck(Verdict(stage=Stage.DOWNLOADING, reason=reason, expected=due), journey, limits, Moment(NOW))
        is stuck
    )


def test_failed_at_the_handover() -> None:
    """What Seerr could not hand over is stuck at once."""
    found = only(*STACK, request(status=RequestStatus.FAILED))
    assert (found.stage, found.verdict.reason, found.stuck) == (Stage.FAILED, Reason.NOT_IN_ARR, True)


def test_not_in_arr_takes_a_minute() -> None:
    """Neither right after the hand-over nor before we have looked ourselves, though it be days old."""
    memory = settled()
    old = request(requested_at=ago(days=2))
    assert only(*STACK, old, memory=memory).verdict.reason is Reason.SEARCHING
    found = only(*STACK, old, memory=memory, now=NOW + timedelta(seconds=59))
    assert found.verdict.reason is Reason.SEARCHING
    found = only(*STACK, old, memory=memory, now=NOW + timedelta(seconds=60))
    assert (found.verdict.reason, found.stuck) == (Reason.NOT_IN_ARR, True)
    found = only(*STACK, old, memory=memory, now=NOW + timedelta(seconds=61))
    assert found.verdict.reason is Reason.NOT_IN_ARR
    retried = replace(old, updated_at=NOW)
    assert over_time(*STACK, retried, waited=timedelta(seconds=30)).verdict.reason is Reason.SEARCHING
    # Gone from Radarr, and gone from Sonarr with a part of it shown.
    assert over_time(*STACK, request(), film(gone=True), waited=SOON).verdict.reason is Reason.NOT_IN_ARR
    counted = series_title(seasons=(SeasonTitle(number=1, episodes=2),))
    gone = (series_request(), counted, series(gone=True), *SHOWN)
    found = over_time(*STACK, *gone, waited=SOON)
    assert (found.stage, found.verdict.reason) == (Stage.PARTIALLY_AVAILABLE, Reason.NOT_IN_ARR)


def test_not_in_arr_needs_an_arr_that_would_serve_it() -> None:
    """Where Seerr stands in for the *arr, its absence means nothing."""
    for told in ((SEERR, JELLYFIN, request()), (*STACK, request_4k()), (*STACK, request(service_id=9))):
        assert over_time(*told, waited=SOON).verdict.reason is Reason.SEARCHING
    assert over_time(*FOURK_STACK, request_4k(), waited=SOON).verdict.reason is Reason.NOT_IN_ARR


def test_dates_without_an_arr() -> None:
    """TMDB's dates say what is not out yet."""
    found = only(SEERR, JELLYFIN, request(), title(expected=NEXT_WEEK))
    assert (found.verdict.reason, found.verdict.expected) == (Reason.NOT_RELEASED, NEXT_WEEK)
    assert only(SEERR, JELLYFIN, request(), title(expected=ago(days=1))).verdict.expected is None
    later = series_title(seasons=(SeasonTitle(number=1, episodes=2, air_date=NEXT_WEEK),))
    found = only(SEERR, JELLYFIN, series_request(), later)
    assert (found.verdict.reason, found.verdict.expected) == (Reason.UNAIRED, NEXT_WEEK)


def test_expected() -> None:
    """A film's release, the next episode's airing; nothing for what is there."""
    found = only(*STACK, request(), film(available=False, expected=NEXT_WEEK))
    assert found.verdict.expected == NEXT_WEEK
    later = episode(1, 3, air_date=NEXT_WEEK + timedelta(days=7))
    told = (*STACK, series_request(), *SHOWN)
    found = only(*told, series(episode(1, 1), later, episode(1, 2, air_date=NEXT_WEEK)))
    assert found.verdict.expected == NEXT_WEEK
    found = only(*told, series(episode(1, 1), episode(1, 2), next_airing=NEXT_WEEK))
    assert found.verdict.expected == NEXT_WEEK
    assert only(*told, series(episode(1, 1), next_airing=NEXT_WEEK)).verdict.expected is None
    assert only(*told, series(episode(1, 2), next_airing=ago(days=1))).verdict.expected is None


def test_nobody_monitors_what_is_missing() -> None:
    """Missing or yet to air: without monitoring nothing happens by itself."""
    for missing in (episode(1, 2, monitored=False), episode(1, 2, monitored=False, air_date=NEXT_WEEK)):
        found = only(*STACK, series_request(), series(episode(1, 1), missing), *SHOWN)
        assert (found.verdict.reason, found.stuck) == (Reason.NOT_MONITORED, True)
    one_of_two = series(episode(1, 1, monitored=False), episode(1, 2))
    assert only(*STACK, series_request(), one_of_two).verdict.reason is Reason.SEARCHING
    whole = series(episode(1, 1), monitored=False)
    assert only(*STACK, series_request(), whole).verdict.reason is Reason.NOT_MONITORED


def test_season_mismatch_names_the_seasons() -> None:
    """What Sonarr lacks is named; while it has read nothing itself it lacks nothing."""
    found = only(*STACK, series_request(1, 1, 2, 3), series(episode(1, 1)), *SHOWN)
    assert (found.verdict.reason, found.verdict.detail) == (Reason.SEASON_MISMATCH, "2, 3")
    assert found.stage is Stage.PARTIALLY_AVAILABLE
    fresh = series(seasons=())
    assert only(*STACK, series_request(), fresh).verdict.reason is Reason.SEARCHING


def test_searched_and_nothing_found() -> None:
    """The time of the last search is told; of a series all that is missing must have been searched."""
    found = only(*STACK, request(), film(last_search=ago(minutes=9)))
    assert (found.verdict.hint, found.verdict.at) == (Hint.LAST_SEARCH, ago(minutes=9))
    first, second = (episode(1, n, last_search=ago(hours=n)) for n in (1, 2))
    found = only(*STACK, series_request(), series(first, second))
    assert (found.verdict.reason, found.verdict.at) == (Reason.NO_RELEASE_FOUND, ago(hours=1))
    found = only(*STACK, series_request(), series(first, episode(1, 2)))
    assert found.verdict.reason is Reason.SEARCHING


def test_failure_in_the_arrs_words() -> None:
    """The *arr's own message, of the missing episodes only; a grab or an import since lifts it."""
    failed = event(HistoryKind.FAILED, ago(minutes=5), message="Password protected")
    assert only(*STACK, request(), film(), GRAB, failed).verdict.detail == "Password protected"
    bare = replace(failed, message=None)
    assert only(*STACK, request(), film(), GRAB, bare).verdict.detail == "The.Matrix.1999.1080p-GRP"
    blocked = row(QueueStatus.FAILED, messages=("Unpacking failed",))
    found = only(*STACK, request(), film(), blocked)
    assert (found.verdict.reason, found.verdict.detail) == (Reason.DOWNLOAD_FAILED, "Unpacking failed")
    told = (*STACK, series_request(), series(episode(1, 1), episode(1, 2)), *SHOWN)
    other = (episode_event(1, HistoryKind.FAILED), episode_row(1, QueueStatus.FAILED, download_id=OTHER_HASH))
    assert only(*told, *other).verdict.reason is Reason.SEARCHING
    assert only(*told, episode_event(2, HistoryKind.FAILED)).verdict.reason is Reason.DOWNLOAD_FAILED
    assert only(*told, episode_row(2, QueueStatus.FAILED, error="No")).verdict.detail == "No"


def test_import_blocked_in_the_arrs_words() -> None:
    """All messages, each once; else the client's error."""
    told = (*STACK, request(), film(), DONE)
    found = only(*told, row(QueueStatus.IMPORT_BLOCKED, messages=("A", "B", "A")))
    assert found.verdict.detail == "A; B"
    assert only(*told, row(QueueStatus.IMPORT_BLOCKED, error="E")).verdict.detail == "E"


def test_complete_and_broken() -> None:
    """What was loaded whole may still break before it is imported."""
    for state, reason in (
        (TorrentState.MISSING_FILES, Reason.MISSING_FILES),
        (TorrentState.ERROR, Reason.DOWNLOAD_ERROR),
    ):
        found = only(*STACK, request(), film(), GRAB, torrent(state, 1.0), row(error="Disk full"))
        assert (found.stage, found.verdict.reason) == (Stage.DOWNLOAD_DONE, reason)
        assert found.verdict.detail == "Disk full"


def test_not_tracked_takes_a_moment() -> None:
    """An *arr reads its client once a minute, so a row it has just reported is still current."""
    memory = settled()
    told = (*STACK, request(), film(), DONE)
    only(*told, GRAB, row(), memory=memory)
    found = only(*told, GRAB, memory=memory, now=NOW + timedelta(minutes=2))
    assert found.verdict.reason is Reason.IMPORT_PENDING
    found = only(*told, GRAB, memory=memory, now=NOW + timedelta(minutes=4))
    assert (found.verdict.reason, found.stuck) == (Reason.NOT_TRACKED, True)
    assert only(*told, FRESH_GRAB).verdict.reason is Reason.IMPORT_PENDING


def test_gravest_of_several() -> None:
    """Of the units that hold it back the gravest reason is told."""
    rows = [
        episode_row(1, QueueStatus.IMPORT_PENDING),
        episode_row(2, QueueStatus.IMPORT_BLOCKED, download_id=OTHER_HASH),
    ]
    found = only(*STACK, series_request(), series(episode(1, 1), episode(1, 2)), *rows)
    assert found.verdict.reason is Reason.IMPORT_BLOCKED


def test_queue_alone() -> None:
    """Without a client of ours the *arr's queue tells why."""
    told = (SEERR, RADARR, JELLYFIN, request(), film())
    found = only(*told, row(QueueStatus.WARNING, error="The download is stalled"))
    assert (found.verdict.reason, found.verdict.detail) == (Reason.STALLED, "The download is stalled")
    assert only(*told, row()).verdict.reason is None
    assert only(*told, row(QueueStatus.WAITING, download_id=None)).verdict.reason is Reason.QUEUED
    assert only(*told, row(QueueStatus.IMPORTING)).verdict.reason is Reason.IMPORT_PENDING


def test_shokos_ways() -> None:
    """Unseen, hashing, matched: ordinary, until the limit; while Shoko is busy it has not refused."""
    told = (*ANIME_STACK, *ANIME)
    assert only(*told).verdict.hint is Hint.SHOKO_UNSEEN
    assert only(*told, HASHING).verdict.hint is Hint.SHOKO_HASHING
    late = over_time(*told, HASHING, waited=LIMIT)
    assert (late.verdict.reason, late.stuck) == (Reason.ANIME_UNMATCHED, True)
    busy = replace(SHOKO, busy=True)
    late = over_time(*STACK, busy, *ANIME, HASHING, waited=LIMIT)
    assert (late.verdict.reason, late.stuck) == (Reason.WAITING_FOR_LIBRARY, True)
    assert over_time(*told, waited=LIMIT).stuck


def test_library_hints() -> None:
    """A running scan, or something of a like title, is worth a word."""
    told = (*STACK[:-1], request(), title(), film(file=FILE))
    scanning = replace(JELLYFIN, busy=True)
    assert only(*told, scanning).verdict.hint is Hint.SCAN_RUNNING
    assert only(*told, JELLYFIN).verdict.hint is None
    assert only(*told, JELLYFIN, item()).verdict.hint is Hint.LIKE_TITLE
    assert only(*STACK, request(), title(), film(), item()).verdict.hint is Hint.LIKE_TITLE
    untitled = (*STACK, request(), film(file=FILE))
    assert only(*untitled).verdict.hint is None


def down(service: ServiceEvidence) -> tuple[ServiceEvidence, ...]:
    """Return the stack with a service that does not answer."""
    return tuple(replace(one, ok=one.source != service.source) for one in (*ANIME_STACK, RADARR_4K))


@pytest.mark.parametrize(
    ("blind", "told", "stage", "reason"),
    [
        (RADARR, (request(), film()), Stage.APPROVED, Reason.SERVICE_UNAVAILABLE),
        (CLIENT, (request(), film(), GRAB, torrent()), Stage.DOWNLOADING, Reason.SERVICE_UNAVAILABLE),
        (RADARR, (request(), film(), GRAB, torrent()), Stage.DOWNLOADING, None),
        (RADARR, (request(), film(), row()), Stage.DOWNLOADING, Reason.SERVICE_UNAVAILABLE),
        (CLIENT, (request(), film(), GRAB), Stage.INDEXED, Reason.SERVICE_UNAVAILABLE),
        (RADARR, (request(), film(), GRAB, DONE), Stage.DOWNLOAD_DONE, Reason.SERVICE_UNAVAILABLE),
        (
            RADARR,
            (request(), film(), row(QueueStatus.IMPORTING)),
            Stage.IMPORTING,
            Reason.SERVICE_UNAVAILABLE,
        ),
        (JELLYFIN, (request(), film(file=FILE)), Stage.IMPORTING, Reason.SERVICE_UNAVAILABLE),
        (SHOKO, (*ANIME, HASHING), Stage.ANIME_MATCHING, Reason.SERVICE_UNAVAILABLE),
        (JELLYFIN, (*ANIME, MATCHED), Stage.ANIME_MATCHING, Reason.SERVICE_UNAVAILABLE),
        (SHOKO, (*ANIME, MATCHED), Stage.ANIME_MATCHING, Reason.HIDDEN_IN_LIBRARY),
        (SEERR, (request(status=RequestStatus.PENDING),), Stage.REQUESTED, Reason.AWAITING_APPROVAL),
        (
            CLIENT,
            (request(), film(), torrent(TorrentState.ERROR), GRAB),
            Stage.DOWNLOADING,
            Reason.DOWNLOAD_ERROR,
        ),
    ],
)
def test_down(
    blind: ServiceEvidence, told: tuple[EvidenceBase, ...], stage: Stage, reason: Reason | None
) -> None:
    """The last evidence is kept, the failed service is named, and nothing counts as stuck unless it broke."""
    found = over_time(*down(blind), *told, waited=LIMIT * 2)
    assert found.stage is stage
    assert found.verdict.reason is reason
    assert found.verdict.blind == (blind.name,)
    if reason is Reason.SERVICE_UNAVAILABLE:
        assert (found.verdict.detail, found.stuck) == (blind.name, False)


def test_down_and_up_again() -> None:
    """What was available stays so; another instance's failure is none of ours."""
    shown = (request(), film(file=FILE), film_item(files=plays(FILE)))
    assert only(*down(JELLYFIN), *shown).stage is Stage.AVAILABLE
    assert only(*down(JELLYFIN), *shown).verdict.blind == ()
    for told in ((request(), film()), (request(service_id=None, external_id=None),)):
        found = only(*down(RADARR_4K), *told)
        assert (found.verdict.reason, found.verdict.blind) == (Reason.SEARCHING, ())


def test_4k_file_at_odds() -> None:
    """A 4K film that Jellyfin shows in HD only waits for the library."""
    uhd = film_file("/movies4k/The Matrix (1999)/The Matrix.mkv", 50 * GB)
    told = (*FOURK_STACK, request_4k(), film(source="radarr4k", movie_id=20, file=uhd))
    found = only(*told, film_item(files=plays(FILE)))
    assert found.verdict.reason is Reason.WAITING_FOR_LIBRARY


def test_seerr_has_it_and_jellyfin_does_not() -> None:
    """Where Seerr stands in for Radarr its available is a file, and Jellyfin is what it waits for."""
    there = request(media_status=MediaStatus.AVAILABLE)
    assert only(SEERR, JELLYFIN, there).verdict.reason is Reason.WAITING_FOR_LIBRARY
    like = item(ids=ids((IdKind.TMDB_MOVIE, 1)))
    assert only(SEERR, JELLYFIN, there, like).verdict.reason is Reason.WAITING_FOR_LIBRARY


@pytest.mark.parametrize("state", [TorrentState.MOVING, TorrentState.UNKNOWN, TorrentState.CHECKING])
def test_no_state_of_a_client_waits_forever(state: TorrentState) -> None:
    """Half loaded and with no bytes arriving, a request has a reason and is stuck after its limit."""
    pieces = (*STACK, request(), title(), film(), row(), torrent(state, 0.5, speed=0))
    tracked = over_time(*pieces, waited=LIMIT * 3)
    assert tracked.stage is Stage.DOWNLOADING
    assert tracked.verdict.reason is (Reason.QUEUED if state is TorrentState.CHECKING else Reason.STALLED)
    assert tracked.stuck


def test_an_unknown_state_that_loads() -> None:
    """While bytes arrive nothing holds a download up, whatever its client calls that."""
    pieces = (*STACK, request(), title(), film(), row(), torrent(TorrentState.UNKNOWN, 0.5, speed=1000))
    tracked = over_time(*pieces, waited=LIMIT * 3)
    assert (tracked.verdict.reason, tracked.stuck) == (None, False)


@pytest.mark.parametrize("state", [*TorrentState])
def test_nothing_arrives(state: TorrentState) -> None:
    """Whatever a client calls it: what receives nothing for longer than its limit is stuck, with a reason."""
    memory = settled()
    told = (*STACK, request(), film(), row(), torrent(state, progress=0.3, speed=0))
    only(*told, memory=memory)
    for minutes in range(1, 200, 4):
        one = only(*told, memory=memory, now=NOW + timedelta(minutes=minutes))
    assert one.stage in IN_FLIGHT
    assert one.verdict.reason is not None
    assert one.stuck


def test_a_slow_download_is_never_stuck() -> None:
    """While bytes arrive, be it ever so slowly, there is nothing to look at."""
    memory = settled()
    for minutes in range(0, 600, 4):
        told = torrent(progress=0.3 + minutes / 10000, speed=0)
        one = only(
            *STACK, request(), film(), row(), told, memory=memory, now=NOW + timedelta(minutes=minutes)
        )
        assert (one.verdict.reason, one.stuck) == (None, False)


def test_bytes_arrive_again() -> None:
    """The reason goes with the first byte, and the time counts anew."""
    memory = settled()
    told = (*STACK, request(), film(), row())
    still, moving = torrent(progress=0.3, speed=0), torrent(progress=0.31, speed=0)
    only(*told, still, memory=memory)
    later = NOW + timedelta(minutes=30)
    assert only(*told, still, memory=memory, now=later).verdict.reason is Reason.STALLED
    assert only(*told, moving, memory=memory, now=later).verdict.reason is None
    again = Memory.from_dict(memory.to_dict())
    soon = later + timedelta(minutes=LIMIT.total_seconds() // 60 - 1)
    assert only(*told, moving, memory=again, now=soon).stuck is False
