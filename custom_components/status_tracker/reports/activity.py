"""Data of a change, used by the event entity, triggers and activity log."""

from typing import Any

from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.changes import Change
from .message import message_text


def activity(coordinator: StatusTrackerCoordinator, change: Change) -> dict[str, Any]:
    """Return the data of a change by name."""
    hass, entry_id = coordinator.hass, coordinator.config_entry.entry_id
    request, asked = change.request, change.request.request
    reason = request.verdict.reason
    return {
        "request_id": asked.request_id,
        "title": request.title,
        "year": request.year,
        "media_type": asked.media_type.value,
        "stage": request.stage.value,
        "previous_stage": change.previous.value if change.previous else None,
        "reason": reason.value if reason else None,
        "requested_by": asked.requested_by,
        "entity_id": er.async_get(hass).async_get_entity_id(
            "sensor", DOMAIN, f"{entry_id}_{asked.request_id}"
        ),
        "poster": request.poster,
        "jellyfin_url": request.jellyfin_url,
        "message": message_text(hass, change),
    }
