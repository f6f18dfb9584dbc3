"""Much of everything at once: order, repetition and missing parts never matter."""

from dataclasses import replace
from datetime import timedelta
import random

import pytest

from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    ItemKind,
    QueueStatus,
    RequestStatus,
    TorrentState,
)
from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase
from custom_components.status_tracker.pipeline.ids import IdKind
from custom_components.status_tracker.pipeline.requests import Reason, Stage
from custom_components.status_tracker.pipeline.tracker import Memory, evaluate

from .builders.arr import FILE, episode, episode_event, event, film, film_4k, film_file, series
from .builders.downloads import GB, OTHER_HASH, episode_row, row, torrent
from .builders.evaluation import FIELDS, LIMITS, evidence, look, only, seed_range, settled, shuffled
from .builders.library import episode_item, film_item, ids, item, plays, series_item
from .builders.requests import request, request_4k, series_request, series_title, title
from .builders.services import FOURK_STACK, SHOKO, STACK
from .builders.shoko import shoko_file, vfs_item
from .builders.times import NOW, ago

# Order, repetition and subsets


def world() -> Evidence:
    """Return much of everything at once: films, 4K, series by two people, anime, failures, strangers."""
    uhd = film_file("/movies4k/The Matrix (1999)/The Matrix.mkv", 50 * GB)
    anime = film_file("/anime/Your Name (2016)/Your Name.mkv", 3 * GB)
    pieces: list[EvidenceBase] = [
        *FOURK_STACK,
        SHOKO,
        request(1),
        request_4k(2),
        series_request(3, 1),
        series_request(4, 2),
        series_request(5, 1, 2, 3),
        request(6, tmdb_id=372058, external_id=11),
        request(7, tmdb_id=700, external_id=12),
        request(8, tmdb_id=700, external_id=12),
        request(9, tmdb_id=900, status=RequestStatus.PENDING, external_id=None),
        request(10, tmdb_id=100, status=RequestStatus.FAILED, external_id=None),
        title(),
        series_title(),
        title(tmdb_id=372058, title="Your Name", year=2016, anime=True),
        title(tmdb_id=700, title="Seven Hundred", year=2007),
        film(file=FILE),
        film(source="radarr4k", movie_id=99, tmdb_id=700),
        film_4k(file=uhd),
        film(movie_id=11, tmdb_id=372058, title="Your Name", file=anime),
        film(movie_id=12, tmdb_id=700),
        series(
            *(episode(1, number, loaded=number < 3) for number in range(1, 5)),
            *(episode(2, number) for number in (1, 2)),
            episode(2, 3, air_date=NOW + timedelta(days=3)),
        ),
        *(episode_event(number, HistoryKind.GRABBED, event_id=number) for number in range(1, 5)),
        *(
            episode_event(number, HistoryKind.IMPORTED, ago(minutes=9), event_id=9 + number)
            for number in (1, 2)
        ),
        *(episode_row(number, QueueStatus.IMPORT_PENDING) for number in (3, 4)),
        episode_row(9, episode_id=201, download_id=OTHER_HASH),
        event(HistoryKind.GRABBED, media_id=12, download_id="c" * 40),
        event(HistoryKind.FAILED, media_id=12, download_id="c" * 40),
        event(HistoryKind.GRABBED, ago(minutes=5), media_id=12, download_id="d" * 40),
        event(HistoryKind.GRABBED, media_id=None, download_id="d" * 40, release=None),
        event(HistoryKind.GRABBED, media_id=555, download_id="e" * 40),
        row(media_id=None, download_id="f" * 40, title="Seven.Hundred.2007.1080p"),
        torrent(TorrentState.COMPLETE, 1.0),
        torrent(hashes=(OTHER_HASH.lower(), "9" * 40)),
        torrent(hashes=("d" * 40,), progress=0.1),
        torrent(hashes=("d" * 40,), progress=0.7, source="qbit2"),
        film_item("m1", files=plays(FILE)),
        film_item("m2", files=plays(FILE)),
        film_item("m3", files=plays(uhd)),
        series_item(),
        *(episode_item(number) for number in (1, 3)),
        item("m9", name="Seven Hundred", year=2007),
        shoko_file(5, anime, *ids((IdKind.SHOKO_EPISODE, 50), (IdKind.ANIDB_ANIME, 11829))),
        shoko_file(6, None, *ids((IdKind.TMDB_MOVIE, 372058))),
        vfs_item(5, "a5", kind=ItemKind.MOVIE),
        vfs_item(5, "a6", *ids((IdKind.SHOKO_EPISODE, 50))),
    ]
    return evidence(*pieces)


def test_the_world_is_as_told() -> None:
    """Each of the requests is where its evidence puts it."""
    found = evaluate(world(), settled(), LIMITS, NOW).tracked
    assert {number: one.stage for number, one in found.items()} == {
        1: Stage.AVAILABLE,
        2: Stage.AVAILABLE,
        3: Stage.DOWNLOAD_DONE,
        4: Stage.DOWNLOADING,
        5: Stage.DOWNLOADING,
        6: Stage.AVAILABLE,
        7: Stage.APPROVED,
        8: Stage.DOWNLOADING,
        9: Stage.REQUESTED,
        10: Stage.FAILED,
    }


@pytest.mark.parametrize("seed", seed_range(20))
def test_order_never_matters(seed: int) -> None:
    """However the evidence is ordered, all that comes of it is the same."""
    plain, mixed = settled(), settled()
    one = evaluate(world(), plain, LIMITS, NOW)
    other = evaluate(shuffled(world(), seed), mixed, LIMITS, NOW)
    assert other.tracked == one.tracked
    assert sorted(other.wants, key=lambda want: want.request_id) == list(one.wants)
    assert mixed == plain
    again = evaluate(shuffled(world(), seed + 100), mixed, LIMITS, NOW)
    assert {number: (found.verdict, found.journey) for number, found in again.tracked.items()} == {
        number: (found.verdict, found.journey) for number, found in one.tracked.items()
    }


