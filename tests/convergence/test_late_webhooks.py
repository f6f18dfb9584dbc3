"""What random journeys have found once about webhooks that come late."""

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from ..common import Clock, SetUp, StartHousehold, entity_id_of, poll, stage_of, state_of
from ..stack.rows import MEDIA_DELETED
from ..stack.titles import Title, film, series

TITLE = film("Solaris", 1972, 593)
SHOW = series("Lost", 2004, 100, 73739, {1: 2, 2: 2})


@pytest.mark.parametrize("after", [False, True])
async def test_a_webhook_long_after_its_event(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, after: bool
) -> None:
    """A grab and an import told half an hour late do not pass for newer than the upgrade that came since."""
    home = await household()
    world, hooks = home.world, home.radarr.webhooks
    entry = await setup_entry(home)
    request = await world.request(TITLE, auto_approve=True)
    await poll(hass, entry)
    hooks.mode = "hold"
    await world.import_(await world.grab(request, size=5_000_000))
    hooks.mode = "drop"
    await world.library_scan()
    await poll(hass, entry)
    clock.advance(home, minutes=30)
    if after:
        await hooks.release()
    await world.grab(request, quality="Bluray-1080p", size=6_000_000)
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    if not after:
        await hooks.release()
        clock.advance(home, minutes=1)
        await poll(hass, entry)
    state = state_of(hass, entry, request)
    assert state
    assert (state.state, state.attributes["reason"]) == ("available", "upgrade")


@pytest.mark.parametrize("title", [TITLE, SHOW])
async def test_a_late_webhook_of_a_deletion(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, title: Title
) -> None:
    """An item that is added again has the id it had, of which a late webhook says that it is deleted."""
    home = await household()
    world, hooks = home.world, home.jellyfin.webhooks
    entry = await setup_entry(home)
    request = await world.request(title, seasons=[1] if title is SHOW else None, auto_approve=True)
    await world.import_(await world.grab(request))
    await world.library_scan()
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"
    hooks.mode = "hold"
    for item in list(world.items.values()):
        await world.remove_item(item)
    await poll(hass, entry)
    await world.library_scan()
    hooks.held = [one for one in hooks.held if "ItemDeleted" in str(one.body)]
    for _ in range(3):
        clock.advance(home, minutes=10)
        await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"
    assert hooks.held
    await hooks.release()
    await hass.async_block_till_done()
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"


async def test_a_late_webhook_of_an_addition(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Jellyfin's webhook comes when the film is deleted and asked for again: it is read before it counts."""
    home = await household()
    world, hooks = home.world, home.jellyfin.webhooks
    entry = await setup_entry(home)
    first = await world.request(TITLE, auto_approve=True)
    hooks.mode = "hold"
    await world.import_(await world.grab(first))
    await world.library_scan()
    await home.jellyfin.webhooks.settle()
    assert hooks.held
    await world.remove_from_arr(world.row_of(first), delete_files=True)
    for item in list(world.items.values()):
        await world.remove_item(item)
    await world.delete_media(first.media)
    hooks.held = [one for one in hooks.held if "ItemAdded" in str(one.body)]
    clock.advance(home, minutes=5)
    await poll(hass, entry)
    second = await world.request(TITLE, auto_approve=True)
    await poll(hass, entry)
    assert stage_of(hass, entry, second) == "approved"
    shown: list[str] = []
    entity_id = entity_id_of(hass, entry, second)
    assert entity_id
    async_track_state_change_event(hass, entity_id, lambda event: shown.append(str(event.data["new_state"])))
    await hooks.release()
    await hass.async_block_till_done()
    await poll(hass, entry)
    assert not [one for one in shown if "available" in one]
    assert stage_of(hass, entry, second) == "approved"


async def test_a_late_webhook_of_a_deleted_request(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Seerr's webhook comes when its request is gone: it is read, not shown again and told as a new one."""
    home = await household()
    world, hooks = home.world, home.seerr.webhooks
    entry = await setup_entry(home)
    hooks.mode = "hold"
    request = await world.request(TITLE, auto_approve=True)
    await hooks.settle()
    assert hooks.held
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "approved"
    await world.delete_request(request)
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) is None
    shown: list[str] = []
    remove = hass.bus.async_listen(EVENT_STATE_CHANGED, lambda event: shown.append(event.data["entity_id"]))
    await hooks.release()
    await hass.async_block_till_done()
    await poll(hass, entry)
    remove()
    assert not [one for one in shown if TITLE.title.casefold() in one]
    assert stage_of(hass, entry, request) is None


@pytest.mark.parametrize("title", [TITLE, SHOW])
async def test_a_late_webhook_of_a_grab_of_a_deleted_title(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, title: Title
) -> None:
    """The torrent is still there, but nobody waits for it: what was deleted stays deleted."""
    home = await household()
    world = home.world
    hooks = (home.radarr if title is TITLE else home.sonarr).webhooks
    entry = await setup_entry(home)
    request = await world.request(title, seasons=[1] if title is SHOW else None, auto_approve=True)
    await poll(hass, entry)
    hooks.mode = "hold"
    await world.grab(request)
    await hooks.settle()
    assert hooks.held
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "indexed"
    await world.remove_from_arr(world.row_of(request), delete_files=True)
    await world.mark_media(request.media, MEDIA_DELETED, seasons=[1] if title is SHOW else None)
    hooks.held = [one for one in hooks.held if "Delete" not in str(one.body)]
    for _ in range(5):
        clock.advance(home, minutes=1)
        await poll(hass, entry, rounds=2)
    assert stage_of(hass, entry, request) == "deleted"
    await hooks.release()
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "deleted"
    clock.advance(home, minutes=1)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "deleted"
