"""Set the integration up through its own flows, as a person would."""

from typing import Any

from tests.stack.household import Household

from .instance import HomeAssistantProcess

ENTRIES = "/api/config/config_entries/entry"
FLOW = "/api/config/config_entries/flow"
OPTIONS_FLOW = "/api/config/config_entries/options/flow"
DASHBOARD = "media-requests"
SUBENTRY_FLOW = "/api/config/config_entries/subentries/flow"


async def set_up(ha: HomeAssistantProcess, home: Household, **limits: int) -> str:
    """Add the integration with all it finds, then Shoko by hand, then set limits; return the entry's id."""
    for old in await ha.get(f"{ENTRIES}?domain=status_tracker"):
        await ha.delete(f"{ENTRIES}/{old['entry_id']}")
    step = await ha.post(FLOW, {"handler": "status_tracker", "show_advanced_options": False})
    typed = {"url": home.seerr.url, "api_key": home.seerr.api_key, "verify_ssl": False}
    step = await ha.post(f"{FLOW}/{step['flow_id']}", typed)
    _expect(step, "form", "services")
    step = await ha.post(f"{FLOW}/{step['flow_id']}", {"services": _found(step)})
    while step["type"] == "form" and step["step_id"] == "qbittorrent":
        login = {
            "url": home.qbittorrent.url,
            "username": home.qbittorrent.gate.username,
            "password": home.qbittorrent.gate.password,
            "verify_ssl": False,
        }
        step = await ha.post(f"{FLOW}/{step['flow_id']}", login)
        if step.get("errors"):
            break
    if step["type"] == "form" and step["step_id"] == "callback":
        # Home Assistant offers its address in the network, and here it listens on loopback alone.
        step = await ha.post(f"{FLOW}/{step['flow_id']}", {"callback_url": ha.url})
    _expect(step, "create_entry")
    entry: str = step["result"]["entry_id"]
    step = await ha.post(SUBENTRY_FLOW, {"handler": [entry, "shoko"]})
    shoko = {
        "url": home.shoko.url,
        "api_key_instead": {"api_key": home.shoko.api_key},
        "verify_ssl": False,
    }
    step = await ha.post(f"{SUBENTRY_FLOW}/{step['flow_id']}", shoko)
    _expect(step, "create_entry")
    step = await ha.post(OPTIONS_FLOW, {"handler": entry})
    chosen = form_values(step["data_schema"])
    chosen["stuck"].update({name: {"minutes": minutes} for name, minutes in limits.items()})
    step = await ha.post(f"{OPTIONS_FLOW}/{step['flow_id']}", chosen)
    _expect(step, "create_entry")
    return entry


async def open_on_dashboard(ha: HomeAssistantProcess) -> str:
    """Make the dashboard that the integration offers, and Home Assistant open on it; return its address."""
    if not any(one["url_path"] == DASHBOARD for one in await ha.command("lovelace/dashboards/list")):
        made = {"url_path": DASHBOARD, "title": "Media requests", "icon": "mdi:movie-open", "mode": "storage"}
        await ha.command("lovelace/dashboards/create", **made)
    strategy = {"strategy": {"type": "custom:status-tracker"}}
    await ha.command("lovelace/config/save", url_path=DASHBOARD, config=strategy)
    await ha.command("frontend/set_system_data", key="core", value={"default_panel": DASHBOARD})
    return f"{ha.url}/{DASHBOARD}"


def form_values(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a form proposes for its fields, those of its sections below the section's name."""
    return {
        field["name"]: form_values(field["schema"])
        if field.get("type") == "expandable"
        else field.get("description", {}).get("suggested_value", field.get("default"))
        for field in fields
    }


def _found(step: dict[str, Any]) -> list[str]:
    """Return the services the flow has ticked by itself: those that answered."""
    field = next(field for field in step["data_schema"] if field["name"] == "services")
    chosen: list[str] = field.get("default") or field.get("description", {}).get("suggested_value") or []
    return chosen


def _expect(step: dict[str, Any], kind: str, step_id: str | None = None) -> None:
    """Stop with what the flow says if it is not where it should be."""
    if step["type"] != kind or (step_id and step.get("step_id") != step_id):
        told = {key: step.get(key) for key in ("type", "step_id", "errors", "reason")}
        raise RuntimeError(f"the flow is not at {step_id or kind}: {told}")
