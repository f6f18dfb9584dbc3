"""What the calendar says of a date, in Home Assistant's language."""

from homeassistant.core import HomeAssistant

from ..pipeline.enums import MediaType
from ..pipeline.expected import Expected
from ..pipeline.requests import Tracked
from .text import common_text, request_name


def expected_text(hass: HomeAssistant, expected: Expected) -> str:
    """Return what comes out: a title with the kind of release, or the season or episodes that air."""
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
    """Return who asked for a title, None where Seerr does not tell."""
    user = request.request.requested_by
    return common_text(hass, "expected_requested_by", user=user) if user else None
