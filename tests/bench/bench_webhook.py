"""From a webhook to the written state, against a bare webhook of Home Assistant that writes one state."""

import asyncio
from statistics import median
from typing import Any

from aiohttp import ClientSession
from aiohttp.web import Request
from homeassistant.components import webhook
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
import pytest

from tests.bench.conftest import SIZES, Report
from tests.bench.houses import build
from tests.common import SetUp, StartHousehold, coordinator_of, entity_id_of, stage_of

GRABS = 100
ATTRIBUTES = [f"attribute_{number}" for number in range(20)]  # as many as a request has


class Stopwatch:
    """Measures from the sending of a post to the next change of one entity's state."""

    def __init__(self, hass: HomeAssistant, session: ClientSession) -> None:
        """Listen to all changes."""
        self.session = session
        self.loop = hass.loop
        self.changed: dict[str, asyncio.Future[float]] = {}
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._changed)

    @callback
    def _changed(self, event: Event[Any]) -> None:
        """Stop the watch of an entity."""
        future = self.changed.get(event.data["entity_id"])
        if future and not future.done():
            future.set_result(self.loop.time())

    async def measure(self, entity_id: str, url: str, body: Any) -> float:
        """Return the milliseconds from the sending to the written state."""
        stopped = self.changed[entity_id] = self.loop.create_future()
        began = self.loop.time()
        async with self.session.post(url, json=body) as answer:
            assert answer.status == 200
        return (await asyncio.wait_for(stopped, 10) - began) * 1000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("requests", SIZES)
async def bench_webhook_to_state(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    callback_url: str,
    report: Report,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    requests: int,
) -> None:
    """A grab told by Radarr, in households of so many active requests, in turn with the bare one."""
    caplog.set_level("ERROR")
    home, entry, every = await build(hass, household, setup_entry, monkeypatch, requests)
    asked = every[::2]  # the films
    home.radarr.webhooks.mode = "hold"
    count = 0

    async def write(hass: HomeAssistant, webhook_id: str, request: Request) -> None:
        """Read the body and write one state."""
        nonlocal count
        count += 1
        told = await request.json()
        hass.states.async_set("sensor.bare", f"{told['eventType']} {count}", dict.fromkeys(ATTRIBUTES, count))

    bare_id = webhook.async_generate_id()
    webhook.async_register(hass, "test", "bare", bare_id, write)
    bare_url = f"{callback_url}{webhook.async_generate_path(bare_id)}"
    bare: list[float] = []
    ours: list[float] = []
    async with ClientSession() as session:
        watch = Stopwatch(hass, session)
        for request in asked[:GRABS]:
            await home.world.grab(request)
            sent = home.radarr.webhooks.held.pop()
            if stage_of(hass, entry, request) != "approved":
                continue  # a poll was faster
            bare.append(await watch.measure("sensor.bare", bare_url, sent.body))
            entity_id = entity_id_of(hass, entry, request)
            assert entity_id
            ours.append(await watch.measure(entity_id, sent.url, sent.body))
            assert stage_of(hass, entry, request) == "indexed"
            # Webhooks are seconds apart, as a rule: what an update leaves to the next one is done by then.
            coordinator_of(entry).async_evidence_changed()
            await asyncio.sleep(ours[-1] / 1000)
    assert len(ours) >= min(len(asked), 20)
    report("webhook to written state, median, ms", requests, median(ours))
    report("bare webhook, median, ms", requests, median(bare))
    report("webhook to written state / bare webhook", requests, median(ours) / median(bare))
