"""Fixtures of the tests of actions/."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from ..common import SetUp, StartHousehold
from ..stack.stories import sintel
from .acting import Pending, follow


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Look three times whether something took effect, without waiting in between."""
    module = "custom_components.status_tracker"
    pauses = (0.0, 0.0, 0.0)
    with (
        patch(f"{module}.actions.requests.PAUSES", pauses),
        patch(f"{module}.actions.replace_release.PAUSES", pauses),
    ):
        yield


@pytest.fixture
async def pending(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> Pending:
    """Return a request for a film that waits for approval."""
    home = await household()
    request = await home.world.request(sintel())
    return Pending(home, request, await follow(hass, setup_entry, home))
