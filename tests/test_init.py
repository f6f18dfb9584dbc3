"""Setting up, unloading and removing; services that are not there, or not what they should be."""

from collections.abc import Callable
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker import coordinator as coordinator_module
from custom_components.status_tracker.clients.http import HttpClient
from custom_components.status_tracker.clients.jellyfin import JellyfinClient
from custom_components.status_tracker.clients.qbittorrent import QBittorrentClient
from custom_components.status_tracker.clients.shoko import ShokoClient
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from .common import Clock, SetUp, StartHousehold, coordinator_of, entry_of, poll, stage_of, state_of, until
from .stack.household import Household
from .stack.server import Fault, StackServer
from .stack.stories import long_way_home, sintel, tears_of_steel
from .stack.titles import film

POLLING = {CONF_REGISTER_WEBHOOKS: False}
ALL = ["radarr-hd", "sonarr-hd", "qbittorrent", "jellyfin", "shoko", "seerr"]
OPTIONAL = ["radarr-hd", "sonarr-hd", "qbittorrent", "jellyfin", "shoko"]


def _lie(path: str, data: Any) -> Any:
    """Say something of another shape."""
    return [] if isinstance(data, dict) else {"error": "nothing here"}


FAULTS: dict[str, tuple[Callable[[], Fault], set[str]]] = {
    "down": (Fault.down, {"cannot_connect"}),
    "hang": (Fault.hang, {"timed_out"}),
    "html": (Fault.html, {"wrong_service", "bad_answer"}),
    "garbage": (Fault.garbage, {"bad_answer", "wrong_service"}),
    "lying": (lambda: Fault.lying(_lie), {"bad_answer", "wrong_service", "not_found", "invalid_auth"}),
    "bad key": (Fault.bad_key, {"invalid_auth", "banned", "not_allowed"}),
    "redirect": (Fault.redirect, {"wrong_service"}),
    "starting": (lambda: Fault.status(503), {"not_ready"}),
    "broken": (lambda: Fault.status(500), {"bad_answer", "not_ready"}),
}


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for what hangs only for a moment."""
    monkeypatch.setattr(coordinator_module, "PATIENCE", 1.0)


@pytest.fixture
def short_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up calls that hang after a moment."""
    for client in (HttpClient, JellyfinClient, QBittorrentClient, ShokoClient):
        monkeypatch.setitem(client.__init__.__kwdefaults__, "timeout", 0.5)


def server_of(home: Household, name: str) -> StackServer:
    """The server of a name."""
    return next(server for server in home.servers if server.name == name)


def connection(hass: HomeAssistant, name: str) -> State:
    """The connectivity sensor of a service."""
    state = hass.states.get(f"binary_sensor.{name.replace('-', '_')}_connection")
    assert state
    return state


@pytest.fixture(name="home")
async def home_fixture(household: StartHousehold) -> Household:
    """Return a household in which every service has something to report."""
    home = await household(shoko=True)
    world = home.world
    await world.request(film("Pending", 2001, 601))
    loading = await world.grab(await world.request(film("Loading", 2003, 603), auto_approve=True))
    await world.progress(loading, 0.5)
    await world.import_(await world.grab(await world.request(sintel(), auto_approve=True)))
    await world.request(long_way_home(), auto_approve=True, seasons=[1])
    return home


async def test_setup_unload_reload_remove(
    hass: HomeAssistant, home: Household, setup_entry: SetUp, hass_storage: dict[str, Any]
) -> None:
    """The whole life of an entry; nothing of it remains."""
    entry = await setup_entry(home)
    assert entry.state is ConfigEntryState.LOADED
    await poll(hass, entry)
    before = {state.entity_id: state.state for state in hass.states.async_all("sensor")}
    assert len(before) == 4 + 4 + 2
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    await hass.async_block_till_done()
    assert {state.state for state in hass.states.async_all("sensor")} == {"unavailable"}
    home.clear_calls()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sum(home.calls().values()) == 0
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert {state.entity_id: state.state for state in hass.states.async_all("sensor")} == before
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert {state.entity_id: state.state for state in hass.states.async_all("sensor")} == before
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
    assert hass.states.async_all() == []
    assert not home.seerr.webhook.config["enabled"]


