"""How often a service is asked while something loads: seldom where it is known to tell by itself."""

import aiohttp

from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.sources.base import CALM, FAST, SLOW
from tests.sources.arr_helpers import START, post, radarr_source, want_film
from tests.sources.library_helpers import Household as JellyfinHousehold, payload, want
from tests.sources.shoko.shoko_helpers import listening, make_source, until
from tests.stack.household import Household
from tests.stack.jellyfin import FakeJellyfin
from tests.stack.shoko import FakeShoko
from tests.stack.titles import film
from tests.stack.world import World

LOADS = (want_film(27205, in_flight=True),)


async def test_an_arr_that_has_told(session: aiohttp.ClientSession) -> None:
    """A registration proves nothing, an event does, until the history shows one that was not told."""
    async with Household(qbittorrent=False, jellyfin=False) as home:
        home.world.freeze(START)
        source = radarr_source(home, session)
        await source.refresh(LOADS)
        assert source.receive(post("radarr", "grab"))
        assert source.interval(LOADS) == FAST, "webhooks nobody registered may be somebody else's"
        source.expect_webhooks(True)
        assert source.receive(post("radarr", "test"))
        assert source.interval(LOADS) == FAST
        assert source.receive(post("radarr", "grab"))
        assert source.interval(LOADS) == CALM
        assert source.interval(()) == SLOW

        home.world.advance(60)
        await home.world.grab(await home.world.request(film("Untold", 2020, 9), auto_approve=True))
        await source.refresh(LOADS)
        assert source.missed_webhooks == 1
        assert source.interval(LOADS) == FAST
        assert source.next_poll == home.world.now() + FAST

        assert source.receive(post("radarr", "grab"))
        assert source.interval(LOADS) == CALM
        source.expect_webhooks(False)
        assert source.interval(LOADS) == FAST
        source.expect_webhooks(True)
        assert source.interval(LOADS) == FAST, "registered anew, it has yet to be shown"


async def test_a_jellyfin_that_has_told() -> None:
    """Its plugin's notices count as an *arr's webhooks do."""
    world = World()
    world.freeze(START)
    async with FakeJellyfin(world) as server, aiohttp.ClientSession() as session:
        house = JellyfinHousehold(server, session)
        wanted = want("tmdb_movie:9", in_flight=True)
        await house.settle(wanted)
        server.plugin.has_run = True
        house.source.expect_webhooks(True)
        assert house.source.interval((wanted,)) == FAST
        assert house.source.receive(payload("itemadded_movie"))
        await house.settle(wanted)
        assert house.source.interval((wanted,)) == CALM
        imported = want("tmdb_movie:9", in_flight=True, files=(FileEvidence(path="/media/9.mkv"),))
        assert house.source.interval((imported,)) == FAST, "its plugin takes up to 90 s to tell"
        for number, seconds in ((10, 15), (11, 100), (12, 200)):  # its plugin has had its rounds at the third
            assert house.source.interval((wanted,)) == CALM
            house.add("Movie", f"{number}", f"/media/movies/{number}.mkv", ids={"Tmdb": f"{number}"})
            await house.poll(wanted, seconds=seconds)
        assert house.source.missed_webhooks == 1
        assert house.source.interval((wanted,)) == FAST


async def test_a_shoko_that_is_connected(session: aiohttp.ClientSession) -> None:
    """While its events come in it is asked seldom, and as before when the connection is lost."""
    world = World()
    world.freeze(START)
    async with FakeShoko(world, version=5) as server:
        source = make_source(session, server, world, push=True)
        loads = (want("tmdb_movie:9", in_flight=True),)
        await source.refresh(loads)
        assert source.interval(loads) == FAST
        async with listening(source):
            assert source.push_connected
            assert source.interval(loads) == CALM
        await until(lambda: not source.push_connected)
        assert source.interval(loads) == FAST
