"""What random journeys have found once, as short stories."""

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigFlowContext
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.status_tracker.clients.errors import InvalidAuth
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, stage_of, state_of
from ..stack.rows import MEDIA_DELETED
from ..stack.server import Fault
from ..stack.titles import film, series

TITLE = film("Solaris", 1972, 593)
SHOW = series("Lost", 2004, 100, 73739, {1: 2, 2: 2})


@pytest.mark.parametrize("is_4k", [False, True])
async def test_the_copy_of_an_instance_that_is_down_since_the_start(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, is_4k: bool
) -> None:
    """While one Radarr is down, its copy of the same name is not taken for the one asked for in the other."""
    home = await household(radarrs=("hd", "4k"))
    world = home.world
    down = home.radarrs["hd" if is_4k else "4k"]
    row = await world.add_to_arr(down.arr, TITLE)
    await world.import_(await world.grab(row), file_name="Solaris.mkv")
    await world.library_scan()
    request = await world.request(TITLE, is_4k=is_4k, auto_approve=True)
    down.fault = Fault.down()
    entry = await setup_entry(home)
    for _ in range(3):
        clock.advance(home, minutes=1)
        await poll(hass, entry)
        assert stage_of(hass, entry, request) == "approved"
    await world.import_(await world.grab(request, size=9_000_000), file_name="Solaris.mkv")
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "importing"
    down.fault = None
    clock.advance(home, minutes=10)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "importing"
    await world.library_scan()
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"


