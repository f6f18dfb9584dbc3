"""The automation editor and a tile in the newest Home Assistant: triggers, and the sentence."""

from typing import Any

from playwright.async_api import expect
import pytest

from .conftest import Visit

pytestmark = pytest.mark.timeout(300)

REQUESTS = """async (hass) => Object.values(hass.devices).find((device) =>
  device.name === "Requests" && device.identifiers.some(([domain]) => domain === "status_tracker")).id"""
OFFERED = """async (hass, kind, device) => hass.callWS({
  type: `get_${kind}_for_target`, target: { device_id: [device] }, expand_group: true })"""
SAVE = """async (hass, config) => hass.callApi("POST", "config/automation/config/ours", config)"""


async def start(visit: Visit) -> str:
    """Log in and return the device of all requests."""
    await visit.show()
    await visit.row("Sintel").wait_for()
    device: str = await visit.hass(REQUESTS)
    return device


async def test_offered_for_the_device(visit: Visit) -> None:
    """Who chooses the device as the target is offered every trigger and condition."""
    device = await start(visit)
    found: list[str] = []
    for kind in ("triggers", "conditions"):
        found += await visit.hass(OFFERED, kind, device)
    assert {name for name in found if name.startswith("status_tracker.")} == {
        f"status_tracker.{name}"
        for name in (
            "requested", "awaiting_approval", "stage_changed", "became_available", "became_stuck",
            "recovered", "failed", "removed", "is_stuck", "is_stage",
        )
    }  # fmt: skip


async def test_editor(visit: Visit) -> None:
    """The editor reads what it saved, with names of people to choose from, and nothing wrong with it."""
    device = await start(visit)
    config: dict[str, Any] = {
        "alias": "Ours",
        "description": "",
        "mode": "queued",
        "max": 50,
        "triggers": [
            {
                "trigger": "status_tracker.became_available",
                "target": {"device_id": device},
                "options": {"requested_by": ["Alice"]},
            }
        ],
        "conditions": [
            {
                "condition": "status_tracker.is_stage",
                "target": {"device_id": device},
                "options": {"behavior": "any", "stages": ["available"]},
            }
        ],
        "actions": [],
    }
    await visit.hass(SAVE, config)
    page = visit.page
    await visit.go("/config/automation/edit/ours")
    await page.get_by_text("Request became available").first.click()
    await expect(page.get_by_text("Only requests made by these users.").first).to_be_visible()
    chosen = page.locator("ha-selector-select").filter(has_text="Alice").first
    await chosen.get_by_text("Add", exact=True).click()
    await expect(page.get_by_text("Bob", exact=True).first).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_text("Request is in a stage").first.click()
    await expect(page.get_by_text("The stages to test for.").first).to_be_visible()
    check = (
        "async (hass, triggers) => (await hass.callWS({ type: 'validate_config', triggers })).triggers.valid"
    )
    assert await visit.hass(check, config["triggers"])


async def test_tile(visit: Visit) -> None:
    """A tile needs no more than the attribute."""
    await start(visit)
    tile = {
        "type": "tile",
        "entity": await visit.entity_id("Elephants Dream"),
        "name": {"type": "entity"},
        "state_content": ["status"],
    }
    await visit.show(tile)
    card = visit.page.locator("hui-tile-card")
    await expect(card).to_contain_text("Elephants Dream (2006)")
    await expect(card).to_contain_text("Stalled, no data received (37%)")
    await expect(card).not_to_contain_text("Requests")
