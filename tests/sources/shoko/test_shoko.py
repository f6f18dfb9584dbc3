"""The Shoko source against the simulated Shoko: the same evidence by polling alone and by push."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from typing import Any, Literal

import aiohttp
import pytest

from custom_components.status_tracker.clients.push import Pace, PushConnection
from custom_components.status_tracker.clients.shoko import ShokoClient
from custom_components.status_tracker.pipeline.evidence import FileEvidence, ShokoEvidence, Want
from custom_components.status_tracker.pipeline.terms import MediaType
from custom_components.status_tracker.sources.shoko import source as shoko_module
from custom_components.status_tracker.sources.shoko.source import ShokoSource
from custom_components.status_tracker.sources.shoko.state import RECENT_KEPT
from tests.stack.library import ShokoEpisode, ShokoSeries
from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PATH = "/anime/Frieren/Season 1/Frieren - S01E01.mkv"
SIZE = 1468006400
FILE = FileEvidence(path=PATH, size=SIZE)
PACE = Pace(ping=0.2, back_off=0.01, back_off_max=0.02, jitter=lambda: 0.0)

type Version = Literal[4, 5, 6]


@pytest.fixture
def world() -> World:
    """Return an empty household whose time stands still."""
    world = World()
    world.freeze(START)
    return world


@pytest.fixture(params=[5])
async def shoko(request: pytest.FixtureRequest, world: World) -> AsyncIterator[FakeShoko]:
    """Return a running Shoko, version 5 unless a test asks for others."""
    async with FakeShoko(world, version=request.param) as server:
        yield server


@pytest.fixture
def source(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> ShokoSource:
    """Return a source that polls and has no push connection."""
    return make_source(session, shoko, world, push=False)


ALL = pytest.mark.parametrize("shoko", [4, 5, 6], indirect=True)
MODERN = pytest.mark.parametrize("shoko", [5, 6], indirect=True)


def make_source(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World, *, push: bool, key: str | None = None
) -> ShokoSource:
    """Return a source."""
    client = ShokoClient(session, shoko.url, api_key=key or shoko.api_key)
    connection: PushConnection | None = client.push(pace=PACE) if push else None
    return ShokoSource("shoko1", "Shoko", client, clock=world.now, push=connection)


def want(*files: FileEvidence, request_id: int = 1, **facts: Any) -> Want:
    """Return what an active anime request would know."""
    nothing: dict[str, Any] = {
        "media_type": MediaType.TV,
        "is_4k": False,
        "tmdb_id": 209867,
        "tvdb_id": 424536,
        "imdb_id": None,
        "title": None,
        "year": None,
        "seasons": (1,),
        "source": "sonarr1",
        "media_id": 1,
        "handed_over": True,
        "in_flight": True,
        "finished": False,
        "anime": True,
        "ids": (),
        "items": (),
        "download_ids": (),
    }
    return Want(request_id=request_id, files=files or (FILE,), **{**nothing, **facts})


def seen(source: ShokoSource) -> ShokoEvidence | None:
    """Return the one file the source tells of."""
    files = source.evidence.shoko
    assert len(files) <= 1
    return files[0] if files else None


def ids(source: ShokoSource) -> set[str]:
    """Return the ids of that file."""
    return set(one.ids) if (one := seen(source)) else set()


async def poll(source: ShokoSource, *wants: Want) -> None:
    """Poll, and see that it went well."""
    await source.refresh(wants)
    assert source.error is None, source.error


async def poll_for(source: ShokoSource, world: World, time: timedelta, *wants: Want) -> None:
    """Let time pass, polling whenever it is due."""
    end = world.now() + time
    while (due := source.next_poll or world.now()) <= end:
        world.freeze(max(due, world.now()))
        await poll(source, *wants)
    world.freeze(end)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until events have arrived."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  the test watches from outside
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def listening(source: ShokoSource) -> AsyncIterator[list[None]]:
    """Listen while a test lasts; the list grows with each change told."""
    news: list[None] = []
    task = asyncio.create_task(source.listen(lambda: news.append(None)))
    await until(lambda: source.push_connected)
    try:
        yield news
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def frieren(world: World, *, linked: bool = True, created: bool = True) -> tuple[ShokoSeries, ShokoEpisode]:
    """Return a series with one episode."""
    shows = [209867] if linked else []
    tvdb = [424536] if linked else []
    series = world.shoko_add_series("Frieren", 17617, created=created, tvdb=tvdb, tmdb_shows=shows)
    episode = world.shoko_add_episode(
        series, anidb_id=270345, tvdb=[9350138] if linked else (), tmdb_episodes=[3945786] if linked else ()
    )
    return series, episode


# A file's life, by polling alone


@ALL
async def test_life_of_a_file(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """Unknown, hashed, matched without its series, complete: each poll knows what Shoko knows."""
    series, episode = frieren(world, created=False)
    await poll(source, want())
    assert seen(source) is None

    file = await world.shoko_detect(PATH, SIZE)
    await world.shoko_hash(file)
    await poll_for(source, world, timedelta(minutes=1), want())
    hashed = seen(source)
    assert hashed is not None
    assert (hashed.file_id, hashed.size, hashed.matched, hashed.refused) == (file.id, SIZE, False, False)
    assert hashed.paths == ("Frieren/Season 1/Frieren - S01E01.mkv",)
    assert hashed.url == f"{shoko.url}/webui/utilities/unrecognized/files"

    await world.shoko_match(file, episode)
    await poll_for(source, world, timedelta(minutes=1), want())
    matched = seen(source)
    assert matched is not None
    assert (matched.matched, matched.series_pending, matched.url) == (True, True, None)
    assert {"anidb_anime:17617", "anidb_episode:270345"} <= ids(source)
    assert f"shoko_series:{series.id}" not in ids(source)

    await world.shoko_create_series(series)
    await poll_for(source, world, timedelta(minutes=10), want())
    done = seen(source)
    assert done is not None
    assert not done.series_pending
    expected = {
        f"shoko_file:{file.id}",
        f"shoko_series:{series.id}",
        f"shoko_episode:{episode.id}",
        "anidb_anime:17617",
        "anidb_episode:270345",
        "tvdb_show:424536",
        "tvdb_episode:9350138",
    }
    if shoko.major >= 5:
        expected |= {"tmdb_show:209867", "tmdb_episode:3945786"}
    assert set(done.ids) == expected


@ALL
async def test_a_steady_cycle_costs_one_call(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """Nothing to look for, a finished request and a complete file: one call a cycle, and for an hour."""
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    wants = (want(in_flight=False), want(request_id=2, finished=True))
    for _ in range(60):
        world.advance(60)
        shoko.clear_calls()
        await poll(source, *wants)
        assert len(shoko.calls) == 1
    shoko.clear_calls()
    await poll(source)
    assert len(shoko.calls) == 1


async def test_hundred_wants_cost_no_more_than_one_when_quiet(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """A season pack is looked up once a file; afterwards it costs nothing."""
    series, _ = frieren(world)
    files = []
    for number in range(1, 29):
        path = f"/anime/Frieren/Season 1/Frieren - {number:02}.mkv"
        files.append(FileEvidence(path=path, size=SIZE + number))
        await world.shoko_take_in(path, SIZE + number, world.shoko_add_episode(series, number, tvdb=[number]))
    await poll(source, want(*files))
    assert shoko.count("PathEndsWith") == 28
    assert shoko.count("/Episode/") == 28
    assert shoko.count("/Series/") == 1
    assert sum(one.matched for one in source.evidence.shoko) == 28
    shoko.clear_calls()
    world.advance(60)
    await poll(source, want(*files))
    assert len(shoko.calls) == 1


async def test_without_a_hint_of_anime(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A file nothing calls anime is asked for ever more seldom, at last once an hour, and found late."""
    ordinary = want(anime=None)
    await poll_for(source, world, timedelta(hours=2), ordinary)
    asked = {call.query["path"] for call in shoko.calls if "PathEndsWith" in call.path}
    assert asked == {"/Season 1/Frieren - S01E01.mkv", "/Frieren - S01E01.mkv"}
    assert shoko.count("PathEndsWith") == 2 * 6
    shoko.clear_calls()
    await poll_for(source, world, timedelta(hours=3), ordinary)
    assert shoko.count("PathEndsWith") == 2 * 3
    assert shoko.count("TMDB") == 0

    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(hours=1), ordinary)
    assert seen(source) is not None


