"""Kill Home Assistant again and again while requests travel: `python -m tests.demo.kills [KILLS] [SEED]`.

A third of the kills come while it starts, a third while it runs, a third in the middle of a write of a store.
"""

import asyncio
from collections import Counter
import contextlib
from datetime import UTC, datetime
import json
from pathlib import Path
from random import Random
import sys
import tempfile
import time
from typing import Any

from tests.stack.household import Household
from tests.stack.stories import anime_film_story, anime_series_story, at_speed, film_story, series_story
from tests.stack.titles import film

from .activity import HEARD, Activity
from .instance import HomeAssistantProcess, free_port
from .setup import set_up

SPEED = 0.6
SETTLING = 60
RECORDER = "recorder:\n  commit_interval: 0"
LOGGER = "logs:\n    homeassistant.components.system_log.external: info"
# Logs every event of the activity at once: what an automation has heard was told.
LISTENER = f"""
- id: listener
  alias: Listener
  mode: parallel
  max: 1000
  triggers:
    - trigger: event
      event_type: state_changed
  conditions:
    - >-
      {{{{ trigger.event.data.entity_id.startswith('event.') and trigger.event.data.new_state
         and trigger.event.data.new_state.attributes.request_id is defined }}}}
  actions:
    - action: system_log.write
      data:
        level: info
        message: >-
          {HEARD} {{{{ trigger.event.data.new_state.state }}}}
          {{{{ trigger.event.data.new_state.attributes.request_id }}}}
          {{{{ trigger.event.data.new_state.attributes.event_type }}}}
"""
STARTING, RUNNING, WRITING = "starting", "running", "writing"
DOMAIN = "status_tracker"


class Kills:
    """Home Assistant, its kills, and what is wrong after them."""

    def __init__(self, home: Household, config: Path, seed: int) -> None:
        """Nothing has happened yet."""
        self.home, self.dice = home, Random(seed)
        self.storage = config / ".storage"
        self.activity = Activity(config / "home-assistant_v2.db")
        self.wrong: list[str] = []
        self.done: Counter[str] = Counter()
        self.deleted = 0

    async def kill_starting(self, ha: HomeAssistantProcess) -> None:
        """Kill it before it runs."""
        await ha.start_and_die(self.dice.uniform(0.5, 12))
        self._note(STARTING)

    async def kill_running(self, ha: HomeAssistantProcess) -> None:
        """Kill it some time after it runs."""
        await asyncio.sleep(self.dice.uniform(0.1, 12))
        ha.kill()
        self._note(RUNNING)

    async def kill_writing(self, ha: HomeAssistantProcess) -> None:
        """Kill it at the moment at which the new file of a store is there beside the old one."""
        await asyncio.sleep(self.dice.uniform(0.1, 6))
        before = set(self.storage.iterdir())
        half = await asyncio.to_thread(self._kill_on_write, ha, before, time.monotonic() + 20)
        self._note(WRITING if half else RUNNING)

    def _kill_on_write(self, ha: HomeAssistantProcess, before: set[Path], end: float) -> bool:
        """Kill it when there is a new file, which is there for a moment only; at the end in any case."""
        while time.monotonic() < end and set(self.storage.iterdir()) <= before:
            pass
        ha.kill()
        return time.monotonic() < end

    def _note(self, kind: str) -> None:
        """Count a kill."""
        self.activity.kills.append(datetime.now(UTC))
        self.done[kind] += 1

    def check_files(self, ha: HomeAssistantProcess) -> None:
        """See that no file was corrupt or unreadable, and that the log has no complaint."""
        bad = [one.name for pattern in ("*.corrupt*", "*.unread") for one in self.storage.glob(pattern)]
        self.wrong += [f"unreadable: {name}" for name in bad]
        self.wrong += ha.complaints()
        self.activity.hear((ha.config / "console.log").read_text(errors="replace"))
        for file in self.storage.glob(f"{DOMAIN}.*"):
            json.loads(file.read_text())

    def announced(self) -> dict[int, str]:
        """Return the stored stage that was announced last, by request."""
        (file,) = self.storage.glob(f"{DOMAIN}.*.announced")
        rows = json.loads(file.read_text())["data"]["announced"]
        return {int(number): stage for number, (stage, *_) in rows.items()}

    async def check_sensors(self, ha: HomeAssistantProcess) -> None:
        """Each request is available, was announced and has one sensor, in the registry too; no other has."""
        wanted = dict.fromkeys(self.home.world.requests, "available")
        shown: dict[int, str] = {}
        for _ in range(SETTLING):
            shown = {
                int(one["attributes"]["request_id"]): one["state"]
                for one in await ha.get("/api/states")
                if one["entity_id"].startswith("sensor.") and "request_id" in one["attributes"]
            }
            if shown == self.announced() == wanted:
                break
            await asyncio.sleep(1)
        for name, found in (("shown", shown), ("announced", self.announced())):
            if found != wanted:
                self.wrong.append(f"{name}: {found}, wanted: {wanted}")
        rows: list[dict[str, Any]] = await ha.command("config/entity_registry/list")
        ids = [one["unique_id"].rpartition("_")[2] for one in rows if one["platform"] == DOMAIN]
        if sorted(int(one) for one in ids if one.isdecimal()) != sorted(wanted):
            self.wrong.append(f"registered: {ids}, wanted: {sorted(wanted)}")


