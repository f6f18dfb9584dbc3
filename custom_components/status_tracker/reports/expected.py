"""Calendar texts in Home Assistant's language."""

from homeassistant.core import HomeAssistant

from ..pipeline.enums import MediaType
from ..pipeline.expected import Expected
from ..pipeline.requests import Tracked
from .text import common_text, request_name


def expected_text(hass: HomeAssistant, expected: Expected) -> str:
    """Return the text of a date: the title with its release, or with season and episodes."""
    request, title = expected.request, request_name(expected.request, siblings=False)
    if request.request.media_type is MediaType.MOVIE:
        return common_text(hass, f"expected_{expected.release or 'release'}", title=title)
    what = request.title + (f" S{expected.season:02}" if expected.season is not None else "")
    if not expected.episodes:
        return what
    first, last = expected.episodes[0], expected.episodes[-1]
    what += f"E{first:02}" if first == last else f"E{first:02}-E{last:02}"
    return f"{what}: {expected.title}" if expected.title else what


def requested_by_text(hass: HomeAssistant, request: Tracked) -> str | None:
    """Return the text with the requesting user, None if unknown."""
    user = request.request.requested_by
    return common_text(hass, "expected_requested_by", user=user) if user else None
