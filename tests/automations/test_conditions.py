"""Conditions as the automation editor saves them, checked against a household."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition, config_validation as cv
from homeassistant.setup import async_setup_component
import probatio
import pytest

from custom_components.status_tracker.const import DOMAIN

from ..common import SetUp, StartHousehold, device_of, entity_id_of, poll
from ..stack.stories import sintel, tears_of_steel


async def check(hass: HomeAssistant, kind: str, target: dict[str, Any], **options: Any) -> bool | None:
    """Return whether a condition holds."""
    config = cv.CONDITION_SCHEMA(
        {"condition": f"{DOMAIN}.{kind}", "target": target, **({"options": options} if options else {})}
    )
    config = await condition.async_validate_condition_config(hass, config)
    checker = await condition.async_from_config(hass, config)
    try:
        return checker.async_check()
    finally:
        checker.async_unload()


async def test_conditions(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Any or all of the requests in the target: one of them, or those of the device."""
    assert await async_setup_component(hass, "automation", {})
    home = await household()
    entry = await setup_entry(home, register_webhooks=False)
    waiting = await home.world.request(sintel())
    blocked = await home.world.request(tears_of_steel(), auto_approve=True)
    download = await home.world.grab(blocked)
    await home.world.complete(download)
    await home.world.block_import(download, ["Sample"])
    await poll(hass, entry, rounds=4)
    everything = {"device_id": device_of(hass, entry)}
    first, second = ({"entity_id": entity_id_of(hass, entry, one)} for one in (waiting, blocked))
    assert [await check(hass, "is_stuck", one) for one in (first, second, everything)] == [False, True, True]
    assert not await check(hass, "is_stuck", everything, behavior="all")
    assert not await check(hass, "is_stuck", second, **{"for": {"hours": 1}})
    assert await check(hass, "is_stage", first, stages="requested")
    assert not await check(hass, "is_stage", second, stages=["requested", "available"])
    both = ["requested", "download_done"]
    assert await check(hass, "is_stage", everything, stages=both, behavior="all")
    assert not await check(hass, "is_stage", everything, stages=["requested"], behavior="all")
    # Nothing but requests counts, not even another sensor with a state of that name.
    hass.states.async_set("sensor.another", "requested", {"device_class": "enum", "stuck": True})
    other = {"entity_id": "sensor.another"}
    assert not await check(hass, "is_stage", other, stages=["requested"])
    assert not await check(hass, "is_stuck", other)


@pytest.mark.parametrize("options", [{}, {"stages": []}, {"stages": ["soon"]}])
async def test_wrong_options(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, options: dict[str, Any]
) -> None:
    """A stage has to be named."""
    assert await async_setup_component(hass, "automation", {})
    await setup_entry(await household(), register_webhooks=False)
    with pytest.raises(probatio.Invalid):
        await check(hass, "is_stage", {"entity_id": "sensor.sintel"}, **options)
