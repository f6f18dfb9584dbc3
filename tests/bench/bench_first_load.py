"""The first start of a household: how long the event loop is blocked at most, and the memory held."""

from collections.abc import Callable
import gc
import time
import tracemalloc

from aiohttp import ClientResponse
from homeassistant.core import HomeAssistant
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.clients import http as http_module
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS
from tests.bench.conftest import SIZES, Report
from tests.bench.far import FarHousehold, far_household
from tests.bench.houses import settle, steps
from tests.common import coordinator_of, entry_with

REPEATS = 5
FEW, MANY = 10, 100  # requests whose memory is measured, which is slow
FRAMES = 25
MOCKS = "*/unittest/mock.py"  # those of the storage remember what was written
ENTITIES = "*/homeassistant/helpers/entity*.py"
MEASURED = "*/custom_components/status_tracker/*"


async def load(hass: HomeAssistant, far: FarHousehold) -> MockConfigEntry:
    """Set up an entry for the household, and poll until all is known."""
    entry = entry_with(await far.do("services"), **{CONF_REGISTER_WEBHOOKS: False})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await settle(hass, entry)
    return entry


def tell_bodies(monkeypatch: pytest.MonkeyPatch, heard: Callable[[str], None]) -> None:
    """Tell every body that is read."""
    read = http_module.HttpClient._read

    async def read_and_tell(client: http_module.HttpClient, what: str, response: ClientResponse) -> str:
        """Read a body and tell it."""
        body = await read(client, what, response)
        heard(body)
        return body

    monkeypatch.setattr(http_module.HttpClient, "_read", read_and_tell)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("count", SIZES)
async def bench_first_load(
    hass: HomeAssistant,
    callback_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    report: Report,
    count: int,
) -> None:
    """The longest step of the event loop, against decoding the largest body that came."""
    caplog.set_level("ERROR")
    largest = ""

    def keep(body: str) -> None:
        """Keep the largest."""
        nonlocal largest
        largest = max(largest, body, key=len)

    tell_bodies(monkeypatch, keep)
    monkeypatch.setattr("custom_components.status_tracker.sources.seerr.titles.TITLES", 1000)
    longest: list[float] = []
    async with far_household() as far:
        await far.do("request", count)
        gc.collect()
        with steps(longest):
            entry = await load(hass, far)
        assert len(coordinator_of(entry).data) == count
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
    decoding = []
    for _ in range(REPEATS):
        begin = time.thread_time()
        orjson.loads(largest)
        decoding.append(time.thread_time() - begin)
    report("first load: longest step of the event loop, ms", count, max(longest) * 1000)
    report("first load: decoding the largest body, ms", count, min(decoding) * 1000)
    report("first load: longest step / decoding the largest body", count, max(longest) / min(decoding))


async def held_by(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, count: int) -> tuple[int, int, int]:
    """Return the bytes of so many series of ten episodes: of the integration, of entities, of JSON."""
    bodies: set[str] = set()
    async with far_household() as far:
        await far.do("request", count, True)
        gc.collect()
        tracemalloc.start(FRAMES)
        try:
            with monkeypatch.context() as patched:
                tell_bodies(patched, bodies.add)
                entry = await load(hass, far)
            json = sum(map(len, bodies))
            bodies.clear()
            gc.collect()
            ours = tracemalloc.take_snapshot().filter_traces(
                [tracemalloc.Filter(True, MEASURED, all_frames=True)]
            )
            ours = ours.filter_traces([tracemalloc.Filter(False, MOCKS, all_frames=True)])
        finally:
            tracemalloc.stop()
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
    rest = ours.filter_traces([tracemalloc.Filter(False, ENTITIES, all_frames=True)])
    held, without = (sum(one.size for one in taken.traces) for taken in (ours, rest))
    return without, held - without, json


@pytest.mark.timeout(300)
async def bench_memory(
    hass: HomeAssistant,
    callback_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    report: Report,
) -> None:
    """The memory of a request more with ten episodes, against its JSON from the services."""
    caplog.set_level("ERROR")
    monkeypatch.setattr("custom_components.status_tracker.sources.seerr.titles.TITLES", 1000)
    await held_by(hass, monkeypatch, FEW)  # what is loaded once
    few, many = [await held_by(hass, monkeypatch, count) for count in (FEW, MANY)]
    held, entities, json = ((more - less) / (MANY - FEW) for less, more in zip(few, many, strict=True))
    report("memory of a request with ten episodes, bytes", MANY, held)
    report("memory of its entity in Home Assistant, bytes", MANY, entities)
    report("its JSON from the services, bytes", MANY, json)
    report("memory of a request with ten episodes / its JSON", MANY, held / json)
