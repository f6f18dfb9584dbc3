"""A real Home Assistant in a process of its own, reached as a browser reaches it."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import json
import os
from pathlib import Path
import re
import signal
import socket
import sys
from typing import Any, Self

from aiohttp import ClientError, ClientSession

ROOT = Path(__file__).parents[2]
# Of libraries without ready-made builds, which Home Assistant imports before it shows a page.
STAND_INS = Path(__file__).with_name("stand_ins")
USER, PASSWORD = "demo", "demo"
START_LIMIT = 180.0

CONFIGURATION = """\
homeassistant:
  name: Status Tracker demo
  country: US
frontend:
config:
conversation:
assist_pipeline:
automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml
webhook:
recorder:
history:
logbook:
logger:
  default: warning
  logs:
    custom_components.status_tracker: info
    haffmpeg: fatal
    homeassistant.components.camera.img_util: fatal
"""


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def prepare(config: Path, port: int) -> None:
    """Write what Home Assistant reads at start: its address, and onboarding done but for the user."""
    storage = config / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    (config / "configuration.yaml").write_text(CONFIGURATION)
    for name in ("automations", "scripts", "scenes"):
        (config / f"{name}.yaml").touch()
    blueprints = config / "blueprints" / "automation" / "status_tracker"
    blueprints.parent.mkdir(parents=True, exist_ok=True)
    if not blueprints.exists():
        blueprints.symlink_to(ROOT / "blueprints" / "automation" / "status_tracker")
    link = config / "custom_components" / "status_tracker"
    link.parent.mkdir(exist_ok=True)
    if not link.exists():
        link.symlink_to(ROOT / "custom_components" / "status_tracker")
    stable = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    http = {"stable": stable, "pending": None, "yaml_migration_done": True}
    _store(storage, "http", 3, http)
    if not (storage / "onboarding").exists():
        _store(storage, "onboarding", 4, {"done": ["core_config", "analytics", "integration"]})


def _store(storage: Path, key: str, version: int, data: dict[str, Any]) -> None:
    """Write one file of Home Assistant's storage."""
    whole = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(whole))


RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?:[+-]\d\d:\d\d)? (?P<level>[A-Z]+) \(", re.MULTILINE
)
COMPLAINTS = {"WARNING", "ERROR", "CRITICAL"}
NOTICE = "We found a custom integration status_tracker"


def complaints(log: str) -> list[str]:
    """Return the warnings, errors and tracebacks of a log that concern Status Tracker.

    A record goes on until the next one begins, so that a traceback through our files counts, whoever logs it.
    Home Assistant's notice that the integration is not its own is no complaint.
    """
    records: list[tuple[str, str]] = []
    for start in RECORD.finditer(log):
        following = RECORD.search(log, start.end())
        text = log[start.start() : following.start() if following else len(log)].strip()
        records.append((start["level"], text))
    if log.strip() and not records:
        raise ValueError("the log has no records")
    return [
        text
        for level, text in records
        if level in COMPLAINTS and "status_tracker" in text and NOTICE not in text
    ]


