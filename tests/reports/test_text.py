"""Texts for people: translated, and with every value as it is."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.pipeline.requests import Stage
from custom_components.status_tracker.reports import text
from custom_components.status_tracker.reports.text import stage_text


@pytest.mark.parametrize("title", ["{reason}", "{user} {title}", "{{ states }}", "{unknown}"])
async def test_values_are_never_filled_in(hass: HomeAssistant, title: str) -> None:
    """A title that reads like a placeholder stays as it is."""
    strings = {"component.status_tracker.common.message_stuck": "{title} is stuck. {reason}."}
    with patch.object(text, "async_get_cached_translations", return_value=strings):
        said = text._text(
            hass,
            "common",
            "component.status_tracker.common.message_stuck",
            title=title,
            reason="Paused",
            user="Ann",
        )
    assert said == f"{title} is stuck. Paused."


async def test_a_text_that_is_missing(hass: HomeAssistant) -> None:
    """Without a translation the key's last part serves."""
    with patch.object(text, "async_get_cached_translations", return_value={}):
        assert stage_text(hass, Stage.IMPORTING) == "importing"
