"""The Radarr source: what it asks in a cycle, what it tells, and what webhooks change."""

from collections.abc import AsyncIterator
from datetime import timedelta
import itertools
import json
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.pipeline.evidence import Evidence, MovieEvidence, Want
from custom_components.status_tracker.pipeline.terms import HistoryKind, QueueStatus
from custom_components.status_tracker.sources.arr.radarr import RadarrSource
from custom_components.status_tracker.sources.arr.source import READS
from custom_components.status_tracker.sources.arr.state import SOON
from custom_components.status_tracker.sources.base import FAST
from tests.sources.arr_helpers import START, post, radarr_source, want_film
from tests.stack.household import Household
from tests.stack.rows import MovieRow
from tests.stack.server import Fault
from tests.stack.titles import film

FILM = film("Film", 2020, 2004)


@pytest.fixture
async def home() -> AsyncIterator[Household]:
    """Give a household whose clock stands."""
    async with Household(jellyfin=False) as home:
        home.world.freeze(START)
        yield home


@pytest.fixture
def source(home: Household, session: aiohttp.ClientSession) -> RadarrSource:
    """Give the source."""
    return radarr_source(home, session)


@pytest.fixture
async def movie(home: Household) -> MovieRow:
    """Give a film in Radarr."""
    row = await home.world.add_to_arr(home.radarr.arr, FILM)
    assert isinstance(row, MovieRow)
    return row


def by_id(movie: MovieRow, **given: Any) -> Want:
    """Return a want whose place in Radarr is known."""
    return want_film(movie.title.tmdb_id, source="radarr", media_id=movie.id, **given)


def only(source: RadarrSource) -> MovieEvidence:
    """Return the one film told of."""
    (piece,) = source.evidence.movies
    return piece


async def poll(home: Household, source: RadarrSource, *wants: Want, seconds: float = 15) -> list[str]:
    """Poll once, a little later, and return the paths asked for."""
    home.world.advance(seconds)
    home.clear_calls()
    await source.refresh(wants)
    assert source.error is None
    return [call.path.removeprefix("/api/v3/") for call in home.radarr.calls]


async def settle(home: Household, source: RadarrSource, *wants: Want) -> None:
    """Poll until nothing is left to read."""
    for _ in range(20):
        await poll(home, source, *wants)
        if source.interval(wants) > SOON:
            return
    raise AssertionError("the source finds no rest")


# What a cycle asks


