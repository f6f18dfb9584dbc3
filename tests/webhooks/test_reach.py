"""The address that is proposed to a person, and whether services can call it."""

from aiohttp.test_utils import make_mocked_request
from homeassistant.components.http import current_request
from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.pipeline.enums import Service
from custom_components.status_tracker.webhooks.reach import async_test_reach, own_url, suggested_url

from ..common import StartHousehold, typed
from ..stack.server import Fault

KNOWN = "http://192.168.1.5:8123"


@pytest.mark.parametrize(
    ("host", "proposed"),
    [
        ("192.168.1.9:8123", "http://192.168.1.9:8123"),
        ("homeassistant.local:8123", "http://homeassistant.local:8123"),
        ("localhost:8123", KNOWN),
        ("127.0.0.1:8123", KNOWN),
        ("[::1]:8123", KNOWN),
        (None, KNOWN),
    ],
)
async def test_proposed(hass: HomeAssistant, host: str | None, proposed: str) -> None:
    """What the browser shows, unless that is known to the browser's machine alone."""
    await hass.config.async_update(internal_url=KNOWN)
    request = make_mocked_request("POST", "/api/flow", headers={"Host": host}) if host else None
    token = current_request.set(request)
    try:
        assert suggested_url(own_url(hass)) == proposed
    finally:
        current_request.reset(token)


async def test_services_call(hass: HomeAssistant, household: StartHousehold, callback_url: str) -> None:
    """Those that can call are told from those that cannot and those that cannot be asked; nothing is left."""
    home = await household()
    services = {
        "Seerr": (Service.SEERR, typed(home.seerr)),
        "Radarr": (Service.RADARR, typed(home.radarr)),
        "Sonarr": (Service.SONARR, typed(home.sonarr)),
        "Jellyfin": (Service.JELLYFIN, typed(home.jellyfin)),
    }
    before = (dict(home.seerr.webhook.config), dict(home.radarr.arr.notifications))
    reach = await async_test_reach(hass, services, callback_url, local_only=True)
    assert (sorted(reach.reached), reach.unreached) == (["Radarr", "Seerr", "Sonarr"], [])
    home.radarr.fault = Fault.down()
    reach = await async_test_reach(hass, services, "http://127.0.0.1:1", local_only=True)
    assert (reach.reached, sorted(reach.unreached)) == ([], ["Seerr", "Sonarr"])
    assert (dict(home.seerr.webhook.config), dict(home.radarr.arr.notifications)) == before
    assert not hass.data["webhook"]
