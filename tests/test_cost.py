"""What following a household costs: calls in a cycle, the pace, memory, and time of the event loop."""

from collections import Counter
from datetime import timedelta
import gc
import tracemalloc
from unittest.mock import patch

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.clients.jellyfin_model import Item
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, LIMITS
from custom_components.status_tracker.pipeline import incremental
from custom_components.status_tracker.pipeline.evidence.library import LibraryEvidence
from custom_components.status_tracker.sources.seerr import titles as titles_module
from custom_components.status_tracker.sources.shoko.source import ShokoSource
from custom_components.status_tracker.updates.polling import LONGEST

from .common import Clock, SetUp, StartHousehold, coordinator_of, finished_requests, poll, stage_of, until
from .stack.household import Household
from .stack.stories import sintel, tears_of_steel, your_name
from .stack.titles import film, series

POLLING = {CONF_REGISTER_WEBHOOKS: False}
MOST = {
    "seerr": 2,
    "radarr-hd": 2,
    "radarr-4k": 2,
    "sonarr-hd": 2,
    "qbittorrent": 1,
    "jellyfin": 1,
    "shoko": 1,
}
CYCLES = 8
MIB = 1 << 20


async def settled(hass: HomeAssistant, home: Household, entry: MockConfigEntry) -> None:
    """Poll until all is known that can be: cycles in a row that cost the same."""
    calm = 0
    for _ in range(60):
        home.clear_calls()
        await poll(hass, entry, rounds=1)
        calm = calm + 1 if all(count <= MOST[name] for name, count in home.calls().items()) else 0
        if calm == 4:
            return
    raise AssertionError(f"It never gets calm: {home.calls()}")


def paths(home: Household) -> list[str]:
    """All calls so far, to see what was too much."""
    return [f"{server.name} {call.path} {call.query}" for server in home.servers for call in server.calls]


def unfiltered(home: Household) -> list[str]:
    """The calls so far that asked an *arr for all there is."""
    return [
        f"{server.name} {call.path}"
        for server in (*home.radarrs.values(), *home.sonarrs.values())
        for call in server.calls
        if call.path.rstrip("/").endswith(("/movie", "/series", "/episode", "/history", "/wanted/missing"))
        and not {"tmdbId", "tvdbId", "movieId", "seriesId"} & set(call.query)
    ]