class HomeAssistantProcess:
    """`async with HomeAssistantProcess(config, port) as ha`: started, onboarded, logged in."""

    def __init__(self, config: Path, port: int, *, person: str = "Demo") -> None:
        """Take the configuration folder, which may be new, the port, and the name of the user."""
        self.config = config
        self._person = person
        self.url = f"http://127.0.0.1:{port}"
        prepare(config, port)

    async def _spawn(self) -> None:
        """Start the process."""
        self._log = (self.config / "console.log").open("w")
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "homeassistant", "-c", str(self.config), "--skip-pip", "--log-no-color"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._log,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(STAND_INS)},
        )
        self._session = ClientSession()
        self._token = ""

    async def __aenter__(self) -> Self:
        """Start it and wait until it runs."""
        await self._spawn()
        try:
            async with asyncio.timeout(START_LIMIT):
                await self._until_it_answers()
                await self._log_in()
                await self._until_it_runs()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it, and only it."""
        await self._session.close()
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(30):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._log.close()

    async def start_and_die(self, seconds: float) -> None:
        """Start it and kill it after so many seconds, however far it has come."""
        await self._spawn()
        await asyncio.sleep(seconds)
        self.kill()
        await self._process.wait()
        await self.__aexit__()

    def kill(self) -> None:
        """Kill it at once, as a power failure does."""
        self._process.kill()

    async def _until_it_answers(self) -> None:
        """Wait for the first page."""
        while True:
            if self._process.returncode is not None:
                raise RuntimeError(f"Home Assistant ended by itself, see {self.config / 'console.log'}")
            with contextlib.suppress(ClientError, OSError):
                async with self._session.get(f"{self.url}/api/onboarding") as response:
                    if response.status < 500:
                        return
            await asyncio.sleep(0.3)

    async def _until_it_runs(self) -> None:
        """Wait until everything is loaded; recovery mode means that its settings could not be used."""
        for _ in range(int(START_LIMIT / 0.3)):
            config = await self.get("/api/config")
            if config.get("recovery_mode"):
                raise RuntimeError(f"Home Assistant is in recovery mode, see {self.config / 'console.log'}")
            if config.get("state") == "RUNNING":
                await self.get("/api/services")  # without these the browser shows nothing
                return
            await asyncio.sleep(0.3)

    async def _log_in(self) -> None:
        """Make the user at the first start, log in at later ones."""
        client = f"{self.url}/"
        new = {
            "name": self._person,
            "username": USER,
            "password": PASSWORD,
            "client_id": client,
            "language": "en",
        }
        async with self._session.post(f"{self.url}/api/onboarding/users", json=new) as response:
            answer = await response.json() if response.status == 200 else None
        code = answer["auth_code"] if answer else await self._login_code(client)
        form = {"grant_type": "authorization_code", "code": code, "client_id": client}
        async with self._session.post(f"{self.url}/auth/token", data=form) as response:
            self._token = (await response.json())["access_token"]

    async def _login_code(self, client: str) -> str:
        """Go through the login form."""
        start = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
        flow = ""
        while not flow:  # until then, its address shows the page of the frontend
            async with self._session.post(f"{self.url}/auth/login_flow", json=start) as response:
                if response.content_type == "application/json":
                    flow = (await response.json())["flow_id"]
                else:
                    await asyncio.sleep(0.3)
        form = {"username": USER, "password": PASSWORD, "client_id": client}
        async with self._session.post(f"{self.url}/auth/login_flow/{flow}", json=form) as response:
            code: str = (await response.json())["result"]
            return code

    @property
    def _headers(self) -> dict[str, str]:
        """The headers of every call."""
        return {"Authorization": f"Bearer {self._token}"}

    async def get(self, path: str) -> Any:
        """Read from the API."""
        async with self._session.get(self.url + path, headers=self._headers) as response:
            response.raise_for_status()
            return await response.json()

    async def post(self, path: str, data: dict[str, Any]) -> Any:
        """Write to the API."""
        async with self._session.post(self.url + path, json=data, headers=self._headers) as response:
            if response.status >= 400:
                raise RuntimeError(f"{path}: {response.status} {(await response.text())[:300]}")
            return await response.json()

    async def delete(self, path: str) -> None:
        """Delete through the API."""
        async with self._session.delete(self.url + path, headers=self._headers) as response:
            response.raise_for_status()

    async def command(self, kind: str, **data: Any) -> Any:
        """Send a command over the websocket, as the frontend does, and return its result."""
        async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket_:
            await socket_.receive_json()
            await socket_.send_json({"type": "auth", "access_token": self._token})
            await socket_.receive_json()
            await socket_.send_json({"id": 1, "type": kind, **data})
            answer = await socket_.receive_json()
        if not answer.get("success"):
            raise RuntimeError(f"{kind}: {answer.get('error')}")
        return answer["result"]

    def complaints(self) -> list[str]:
        """Return what Home Assistant has logged against Status Tracker so far."""
        return complaints((self.config / "console.log").read_text(errors="replace"))

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """Give every state that is written from now on, until closed."""
        async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket_:
            await socket_.receive_json()
            await socket_.send_json({"type": "auth", "access_token": self._token})
            await socket_.receive_json()
            await socket_.send_json({"id": 1, "type": "subscribe_events", "event_type": "state_changed"})
            async for message in socket_:
                event = message.json()
                if event.get("type") == "event" and (state := event["event"]["data"].get("new_state")):
                    yield state