async def test_twins_in_size(source: ShokoSource, world: World) -> None:
    """Of two files of one size Shoko knows the second: it is never taken for the first, renamed."""
    series, first = frieren(world)
    second = world.shoko_add_episode(series, 2)
    paths = [PATH, PATH.replace("E01", "E02")]
    files = [FileEvidence(path=path, size=SIZE) for path in paths]
    await world.shoko_take_in(paths[1], SIZE, second)
    await poll_for(source, world, timedelta(minutes=5), want(*files))
    found = seen(source)
    assert found
    assert not any("E01" in path for path in found.paths)
    # The second is watched by now, the first still waited for.
    await poll_for(source, world, timedelta(minutes=30), want(files[0]))
    assert [one.paths for one in source.evidence.shoko] == [found.paths]
    await world.shoko_take_in(paths[0], SIZE, first)
    await poll_for(source, world, timedelta(minutes=30), want(files[0]))
    assert sorted(len(one.paths) for one in source.evidence.shoko) == [1, 1]


async def test_a_late_hint_of_anime(source: ShokoSource, world: World) -> None:
    """Something calls a file anime that was asked for in vain: it is asked for at once."""
    await poll_for(source, world, timedelta(hours=2), want(anime=None))
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want(anime=None))
    assert seen(source) is None
    await poll(source, want())
    assert seen(source) is not None


