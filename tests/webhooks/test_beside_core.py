"""Beside Home Assistant's own Seerr integration, which uses the same webhook slot."""

from collections.abc import Iterator
from copy import deepcopy
import sys
from types import ModuleType
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_CALLBACK_URL, DOMAIN
from custom_components.status_tracker.webhooks.core_seerr import DOMAIN as CORE

from ..common import SetUp, StartHousehold, poll, registered, stage_of, until
from ..stack.household import Household
from ..stack.stories import sintel
from .managing import issues, manager_of

RESTARTS = 10
CORE_WEBHOOK = "c" * 64


@pytest.fixture(autouse=True)
def no_cloud() -> Iterator[None]:
    """Let core's integration be imported without the cloud, which it only asks whether it is there."""
    cloud = ModuleType("homeassistant.components.cloud")
    cloud.async_active_subscription = lambda hass: False  # type: ignore[attr-defined]  # a stand-in
    cloud.CloudNotAvailable = RuntimeError  # type: ignore[attr-defined]  # a stand-in
    import homeassistant.components

    with (
        patch.dict(sys.modules, {"homeassistant.components.cloud": cloud}),
        patch.object(homeassistant.components, "cloud", cloud, create=True),
    ):
        yield


def slot(home: Household) -> dict[str, Any]:
    """Return what Seerr's webhook slot holds."""
    return deepcopy(home.seerr.webhook.config)


def holder(home: Household) -> str:
    """Return who is in the slot."""
    config = home.seerr.webhook.config
    if not config["enabled"]:
        return "nobody"
    return "core" if CORE_WEBHOOK in config["options"]["webhookUrl"] else "ours"


async def add_core(
    hass: HomeAssistant, home: Household, callback_url: str, *, understood: bool = True
) -> MockConfigEntry:
    """Add core's integration for the same Seerr, which understands its template or does not."""
    home.seerr.webhook.takes_plain_templates = understood
    await hass.config.async_update(internal_url=callback_url)
    data = {
        "host": "127.0.0.1",
        "port": home.seerr.port,
        "ssl": False,
        "api_key": home.seerr.api_key,
        "webhook_id": CORE_WEBHOOK,
    }
    entry = MockConfigEntry(domain=CORE, title="Seerr", data=data)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def settled(hass: HomeAssistant, entry: MockConfigEntry, outcome: str) -> None:
    """Wait until registering with Seerr has come to something."""
    await until(
        hass, lambda: manager_of(entry).diagnostics_data["seerr"]["registered"] == outcome, seconds=15
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def restart(hass: HomeAssistant, *entries: MockConfigEntry) -> None:
    """Unload the entries and set them up again in this order, as a restart does."""
    for entry in entries:
        assert await hass.config_entries.async_unload(entry.entry_id)
    for entry in entries:
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.mark.parametrize("ours_first", [True, False])
async def test_peace_over_restarts(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str, ours_first: bool
) -> None:
    """Whichever was set up first, nothing in Seerr changes from then on, and no issue is created."""
    home = await household()
    if ours_first:
        ours = await setup_entry(home)
        assert holder(home) == "ours"
        core = await add_core(hass, home, callback_url)
    else:
        core = await add_core(hass, home, callback_url)
        ours = await setup_entry(home)
    await settled(hass, ours, "shared")
    assert holder(home) == "core"
    before, written = slot(home), home.seerr.count("settings/notifications/webhook", "POST")
    for number in range(RESTARTS):
        await restart(hass, *((ours, core) if number % 2 else (core, ours)))
        await registered(hass, ours)
        await settled(hass, ours, "shared")
        assert (core.state, ours.state) == (ConfigEntryState.LOADED, ConfigEntryState.LOADED)
        assert slot(home) == before
        assert issues(hass) == set()
    assert home.seerr.count("settings/notifications/webhook", "POST") == written


async def test_its_webhook_serves_both(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """What Seerr tells core shows here at once, and in core's own event."""
    home = await household()
    await add_core(hass, home, callback_url)
    ours = await setup_entry(home)
    await settled(hass, ours, "shared")
    await poll(hass, ours)
    request = await home.world.request(sintel(), auto_approve=True)
    await until(hass, lambda: stage_of(hass, ours, request) == "approved", seconds=8)
    event = er.async_get(hass).async_get_entity_id(
        "event", CORE, f"{hass.config_entries.async_entries(CORE)[0].entry_id}-media"
    )
    assert event
    state = hass.states.get(event)
    assert state is not None
    assert state.attributes["event_type"] == "auto_approved"


async def test_core_is_removed(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """It leaves its webhook behind in Seerr; ours replaces it permanently."""
    home = await household()
    empty = slot(home)
    core = await add_core(hass, home, callback_url)
    ours = await setup_entry(home)
    await settled(hass, ours, "shared")
    await hass.config_entries.async_remove(core.entry_id)
    await until(hass, lambda: holder(home) == "ours")
    await settled(hass, ours, "done")
    for _ in range(3):
        await restart(hass, ours)
        await settled(hass, ours, "done")
        assert holder(home) == "ours"
    assert issues(hass) == set()
    await hass.config_entries.async_remove(ours.entry_id)
    assert slot(home)["enabled"] is empty["enabled"] is False
    assert CORE_WEBHOOK not in str(slot(home))


async def test_core_is_removed_while_ours_is_not_there(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """What was shared once is known, whenever core goes."""
    home = await household()
    core = await add_core(hass, home, callback_url)
    ours = await setup_entry(home)
    await settled(hass, ours, "shared")
    await hass.config_entries.async_unload(ours.entry_id)
    await hass.config_entries.async_remove(core.entry_id)
    assert holder(home) == "core"
    await hass.config_entries.async_setup(ours.entry_id)
    await settled(hass, ours, "done")
    assert holder(home) == "ours"


async def test_core_is_disabled_and_enabled(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """While it is disabled its webhook has no receiver, so ours is used; enabled, it has the slot again."""
    home = await household()
    core = await add_core(hass, home, callback_url)
    ours = await setup_entry(home)
    await settled(hass, ours, "shared")
    await hass.config_entries.async_set_disabled_by(core.entry_id, ConfigEntryDisabler.USER)
    await until(hass, lambda: holder(home) == "ours")
    await hass.config_entries.async_set_disabled_by(core.entry_id, None)
    await settled(hass, ours, "shared")
    assert holder(home) == "core"
    assert issues(hass) == set()


async def test_ours_is_removed(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """Core's webhook stays as it is."""
    home = await household()
    await setup_entry(home)
    core = await add_core(hass, home, callback_url)
    (ours,) = hass.config_entries.async_entries(DOMAIN)
    before = slot(home)
    assert holder(home) == "core"
    await hass.config_entries.async_remove(ours.entry_id)
    assert slot(home) == before
    assert await hass.config_entries.async_reload(core.entry_id)
    assert slot(home) == before


@pytest.mark.parametrize("why", ["not reached", "not understood"])
async def test_core_that_cannot_use_the_slot_leaves_it_to_ours(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str, why: str
) -> None:
    """Where only our callback address or our template works, ours is used, and core does not take it away."""
    home = await household()
    address = callback_url if why == "not understood" else "http://127.0.0.1:1"
    core = await add_core(hass, home, address, understood=why == "not reached")
    assert holder(home) == "nobody"
    ours = await setup_entry(home, **{CONF_CALLBACK_URL: callback_url})
    for _ in range(RESTARTS):
        await settled(hass, ours, "done")
        assert holder(home) == "ours"
        await restart(hass, core, ours)
    assert issues(hass) == set()
