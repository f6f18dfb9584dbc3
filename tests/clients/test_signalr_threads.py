"""Ending a push connection: no thread, socket or hub client is left."""

import asyncio
from collections.abc import Callable
import contextlib
from dataclasses import replace
from pathlib import Path
import threading
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from tests.clients.push_helpers import QUICK, THREAD, ServeHub, eventually, listening, plain, push
from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko


async def until_thread() -> None:
    """Wait until the library's thread exists."""
    async with asyncio.timeout(5):
        while THREAD not in {thread.name for thread in threading.enumerate()}:  # noqa: ASYNC110  no event reports it
            await asyncio.sleep(0)


def sockets() -> set[str]:
    """Return the sockets this process holds."""
    links = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.add(str(entry.readlink()))
    return {link for link in links if link.startswith("socket:")}


async def test_cancelled_at_any_moment(shoko: FakeShoko) -> None:
    """Whenever it is cancelled no thread, no socket and no hub client is left."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        connection = push(session, shoko)
        async with listening(connection) as heard:
            await heard.until(lambda: heard.connects == 1)
        await eventually(lambda: not shoko.hub.connections)
        await asyncio.sleep(0.1)
        before = len(sockets())
        for delay in (0.0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08):
            async with listening(push(session, shoko)):
                await asyncio.sleep(delay)
        await eventually(lambda: not shoko.hub.connections and len(sockets()) <= before)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
async def test_cut_off_before_the_first_message(session: aiohttp.ClientSession, serve_hub: ServeHub) -> None:
    """A connection that is aborted right after it is made raises in no thread: it is tried again."""
    tries = 0

    async def hub(request: web.Request) -> web.StreamResponse:
        """Let the socket in and drop it."""
        nonlocal tries
        if request.path.endswith("negotiate"):
            return web.json_response({"connectionId": "x"})
        tries += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return socket

    connection = plain(session, await serve_hub(hub), replace(QUICK, handshake=0.05))
    async with listening(connection) as heard:
        await heard.until(lambda: tries >= 10)
        assert heard.connects == 0


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_dead_socket_raises_nothing(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """Abandoned between connecting and the handshake, the library's thread ends without an error."""
    for _ in range(5):
        async with listening(push(session, shoko)):
            await until_thread()


async def test_stopping_a_silent_connection(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A server that sends nothing does not delay stopping."""
    async with listening(push(session, shoko)) as heard:
        await heard.until(lambda: heard.connects == 1)
        shoko.hub.silent = True
        async with asyncio.timeout(1):
            await heard.stop()


async def test_hanging_negotiation(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A server that takes the call and never answers is left after the limit, without a thread."""
    shoko.fault = Fault.hang(only="negotiate")
    before = threading.active_count()
    async with listening(push(session, shoko, replace(QUICK, connect=0.1))) as heard:
        await heard.until(lambda: shoko.count("negotiate") >= 2)
        assert threading.active_count() <= before
        shoko.fault = None
        await heard.until(lambda: heard.connects == 1)


async def test_an_executor_of_ones_own(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """All that blocks goes through the function it was given."""
    calls: list[str] = []

    async def run_blocking(function: Callable[[], Any]) -> Any:
        """Note the call."""
        calls.append(getattr(function, "__name__", "close"))
        return await asyncio.to_thread(function)

    async with listening(push(session, shoko, run_blocking=run_blocking)) as heard:
        await heard.until(lambda: "ping" in calls)
    assert calls[0] == "connect"
    assert calls[-1] == "close"


async def test_a_thread_that_comes_back_late(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A connection that is established after the time limit closes itself."""
    gate = threading.Event()
    ended = threading.Event()

    async def run_blocking(function: Callable[[], Any]) -> Any:
        """Hold up the connecting, and nothing else."""

        def held() -> Any:
            """Wait before it, and tell that it is over."""
            if getattr(function, "__name__", "") != "connect":
                return function()
            gate.wait(5)
            try:
                return function()
            finally:
                ended.set()

        return await asyncio.to_thread(held)

    pace = replace(QUICK, connect=0.05, close=0.05)
    async with listening(push(session, shoko, pace, run_blocking=run_blocking)):
        await asyncio.sleep(0.1)
    gate.set()
    await eventually(lambda: ended.is_set() and not shoko.hub.connections)
    assert THREAD not in {thread.name for thread in threading.enumerate()}