async def test_ids_that_come_after_the_end(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A file that can be watched already is read a while longer: its series, its links; not for ever."""
    _, episode = frieren(world, linked=False)
    file = await world.shoko_take_in(PATH, SIZE)
    await poll(source, want())
    finished = want(finished=True, in_flight=False)
    await poll(source, replace(finished, files=()))
    await world.shoko_match(file, episode)
    await poll_for(source, world, timedelta(minutes=10), replace(finished, files=()))
    assert {"anidb_anime:17617", f"shoko_episode:{episode.id}"} <= ids(source)
    await world.shoko_link_tmdb(episode, shows=[209867], tvdb=[424536])
    await poll_for(source, world, timedelta(minutes=15), replace(finished, files=()))
    assert "tvdb_episode:424536" in ids(source)
    shoko.clear_calls()
    await poll_for(source, world, timedelta(hours=12), replace(finished, files=()))
    assert shoko.count("/File/") == 0


async def test_a_watched_file_without_links_is_left_at_last(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """Links that never come are not asked for without end."""
    _, episode = frieren(world, linked=False)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    watched = replace(want(finished=True, in_flight=False), files=())
    await poll_for(source, world, timedelta(hours=2), watched)
    shoko.clear_calls()
    await poll_for(source, world, timedelta(hours=12), watched)
    assert shoko.count("/File/") == 0


async def test_shoko_knows_what_nothing_called_anime(source: ShokoSource, world: World) -> None:
    """That Shoko knows a file is told, whatever the request was taken for."""
    _, episode = frieren(world)
    await poll(source, want(anime=None))
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=3), want(anime=None))
    assert "anidb_anime:17617" in ids(source)


async def test_an_anime_file_is_asked_for_ever_more_slowly(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """With a hint the asking goes on, from 15 seconds up to ten minutes apart, and finds it in the end."""
    await poll_for(source, world, timedelta(hours=2), want(in_flight=False))
    tries = sum(call.query.get("path", "").startswith("/Season 1/") for call in shoko.calls)
    assert 14 <= tries <= 20
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=10), want(in_flight=False))
    assert seen(source) is not None


# Which file it is


async def test_same_tail_of_several_files(source: ShokoSource, world: World) -> None:
    """Of files that end alike the size decides; a size at odds is never taken."""
    series, episode = frieren(world)
    other = world.shoko_add_episode(series, 2)
    await world.shoko_take_in("/anime/Other/Season 1/Frieren - S01E01.mkv", SIZE + 1, other)
    await poll(source, want())
    assert seen(source) is None
    right = await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=1), want())
    assert seen(source) is not None
    assert f"shoko_file:{right.id}" in ids(source)


async def test_accessible_place_first(source: ShokoSource, world: World) -> None:
    """Where the size is unknown the file that Shoko can reach is taken, and two such are none."""
    series, episode = frieren(world)
    gone = await world.shoko_take_in("/anime/Other/Season 1/Frieren - S01E01.mkv", 5, episode)
    right = await world.shoko_take_in(PATH, SIZE, world.shoko_add_episode(series, 2))
    wanted = want(FileEvidence(path=PATH))
    await poll(source, wanted)
    assert seen(source) is None
    gone.accessible = False
    await poll_for(source, world, timedelta(minutes=1), wanted)
    assert f"shoko_file:{right.id}" in ids(source)


async def test_renamed_folder_found_by_name_and_size(source: ShokoSource, world: World) -> None:
    """A name alone is enough if one file has it and the size agrees."""
    _, episode = frieren(world)
    path = "/anime/Sousou no Frieren/S1/Frieren - S01E01.mkv"
    await world.shoko_take_in(path, SIZE, episode)
    await poll(source, want(FileEvidence(path=PATH, size=SIZE + 1)))
    assert seen(source) is None
    await poll(source, want())
    assert seen(source) is not None


@MODERN
async def test_renamed_by_shoko_found_by_tmdb_and_size(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """What Shoko renamed is found by what TMDB links and the size; the *arr's path is a former one."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await world.shoko_relocate(file, "Sousou no Frieren/01 - The Journey's End.mkv")
    await poll(source, want(anime=None))
    assert seen(source) is None
    await poll(source, want())
    evidence = seen(source)
    assert evidence is not None
    assert evidence.paths[0] == "Sousou no Frieren/01 - The Journey's End.mkv"
    assert evidence.paths[-1].endswith("Season 1/Frieren - S01E01.mkv")
    assert shoko.count("TMDB/Show/209867/Shoko/File") == 1
    await poll_for(source, world, timedelta(hours=1), want())
    assert seen(source) == evidence


async def test_film_found_by_tmdb(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A film goes by the film route."""
    series = world.shoko_add_series("Kimi no Na wa.", 11829)
    episode = world.shoko_add_episode(series, tmdb_movies=[372058], imdb=["tt5311514"])
    await world.shoko_take_in("/movies/renamed.mkv", 9, episode)
    film = want(
        FileEvidence(path="/movies/Your Name (2016)/Your Name.mkv", size=9),
        media_type=MediaType.MOVIE,
        tmdb_id=372058,
    )
    await poll(source, film)
    assert {"tmdb_movie:372058", "imdb:tt5311514", "anidb_anime:11829"} <= ids(source)
    assert shoko.count("TMDB/Movie") == 1


async def test_upgrade_at_the_same_path(source: ShokoSource, world: World) -> None:
    """A better file at the same path is another file: the old one does not stand for it."""
    _, episode = frieren(world)
    old = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    assert seen(source) is not None
    await world.shoko_delete(old)
    new = await world.shoko_take_in(PATH, SIZE + 5, episode)
    upgraded = want(FileEvidence(path=PATH, size=SIZE + 5))
    await poll(source, upgraded)
    assert f"shoko_file:{new.id}" in {one for file in source.evidence.shoko for one in file.ids}


# What it is


async def test_wrong_double_links_are_all_kept(source: ShokoSource, world: World) -> None:
    """Two TMDB shows on one entry: both are told, nobody here decides."""
    series = world.shoko_add_series("One Punch Man 3", 17576, tmdb_shows=[63926, 271605])
    await world.shoko_take_in(PATH, SIZE, world.shoko_add_episode(series))
    await poll(source, want())
    assert {"tmdb_show:63926", "tmdb_show:271605"} <= ids(source)


async def test_films_of_a_series_do_not_cling_to_every_episode(source: ShokoSource, world: World) -> None:
    """A film linked to one episode of a series is not another episode's film, nor is its IMDb id."""
    series = world.shoko_add_series(
        "Series", 1, tmdb_movies=[11, 12], imdb=["tt0000011"], tmdb_shows=[5], tvdb=[6]
    )
    first = world.shoko_add_episode(series, 1, tmdb_movies=[11], imdb=["tt0000011"])
    plain = world.shoko_add_episode(series, 2)
    other = FileEvidence(path="/anime/Show/two.mkv", size=2)
    await world.shoko_take_in(PATH, SIZE, first)
    await world.shoko_take_in(other.path, 2, plain)
    await poll(source, want(FILE, other))
    told = {file.size: set(file.ids) for file in source.evidence.shoko}
    assert {"tmdb_movie:11", "imdb:tt0000011"} <= told[SIZE]
    assert "tmdb_movie:12" not in told[SIZE]
    assert not {one for one in told[2] if one.startswith(("tmdb_movie", "imdb"))}


@ALL
async def test_lone_film_of_a_series(source: ShokoSource, world: World) -> None:
    """An entry that is one film and no show gives its film to its file, in Shoko 4 too."""
    series = world.shoko_add_series("Kimi no Na wa.", 11829, tmdb_movies=[372058])
    await world.shoko_take_in(PATH, SIZE, world.shoko_add_episode(series))
    await poll(source, want())
    assert "tmdb_movie:372058" in ids(source)


@ALL
async def test_links_that_come_later(source: ShokoSource, world: World) -> None:
    """TVDB and TMDB ids follow minutes after the match, also to those who only poll."""
    series, episode = frieren(world, linked=False)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=5), want())
    assert not {one for one in ids(source) if one.startswith(("tmdb", "tvdb"))}
    await world.shoko_link_tmdb(episode, shows=[209867], episodes=[3945786], tvdb=[9350138])
    await world.shoko_link_tmdb(series, shows=[209867], tvdb=[424536])
    await poll_for(source, world, timedelta(minutes=11), want())
    assert {"tvdb_show:424536", "tvdb_episode:9350138"} <= ids(source)


