"""The log tells once that a service has gone and once that it is available again, and nothing in between."""

import logging

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import SetUp, StartHousehold, poll
from .stack.server import Fault

NO_HOOKS = {CONF_REGISTER_WEBHOOKS: False}
NAMES = {"seerr": "Seerr"}
ALL = ["seerr", "radarr-hd", "sonarr-hd", "qbittorrent", "jellyfin", "shoko"]


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """What we have logged at a level that people see."""
    return [
        (one.levelno, one.getMessage())
        for one in caplog.records
        if one.name.startswith("custom_components.status_tracker") and one.levelno >= logging.INFO
    ]


@pytest.mark.parametrize("kind", ALL)
async def test_going_and_coming_are_told_once(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    """However long it lasts, and whatever comes in the way of it."""
    home = await household(shoko=True)
    entry = await setup_entry(home, **NO_HOOKS)
    await poll(hass, entry)
    server = next(one for one in home.servers if one.name == kind)
    name = NAMES.get(kind, kind)
    caplog.set_level(logging.INFO)
    caplog.clear()
    for fault in (Fault.down(), Fault.down(), Fault.status(503), Fault.html(), Fault.down()):
        server.fault = fault
        await poll(hass, entry)
    server.fault = None
    for _ in range(3):
        await poll(hass, entry)
    (gone, back) = said(caplog)
    assert gone[0] == logging.WARNING
    assert gone[1].startswith(f"{name} is unavailable: ")
    assert back == (logging.INFO, f"{name} is available again")


async def test_silent_from_the_start_is_told_once(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """A service that does not answer at startup is logged once, until it answers."""
    home = await household()
    home.radarr.fault = Fault.down()
    caplog.set_level(logging.INFO)
    entry = await setup_entry(home, **NO_HOOKS)
    for _ in range(3):
        await poll(hass, entry)
    home.radarr.fault = None
    await poll(hass, entry)
    gone, back = [line for line in said(caplog) if "radarr" in line[1]]
    assert gone[0] == logging.WARNING
    assert gone[1].startswith("Unable to reach radarr-hd: ")
    assert back == (logging.INFO, "radarr-hd is available again")


async def test_refused_key_is_told_once(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """The person is asked for a new key; the log says why, once."""
    home = await household()
    entry = await setup_entry(home, **NO_HOOKS)
    await poll(hass, entry)
    caplog.set_level(logging.INFO)
    caplog.clear()
    home.jellyfin.fault = Fault.bad_key()
    for _ in range(3):
        await poll(hass, entry)
    assert len(said(caplog)) == 1
    assert "failed to authenticate" in said(caplog)[0][1]
