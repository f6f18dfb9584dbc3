"""Faults that were once handled wrongly."""

from datetime import timedelta
import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.status_tracker import coordinator as coordinator_module
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, stage_of, until
from ..stack.server import Fault
from ..stack.stories import sintel
from .kinds import KINDS

NO_HOOKS = {CONF_REGISTER_WEBHOOKS: False}


async def test_a_key_that_is_accepted_again_is_asked_for_no_more(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A proxy that refused everybody for a while leaves no form behind, whatever came in between."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    for server in (home.seerr, home.radarr):
        server.fault = Fault.status(401)
    await poll(hass, entry)
    assert len(hass.config_entries.flow.async_progress_by_handler(DOMAIN)) == 2
    for server in (home.seerr, home.radarr):
        server.fault = Fault.status(502)
    await poll(hass, entry)
    assert len(hass.config_entries.flow.async_progress_by_handler(DOMAIN)) == 2
    for server in (home.seerr, home.radarr):
        server.fault = None
    await poll(hass, entry)
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN) == []


async def test_seerr_with_wrong_types_is_unavailable_all_the_time(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even the polls that read a single request take that for an answer."""
    home = await household()
    await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **NO_HOOKS)
    await poll(hass, entry)
    await home.world.mark_media(next(iter(home.world.media.values())), 5)
    await poll(hass, entry)
    caplog.set_level(logging.INFO)
    caplog.clear()
    KINDS["wrong types"].start(home, home.seerr)
    for _ in range(12):
        await poll(hass, entry, 1)
        assert not coordinator_of(entry).seerr.state.ok
    ours = [one for one in caplog.records if one.name.startswith(f"custom_components.{DOMAIN}")]
    (gone,) = [one.getMessage() for one in ours if "available" in one.getMessage()]
    assert gone.startswith("Seerr is unavailable: ")


async def test_wrong_types_are_no_webhook_of_somebody_else(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Settings that cannot be read say nothing about who uses the webhook."""
    home = await household()
    home.seerr.fault = Fault.lying(
        lambda path, data: {"enabled": ["x"], "options": {"webhookUrl": 7}}, only="settings/notifications"
    )
    await setup_entry(home)
    assert not [key for domain, key in ir.async_get(hass).issues if domain == DOMAIN]


async def test_retry_after(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A service that says when to come again is left alone until then, but not for ever."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    await poll(hass, entry)
    source = coordinator_of(entry).sources["radarr-hd"]
    for seconds, expected in ((1, 60), (400, 400), (10**8, 600)):
        home.radarr.fault = Fault.limited(seconds)
        await poll(hass, entry, 1)
        assert source.next_poll is not None
        left = source.next_poll - clock.now()
        assert timedelta(seconds=expected - 30) < left, seconds
        assert left <= timedelta(seconds=600), seconds
        home.radarr.fault = None
        await poll(hass, entry, 1)


async def test_a_slow_seerr_is_waited_for_at_setup(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Setup waits for the first answer; a retry would be just as slow, and would start all over again."""
    monkeypatch.setattr(coordinator_module, "PATIENCE", 0.1)
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    home.seerr.fault = Fault.slow(0.1)
    home.jellyfin.fault = Fault.hang()
    entry = await setup_entry(home, **NO_HOOKS)
    assert entry.state is ConfigEntryState.LOADED
    await until(hass, lambda: stage_of(hass, entry, request) == "approved")
