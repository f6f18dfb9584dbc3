"""What the activity log says of requests, beside the stages that their sensors show there."""

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
    """Describe our events."""

    @callback
    def describe(event: Event[Any]) -> dict[str, Any]:
        """Return the sentence that was true when it happened; it names the title, so the row has no name."""
        return {"icon": ICON, "message": event.data["message"]}

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
