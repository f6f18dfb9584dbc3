"""What the tests of the Jellyfin source by polling share."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.sources.library_helpers import Household
from tests.stack.jellyfin import FakeJellyfin
from tests.stack.server import Call
from tests.stack.world import World

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
VFS = "/config/Shokofin/VFS/0c419071"


@pytest.fixture(name="house")
async def house_fixture() -> AsyncIterator[Household]:
    """Give a Jellyfin with a source that watches it."""
    world = World()
    world.freeze(NOON)
    async with FakeJellyfin(world) as server, aiohttp.ClientSession() as session:
        yield Household(server, session)


def deltas(calls: list[Call]) -> int:
    """Count the calls that ask for changes."""
    return sum(call.query.get("minDateLastSavedForUser", "2100") < "2100" for call in calls)


def deep(calls: list[Call]) -> int:
    """Count the calls of a deep search."""
    return sum(call.query.get("includeItemTypes") == "Episode,Video" for call in calls)
