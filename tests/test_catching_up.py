"""Events missed during a restart, an outage or a paused connection are found again."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant

from .common import SetUp, StartHousehold, coordinator_of, poll, registered, stage_of, until
from .stack.arr_connections import BackOff
from .stack.household import Household
from .stack.server import Fault
from .stack.stories import long_way_home, sintel, tears_of_steel


def all_grabs(entry: Any, key: str = "radarr-hd") -> list[Any]:
    """The grabs an *arr's source knows of."""
    history = coordinator_of(entry).sources[key].evidence.history
    return [event for event in history if event.kind == "grabbed"]


async def move_on(home: Household, *requests: Any) -> None:
    """Take requests from approved to imported."""
    for request in requests:
        download = await home.world.grab(request)
        await home.world.complete(download)
        await home.world.import_(download)


async def test_after_a_restart(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A film and a series were imported while Home Assistant was away: the history since then tells it."""
    home = await household()
    entry = await setup_entry(home)
    movie = await home.world.request(sintel(), auto_approve=True)
    show = await home.world.request(long_way_home(), seasons=[1], auto_approve=True)
    pending = await home.world.request(tears_of_steel())
    await poll(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)

    left = home.world.now()
    await move_on(home, movie, show)
    await home.world.approve(pending)
    home.clear_calls()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await poll(hass, entry)

    assert stage_of(hass, entry, movie) == "importing"
    assert stage_of(hass, entry, show) == "importing"
    assert stage_of(hass, entry, pending) == "approved"
    for server in (home.radarr, home.sonarr):
        asked = [call for call in server.calls if call.path.endswith("history/since")]
        assert asked
        since = datetime.fromisoformat(asked[0].query["date"])
        assert left - timedelta(hours=25) < since < left
        assert server.count("queue/details") > 0
    assert all(one["untold"] == 0 for one in entry.runtime_data.webhooks.diagnostics_data.values())


async def test_after_an_outage(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """The services could neither be asked nor tell; when they are back all is as it should be."""
    home = await household()
    entry = await setup_entry(home)
    movie = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, entry)
    for server in (home.seerr, home.radarr, home.jellyfin, home.qbittorrent):
        server.fault = Fault.down()
    await poll(hass, entry)
    await move_on(home, movie)
    await home.world.library_scan()
    await poll(hass, entry)
    assert stage_of(hass, entry, movie) == "approved"
    assert hass.states.is_state("binary_sensor.radarr_hd_connection", "off")

    for server in (home.seerr, home.radarr, home.jellyfin, home.qbittorrent):
        server.fault = None
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, movie) == "available"
    assert hass.states.is_state("binary_sensor.radarr_hd_connection", "on")


async def test_after_a_paused_connection(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The *arr skipped us after failures: asking finds what it did not tell, a restart lifts the pause."""
    home = await household()
    entry = await setup_entry(home)
    movie = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, entry)
    (number,) = home.radarr.arr.notifications
    now = home.world.now()
    home.radarr.connections.back_off[number] = BackOff(level=5, first=now, until=now + timedelta(hours=1))
    await move_on(home, movie)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, movie) == "approved"
    await poll(hass, entry)
    assert stage_of(hass, entry, movie) == "importing"

    await hass.config_entries.async_reload(entry.entry_id)
    await registered(hass, entry)
    await until(hass, lambda: home.radarr.connections.back_off[number].until is None)
    other = await home.world.request(tears_of_steel(), auto_approve=True)
    await home.world.grab(other)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, other) == "indexed"


async def test_what_is_told_and_found_counts_once(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A grab told twice, found by polls and told once more, also after a restart, is one grab."""
    home = await household()
    home.radarr.webhooks.mode = "double"
    entry = await setup_entry(home)
    movie = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, entry)
    await home.world.grab(movie)
    await hass.async_block_till_done()
    assert len(all_grabs(entry)) == 1
    await poll(hass, entry, rounds=3)
    assert len(all_grabs(entry)) == 1
    told = home.radarr.webhooks.sent[-1]
    await home.radarr.webhooks.send(told.url, told.body, headers=told.headers, force=True)
    await hass.async_block_till_done()
    assert len(all_grabs(entry)) == 1

    await hass.config_entries.async_reload(entry.entry_id)
    await poll(hass, entry, rounds=3)
    await home.radarr.webhooks.send(told.url, told.body, headers=told.headers, force=True)
    await hass.async_block_till_done()
    assert len(all_grabs(entry)) == 1
    assert stage_of(hass, entry, movie) == "indexed"
