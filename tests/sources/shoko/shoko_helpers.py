"""What the tests of the Shoko source share."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import aiohttp
import pytest

from custom_components.status_tracker.clients.push import Pace, PushConnection
from custom_components.status_tracker.clients.shoko import ShokoClient
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.evidence.shoko import ShokoEvidence
from custom_components.status_tracker.pipeline.wants import Want
from custom_components.status_tracker.sources.shoko.source import ShokoSource
from tests.sources import library_helpers
from tests.stack.library import ShokoEpisode, ShokoSeries
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PATH = "/anime/Frieren/Season 1/Frieren - S01E01.mkv"
SIZE = 1468006400
FILE = FileEvidence(path=PATH, size=SIZE)
PACE = Pace(ping=0.2, back_off=0.01, back_off_max=0.02, jitter=lambda: 0.0)

type Version = Literal[4, 5, 6]


ALL = pytest.mark.parametrize("shoko", [4, 5, 6], indirect=True)
MODERN = pytest.mark.parametrize("shoko", [5, 6], indirect=True)


def make_source(
    session: aiohttp.ClientSession, shoko: FakeShoko, world: World, *, push: bool, key: str | None = None
) -> ShokoSource:
    """Return a source."""
    client = ShokoClient(session, shoko.url, api_key=key or shoko.api_key)
    connection: PushConnection | None = client.push(pace=PACE) if push else None
    return ShokoSource("shoko1", "Shoko", client, clock=world.now, push=connection)


def want(*files: FileEvidence, **facts: Any) -> Want:
    """Return a want of an anime request in flight."""
    anime: dict[str, Any] = {
        "tmdb_id": 209867,
        "tvdb_id": 424536,
        "seasons": (1,),
        "source": "sonarr1",
        "media_id": 1,
        "anime": True,
    }
    return library_helpers.want(files=files or (FILE,), **(anime | facts))


def seen(source: ShokoSource) -> ShokoEvidence | None:
    """Return the one file the source tells of."""
    files = source.evidence.shoko
    assert len(files) <= 1
    return files[0] if files else None


def shown(source: ShokoSource) -> ShokoEvidence:
    """Return the one file of the source's evidence; fail if there is none."""
    evidence = seen(source)
    assert evidence is not None
    return evidence


def ids(source: ShokoSource) -> set[str]:
    """Return the ids of that file."""
    return set(one.ids) if (one := seen(source)) else set()


async def poll(source: ShokoSource, *wants: Want) -> None:
    """Poll, and see that it went well."""
    await source.refresh(wants)
    assert source.error is None, source.error


async def poll_for(source: ShokoSource, world: World, time: timedelta, *wants: Want) -> None:
    """Let time pass, polling whenever it is due."""
    end = world.now() + time
    while (due := source.next_poll or world.now()) <= end:
        world.freeze(max(due, world.now()))
        await poll(source, *wants)
    world.freeze(end)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until events have arrived."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  the test watches from outside
            await asyncio.sleep(0.005)


async def poll_at_once(source: ShokoSource, *wants: Want) -> None:
    """Wait until the source asks to be polled at once, and poll."""
    await until(lambda: source.next_poll is None)
    await poll(source, *wants)


async def fill_queue(world: World, source: ShokoSource) -> None:
    """Make Shoko busy, and wait until the source has been told; earlier events have arrived then."""
    await world.shoko_set_queue(waiting=1)
    await until(lambda: source.state.busy)


@contextlib.asynccontextmanager
async def listening(source: ShokoSource) -> AsyncIterator[list[None]]:
    """Listen while a test lasts; the list grows with each change told."""
    news: list[None] = []
    task = asyncio.create_task(source.listen(lambda: news.append(None)))
    await until(lambda: source.push_connected)
    try:
        yield news
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def frieren(world: World, *, linked: bool = True, created: bool = True) -> tuple[ShokoSeries, ShokoEpisode]:
    """Return a series with one episode."""
    shows = [209867] if linked else []
    tvdb = [424536] if linked else []
    series = world.shoko_add_series("Frieren", 17617, created=created, tvdb=tvdb, tmdb_shows=shows)
    episode = world.shoko_add_episode(
        series, anidb_id=270345, tvdb=[9350138] if linked else (), tmdb_episodes=[3945786] if linked else ()
    )
    return series, episode
