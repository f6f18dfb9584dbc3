"""Notification text for a change."""

from homeassistant.core import HomeAssistant

from ..pipeline.changes import Change
from .status import status_text
from .text import common_text, request_name


def message_text(hass: HomeAssistant, change: Change) -> str:
    """Return a short sentence about a change, e.g. for a mobile notification."""
    request = change.request
    return common_text(
        hass,
        f"message_{change.kind}",
        title=request_name(request, siblings=request.request.is_4k),
        user=request.request.requested_by or "?",
        reason=status_text(hass, request),
    )
