"""Against Home Assistant's own integrations of the same five services: set-up, and an hour of running."""

import asyncio
import gc
from statistics import median
import time
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.bench.conftest import Report
from tests.bench.far import FarHousehold, far_household
from tests.bench.neighbors import FastClock, core_entries
from tests.common import coordinator_of, entry_with, registered

REQUESTS = 100
ROUNDS = 4  # the first of which imports what is needed
HOUR = 3600.0


async def set_up(hass: HomeAssistant, entries: list[MockConfigEntry]) -> tuple[float, float, float]:
    """Set up entries, all at once as Home Assistant does.

    Return the seconds and CPU seconds of the set-up, and those with what it started.
    """
    for entry in entries:
        entry.add_to_hass(hass)
    gc.collect()
    begin, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(hass.config_entries.async_setup(entry.entry_id) for entry in entries))
    taken, spent = time.perf_counter() - begin, time.process_time() - cpu
    await hass.async_block_till_done()
    finished = time.process_time() - cpu
    assert all(entry.state is ConfigEntryState.LOADED for entry in entries), [
        (entry.domain, entry.state, entry.reason) for entry in entries
    ]
    return taken, spent, finished


async def remove(hass: HomeAssistant, entries: list[MockConfigEntry]) -> None:
    """Remove entries."""
    for entry in entries:
        await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()


@pytest.mark.timeout(200)
async def bench_set_up(
    hass: HomeAssistant, callback_url: str, caplog: pytest.LogCaptureFixture, report: Report
) -> None:
    """The first set-up of both with the same household, in turn."""
    caplog.set_level("ERROR")
    hass.config.internal_url = callback_url
    figures: dict[str, list[tuple[float, float, float]]] = {"ours": [], "core": []}
    async with far_household() as far:
        await far.do("request", REQUESTS)
        services = await far.do("services")
        for number in range(1, ROUNDS + 1):
            for name, entries in (
                ("core", core_entries(services)),
                ("ours", [entry_with(services, number, callback_url=callback_url)]),
            ):
                figures[name].append(await set_up(hass, entries))
                if name == "ours":
                    await registered(hass, entries[0])
                await remove(hass, entries)
    for what, place in (("time", 0), ("CPU", 1), ("CPU until all is read", 2)):
        middle = {name: median(one[place] for one in found[1:]) for name, found in figures.items()}
        for name, seconds in middle.items():
            report(f"set-up, {name}: {what}, ms", REQUESTS, seconds * 1000)
        report(f"set-up: {what} / core's", REQUESTS, middle["ours"] / middle["core"])


@pytest.mark.timeout(200)
@pytest.mark.parametrize("loading", [False, True], ids=["quiet", "loading"])
async def bench_hour(
    hass: HomeAssistant,
    callback_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    report: Report,
    loading: bool,
) -> None:
    """Calls and CPU of an hour, of both in turn, with webhooks that have proved to come."""
    caplog.set_level("ERROR")
    hass.config.internal_url = callback_url
    clock = FastClock(hass, monkeypatch)
    figures: dict[str, tuple[dict[str, int], float]] = {}
    for name in ("core", "ours"):
        async with far_household() as far:
            await far.do("request", REQUESTS)
            services = await far.do("services")
            entries = core_entries(services)
            if name == "ours":
                entries = [entry_with(services, callback_url=callback_url)]
            await set_up(hass, entries)
            if name == "ours":
                await registered(hass, entries[0])
            figures[name] = await hour(clock, far, loading)
            if name == "ours":
                check(entries[0], loading)
            await remove(hass, entries)
    situation = "while something loads" if loading else "quiet"
    for name, (calls, cpu) in figures.items():
        report(f"an hour, {situation}, {name}: calls a minute", REQUESTS, sum(calls.values()) / 60)
        report(f"an hour, {situation}, {name}: CPU a minute, ms", REQUESTS, cpu / 60 * 1000)
    (ours, our_cpu), (core, core_cpu) = figures["ours"], figures["core"]
    if loading:
        ours, core = ours | {"qbittorrent": 0}, core | {"qbittorrent": 0}
    calls = sum(ours.values()) / sum(core.values())
    report(f"an hour, {situation}: calls / core's", REQUESTS, calls)
    report(f"an hour, {situation}: CPU / core's", REQUESTS, our_cpu / core_cpu)


async def hour(clock: FastClock, far: FarHousehold, loading: bool) -> tuple[dict[str, int], float]:
    """Let everything happen once, then let an hour pass; return the calls and the CPU seconds."""
    await clock.rest()
    await clock.run(far, 60)
    await far.do("everything")
    await clock.rest()
    await clock.run(far, 900)
    progress: Any = None
    if loading:
        await far.do("grab", 0)
        await far.do("progress", 0.01)
        await clock.rest()

        async def progress(share: float) -> None:
            """Let the download go on."""
            await far.do("progress", share * 0.9)

    await clock.run(far, 60)
    await far.do("calls")
    clock.cpu = 0.0
    await clock.run(far, HOUR, progress)
    return await far.do("calls"), clock.cpu


def check(entry: MockConfigEntry, loading: bool) -> None:
    """Fail unless the hour was what it should be."""
    coordinator = coordinator_of(entry)
    stages = [request.stage for request in coordinator.data.values()]
    assert stages.count("downloading") == loading
    proved = {key for key, source in coordinator.sources.items() if source.push_works}
    assert proved == {"seerr", "radarr-hd", "sonarr-hd", "jellyfin"}, proved
