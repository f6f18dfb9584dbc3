"""The webhooks of an entry: what they take and refuse, and how they register and leave without a trace."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
import gzip
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestClient
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.status_tracker.const import (
    CONF_CALLBACK_URL,
    CONF_REGISTER_WEBHOOKS,
    CONF_WEBHOOKS_LOCAL_ONLY,
    DOMAIN,
)
from custom_components.status_tracker.webhooks import manager as ours
from custom_components.status_tracker.webhooks.manager import WebhookManager

from ..common import SetUp, StartHousehold, coordinator_of, entry_of, poll, registered, stage_of, until
from ..stack.arr import FakeArr
from ..stack.household import Household
from ..stack.server import Fault
from ..stack.stories import sintel, tears_of_steel
from ..stack.titles import film

HOOKED = {"seerr", "radarr-hd", "sonarr-hd", "jellyfin"}


def manager_of(entry: ConfigEntry[Any]) -> WebhookManager:
    """The webhooks of an entry."""
    manager: WebhookManager = entry.runtime_data.webhooks
    return manager


def issues(hass: HomeAssistant) -> set[tuple[str, str]]:
    """The kind of each of our issues, and the service it names."""
    return {
        (issue.translation_key or "", (issue.translation_placeholders or {}).get("service", ""))
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


def path_of(entry: ConfigEntry[Any], key: str) -> str:
    """The path of a service's webhook."""
    return webhook.async_generate_path(entry.data["webhooks"][key])


def state_of_stack(home: Household) -> Any:
    """What registering changes in the services."""
    return deepcopy(
        (
            [server.arr.notifications for server in (*home.radarrs.values(), *home.sonarrs.values())],
            home.seerr.webhook.config,
            home.jellyfin.plugin.configuration,
        )
    )


def calls_us(server: FakeArr) -> bool:
    """Whether an *arr has a connection that calls a Home Assistant."""
    return any("/api/webhook/" in str(row["fields"]) for row in server.arr.notifications.values())


def handlers(hass: HomeAssistant) -> list[str]:
    """The ids of all webhooks of Home Assistant that are ours."""
    return [key for key, data in hass.data.get("webhook", {}).items() if data.domain == DOMAIN]


# Registering


async def test_one_webhook_a_service(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_client_no_auth: Any
) -> None:
    """Four that can post have one each, for POST and the home network only; the ids survive a restart."""
    home = await household(shoko=True)
    entry = await setup_entry(home)
    ids = dict(entry.data["webhooks"])

    assert set(ids) == HOOKED
    assert sorted(handlers(hass)) == sorted(ids.values())
    assert all(data.local_only for data in hass.data["webhook"].values())
    client: TestClient[Any, Any] = await hass_client_no_auth()
    assert (await client.get(path_of(entry, "seerr"))).status == 405
    assert (await client.put(path_of(entry, "seerr"), json={})).status == 405
    assert issues(hass) == set()
    assert {one["registered"] for one in manager_of(entry).diagnostics_data.values()} == {"done"}

    before = state_of_stack(home)
    await hass.config_entries.async_reload(entry.entry_id)
    await registered(hass, entry)
    assert entry.data["webhooks"] == ids
    assert state_of_stack(home) == before


async def test_removing_the_entry_leaves_no_trace(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Each service is as it was, foreign connections and all."""
    home = await household(radarrs=("hd", "4k"))
    foreign = {
        "name": "Chat",
        "implementation": "Webhook",
        "configContract": "WebhookSettings",
        "onGrab": True,
        "tags": [],
        "fields": [{"name": "url", "value": "http://chat.invalid/api/webhook/other"}],
    }
    home.radarr.arr.notifications[home.radarr.arr.new_id("notification")] = foreign
    before = state_of_stack(home)
    entry = await setup_entry(home)
    assert state_of_stack(home) != before

    await hass.config_entries.async_unload(entry.entry_id)
    assert handlers(hass) == []
    await hass.config_entries.async_setup(entry.entry_id)
    await registered(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)

    assert state_of_stack(home) == before
    assert handlers(hass) == []
    assert issues(hass) == set()


async def test_removing_a_service_takes_its_webhook_out(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The others keep theirs."""
    home = await household()
    entry = await setup_entry(home)

    hass.config_entries.async_remove_subentry(entry, "radarr-hd")
    await until(
        hass, lambda: entry.state is ConfigEntryState.LOADED and "radarr-hd" not in entry.data["webhooks"]
    )
    await registered(hass, entry)

    assert not calls_us(home.radarr)
    assert calls_us(home.sonarr)
    assert set(entry.data["webhooks_registered"]) == HOOKED - {"radarr-hd"}
    assert len(handlers(hass)) == 3


async def test_a_service_that_moved(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """At another address it gets the webhook, and the old one loses it."""
    home = await household(radarrs=("hd", "new"))
    entry = await setup_entry(home)
    hass.config_entries.async_remove_subentry(entry, "radarr-new")
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED and len(entry.data["webhooks"]) == 4)
    await registered(hass, entry)
    assert not calls_us(home.radarrs["new"])

    subentry = entry.subentries["radarr-hd"]
    moved = {"url": home.radarrs["new"].url, "api_key": home.radarrs["new"].api_key}
    hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, **moved})
    await hass.config_entries.async_reload(entry.entry_id)
    await registered(hass, entry)

    assert not calls_us(home.radarr)
    assert calls_us(home.radarrs["new"])


