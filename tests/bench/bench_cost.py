"""What a household costs by its size: cycles, news, calls."""

import gc
from statistics import median
import time

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant
import pytest

from custom_components.status_tracker.clients.seerr import PAGE
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS
from tests.bench.conftest import SIZES, Report
from tests.bench.houses import Replay, build, cycle, record_audits, steps
from tests.common import Clock, SetUp, StartHousehold, coordinator_of, finished_requests, poll, state_of
from tests.stack.titles import film

POLLING = {CONF_REGISTER_WEBHOOKS: False}
CYCLES = 6
NEWS = 20


@pytest.mark.timeout(400)
@pytest.mark.parametrize("count", SIZES)
async def bench_cycle(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    report: Report,
    count: int,
) -> None:
    """A cycle in which nothing changed: CPU against decoding the same bodies, calls, longest step."""
    replay = Replay(monkeypatch)
    home, entry, asked = await build(hass, household, setup_entry, monkeypatch, count, **POLLING)
    download = await home.world.grab(asked[0])
    await home.world.progress(download, 0.2)
    for _ in range(CYCLES + count // PAGE):  # every page of requests
        await poll(hass, entry, rounds=1)
    home.clear_calls()
    await poll(hass, entry, rounds=1)
    calls = home.calls()
    report("calls of a steady cycle, most of one service", count, max(calls.values()))
    await record_audits(entry, CYCLES)
    longest: list[float] = []
    gc.collect()
    with replay.playing(), steps(longest):
        begin = time.process_time()
        for _ in range(CYCLES):
            await cycle(hass, entry)
        spent = (time.process_time() - begin) / CYCLES
    assert replay.missing == 0
    decoding = replay.decoding() / CYCLES
    report("cycle without news: CPU, ms", count, spent * 1000)
    report("cycle without news: decoding its bodies, ms", count, decoding * 1000)
    report("cycle without news: CPU / decoding", count, spent / decoding)
    report("cycle without news: longest step of the event loop, ms", count, max(longest, default=0) * 1000)

    # One row of a client that changed, until its state is written
    coordinator = coordinator_of(entry)
    taken = []
    for number in range(NEWS):
        await home.world.progress(download, (21.5 + number) / 100)
        await coordinator.sources["qbittorrent"].refresh(coordinator.wants)
        begin = time.perf_counter()
        coordinator.async_evidence_changed()
        taken.append(time.perf_counter() - begin)
        state = state_of(hass, entry, asked[0])
        assert state is not None
        assert state.attributes["progress"] == 21 + number
    report("one changed torrent to its written state, ms", count, median(taken) * 1000)

    # Many that changed at once, each written once
    if count >= 2 * NEWS:
        downloads = [await home.world.grab(one) for one in asked[2 : 2 + 2 * NEWS : 2]]
        for one in downloads:
            await home.world.progress(one, 0.1)
        for _ in range(3):
            await poll(hass, entry, rounds=1)
        written: list[str] = []

        def note(event: Event) -> None:  # type: ignore[type-arg]  # any event
            """Note the request whose state was written."""
            if "progress" in (event.data["new_state"] or event.data["old_state"]).attributes:
                written.append(event.data["entity_id"])

        for one in downloads:
            await home.world.progress(one, 0.6)
        hass.bus.async_listen(EVENT_STATE_CHANGED, note)
        await poll(hass, entry, rounds=1)
        report("states written in a cycle / requests that changed", count, len(written) / len(downloads))


@pytest.mark.timeout(200)
@pytest.mark.parametrize("finished", [0, 5000])
async def bench_finished(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    report: Report,
    finished: int,
) -> None:
    """What Seerr is asked in ten minutes by ten active requests, with finished ones beside."""
    monkeypatch.setattr("custom_components.status_tracker.sources.seerr.titles.TITLES", 1000)
    home = await household()
    await finished_requests(home, finished)
    for number in range(10):
        await home.world.request(film(f"Film {number}", 2000, 1000 + number), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    for _ in range(12):
        clock.advance(home, minutes=2)
        await poll(hass, entry, rounds=1)
    client = coordinator_of(entry).seerr.client
    home.clear_calls()
    before = client.received
    for _ in range(10):
        clock.advance(home, minutes=1)
        await poll(hass, entry, rounds=1)
    report(f"Seerr, 10 active and {finished} finished: bytes a minute", 10, (client.received - before) / 10)
    report(f"Seerr, 10 active and {finished} finished: calls a minute", 10, home.calls()["seerr"] / 10)
