"""One issue for all services that cannot call Home Assistant: late, and fixed in place."""

from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.status_tracker.const import CONF_CALLBACK_SKIPPED, CONF_CALLBACK_URL, DOMAIN

from ..common import SetUp, StartHousehold, entry_of, registered, until
from ..repairing import Person, person_fixture  # noqa: F401  fixture
from ..stack.server import Fault
from .managing import calls_us, issues, state_of_stack, unreached

NOBODY = {CONF_CALLBACK_URL: "http://127.0.0.1:1/ha"}
NAMES = "Seerr, radarr-hd, sonarr-hd"


def an_hour_later(hass: HomeAssistant) -> None:
    """Let an hour pass."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=3601))


async def late(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry:
    """Return the issue of an entry whose services have not called for an hour."""
    await until(hass, lambda: len(unreached(entry)) == 3)
    an_hour_later(hass)
    await until(hass, lambda: issues(hass))
    (issue,) = (one for one in ir.async_get(hass).issues.values() if one.domain == DOMAIN)
    return issue


async def test_one_issue_after_an_hour(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """It names all services, tells where to read more, and outlives a reload."""
    home = await household()
    entry = await setup_entry(home, **NOBODY)
    assert issues(hass) == set()
    assert unreached(entry) == {"seerr", "radarr-hd", "sonarr-hd"}
    issue = await late(hass, entry)
    assert (issue.translation_key, issue.severity) == ("webhooks_late", ir.IssueSeverity.WARNING)
    assert sorted(str((issue.translation_placeholders or {})["services"]).split(", ")) == NAMES.split(", ")
    assert (issue.translation_placeholders or {})["count"] == "3"
    assert str(issue.learn_more_url).endswith("#troubleshooting")
    await hass.config_entries.async_reload(entry.entry_id)
    await registered(hass, entry)
    assert [one.issue_id for one in person.offers] == [issue.issue_id]
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == set()


async def test_nothing_if_it_is_well_within_the_hour(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """A webhook that works again by itself leaves no issue."""
    home = await household()
    await hass.config.async_update(internal_url="http://127.0.0.1:1")
    entry = await setup_entry(home, **{CONF_CALLBACK_URL: ""})
    assert len(unreached(entry)) == 3
    await hass.config.async_update(internal_url=callback_url)
    await until(hass, lambda: not unreached(entry))
    an_hour_later(hass)
    await hass.async_block_till_done()
    assert issues(hass) == set()


async def test_at_once_where_the_test_was_skipped(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """Who skipped the test can set the address right away; from then on there is an hour again."""
    home = await household()
    entry = entry_of(home, **NOBODY)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_CALLBACK_SKIPPED: True})
    await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, lambda: person.offers)
    form = await person.open(person.offers[0])
    assert (await person.submit(form, callback_url=callback_url))["type"] == "create_entry"
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await registered(hass, entry)
    assert CONF_CALLBACK_SKIPPED not in entry.data
    assert issues(hass) == set()


async def test_fixed_in_place(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """The address is prefilled and tried through the services; only one that they reach is kept."""
    home = await household()
    entry = await setup_entry(home, **NOBODY)
    before = state_of_stack(home)
    form = await person.open(await late(hass, entry))
    assert (form["step_id"], form["errors"]) == ("callback", {})
    assert form["data_schema"][0]["description"] == {"suggested_value": NOBODY[CONF_CALLBACK_URL]}
    assert form["description_placeholders"]["services"].split(", ") == NAMES.split(", ")
    for typed, reason in (("ftp://home", "invalid_url"), ("http://127.0.0.1:2", "unreachable")):
        form = await person.submit(form, callback_url=typed)
        assert form["errors"] == {"callback_url": reason}
        assert form["data_schema"][0]["description"] == {"suggested_value": typed}
    assert entry.options[CONF_CALLBACK_URL] == NOBODY[CONF_CALLBACK_URL]
    home.radarr.fault = Fault.down()
    home.sonarr.fault = Fault.down()
    home.seerr.fault = Fault.down()
    form = await person.submit(form, callback_url=callback_url)
    assert form["errors"] == {"callback_url": "unreachable"}
    home.radarr.fault = home.sonarr.fault = home.seerr.fault = None
    assert state_of_stack(home) == before
    assert (await person.submit(form, callback_url=f" {callback_url}/ "))["type"] == "create_entry"
    assert entry.options[CONF_CALLBACK_URL] == callback_url
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)
    await until(hass, lambda: calls_us(home.radarr) and calls_us(home.sonarr))
    await registered(hass, entry)
    assert issues(hass) == set()
    assert unreached(entry) == set()


async def test_entry_that_is_gone(
    hass: HomeAssistant, person: Person, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A form that waited until the entry was unloaded ends."""
    home = await household()
    entry = await setup_entry(home, **NOBODY)
    form = await person.open(await late(hass, entry))
    await hass.config_entries.async_unload(entry.entry_id)
    assert (await person.submit(form, callback_url="http://home"))["reason"] == "service_gone"
