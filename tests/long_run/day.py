"""Requests that come and go in a household, and what there is of them in Home Assistant."""

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
import gc
import json
from pathlib import Path
import threading
import tracemalloc
from typing import Any

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import DATA_DISPATCHER
from homeassistant.helpers.storage import Store
import psutil
from pytest_homeassistant_custom_component.common import MockConfigEntry
from sqlalchemy import text

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.pipeline.durations import WINDOW
from custom_components.status_tracker.reports import posters

from ..common import Clock, coordinator_of, poll, stage_of
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from ..stack.titles import Title, film, series

OURS = f"custom_components.{DOMAIN}"
AT_ONCE = 10
REPEATING = 20  # requests after which their kinds come in the same order again
TABLES = ("states", "states_meta", "state_attributes", "events", "event_data", "statistics_meta")
SLACK = {
    "bytes": 50_000,
    "objects": 10,  # the few former titles that are kept differ, with or without files; a leak would be 40
    "stored": 500,
    "sockets": 12,
    "timers": 6,
    "threads": 4,
    "posters": AT_ONCE,  # deleted some minutes later
}  # the same after any number of requests


@dataclass(frozen=True, slots=True)
class Usage:
    """What Home Assistant holds at a moment at which no request is left."""

    bytes: int  # allocated by our code, if that is traced
    objects: dict[str, int]  # of our classes, by class
    tasks: int
    timers: int
    listeners: int
    handlers: int  # of dispatchers, webhooks and the coordinator
    sockets: int
    threads: int
    stored: dict[str, int]  # characters in our files, by file and part
    posters: int
    entities: int
    registered: int
    rows: int  # of the recorder, once it has purged what is old

    def growth(self, before: Usage) -> dict[str, int]:
        """What has grown since; there is nothing more than before."""
        now, then = self.flat(), before.flat()
        grown = {name: now[name] - then.get(name, 0) for name in now}
        return {name: by for name, by in grown.items() if by > SLACK.get(name.partition(" ")[0], 0)}

    def flat(self) -> dict[str, int]:
        """Return all by name."""
        found: dict[str, int] = {}
        for name, value in asdict(self).items():
            found |= (
                {f"{name} {key}": one for key, one in value.items()}
                if isinstance(value, dict)
                else {name: value}
            )
        return found


def poster_count(folder: Path) -> int:
    """Return how many files there are in a folder, which may be missing."""
    return len(list(folder.iterdir())) if folder.exists() else 0


def rows(hass: HomeAssistant) -> int:
    """Return how many rows the recorder has."""
    with session_scope(hass=hass, read_only=True) as session:
        return sum(session.execute(text(f"SELECT count(*) FROM {table}")).scalar() or 0 for table in TABLES)


async def purged_rows(hass: HomeAssistant) -> int:
    """Return how many rows the recorder has without those that are old, which is all there is."""
    data = {"keep_days": 0, "repack": False, "apply_filter": False}
    for _ in range(2):
        await hass.services.async_call("recorder", "purge", data, blocking=True)
        await get_instance(hass).async_add_executor_job(get_instance(hass).block_till_done)
    return await get_instance(hass).async_add_executor_job(rows, hass)


def allocated() -> int:
    """Return the bytes allocated by our code."""
    if not tracemalloc.is_tracing():
        return 0
    snapshot = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, f"*/{DOMAIN}/*")])
    return sum(trace.size for trace in snapshot.traces)


async def usage(hass: HomeAssistant, entry: MockConfigEntry, storage: dict[str, Any]) -> Usage:
    """Measure."""
    written: Any = Store._async_write_data  # the test's storage, which keeps all it was given
    written.mock.reset_mock()
    # Home Assistant remembers removed entities, by the names and ids that we gave them.
    er.async_get(hass).deleted_entities.clear()
    posters.poster_key.cache_clear()
    purged = await purged_rows(hass)
    gc.collect()
    loop: Any = hass.loop
    folder, coordinator = posters.poster_folder(hass, entry.entry_id), coordinator_of(entry)
    files = {key: file for key, file in storage.items() if key.startswith(f"{DOMAIN}.{entry.entry_id}")}
    return Usage(
        bytes=allocated(),
        objects=Counter(
            type(one).__name__ for one in gc.get_objects() if type(one).__module__.startswith(OURS)
        ),
        tasks=len(asyncio.all_tasks()),
        timers=sum(not handle.cancelled() for handle in loop._scheduled),
        listeners=sum(hass.bus.async_listeners().values()),
        handlers=sum(map(len, hass.data[DATA_DISPATCHER].values()))
        + len(hass.data["webhook"])
        + len(coordinator._listeners),
        sockets=len(psutil.Process().net_connections()),
        threads=threading.active_count(),
        stored={
            f"{key.partition('.')[2]} {part}": len(json.dumps(one, default=str))
            for key, file in files.items()
            for part, one in file["data"].items()
        },
        posters=poster_count(folder),
        entities=len(hass.states.async_all()),
        registered=len(er.async_get(hass).entities),
        rows=purged,
    )


class Day:
    """Requests of the four paths, a few at a time; each becomes available and is deleted in the end."""

    def __init__(self, hass: HomeAssistant, home: Household, entry: MockConfigEntry, clock: Clock) -> None:
        """Nothing was asked for yet."""
        self.hass, self.home, self.entry, self.clock = hass, home, entry, clock
        self.asked = self.written = self.most_posters = 0
        self._folder = posters.poster_folder(hass, entry.entry_id)
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._count)

    @callback
    def _count(self, event: Event[Any]) -> None:
        """Count what the recorder takes."""
        self.written += 1

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
            self.most_posters = max(self.most_posters, poster_count(self._folder))
            for request in open_now:
                await self._delete(request)
            await self._look(4)
            assert not coordinator_of(self.entry).data
        for server in self.home.servers:
            server.clear_calls()
            if hooks := getattr(server, "webhooks", None):
                hooks.sent.clear()

    async def be_quiet(self) -> None:
        """Nobody asks for anything until all that is kept for a time has gone; then a few requests follow."""
        before = self.written
        for pause in (WINDOW, timedelta(days=1)):  # the index of the library is renewed every day
            self.clock.advance(self.home, days=pause.days, hours=1)
            await poll(self.hass, self.entry, 4)
        assert self.written - before <= len(self.hass.states.async_all())
        await self.live(REPEATING)
        await coordinator_of(self.entry).async_save()

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
