"""What the first read of a large Jellyfin library needs in memory."""

import gc
import tracemalloc

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util
import pytest

from custom_components.status_tracker.clients.jellyfin import PAGE, JellyfinClient
from custom_components.status_tracker.sources.jellyfin.index import INDEXED
from custom_components.status_tracker.sources.jellyfin.source import JellyfinSource
from tests.bench.conftest import Report
from tests.bench.far import far_household

LIBRARY = (9_000, 1_000, 40_000)  # films, series, episodes
POLLS = 5


@pytest.mark.timeout(120)
async def bench_library(hass: HomeAssistant, socket_enabled: None, report: Report) -> None:
    """The index of 50,000 items is filled page by page, and no page stays."""
    async with far_household() as far:
        await far.do("library", *LIBRARY)
        service = (await far.do("services"))["jellyfin"]
        session = async_get_clientsession(hass)
        client = JellyfinClient(session, service["url"], service["api_key"])
        source = JellyfinSource("jellyfin", "Jellyfin", client, clock=dt_util.utcnow)
        await client.page(INDEXED, limit=1)  # connect, and compile the models
        before = client.received
        await client.page(INDEXED)
        page = client.received - before
        gc.collect()
        tracemalloc.start()
        try:
            held = tracemalloc.get_traced_memory()[0]
            for _ in range(POLLS):
                await source.refresh(())
            peak = tracemalloc.get_traced_memory()[1] - held
        finally:
            tracemalloc.stop()
        assert source.caught_up(())
    report(f"first read of 50,000 items: JSON of a page of {PAGE:,}, KiB", 10, page / 1024)
    report("first read of 50,000 items: peak memory, KiB", 10, peak / 1024)
    report("first read of 50,000 items: peak memory / JSON of a page", 10, peak / page)
