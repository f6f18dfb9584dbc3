"""A process with a simulated household and a real Home Assistant: python -m tests.browser.house.

It prints one line of JSON: the addresses of Home Assistant and of the control, and a login for a browser. The
control takes POST /NAME with the arguments of a method of `Scene` as JSON, and GET /posters.
"""

import argparse
import asyncio
import json
from pathlib import Path
import signal
import tempfile
from typing import Any

from aiohttp import web

from tests.demo.instance import HomeAssistantProcess, free_port
from tests.demo.setup import ENTRIES, set_up
from tests.stack.household import Household

from .scene import Scene

SETTLED = 5


class BrowserHome(HomeAssistantProcess):
    """A Home Assistant that also tells what a browser needs to be logged in."""

    async def tokens(self) -> dict[str, Any]:
        """Return what the frontend keeps of a login."""
        client = f"{self.url}/"
        form = {
            "grant_type": "authorization_code",
            "code": await self._login_code(client),
            "client_id": client,
        }
        async with self._session.post(f"{self.url}/auth/token", data=form) as response:
            answer: dict[str, Any] = await response.json()
        return {**answer, "hassUrl": self.url, "clientId": client, "expires": 2**53}


class Control:
    """Has things happen in the household, and orders given to Home Assistant."""

    def __init__(self, scene: Scene, ha: BrowserHome, entry: str) -> None:
        """Take what it controls."""
        self.scene, self.ha, self.entry = scene, ha, entry

    async def handle(self, request: web.Request) -> web.Response:
        """Call a method of the scene, or one of ours, and let Home Assistant look."""
        name, arguments = request.match_info["name"], await request.json()
        try:
            if name == "service":
                await self.ha.post(f"/api/services/{arguments['service']}", arguments.get("data", {}))
            elif name == "remove_entry":
                for entry in await self.ha.get(f"{ENTRIES}?domain=status_tracker"):
                    await self.ha.delete(f"{ENTRIES}/{entry['entry_id']}")
            elif name == "add_entry":
                self.entry = await set_up(self.ha, self.scene.home)
                await self._until_loaded()
            elif name == "logins":
                servers = self.scene.home.servers
                keys = {one.name: {"url": one.url, "api_key": one.api_key} for one in servers}
                return web.json_response({**keys, "home_assistant": {"url": self.ha.url}})
            elif name == "state":
                return web.json_response(await self.ha.get(f"/api/states/{arguments['entity_id']}"))
            else:
                await getattr(self.scene, name)(**arguments)
        except (RuntimeError, KeyError, AttributeError, TypeError) as err:
            return web.json_response({"error": f"{type(err).__name__}: {err}"}, status=500)
        return web.json_response({})

    async def _until_loaded(self) -> None:
        """Wait until the entry stays loaded: its new options load it once more."""
        seen = 0
        while seen < SETTLED:
            await asyncio.sleep(0.3)
            entries = await self.ha.get(f"{ENTRIES}?domain=status_tracker")
            loaded = any(one["entry_id"] == self.entry and one["state"] == "loaded" for one in entries)
            seen = seen + 1 if loaded else 0


async def run(port: int, *, scene_name: str) -> None:
    """Start everything, say where, and stay until told to end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="status-tracker-browser-", ignore_cleanup_errors=True) as config:
        async with (
            Household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"), shoko=True) as home,
            BrowserHome(Path(config), free_port()) as ha,
        ):
            home.seerr.draws_posters = True
            scene = Scene(home)
            entry = await set_up(ha, home)
            if scene_name:
                await getattr(scene, scene_name)()
            control = Control(scene, ha, entry)
            app = web.Application()
            app.router.add_post("/{name}", control.handle)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", port or free_port())
            await site.start()
            told = {"url": ha.url, "control": site.name, "tokens": await ha.tokens(), "config": config}
            print(json.dumps(told), flush=True)
            await stop.wait()
            await runner.cleanup()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--control", type=int, default=0, help="the control's port")
    parser.add_argument("--scene", default="every_stage")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.control, scene_name=arguments.scene))


if __name__ == "__main__":
    main()