async def test_a_copy_that_only_the_other_instance_can_disown(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A copy put into the library by hand is available once the other Radarr says that it is not its own."""
    home = await household(radarrs=("hd", "4k"))
    home.radarrs["4k"].fault = Fault.down()
    path = "/media/by hand/Solaris.mkv"
    ids = {"Tmdb": str(TITLE.tmdb_id)}
    home.world.add_item("Movie", "Solaris", path, path, media_sources=[path], provider_ids=ids)
    entry = await setup_entry(home)
    request = await home.world.request(TITLE, auto_approve=True)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "approved"
    state = state_of(hass, entry, request)
    assert state
    assert (state.attributes["reason"], state.attributes["stuck"]) == ("service_unavailable", False)
    home.radarrs["4k"].fault = None
    clock.advance(home, minutes=10)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"


async def test_deleted_everywhere_after_seerr_had_finished_it(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Seerr calls it available, Jellyfin never shows it, it is deleted: shown as deleted in the next poll."""
    home = await household()
    world = home.world
    requests = [await world.request(film(f"Film {n}", 2000, n), auto_approve=True) for n in range(1, 4)]
    rows = [world.row_of(one) for one in requests]
    entry = await setup_entry(home)
    for request in requests:
        await world.import_(await world.grab(request))
    await world.seerr_scan()
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    assert [stage_of(hass, entry, one) for one in requests] == ["importing"] * 3
    for request, row in zip(requests, rows, strict=True):
        await world.remove_from_arr(row, delete_files=True)
        await world.mark_media(request.media, MEDIA_DELETED)
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    assert [stage_of(hass, entry, one) for one in requests] == ["deleted"] * 3


async def test_an_upgrade_of_anime_while_home_assistant_is_off(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    hass_storage: dict[str, Any],
) -> None:
    """Killed and back, of the file that Shokofin still shows only the history of Radarr tells."""
    title = film("Rascal", 2023, 1086591, anime=True)
    home = await household(shoko=True)
    world = home.world
    entry = await setup_entry(home)
    request = await world.request(title, auto_approve=True)
    await poll(hass, entry)
    (file,) = await world.import_(await world.grab(request, size=5_000_000))
    await hass.config_entries.async_reload(entry.entry_id)
    saved = deepcopy(hass_storage[f"{DOMAIN}.{entry.entry_id}"])
    episode = world.shoko_add_episode(world.shoko_add_series("Rascal", 16910, kind="Movie"))
    await world.shokofin_show(await world.shoko_take_in(file.path, file.size, episode))
    for _ in range(3):
        clock.advance(home, minutes=1)
        await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"
    await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = saved
    await world.import_(await world.grab(request, quality="Bluray-1080p", size=6_000_000))
    clock.advance(home, minutes=5)
    await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(3):
        clock.advance(home, minutes=1)
        await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"


async def test_asked_for_again_while_its_download_goes_on(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A request that waits for approval is for a series that Sonarr already has, and loads."""
    title = series("Lost", 2004, 100, 73739, {1: 2})
    home = await household()
    world = home.world
    first = await world.request(title, seasons=[1], auto_approve=True)
    await world.grab(first)
    await world.delete_media(first.media)
    second = await world.request(title, seasons=[1])
    entry = await setup_entry(home)
    await poll(hass, entry)
    assert stage_of(hass, entry, second) == "indexed"


@pytest.mark.parametrize("asked", [True, False])
async def test_the_same_password_entered_again(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, asked: bool
) -> None:
    """A proxy refused a good login, which is not tried again until a person enters it, unchanged."""
    home = await household()
    client = home.qbittorrent
    client.fault = Fault.bad_key()
    entry = await setup_entry(home)
    source = coordinator_of(entry).sources[client.name]
    assert isinstance(source.error, InvalidAuth)
    client.fault = None
    await poll(hass, entry)
    assert source.error
    login = {"username": client.gate.username, "password": client.gate.password}
    flows = hass.config_entries.flow
    if asked:
        (flow,) = flows.async_progress_by_handler(DOMAIN)
        result: Mapping[str, Any] = await flows.async_configure(flow["flow_id"], login)
    else:
        begun = await entry.start_subentry_reconfigure_flow(hass, client.name)
        typed = {**login, "url": client.url, "verify_ssl": True}
        result = await hass.config_entries.subentries.async_configure(begun["flow_id"], typed)
    assert result["type"] is FlowResultType.ABORT
    await hass.async_block_till_done()
    assert coordinator_of(entry).sources[client.name].error is None


async def test_removed_while_its_reauthentication_begins(hass: HomeAssistant, callback_url: str) -> None:
    """Home Assistant starts the flow in the background, when the entry can be gone already."""
    context = ConfigFlowContext(source=SOURCE_REAUTH, entry_id="gone")
    result = await hass.config_entries.flow.async_init(DOMAIN, context=context, data={})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "service_removed")


@pytest.mark.parametrize("replaced", [False, True])
async def test_deleted_in_the_other_instance_and_still_in_the_library(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, replaced: bool
) -> None:
    """Radarr's 4K copy is deleted, which Jellyfin has not noticed: it is not taken for the HD one."""
    home = await household(radarrs=("hd", "4k"))
    world = home.world
    entry = await setup_entry(home)
    first = await world.request(TITLE, is_4k=True, auto_approve=True)
    world.row_of(first).path = "/best/Solaris (1972)"  # does not name its definition
    await world.import_(await world.grab(first), file_name="Solaris.mkv")
    await world.library_scan()
    second = await world.request(TITLE, auto_approve=True)
    await poll(hass, entry, rounds=3)
    assert [stage_of(hass, entry, one) for one in (first, second)] == ["available", "approved"]
    if replaced:  # only a webhook tells of the new item, without its file
        await world.import_(await world.grab(first, size=9_000_000), file_name="Solaris better.mkv")
        home.jellyfin.fault = Fault.status(503)
        await world.library_scan()
        await hass.async_block_till_done()
    await world.remove_from_arr(world.row_of(first), delete_files=True)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, second) == "approved"
    home.jellyfin.fault = None
    for _ in range(3):
        clock.advance(home, minutes=1)
        await poll(hass, entry)
        assert stage_of(hass, entry, second) == "approved"
    await world.import_(await world.grab(second, size=5_000_000), file_name="Solaris.mkv")
    await world.library_scan()
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    assert stage_of(hass, entry, second) == "available"


async def test_set_up_again_after_its_removal(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_storage: dict[str, Any]
) -> None:
    """Home Assistant's next attempt waited while the entry was removed; it is not set up again."""
    home = await household()
    entry = await setup_entry(home)
    home.seerr.fault = Fault.down()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    home.seerr.fault = None
    async with entry.setup_lock:
        removal = hass.async_create_task(hass.config_entries.async_remove(entry.entry_id))
        await asyncio.sleep(0)
        retry = hass.async_create_task(entry.async_setup_locked(hass))
        await asyncio.sleep(0)
    await asyncio.gather(removal, retry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is not ConfigEntryState.LOADED
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert not [key for key in hass_storage if entry.entry_id in key]
    assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)


async def test_deleted_by_another_request_and_added_again(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Seerr still calls the series deleted, for the season of an earlier request; Sonarr has it again."""
    home = await household()
    world = home.world
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    first = await world.request(SHOW, seasons=[2], auto_approve=True)
    await world.import_(await world.grab(first))
    await world.remove_from_arr(world.row_of(first), delete_files=True)
    second = await world.request(SHOW, seasons=[1], auto_approve=True)
    await world.mark_media(second.media, MEDIA_DELETED, seasons=[2])
    second.media.status = MEDIA_DELETED
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    assert stage_of(hass, entry, second) == "approved"
    await world.remove_from_arr(world.row_of(second), delete_files=True)
    clock.advance(home, minutes=1)
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, second) == "deleted"
    await world.add_to_arr(home.sonarr.arr, SHOW)
    clock.advance(home, minutes=2)
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, second) == "approved"


async def test_asked_for_while_a_similar_request_is_deleted(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Both are finished for Seerr, whose counts stay the same: the new one is shown within five polls."""
    home = await household()
    world = home.world
    first = await world.request(TITLE, auto_approve=True)
    await world.mark_media(first.media, MEDIA_DELETED)
    other = await world.request(film("Stalker", 1979, 1398), auto_approve=True)
    await world.mark_media(other.media, MEDIA_DELETED)
    await world.delete_request(other)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    await poll(hass, entry)
    await world.delete_request(first)
    again = await world.request(other.title, auto_approve=True)
    again.media.status = MEDIA_DELETED
    for _ in range(5):
        clock.advance(home, minutes=1)
        await poll(hass, entry)
    assert stage_of(hass, entry, again)
    assert stage_of(hass, entry, first) is None


async def test_approved_after_another_request_was_deleted(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Sonarr was asked in vain for the deleted one; for the one approved since it is asked at once."""
    home = await household()
    world = home.world
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    first = await world.request(SHOW, seasons=[1], auto_approve=True)
    await world.import_(await world.grab(first))
    await world.library_scan()
    await poll(hass, entry, rounds=2)
    assert stage_of(hass, entry, first) == "available"
    second = await world.request(SHOW, seasons=[2])
    await world.remove_from_arr(world.row_of(first), delete_files=True)
    await world.library_scan()
    await world.mark_media(first.media, MEDIA_DELETED, seasons=[1, 2])
    for _ in range(3):
        clock.advance(home, minutes=8)
        await poll(hass, entry, rounds=2)
    assert [stage_of(hass, entry, one) for one in (first, second)] == ["deleted", "deleted"]
    await world.approve(second)
    second.media.status = MEDIA_DELETED
    clock.advance(home, minutes=1)
    await poll(hass, entry, rounds=2)
    assert stage_of(hass, entry, second) == "approved"


@pytest.mark.parametrize("monitored", [True, False])
async def test_first_seen_when_a_deleted_series_is_back(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, monitored: bool
) -> None:
    """Of two requests that Seerr calls deleted, one was approved since: Sonarr is asked for that one."""
    home = await household()
    world = home.world
    home.sonarr.fault = Fault.down()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    first = await world.request(SHOW, seasons=[1], auto_approve=True)
    await world.import_(await world.grab(first))
    await world.seerr_scan()
    await world.remove_from_arr(world.row_of(first), delete_files=True)
    second = await world.request(SHOW, seasons=[2], auto_approve=True)
    await world.mark_media(first.media, MEDIA_DELETED, seasons=[1, 2])
    row = world.row_of(second)
    row.monitored = monitored
    await poll(hass, entry)
    home.sonarr.fault = None
    for _ in range(3):
        clock.advance(home, minutes=10)
        await poll(hass, entry)
    stages = [stage_of(hass, entry, one) for one in (first, second)]
    assert stages == ["deleted", "approved" if monitored else "deleted"]
    row.monitored = True
    for _ in range(10):
        clock.advance(home, minutes=1)
        await poll(hass, entry)
    assert stage_of(hass, entry, second) == "approved"


async def test_deleted_while_the_client_has_a_forgotten_download(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Seerr calls the series deleted: Sonarr is asked at once, though a torrent of it is still loading."""
    home = await household()
    world = home.world
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    for number in range(4):  # which are read again in turn
        other = series(f"Show {number}", 2010, 200 + number, 300 + number, {1: 1})
        await world.request(other, seasons=[1], auto_approve=True)
    request = await world.request(SHOW, seasons=[1, 2], auto_approve=True)
    forgotten = await world.grab(request, episodes=[(1, 1), (1, 2)])
    await world.fetch_metadata(forgotten)
    await world.import_(await world.grab(request, episodes=[(2, 1), (2, 2)]))
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    await world.forget_download(forgotten)
    clock.advance(home, minutes=10)
    await poll(hass, entry, rounds=2)
    assert stage_of(hass, entry, request) == "indexed"
    await world.remove_from_arr(world.row_of(request), delete_files=True)
    await world.mark_media(request.media, MEDIA_DELETED, seasons=[1, 2])
    clock.advance(home, minutes=1)
    await poll(hass, entry, rounds=2)
    assert stage_of(hass, entry, request) == "deleted"
