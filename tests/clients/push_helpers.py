"""What the tests of the push connection share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
import threading
from typing import Any

import aiohttp
from aiohttp import web

from custom_components.status_tracker.clients.push import Pace, PushConnection
from custom_components.status_tracker.clients.shoko import ShokoClient
from custom_components.status_tracker.clients.signalr import SignalRConnection
from tests.stack.shoko import FakeShoko

QUICK = Pace(
    connect=2.0,
    handshake=0.3,
    ping=0.05,
    silence=10.0,
    close=2.0,
    settled=60.0,
    back_off=0.01,
    back_off_max=0.02,
    jitter=lambda: 0.0,
)
THREAD = "Signalrcore websocket client"

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
type ServeHub = Callable[[Answer], Awaitable[str]]


@dataclass
class Heard:
    """The events and connects of a connection, and the task that runs it."""

    connection: PushConnection
    task: asyncio.Task[None] | None = None
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    connects: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Run the connection."""
        self.task = asyncio.create_task(self.connection.run(self._on_event, self._on_connected))

    def _on_event(self, name: str, payload: dict[str, Any]) -> None:
        """Note an event."""
        self.events.append((name, payload))
        self.news.set()

    def _on_connected(self) -> None:
        """Note a connection."""
        self.connects += 1
        self.news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition is true."""
        async with asyncio.timeout(10):
            while not condition():
                self.news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), 0.02)

    async def stop(self) -> None:
        """Cancel, as an unload does."""
        assert self.task is not None
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


@contextlib.asynccontextmanager
async def listening(connection: PushConnection) -> AsyncIterator[Heard]:
    """Run a connection for the length of a test, and check that it leaves no thread."""
    heard = Heard(connection)
    heard.start()
    try:
        yield heard
    finally:
        await heard.stop()
        assert not connection.connected
        assert THREAD not in {thread.name for thread in threading.enumerate()}


def push(
    session: aiohttp.ClientSession, shoko: FakeShoko, pace: Pace = QUICK, **options: Any
) -> SignalRConnection:
    """Return Shoko's push connection."""
    client = ShokoClient(session, shoko.url, api_key=options.pop("api_key", shoko.api_key))
    return client.push(pace=pace, **options)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true that no event reports."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  no event reports it
            await asyncio.sleep(0.01)


def plain(session: aiohttp.ClientSession, url: str, pace: Pace = QUICK) -> SignalRConnection:
    """Return a connection to a hub that is not Shoko's."""

    async def fine() -> None:
        """Accept every key."""

    return SignalRConnection(
        session, url, "hub", params={}, headers={"apikey": "secret"}, events=("a",), verify=fine, pace=pace
    )
