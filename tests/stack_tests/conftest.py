"""What the tests of the stack share."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.stack.world import World


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let real sockets be opened; only loopback is ever used."""


@pytest.fixture
def world() -> World:
    """An empty household."""
    return World()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client without cookies of its own."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
