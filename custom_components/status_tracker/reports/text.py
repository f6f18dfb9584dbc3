"""Translated texts in Home Assistant's language: stages, reasons and names."""

import re

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN
from ..pipeline.enums import MediaType
from ..pipeline.requests import Reason, Stage, Tracked

_STATE = f"component.{DOMAIN}.entity.sensor.request.state"
_REASON = f"component.{DOMAIN}.entity.sensor.request.state_attributes.reason.state"
_COMMON = f"component.{DOMAIN}.common"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _text(hass: HomeAssistant, category: str, key: str, **values: str) -> str:
    """Return a translated text with its placeholders filled."""
    strings = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    text = strings.get(key) or key.rsplit(".", 1)[-1]
    # In one pass, because a value can contain the text of a placeholder.
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def common_text(hass: HomeAssistant, key: str, **values: str) -> str:
    """Return a text of the `common` category."""
    return _text(hass, "common", f"{_COMMON}.{key}", **values)


def stage_text(hass: HomeAssistant, stage: Stage) -> str:
    """Return the name of a stage."""
    return _text(hass, "entity", f"{_STATE}.{stage}")


def reason_text(hass: HomeAssistant, reason: Reason) -> str:
    """Return the text of a reason."""
    return _text(hass, "entity", f"{_REASON}.{reason}")


def request_name(request: Tracked, *, siblings: bool) -> str:
    """Return title and year, with a suffix if several requests share them."""
    name = f"{request.title} ({request.year})" if request.year else request.title
    if not siblings:
        return name
    if request.request.media_type is MediaType.TV and request.request.seasons:
        name += " " + ", ".join(f"S{season:02}" for season in request.request.seasons)
    return f"{name} 4K" if request.request.is_4k else name
