"""Changed recordings as Home Assistant meets them: webhooks over HTTP, and answers to everything it asks."""

import logging
from random import Random
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, stage_of
from ..stack.server import Fault
from ..stack.stories import frieren, long_way_home, sintel
from ..test_secrets import Resolver
from ..webhooks.managing import HOOKED, manager_of, path_of
from .mutations import bodies, drawn, spoiled

WEBHOOKS = 150
ROUNDS = 60


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says that it should not."""
    return [
        one.getMessage()[:300]
        for one in caplog.records
        if (one.exc_info and one.levelno > logging.INFO)
        or (one.levelno > logging.WARNING and one.name.startswith(f"custom_components.{DOMAIN}"))
    ]


@pytest.mark.parametrize("key", sorted(HOOKED))
async def test_webhooks_of_any_shape(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_client_no_auth: Any,
    caplog: pytest.LogCaptureFixture,
    key: str,
) -> None:
    """Each is answered, none disturbs what follows it, and the log is silent."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home)
    client = await hass_client_no_auth()
    caplog.clear()
    for body in drawn(bodies(key.partition("-")[0]), WEBHOOKS):
        answer = await client.post(path_of(entry, key), data=body.encode("utf-8", "replace"))
        assert answer.status == 200
        await hass.async_block_till_done()
    assert manager_of(entry).diagnostics_data[key]["received"] >= WEBHOOKS
    assert not [one for one in caplog.records if one.levelno > logging.INFO and "custom_com" in one.name]
    assert complaints(caplog) == []
    await home.world.grab(request)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "indexed"


@pytest.mark.timeout(120)
async def test_answers_of_any_shape(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All services answer with changed JSON for hours; then all is right again."""
    # Addresses in the settings of Seerr are tried, also those that were changed.
    monkeypatch.setattr("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda hass: Resolver())
    home, dice = await household(shoko=True), Random(1)
    requests = [
        await home.world.request(title, seasons=seasons, auto_approve=True)
        for title, seasons in ((sintel(), None), (long_way_home(), [1]), (frieren(), [1]))
    ]
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    for request in requests:
        await home.world.grab(request)
    await poll(hass, entry)
    caplog.clear()
    for _ in range(ROUNDS):
        for server in home.servers:
            only = dice.choice(["", "", "i", "s"])  # of some paths, so that others are understood
            server.fault = Fault.lying(lambda path, data: spoiled(data, dice), only=only)
        clock.advance(home, minutes=dice.choice([1, 11, 400]))
        await poll(hass, entry, 1)
    assert entry.state is ConfigEntryState.LOADED
    assert complaints(caplog) == []
    for server in home.servers:
        server.fault = None
    for _ in range(3):
        clock.advance(home, hours=25)
        await poll(hass, entry)
    assert all(source.state.ok for source in coordinator_of(entry).sources.values())
    assert {stage_of(hass, entry, request) for request in requests} == {"indexed"}


async def test_a_number_that_cannot_be_stored(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_storage: dict[str, Any]
) -> None:
    """It costs the service its answer, and not everybody the store."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    await home.world.grab(request)
    home.radarr.fault = Fault.lying(lambda path, data: [{**one, "id": 1e30} for one in data], only="history")
    await poll(hass, entry)
    await coordinator_of(entry).async_save()
    assert stage_of(hass, entry, request) == "indexed"
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