async def test_links_that_are_corrected(source: ShokoSource, world: World) -> None:
    """A wrong link that a person takes away is gone here too, within the slow pace of complete files."""
    series, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    assert "tvdb_episode:9350138" in ids(source)
    await world.shoko_link_tmdb(episode)
    await world.shoko_link_tmdb(series, shows=[1], tvdb=[2])
    await poll_for(source, world, timedelta(minutes=32), want())
    told = ids(source)
    assert {"tmdb_show:1", "tvdb_show:2"} <= told
    assert not told & {"tvdb_episode:9350138", "tvdb_show:424536", "tmdb_show:209867"}


# Not recognised


@ALL
async def test_refused_by_polling_alone(source: ShokoSource, world: World) -> None:
    """An idle Shoko that leaves a file unmatched does not know it; a link by hand lifts that."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE)
    await poll(source, want())
    evidence = seen(source)
    assert evidence is not None
    assert not evidence.refused
    await poll_for(source, world, timedelta(minutes=25), want())
    evidence = seen(source)
    assert evidence is not None
    assert evidence.refused
    assert evidence.url is not None
    await world.shoko_link(file, episode)
    await poll_for(source, world, timedelta(minutes=11), want())
    evidence = seen(source)
    assert evidence is not None
    assert (evidence.matched, evidence.refused, evidence.url) == (True, False, None)


@MODERN
async def test_a_busy_shoko_has_not_refused_anything(source: ShokoSource, world: World) -> None:
    """While the queue is full a file without a match is only waiting; once refused it stays so."""
    await world.shoko_set_queue(waiting=300)
    await world.shoko_take_in(PATH, SIZE)
    await poll_for(source, world, timedelta(minutes=40), want())
    assert source.state.busy
    evidence = seen(source)
    assert evidence is not None
    assert not evidence.refused
    await world.shoko_set_queue()
    await poll_for(source, world, timedelta(minutes=11), want())
    await world.shoko_set_queue(waiting=5)
    await poll_for(source, world, timedelta(minutes=11), want())
    evidence = seen(source)
    assert evidence is not None
    assert evidence.refused


async def test_unlinked_and_deleted(source: ShokoSource, world: World) -> None:
    """A match that is taken back, and a file that is gone, are withdrawn; a new one is found again."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    await world.shoko_unlink(file)
    await poll_for(source, world, timedelta(minutes=32), want())
    evidence = seen(source)
    assert evidence is not None
    assert (evidence.matched, evidence.ids) == (False, (f"shoko_file:{file.id}",))
    await world.shoko_delete(file)
    await poll_for(source, world, timedelta(minutes=11), want())
    assert seen(source) is None
    again = await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=11), want())
    assert f"shoko_file:{again.id}" in ids(source)


