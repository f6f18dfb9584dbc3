"""A household in a process of its own, which carries out commands that come as lines of JSON."""

import asyncio
from collections.abc import Awaitable, Callable
import json
import sys
from typing import Any

from tests.bench.houses import requests_of
from tests.common import typed
from tests.stack.household import Household
from tests.stack.rows import Download, SeerrRequest
from tests.stack.titles import film, series


class Commands:
    """What the household can be told."""

    def __init__(self, home: Household) -> None:
        """Begin without requests."""
        self.home = home
        self.asked: list[SeerrRequest] = []
        self.downloads: list[Download] = []

    async def services(self) -> dict[str, Any]:
        """Return what the config flows would keep of each service, by its name."""
        return {server.name: typed(server) for server in self.home.servers}

    async def request(self, count: int, only_series: bool = False) -> None:
        """Make so many active requests."""
        self.asked += await requests_of(self.home, count, only_series)

    async def grab(self, number: int) -> None:
        """Let a request be grabbed."""
        self.downloads.append(await self.home.world.grab(self.asked[number]))

    async def progress(self, share: float) -> None:
        """Let the newest download be this far."""
        await self.home.world.progress(self.downloads[-1], share)

    async def everything(self) -> None:
        """Let a film and a series go all the way, so that every webhook comes once."""
        world = self.home.world
        for title in (film("Seen", 2000, 1), series("Seen Too", 2000, 2, 3, {1: 1})):
            request = await world.request(title, auto_approve=True)
            download = await world.grab(request)
            await world.complete(download)
            await world.import_(download)
        await world.library_scan()
        await self.home.jellyfin.plugin.drain()

    async def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self.home.world.advance(seconds)

    async def library(self, movies: int, series: int, episodes: int) -> None:
        """Enlarge the library of Jellyfin."""
        self.home.jellyfin.add_bulk(movies=movies, series=series, episodes=episodes)

    async def calls(self) -> dict[str, int]:
        """Return the calls of each service since they were last asked for."""
        calls = self.home.calls()
        self.home.clear_calls()
        return calls


async def serve() -> None:
    """Carry out one command a line until there are no more."""
    async with Household() as home:
        commands = Commands(home)
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, arguments = json.loads(line)
            command: Callable[..., Awaitable[Any]] = getattr(commands, name)
            sys.stdout.write(json.dumps(await command(*arguments)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
