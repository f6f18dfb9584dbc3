"""Attributes of a request, used by sensors and actions."""

from typing import Any

from homeassistant.core import HomeAssistant

from ..pipeline.requests import Tracked
from .status import detail_text, status_text


def request_attributes(hass: HomeAssistant, request: Tracked) -> dict[str, Any]:
    """Return the attributes of a request."""
    asked, verdict, download = request.request, request.verdict, request.current
    return {
        "status": status_text(hass, request),
        "request_id": asked.request_id,
        "title": request.title,
        "year": request.year,
        "media_type": asked.media_type,
        "anime": request.anime,
        "is_4k": asked.is_4k,
        "seasons": list(asked.seasons) or None,
        "requested_by": asked.requested_by,
        "requested_at": asked.requested_at,
        "stage_since": request.journey.stage_since,
        "reason": verdict.reason,
        "reason_detail": detail_text(hass, request),
        "stuck": request.stuck,
        "progress": request.progress,
        "eta": request.eta,
        "expected": verdict.expected,
        "episodes_available": request.episodes_available,
        "episodes_total": request.episodes_total,
        "quality": download.quality if download else None,
        "release": download.release if download else None,
        "indexer": download.indexer if download else None,
        "download_client": download.client if download else None,
        "jellyfin_url": request.jellyfin_url,
        "seerr_url": asked.url,
        "tmdb_id": asked.tmdb_id,
        "tvdb_id": request.tvdb_id,
        "imdb_id": request.imdb_id,
    }
