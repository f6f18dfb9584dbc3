"""System health: one look at all services, without names and addresses; and the versions it shows."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from .common import SetUp, StartHousehold, entry_of, poll, until
from .stack.server import Fault
from .stack.stories import sintel


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """What system health tells."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    told: dict[str, Any] = await get_system_health_info(hass, DOMAIN)
    return told


async def versions(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """The versions, once all have been read."""
    known: dict[str, str] = entry.runtime_data.versions.known
    await until(hass, lambda: len(known) == len(entry.runtime_data.coordinator.sources))
    return known


async def test_all_is_well(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Every kind of service with its version, how many requests, how many webhooks."""
    home = await household(radarrs=("hd", "4k"), shoko=True)
    await home.world.request(sintel())
    entry = await setup_entry(home)
    known = await versions(hass, entry)
    assert await health(hass) == {
        "seerr": f"ok ({known['seerr']})",
        "radarr": f"ok ({known['radarr-hd']}), ok ({known['radarr-4k']})",
        "sonarr": f"ok ({known['sonarr-hd']})",
        "qbittorrent": f"ok ({known['qbittorrent']})",
        "jellyfin": f"ok ({known['jellyfin']})",
        "shoko": f"ok ({known['shoko']})",
        "requests": 1,
        "stuck": 0,
        "webhooks": "5/5",
    }


async def test_failures_are_shown_as_such(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """One of two that fails makes its kind fail; an entry without Seerr is counted."""
    home = await household(radarrs=("hd", "4k"))
    home.radarrs["4k"].fault = Fault.down()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    await until(hass, lambda: "radarr-hd" in entry.runtime_data.versions.known)
    other = await household()
    other.seerr.fault = Fault.down()
    unready = entry_of(other, 2)
    unready.add_to_hass(hass)
    await hass.config_entries.async_setup(unready.entry_id)
    assert unready.state is ConfigEntryState.SETUP_RETRY
    told = await health(hass)
    version = entry.runtime_data.versions.known["radarr-hd"]
    assert told["radarr"] == {"type": "failed", "error": f"ok ({version}), cannot_connect"}
    assert (told["not_loaded"], told["webhooks"]) == (1, "0/5")
    await hass.config_entries.async_unload(unready.entry_id)


async def test_nothing_is_set_up(hass: HomeAssistant, callback_url: str) -> None:
    """Without an entry there is little to tell."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert await health(hass) == {"requests": 0, "stuck": 0, "webhooks": "0/0"}


async def test_versions_are_on_the_devices_and_follow_an_update(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A service that comes back is asked again; one that does not tell keeps what was known."""
    home = await household()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    first = (await versions(hass, entry))["jellyfin"]

    def shown(key: str) -> str | None:
        """The version on a device."""
        devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        wanted = (DOMAIN, f"{entry.entry_id}_{key}")
        return next(device.sw_version for device in devices if wanted in device.identifiers)

    assert shown("jellyfin") == first
    assert shown("seerr") == entry.runtime_data.versions.known["seerr"]
    home.jellyfin.fault = Fault.down()
    await poll(hass, entry)
    home.jellyfin.fault = Fault.status(500, only="System/Info/Public")
    await poll(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown("jellyfin") == first
    home.jellyfin.fault = Fault.down()
    await poll(hass, entry)
    home.jellyfin.fault = Fault.lying(
        lambda path, data: {**data, "Version": "12.3.4"}, only="System/Info/Public"
    )
    await poll(hass, entry)
    await until(hass, lambda: shown("jellyfin") == "12.3.4")


async def test_seerr_that_cannot_tell_its_version(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seerr asks the internet for its status, which may be out of reach: it is well all the same."""
    home = await household(radarrs=(), sonarrs=(), qbittorrent=False)
    home.seerr.fault = Fault.status(500, only="v1/status")
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    await until(hass, lambda: "jellyfin" in entry.runtime_data.versions.known)
    await until(hass, lambda: any("v1/status" in call.path for call in home.seerr.calls))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await health(hass))["seerr"] == "ok"
