"""What Shoko pushes."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.sources.shoko import source as shoko_module
from custom_components.status_tracker.sources.shoko.source import ShokoSource
from custom_components.status_tracker.sources.shoko.state import RECENT_KEPT
from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

from .shoko_helpers import (
    ALL,
    FILE,
    MODERN,
    PATH,
    SIZE,
    fill_queue,
    frieren,
    ids,
    listening,
    make_source,
    poll,
    poll_at_once,
    poll_for,
    seen,
    shown,
    until,
    want,
)

# Push


@ALL
async def test_push_says_it_sooner(pushed: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """An event with enough data is evidence at once; what it lacks is read at once."""
    _, episode = frieren(world)
    await poll(pushed, want())
    async with listening(pushed) as news:
        await poll(pushed, want())
        assert pushed.next_poll is not None
        file = await world.shoko_detect(PATH, SIZE)
        await world.shoko_hash(file)
        await until(lambda: seen(pushed) is not None)
        assert pushed.next_poll is None
        evidence = shown(pushed)
        assert (evidence.file_id, evidence.matched) == (file.id, False)

        await world.shoko_match(file, episode)
        if shoko.major < 6:
            await until(lambda: f"shoko_episode:{episode.id}" in ids(pushed))
        else:
            await until(lambda: len(news) >= 3)
        await poll(pushed, want())
        assert "tvdb_episode:9350138" in ids(pushed)


@MODERN
async def test_push_not_matched_then_linked_by_hand(pushed: ShokoSource, world: World) -> None:
    """A refused file is reported at once, unless AniDB has banned Shoko; a manual link ends that."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE)
    await poll(pushed, want())
    async with listening(pushed):
        await world.shoko_not_match(file)
        await until(lambda: bool((one := seen(pushed)) and one.refused))
        await poll(pushed, want())
        evidence = shown(pushed)
        assert evidence.refused
        await world.shoko_link(file, episode)
        await poll_at_once(pushed, want())
        evidence = shown(pushed)
        assert (evidence.matched, evidence.refused) == (True, False)


