"""The options flow."""

from typing import Any
from unittest.mock import AsyncMock

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
import pytest

from custom_components.status_tracker.const import OPTIONS

from .house import House, house_fixture, setup_entry_fixture, suggested  # noqa: F401  fixtures

SHOWN: dict[str, Any] = {
    "keep_hours": {"days": 2, "hours": 0, "minutes": 0},
    "keep_forever": False,
    "admins_only": True,
    "stuck": {
        "limit_approved": {"days": 1, "hours": 0, "minutes": 0},
        "limit_indexed": {"days": 0, "hours": 1, "minutes": 0},
        "limit_downloading": {"days": 0, "hours": 1, "minutes": 0},
        "limit_download_done": {"days": 0, "hours": 0, "minutes": 30},
        "limit_importing": {"days": 0, "hours": 0, "minutes": 30},
        "limit_anime_matching": {"days": 0, "hours": 1, "minutes": 0},
    },
    "webhooks": {"callback_url": "", "register_webhooks": True, "webhooks_local_only": True},
}


def with_option(section: str, **changed: Any) -> dict[str, Any]:
    """Return what the form shows, with something changed in a section."""
    return {**SHOWN, section: {**SHOWN[section], **changed}}


def values(result: Any) -> dict[str, Any]:
    """Return what the form shows, the sections' fields below their names."""
    shown = suggested(result)
    for key, value in result["data_schema"].schema.items():
        if isinstance(value, section):
            assert value.options["collapsed"]
            shown[str(key.schema)] = suggested({"data_schema": value.schema})
    return shown


async def test_defaults(hass: HomeAssistant, house: House) -> None:
    """All options are shown; unchanged they are kept as they are."""
    entry = house.entry()
    entry.add_to_hass(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "init")
    assert values(result) == SHOWN
    result = await hass.config_entries.options.async_configure(result["flow_id"], SHOWN)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == OPTIONS


async def test_change(hass: HomeAssistant, house: House, setup_entry: AsyncMock) -> None:
    """What was chosen is kept as whole hours and minutes, and the entry is loaded again."""
    entry = house.entry()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    chosen = {
        **SHOWN,
        "keep_hours": {"days": 7.0},
        "keep_forever": True,
        "stuck": {**SHOWN["stuck"], "limit_importing": {"hours": 1.0, "minutes": 5.0}},
        "webhooks": {"callback_url": " https://home.example/ha/ ", "register_webhooks": False}
        | {"webhooks_local_only": True},
    }
    result = await hass.config_entries.options.async_configure(result["flow_id"], chosen)
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {
        **OPTIONS,
        "keep_hours": 168,
        "keep_forever": True,
        "limit_importing": 65,
        "callback_url": "https://home.example/ha",
        "register_webhooks": False,
    }
    assert isinstance(entry.options["limit_importing"], int)
    assert setup_entry.call_count == 2
    result = await hass.config_entries.options.async_init(entry.entry_id)
    shown = values(result)
    assert shown["stuck"]["limit_importing"] == {"days": 0, "hours": 1, "minutes": 5}
    del shown["webhooks"]["callback_url"]
    await hass.config_entries.options.async_configure(result["flow_id"], shown)
    assert entry.options["callback_url"] == ""
    assert entry.options["limit_importing"] == 65


async def test_wrong_address(hass: HomeAssistant, house: House) -> None:
    """A callback address that is none is refused at its section, and can be put right."""
    entry = house.entry()
    entry.add_to_hass(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = with_option("webhooks", callback_url="ftp://home")
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["errors"] == {"webhooks": "invalid_url"}
    assert values(result) == typed
    typed = with_option("webhooks", callback_url="home:8123")
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["callback_url"] == "http://home:8123"


@pytest.mark.parametrize("value", [{"minutes": -1}, "soon", None, {"minutes": "soon"}])
async def test_limits_are_durations(hass: HomeAssistant, house: House, value: Any) -> None:
    """A limit is a duration that is not negative."""
    entry = house.entry()
    entry.add_to_hass(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], with_option("stuck", limit_approved=value)
        )
    assert entry.options == {}
