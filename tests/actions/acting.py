"""What the tests of the actions share."""

from typing import Any, NamedTuple

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import SetUp, entity_id_of, state_of
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from ..stack.server import StackServer


class Act:
    """Calls the actions on the requests of one entry."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Know where."""
        self.hass = hass
        self.entry = entry

    async def __call__(self, action: str, request: SeerrRequest, **data: Any) -> None:
        """Act on a request."""
        target = {ATTR_ENTITY_ID: entity_id_of(self.hass, self.entry, request)}
        await self.hass.services.async_call(DOMAIN, action, {**target, **data}, blocking=True)
        await self.hass.async_block_till_done()

    async def rescan(self, **data: Any) -> None:
        """Scan the library."""
        data = {"config_entry_id": self.entry.entry_id, **data}
        await self.hass.services.async_call(DOMAIN, "rescan_library", data, blocking=True)

    async def refused(self, action: str, request: SeerrRequest, **data: Any) -> str:
        """Act on a request and be refused; return the key of the reason."""
        with pytest.raises(ServiceValidationError) as error:
            await self(action, request, **data)
        return words(error.value)

    async def fails(self, action: str, request: SeerrRequest, **data: Any) -> str:
        """Act on a request in vain; return the key of the reason."""
        with pytest.raises(HomeAssistantError) as error:
            await self(action, request, **data)
        assert not isinstance(error.value, ServiceValidationError)
        return words(error.value)


class Pending(NamedTuple):
    """A household with a film request that waits for approval, and an entry that follows it."""

    home: Household
    request: SeerrRequest
    act: Act


def words(error: HomeAssistantError) -> str:
    """Return the key of an error, after its text has been found complete."""
    assert error.translation_domain == DOMAIN
    assert error.translation_key
    text = str(error)
    assert text != error.translation_key
    assert "{" not in text, text
    return error.translation_key


async def follow(hass: HomeAssistant, setup_entry: SetUp, home: Household) -> Act:
    """Set up an entry that follows the household by polling alone."""
    return Act(hass, await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False}))


def commands(server: StackServer) -> list[dict[str, Any]]:
    """Return the commands an *arr was given."""
    return [row.body for row in server.arr.commands.values()]


def reason_of(hass: HomeAssistant, act: Act, request: SeerrRequest) -> str | None:
    """Return the reason a sensor shows."""
    state = state_of(hass, act.entry, request)
    assert state
    reason: str | None = state.attributes.get("reason")
    return reason
