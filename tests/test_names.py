"""How soon all requests have their names at the first start."""

import time

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import SetUp, StartHousehold, coordinator_of, until
from .stack.server import Fault
from .stack.titles import film, series

POLLING = {CONF_REGISTER_WEBHOOKS: False}


@pytest.mark.parametrize("approved", [True, False], ids=["approved", "pending"])
async def test_a_hundred_names(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    approved: bool,
) -> None:
    """Ten seconds after the start each has a sensor with its name, though TMDB is slow; none is "#1"."""
    home = await household()
    for number in range(1, 101):
        title = (
            film(f"Film {number}", 2000, 1000 + number)
            if number % 2
            else series(f"Show {number}", 2000, 50000 + number, 60000 + number, {1: 10})
        )
        await home.world.request(title, auto_approve=approved)
    home.seerr.fault = Fault.slow(0.1, only="/movie/")
    began = time.monotonic()
    entry = await setup_entry(home, **POLLING)
    names: set[str] = set()

    def named() -> bool:
        """Whether there are so many sensors."""
        names.update(
            state.attributes["title"]
            for state in hass.states.async_all("sensor")
            if "request_id" in state.attributes
        )
        return len(names) == 100

    await until(hass, named, 10)
    assert time.monotonic() - began < 10
    assert {name.partition(" ")[0] for name in names} == {"Film", "Show"}
    if approved:  # the *arrs named the others
        assert home.seerr.count("/movie/") + home.seerr.count("/tv/") < 100
    assert len(coordinator_of(entry).titled_requests) == 100
