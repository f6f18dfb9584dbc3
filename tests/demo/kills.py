"""Kill Home Assistant again and again while requests travel: `python -m tests.demo.kills [KILLS] [SEED]`."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from itertools import pairwise
import json
from pathlib import Path
from random import Random
import sqlite3
import sys
import tempfile
from typing import Any

from tests.stack.household import Household
from tests.stack.rows import SeerrRequest
from tests.stack.stories import anime_film_story, anime_series_story, at_speed, film_story, series_story
from tests.stack.titles import film

from .instance import HomeAssistantProcess, free_port
from .setup import set_up

SPEED = 0.6
SETTLING = 60.0
RECORDER = "recorder:\n  commit_interval: 1"
ACTIVITY = """
    SELECT states.state, shared_attrs FROM states
    JOIN states_meta ON states_meta.metadata_id = states.metadata_id
    JOIN state_attributes ON state_attributes.attributes_id = states.attributes_id
    WHERE states_meta.entity_id LIKE 'event.%'
"""
CHANGES = {"stuck", "recovered", "removed"}


class Kills:
    """Home Assistant, its kills, and what it told before and after them."""

    def __init__(self, home: Household, seed: int) -> None:
        """Nothing was told yet."""
        self.home, self.dice = home, Random(seed)
        self.told: dict[str, tuple[int, str]] = {}  # by the event's time
        self.wrong: list[str] = []
        self.requests: list[SeerrRequest] = []

    async def listen(self, ha: HomeAssistantProcess) -> None:
        """Note what the activity tells, first of all what it told last."""
        states: AsyncIterator[dict[str, Any]] = ha.states()
        for state in await ha.get("/api/states"):
            self._take(state)
        async for state in states:
            self._take(state)

    def _take(self, state: dict[str, Any]) -> None:
        """Note an event, once."""
        facts = state["attributes"]
        there = state["state"] not in ("unknown", "unavailable")
        if there and state["entity_id"].startswith("event.") and "request_id" in facts:
            self.told[state["state"]] = int(facts["request_id"]), str(facts["event_type"])

    def read(self, database: Path) -> None:
        """Note what the recorder has of the activity, also of the time before we listened."""
        with contextlib.closing(sqlite3.connect(database)) as connection:
            for at, attributes in connection.execute(ACTIVITY):
                if at not in ("unknown", "unavailable"):
                    self._take({"entity_id": "event.", "state": at, "attributes": json.loads(attributes)})

    def check_files(self, ha: HomeAssistantProcess) -> None:
        """See that no file is corrupt and that the log has no complaint."""
        self.wrong += [f"corrupt: {one.name}" for one in (ha.config / ".storage").glob("*.corrupt*")]
        self.wrong += ha.complaints()

    async def check_sensors(self, ha: HomeAssistantProcess) -> None:
        """Each request has arrived and has a sensor; no other one has."""
        wanted = {request.id for request in self.home.world.requests.values()}
        shown: dict[int, str] = {}
        for _ in range(int(SETTLING)):
            states = await ha.get("/api/states")
            sensors = [one for one in states if one["entity_id"].startswith("sensor.")]
            shown = {
                int(one["attributes"]["request_id"]): one["state"]
                for one in sensors
                if "request_id" in one["attributes"]
            }
            if shown == dict.fromkeys(wanted, "available"):
                break
            await asyncio.sleep(1)
        else:
            self.wrong.append(f"shown: {shown}, wanted: {wanted}")

    def check_told(self) -> None:
        """The last that was told of each request is that it is available, and no stage was told twice."""
        for number in self.home.world.requests:
            kinds = [kind for _, (one, kind) in sorted(self.told.items()) if one == number]
            stages = [kind for kind in kinds if kind not in CHANGES]
            if stages[-1:] != ["available"] or any(one == other for one, other in pairwise(stages)):
                self.wrong.append(f"request {number}: told {kinds}")


async def _travel(kills: Kills) -> None:
    """Requests of all paths travel, one after the other begins, until all have arrived; one is deleted."""
    world, pace = kills.home.world, at_speed(SPEED)
    stories = [
        film_story(world, pace),
        series_story(world, pace),
        anime_film_story(world, pace),
        anime_series_story(world, pace),
        *(film_story(world, pace, film(f"Film {number}", 2000, 9000 + number)) for number in range(8)),
    ]
    deleted = await world.request(film("Deleted", 2001, 8999), auto_approve=True)
    async with asyncio.TaskGroup() as group:
        for number, story in enumerate(stories):
            group.create_task(story)
            await pace(4)
            if number == 6:
                await world.delete_request(deleted)


async def main(count: int, seed: int) -> int:
    """Kill it so many times; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="status-tracker-") as folder:
        config, port = Path(folder), free_port()
        async with Household(shoko=True) as home:
            kills = Kills(home, seed)
            travel: asyncio.Task[None] | None = None
            for turn in range(count + 1):
                process = HomeAssistantProcess(config, port)
                configuration = config / "configuration.yaml"
                configuration.write_text(configuration.read_text().replace("recorder:", RECORDER))
                async with process as ha:
                    if travel is None:
                        await set_up(ha, home)
                        travel = asyncio.create_task(_travel(kills))
                    listening = asyncio.create_task(kills.listen(ha))
                    if turn < count:
                        await asyncio.sleep(kills.dice.uniform(0.5, 12))
                        ha.kill()
                    else:
                        await travel
                        await kills.check_sensors(ha)
                    listening.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await listening
                    kills.check_files(ha)
            kills.read(config / "home-assistant_v2.db")
            kills.check_told()
    for line in kills.wrong:
        print(f"  {line}")
    requests = len(kills.home.world.requests)
    figures = f"{requests} requests, {len(kills.told)} events, {len(kills.wrong)} failures, seed {seed}"
    print(f"kills: {count} kills, {figures}")
    return 1 if kills.wrong else 0


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(asyncio.run(main(*(given + [5, 1][len(given) :]))))
