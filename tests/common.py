"""A whole household and a Home Assistant that follows it, for tests of the whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from homeassistant.components import frontend
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import (
    CONF_CALLBACK_URL,
    CONF_IS_4K,
    CONF_SEERR_ID,
    DOMAIN,
    OPTIONS,
)
from custom_components.status_tracker.coordinator import StatusTrackerCoordinator
from custom_components.status_tracker.flows.client_factory import address_key

from .stack.arr import FakeArr
from .stack.household import Household
from .stack.qbittorrent import FakeQbittorrent
from .stack.rows import MEDIA_AVAILABLE, REQUEST_COMPLETED, SeerrRequest
from .stack.server import StackServer
from .stack.titles import film

ACTIVITY = "activity"


class StartHousehold(Protocol):
    """Starts a household; takes what `Household` takes."""

    def __call__(self, **options: Any) -> Awaitable[Household]:
        """Start it."""


class SetUp(Protocol):
    """Sets up an entry that follows a household; further arguments are options of the entry."""

    def __call__(self, home: Household, **options: Any) -> Awaitable[MockConfigEntry]:
        """Set it up."""


def typed(server: StackServer) -> dict[str, Any]:
    """Return the data of a service as the flows keep it."""
    data: dict[str, Any] = {"url": server.url, "api_key": server.api_key, "verify_ssl": True}
    if isinstance(server, FakeQbittorrent):
        data |= {"api_key": "", "username": server.gate.username, "password": server.gate.password}
    if isinstance(server, FakeArr):
        data |= {CONF_SEERR_ID: server.arr.server_id, CONF_IS_4K: server.arr.is_4k}
    return data


def entry_of(home: Household, number: int = 1, **options: Any) -> MockConfigEntry:
    """Return an entry for a household; the id of a subentry is the server's name, e.g. "radarr-hd"."""
    return entry_with({server.name: typed(server) for server in home.servers}, number, **options)


def entry_with(services: dict[str, dict[str, Any]], number: int = 1, **options: Any) -> MockConfigEntry:
    """Return an entry for services by name, Seerr among them.

    The entry's id is made of the number, so that it is the same in every run.
    """
    subentries = [
        ConfigSubentryDataWithId(
            data=data,
            subentry_id=name,
            subentry_type=name.partition("-")[0],
            title=name,
            unique_id=address_key(data["url"]),
        )
        for name, data in services.items()
        if name != "seerr"
    ]
    return MockConfigEntry(
        domain=DOMAIN,
        title="Seerr",
        entry_id=f"{number:026d}",
        data=services["seerr"],
        subentries_data=subentries,
        options={**OPTIONS, **options},
    )


@pytest.fixture(name="household")
async def household_fixture(hass: HomeAssistant, socket_enabled: None) -> AsyncIterator[StartHousehold]:
    """Start households; at the end entries are unloaded before their services go."""
    running: list[Household] = []

    async def start(**options: Any) -> Household:
        """Start one."""
        home = Household(**options)
        await home.__aenter__()
        running.append(home)
        return home

    yield start
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    for home in running:
        await home.__aexit__()


@pytest.fixture(name="callback_url")
async def callback_url_fixture(hass: HomeAssistant, hass_client_no_auth: Any) -> str:
    """Let Home Assistant's HTTP server listen, without a frontend, and return its address."""
    assert await async_setup_component(hass, "webhook", {})
    hass.data[frontend.DATA_EXTRA_MODULE_URL] = frontend.UrlManager(lambda *_: None, [])
    hass.config.components.add("frontend")
    hass.http.app._router.freeze = lambda: None  # as Home Assistant does: integrations come later
    client = await hass_client_no_auth()
    return str(client.make_url("/")).rstrip("/")


