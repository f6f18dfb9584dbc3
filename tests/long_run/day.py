"""Requests that come and go in a household, and what there is of them in Home Assistant.

How long each took is kept for 30 days on purpose, and is not counted.
"""

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass
import gc
import json
import threading
import tracemalloc
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import psutil
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.pipeline.durations import Duration

from ..common import Clock, coordinator_of, poll, stage_of
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from ..stack.titles import Title, film, series

OURS = f"custom_components.{DOMAIN}"
AT_ONCE = 10
# Of a former request: its times, its name that Home Assistant keeps, its keys in Jellyfin's table.
BYTES = 5_000


@dataclass(frozen=True, slots=True)
class Usage:
    """What Home Assistant holds at a moment at which no request is left."""

    bytes: int  # allocated by our code
    objects: int  # of our classes, without those times
    tasks: int
    timers: int
    listeners: int
    sockets: int
    threads: int
    stored: int  # characters in our files
    entities: int

    def growth(self, before: Usage, requests: int) -> dict[str, int]:
        """What has grown while so many requests came and went, beyond what is kept of each on purpose."""
        slack = {"bytes": BYTES * requests, "sockets": 12, "timers": 6}
        now, then = asdict(self), asdict(before)
        return {name: now[name] - then[name] for name in now if now[name] > then[name] + slack.get(name, 0)}


def usage(hass: HomeAssistant, entry: MockConfigEntry, storage: dict[str, Any]) -> Usage:
    """Measure."""
    written: Any = Store._async_write_data  # the test's storage, which keeps all it was given
    written.mock.reset_mock()
    gc.collect()
    snapshot = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, f"*/{DOMAIN}/*")])
    kinds = (type(one) for one in gc.get_objects())
    counted = sum(kind.__module__.startswith(OURS) and kind is not Duration for kind in kinds)
    loop: Any = hass.loop
    mine = f"{DOMAIN}.{entry.entry_id}"
    files = {key: file for key, file in storage.items() if key in (mine, f"{mine}.announced")}
    return Usage(
        bytes=sum(trace.size for trace in snapshot.traces),
        objects=counted,
        tasks=len(asyncio.all_tasks()),
        timers=sum(not handle.cancelled() for handle in loop._scheduled),
        listeners=sum(hass.bus.async_listeners().values()),
        sockets=len(psutil.Process().net_connections()),
        threads=threading.active_count(),
        stored=len(json.dumps(files, default=str)),
        entities=len(hass.states.async_all()),
    )


class Day:
    """Requests of the four paths, a few at a time; each becomes available and is deleted in the end."""

    def __init__(self, hass: HomeAssistant, home: Household, entry: MockConfigEntry, clock: Clock) -> None:
        """Nothing was asked for yet."""
        self.hass, self.home, self.entry, self.clock = hass, home, entry, clock
        self.asked = 0

    async def live(self, requests: int) -> None:
        """So many requests come and go."""
        for _ in range(0, requests, AT_ONCE):
            open_now = [await self._ask() for _ in range(AT_ONCE)]
            await self._look()
            for request in open_now:
                await self._load(request)
            await self._look()
            await self.home.world.library_scan()
            await self.home.world.seerr_scan()
            await self._look(4)
            stages = Counter(stage_of(self.hass, self.entry, request) for request in open_now)
            assert stages == {"available": AT_ONCE}, stages
            for request in open_now:
                await self._delete(request)
            await self._look(4)
            assert not coordinator_of(self.entry).data
        for server in self.home.servers:
            server.clear_calls()
            if hooks := getattr(server, "webhooks", None):
                hooks.sent.clear()

    async def _look(self, rounds: int = 2) -> None:
        """Some minutes pass, and all are asked."""
        self.clock.advance(self.home, minutes=3)
        await poll(self.hass, self.entry, rounds)

    async def _ask(self) -> SeerrRequest:
        """One more request: film, series, anime film or anime series."""
        self.asked += 1
        number, anime = self.asked, self.asked % 4 > 1
        title: Title = (
            series(f"Series {number}", 2010, 5000 + number, 70000 + number, {1: 3}, anime=anime)
            if number % 2
            else film(f"Film {number}", 2010, 5000 + number, anime=anime)
        )
        return await self.home.world.request(title, seasons=[1] if number % 2 else None, auto_approve=True)

    async def _load(self, request: SeerrRequest) -> None:
        """It is found, loaded and imported; Shoko takes what is anime."""
        world, title = self.home.world, request.title
        download = await world.grab(request)
        await world.progress(download, 0.5)
        await poll(self.hass, self.entry, 1)
        await world.complete(download)
        files = await world.import_(download)
        if not title.anime:
            return
        kind = "TV" if request.seasons else "Movie"
        entry = world.shoko_add_series(title.title, 20000 + request.id, kind=kind, episodes=len(files))
        for file, episode in zip(files, world.shoko_episodes_of(entry), strict=True):
            await world.shokofin_show(await world.shoko_take_in(file.path, file.size, episode))

    async def _delete(self, request: SeerrRequest) -> None:
        """It is deleted everywhere."""
        world = self.home.world
        row = world.row_of(request)
        for download in list(row.arr.downloads.values()):
            await world.remove_torrent(download)
        row.arr.downloads.clear()
        await world.remove_from_arr(row, delete_files=True)
        for file in list(world.shoko_files.values()):
            await world.shokofin_hide(file)
            await world.shoko_delete(file)
        for item in list(world.items.values()):
            await world.remove_item(item)
        await world.delete_media(request.media)
