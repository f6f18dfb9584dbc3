"""Fixtures of the tests of sources/seerr/."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.status_tracker.sources.seerr.source import SeerrSource
from tests.sources.arr_helpers import START, seerr_source
from tests.stack.household import Household


@pytest.fixture
async def home() -> AsyncIterator[Household]:
    """Give a household with a Radarr for 4K, whose clock stands."""
    async with Household(radarrs=("hd", "4k"), qbittorrent=False) as home:
        home.world.freeze(START)
        yield home


@pytest.fixture
def source(home: Household, session: aiohttp.ClientSession) -> SeerrSource:
    """Give the source."""
    return seerr_source(home, session)