async def requests_of_every_kind(home: Household, count: int) -> None:
    """So many active requests: most wait to be found, some load, wait for the library, or for Shoko."""
    world = home.world
    for number in range(count - 5):
        if number % 3:
            await world.request(film(f"Film {number}", 2000, 1000 + number), auto_approve=number % 7 > 0)
        else:
            title = series(f"Show {number}", 2000, 50000 + number, 60000 + number, {1: 4, 2: 4})
            await world.request(title, auto_approve=True, seasons=[1])
    for number, share in enumerate((0.2, 0.6)):
        title = film(f"Loading {number}", 1990, 90 + number)
        await world.progress(await world.grab(await world.request(title, auto_approve=True)), share)
    await world.import_(await world.grab(await world.request(sintel(), auto_approve=True)))
    (file,) = await world.import_(await world.grab(await world.request(your_name(), auto_approve=True)))
    ids = {"tmdb_movies": [your_name().tmdb_id]}
    listed = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1, **ids)
    await world.shoko_take_in(file.path, file.size, *world.shoko_episodes_of(listed))
    await world.grab(await world.request(film("4K", 1991, 95), auto_approve=True, is_4k=True))


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("count", "finished"), [(5, 0), (5, 5000), (1000, 0), (1000, 5000)])
async def test_a_steady_cycle(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    finished: int,
) -> None:
    """However many requests are active or finished, a cycle costs the same handful of calls."""
    caplog.set_level("ERROR")
    monkeypatch.setattr(titles_module, "TITLES", 1000)  # some at a time would take many cycles
    home = await household(radarrs=("hd", "4k"), shoko=True)
    await finished_requests(home, finished)
    await requests_of_every_kind(home, count)
    entry = await setup_entry(home, **POLLING)
    assert unfiltered(home) == []
    shoko = coordinator_of(entry).sources["shoko"]
    assert isinstance(shoko, ShokoSource)
    await until(hass, lambda: shoko.push_connected)
    for _ in range(6):
        clock.advance(home, minutes=10)
        await poll(hass, entry, rounds=1)
    await settled(hass, home, entry)
    assert len(coordinator_of(entry).data) == count
    assert all(request.titled for request in coordinator_of(entry).data.values())
    total: Counter[str] = Counter()
    for _ in range(CYCLES):
        clock.advance(home, seconds=15)
        home.clear_calls()
        await poll(hass, entry, rounds=1)
        calls = home.calls()
        assert {name: calls[name] for name, most in MOST.items() if calls[name] > most} == {}, paths(home)
        assert unfiltered(home) == []
        total.update(calls)
    assert all(total[name] >= CYCLES // 2 for name in MOST), total
    assert not caplog.records


@pytest.mark.timeout(120)
async def test_finished_requests_are_not_read(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
) -> None:
    """Of ten active requests Seerr answers as much with five thousand finished ones beside as without."""
    received = {}
    for finished in (0, 5000):
        home = await household()
        await finished_requests(home, finished)
        for number in range(10):
            await home.world.request(film(f"Film {number}", 2000, 1000 + number), auto_approve=True)
        entry = await setup_entry(home, **POLLING)
        await settled(hass, home, entry)
        client = coordinator_of(entry).seerr.client
        calls, before = client.calls, client.received
        for _ in range(CYCLES):
            clock.advance(home, minutes=1)
            await coordinator_of(entry).async_refresh()
        assert len(coordinator_of(entry).data) == 10
        assert client.calls - calls == 2 * CYCLES
        received[finished] = (client.received - before) / CYCLES
    assert received[5000] <= 1.2 * received[0], received


async def test_news_costs_a_little_more_only_once(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """What has changed is read, and nothing else; then a cycle costs what it did."""
    home = await household(shoko=True)
    world = home.world
    requests = [
        await world.request(film(f"Film {number}", 2000, 1000 + number), auto_approve=True)
        for number in range(30)
    ]
    entry = await setup_entry(home, **POLLING)
    clock.advance(home, hours=1)
    await settled(hass, home, entry)
    await world.import_(await world.grab(requests[3]))
    await world.library_scan()
    home.clear_calls()
    await poll(hass, entry, rounds=3)
    assert stage_of(hass, entry, requests[3]) == "available"
    read = [call.path for call in home.radarr.calls if "/movie/" in call.path]
    assert len(set(read)) <= 3  # the one that has news, and of the others one at a time
    assert sum(home.calls().values()) < 40
    await settled(hass, home, entry)


async def test_the_pace(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Fast while something loads, slow when all is quiet; new requests are seen within a minute always."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    await settled(hass, home, entry)

    async def ten_minutes() -> dict[str, int]:
        """Count the calls of ten minutes, and the updates."""
        home.clear_calls()
        updates = await pass_time(home, entry, clock, minutes=10)
        return {**home.calls(), "updates": updates}

    quiet = await ten_minutes()
    request = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, entry, rounds=4)
    waiting = await ten_minutes()
    download = await home.world.grab(request)
    await home.world.progress(download, 0.5)
    await poll(hass, entry, rounds=4)
    loading = await ten_minutes()
    await home.world.import_(download)
    await home.world.library_scan()
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, request) == "available"
    await ten_minutes()
    after = await ten_minutes()
    assert 18 <= quiet["seerr"] <= 24
    assert max(quiet["radarr-hd"], quiet["qbittorrent"], quiet["jellyfin"]) <= 6
    assert 9 <= waiting["qbittorrent"] <= 12
    assert 110 <= loading["qbittorrent"] <= 130
    assert 38 <= loading["radarr-hd"] / 2 <= 50
    assert quiet["updates"] <= 15
    assert loading["updates"] <= 160
    assert loading["seerr"] <= 24
    assert max(after["radarr-hd"], after["qbittorrent"], after["jellyfin"]) <= 6


async def test_the_pace_with_webhooks(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A Radarr that has told of a grab is asked once a minute while it loads, until it leaves one untold."""
    home = await household()
    entry = await setup_entry(home)
    await settled(hass, home, entry)
    first = await home.world.request(film("Told", 2000, 1001), auto_approve=True)
    await poll(hass, entry, rounds=4)
    await home.world.progress(await home.world.grab(first), 0.5)
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, first) == "downloading"

    home.clear_calls()
    await pass_time(home, entry, clock, minutes=10)
    assert home.calls()["radarr-hd"] <= 10 * MOST["radarr-hd"] + 2
    assert home.calls()["qbittorrent"] >= 110

    home.radarr.webhooks.mode = "drop"
    second = await home.world.request(film("Untold", 2000, 1002), auto_approve=True)
    await poll(hass, entry, rounds=2)
    await home.world.progress(await home.world.grab(second), 0.5)
    await pass_time(home, entry, clock, minutes=2)
    assert stage_of(hass, entry, second) == "downloading"
    home.clear_calls()
    await pass_time(home, entry, clock, minutes=10)
    assert home.calls()["radarr-hd"] / MOST["radarr-hd"] >= 38


@pytest.mark.timeout(120)
async def test_a_large_library(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """Fifty thousand items are read in pages once and kept as numbers, not as objects."""
    caplog.set_level("ERROR")
    home = await household()
    home.jellyfin.add_bulk(movies=9000, series=1000, episodes=40000)
    world = home.world
    shown = await world.request(sintel(), auto_approve=True)
    await world.import_(await world.grab(shown))
    await world.library_scan()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        entry = await setup_entry(home, **POLLING)
        for _ in range(40):
            await poll(hass, entry, rounds=1)
        await world.request(film("Another", 2001, 12345), auto_approve=True)
        await poll(hass, entry, rounds=4)
        gc.collect()
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    pieces = sum(isinstance(one, Item | LibraryEvidence) for one in gc.get_objects())
    assert pieces < 50
    assert held < 12 * MIB, f"{held / MIB:.1f} MiB"
    # What was in the library already is found in it, and reading it all happened once.
    listed = [call for call in home.jellyfin.calls if call.query.get("startIndex", "0") != "0"]
    assert len(listed) < 60
    home.clear_calls()
    await poll(hass, entry, rounds=4)
    assert home.calls()["jellyfin"] <= 4


async def test_the_same_evidence_is_not_judged_over_and_over(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Cycles without news cost no evaluation, and news of one request that of this one alone."""
    home = await household()
    for number in range(5):
        await home.world.request(film(f"Film {number}", 2000, 1000 + number), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    await settled(hass, home, entry)
    with patch.object(incremental, "judge_requests", wraps=incremental.judge_requests) as judge:
        for _ in range(10):
            clock.advance(home, seconds=31)
            await poll(hass, entry, rounds=1)
        assert judge.call_count == 0
        request = await home.world.request(sintel(), auto_approve=True)
        await poll(hass, entry, rounds=1)
        assert judge.call_count >= 1
        judged = {one.request_id for call in judge.call_args_list for one in call.args[0].requests}
        assert judged == {request.id}


@pytest.mark.timeout(120)
async def test_a_slow_day(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Hours in which nothing happens, a night among them: few calls, no news, nothing in the log."""
    home = await household(shoko=True)
    world = home.world
    for number in range(3):
        await world.request(film(f"Film {number}", 2000, 1000 + number), auto_approve=True)
    await world.request(series("Show", 2000, 50000, 60000, {1: 4}), auto_approve=True)
    for title in (tears_of_steel(), your_name()):
        await world.request(title)
    entry = await setup_entry(home, **POLLING, **dict.fromkeys(LIMITS, 7 * 24 * 60))
    await settled(hass, home, entry)
    coordinator = coordinator_of(entry)
    written = Counter[str]()

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        """Count the writes of states."""
        written[event.data["entity_id"]] += 1

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    caplog.clear()
    caplog.set_level("INFO")
    home.clear_calls()
    minutes = 5 * 60
    cycles = await pass_time(home, entry, clock, hours=3)
    clock.advance(home, hours=19)
    cycles += await pass_time(home, entry, clock, hours=2)
    assert cycles <= minutes * 1.5
    for name, count in home.calls().items():
        assert minutes * 0.9 * MOST[name] / 2 <= count <= minutes * MOST[name] * 1.1, (name, count)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    assert ours == []
    await hass.async_block_till_done()
    assert written == {}
    assert coordinator.last_update_success
    assert all(server.count(method="POST") <= 30 for server in home.servers)


async def pass_time(home: Household, entry: MockConfigEntry, clock: Clock, **span: float) -> int:
    """Let time pass, each update when it is due; return how many there were."""
    coordinator = coordinator_of(entry)
    end, updates = clock.now() + timedelta(**span), 0
    while clock.now() < end:
        assert coordinator.update_interval
        step = coordinator.update_interval.total_seconds()
        assert 2 <= step <= LONGEST.total_seconds()
        clock.advance(home, seconds=step)
        await coordinator.async_refresh()
        updates += 1
    return updates