def test_evaluating_again_changes_nothing() -> None:
    """The same evidence at the same time is the same outcome, as often as one asks."""
    memory = settled()
    first = evaluate(world(), memory, LIMITS, NOW)
    second = evaluate(world(), memory, LIMITS, NOW)
    third = evaluate(world(), memory, LIMITS, NOW)
    assert not second.changed
    assert not third.changed
    assert {n: one.verdict for n, one in first.tracked.items()} == {
        n: one.verdict for n, one in second.tracked.items()
    }
    assert second.tracked == third.tracked
    assert second.wants == third.wants


@pytest.mark.parametrize("seed", seed_range(60))
def test_any_part_of_the_evidence_will_do(seed: int) -> None:
    """Whatever is missing, late or gone: never an error, and with all of it told again all is well again."""
    dice = random.Random(seed)
    memory, now = settled(), NOW
    for _ in range(6):
        part = Evidence(
            **{
                name: tuple(
                    one for one in getattr(world(), name) if dice.random() < dice.choice((0.2, 0.7, 1))
                )
                for name in FIELDS.values()
            }
        )
        now += timedelta(minutes=dice.choice((0, 1, 20)))
        outcome = evaluate(shuffled(part, seed), memory, LIMITS, now, listed=dice.random() < 0.3)
        assert {*outcome.tracked} <= {one.request_id for one in part.requests}
        assert Memory.from_dict(memory.to_dict()) == memory
    found = evaluate(world(), memory, LIMITS, now).tracked
    wanted = evaluate(world(), settled(), LIMITS, now).tracked
    # Two want the same film: whose a download is, is remembered of the first who was known for it.
    twice = {7, 8}
    assert {n: one.stage for n, one in found.items() if n not in twice} == {
        n: one.stage for n, one in wanted.items() if n not in twice
    }


@pytest.mark.parametrize("left_out", list(FIELDS.values()))
def test_without_one_kind_of_evidence(left_out: str) -> None:
    """No kind of evidence is indispensable."""
    assert evaluate(replace(world(), **{left_out: ()}), settled(), LIMITS, NOW) is not None


def test_two_people_two_seasons() -> None:
    """Each person's request follows its own season; a pack of both seasons moves both."""
    told = (*STACK, series_request(1, 1), series_request(2, 2))
    shows = series(episode(1, 1, loaded=True), episode(2, 1))
    rows = (episode_row(9, episode_id=201),)
    found = look(*told, shows, *rows, series_item(), episode_item(1)).tracked
    assert [found[number].stage for number in (1, 2)] == [Stage.AVAILABLE, Stage.DOWNLOADING]


def test_same_number_of_film_and_show() -> None:
    """TMDB's film 100 and show 100 stay apart, all the way."""
    told = (
        *STACK,
        request(1, tmdb_id=100, external_id=None),
        series_request(2, tmdb_id=100, tvdb_id=None, external_id=None),
        film(tmdb_id=100, movie_id=1),
        series(episode(1, 1), tmdb_id=100, series_id=1, tvdb_id=None),
        item("show", ItemKind.SERIES, ids=ids((IdKind.TMDB_SHOW, 100))),
        episode_item(1, series_id="show"),
    )
    found = look(*told).tracked
    assert [found[number].stage for number in (1, 2)] == [Stage.APPROVED, Stage.AVAILABLE]


def test_journey_of_a_film() -> None:
    """From the request to the screen, by evidence as it comes in; the timeline tells it all."""
    memory = settled()
    grab = event(HistoryKind.GRABBED, NOW + timedelta(minutes=3))
    way: list[tuple[EvidenceBase, ...]] = [
        (request(status=RequestStatus.PENDING, requested_at=NOW),),
        (request(),),
        (request(), film()),
        (request(), film(), grab),
        (request(), film(), grab, row(), torrent()),
        (request(), film(), grab, row(QueueStatus.COMPLETED), torrent(TorrentState.COMPLETE, 1.0)),
        (request(), film(), grab, row(QueueStatus.IMPORTING), torrent(TorrentState.COMPLETE, 1.0)),
        (request(), film(file=FILE), grab, torrent(TorrentState.COMPLETE, 1.0)),
        (request(), film(file=FILE), grab, torrent(TorrentState.COMPLETE, 1.0), film_item()),
    ]
    for minute, pieces in enumerate(way):
        only(*STACK, *pieces, memory=memory, now=NOW + timedelta(minutes=minute))
    steps = memory.journeys[1].timeline
    assert list(dict.fromkeys(step.stage for step in steps)) == [
        Stage.REQUESTED,
        Stage.APPROVED,
        Stage.INDEXED,
        Stage.DOWNLOADING,
        Stage.DOWNLOAD_DONE,
        Stage.IMPORTING,
        Stage.AVAILABLE,
    ]
    assert memory.journeys[1].finished_at == NOW + timedelta(minutes=8)
    assert steps[1].reason is Reason.AWAITING_APPROVAL


def test_journey_of_a_new_request_begins_when_it_was_made() -> None:
    """What Seerr tells late still began when the person asked."""
    found = only(*STACK, request(requested_at=ago(hours=3)), film())
    assert found.journey.stage_since == ago(hours=3)
    future = request(requested_at=NOW + timedelta(hours=1))
    assert only(*STACK, future, film()).journey.stage_since == NOW
    assert only(*STACK, request(requested_at=ago(hours=3)), film(), row()).journey.stage_since == NOW
