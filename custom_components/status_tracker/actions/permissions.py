"""Permission to act on requests: administrators only, unless changed in the options."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant

from ..const import CONF_ADMINS_ONLY, OPTIONS
from .requests import refusal

ADMIN_ACTIONS = frozenset({"approve", "decline", "retry", "search", "replace_release"})


def admins_only(entry: ConfigEntry[Any]) -> bool:
    """Return whether only administrators may act on the requests of an entry."""
    return bool({**OPTIONS, **entry.options}[CONF_ADMINS_ONLY])


async def async_check_user(hass: HomeAssistant, entry: ConfigEntry[Any], context: Context) -> None:
    """Raise if a user may not act on requests; calls without a user, e.g. from automations, are allowed."""
    if context.user_id is None or not admins_only(entry):
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None or not user.is_admin:
        raise refusal("admins_only")
