"""The Radarr source: what it tells, over restarts and by webhooks."""

from datetime import timedelta
import itertools
import json
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind, QueueStatus
from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.sources.arr.radarr import RadarrSource
from custom_components.status_tracker.sources.arr.state import SOON
from custom_components.status_tracker.sources.base import FAST
from tests.sources.arr_helpers import START, post, radarr_source, want_film
from tests.stack.household import Household
from tests.stack.rows import MovieRow
from tests.stack.server import Fault
from tests.stack.titles import film

from .radarr_helpers import by_id, home_fixture, movie_fixture, only, poll, settle, source_fixture  # noqa: F401  fixtures

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
    """Events of films without a request do not accumulate and cause no reading."""
    await settle(home, source, by_id(movie))
    for number in range(700):
        row = await home.world.add_to_arr(home.radarr.arr, film(f"Stranger {number}", 2020, 5000 + number))
        await home.world.forget_download(await home.world.grab(row))
    paths = await poll(home, source, by_id(movie))
    assert set(paths) <= {"queue/details", "history/since", f"movie/{movie.id}"}
    await poll(home, source, by_id(movie))
    assert len(source.evidence.history) == 500
    assert serialize(source.snapshot((by_id(movie),)))["history"] == []


# Restart


async def test_restart(home: Household, session: aiohttp.ClientSession, movie: MovieRow) -> None:
    """What is kept is plain JSON of the wants alone, and the gap is closed by the history."""
    source = radarr_source(home, session)
    stranger = await home.world.add_to_arr(home.radarr.arr, film("Stranger", 2020, 2005))
    download = await home.world.grab(movie)
    await home.world.grab(stranger)
    await settle(home, source, by_id(movie))
    kept = json.loads(json.dumps(serialize(source.snapshot((by_id(movie),)))))
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
    """A poll overrides a webhook: an import that polls do not show is dropped."""
    wanted = by_id(movie)
    await settle(home, source, wanted)
    body = post("radarr", "download", movie.id)
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
    body = post("radarr", "grab", movie.id)
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
    deleted = post("radarr", "movie_file_delete", movie.id)
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
    assert source.evidence == before


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
    assert json.dumps(serialize(source.snapshot((wanted,))))
    assert next(one for one in source.evidence.movies if one.movie_id == movie.id).title == "Film"