async def test_removing_while_a_service_is_down(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is said once, and the others are cleaned all the same."""
    home = await household()
    entry = await setup_entry(home)
    home.radarr.fault = Fault.down()
    await hass.config_entries.async_remove(entry.entry_id)

    assert not calls_us(home.sonarr)
    assert home.seerr.webhook.config["enabled"] is False
    told = [record for record in caplog.records if "could not be removed" in record.getMessage()]
    assert len(told) == 1
    assert "radarr-hd" in told[0].getMessage()


async def test_a_foreign_webhook_in_seerr_stays(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Untouched by setup, restart and removal; an issue tells of it until the slot is free."""
    home = await household()
    config = home.seerr.webhook.config
    config["enabled"] = True
    config["types"] = 4062
    config["options"]["webhookUrl"] = "http://chat.invalid/notify"
    before = deepcopy(config)
    entry = await setup_entry(home)
    assert home.seerr.webhook.config == before
    assert issues(hass) == {("webhook_slot_taken", "Seerr")}
    request = await home.world.request(sintel())
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "requested"

    await hass.config_entries.async_reload(entry.entry_id)
    await registered(hass, entry)
    assert home.seerr.webhook.config == before
    assert issues(hass) == {("webhook_slot_taken", "Seerr")}

    home.seerr.webhook.config["enabled"] = False
    free = deepcopy(home.seerr.webhook.config)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await until(hass, lambda: not issues(hass))
    assert home.seerr.webhook.config["enabled"] is True
    assert "/api/webhook/" in home.seerr.webhook.config["options"]["webhookUrl"]

    await hass.config_entries.async_remove(entry.entry_id)
    assert home.seerr.webhook.config == free


async def test_a_foreign_webhook_survives_removal(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Removing the entry neither disables nor changes it."""
    home = await household()
    home.seerr.webhook.config["enabled"] = True
    home.seerr.webhook.config["options"]["webhookUrl"] = "http://chat.invalid/notify"
    before = deepcopy(home.seerr.webhook.config)
    entry = await setup_entry(home)
    await hass.config_entries.async_remove(entry.entry_id)
    assert home.seerr.webhook.config == before
    assert issues(hass) == set()


async def test_what_stands_in_the_way_is_an_issue(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """CSRF protection and a missing plugin; each goes when it is mended."""
    home = await household()
    home.seerr.csrf = True
    home.jellyfin.plugin.installed = False
    entry = await setup_entry(home)
    assert issues(hass) == {("webhook_csrf", "Seerr"), ("webhook_plugin_missing", "jellyfin")}

    home.seerr.csrf = False
    home.jellyfin.plugin.installed = True
    await hass.config_entries.async_reload(entry.entry_id)
    await registered(hass, entry)
    assert issues(hass) == set()


async def test_a_key_without_rights(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seerr's key may read, but not register."""
    home = await household()
    home.world.users[1].permissions = 32
    entry = await setup_entry(home)
    assert ("webhook_not_allowed", "Seerr") in issues(hass)
    assert manager_of(entry).diagnostics_data["seerr"]["registered"] == "not_allowed"


async def test_an_address_nobody_answers_at(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """The issue names the address without the secret; the options mend it."""
    home = await household()
    entry = await setup_entry(home, **{CONF_CALLBACK_URL: "http://127.0.0.1:1/ha/"})
    assert issues(hass) == {
        ("webhook_unreachable", service) for service in ("Seerr", "radarr-hd", "sonarr-hd")
    }
    registry = ir.async_get(hass)
    for (domain, _), issue in registry.issues.items():
        if domain == DOMAIN:
            assert issue.translation_placeholders
            assert issue.translation_placeholders["url"] == "http://127.0.0.1:1/ha"
    assert not calls_us(home.radarr)

    hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_CALLBACK_URL: callback_url})
    await hass.config_entries.async_reload(entry.entry_id)
    await registered(hass, entry)
    assert issues(hass) == set()
    assert calls_us(home.radarr)


async def test_no_address_at_all(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """Home Assistant knows none, then the person sets one: registered without a reload."""
    home = await household()
    hass.config.api = None
    entry = entry_of(home)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: len(issues(hass)) == 4)
    assert {kind for kind, _ in issues(hass)} == {"webhook_no_url"}

    await hass.config.async_update(internal_url=callback_url)
    await registered(hass, entry)
    assert issues(hass) == set()
    assert calls_us(home.radarr)


async def test_registers_again_where_home_assistant_has_moved(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """The internal address counts first; when it changes the services are told."""
    home = await household()
    await hass.config.async_update(internal_url="http://127.0.0.1:1", external_url="http://127.0.0.1:2")
    entry = await setup_entry(home, **{CONF_CALLBACK_URL: ""})
    assert len(issues(hass)) == 3

    await hass.config.async_update(internal_url=callback_url)
    await until(hass, lambda: not issues(hass))
    assert callback_url in str(home.radarr.arr.notifications)
    assert callback_url in home.jellyfin.plugin.configuration["GenericOptions"][0]["WebhookUri"]

    count = home.radarr.count("notification")
    await hass.config.async_update(location_name="Elsewhere")
    await hass.async_block_till_done()
    assert home.radarr.count("notification") == count
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("local_only", [True, False])
async def test_the_external_address_only_where_it_is_allowed(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    callback_url: str,
    local_only: bool,
) -> None:
    """A service outside reaches the external address, if webhooks may come from outside."""
    home = await household()
    await hass.config.async_update(internal_url="http://127.0.0.1:1", external_url=callback_url)
    await setup_entry(home, **{CONF_CALLBACK_URL: "", CONF_WEBHOOKS_LOCAL_ONLY: local_only})
    assert calls_us(home.radarr) is not local_only
    assert all(data.local_only is local_only for data in hass.data["webhook"].values())


async def test_a_service_that_is_down_is_tried_again(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Down at the start; after a while it is registered, and no issue was raised."""
    home = await household()
    home.radarr.fault = Fault.status(503)
    entry = await setup_entry(home)
    assert manager_of(entry).diagnostics_data["radarr-hd"] | {} == {
        **manager_of(entry).diagnostics_data["radarr-hd"],
        "registered": "down",
        "retrying": True,
    }
    assert issues(hass) == set()
    home.radarr.fault = None
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    await until(hass, lambda: calls_us(home.radarr))


async def test_a_service_that_comes_back_is_registered_again(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Restored from a backup without our connection, it gets it again."""
    home = await household()
    entry = await setup_entry(home)
    home.radarr.fault = Fault.status(503)
    await poll(hass, entry)
    home.radarr.arr.notifications.clear()
    home.radarr.fault = None
    await poll(hass, entry)
    await until(hass, lambda: calls_us(home.radarr))


async def test_registering_can_be_turned_off(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """What was registered is taken out, issues go, and what is posted by hand still counts."""
    home = await household()
    home.jellyfin.plugin.installed = False
    before = state_of_stack(home)
    entry = await setup_entry(home)
    hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_REGISTER_WEBHOOKS: False})
    await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: not entry.data["webhooks_registered"])

    assert state_of_stack(home) == before
    assert issues(hass) == set()
    assert len(handlers(hass)) == 4


async def test_a_silent_webhook_is_an_issue(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three grabs that only polls show, and time: an issue, till a webhook comes."""
    home = await household()
    entry = await setup_entry(home)
    requests = [await home.world.request(film(f"F {n}", 2000, 100 + n), auto_approve=True) for n in range(4)]
    await poll(hass, entry)
    home.radarr.webhooks.mode = "drop"
    home.world.advance(60)
    for request in requests[:3]:
        await home.world.grab(request)
    await poll(hass, entry)
    assert manager_of(entry).diagnostics_data["radarr-hd"]["untold"] == 3
    assert issues(hass) == set()  # it may just be late

    monkeypatch.setattr("custom_components.status_tracker.webhooks.registration.SILENT_FOR", timedelta())
    await poll(hass, entry)
    coordinator_of(entry).async_update_listeners()
    assert issues(hass) == {("webhook_silent", "radarr-hd")}
    await until(hass, lambda: manager_of(entry).registration.outcomes["radarr-hd"] == "done")
    assert issues(hass) == {("webhook_silent", "radarr-hd")}

    home.radarr.webhooks.mode = "deliver"
    await home.world.grab(requests[3])
    await hass.async_block_till_done()
    assert issues(hass) == set()


async def test_told_changes_are_not_missed(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A whole life with webhooks, polled all along, counts nothing as untold."""
    home = await household()
    entry = await setup_entry(home)
    request = await home.world.request(sintel())
    await home.world.approve(request)
    await poll(hass, entry)
    download = await home.world.grab(request)
    await poll(hass, entry)
    await home.world.import_(download)
    await poll(hass, entry)
    await home.world.library_scan()
    await home.world.seerr_scan()
    await poll(hass, entry)
    assert {one["untold"] for one in manager_of(entry).diagnostics_data.values()} == {0}


# Taking


BODIES: dict[str, bytes] = {
    "empty": b"",
    "truncated": b'{"eventType": "Grab", "movie": {"id"',
    "list": b'[{"eventType": "Grab"}]',
    "text": b'"Grab"',
    "number": b"1e400",
    "not utf-8": b"\xff\xfe{}",
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "nothing known": b"{}",
    "wrong types": b'{"eventType": {"a": 1}, "movie": [], "request": 7, "NotificationType": null}',
    "impossible numbers": b'{"eventType": "Grab", "movie": {"id": -1, "tmdbId": 99999999999999999999}}',
    "huge": b'{"eventType": "' + b"a" * (1 << 20) + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_odd_bodies_are_counted_and_dropped(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_client_no_auth: Any,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
) -> None:
    """Answered with 200, never raised, no trace of it in the log, no request moved."""
    home = await household()
    entry = await setup_entry(home)
    request = await home.world.request(tears_of_steel())
    await hass.async_block_till_done()
    states = {state.entity_id: state for state in hass.states.async_all()}
    manager = manager_of(entry)
    before = manager.diagnostics_data
    client: TestClient[Any, Any] = await hass_client_no_auth()
    caplog.clear()
    for key in HOOKED:
        answer = await client.post(path_of(entry, key), data=body, headers={"Content-Type": "text/plain"})
        assert answer.status == 200
    await hass.async_block_till_done()

    for key, after in manager.diagnostics_data.items():
        assert after["received"] == before[key]["received"] + 1
        assert after["bad"] == before[key]["bad"] + 1
        assert after["last"] == before[key]["last"]
    assert {state.entity_id: state for state in hass.states.async_all()} == states
    assert stage_of(hass, entry, request) == "requested"
    for record in caplog.records:
        if record.name.startswith("custom_components"):
            assert record.levelname in ("DEBUG", "INFO")
            assert "Grab" not in record.getMessage()


@pytest.mark.parametrize("content_type", ["application/json", "text/plain; charset=utf-8", "image/png", ""])
async def test_the_content_type_does_not_matter(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    callback_url: str,
    content_type: str,
) -> None:
    """Jellyfin's plugin calls its JSON text."""
    home = await household()
    entry = await setup_entry(home)
    headers = {"Content-Type": content_type} if content_type else {}
    async with (
        ClientSession() as session,
        session.post(
            f"{callback_url}{path_of(entry, 'radarr-hd')}", data=b'{"eventType": "Test"}', headers=headers
        ) as answer,
    ):
        assert answer.status == 200
    await hass.async_block_till_done()
    assert manager_of(entry).diagnostics_data["radarr-hd"]["bad"] == 0


async def test_a_body_that_breaks_off(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """A caller that hangs up, one that promises too much, and a bomb of zeros."""
    home = await household()
    entry = await setup_entry(home)
    host, port = callback_url.removeprefix("http://").split(":")
    head = f"POST {path_of(entry, 'seerr')} HTTP/1.1\r\nHost: {host}\r\n"
    bomb = gzip.compress(b"\0" * (64 << 20))
    for more in (
        b"Content-Length: 5000\r\n\r\n{",
        b"Content-Length: 99999999999\r\n\r\n{",
        b"Content-Encoding: gzip\r\nContent-Length: " + str(len(bomb)).encode() + b"\r\n\r\n" + bomb,
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
    ):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(head.encode() + more)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()
    manager = manager_of(entry)
    await until(hass, lambda: manager.diagnostics_data["seerr"]["bad"] >= 4)
    request = await home.world.request(sintel())
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "requested"


async def test_too_much_at_once_is_dropped_and_asked_for(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What did not fit is counted, and the next poll brings it."""
    home = await household()
    entry = await setup_entry(home)
    monkeypatch.setattr(ours, "QUEUE_ROWS", 0)
    request = await home.world.request(sintel())
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) is None
    assert manager_of(entry).diagnostics_data["seerr"]["dropped"] == 1
    await until(hass, lambda: stage_of(hass, entry, request) == "requested")


async def test_a_reader_that_fails_ends_nothing(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Said once by kind; the next payload is taken."""
    home = await household()
    entry = await setup_entry(home)
    source = coordinator_of(entry).sources["seerr"]
    receive: Callable[[dict[str, Any]], bool] = source.receive
    failing = True

    def fail(payload: dict[str, Any]) -> bool:
        """Fail, for a while."""
        if failing:
            raise RecursionError(str(payload))
        return receive(payload)

    source.receive = fail  # type: ignore[method-assign]  # what no payload is known to do
    await home.world.request(sintel())
    await home.world.request(tears_of_steel())
    await hass.async_block_till_done()
    failing = False
    request = await home.world.request(film("Spring", 2019, 593048))
    await hass.async_block_till_done()

    assert stage_of(hass, entry, request) == "requested"
    assert manager_of(entry).diagnostics_data["seerr"]["bad"] == 2
    told = [one for one in caplog.records if "could not be read" in one.getMessage()]
    assert [one.getMessage() for one in told] == ["A webhook of Seerr could not be read: RecursionError"]


async def test_one_event_for_a_change_told_twice(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Doubled webhooks, then polls: each stage is told of once."""
    home = await household()
    entry = await setup_entry(home)
    for office in (home.seerr.webhooks, home.radarr.webhooks, home.jellyfin.webhooks):
        office.mode = "double"
    changed = async_capture_events(hass, "state_changed")
    request = await home.world.request(sintel())
    await hass.async_block_till_done()
    await poll(hass, entry)
    for act in (
        lambda: home.world.approve(request),
        lambda: home.world.grab(request),
        lambda: home.world.import_(
            home.world.arr("radarr").downloads[next(iter(home.world.arr("radarr").downloads))]
        ),
        home.world.library_scan,
    ):
        await act()
        await hass.async_block_till_done()
        await poll(hass, entry)
    stages = [
        event.data["new_state"].attributes["event_type"]
        for event in changed
        if event.data["entity_id"].startswith("event.") and event.data["new_state"].state != "unknown"
    ]
    assert stages == ["requested", "approved", "indexed", "importing", "available"]


async def test_nothing_is_taken_after_unloading(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A post to an unloaded entry is answered like one to nobody."""
    home = await household()
    entry = await setup_entry(home)
    manager = manager_of(entry)
    before = manager.diagnostics_data
    await hass.config_entries.async_unload(entry.entry_id)
    await home.world.request(sintel())
    await hass.async_block_till_done()
    assert home.seerr.webhooks.sent[-1].status == 200
    assert {key: one["received"] for key, one in manager.diagnostics_data.items()} == {
        key: one["received"] for key, one in before.items()
    }
    assert isinstance(entry, MockConfigEntry)


async def test_two_entries_beside_each_other(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Two Seerrs with one Radarr in common: each has its own webhook there, and removes its own."""
    home = await household()
    entry = await setup_entry(home)
    second = await household(sonarrs=(), jellyfin=False, qbittorrent=False)
    subentry = entry.subentries["radarr-hd"]
    other = await setup_entry(second)
    hass.config_entries.async_update_subentry(other, other.subentries["radarr-hd"], data=subentry.data)
    await hass.config_entries.async_reload(other.entry_id)
    await registered(hass, other)
    names = {row["name"] for row in home.radarr.arr.notifications.values()}
    assert len(names) == 2
    await hass.config_entries.async_remove(other.entry_id)
    assert len(home.radarr.arr.notifications) == 1
    assert not second.radarr.arr.notifications
