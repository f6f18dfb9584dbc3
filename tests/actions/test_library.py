"""Scan the library, and refresh."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.status_tracker.const import DOMAIN

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, stage_of, state_of, until
from ..stack.rows import MEDIA_DELETED
from ..stack.server import Fault
from ..stack.stories import sintel
from ..stack.titles import film, series
from .acting import follow, words

# Scan


async def test_rescan_library(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """One scan is started for several requests, none while one runs; what it finds shows."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    requests = [await home.world.request(film(f"Film {n}", 2000, n), auto_approve=True) for n in range(1, 3)]
    for request in requests:
        await home.world.import_(await home.world.grab(request))
    home.jellyfin.scan_seconds = 0.2
    await poll(hass, act.entry)
    assert home.jellyfin.scans == 0

    await act.rescan()
    assert home.jellyfin.scans == 1
    state = state_of(hass, act.entry, requests[0])
    assert state
    assert state.attributes["reason_detail"] == "Jellyfin is scanning its library."
    with pytest.raises(ServiceValidationError) as error:
        await act.rescan()
    assert words(error.value) == "scan_running"
    assert home.jellyfin.scans == 1

    await until(hass, lambda: home.jellyfin.scanning and home.jellyfin.scanning.done())
    await poll(hass, act.entry)
    assert {stage_of(hass, act.entry, request) for request in requests} == {"available"}


async def test_rescan_that_is_over_at_once(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A small library is scanned before anybody can look; that it was shows by when the last scan ended."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    request = await home.world.request(sintel(), auto_approve=True)
    await home.world.import_(await home.world.grab(request))
    await poll(hass, act.entry)

    await act.rescan()

    assert home.jellyfin.scans == 1
    await poll(hass, act.entry)
    assert stage_of(hass, act.entry, request) == "available"


async def test_rescan_fails(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A Jellyfin that is down, has no such task or does not begin is named."""
    home = await household()
    act = await follow(hass, setup_entry, home)

    for fault, key in (
        (Fault.status(204, "", only="Running"), "no_effect"),
        (Fault(kind="lying", only="ScheduledTasks", mutate=lambda _, rows: rows[1:]), "not_found"),
        (Fault.down(), "cannot_connect"),
    ):
        home.jellyfin.fault = fault
        with pytest.raises(HomeAssistantError) as error:
            await act.rescan()
        assert words(error.value) == key
    home.jellyfin.fault = None


async def test_rescan_of_one_jellyfin(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The device of a Jellyfin names the one to scan, that of another service none."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    devices = {
        device.name: device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), act.entry.entry_id)
    }

    await act.rescan(device_id=devices["jellyfin"])
    assert home.jellyfin.scans == 1
    with pytest.raises(ServiceValidationError) as error:
        await act.rescan(device_id=devices["radarr-hd"])
    assert words(error.value) == "no_jellyfin"
    assert home.jellyfin.scans == 1


async def test_rescan_without_jellyfin(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Without a Jellyfin there is nothing to scan."""
    home = await household(jellyfin=False)
    act = await follow(hass, setup_entry, home)

    with pytest.raises(ServiceValidationError) as error:
        await act.rescan()
    assert words(error.value) == "no_jellyfin"


# Refresh


async def test_refresh(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Every service is asked, and what is new shows at once."""
    home = await household(shoko=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    home.clear_calls()
    request = await home.world.request(sintel())

    await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
    await hass.async_block_till_done()

    assert all(home.calls().values()), home.calls()
    assert stage_of(hass, act.entry, request) == "requested"


async def test_refresh_reads_everything(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """What no service tells of, and is otherwise read in turn, shows at once."""
    home = await household()
    world = home.world
    act = await follow(hass, setup_entry, home)
    titles = [film(f"Film {number}", 2010, 900 + number) for number in range(6)]
    requests = [await world.request(title, auto_approve=True) for title in titles]
    for request in requests[:4]:
        await world.import_(await world.grab(request))
    await world.library_scan()
    await world.seerr_scan()
    show = await world.request(series("Lost", 2004, 100, 73739, {1: 2}), seasons=[1], auto_approve=True)
    await poll(hass, act.entry, rounds=2)
    assert [stage_of(hass, act.entry, one) for one in requests[3:]] == ["available", "approved", "approved"]

    await world.mark_media(requests[3].media, MEDIA_DELETED)
    await world.remove_from_arr(world.row_of(requests[3]), delete_files=True)
    await world.remove_item(next(one for one in world.items.values() if one.name == "Film 3"))
    world.row_of(requests[4]).monitored = False
    await world.remove_from_arr(world.row_of(requests[5]))
    world.row_of(show).monitored = False
    clock.advance(home, minutes=2)
    await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
    await hass.async_block_till_done()

    states = [state_of(hass, act.entry, one) for one in (*requests[3:], show)]
    assert [state and (state.state, state.attributes.get("reason")) for state in states] == [
        ("deleted", None),
        ("approved", "not_monitored"),
        ("approved", "not_in_arr"),
        ("approved", "not_monitored"),
    ]


async def test_refresh_incomplete(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Those that do not answer, or not in time, are named; the others have been read."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    request = await home.world.request(sintel())
    home.radarr.fault = Fault.down()
    home.sonarr.fault = Fault.hang()

    data = {"config_entry_id": act.entry.entry_id}
    with patch("custom_components.status_tracker.coordinator.PATIENCE", 0.5):
        answer = await hass.services.async_call(DOMAIN, "refresh", data, blocking=True, return_response=True)
        await hass.services.async_call(DOMAIN, "refresh", data, blocking=True)

    assert answer == {
        "unavailable": [
            {"service": "radarr-hd", "reason": "cannot_connect"},
            {"service": "sonarr-hd", "reason": "timed_out"},
        ]
    }
    assert stage_of(hass, act.entry, request) == "requested"
    home.radarr.fault = home.sonarr.fault = None
    await until(hass, lambda: not coordinator_of(act.entry).sources["sonarr-hd"].error)


async def test_refresh_in_vain(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Where no service can be read the action fails and names them."""
    home = await household()
    await follow(hass, setup_entry, home)
    for server in home.servers:
        server.fault = Fault.down()

    with pytest.raises(HomeAssistantError, match="radarr-hd, sonarr-hd") as error:
        await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
    assert words(error.value) == "refresh_failed"
    for server in home.servers:
        server.fault = None


async def test_nothing_loaded(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """The actions stay when the entry is unloaded, and say so."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    await hass.config_entries.async_unload(act.entry.entry_id)

    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
    assert words(error.value) == "nothing_loaded"
    data = {"config_entry_id": act.entry.entry_id}
    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(DOMAIN, "get_requests", data, blocking=True, return_response=True)
    assert error.value.translation_key == "service_config_entry_not_loaded"