async def test_first_sight_by_number(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A film whose number Seerr told is read once, with its history."""
    paths = await poll(home, source, by_id(movie))
    assert paths == ["queue/details", "history/since", f"movie/{movie.id}", "history/movie"]
    assert only(source).title == "Film"
    assert await poll(home, source, by_id(movie)) == ["queue/details", f"movie/{movie.id}"]
    assert await poll(home, source, by_id(movie)) == ["queue/details", "history/since"]


async def test_first_sight_by_tmdb_id(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """Without a number the film is looked up once, by its TMDB id alone."""
    paths = await poll(home, source, want_film(2004))
    assert paths == ["queue/details", "history/since", "movie", "history/movie"]
    assert home.radarr.calls[2].query == {"tmdbId": "2004"}
    assert only(source).movie_id == movie.id
    assert len(await poll(home, source, want_film(2004))) == 2


async def test_a_number_that_is_another_film_now(home: Household, source: RadarrSource) -> None:
    """Where the noted number is another film, the wanted one is looked up and read, and the other once."""
    other = await home.world.add_to_arr(home.radarr.arr, film("Other", 2019, 2999))
    right = await home.world.add_to_arr(home.radarr.arr, FILM)
    wanted = want_film(2004, source="radarr", media_id=other.id)
    await settle(home, source, wanted)
    assert {(one.movie_id, one.tmdb_id) for one in source.evidence.movies} == {
        (other.id, 2999),
        (right.id, 2004),
    }
    assert len(await poll(home, source, wanted)) == 2


async def test_a_film_that_is_not_there_is_asked_for_less_and_less(
    home: Household, source: RadarrSource
) -> None:
    """The look-up waits 1, 5, 15, 60 and again 60 minutes."""
    wanted = want_film(2004)
    asked = [
        half_minute / 2
        for half_minute in range(2 * 150)
        if "movie" in await poll(home, source, wanted, seconds=30)
    ]
    gaps = [later - before for before, later in itertools.pairwise(asked)]
    assert gaps == [1, 5, 15, 60, 60]
    assert source.evidence.movies == ()


@pytest.mark.parametrize(
    "given", [{"handed_over": False}, {"finished": True}, {"source": "other"}, {"is_4k": True}]
)
async def test_what_is_not_looked_up(
    home: Household, source: RadarrSource, movie: MovieRow, given: dict[str, Any]
) -> None:
    """Pending, finished, another instance's and 4K requests are not asked for here."""
    assert await poll(home, source, want_film(2004, **given)) == ["queue/details", "history/since"]
    assert source.evidence.movies == ()


async def test_a_4k_instance_serves_4k(
    home: Household, session: aiohttp.ClientSession, movie: MovieRow
) -> None:
    """An instance may be told later that it is for 4K."""
    source = radarr_source(home, session)
    wanted = want_film(2004, is_4k=True)
    before = source.needs((wanted,))
    source.place(1, True)
    source.place(1, True)
    assert source.needs((wanted,)) != before
    assert (source.state.seerr_id, source.state.is_4k) == (1, True)
    await poll(home, source, wanted)
    assert only(source).movie_id == movie.id


@pytest.mark.parametrize("count", [5, 1000])
async def test_a_steady_cycle_costs_two_calls(home: Household, source: RadarrSource, count: int) -> None:
    """However many films are wanted, a quiet cycle is two calls and never the library."""
    rows = [
        await home.world.add_to_arr(home.radarr.arr, film(f"Film {one}", 2020, one))
        for one in range(1, count + 1)
    ]
    wants = [by_id(row, in_flight=False) for row in rows if isinstance(row, MovieRow)]
    first = await poll(home, source, *wants)
    assert len(first) <= 2 + 2 * READS
    await settle(home, source, *wants)
    assert len(source.evidence.movies) == count
    calls = [await poll(home, source, *wants) for _ in range(20)]
    assert {len(paths) for paths in calls} == {2}
    assert all("movie" not in paths for paths in calls)
    audited = [path for paths in calls for path in paths if path.startswith("movie/")]
    assert len(audited) == len(calls) / 2
    assert len(set(audited)) == min(count, len(audited))


async def test_a_slow_radarr_is_read_in_several_polls(
    home: Household, source: RadarrSource, movie: MovieRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poll reads no longer than its time; what is left follows soon."""
    other = await home.world.add_to_arr(home.radarr.arr, film("Other", 2020, 2005))
    assert isinstance(other, MovieRow)
    wants = (by_id(movie), by_id(other))
    monkeypatch.setattr("custom_components.status_tracker.sources.arr.source.READ_SECONDS", -1.0)
    await poll(home, source, *wants)
    assert (source.evidence.movies, source.interval(wants)) == ((), SOON)
    monkeypatch.undo()
    await poll(home, source, *wants)
    assert len(source.evidence.movies) == 2
    assert source.interval(wants) == FAST


async def test_a_queue_row_that_comes_or_goes_has_the_film_read(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """Only what changed is read again."""
    other = await home.world.add_to_arr(home.radarr.arr, film("Other", 2020, 2005))
    assert isinstance(other, MovieRow)
    wants = (by_id(movie), by_id(other))
    await settle(home, source, *wants)
    download = await home.world.grab(movie)
    assert await poll(home, source, *wants) == ["queue/details", "history/since", f"movie/{movie.id}"]
    await home.world.import_(download)
    paths = await poll(home, source, *wants)
    assert sorted(paths) == ["history/since", f"movie/{movie.id}", "queue/details"]
    assert {one.title: one.has_file for one in source.evidence.movies} == {"Film": True, "Other": False}


async def test_an_audit_notices_what_no_event_tells(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """Monitoring switched off is seen within a few cycles."""
    await settle(home, source, by_id(movie))
    movie.monitored = False
    await poll(home, source, by_id(movie))
    await poll(home, source, by_id(movie))
    assert not only(source).monitored


async def test_a_film_that_is_gone(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A 404 leaves the film as gone; added anew, it is found under its new number."""
    wanted = by_id(movie)
    await home.world.grab(movie)
    await settle(home, source, wanted)
    await home.world.remove_from_arr(movie)
    for _ in range(3):
        await poll(home, source, wanted)
    assert (only(source).gone, only(source).movie_id, source.evidence.history) == (True, movie.id, ())
    again = await home.world.add_to_arr(home.radarr.arr, FILM)
    assert again.id != movie.id
    for _ in range(6):
        await poll(home, source, wanted, seconds=60)
    assert (only(source).gone, only(source).movie_id) == (False, again.id)


async def test_a_number_that_never_was(home: Household, source: RadarrSource) -> None:
    """A number of Seerr's that Radarr does not know is told as gone, by what the want tells."""
    await poll(home, source, want_film(2004, source="radarr", media_id=77, title="Film", year=2020))
    piece = only(source)
    assert (piece.gone, piece.movie_id, piece.title, piece.tmdb_id) == (True, 77, "Film", 2004)


async def test_a_film_that_cannot_be_read_does_not_hold_the_others(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """One bad answer leaves the source well and is tried again later."""
    other = await home.world.add_to_arr(home.radarr.arr, film("Other", 2020, 2005))
    assert isinstance(other, MovieRow)
    wants = (by_id(movie), by_id(other))
    home.radarr.fault = Fault.status(500, only=f"movie/{movie.id}")
    await poll(home, source, *wants)
    assert only(source).movie_id == other.id
    assert source.interval(wants) > SOON
    assert f"movie/{movie.id}" not in await poll(home, source, *wants)
    home.radarr.fault = None
    await poll(home, source, *wants, seconds=90)
    assert len(source.evidence.movies) == 2
    home.radarr.fault = Fault.status(500, only=f"movie/{movie.id}")
    for _ in range(6):
        await poll(home, source, *wants)
    assert len(source.evidence.movies) == 2


async def test_health(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A Radarr that is down leaves its last evidence standing; what was missed is read after."""
    wanted = by_id(movie)
    download = await home.world.grab(movie)
    await settle(home, source, wanted)
    before = source.evidence
    home.radarr.fault = Fault.down()
    await source.refresh((wanted,))
    assert source.error is not None
    assert (source.state.ok, source.state.reason) == (False, "cannot_connect")
    assert source.evidence.movies == before.movies
    await home.world.import_(download)
    home.world.advance(86400 * 3)
    home.radarr.fault = None
    for _ in range(50):
        await source.refresh((wanted,))
        if source.error is None:
            break
    assert source.state.ok
    assert only(source).has_file
    assert [event.kind for event in source.evidence.history] == [HistoryKind.GRABBED, HistoryKind.IMPORTED]


# What it tells


async def test_queue_rows(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A row with the *arr's words, ids as the *arr spells them, bytes and times."""
    download = await home.world.grab(movie, size=4000)
    await home.world.progress(download, 0.25)
    await settle(home, source, by_id(movie))
    (row,) = source.evidence.queue
    assert (row.status, row.media_id, row.download_id) == (
        QueueStatus.DOWNLOADING,
        movie.id,
        download.id,
    )
    assert (row.size, row.size_left, row.upgrade) == (4000, 3000, False)
    await home.world.complete(download)
    await home.world.block_import(download, ["Sample"])
    await poll(home, source, by_id(movie))
    (row,) = source.evidence.queue
    assert row.status is QueueStatus.IMPORT_BLOCKED
    assert any("Sample" in message for message in row.messages)


async def test_an_upgrade_is_told(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A download for a film that has its file is an upgrade."""
    await home.world.import_(await home.world.grab(movie))
    await home.world.grab(movie, release="Film.2020.2160p")
    await settle(home, source, by_id(movie))
    (row,) = source.evidence.queue
    assert row.upgrade


async def test_a_film_not_yet_out(home: Household, source: RadarrSource) -> None:
    """The date it waits for is told as long as it waits."""
    release = START + timedelta(days=30)
    row = await home.world.add_to_arr(home.radarr.arr, film("Soon", 2026, 3000, release=release))
    assert isinstance(row, MovieRow)
    await poll(home, source, by_id(row))
    assert (only(source).available, only(source).expected) == (False, release)
    assert only(source).poster


@pytest.mark.parametrize(
    ("path", "tags", "anime"),
    [
        ("/movies/Film (2020)", {}, False),
        ("/movies/Anime Film (2020)", {}, False),
        ("/anime-films/Film (2020)", {}, True),
        ("/movies/Film (2020)", {4: "1-alice"}, False),
        ("/movies/Film (2020)", {4: "1-alice", 5: "Anime"}, True),
    ],
)
async def test_hints_at_anime(
    home: Household, source: RadarrSource, movie: MovieRow, path: str, tags: dict[int, str], anime: bool
) -> None:
    """A tag or the folder above the film's tells; its own title does not."""
    home.radarr.arr.tags.update(tags)
    movie.path, movie.tags = path, list(tags)
    home.radarr.arr.root = path.rpartition("/")[0]
    paths = await poll(home, source, by_id(movie))
    assert only(source).anime is anime
    assert paths.count("tag") == bool(tags)
    assert "tag" not in await poll(home, source, by_id(movie))


async def test_history_of_a_title_seen_late(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """Grabs made long before the request was seen are learnt once."""
    download = await home.world.grab(movie)
    await home.world.import_(download)
    home.world.advance(86400 * 30)
    await settle(home, source, by_id(movie))
    grabbed, imported = source.evidence.history
    assert (grabbed.kind, grabbed.download_id, grabbed.media_id) == (
        HistoryKind.GRABBED,
        download.id,
        movie.id,
    )
    assert imported.file is not None
    assert imported.file.path == only(source).file.path
    assert grabbed.at < imported.at or grabbed.event_id < imported.event_id


async def test_strangers_are_kept_in_small_number_only(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """Events of films nobody asked for do not pile up, nor have anything read."""
    await settle(home, source, by_id(movie))
    for number in range(700):
        row = await home.world.add_to_arr(home.radarr.arr, film(f"Stranger {number}", 2020, 5000 + number))
        await home.world.forget_download(await home.world.grab(row))
    paths = await poll(home, source, by_id(movie))
    assert set(paths) <= {"queue/details", "history/since", f"movie/{movie.id}"}
    await poll(home, source, by_id(movie))
    assert len(source.evidence.history) == 500
    assert source.dump((by_id(movie),))["history"] == []


# Restart


async def test_restart(home: Household, session: aiohttp.ClientSession, movie: MovieRow) -> None:
    """What is kept is plain JSON of the wants alone, and the gap is closed by the history."""
    source = radarr_source(home, session)
    stranger = await home.world.add_to_arr(home.radarr.arr, film("Stranger", 2020, 2005))
    download = await home.world.grab(movie)
    await home.world.grab(stranger)
    await settle(home, source, by_id(movie))
    kept = json.loads(json.dumps(source.dump((by_id(movie),))))
    assert "Stranger" not in json.dumps(kept)

    again = radarr_source(home, session)
    again.restore(kept)
    assert again.evidence.movies == source.evidence.movies
    assert again.evidence.queue == tuple(row for row in source.evidence.queue if row.media_id == movie.id)
    assert {event.event_id for event in again.evidence.history} == {
        event.event_id for event in source.evidence.history if event.media_id == movie.id
    }
    await home.world.import_(download)
    paths = await poll(home, again, by_id(movie))
    assert sorted(paths) == ["history/since", f"movie/{movie.id}", "queue/details"]
    assert only(again).has_file
    assert [event.kind for event in again.evidence.history if event.media_id == movie.id] == [
        HistoryKind.GRABBED,
        HistoryKind.IMPORTED,
    ]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"titles": None, "known": 5, "queue": {}, "history": "x", "last_event": 7},
        {"titles": [{"movie_id": "x"}, 3], "known": [[1], "x", [1, [2]]], "history": [{}], "queue": [{}]},
        {"last_event": "yesterday"},
    ],
)
async def test_what_another_version_kept(
    home: Household, source: RadarrSource, movie: MovieRow, data: dict[str, Any]
) -> None:
    """What cannot be read is left out."""
    source.restore(data)
    await poll(home, source, by_id(movie))
    assert only(source).title == "Film"


# Webhooks


def hook(home: Household) -> None:
    """Have Radarr post every event; nothing is delivered, `posted` tells what was."""
    home.radarr.webhooks.mode = "drop"
    switches = dict.fromkeys(home.radarr.connections.switches, True)
    home.radarr.arr.notifications[1] = {
        **switches,
        "name": "ours",
        "implementation": "Webhook",
        "fields": [{"name": "url", "value": "http://127.0.0.1:9/hook"}],
        "tags": [],
    }


def posted(home: Household) -> list[dict[str, Any]]:
    """Return what Radarr has posted."""
    return [json.loads(json.dumps(sent.body)) for sent in home.radarr.webhooks.sent]


def facts(evidence: Evidence) -> tuple[Any, ...]:
    """Return what evidence says, whichever way it was told."""
    return (
        {
            (one.movie_id, one.has_file, one.file.path if one.file else None, one.gone)
            for one in evidence.movies
        },
        {(row.status, row.media_id, row.download_id) for row in evidence.queue},
        [(event.kind, event.media_id, event.download_id) for event in evidence.history],
    )


async def test_a_story_told_by_webhooks_alone(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """Each event changes the evidence at once, without a call, to what a poll then finds."""
    wanted = by_id(movie)
    await settle(home, source, wanted)
    hook(home)
    world, told = home.world, 0

    async def hear() -> None:
        """Hand the source what was posted, and compare with a fresh source that polls."""
        nonlocal told
        home.clear_calls()
        bodies = posted(home)
        assert bodies[told:]
        for body in bodies[told:]:
            assert source.receive(body)
        told = len(bodies)
        assert home.radarr.calls == []
        assert source.due(world.now())
        heard = facts(source.evidence)
        await settle(home, source, wanted)
        assert facts(source.evidence) == heard

    download = await world.grab(movie)
    await hear()
    assert source.evidence.history[-1].kind is HistoryKind.GRABBED
    await world.complete(download)
    await world.block_import(download, ["Not an upgrade"])
    await hear()
    (row,) = source.evidence.queue
    assert (row.status, row.messages) != (QueueStatus.QUEUED, ())
    (file,) = await world.import_(download)
    await hear()
    assert (only(source).has_file, source.evidence.queue) == (True, ())
    await world.rename_file(movie, file, "Renamed.mkv")
    await hear()
    assert only(source).file.path.endswith("Renamed.mkv")
    await world.delete_file(movie)
    await hear()
    assert not only(source).has_file
    await world.remove_from_arr(movie)
    await hear()
    assert only(source).gone


EVENTS = ["grab", "manual_interaction_required", "download", "rename"]


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)))
async def test_any_order_ends_the_same(home: Household, source: RadarrSource, order: tuple[str, ...]) -> None:
    """Webhooks late, doubled or out of order make nothing of their own: an imported film stays so."""
    for name in (*order, *order):
        assert source.receive(post("radarr", name))
    piece = only(source)
    assert (piece.movie_id, piece.tmdb_id, piece.has_file) == (12, 45745, True)
    assert source.evidence.queue == ()
    assert [event.kind for event in source.evidence.history] == [HistoryKind.GRABBED, HistoryKind.IMPORTED]


async def test_a_webhook_and_its_row_are_one_event(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """Told by webhook first or by the history first, an event is there once."""
    wanted = by_id(movie)
    await settle(home, source, wanted)
    hook(home)
    await home.world.grab(movie)
    (body,) = posted(home)
    source.receive(body)
    assert [event.event_id for event in source.evidence.history] == [None]
    await settle(home, source, wanted)
    (event,) = source.evidence.history
    assert event.event_id is not None
    source.receive(body)
    assert source.evidence.history == (event,)


async def test_what_the_history_does_not_confirm_goes(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """A poll wins over a webhook: an import nobody else knows of does not last."""
    wanted = by_id(movie)
    await settle(home, source, wanted)
    body = post("radarr", "download")
    body["movie"]["id"] = movie.id
    source.receive(body)
    assert only(source).has_file
    await settle(home, source, wanted)
    assert not only(source).has_file
    for _ in range(2):
        await poll(home, source, wanted, seconds=300)
    assert source.evidence.history == ()


async def test_a_grabs_row_waits_for_the_real_one(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """Till Radarr renews its queue the row a grab will have stands in; it does not outlive its time."""
    wanted = by_id(movie)
    await settle(home, source, wanted)
    body = post("radarr", "grab")
    body["movie"]["id"] = movie.id
    source.receive(body)
    (row,) = source.evidence.queue
    assert (row.status, row.size, row.size_left) == (QueueStatus.QUEUED, 8589934592, 8589934592)
    assert row.row_id < 0
    await poll(home, source, wanted, seconds=5)
    assert source.evidence.queue == (row,)
    await poll(home, source, wanted, seconds=30)
    assert source.evidence.queue == ()


async def test_a_webhook_during_a_poll_is_not_lost(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """What comes while an older answer is on its way has the film read again at once."""
    wanted = by_id(movie)
    await settle(home, source, wanted)
    home.radarr.fault = Fault.lying(lambda path, data: source.receive(deleted) and data, only="movie/")
    deleted = post("radarr", "movie_file_delete")
    deleted["movie"]["id"] = movie.id
    for _ in range(2):
        await poll(home, source, wanted)
    assert source.interval((wanted,)) == SOON
    home.radarr.fault = None
    await settle(home, source, wanted)
    assert source.interval((wanted,)) == FAST


async def test_an_added_film_is_known_before_any_poll(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """MovieAdded tells number and ids, and ends the waiting of a look-up."""
    body = post("radarr", "movie_added")
    assert source.receive(body)
    piece = only(source)
    assert (piece.movie_id, piece.title, piece.year, piece.imdb_id) == (12, "Sintel", 2010, "tt1727587")
    assert piece.poster
    other = radarr_source(home, source.client._session)
    await poll(home, other, want_film(2005))
    await home.world.add_to_arr(home.radarr.arr, film("Late", 2020, 2005))
    body["movie"].update(id=2, tmdbId=2005)
    assert other.receive(body)
    await poll(home, other, want_film(2005), seconds=1)
    assert only(other).title == "Late"


async def test_upgrades_keep_a_file(source: RadarrSource) -> None:
    """The deletion that makes room for a better file takes nothing away, before or after."""
    for order in itertools.permutations(["download_upgrade", "movie_file_delete_upgrade"]):
        for name in order:
            assert source.receive(post("radarr", name))
        assert only(source).has_file
    assert any(event.upgrade for event in source.evidence.history)
    assert source.receive(post("radarr", "movie_file_delete_missing"))
    assert not only(source).has_file


async def test_an_unmatched_download_waits_for_a_person(source: RadarrSource) -> None:
    """Without a film the download id is what a request may be known by."""
    body = post("radarr", "manual_interaction_required")
    del body["movie"]
    assert source.receive(body)
    (row,) = source.evidence.queue
    assert (row.media_id, row.status) == (None, QueueStatus.IMPORT_BLOCKED)
    assert row.messages[1] == "sintel.sample.mkv: Sample"
    del body["downloadId"]
    assert not source.receive(body)


@pytest.mark.parametrize("name", ["test", "health", "health_restored", "application_update"])
async def test_events_that_move_nothing(source: RadarrSource, name: str) -> None:
    """They are understood and change nothing."""
    before = source.evidence
    assert source.receive(post("radarr", name))
    assert source.evidence == before
    assert source.bad == 0


@pytest.mark.parametrize("name", ["download_untracked", "manual_interaction_required_id_match"])
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
async def test_spellings(source: RadarrSource, name: str, spelling: Any) -> None:
    """The name of an event may change its case."""
    body = post("radarr", name)
    assert source.receive({**body, "eventType": spelling(body["eventType"])})


HOSTILE: list[Any] = [
    None,
    [],
    "Grab",
    {},
    {"eventType": None},
    {"eventType": 5},
    {"eventType": "Grab"},
    {"eventType": "Nonsense", "movie": {"id": 1}},
    {"eventType": "Grab", "movie": 5},
    {"eventType": "Grab", "movie": {"id": "x"}},
    {"eventType": "Grab", "movie": {"id": 0}},
    {"eventType": "Grab", "movie": {"id": -4}},
    {"eventType": "Grab", "movie": {"id": 10**30}},
    {"eventType": "Grab", "movie": {"id": float("inf")}},
    {"eventType": "Grab", "movie": {"id": 1}, "release": {"size": 10**40}},
    {"eventType": "Grab", "movie": {"id": 1}, "release": []},
    {
        "eventType": "Grab",
        "series": {"id": 1},
        "episodes": [{"id": 1, "seasonNumber": 1, "episodeNumber": 1}],
    },
    {"eventType": "Download", "movie": {"id": 1}},
    {"eventType": "Download", "movie": {"id": 1}, "movieFile": {"path": "x" * 100_000}},
    {"eventType": "Download", "movie": {"id": 1}, "movieFile": {"path": "/x", "dateAdded": "soon"}},
    {"eventType": "MovieFileDelete", "movie": {"id": 1}},
    {"eventType": "SeriesAdd", "movie": {"id": 1}},
    {"eventType": "ManualInteractionRequired", "downloadStatusMessages": "x", "movie": {"id": 1}},
]


@pytest.mark.parametrize("body", HOSTILE)
async def test_odd_posts(source: RadarrSource, body: Any) -> None:
    """Anything odd is counted, changes nothing and raises nothing."""
    before = source.evidence
    assert source.receive(body) is False
    assert (source.bad, source.evidence) == (1, before)


async def test_a_flood_leaves_little(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """Thousands of posts of other films leave a bounded rest, and nothing that cannot be written down."""
    wanted = by_id(movie)
    await settle(home, source, wanted)
    for number in range(100, 3000):
        film_told = {"id": number, "tmdbId": number, "title": "Flood"}
        for event in ("MovieAdded", "Grab", "ManualInteractionRequired"):
            assert source.receive({"eventType": event, "movie": film_told, "downloadId": f"{number:040X}"})
    evidence = source.evidence
    assert len(evidence.movies) <= 101
    assert len(evidence.queue) <= 500
    assert len(evidence.history) <= 500
    await settle(home, source, wanted)
    assert len(source.evidence.movies) <= 51
    assert json.dumps(source.dump((wanted,)))
    assert next(one for one in source.evidence.movies if one.movie_id == movie.id).title == "Film"
