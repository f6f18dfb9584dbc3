"""Households of a given size, and the stopwatches for them."""

import asyncio
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
import gc
from itertools import islice
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.clients import http as http_module
from custom_components.status_tracker.sources.arr.source import ArrSource
from custom_components.status_tracker.sources.seerr import titles as titles_module
from tests.common import SetUp, StartHousehold, coordinator_of, poll
from tests.stack.household import Household
from tests.stack.rows import SeerrRequest
from tests.stack.titles import film, series

EPISODES = 10
SETTLING_POLLS = 300
SOON = timedelta(seconds=5)
MOVING = ("date", "minDateLastSavedForUser", "rid")  # parameters that differ in every call


async def requests_of(home: Household, count: int, only_series: bool = False) -> list[SeerrRequest]:
    """Make so many active requests, all or every other one for a season of ten episodes."""
    found = []
    for number in range(count):
        if only_series or number % 2:
            title = series(f"Show {number}", 2000, 50_000 + number, 60_000 + number, {1: EPISODES})
            found.append(await home.world.request(title, auto_approve=True, seasons=[1]))
        else:
            title = film(f"Film {number}", 2000, 1000 + number)
            found.append(await home.world.request(title, auto_approve=True))
    return found


async def cycle(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Poll in a task of its own, so that its steps are told from those of the benchmark."""
    await hass.async_create_task(poll(hass, entry, rounds=1))


async def settle(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Poll until all titles are known and a poll changes nothing any more."""
    coordinator = coordinator_of(entry)
    for _ in range(SETTLING_POLLS):
        await cycle(hass, entry)
        wants, sources = coordinator.wants, coordinator.sources.values()
        calm = all(one.interval(wants) > SOON and not one.needs_poll(wants) for one in sources)
        if calm and not any(coordinator.is_nameless(number) for number in coordinator.data):
            return
    raise AssertionError("the household does not settle")


async def build(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    **options: Any,
) -> tuple[Household, MockConfigEntry, list[SeerrRequest]]:
    """Set up a household with so many active requests, their titles known."""
    monkeypatch.setattr(titles_module, "TITLES", 1000)  # gently would take minutes
    home = await household()
    asked = await requests_of(home, count)
    entry = await setup_entry(home, **options)
    await settle(hass, entry)
    return home, entry, asked


async def record_audits(entry: MockConfigEntry, count: int) -> None:
    """Let the *arrs read the titles of their next audits, so that these can be replayed."""
    for source in coordinator_of(entry).sources.values():
        if isinstance(source, ArrSource):
            for media_id, part in list(islice(source._turns, count)):
                await source._reread(source._titles[media_id], part, source._bound[media_id])


class Replay:
    """Records what the services answer, and answers the same again without HTTP."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Record from now on."""
        self.bodies: list[str] = []
        self.missing = 0
        self._kept: dict[Any, tuple[str, Any]] = {}
        self._replaying = False
        call, read = http_module.HttpClient._call, http_module.HttpClient._read
        last: dict[int, str] = {}

        async def read_and_keep(client: Any, what: str, response: Any) -> str:
            """Read a body and keep it for the call that asked for it."""
            last[id(asyncio.current_task())] = body = await read(client, what, response)
            return body

        async def call_or_replay(client: Any, method: str, path: str, **options: Any) -> Any:
            """Call, or give the recorded answer."""
            params = options.get("params") or {}
            key = (id(client), method, path, *((one, params[one]) for one in params if one not in MOVING))
            if self._replaying and key in self._kept:
                body, response = self._kept[key]
                self.bodies.append(body)
                return (orjson.loads(body) if options.get("wants_json", True) else body), response
            self.missing += self._replaying
            answer = await call(client, method, path, **options)
            self._kept[key] = last.get(id(asyncio.current_task()), ""), answer[1]
            return answer

        monkeypatch.setattr(http_module.HttpClient, "_read", read_and_keep)
        monkeypatch.setattr(http_module.HttpClient, "_call", call_or_replay)

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Answer from what was recorded."""
        self._replaying, self.missing, self.bodies = True, 0, []
        try:
            yield
        finally:
            self._replaying = False

    def decoding(self) -> float:
        """Return the CPU seconds to decode the bodies of the replay."""
        begin = time.process_time()
        for _ in range(5):
            for body in self.bodies:
                orjson.loads(body)
        return (time.process_time() - begin) / 5


@contextmanager
def steps(longest: list[float]) -> Iterator[None]:
    """Measure the longest steps of the event loop, in seconds of its thread's CPU.

    Left out are the steps of simulated servers and of the benchmark itself; the garbage collections, whose
    time depends on all objects of Home Assistant; and its stores, which tests write on the event loop.
    """
    run = events.Handle._run
    collecting = began = 0.0

    def collect(phase: str, _: dict[str, int]) -> None:
        """Count the time of a garbage collection."""
        nonlocal collecting, began
        if phase == "start":
            began = time.thread_time()
        else:
            collecting += time.thread_time() - began

    def measured(handle: Any) -> None:
        """Run a step and note how long it took."""
        nonlocal collecting
        owner = getattr(handle._callback, "__self__", None)
        collecting = 0.0
        begin = time.thread_time()
        run(handle)
        taken = time.thread_time() - begin - collecting
        coroutine = owner.get_coro() if isinstance(owner, asyncio.Task) else None
        name = getattr(coroutine, "__qualname__", "")
        stores = isinstance(owner, Store)
        if taken > 0.0005 and not stores and not name.startswith(("RequestHandler", "bench_")):
            longest.append(taken)

    events.Handle._run = measured  # type: ignore[method-assign]  # for the time of a measurement
    gc.callbacks.append(collect)
    try:
        yield
    finally:
        gc.callbacks.remove(collect)
        events.Handle._run = run  # type: ignore[method-assign]
