"""How webhooks are registered and removed."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.status_tracker.const import (
    CONF_CALLBACK_URL,
    CONF_REGISTER_WEBHOOKS,
    CONF_WEBHOOKS_LOCAL_ONLY,
)

from ..common import SetUp, StartHousehold, coordinator_of, entry_of, poll, registered, stage_of, until
from ..stack.server import Fault
from ..stack.stories import sintel
from ..stack.titles import film
from .managing import HOOKED, calls_us, handlers, issues, manager_of, path_of, state_of_stack, unreached

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
    told = [record for record in caplog.records if "Failed to remove the webhook" in record.getMessage()]
    assert len(told) == 1
    assert "radarr-hd" in told[0].getMessage()


async def test_a_foreign_webhook_in_seerr_stays(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Untouched by setup, restart and removal; an issue describes it until the slot is free."""
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
    """CSRF protection and a missing plugin have an issue each, until they are fixed."""
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


async def test_no_address_at_all(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """Home Assistant knows none, then the person sets one: registered without a reload."""
    home = await household()
    hass.config.api = None
    entry = entry_of(home)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: len(unreached(entry)) == 4)
    assert issues(hass) == set()

    await hass.config.async_update(internal_url=callback_url)
    await registered(hass, entry)
    assert unreached(entry) == set()
    assert calls_us(home.radarr)


async def test_registers_again_where_home_assistant_has_moved(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """The internal address counts first; when it changes the services are told."""
    home = await household()
    await hass.config.async_update(internal_url="http://127.0.0.1:1", external_url="http://127.0.0.1:2")
    entry = await setup_entry(home, **{CONF_CALLBACK_URL: ""})
    assert unreached(entry) == {"seerr", "radarr-hd", "sonarr-hd"}

    await hass.config.async_update(internal_url=callback_url)
    await until(hass, lambda: not unreached(entry))
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
    """Three grabs that only polls show, over some time, create an issue until a webhook arrives."""
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