@ALL
async def test_push_of_a_renaming(pushed: ShokoSource, world: World) -> None:
    """A file that Shoko renames keeps its former path, so that the *arr's path still finds it."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(pushed, want())
    async with listening(pushed):
        await world.shoko_relocate(file, "Sousou no Frieren/01.mkv")
        await until(lambda: bool((one := seen(pushed)) and one.paths[0] == "Sousou no Frieren/01.mkv"))
        await poll(pushed, want())
    evidence = shown(pushed)
    assert evidence.paths[0] == "Sousou no Frieren/01.mkv"
    assert "Frieren/Season 1/Frieren - S01E01.mkv" in evidence.paths


@ALL
async def test_matched_before_the_import_is_known(
    pushed: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """A file hashed, matched and renamed before its *arr reports it is found under its old name."""
    _, episode = frieren(world)
    await poll(pushed)
    async with listening(pushed) as news:
        file = await world.shoko_take_in(PATH, SIZE, episode)
        await world.shoko_relocate(file, "Sousou no Frieren/01.mkv")
        await fill_queue(world, pushed)
        told = len(news)
        assert pushed.evidence.shoko == ()
        shoko.clear_calls()
        await poll(pushed, want(anime=None))
        assert "tvdb_episode:9350138" in ids(pushed)
        assert shoko.count("PathEndsWith") == 0
        assert told <= 2


async def test_files_nobody_wants_are_bounded(pushed: ShokoSource, world: World) -> None:
    """A large import keeps only the latest files, and causes no call and no update."""
    await poll(pushed, want())
    async with listening(pushed) as news:
        await until(lambda: bool(news))
        await poll(pushed, want())
        told, due = len(news), pushed.next_poll
        for number in range(RECENT_KEPT + 50):
            await world.shoko_take_in(f"/anime/Big/{number}.mkv", number + 1)
        await fill_queue(world, pushed)
        assert len(news) == told + 1
        assert pushed.next_poll == due
        assert len(pushed._book.recent) == RECENT_KEPT
        await world.shoko_delete(next(iter(reversed(world.shoko_files.values()))))
        await until(lambda: len(pushed._book.recent) == RECENT_KEPT - 1)
    assert len(pushed._book.recent) == RECENT_KEPT - 1


@MODERN
async def test_metadata_events(pushed: ShokoSource, world: World) -> None:
    """A created series and new links are read at once; events of other series are ignored."""
    series, episode = frieren(world, linked=False, created=False)
    other = world.shoko_add_series("Other", 5, episodes=1)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(pushed, want())
    async with listening(pushed) as news:
        await poll(pushed, want())
        evidence = shown(pushed)
        assert evidence.series_pending

        await world.shoko_create_series(series)
        await poll_at_once(pushed, want())
        assert f"shoko_series:{series.id}" in ids(pushed)

        await world.shoko_link_tmdb(episode, movies=[372058], tvdb=[9350138], imdb=["tt5311514"])
        await until(lambda: pushed.next_poll is None)
        await asyncio.sleep(0.05)
        await poll(pushed, want())
        assert {"tmdb_movie:372058", "tvdb_episode:9350138", "imdb:tt5311514"} <= ids(pushed)

        told, due = len(news), pushed.next_poll
        await world.shoko_link_tmdb(other, shows=[1])
        await fill_queue(world, pushed)
        assert (len(news), pushed.next_poll) == (told + 1, due)


@MODERN
async def test_deleted_and_unlinked_by_push(pushed: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A deletion is read at once; until Shoko confirms it the last evidence is kept."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(pushed, want())
    async with listening(pushed):
        await poll(pushed, want())
        if shoko.major == 6:
            await world.shoko_unlink(file)
            await poll_at_once(pushed, want())
            evidence = shown(pushed)
            assert not evidence.matched
        await world.shoko_delete(file)
        await until(lambda: pushed.next_poll is None)
        assert seen(pushed) is not None
        await poll(pushed, want())
        assert seen(pushed) is None


@ALL
async def test_what_was_missed_is_read_after_a_reconnect(
    pushed: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """A match while the hub was dead is found as soon as it is back."""
    _, episode = frieren(world)
    hashed = await world.shoko_take_in(PATH, SIZE)
    unseen = FileEvidence(path="/anime/Show/two.mkv", size=2)
    wanted = want(FILE, unseen)
    await poll(pushed, wanted)
    async with listening(pushed) as news:
        await poll(pushed, wanted)
        shoko.kill_hub()
        await until(lambda: not pushed.push_connected)
        await world.shoko_match(hashed, episode)
        await world.shoko_take_in(unseen.path, 2, episode)
        told = len(news)
        shoko.restore_hub()
        await until(lambda: pushed.push_connected)
        assert len(news) > told
        assert pushed.next_poll is None
        await poll(pushed, wanted)
        assert [file.matched for file in pushed.evidence.shoko] == [True, True]


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
    evidence = shown(source)
    assert (evidence.file_id, evidence.matched, evidence.series_pending) == (file.id, True, False)
    assert {"tvdb_episode:9350138", f"shoko_series:{series.id}"} <= set(evidence.ids)


async def test_an_event_during_a_poll_is_not_lost(
    pushed: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """What happens to a file while it is being read has it read once more at once."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE)
    await poll(pushed, want())
    async with listening(pushed):
        await poll(pushed, want())
        world.advance(900)

        def late(path: str, data: Any) -> Any:
            """Match the file just after the answer was made."""
            shoko.fault = None
            asyncio.get_running_loop().create_task(world.shoko_match(file, episode))
            return data

        shoko.fault = Fault.lying(late, only=f"File/{file.id}")
        before = world.now()
        await poll(pushed, want())
        await until(lambda: bool((one := seen(pushed)) and one.matched))
        assert pushed.next_poll is None or pushed.next_poll <= before + timedelta(seconds=1)
        world.advance(1)
        await poll(pushed, want())
        assert "tvdb_episode:9350138" in ids(pushed)


async def test_events_that_name_no_path_or_no_file(session: aiohttp.ClientSession, world: World) -> None:
    """A match of an unknown file has the anime read soon; an unlinking without a file has all read."""
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
            await fill_queue(world, source)
            await poll_for(source, world, timedelta(minutes=1, seconds=15), want(in_flight=False))
            assert f"shoko_episode:{episode.id}" in ids(source)
            told = len(news)
            shoko.hub.broadcast("release:removed", {"FileID": None}, feed="release")
            await until(lambda: len(news) > told)
            assert source.next_poll is None


async def test_an_event_of_a_namesake(pushed: ShokoSource, world: World) -> None:
    """A file of the same folder and name but another size is let go, and the right one still found."""
    series, episode = frieren(world)
    other = world.shoko_add_episode(series, 2)
    await poll(pushed, want())
    async with listening(pushed):
        await poll(pushed, want())
        await world.shoko_take_in("/anime/Other/Season 1/Frieren - S01E01.mkv", SIZE + 1, other)
        await until(lambda: f"shoko_episode:{other.id}" in ids(pushed))
        await poll(pushed, want())
        await poll(pushed, want())
        assert seen(pushed) is None
        right = await world.shoko_take_in(PATH, SIZE, episode)
        await until(lambda: f"shoko_file:{right.id}" in ids(pushed))
        await poll_for(pushed, world, timedelta(minutes=1), want())
        assert f"shoko_file:{right.id}" in ids(pushed)


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
