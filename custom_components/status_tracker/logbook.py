"""Activity log descriptions of changes that are not shown as sensor states."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import Event, HomeAssistant, callback

from .automations.relay import EVENT_ACTIVITY
from .const import DOMAIN

ICON = "mdi:movie-open-star"


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event[Any]], dict[str, Any]]], None],
) -> None:
    """Describe logbook events."""

    @callback
    def describe(event: Event[Any]) -> dict[str, Any]:
        """Return the description of an event, stored with it; it contains the title, so there is no name."""
        return {"icon": ICON, "message": event.data["message"]}

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
