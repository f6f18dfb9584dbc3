"""What has changed in Seerr's settings, offered as a repair that takes it over."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN
from custom_components.status_tracker.upkeep import settings_watch

from ..common import SetUp, StartHousehold, coordinator_of, entry_of, poll, until
from ..repairing import Person, person_fixture  # noqa: F401  fixture
from ..stack.household import Household
from ..stack.jellyfin import FakeJellyfin
from ..stack.radarr import FakeRadarr
from ..stack.server import Fault

NO_HOOKS = {CONF_REGISTER_WEBHOOKS: False}
KEY = "f" * 32


def reauth_flows(hass: HomeAssistant) -> list[Any]:
    """The flows that ask for new credentials."""
    return [
        flow for flow in hass.config_entries.flow.async_progress() if flow["context"]["source"] == "reauth"
    ]


@asynccontextmanager
async def moved_radarr(
    hass: HomeAssistant, home: Household, entry: MockConfigEntry
) -> AsyncIterator[FakeRadarr]:
    """The same Radarr at another address, with another key, and Seerr uses it; the old one still answers."""
    async with FakeRadarr(home.world, home.radarr.arr, api_key=KEY) as new:
        services = home.seerr.services
        home.seerr.services = [new if one is home.radarr else one for one in services]
        yield new
        await hass.config_entries.async_unload(entry.entry_id)
        home.seerr.services = services


async def read_settings(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the time come at which Seerr's settings are read."""
    coordinator_of(entry).seerr.read_settings_again()
    await poll(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_new_key_is_taken_over(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A Radarr that refuses the old key gets the one Seerr now uses; there is one prompt only."""
    home = await household()
    entry = await setup_entry(home)
    assert person.offers == []
    home.radarr.api_key = KEY
    await poll(hass, entry)
    await until(hass, lambda: person.offers)
    (issue,) = person.offers
    assert issue.translation_key == "seerr_key_changed"
    assert KEY not in str(issue)
    assert len(reauth_flows(hass)) == 1
    form = await person.open(issue)
    assert (form["type"], form["step_id"], form["errors"]) == ("form", "confirm", {})
    assert form["description_placeholders"]["service"] == "radarr-hd"
    assert (await person.submit(form))["type"] == "create_entry"
    assert entry.subentries["radarr-hd"].data["api_key"] == KEY
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    assert coordinator_of(entry).sources["radarr-hd"].state.ok
    assert person.offers == []
    assert reauth_flows(hass) == []


async def test_key_that_seerr_learns_later_is_found(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seerr's settings are read again while a service fails; a service that recovers ends the offer."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    home.seerr.settings.key_overrides["radarr-hd"] = old = home.radarr.api_key
    home.radarr.api_key = KEY
    await poll(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert person.offers == []
    home.seerr.settings.key_overrides.clear()
    home.clear_calls()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=settings_watch.AGAIN + 1))
    await until(hass, lambda: person.offers)
    home.radarr.api_key = old
    await poll(hass, entry)
    await until(hass, lambda: not person.offers)


async def test_key_that_does_not_work_is_not_offered(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Where Seerr is wrong, too, a person is asked for the key and offered nothing."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    home.radarr.api_key = KEY
    home.seerr.settings.key_overrides["radarr-hd"] = "e" * 32
    await poll(hass, entry)
    await read_settings(hass, entry)
    assert person.offers == []
    assert len(reauth_flows(hass)) == 1


async def test_other_key_of_a_service_that_works_is_left_alone(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """People may use a key of their own, and an address of their own."""
    home = await household(options={"radarr": {"url_base": "/radarr"}})
    home.seerr.settings.key_overrides["jellyfin"] = KEY
    home.seerr.settings.key_overrides["sonarr-hd"] = KEY
    home.seerr.settings.hostname = "container"
    entry = await setup_entry(home, **NO_HOOKS)
    await read_settings(hass, entry)
    assert coordinator_of(entry).seerr.servers is not None
    assert person.offers == []


async def test_new_address_is_taken_over(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A Radarr that has moved is followed, though the old one still answers."""
    home = await household()
    entry = await setup_entry(home)
    await read_settings(hass, entry)
    assert person.offers == []
    async with moved_radarr(hass, home, entry) as new:
        await read_settings(hass, entry)
        (issue,) = person.offers
        assert issue.translation_key == "seerr_address_changed"
        assert (issue.translation_placeholders or {})["url"] == new.url
        # it is still offered after a restart, and only once
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert [one.issue_id for one in person.offers] == [issue.issue_id]
        assert (await person.submit(await person.open(issue)))["type"] == "create_entry"
        subentry = entry.subentries["radarr-hd"]
        assert (subentry.data["url"], subentry.data["api_key"]) == (new.url, KEY)
        assert subentry.data["seerr_id"] == 0
        assert subentry.unique_id == f"127.0.0.1:{new.port}"
        await read_settings(hass, entry)
        assert person.offers == []


async def test_ignored_offer_stays_ignored(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Who ignores an offer is not asked again, until something else changes."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    await read_settings(hass, entry)
    async with moved_radarr(hass, home, entry) as new:
        await read_settings(hass, entry)
        (issue,) = person.offers
        ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, True)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        (again,) = person.offers
        assert again.dismissed_version is not None
        new.api_key = "d" * 32
        await read_settings(hass, entry)
        (fresh,) = person.offers
        assert fresh.dismissed_version is None


async def test_moved_jellyfin_keeps_its_key_where_seerr_tells_none(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Jellyseerr does not tell Jellyfin's key: the address alone is taken over."""
    home = await household(flavour="jellyseerr")
    entry = await setup_entry(home, **NO_HOOKS)
    await read_settings(hass, entry)
    async with FakeJellyfin(home.world, api_key=home.jellyfin.api_key) as moved:
        home.jellyfin.fault = Fault.down()
        home.seerr.jellyfin = moved
        await poll(hass, entry)
        await read_settings(hass, entry)
        (issue,) = person.offers
        assert (await person.submit(await person.open(issue)))["type"] == "create_entry"
        assert entry.subentries["jellyfin"].data["url"] == moved.url
        assert entry.subentries["jellyfin"].data["api_key"] == moved.api_key
        await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
        assert coordinator_of(entry).sources["jellyfin"].state.ok
        await hass.config_entries.async_unload(entry.entry_id)


async def test_offer_that_fails_can_be_tried_again(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Between offer and click things may have changed: nothing is kept that does not answer."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    old, home.radarr.api_key = home.radarr.api_key, KEY
    await poll(hass, entry)
    await until(hass, lambda: person.offers)
    (issue,) = person.offers
    form = await person.open(issue)
    home.radarr.fault = Fault.down()
    again = await person.submit(form)
    assert (again["type"], again["errors"]) == ("form", {"base": "no_answer"})
    home.seerr.fault = Fault.status(503)
    again = await person.submit(form)
    assert again["errors"] == {"base": "seerr_silent"}
    assert entry.subentries["radarr-hd"].data["api_key"] == old
    home.radarr.fault = home.seerr.fault = None
    assert (await person.submit(form))["type"] == "create_entry"
    assert entry.subentries["radarr-hd"].data["api_key"] == KEY


async def test_offer_for_a_service_that_is_gone_ends(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Removed while the form is open: it ends with a word, and the offer goes with the service."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    home.radarr.api_key = KEY
    await poll(hass, entry)
    await until(hass, lambda: person.offers)
    form = await person.open(person.offers[0])
    hass.config_entries.async_remove_subentry(entry, "radarr-hd")
    gone = await person.submit(form)
    assert (gone["type"], gone["reason"]) == ("abort", "service_gone")
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED and not person.offers)


def kinds(hass: HomeAssistant) -> Iterable[str | None]:
    """The kinds of all our issues."""
    return {one.translation_key for one in ir.async_get(hass).issues.values() if one.domain == DOMAIN}


async def test_issues_go_with_the_entry(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """An entry that is disabled, or removed, leaves no issue behind."""
    home = await household(options={"jellyfin": {"webhook_plugin": False}})
    entry = await setup_entry(home)
    home.radarr.api_key = KEY
    await poll(hass, entry)
    await until(hass, lambda: person.offers)
    assert {"webhook_plugin_missing", "seerr_key_changed"} <= set(kinds(hass))
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert kinds(hass) == set()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await until(hass, lambda: "webhook_plugin_missing" in kinds(hass))
    await hass.config_entries.async_remove(entry.entry_id)
    assert kinds(hass) == set()


async def test_seerr_that_tells_no_settings_offers_nothing(
    hass: HomeAssistant, person: Person, household: StartHousehold, callback_url: str
) -> None:
    """A key without rights sees no settings: then there is nothing to compare with."""
    home = await household()
    home.seerr.fault = Fault.status(403, only="settings")
    entry = entry_of(home, **NO_HOOKS)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    home.radarr.fault = Fault.down()
    await poll(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator_of(entry).seerr.servers is None
    assert person.offers == []
