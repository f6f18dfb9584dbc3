"""What the tests of the Radarr source share."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.pipeline.evidence.arr import MovieEvidence
from custom_components.status_tracker.pipeline.wants import Want
from custom_components.status_tracker.sources.arr.radarr import RadarrSource
from tests.sources.arr_helpers import START, poll_server, radarr_source, settle_source, want_film
from tests.stack.household import Household
from tests.stack.rows import MovieRow
from tests.stack.titles import Title, film

FILM = film("Film", 2020, 2004)


@pytest.fixture(name="home")
async def home_fixture() -> AsyncIterator[Household]:
    """Give a household whose clock stands."""
    async with Household(jellyfin=False) as home:
        home.world.freeze(START)
        yield home


@pytest.fixture(name="source")
def source_fixture(home: Household, session: aiohttp.ClientSession) -> RadarrSource:
    """Give the source."""
    return radarr_source(home, session)


@pytest.fixture(name="movie")
async def movie_fixture(home: Household) -> MovieRow:
    """Give a film in Radarr."""
    return await add_film(home, FILM)


async def add_film(home: Household, title: Title) -> MovieRow:
    """Put a film into Radarr."""
    row = await home.world.add_to_arr(home.radarr.arr, title)
    assert isinstance(row, MovieRow)
    return row


def by_id(movie: MovieRow, **given: Any) -> Want:
    """Return a want whose place in Radarr is known."""
    return want_film(movie.title.tmdb_id, source="radarr", media_id=movie.id, **given)


def only(source: RadarrSource) -> MovieEvidence:
    """Return the one film of the evidence."""
    (piece,) = source.evidence.movies
    return piece


async def poll(home: Household, source: RadarrSource, *wants: Want, seconds: float = 15) -> list[str]:
    """Poll once, a little later, and return the paths asked for."""
    return await poll_server(home, home.radarr, source, *wants, seconds=seconds)


async def settle(home: Household, source: RadarrSource, *wants: Want) -> None:
    """Poll until nothing is left to read."""
    await settle_source(home, home.radarr, source, *wants)
