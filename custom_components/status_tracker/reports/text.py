"""Texts in Home Assistant's language, from the integration's own translations: stages, reasons, names."""

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
    """Return a translated text with its values filled in."""
    strings = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    text = strings.get(key) or key.rsplit(".", 1)[-1]
    # All at once: a value may itself read like a placeholder.
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def common_text(hass: HomeAssistant, key: str, **values: str) -> str:
    """Return one of the texts that belong to no entity."""
    return _text(hass, "common", f"{_COMMON}.{key}", **values)


def stage_text(hass: HomeAssistant, stage: Stage) -> str:
    """Return a stage's name."""
    return _text(hass, "entity", f"{_STATE}.{stage}")


def reason_text(hass: HomeAssistant, reason: Reason) -> str:
    """Return a reason in plain words."""
    return _text(hass, "entity", f"{_REASON}.{reason}")


def request_name(request: Tracked, *, siblings: bool) -> str:
    """Return title and year, and where that would not tell two requests apart what does."""
    name = f"{request.title} ({request.year})" if request.year else request.title
    if not siblings:
        return name
    if request.request.media_type is MediaType.TV and request.request.seasons:
        name += " " + ", ".join(f"S{season:02}" for season in request.request.seasons)
    return f"{name} 4K" if request.request.is_4k else name
