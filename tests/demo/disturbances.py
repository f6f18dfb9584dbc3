"""What a person does to the integration while requests travel: the journeys must not notice."""

import asyncio
from itertools import count
from typing import Any

from tests.stack.household import Household
from tests.stack.titles import film

from .instance import HomeAssistantProcess
from .setup import OPTIONS_FLOW, form_values

ENTRY = "/api/config/config_entries/entry"
RENAMED = "sensor.renamed_request"
KEPT = {"days": 0, "hours": 23, "minutes": 0}
TRIES = 100
PAUSE = 5.0  # seconds, so that the disturbances meet the journeys at different stages
BUSY = 700_000


class Disturbances:
    """Reloads, a renamed entity, changed options and a removed service, and what is wrong after them."""

    def __init__(self, ha: HomeAssistantProcess, home: Household, entry_id: str, title: str) -> None:
        """Take the title of the request whose sensor is renamed."""
        self.ha, self.home, self.entry_id, self.title = ha, home, entry_id, title
        self.removed: dict[str, Any] = {}
        self.met = 0  # webhooks that arrived during a reload
        self._numbers = count(BUSY)

    async def disturb(self) -> list[str]:
        """Do all of it; return what was done."""
        done = []
        for one in (self._reload, self._rename, self._change_options, self._remove_service, self._reload):
            done.append(await one())
            await asyncio.sleep(PAUSE)
        return done

    async def wrong(self) -> list[str]:
        """Return what is not as it should be at the end."""
        found = []
        states = {one["entity_id"]: one["state"] for one in await self.ha.get("/api/states")}
        if states.get(RENAMED) != "available":
            found.append(f"renamed sensor: {states.get(RENAMED, 'missing')}")
        if (kept := (await self._options())["keep_hours"]) != KEPT:
            found.append(f"option: {kept}")
        if not self.met:
            found.append("no webhook arrived during a reload")
        rows = await self.ha.command("config/entity_registry/list")
        left = [row["entity_id"] for row in rows if row["config_subentry_id"] == self.removed["subentry_id"]]
        server = next(one for name, one in self.home.sonarrs.items() if name == "4k")
        hooks = [row for row in server.arr.notifications.values() if self.ha.url in str(row["fields"])]
        if left or hooks:
            found.append(f"left of the removed service: {left} {hooks}")
        return found

    async def _reload(self) -> str:
        """Reload the entry while people ask for films, of which Seerr and Radarr tell at once."""
        world, before = self.home.world, self._arrived()
        reload = asyncio.create_task(self.ha.post(f"{ENTRY}/{self.entry_id}/reload", {}))
        busy = []
        while not reload.done():
            number = next(self._numbers)
            busy.append(await world.request(film(f"Busy {number}", 2020, number), auto_approve=True))
        await reload
        arrived = self._arrived() - before
        self.met += arrived
        for request in busy:
            await world.delete_request(request)
        return f"reloaded the entry while {arrived} webhooks arrived"

    def _arrived(self) -> int:
        """Return how many webhooks Home Assistant has answered."""
        hooks = [getattr(server, "webhooks", None) for server in self.home.servers]
        return sum(sent.status == 200 for one in hooks if one for sent in one.sent)

    async def _rename(self) -> str:
        """Give the sensor of a request another entity id, as its settings dialog does."""
        for _ in range(TRIES):
            for state in await self.ha.get("/api/states"):
                is_sensor = state["entity_id"].startswith("sensor.")
                if is_sensor and state["attributes"].get("title") == self.title:
                    data = {"entity_id": state["entity_id"], "new_entity_id": RENAMED}
                    await self.ha.command("config/entity_registry/update", **data)
                    return f"renamed {state['entity_id']}"
            await asyncio.sleep(0.2)
        raise RuntimeError(f"there is no sensor of {self.title}")

    async def _options(self) -> dict[str, Any]:
        """Return what the form of the options proposes."""
        step = await self.ha.post(OPTIONS_FLOW, {"handler": self.entry_id})
        await self.ha.delete(f"{OPTIONS_FLOW}/{step['flow_id']}")
        return form_values(step["data_schema"])

    async def _change_options(self) -> str:
        """Change how long finished requests stay."""
        step = await self.ha.post(OPTIONS_FLOW, {"handler": self.entry_id})
        chosen = form_values(step["data_schema"])
        changed = await self.ha.post(f"{OPTIONS_FLOW}/{step['flow_id']}", {**chosen, "keep_hours": KEPT})
        if changed["type"] != "create_entry":
            raise RuntimeError(f"the options are not accepted: {changed}")
        return "changed an option"

    async def _remove_service(self) -> str:
        """Remove the last Sonarr of several."""
        subentries = await self.ha.command("config_entries/subentries/list", entry_id=self.entry_id)
        self.removed = [one for one in subentries if one["subentry_type"] == "sonarr"][-1]
        data = {"entry_id": self.entry_id, "subentry_id": self.removed["subentry_id"]}
        await self.ha.command("config_entries/subentries/delete", **data)
        return f"removed {self.removed['title']}"
