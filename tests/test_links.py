"""Where links lead: to the address people use, not to the one Home Assistant uses."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.status_tracker.const import CONF_LINK_URL, CONF_REGISTER_WEBHOOKS

from .common import SetUp, StartHousehold, coordinator_of, poll, state_of
from .stack.household import Household
from .stack.stories import film_story

POLLING = {CONF_REGISTER_WEBHOOKS: False}


async def link_of(hass: HomeAssistant, home: Household, entry: Any) -> str:
    """Return the link of a film that has just arrived."""

    async def pace(seconds: float) -> None:
        """Poll at each step."""
        await poll(hass, entry)

    request = await film_story(home.world, pace)
    await poll(hass, entry)
    state = state_of(hass, entry, request)
    assert state
    return str(state.attributes["jellyfin_url"])


def page_of(hass: HomeAssistant, entry: Any, name: str) -> str | None:
    """Return the page of a service's device."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(device.configuration_url for device in devices if device.name == name)


@pytest.mark.parametrize(
    ("external", "base"),
    [
        ("", None),
        ("https://films.example.com/jellyfin/", "https://films.example.com/jellyfin"),
        ("films.example.com", "https://films.example.com"),
        ("not an address", None),
    ],
)
async def test_seerrs_external_address(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, external: str, base: str | None
) -> None:
    """Links lead to what Seerr's settings hold for it, else to the address we use."""
    home = await household()
    home.seerr.settings.external_jellyfin = external
    home.seerr.settings.external_arrs = external
    entry = await setup_entry(home, **POLLING)

    assert (await link_of(hass, home, entry)).startswith(f"{base or home.jellyfin.url}/web/#/details?id=")
    assert page_of(hass, entry, "jellyfin") == (base or home.jellyfin.url)
    assert page_of(hass, entry, "radarr-hd") == (base or home.radarr.url)
    assert page_of(hass, entry, "sonarr-hd") == (base or home.sonarr.url)


async def test_an_address_set_by_hand(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The Jellyfin's own address for links comes before Seerr's; changed, it counts for what is known."""
    home = await household()
    home.seerr.settings.external_jellyfin = "https://seerr-says.example.com"
    entry = await setup_entry(home, **POLLING)
    assert (await link_of(hass, home, entry)).startswith("https://seerr-says.example.com/web/")
    subentry = entry.subentries["jellyfin"]
    data = {**subentry.data, CONF_LINK_URL: "https://by-hand.example.com"}
    hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()

    links = [one.jellyfin_url for one in coordinator_of(entry).data.values()]
    assert [str(link).partition("/web/")[0] for link in links] == ["https://by-hand.example.com"]


async def test_seerrs_address_changes(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """What Seerr's settings come to hold counts for what is known already."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    assert (await link_of(hass, home, entry)).startswith(home.jellyfin.url)
    home.seerr.settings.external_jellyfin = "https://new.example.com"
    coordinator_of(entry).seerr.read_settings_again()
    await poll(hass, entry)

    links = [one.jellyfin_url for one in coordinator_of(entry).data.values()]
    assert [str(link).partition("/web/")[0] for link in links] == ["https://new.example.com"]