@pytest.mark.usefixtures("short_time_limit")
@pytest.mark.parametrize("fault", FAULTS)
async def test_without_seerr(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    """Seerr must answer at setup: else it is tried again, or a new key is asked for; then all is well."""
    home = await household()
    request = await home.world.request(sintel())
    make, _ = FAULTS[fault]
    home.seerr.fault = make()
    entry = await setup_entry(home, **POLLING)
    if fault == "bad key":
        assert entry.state is ConfigEntryState.SETUP_ERROR
        (flow,) = hass.config_entries.flow.async_progress()
        assert flow["context"]["source"] == "reauth"
        hass.config_entries.flow.async_abort(flow["flow_id"])
    else:
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert entry.reason
        assert "Seerr" in entry.reason
    assert home.seerr.api_key not in caplog.text
    assert hass.states.async_all() == []
    home.seerr.fault = None
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert stage_of(hass, entry, request) == "requested"


async def healed(hass: HomeAssistant, home: Household, entry: MockConfigEntry, clock: Clock) -> None:
    """Heal all, let the longest pause pass, and see that all are well again by themselves."""
    for server in home.servers:
        server.fault = None
    for flow in hass.config_entries.flow.async_progress():
        hass.config_entries.flow.async_abort(flow["flow_id"])
    home.qbittorrent.gate.lift_ban()
    clock.advance(home, minutes=11)
    for source in coordinator_of(entry).sources.values():
        await until(hass, lambda source=source: not source._lock.locked())
    await coordinator_of(entry).async_refresh()
    await hass.async_block_till_done()
    if connection(hass, "qbittorrent").attributes["reason"] == "invalid_auth":
        # Refused once it asks no more, or it would be locked out: that takes a person and the flow.
        subentry = entry.subentries["qbittorrent"]
        data = {**subentry.data, "verify_ssl": not subentry.data["verify_ssl"]}
        hass.config_entries.async_update_subentry(entry, subentry, data=data)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    await until(hass, lambda: states_of(hass) == dict.fromkeys(ALL, "on"))
    assert {connection(hass, name).attributes["reason"] for name in ALL} == {None}


def stages(hass: HomeAssistant) -> dict[int, str]:
    """The stage each request's sensor shows, by its number."""
    states = [state for state in hass.states.async_all("sensor") if "request_id" in state.attributes]
    return {int(state.attributes["request_id"]): state.state for state in states}


def states_of(hass: HomeAssistant) -> dict[str, str]:
    """Whether each service is connected."""
    return {name: connection(hass, name).state for name in ALL}


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return the records of the integration that hold a traceback."""
    return [one for one in caplog.records if one.exc_info and one.name.startswith("custom_components")]


@pytest.mark.usefixtures("short_time_limit")
@pytest.mark.parametrize("fault", FAULTS)
async def test_services_that_fail_at_setup(
    hass: HomeAssistant,
    home: Household,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
    clock: Clock,
    fault: str,
) -> None:
    """No service but Seerr keeps from being set up: each is named with the reason, and comes back."""
    make, reasons = FAULTS[fault]
    for name in OPTIONAL:
        server_of(home, name).fault = make()
    entry = await setup_entry(home, **POLLING)
    assert entry.state is ConfigEntryState.LOADED
    assert len(coordinator_of(entry).data) == 4
    await until(hass, lambda: states_of(hass) == {**dict.fromkeys(OPTIONAL, "off"), "seerr": "on"})
    for name in OPTIONAL:
        assert connection(hass, name).attributes["reason"] in reasons, name
        assert connection(hass, name).attributes["since"]
    request = await home.world.request(tears_of_steel())
    await poll(hass, entry, rounds=1)
    assert stage_of(hass, entry, request) == "requested"
    await healed(hass, home, entry, clock)
    await poll(hass, entry, rounds=4)
    assert set(stages(hass).values()) == {"requested", "downloading", "importing", "approved"}
    for one in home.servers:
        assert not one.api_key or one.api_key not in caplog.text
    assert not tracebacks(caplog)


@pytest.mark.usefixtures("short_time_limit")
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_service_that_fails_at_run_time(
    hass: HomeAssistant,
    home: Household,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
    clock: Clock,
    fault: str,
) -> None:
    """One after the other fails: it is named with the reason, logged once, and all others go on."""
    world = home.world
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    make, reasons = FAULTS[fault]
    for number, name in enumerate(ALL):
        caplog.clear()
        shown = stages(hass)
        server_of(home, name).fault = make()
        home.qbittorrent.gate.expire_sessions()
        await poll(hass, entry, rounds=2)
        await until(hass, lambda name=name: states_of(hass) == {**dict.fromkeys(ALL, "on"), name: "off"})
        assert connection(hass, name).attributes["reason"] in reasons, name
        warnings = [one.getMessage().lower() for one in caplog.records if one.levelname == "WARNING"]
        assert len([one for one in warnings if one.startswith(f"{name} is unavailable")]) == 1
        # The last evidence stands, and others' news is seen, though not what only this one would tell.
        assert stages(hass) == shown
        if name not in ("seerr", "radarr-hd"):
            request = await world.request(film(f"News {number}", 2010, 900 + number), auto_approve=True)
            await poll(hass, entry, rounds=2)
            await world.grab(request)
            await poll(hass, entry, rounds=2)
            assert stage_of(hass, entry, request) == "indexed", name
        await healed(hass, home, entry, clock)
    assert not tracebacks(caplog)


async def test_a_hanging_service_delays_nobody(
    hass: HomeAssistant, home: Household, setup_entry: SetUp, clock: Clock
) -> None:
    """While calls hang, the news of all others arrives; what the slow one brings late is taken in then."""
    world = home.world
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    home.sonarr.fault = Fault.hang()
    home.jellyfin.fault = Fault.hang()
    request = await world.request(tears_of_steel())
    show = next(one for one in world.requests.values() if one.title.media_type == "tv")
    await world.grab(show)
    for source in coordinator_of(entry).sources.values():
        source.poll_soon()
    update = hass.async_create_task(coordinator_of(entry).async_refresh())
    await home.sonarr.wait_for_calls()
    await update
    assert stage_of(hass, entry, request) == "requested"
    assert stage_of(hass, entry, show) == "approved"
    await world.approve(request)
    await world.progress(await world.grab(request), 0.5)
    for _ in range(2):
        clock.advance(home, minutes=1)
        await coordinator_of(entry).async_refresh()
    assert stage_of(hass, entry, request) == "downloading"
    assert home.sonarr.count("/queue") > 0
    asked = home.sonarr.count("/queue")
    home.sonarr.fault = home.jellyfin.fault = None
    await until(hass, lambda: stage_of(hass, entry, show) == "indexed")
    assert home.sonarr.count("/queue") <= asked + 1  # by the very answer it waited for


async def test_a_hanging_seerr(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Not even Seerr delays the others."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    home.seerr.fault = Fault.hang()
    await home.world.grab(request)
    await poll(hass, entry, rounds=2)
    assert stage_of(hass, entry, request) == "indexed"


# Restarts


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Stop and start again, as far as an entry can tell."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_a_restart_keeps_all_that_was_learnt(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Download ids, stages with their times, the timeline, and what can be watched with Jellyfin down."""
    home = await household()
    world = home.world
    entry = await setup_entry(home, **POLLING)
    request, other = await world.request(sintel()), await world.request(tears_of_steel(), auto_approve=True)
    await poll(hass, entry)
    clock.advance(home, minutes=5)
    await world.approve(request)
    await poll(hass, entry, rounds=3)
    clock.advance(home, minutes=5)
    download = await world.grab(request)
    await world.progress(download, 0.5)
    await poll(hass, entry, rounds=3)
    clock.advance(home, minutes=5)
    await world.complete(download)
    await world.import_(download)
    await world.library_scan()
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, request) == "available"
    before = state_of(hass, entry, request)
    journey = coordinator_of(entry).data[request.id].journey
    assert before
    way = list(dict.fromkeys(step.stage for step in journey.timeline))
    assert way == ["requested", "approved", "downloading", "available"]
    assert download.id.lower() in journey.download_ids
    await world.progress(await world.grab(other), 0.25)
    await poll(hass, entry, rounds=3)
    for server in home.servers:
        server.fault = None if server is home.seerr else Fault.down()
    clock.advance(home, minutes=10)
    await restart(hass, entry)
    after = state_of(hass, entry, request)
    assert after
    assert (after.state, after.attributes) == (before.state, before.attributes)
    assert coordinator_of(entry).data[request.id].journey == journey
    loading = state_of(hass, entry, other)
    assert loading
    assert (loading.state, loading.attributes.get("progress")) == ("downloading", 25)
    for server in home.servers:
        server.fault = None
    await poll(hass, entry, rounds=4)
    assert coordinator_of(entry).data[request.id].journey.timeline == journey.timeline
    assert stage_of(hass, entry, request) == "available"


