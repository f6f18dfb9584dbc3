"""The card's subscription: everything once, then what changes, to whoever may see it."""

import asyncio
from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS
from custom_components.status_tracker.frontend.feed import feed_of

from ..common import SetUp, StartHousehold, entity_id_of, poll
from ..stack.server import Fault
from ..stack.stories import long_way_home, sintel, tears_of_steel
from ..stack.titles import film

POLLING = {CONF_REGISTER_WEBHOOKS: False}


async def subscribe(client: Any) -> tuple[int, dict[str, Any]]:
    """Subscribe; return the number of the subscription and the first event."""
    await client.send_json_auto_id({"type": "status_tracker/subscribe"})
    result = await client.receive_json()
    assert result["success"], result
    event = await client.receive_json()
    return result["id"], event["event"]


async def event(client: Any) -> dict[str, Any]:
    """The next event."""
    message = await asyncio.wait_for(client.receive_json(), 5)
    found: dict[str, Any] = message["event"]
    return found


async def test_everything_then_changes(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_ws_client: Any
) -> None:
    """The first event has every request; a further one only the row that changed, and what is gone."""
    home = await household()
    first = await home.world.request(sintel())
    second = await home.world.request(tears_of_steel(), auto_approve=True, user="Bob")
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry)
    client = await hass_ws_client(hass)
    _, start = await subscribe(client)
    rows = {row["entity_id"]: row for row in start["requests"]}
    waiting, searching = (rows[entity_id_of(hass, entry, one)] for one in (first, second))
    assert waiting["actions"] == ["approve", "decline"]
    assert (waiting["title"], waiting["stage"], waiting["stuck"]) == ("Sintel", "requested", False)
    assert searching["actions"] == ["search"]
    assert searching["requested_by"] == "Bob"
    assert {one["service"] for one in start["services"] if one["ok"]} >= {"seerr", "radarr", "jellyfin"}

    download = await home.world.grab(second)
    await home.world.progress(download, 0.37)
    await poll(hass, entry)
    changed = await event(client)
    (row,) = changed["changed"]
    assert "requests" not in changed
    assert (row["stage"], row["progress"]) == ("downloading", 37)
    assert row["actions"] == ["replace_release"]
    assert row["replaces"]["release"] == download.release
    assert row["replaces"]["size"] > 0

    await home.world.delete_request(first)
    await poll(hass, entry)
    assert (await event(client))["removed"] == [waiting["key"]]


async def test_nothing_changed_nothing_told(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_ws_client: Any
) -> None:
    """Polls that bring nothing new send nothing, and several changes at once are one event."""
    home = await household()
    requests = [await home.world.request(one) for one in (sintel(), tears_of_steel())]
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry)
    client = await hass_ws_client(hass)
    await subscribe(client)
    await poll(hass, entry, rounds=3)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.receive_json(), 0.6)
    for request in requests:
        await home.world.approve(request)
    await poll(hass, entry)
    assert len((await event(client))["changed"]) == 2


async def test_a_reload_keeps_the_rows(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_ws_client: Any
) -> None:
    """Rows stay while an entry is reloaded and go with it when it is disabled or removed."""
    home = await household()
    await home.world.request(sintel())
    entry = await setup_entry(home, **POLLING)
    client = await hass_ws_client(hass)
    _, start = await subscribe(client)
    key = start["requests"][0]["key"]
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await home.world.request(tears_of_steel())
    await poll(hass, entry)
    while "changed" not in (told := await event(client)):
        assert "removed" not in told
    assert "removed" not in told
    await hass.config_entries.async_remove(entry.entry_id)
    while "removed" not in (told := await event(client)):
        pass
    assert key in told["removed"]


