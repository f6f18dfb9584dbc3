"""What a person does to the integration while requests travel: the journeys must not notice."""

import asyncio

from .instance import HomeAssistantProcess
from .setup import OPTIONS_FLOW, form_values

ENTRY = "/api/config/config_entries/entry"
RENAMED = "sensor.renamed_request"
TRIES = 100


async def disturb(ha: HomeAssistantProcess, entry_id: str, title: str) -> list[str]:
    """Reload, rename, change options and remove a service; return what was done."""
    done = [await _reload(ha, entry_id)]
    done.append(await _rename(ha, title))
    done.append(await _change_options(ha, entry_id))
    done.append(await _remove_service(ha, entry_id, "sonarr", is_last=True))
    done.append(await _reload(ha, entry_id))
    return done


async def _reload(ha: HomeAssistantProcess, entry_id: str) -> str:
    """Reload the entry."""
    await ha.post(f"{ENTRY}/{entry_id}/reload", {})
    return "reloaded the entry"


async def _rename(ha: HomeAssistantProcess, title: str) -> str:
    """Give the sensor of a request another entity id, as its settings dialog does."""
    for _ in range(TRIES):
        for state in await ha.get("/api/states"):
            if state["attributes"].get("title") == title and state["entity_id"].startswith("sensor."):
                await ha.command(
                    "config/entity_registry/update", entity_id=state["entity_id"], new_entity_id=RENAMED
                )
                return f"renamed {state['entity_id']}"
        await asyncio.sleep(0.2)
    raise RuntimeError(f"there is no sensor of {title}")


async def _change_options(ha: HomeAssistantProcess, entry_id: str) -> str:
    """Change how long finished requests stay."""
    step = await ha.post(OPTIONS_FLOW, {"handler": entry_id})
    chosen = form_values(step["data_schema"])
    changed = await ha.post(f"{OPTIONS_FLOW}/{step['flow_id']}", {**chosen, "keep_hours": {"hours": 24}})
    if changed["type"] != "create_entry":
        raise RuntimeError(f"the options are not accepted: {changed}")
    return "changed an option"


async def _remove_service(ha: HomeAssistantProcess, entry_id: str, kind: str, *, is_last: bool) -> str:
    """Remove a service of a kind, the last of several."""
    subentries = await ha.command("config_entries/subentries/list", entry_id=entry_id)
    found = [one for one in subentries if one["subentry_type"] == kind]
    removed = found[-1 if is_last else 0]
    await ha.command(
        "config_entries/subentries/delete", entry_id=entry_id, subentry_id=removed["subentry_id"]
    )
    return f"removed {removed['title']}"


async def renamed_stage(ha: HomeAssistantProcess) -> str:
    """Return the stage that the renamed sensor shows."""
    states = await ha.get("/api/states")
    return next((str(state["state"]) for state in states if state["entity_id"] == RENAMED), "missing")
