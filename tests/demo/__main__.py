"""Start a simulated household and a real Home Assistant that tracks it; Ctrl-C ends both.

`script/demo` stays until Ctrl-C; `script/demo --check` ends by itself once every path has ended in available.
"""

import asyncio
from collections.abc import Coroutine
import contextlib
from pathlib import Path
import shutil
import signal
import sys
import tempfile
import time
from typing import Any

from tests.stack.household import Household
from tests.stack.scene import EveryStage
from tests.stack.stories import (
    anime_film_story,
    anime_series_story,
    at_speed,
    film_story,
    series_story,
    sintel,
)

from .arguments import parser
from .disturbances import Disturbances
from .instance import PASSWORD, USER, HomeAssistantProcess, free_port
from .life import Life
from .setup import open_on_dashboard, set_up

CHECK_LIMIT = 300.0
CHECK_SPEED = 0.5
PERSON = "Alice"  # who asked for most of what there is, so that "mine" shows something
PATHS = {
    "film": film_story,
    "series": series_story,
    "anime film": anime_film_story,
    "anime series": anime_series_story,
}


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)


class Journeys:
    """Prints each stage a request reaches, and knows which ones have arrived."""

    def __init__(self) -> None:
        """Start the clock."""
        self._start = time.monotonic()
        self._last: dict[str, str] = {}
        self._news = asyncio.Event()
        self.stages: dict[str, list[str]] = {}

    def take(self, state: dict[str, Any]) -> None:
        """Look at a written state."""
        attributes = state["attributes"]
        if "request_id" not in attributes or not state["entity_id"].startswith("sensor."):
            return
        title, stage = attributes["title"], state["state"]
        line = f"{stage} ({attributes['reason']})" if attributes.get("reason") else stage
        if self._last.get(title) == line:
            return
        self._last[title] = line
        stages = self.stages.setdefault(title, [])
        if stage not in stages[-1:]:
            stages.append(stage)
        say(f"  {time.monotonic() - self._start:6.1f} s  {title}: {line}")
        self._news.set()

    async def until_available(self, titles: set[str]) -> None:
        """Wait until all of them can be watched."""
        while any(self.stages.get(title, [""])[-1] != "available" for title in titles):
            self._news.clear()
            await self._news.wait()


async def check(ha: HomeAssistantProcess, home: Household, entry_id: str) -> bool:
    """Send one request along each path, disturb them, and wait until all have arrived."""
    journeys = Journeys()
    disturbances = Disturbances(ha, home, entry_id, sintel().title)
    pace = at_speed(CHECK_SPEED)
    stories: dict[str, asyncio.Task[Any]] = {}

    async def watch() -> None:
        """Follow the states."""
        async for state in ha.states():
            journeys.take(state)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(1)
    say(f"Sending {len(PATHS)} requests along their paths:")
    for name, story in PATHS.items():
        run: Coroutine[Any, Any, Any] = story(home.world, pace)
        stories[name] = asyncio.create_task(run)
    try:
        async with asyncio.timeout(CHECK_LIMIT):
            for line in await disturbances.disturb():
                say(f"  {line}")
            requests = await asyncio.gather(*stories.values())
            await journeys.until_available({request.title.title for request in requests})
    except TimeoutError:
        say(f"Not all arrived within {CHECK_LIMIT:.0f} s.")
    finally:
        watching.cancel()
        for task in stories.values():
            task.cancel()
    titles = {name: task.result().title.title for name, task in stories.items() if _ended(task)}
    good = True
    for name in PATHS:
        stages = journeys.stages.get(titles.get(name, ""), [])
        passed = stages[-1:] == ["available"] and len(stages) > 1
        good = good and passed
        say(f"{'ok  ' if passed else 'FAIL'} {name}: {' > '.join(stages) or 'never seen'}")
    wrong = await disturbances.wrong()
    say(f"{'FAIL' if wrong else 'ok  '} disturbances: {', '.join(wrong) or 'nothing is left of them'}")
    return good and not wrong


def check_log(ha: HomeAssistantProcess) -> bool:
    """Print the complaints in the log of a Home Assistant that has stopped; return whether there are none."""
    complaints = ha.complaints()
    say(f"{'FAIL' if complaints else 'ok  '} log: {len(complaints)} warnings, errors and tracebacks")
    for record in complaints:
        say(record)
    return not complaints


def _ended(task: asyncio.Task[Any]) -> bool:
    """Return whether a story came to its end."""
    return task.done() and not task.cancelled() and task.exception() is None


async def run(port: int, config: Path, *, checking: bool, speed: float) -> int:
    """Start everything, set up, and check or stay."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    say("Starting the simulated household ...")
    async with Household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"), shoko=True) as home:
        home.seerr.draws_posters = True
        for line in home.describe():
            say(f"  {line}")
        say("Starting Home Assistant ...")
        async with HomeAssistantProcess(config, port, person=PERSON) as ha:
            say("Setting up Status Tracker through its own flow ...")
            if checking:
                entry_id = await set_up(ha, home)
                checked = asyncio.create_task(check(ha, home, entry_id))
                stopped = asyncio.create_task(stop.wait())
                await asyncio.wait({checked, stopped}, return_when=asyncio.FIRST_COMPLETED)
                stopped.cancel()
                if not checked.done():
                    checked.cancel()
                    return 130
                good = checked.result()
            else:
                await set_up(ha, home, limit_downloading=0)
                stage = EveryStage(home)
                await stage.every_stage()
                where = f"{await open_on_dashboard(ha)} and log in as {USER} with password {PASSWORD}"
                say(f"\nOpen {where}. Ctrl-C ends everything.\n")
                await _stay(ha, stage, stop, speed)
                return 0
        good = check_log(ha) and good
    return 0 if good else 1


async def _stay(ha: HomeAssistantProcess, stage: EveryStage, stop: asyncio.Event, speed: float) -> None:
    """Let the requests go on while somebody looks on."""
    journeys = Journeys()

    async def watch() -> None:
        """Follow the states."""
        async for state in ha.states():
            journeys.take(state)

    tasks = [
        asyncio.create_task(watch()),
        asyncio.create_task(Life(stage, at_speed(speed), say).go_on()),
    ]
    try:
        await stop.wait()
    finally:
        say("Ending ...")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def main() -> int:
    """Read the command line and run."""
    arguments = parser().parse_args()
    config = arguments.config or Path(tempfile.mkdtemp(prefix="status-tracker-demo-"))
    config.mkdir(parents=True, exist_ok=True)
    try:
        return asyncio.run(
            run(
                arguments.port or free_port(),
                config.resolve(),
                checking=arguments.check,
                speed=arguments.speed,
            )
        )
    except RuntimeError as err:
        say(f"The demo failed: {err}")
        return 1
    finally:
        if not arguments.config:
            with contextlib.suppress(OSError):
                shutil.rmtree(config)


if __name__ == "__main__":
    sys.exit(main())