async def test_a_service_that_is_down(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_ws_client: Any
) -> None:
    """The card hears which service does not answer, and when it is back."""
    home = await household()
    await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    client = await hass_ws_client(hass)
    _, start = await subscribe(client)
    assert all(one["ok"] for one in start["services"])
    home.radarr.fault = Fault.down()
    await poll(hass, entry)
    while "services" not in (told := await event(client)):
        pass
    (down,) = [one for one in told["services"] if not one["ok"]]
    assert (down["service"], down["reason"]) == ("radarr", "cannot_connect")


async def test_what_a_user_may_see(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_ws_client: Any,
    hass_admin_user: User,
) -> None:
    """Who may see one request alone gets that one, without what only those in control may do."""
    home = await household()
    seen = await home.world.request(sintel())
    hidden = await home.world.request(tears_of_steel())
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry)
    policy = {"entities": {"entity_ids": {entity_id_of(hass, entry, seen): {POLICY_READ: True}}}}
    hass_admin_user.groups = []
    hass_admin_user.mock_policy(policy)
    client = await hass_ws_client(hass)
    _, start = await subscribe(client)
    (row,) = start["requests"]
    assert row["title"] == "Sintel"
    assert row["actions"] == []
    for request, found in ((seen, True), (hidden, False)):
        entity_id = entity_id_of(hass, entry, request)
        await client.send_json_auto_id({"type": "status_tracker/request", "entity_id": entity_id})
        assert (await client.receive_json())["success"] is found


@pytest.mark.parametrize("admins_only", [True, False])
async def test_what_a_user_may_do(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_ws_client: Any,
    hass_admin_user: User,
    admins_only: bool,
) -> None:
    """A user who is no administrator is offered what the options allow."""
    home = await household()
    request = await home.world.request(sintel())
    entry = await setup_entry(home, **POLLING, admins_only=admins_only)
    await poll(hass, entry)
    users = await hass.auth.async_get_group(GROUP_ID_USER)
    assert users is not None
    hass_admin_user.groups = [users]
    client = await hass_ws_client(hass)
    _, start = await subscribe(client)
    (row,) = start["requests"]
    offered = [] if admins_only else ["approve", "decline"]
    assert row["actions"] == offered
    entity_id = entity_id_of(hass, entry, request)
    await client.send_json_auto_id({"type": "status_tracker/request", "entity_id": entity_id})
    assert (await client.receive_json())["result"]["actions"] == offered


async def test_one_request(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_ws_client: Any
) -> None:
    """One request comes with its episodes, downloads and timeline; what is none is not found."""
    home = await household()
    request = await home.world.request(long_way_home(), auto_approve=True, seasons=[1])
    await home.world.grab(home.world.row_of(request), episodes=[(1, 1), (1, 2)])
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    client = await hass_ws_client(hass)
    entity_id = entity_id_of(hass, entry, request)
    await client.send_json_auto_id({"type": "status_tracker/request", "entity_id": entity_id})
    details = (await client.receive_json())["result"]
    assert len(details["episodes"]) == 4
    assert details["downloads"][0]["episodes"] == [[1, 1], [1, 2]]
    assert details["timeline"]
    assert details["entity_id"] == entity_id
    for wrong in ("sensor.requests_active_requests", "sensor.none", "sun.sun"):
        await client.send_json_auto_id({"type": "status_tracker/request", "entity_id": wrong})
        assert (await client.receive_json())["error"]["code"] == "not_found"


async def test_nobody_looks(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_ws_client: Any
) -> None:
    """With the last subscriber the rows go, and nothing is made any more."""
    home = await household()
    for number in range(120):
        await home.world.request(film(f"Film {number}", 2000, 1000 + number))
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=14)
    client = await hass_ws_client(hass)
    number, start = await subscribe(client)
    assert len(start["requests"]) == len(entry.runtime_data.coordinator.data) == 120
    feed = feed_of(hass)
    assert len(feed.rows) == 120
    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": number})
    assert (await client.receive_json())["success"]
    assert feed.rows == {}
    await poll(hass, entry)
    assert feed._timer is None