# Whose it is


async def test_kept_as_long_as_somebody_wants_it(source: ShokoSource, world: World) -> None:
    """What proves a finished request stays; with the request it goes."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    proved = replace(want(), files=(), finished=True)
    await poll(source, proved)
    assert seen(source) is not None
    await poll(source, replace(proved, request_id=7, ids=(f"shoko_file:{file.id}",)))
    assert seen(source) is not None
    await poll(source, replace(proved, request_id=8))
    assert seen(source) is None


async def test_dump_and_restore(
    session: aiohttp.ClientSession, source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """After a restart the last evidence stands, and is read again by its id, not looked up."""
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    before = seen(source)
    data = json.loads(json.dumps(source.dump([want()])))
    assert source.dump([want(request_id=2)])["files"] == []

    restarted = make_source(session, shoko, world, push=False)
    restarted.restore(data)
    assert seen(restarted) == before
    shoko.clear_calls()
    await poll(restarted, want())
    assert seen(restarted) == before
    assert shoko.count("PathEndsWith") == 0
    restarted.restore({})
    restarted.restore({"files": [{"odd": 1}]})
    assert seen(restarted) == before


# Trouble


async def test_outage_leaves_the_last_word_standing(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """A Shoko that is down, starting or refuses the key says so, and what it said before holds."""
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    before = seen(source)
    for fault, reason in (
        (Fault.down(), "cannot_connect"),
        (Fault.bad_key(), "invalid_auth"),
        (Fault.html(), "wrong_service"),
    ):
        shoko.fault = fault
        await source.refresh([want()])
        assert source.state.reason == reason
        assert seen(source) == before
        shoko.fault = None
        await asyncio.sleep(0.05)
    shoko.state = "Starting"
    await source.refresh([want()])
    assert source.state.reason == "not_ready"
    shoko.state = "Started"
    await poll(source, want())


async def test_an_outage_is_no_look(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """The two looks a file without hint gets are not used up by a Shoko that does not answer."""
    await poll(source)
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    shoko.fault = Fault.status(503, only="PathEndsWith")
    for _ in range(5):
        await source.refresh([want(anime=None)])
        assert source.state.reason == "not_ready"
        assert source.next_poll is not None
        assert source.next_poll > world.now()
        world.advance(600)
    shoko.fault = None
    await poll(source, want(anime=None))
    assert seen(source) is not None


async def test_one_odd_file_holds_up_no_other(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """An answer nobody understands is reported, and the other files are read all the same."""
    series, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await world.shoko_take_in("/anime/Show/two.mkv", 2, world.shoko_add_episode(series, 2))
    shoko.fault = Fault.status(500, only=f"Episode/{episode.id}")
    await source.refresh([want(FILE, FileEvidence(path="/anime/Show/two.mkv", size=2))])
    assert source.state.reason == "bad_answer"
    assert len(source.evidence.shoko) == 2
    assert all(file.matched for file in source.evidence.shoko)


async def test_series_and_episode_that_vanished(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A cross reference to what Shoko has deleted meanwhile is no trouble."""
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    shoko.fault = Fault.status(404, only=f"Episode/{episode.id}")
    await poll(source, want())
    assert "tvdb_show:424536" in ids(source)
    assert "tvdb_episode:9350138" not in ids(source)


