"""What tests over real HTTP share: sockets that may be opened, and a session."""

from collections.abc import AsyncIterator

import aiohttp
import pytest


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let real sockets be opened; only loopback is ever used."""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session."""
    async with aiohttp.ClientSession() as session:
        yield session