@pytest.fixture(name="setup_entry")
def setup_entry_fixture(hass: HomeAssistant, callback_url: str) -> SetUp:
    """Set up entries whose services reach the Home Assistant of the test."""

    async def setup(home: Household, **options: Any) -> MockConfigEntry:
        """Set up one."""
        number = len(hass.config_entries.async_entries(DOMAIN)) + 1
        entry = entry_of(home, number, **{CONF_CALLBACK_URL: callback_url, **options})
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        if entry.state is ConfigEntryState.LOADED:
            await registered(hass, entry)
        return entry

    return setup


class Clock:
    """The time of Home Assistant and a household, put forward by hand; loops and sockets keep theirs."""

    def __init__(self) -> None:
        """Start at the real time."""
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return Home Assistant's time, UTC."""
        return datetime.now(UTC) + self.ahead

    def advance(self, home: Household, **time: float) -> None:
        """Put both forward, e.g. by minutes=5."""
        self.ahead += timedelta(**time)
        home.world.advance(timedelta(**time).total_seconds())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of entries that are set up from now on."""
    clock = Clock()
    monkeypatch.setattr(dt_util, "utcnow", clock.now)
    return clock


async def until(hass: HomeAssistant, true: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait until something is true; fail if it does not come."""
    async with asyncio.timeout(seconds):
        while not true():
            await hass.async_block_till_done()
            await asyncio.sleep(0.01)


async def registered(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Wait until each webhook has been registered, or could not be."""
    registration = entry.runtime_data.webhooks.registration
    if registration.wanted:
        await until(hass, lambda: set(registration.outcomes) == set(entry.data["webhooks"]))


def coordinator_of(entry: ConfigEntry) -> StatusTrackerCoordinator:
    """Return the coordinator of an entry."""
    coordinator: StatusTrackerCoordinator = entry.runtime_data.coordinator
    return coordinator


async def poll(hass: HomeAssistant, entry: ConfigEntry, rounds: int = 2) -> None:
    """Poll every service now, and again, for what one tells may make another one worth asking."""
    coordinator = coordinator_of(entry)
    for _ in range(rounds):
        for source in coordinator.sources.values():
            source.poll_soon()
        await coordinator.async_refresh()
        await hass.async_block_till_done()


def pace_of(
    hass: HomeAssistant, home: Household, entry: ConfigEntry, clock: Clock, seconds: float
) -> Callable[[float], Awaitable[None]]:
    """Return the pace of a story in which every step is followed by a poll some seconds later."""

    async def pace(_: float) -> None:
        """Let the time of a poll pass."""
        clock.advance(home, seconds=seconds)
        await poll(hass, entry)

    return pace


async def finished_requests(home: Household, count: int, *, first: int = 100_000) -> list[SeerrRequest]:
    """Make so many requests that are completed, and were so before anybody looked."""
    made = [await home.world.request(film(f"Old {n}", 2020, n)) for n in range(first, first + count)]
    for request in made:
        request.status, request.media.status = REQUEST_COMPLETED, MEDIA_AVAILABLE
    return made


def entity_id_of(hass: HomeAssistant, entry: ConfigEntry, request: SeerrRequest) -> str | None:
    """Return the entity id of a request's sensor."""
    return er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{entry.entry_id}_{request.id}")


def state_of(hass: HomeAssistant, entry: ConfigEntry, request: SeerrRequest) -> State | None:
    """Return the state of a request's sensor, None if it has none."""
    entity_id = entity_id_of(hass, entry, request)
    return hass.states.get(entity_id) if entity_id else None


def stage_of(hass: HomeAssistant, entry: ConfigEntry, request: SeerrRequest) -> str | None:
    """Return the stage a request's sensor shows, None if it has none."""
    state = state_of(hass, entry, request)
    return state.state if state else None


def device_of(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the id of the device of all requests."""
    registry = er.async_get(hass)
    entity = registry.async_get(
        registry.async_get_entity_id("event", DOMAIN, f"{entry.entry_id}_{ACTIVITY}") or ""
    )
    assert entity
    assert entity.device_id
    return entity.device_id
