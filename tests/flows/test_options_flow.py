"""The options flow."""

from typing import Any
from unittest.mock import AsyncMock

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from custom_components.status_tracker.const import OPTIONS

from .house import House, house_fixture, setup_entry_fixture, suggested  # noqa: F401  fixtures


async def test_defaults(hass: HomeAssistant, house: House) -> None:
    """All options are shown; unchanged they are kept as they are."""
    entry = house.entry()
    entry.add_to_hass(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "init")
    shown = suggested(result)
    assert shown == OPTIONS
    result = await hass.config_entries.options.async_configure(result["flow_id"], shown)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == OPTIONS


async def test_change(hass: HomeAssistant, house: House, setup_entry: AsyncMock) -> None:
    """What was chosen is kept as whole numbers, and the entry is loaded again."""
    entry = house.entry()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    chosen: dict[str, Any] = {
        **OPTIONS,
        "keep_hours": 0.0,
        "limit_importing": 5.0,
        "callback_url": " https://home.example/ha/ ",
        "register_webhooks": False,
    }
    result = await hass.config_entries.options.async_configure(result["flow_id"], chosen)
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {**chosen, "callback_url": "https://home.example/ha"}
    assert isinstance(entry.options["limit_importing"], int)
    assert setup_entry.call_count == 2
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggested(result) == entry.options
    without_url = {key: value for key, value in entry.options.items() if key != "callback_url"}
    await hass.config_entries.options.async_configure(result["flow_id"], without_url)
    assert entry.options["callback_url"] == ""


async def test_wrong_address(hass: HomeAssistant, house: House) -> None:
    """A callback address that is none is refused at its field, and can be put right."""
    entry = house.entry()
    entry.add_to_hass(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = {**OPTIONS, "limit_indexed": 7, "callback_url": "ftp://home"}
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["errors"] == {"callback_url": "invalid_url"}
    assert suggested(result) == typed
    typed["callback_url"] = "home:8123"
    result = await hass.config_entries.options.async_configure(result["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["callback_url"] == "http://home:8123"


@pytest.mark.parametrize("value", [-1, "soon", None])
async def test_limits_are_numbers(hass: HomeAssistant, house: House, value: Any) -> None:
    """A limit is a number from 0."""
    entry = house.entry()
    entry.add_to_hass(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], {**OPTIONS, "limit_approved": value}
        )
    assert entry.options == {}