async def test_seerr_down_after_a_restart(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The entry waits for Seerr; nothing that was learnt is lost over it, and no entity goes."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    await home.world.progress(await home.world.grab(request), 0.5)
    await poll(hass, entry, rounds=4)
    journey = coordinator_of(entry).data[request.id].journey
    home.seerr.fault = Fault.down()
    await restart(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    state = state_of(hass, entry, request)
    assert state
    assert state.state == "unavailable"
    home.seerr.fault = None
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "downloading"
    assert coordinator_of(entry).data[request.id].journey.stage_since == journey.stage_since
    assert coordinator_of(entry).data[request.id].journey.download_ids == journey.download_ids


@pytest.mark.parametrize(
    "damage",
    [
        {},
        {"memory": None},
        {"memory": {"journeys": [{"request_id": 1}], "done": {}}, "sources": {}},
        {"memory": {"journeys": {}, "done": []}, "sources": []},
        {"memory": {"started": "yesterday", "journeys": [], "done": {"x": 1}}, "sources": {}},
        {"memory": {"started": None, "journeys": [], "done": {}}, "sources": "?"},
        {
            "memory": {"started": None, "journeys": [], "done": {}},
            "sources": {
                name: {"requests": 3, "items": [1], "torrents": "x"} for name in ("seerr", "jellyfin")
            },
        },
        {
            "memory": {"started": None, "journeys": [], "done": {}},
            "sources": {key: [] for key in ("seerr", "radarr-hd", "qbittorrent", "jellyfin")},
        },
        "text",
        [1, 2],
    ],
)
async def test_a_damaged_store(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_storage: dict[str, Any],
    damage: Any,
) -> None:
    """Whatever is in the file, the entry is set up and goes on with what can be learnt anew."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    key = f"{DOMAIN}.{entry_of(home).entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": damage}
    entry = await setup_entry(home, **POLLING)
    assert entry.state is ConfigEntryState.LOADED
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, request) == "approved"
    await restart(hass, entry)
    assert stage_of(hass, entry, request) == "approved"


async def test_two_entries_do_not_mix(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Two Seerrs have the same numbers for other requests."""
    first, second = await household(), await household()
    one, other = await first.world.request(sintel()), await second.world.request(tears_of_steel())
    entries = [await setup_entry(first, **POLLING), await setup_entry(second, **POLLING)]
    assert one.id == other.id
    names = [state.name for entry in entries if (state := state_of(hass, entry, one))]
    assert names == ["Requests Sintel (2010)", "Requests Tears of Steel (2012)"]
    await hass.config_entries.async_remove(entries[0].entry_id)
    await hass.async_block_till_done()
    assert stage_of(hass, entries[1], other) == "requested"
