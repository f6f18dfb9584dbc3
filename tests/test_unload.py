"""After an unload no thread and no socket of the push connection is left, whatever state it was in."""

from collections.abc import Callable
import threading

from homeassistant.core import HomeAssistant
import psutil
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import SetUp, StartHousehold, until
from .stack.household import Household
from .stack.server import Fault

pytestmark = pytest.mark.usefixtures("debugged_event_loop")


def our_threads() -> set[threading.Thread]:
    """Return the threads that are not Home Assistant's own workers."""
    return {one for one in threading.enumerate() if not one.name.startswith(("SyncWorker", "asyncio"))}


def sockets_to(home: Household) -> int:
    """Return how many connections to Shoko this process has open, at our end."""
    port = home.shoko.port
    found = psutil.Process().net_connections(kind="tcp")
    return sum(bool(one.raddr) and one.raddr.port == port for one in found)


def connected(home: Household) -> bool:
    """Return whether the hub has a client."""
    return any(one.ready for one in home.shoko.hub.connections)


def silenced(home: Household) -> None:
    """Have the hub say nothing any more, as a half-open line."""
    home.shoko.hub.silent = True


def stuck(home: Household) -> None:
    """Have Shoko take what it is asked and answer nothing, the hub's negotiation too."""
    home.shoko.drop_connections()
    home.shoko.fault = Fault.hang()


STATES: dict[str, Callable[[Household], None]] = {
    "connected": lambda home: None,
    "silent": silenced,
    "hub gone": lambda home: home.shoko.kill_hub(),
    "hanging": stuck,
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("version", [4, 6])
async def test_nothing_is_left(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, version: int, state: str
) -> None:
    """Loaded and unloaded again and again: afterwards all is as before."""
    home = await household(shoko=True, options={"shoko": {"version": version}})
    before = our_threads()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    for turn in range(1, 4):
        await until(hass, lambda turn=turn: home.shoko.hub.accepted == turn and connected(home))
        STATES[state](home)
        if state == "hub gone":
            await until(hass, lambda: not home.shoko.hub.connections)
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert our_threads() == before
        await until(hass, lambda: not home.shoko.hub.connections)
        home.shoko.drop_connections()  # those that Home Assistant keeps for the next request
        await until(hass, lambda: not sockets_to(home))
        home.shoko.fault, home.shoko.hub.silent = None, False
        home.shoko.restore_hub()
        assert await hass.config_entries.async_setup(entry.entry_id)


async def test_unloaded_while_it_connects(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A hub that hangs is left in the middle of a connection, again and again."""
    home = await household(shoko=True)
    before = our_threads()
    home.shoko.fault = Fault.hang(only="signalr")
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    for _ in range(3):
        await home.shoko.wait_for_calls(1, "negotiate")
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert our_threads() == before
        home.shoko.drop_connections()
        await until(hass, lambda: not sockets_to(home))
        home.shoko.clear_calls()
        assert await hass.config_entries.async_setup(entry.entry_id)
    assert home.shoko.hub.accepted == 0
