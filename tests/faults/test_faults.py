"""Each service with each fault: only that one is unhealthy, nothing is lost, and every request arrives."""

from collections.abc import Callable
import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker import coordinator as coordinator_module
from custom_components.status_tracker.clients import http
from custom_components.status_tracker.clients.http import HttpClient
from custom_components.status_tracker.clients.jellyfin import JellyfinClient
from custom_components.status_tracker.clients.qbittorrent import QBittorrentClient
from custom_components.status_tracker.clients.shoko import ShokoClient

from ..common import Clock, SetUp, StartHousehold, stage_of
from .kinds import KINDS, LARGEST, TIME_LIMIT
from .report import PHASES, PROPERTY, WRITE, documented
from .scene import Scene
from .services import SERVICES, arrive, ask

type Record = Callable[[str, object], None]

EACH = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait only for a moment, and take little."""
    monkeypatch.setattr(coordinator_module, "PATIENCE", 2.0)
    monkeypatch.setattr(http, "MAX_BYTES", LARGEST)
    for client in (HttpClient, JellyfinClient, QBittorrentClient, ShokoClient):
        monkeypatch.setitem(client.__init__.__kwdefaults__, "timeout", TIME_LIMIT)


@pytest.fixture
async def scene(
    hass: HomeAssistant,
    household: StartHousehold,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    service: str,
) -> Scene:
    """Return a household whose service is going to fail."""
    caplog.set_level(logging.INFO)
    return Scene(hass, await household(shoko=True), clock, caplog, service)


@pytest.fixture
def note(
    request: pytest.FixtureRequest, record_property: Record, service: str
) -> Callable[[str, dict[str, str]], None]:
    """Return what keeps the column of a table, which must be the documented one."""

    def note(phase: str, cells: dict[str, str]) -> None:
        """Keep it, and compare."""
        record_property(PROPERTY, [phase, service, cells])
        if not request.config.getoption(WRITE):
            assert cells == {fault: row[service] for fault, row in documented()[phase].items()}

    return note


type Note = Callable[[str, dict[str, str]], None]


@EACH
async def test_in_steady_state(scene: Scene, setup_entry: SetUp, note: Note) -> None:
    """One fault after the other, while nothing else happens."""
    settled = await ask(scene.home, scene.service, 0)
    scene.entry = await setup_entry(scene.home)
    download = await scene.home.world.grab(settled)
    await scene.reach(settled, "indexed")
    await arrive(scene.home, settled, download)
    await scene.reach(settled, "available")
    waiting = await ask(scene.home, scene.service, 1)
    await scene.reach(waiting, "approved")
    cells: dict[str, str] = {}
    for kind in KINDS.values():
        before = set(scene.entity_ids().values())
        scene.caplog.clear()
        scene.break_(kind)
        for _ in range(2):
            await scene.pass_time(6)
        cells[kind.name] = scene.check_broken(kind)
        # The last evidence stands.
        assert stage_of(scene.hass, scene.entry, settled) == "available", kind.name
        assert stage_of(scene.hass, scene.entry, waiting) == "approved", kind.name
        await scene.heal()
        scene.check_healed(kind, before)
        scene.check_log(kind)
    note("steady", cells)


@EACH
async def test_during_a_journey(scene: Scene, setup_entry: SetUp, note: Note) -> None:
    """Every download is completed, imported and shown while the service has one of the faults."""
    scene.entry = await setup_entry(scene.home)
    cells: dict[str, str] = {}
    for number, kind in enumerate(KINDS.values()):
        request = await ask(scene.home, scene.service, number)
        await scene.reach(request, "approved")
        download = await scene.home.world.grab(request)
        await scene.reach(request, "indexed")
        before = set(scene.entity_ids().values())
        scene.caplog.clear()
        scene.break_(kind)
        await scene.pass_time(1)
        await arrive(scene.home, request, download)
        await scene.pass_time(2)
        cells[kind.name] = scene.check_broken(kind)
        await scene.heal()
        await scene.reach(request, "available")
        scene.check_healed(kind, before)
        scene.check_log(kind)
    note("journey", cells)


@EACH
async def test_at_setup(scene: Scene, setup_entry: SetUp, note: Note) -> None:
    """An entry is set up without the service, and follows a request to the end once it is there.

    Then it is set up again without the service, with what it had. Seerr is needed: without it, setup is
    retried, or a new key is asked for.
    """
    hass, world = scene.hass, scene.home.world
    cells: dict[str, str] = {}
    for number, kind in enumerate(KINDS.values()):
        request = await ask(scene.home, scene.service, number)
        scene.caplog.clear()
        scene.break_(kind)
        scene.entry = await setup_entry(scene.home)
        if scene.entry.state is ConfigEntryState.LOADED:
            await scene.pass_time(1)
            cells[kind.name] = scene.check_broken(kind)
            before = set(scene.entity_ids().values())
            await scene.heal()
            scene.check_log(kind)
        else:
            assert scene.service == "Seerr", kind.name
            cells[kind.name] = await scene.wait_for_seerr(kind)
            before = set()
        scene.check_healed(kind, before)
        await scene.reach(request, "approved")
        download = await world.grab(request)
        await scene.reach(request, "indexed")  # seen on its way, it is not one that was there before
        await arrive(scene.home, request, download)
        await scene.reach(request, "available")
        scene.break_(kind)
        await scene.restart(kind, request)
        await hass.config_entries.async_remove(scene.entry.entry_id)
        await hass.async_block_till_done()
        assert scene.issues() == set(), kind.name
    note("setup", cells)


def test_the_document_names_every_service_and_fault(request: pytest.FixtureRequest) -> None:
    """The tables have the rows and columns of these tests."""
    if request.config.getoption(WRITE):
        pytest.skip("the document is being written")
    tables = documented()
    assert list(tables) == list(PHASES)
    for phase, table in tables.items():
        assert list(table) == list(KINDS), phase
        for fault, row in table.items():
            assert list(row) == list(SERVICES), (phase, fault)
            assert all(row.values()), (phase, fault)