async def _travel(kills: Kills, films: int) -> None:
    """Requests of all paths travel, one after the other begins, until all have arrived; one is deleted."""
    world, pace = kills.home.world, at_speed(SPEED)
    stories = [
        film_story(world, pace),
        series_story(world, pace),
        anime_film_story(world, pace),
        anime_series_story(world, pace),
        *(film_story(world, pace, film(f"Film {number}", 2000, 9000 + number)) for number in range(films)),
    ]
    deleted = await world.request(film("Deleted", 2001, 8999), auto_approve=True)
    kills.deleted = deleted.id
    async with asyncio.TaskGroup() as group:
        for number, story in enumerate(stories):
            group.create_task(story)
            await pace(4)
            if number == 6:
                await world.delete_request(deleted)


async def _live(kills: Kills, count: int, config: Path) -> None:
    """Let it live and die so many times, then live to the end."""
    port = free_port()
    kinds = [(STARTING, RUNNING, WRITING)[number % 3] for number in range(count)]
    kills.dice.shuffle(kinds)
    travel: asyncio.Task[None] | None = None
    for kind in [RUNNING, *kinds[1:], None]:
        process = HomeAssistantProcess(config, port)
        configuration = config / "configuration.yaml"
        text = configuration.read_text().replace("recorder:", RECORDER).replace("logs:", LOGGER)
        configuration.write_text(text)
        (config / "automations.yaml").write_text(LISTENER)
        if kind == STARTING:
            await kills.kill_starting(process)
            kills.check_files(process)
            continue
        async with process as ha:
            if travel is None:
                await set_up(ha, kills.home)
                travel = asyncio.create_task(_travel(kills, 2 * count))
            if kind == WRITING:
                await kills.kill_writing(ha)
            elif kind == RUNNING:
                await kills.kill_running(ha)
            else:
                await travel
                await kills.check_sensors(ha)
        kills.check_files(process)


async def main(count: int, seed: int) -> int:
    """Kill it so many times; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="status-tracker-") as folder:
        config = Path(folder)
        async with Household(shoko=True) as home:
            kills = Kills(home, config, seed)
            await _live(kills, count, config)
            activity = kills.activity
            activity.read()
            activity.check(set(home.world.requests), kills.deleted)
    wrong = [*kills.wrong, *activity.wrong]
    for line in wrong:
        print(f"  {line}")
    told = f"{len(home.world.requests)} requests, {len(activity.told)} events"
    told += f" ({activity.repeated} repeated, {activity.cut} cut off)"
    how = ", ".join(f"{number} {kind}" for kind, number in sorted(kills.done.items()))
    print(f"kills: {kills.done.total()} kills ({how}), {told}, {len(wrong)} failures, seed {seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(main(*(given + [6, 1][len(given) :]))))
