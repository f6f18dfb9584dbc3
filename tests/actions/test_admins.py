"""Who may act on requests."""

from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.status_tracker.const import CONF_ADMINS_ONLY, CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import SetUp, StartHousehold, entity_id_of
from ..stack.rows import REQUEST_APPROVED, REQUEST_PENDING
from ..stack.stories import sintel
from .acting import Act, words

ACTIONS = ("approve", "decline", "retry", "search", "replace_release")


async def context_of(hass: HomeAssistant, group: str) -> Context:
    """Return the context of what a new user of a group does; the first user is the owner."""
    await hass.auth.async_create_user("Owner", group_ids=[GROUP_ID_ADMIN])
    return Context(user_id=(await hass.auth.async_create_user("Somebody", group_ids=[group])).id)


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_user_is_refused(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, action: str
) -> None:
    """Unless told otherwise, a user without administrator rights changes nothing anywhere."""
    home = await household()
    request = await home.world.request(sintel())
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    context = await context_of(hass, GROUP_ID_USER)
    calls = len([call for call in home.seerr.calls if call.method != "GET"])
    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(
            DOMAIN,
            action,
            {ATTR_ENTITY_ID: entity_id_of(hass, entry, request)},
            blocking=True,
            context=context,
        )
    assert words(error.value) == "admins_only"
    assert request.status == REQUEST_PENDING
    assert len([call for call in home.seerr.calls if call.method != "GET"]) == calls


@pytest.mark.parametrize("who", ["administrator", "automation", "everybody may"])
async def test_who_may(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, who: str) -> None:
    """Administrators, automations, and all users if the option is off."""
    home = await household()
    request = await home.world.request(sintel())
    entry = await setup_entry(
        home, **{CONF_REGISTER_WEBHOOKS: False, CONF_ADMINS_ONLY: who != "everybody may"}
    )
    group = GROUP_ID_ADMIN if who == "administrator" else GROUP_ID_USER
    context = Context() if who == "automation" else await context_of(hass, group)
    await hass.services.async_call(
        DOMAIN,
        "approve",
        {ATTR_ENTITY_ID: entity_id_of(hass, entry, request)},
        blocking=True,
        context=context,
    )
    assert request.status == REQUEST_APPROVED


async def test_looking_is_free(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Actions that change nothing in a request are for all users."""
    home = await household()
    await home.world.request(sintel())
    act = Act(hass, await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False}))
    context = await context_of(hass, GROUP_ID_USER)
    for action in ("get_requests", "refresh"):
        answer = await hass.services.async_call(
            DOMAIN,
            action,
            {"config_entry_id": act.entry.entry_id},
            blocking=True,
            return_response=True,
            context=context,
        )
        assert answer
