"""The household as a whole: its stories end where they should, and nothing stays open."""

import asyncio
import gc
import warnings

import pytest

from tests.stack.household import Household
from tests.stack.rows import REQUEST_COMPLETED, SeerrRequest
from tests.stack.stories import STORIES, at_speed, play


async def test_every_story_but_the_open_ones_ends_available() -> None:
    """Film, series, 4K and anime arrive in Jellyfin; the pending one travels once approved."""
    async with Household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"), shoko=True) as home:
        approvals = []

        def approve_later(request: SeerrRequest, what: str) -> None:
            """Somebody approves the one that waits."""
            if request.title.title == "Cosmos Laundromat" and what == "pending":
                approvals.append(asyncio.create_task(home.world.approve(request)))

        home.world.on("request", approve_later)
        await play(home.world, 2000, gap=0)
        assert len(approvals) == 1
        titles = {request.title.title: request for request in home.world.requests.values()}
        unfinished = {name for name, request in titles.items() if request.status != REQUEST_COMPLETED}
        assert unfinished == {"Elephants Dream", "Big Buck Bunny", "Spring"}
        paths = [item.path or "" for item in home.world.items.values() if item.type in ("Movie", "Episode")]
        assert sum("Shoko File=" in path for path in paths) == 4
        assert any(path.startswith("/media/movies-4k/Tears of Steel (2012)/") for path in paths)


@pytest.mark.parametrize("name", sorted(STORIES))
async def test_a_story_can_be_played_alone(name: str) -> None:
    """Each stands on its own; the pending one waits for its approval."""
    async with Household(radarrs=("hd", "4k"), shoko=True) as home:
        declines = []

        def decline_later(request: SeerrRequest, what: str) -> None:
            """Somebody declines the one that waits."""
            if name == "pending" and what == "pending":
                declines.append(asyncio.create_task(home.world.decline(request)))

        home.world.on("request", decline_later)
        request = await STORIES[name](home.world, at_speed(5000))
        assert home.world.requests[request.id] is request


async def test_nothing_stays_open() -> None:
    """After the end no socket warns and every port refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        async with Household(shoko=True) as home:
            ports = [server.port for server in home.servers]
            assert len(set(ports)) == 6
        gc.collect()
        for port in ports:
            with pytest.raises(OSError):  # noqa: PT011  refused has many texts
                await asyncio.open_connection("127.0.0.1", port)


async def test_calls_are_counted_by_server() -> None:
    """Names tell instances apart."""
    async with Household(radarrs=("hd", "4k")) as home:
        assert set(home.calls()) == {
            "seerr",
            "radarr-hd",
            "radarr-4k",
            "sonarr-hd",
            "qbittorrent",
            "jellyfin",
        }
        assert sum(home.calls().values()) == 0
        assert len(home.describe()) == 6