# Push


@ALL
async def test_push_says_it_sooner(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> None:
    """Each event is evidence at once where it tells enough, and has the rest read at once."""
    source = make_source(session, shoko, world, push=True)
    _, episode = frieren(world)
    await poll(source, want())
    async with listening(source) as news:
        await poll(source, want())
        assert source.next_poll is not None
        file = await world.shoko_detect(PATH, SIZE)
        await world.shoko_hash(file)
        await until(lambda: seen(source) is not None)
        assert source.next_poll is None
        evidence = seen(source)
        assert evidence is not None
        assert (evidence.file_id, evidence.matched) == (file.id, False)

        await world.shoko_match(file, episode)
        if shoko.major < 6:
            await until(lambda: f"shoko_episode:{episode.id}" in ids(source))
        else:
            await until(lambda: len(news) >= 3)
        await poll(source, want())
        assert "tvdb_episode:9350138" in ids(source)


@MODERN
async def test_push_not_matched_then_linked_by_hand(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World
) -> None:
    """Refused is told at once, unless AniDB has banned Shoko; a link by hand lifts it."""
    source = make_source(session, shoko, world, push=True)
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE)
    await poll(source, want())
    async with listening(source):
        await world.shoko_not_match(file)
        await until(lambda: bool(seen(source) and seen(source).refused))  # type: ignore[union-attr]  just seen
        await poll(source, want())
        evidence = seen(source)
        assert evidence is not None
        assert evidence.refused
        await world.shoko_link(file, episode)
        await until(lambda: source.next_poll is None)
        await poll(source, want())
        evidence = seen(source)
        assert evidence is not None
        assert (evidence.matched, evidence.refused) == (True, False)


