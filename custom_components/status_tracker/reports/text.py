"""What people read: from stage, reason and hint, in Home Assistant's language, from no other source."""

import re

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..pipeline.changes import STUCK, Change
from ..pipeline.expected import Expected
from ..pipeline.requests import Reason, Stage, Tracked
from ..pipeline.terms import MediaType

_STATE = f"component.{DOMAIN}.entity.sensor.request.state"
_REASON = f"component.{DOMAIN}.entity.sensor.request.state_attributes.reason.state"
_COMMON = f"component.{DOMAIN}.common"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _text(hass: HomeAssistant, category: str, key: str, **values: str) -> str:
    """Return a translated text with its values filled in."""
    strings = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    text = strings.get(key) or key.rsplit(".", 1)[-1]
    # All at once: a value may itself read like a placeholder.
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def stage_text(hass: HomeAssistant, stage: Stage) -> str:
    """Return a stage's name."""
    return _text(hass, "entity", f"{_STATE}.{stage}")


def reason_text(hass: HomeAssistant, reason: Reason) -> str:
    """Return a reason in plain words."""
    return _text(hass, "entity", f"{_REASON}.{reason}")


def detail_text(hass: HomeAssistant, request: Tracked) -> str | None:
    """Return what is known beyond the reason: the service's own words, or ours for a hint."""
    verdict = request.verdict
    at = dt_util.as_local(verdict.at).strftime("%Y-%m-%d %H:%M") if verdict.at else ""
    hint = _text(hass, "common", f"{_COMMON}.hint_{verdict.hint}", time=at) if verdict.hint else None
    return " ".join(part for part in (hint, verdict.detail) if part) or None


def request_name(request: Tracked, *, siblings: bool) -> str:
    """Return title and year, and where that would not tell two requests apart what does."""
    name = f"{request.title} ({request.year})" if request.year else request.title
    if not siblings:
        return name
    if request.request.media_type is MediaType.TV and request.request.seasons:
        name += " " + ", ".join(f"S{season:02}" for season in request.request.seasons)
    return f"{name} 4K" if request.request.is_4k else name


def expected_text(hass: HomeAssistant, expected: Expected) -> str:
    """Return what comes out: a title with the kind of release, or the season or episodes that air."""
    request, title = expected.request, request_name(expected.request, siblings=False)
    if request.request.media_type is MediaType.MOVIE:
        return _text(hass, "common", f"{_COMMON}.expected_{expected.release or 'release'}", title=title)
    what = request.title + (f" S{expected.season:02}" if expected.season is not None else "")
    if not expected.episodes:
        return what
    first, last = expected.episodes[0], expected.episodes[-1]
    what += f"E{first:02}" if first == last else f"E{first:02}-E{last:02}"
    return f"{what}: {expected.title}" if expected.title else what


def requested_by_text(hass: HomeAssistant, request: Tracked) -> str | None:
    """Return who asked for a title, None where Seerr does not tell."""
    user = request.request.requested_by
    return _text(hass, "common", f"{_COMMON}.expected_requested_by", user=user) if user else None


def message_text(hass: HomeAssistant, change: Change) -> str:
    """Return a sentence fit for a phone on what happened."""
    request = change.request
    reason = request.verdict.reason
    why = reason_text(hass, reason) if reason else stage_text(hass, request.stage)
    key = change.kind
    if change.kind == STUCK and (detail := detail_text(hass, request)):
        why = f"{why} ({detail})"
    return _text(
        hass,
        "common",
        f"{_COMMON}.message_{key}",
        title=request_name(request, siblings=request.request.is_4k),
        user=request.request.requested_by or "?",
        reason=why,
    )
