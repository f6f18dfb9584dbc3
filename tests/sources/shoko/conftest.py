"""Fixtures of the tests of sources/shoko/."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.status_tracker.sources.shoko.source import ShokoSource
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

from .shoko_helpers import START, make_source


@pytest.fixture
def world() -> World:
    """Return an empty household whose time stands still."""
    world = World()
    world.freeze(START)
    return world


@pytest.fixture(params=[5])
async def shoko(request: pytest.FixtureRequest, world: World) -> AsyncIterator[FakeShoko]:
    """Return a running Shoko, version 5 unless a test asks for others."""
    async with FakeShoko(world, version=request.param) as server:
        yield server


@pytest.fixture
def source(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> ShokoSource:
    """Return a source that polls and has no push connection."""
    return make_source(session, shoko, world, push=False)


@pytest.fixture
def pushed(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> ShokoSource:
    """Return a source with a push connection."""
    return make_source(session, shoko, world, push=True)
