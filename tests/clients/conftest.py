"""Fixtures of the tests of clients/."""

from collections.abc import AsyncIterator

from aiohttp import web
import pytest

from tests.clients.push_helpers import Answer, ServeHub
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

from ..loopback import _loopback, session  # noqa: F401  fixtures


@pytest.fixture
def world() -> World:
    """Return an empty household."""
    return World()


@pytest.fixture
async def shoko(world: World) -> AsyncIterator[FakeShoko]:
    """Return a Shoko that asks hub clients for a key."""
    async with FakeShoko(world, version=6) as server:
        yield server


@pytest.fixture
async def serve_hub() -> AsyncIterator[ServeHub]:
    """Return a function that starts a server with one handler."""
    runners = []

    async def start(handler: Answer) -> str:
        """Answer everything with the handler; return the address."""
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()