@ALL
async def test_push_of_a_renaming(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> None:
    """A file that Shoko renames keeps its former path, so that the *arr's path still finds it."""
    source = make_source(session, shoko, world, push=True)
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    async with listening(source):
        await world.shoko_relocate(file, "Sousou no Frieren/01.mkv")
        await until(lambda: bool((one := seen(source)) and one.paths[0] == "Sousou no Frieren/01.mkv"))
        await poll(source, want())
    evidence = seen(source)
    assert evidence is not None
    assert evidence.paths[0] == "Sousou no Frieren/01.mkv"
    assert "Frieren/Season 1/Frieren - S01E01.mkv" in evidence.paths


@ALL
async def test_matched_before_the_import_is_known(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World
) -> None:
    """A file hashed, matched and renamed before its *arr tells of it is remembered under its old name."""
    source = make_source(session, shoko, world, push=True)
    _, episode = frieren(world)
    await poll(source)
    async with listening(source) as news:
        file = await world.shoko_take_in(PATH, SIZE, episode)
        await world.shoko_relocate(file, "Sousou no Frieren/01.mkv")
        await world.shoko_set_queue(waiting=1)
        await until(lambda: source.state.busy)
        told = len(news)
        assert source.evidence.shoko == ()
        shoko.clear_calls()
        await poll(source, want(anime=None))
        assert "tvdb_episode:9350138" in ids(source)
        assert shoko.count("PathEndsWith") == 0
        assert told <= 2


async def test_files_nobody_wants_are_bounded(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World
) -> None:
    """A great import leaves no more than the latest few, asks nothing and wakes nobody."""
    source = make_source(session, shoko, world, push=True)
    await poll(source, want())
    async with listening(source) as news:
        await until(lambda: bool(news))
        await poll(source, want())
        told, due = len(news), source.next_poll
        for number in range(RECENT_KEPT + 50):
            await world.shoko_take_in(f"/anime/Big/{number}.mkv", number + 1)
        await world.shoko_set_queue(waiting=1)
        await until(lambda: source.state.busy)
        assert len(news) == told + 1
        assert source.next_poll == due
        assert len(source._book.recent) == RECENT_KEPT
        await world.shoko_delete(next(iter(reversed(world.shoko_files.values()))))
        await until(lambda: len(source._book.recent) == RECENT_KEPT - 1)
    assert len(source._book.recent) == RECENT_KEPT - 1


@MODERN
async def test_metadata_events(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> None:
    """A series that is created and links that come are read at once; other series' news is nobody's."""
    source = make_source(session, shoko, world, push=True)
    series, episode = frieren(world, linked=False, created=False)
    other = world.shoko_add_series("Other", 5, episodes=1)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    async with listening(source) as news:
        await poll(source, want())
        evidence = seen(source)
        assert evidence is not None
        assert evidence.series_pending

        await world.shoko_create_series(series)
        await until(lambda: source.next_poll is None)
        await poll(source, want())
        assert f"shoko_series:{series.id}" in ids(source)

        await world.shoko_link_tmdb(episode, movies=[372058], tvdb=[9350138], imdb=["tt5311514"])
        await until(lambda: source.next_poll is None)
        await asyncio.sleep(0.05)
        await poll(source, want())
        assert {"tmdb_movie:372058", "tvdb_episode:9350138", "imdb:tt5311514"} <= ids(source)

        told, due = len(news), source.next_poll
        await world.shoko_link_tmdb(other, shows=[1])
        await world.shoko_set_queue(waiting=1)
        await until(lambda: source.state.busy)
        assert (len(news), source.next_poll) == (told + 1, due)


@MODERN
async def test_deleted_and_unlinked_by_push(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World
) -> None:
    """A deletion is read at once; until Shoko confirms it the last word stands."""
    source = make_source(session, shoko, world, push=True)
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    async with listening(source):
        await poll(source, want())
        if shoko.major == 6:
            await world.shoko_unlink(file)
            await until(lambda: source.next_poll is None)
            await poll(source, want())
            evidence = seen(source)
            assert evidence is not None
            assert not evidence.matched
        await world.shoko_delete(file)
        await until(lambda: source.next_poll is None)
        assert seen(source) is not None
        await poll(source, want())
        assert seen(source) is None


@ALL
async def test_what_was_missed_is_read_after_a_reconnect(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World
) -> None:
    """A match while the hub was dead is found as soon as it is back."""
    source = make_source(session, shoko, world, push=True)
    _, episode = frieren(world)
    hashed = await world.shoko_take_in(PATH, SIZE)
    unseen = FileEvidence(path="/anime/Show/two.mkv", size=2)
    wanted = want(FILE, unseen)
    await poll(source, wanted)
    async with listening(source) as news:
        await poll(source, wanted)
        shoko.kill_hub()
        await until(lambda: not source.push_connected)
        await world.shoko_match(hashed, episode)
        await world.shoko_take_in(unseen.path, 2, episode)
        told = len(news)
        shoko.restore_hub()
        await until(lambda: source.push_connected)
        assert len(news) > told
        assert source.next_poll is None
        await poll(source, wanted)
        assert [file.matched for file in source.evidence.shoko] == [True, True]


@ALL
@pytest.mark.parametrize("push", [True, False], ids=["push", "polling"])
async def test_push_and_polling_end_alike(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World, push: bool
) -> None:
    """With push, without it, and with a hub that dies halfway: the evidence is the same in the end."""
    source = make_source(session, shoko, world, push=push)
    series, episode = frieren(world, created=False)
    context = listening(source) if push else contextlib.nullcontext()
    async with context:
        await poll(source, want())
        file = await world.shoko_take_in(PATH, SIZE)
        shoko.kill_hub()
        await world.shoko_match(file, episode)
        await poll_for(source, world, timedelta(minutes=2), want())
        shoko.restore_hub()
        await world.shoko_create_series(series)
        await poll_for(source, world, timedelta(minutes=12), want())
    evidence = seen(source)
    assert evidence is not None
    assert (evidence.file_id, evidence.matched, evidence.series_pending) == (file.id, True, False)
    assert {"tvdb_episode:9350138", f"shoko_series:{series.id}"} <= set(evidence.ids)


async def test_an_event_during_a_poll_is_not_lost(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World
) -> None:
    """What happens to a file while it is being read has it read once more at once."""
    source = make_source(session, shoko, world, push=True)
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE)
    await poll(source, want())
    async with listening(source):
        await poll(source, want())
        world.advance(900)

        def late(path: str, data: Any) -> Any:
            """Match the file just after the answer was made."""
            shoko.fault = None
            asyncio.get_running_loop().create_task(world.shoko_match(file, episode))
            return data

        shoko.fault = Fault.lying(late, only=f"File/{file.id}")
        before = world.now()
        await poll(source, want())
        await until(lambda: bool(seen(source) and seen(source).matched))  # type: ignore[union-attr]  just seen
        assert source.next_poll is None or source.next_poll <= before + timedelta(seconds=1)
        world.advance(1)
        await poll(source, want())
        assert "tvdb_episode:9350138" in ids(source)


async def test_events_that_name_no_path_or_no_file(session: aiohttp.ClientSession, world: World) -> None:
    """A match of a file never heard of has the anime looked up soon; an unlinking of who knows what, all."""
    async with FakeShoko(world, version=6) as shoko:
        source = make_source(session, shoko, world, push=True)
        _, episode = frieren(world)
        await poll_for(source, world, timedelta(hours=1), want(in_flight=False))
        async with listening(source) as news:
            await poll(source, want(in_flight=False))
            shoko.events.muted = True
            file = await world.shoko_take_in(PATH, SIZE)
            shoko.events.muted = False
            await world.shoko_match(file, episode)
            await world.shoko_set_queue(waiting=1)
            await until(lambda: source.state.busy)
            await poll_for(source, world, timedelta(minutes=1, seconds=15), want(in_flight=False))
            assert f"shoko_episode:{episode.id}" in ids(source)
            told = len(news)
            shoko.hub.broadcast("release:removed", {"FileID": None}, feed="release")
            await until(lambda: len(news) > told)
            assert source.next_poll is None


async def test_an_event_of_a_namesake(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> None:
    """A file of the same folder and name but another size is let go, and the right one still found."""
    source = make_source(session, shoko, world, push=True)
    series, episode = frieren(world)
    other = world.shoko_add_episode(series, 2)
    await poll(source, want())
    async with listening(source):
        await poll(source, want())
        await world.shoko_take_in("/anime/Other/Season 1/Frieren - S01E01.mkv", SIZE + 1, other)
        await until(lambda: f"shoko_episode:{other.id}" in ids(source))
        await poll(source, want())
        await poll(source, want())
        assert seen(source) is None
        right = await world.shoko_take_in(PATH, SIZE, episode)
        await until(lambda: f"shoko_file:{right.id}" in ids(source))
        await poll_for(source, world, timedelta(minutes=1), want())
        assert f"shoko_file:{right.id}" in ids(source)


async def test_a_slow_shoko_gets_several_polls(
    source: ShokoSource, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a poll has no time for is left to the next, which follows at once."""
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    monkeypatch.setattr(shoko_module, "WORK_LIMIT", -1.0)
    await poll(source, want())
    assert seen(source) is None
    assert source.next_poll == world.now() + timedelta(seconds=1)
    monkeypatch.setattr(shoko_module, "WORK_LIMIT", 40.0)
    await poll(source, want())
    assert seen(source) is not None


async def test_a_refused_key_ends_the_listening(session: aiohttp.ClientSession, world: World) -> None:
    """Shoko 6 refuses the key at the hub: the next poll says so, and there is no more trying."""
    async with FakeShoko(world, version=6) as shoko:
        source = make_source(session, shoko, world, push=True, key="wrong")
        news: list[None] = []
        async with asyncio.timeout(5):
            await source.listen(lambda: news.append(None))
        assert news
        await source.refresh([want()])
        assert source.state.reason == "invalid_auth"


async def test_without_push(source: ShokoSource) -> None:
    """A source without a push connection has nothing to listen to."""
    async with asyncio.timeout(1):
        await source.listen(lambda: None)
    assert not source.push_connected
