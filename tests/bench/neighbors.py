"""Home Assistant's own integrations of the same services, and an hour that passes in seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
import time
from typing import Any
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
from homeassistant.helpers import event
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.bench.far import FarHousehold
from tests.stack.jellyfin_user import PASSWORD

LONGEST_STEP = 30.0
UNCHANGED = 3  # iterations of the event loop after which timers that are due have run


def core_entries(services: dict[str, dict[str, Any]]) -> list[MockConfigEntry]:
    """Return the entries as the config flows of Home Assistant's own integrations make them."""
    seerr = urlsplit(services["seerr"]["url"])
    arrs = {
        name: {key: services[f"{name}-hd"][key] for key in ("url", "api_key", "verify_ssl")}
        for name in ("radarr", "sonarr")
    }
    client = services["qbittorrent"]
    return [
        MockConfigEntry(
            domain="overseerr",
            data={
                "host": seerr.hostname,
                "port": seerr.port,
                "ssl": False,
                "api_key": services["seerr"]["api_key"],
                "webhook_id": "core-overseerr",
            },
        ),
        MockConfigEntry(domain="radarr", data=arrs["radarr"], unique_id="radarr"),
        MockConfigEntry(domain="sonarr", data=arrs["sonarr"], version=2),
        MockConfigEntry(
            domain="qbittorrent",
            data={key: client[key] for key in ("url", "username", "password", "verify_ssl")},
        ),
        MockConfigEntry(
            domain="jellyfin",
            data={
                "client_device_id": "core-jellyfin",
                "url": services["jellyfin"]["url"],
                "username": "family",
                "password": PASSWORD,
            },
            minor_version=2,
        ),
    ]


class FastClock:
    """The clock of Home Assistant, its event loop and a household; it skips the time between timers."""

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        """Start at the real time; entries that are set up from now on follow it."""
        self.hass = hass
        self.ahead = 0.0
        self.cpu = 0.0  # seconds of this process, without those of this class
        self._resident: set[asyncio.Task[Any]] = set()
        loop_time, timestamp = hass.loop.time, time.time
        monkeypatch.setattr(hass.loop, "time", lambda: loop_time() + self.ahead)
        monkeypatch.setattr(event, "time_tracker_timestamp", lambda: timestamp() + self.ahead)

        def now() -> datetime:
            """Return the time of Home Assistant."""
            return datetime.fromtimestamp(timestamp() + self.ahead, UTC)

        monkeypatch.setattr(event, "time_tracker_utcnow", now)
        monkeypatch.setattr(dt_util, "utcnow", now)

    async def rest(self) -> None:
        """Note the tasks that always run, once the others have ended."""
        await asyncio.sleep(1)
        self._resident = asyncio.all_tasks()

    async def run(
        self, far: FarHousehold, seconds: float, each: Callable[[float], Awaitable[object]] | None = None
    ) -> None:
        """Let a time pass, from timer to timer; `each` is called with the share that has passed."""
        loop = self.hass.loop
        begin = now = loop.time()
        while now < begin + seconds:
            step = max(min(self._next(), now + LONGEST_STEP, begin + seconds) - now, 0.01)
            await far.do("advance", step)
            if each:
                await each((now + step - begin) / seconds)
            self.ahead += step
            spent = time.process_time()
            await self._idle()
            self.cpu += time.process_time() - spent
            now = loop.time()

    def _next(self) -> float:
        """Return when the next timer is due."""
        scheduled: list[asyncio.TimerHandle] = self.hass.loop._scheduled  # type: ignore[attr-defined]  # private
        return min((one.when() for one in scheduled if not one.cancelled()), default=float("inf"))

    async def _idle(self) -> None:
        """Wait until all timers that are due have run, and the tasks they began have ended."""
        for _ in range(UNCHANGED):
            await asyncio.sleep(0)
        while running := asyncio.all_tasks() - self._resident:
            await asyncio.wait(running, timeout=10)
