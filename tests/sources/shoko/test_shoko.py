"""What the Shoko source reports about files, and its failures."""

import asyncio
from dataclasses import replace
from datetime import timedelta
import json

import aiohttp

from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.sources.shoko.source import ShokoSource
from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

from .shoko_helpers import (
    ALL,
    FILE,
    MODERN,
    PATH,
    SIZE,
    frieren,
    ids,
    make_source,
    poll,
    poll_for,
    seen,
    shown,
    want,
)

# What it is


async def test_wrong_double_links_are_all_kept(source: ShokoSource, world: World) -> None:
    """Two TMDB shows on one entry: both are reported."""
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
    evidence = shown(source)
    assert not evidence.refused
    await poll_for(source, world, timedelta(minutes=25), want())
    evidence = shown(source)
    assert evidence.refused
    assert evidence.url is not None
    await world.shoko_link(file, episode)
    await poll_for(source, world, timedelta(minutes=11), want())
    evidence = shown(source)
    assert (evidence.matched, evidence.refused, evidence.url) == (True, False, None)


@MODERN
async def test_a_busy_shoko_has_not_refused_anything(source: ShokoSource, world: World) -> None:
    """While the queue is full a file without a match is only waiting; once refused it stays so."""
    await world.shoko_set_queue(waiting=300)
    await world.shoko_take_in(PATH, SIZE)
    await poll_for(source, world, timedelta(minutes=40), want())
    assert source.state.busy
    evidence = shown(source)
    assert not evidence.refused
    await world.shoko_set_queue()
    await poll_for(source, world, timedelta(minutes=11), want())
    await world.shoko_set_queue(waiting=5)
    await poll_for(source, world, timedelta(minutes=11), want())
    evidence = shown(source)
    assert evidence.refused


async def test_unlinked_and_deleted(source: ShokoSource, world: World) -> None:
    """A match that is taken back, and a file that is gone, are withdrawn; a new one is found again."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    await world.shoko_unlink(file)
    await poll_for(source, world, timedelta(minutes=32), want())
    evidence = shown(source)
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
    data = json.loads(json.dumps(serialize(source.snapshot([want()]))))
    assert serialize(source.snapshot([want(request_id=2)]))["files"] == []

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
    """An answer that cannot be parsed is reported, and the other files are still read."""
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
