"""The push connection against the simulated hub: kept alive, watched, connected again."""

import asyncio
from dataclasses import replace
import logging
import sys
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.clients.signalr import LIBRARY
from tests.clients.push_helpers import QUICK, eventually, listening, push
from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

PATH = "/anime/Show/Season 1/one.mkv"


@pytest.mark.parametrize("version", [4, 5, 6])
async def test_events_of_each_version(session: aiohttp.ClientSession, world: World, version: Any) -> None:
    """A hub that takes protocol version 1 only lets it in; keys of payloads come in lower case."""
    async with FakeShoko(world, version=version) as shoko, listening(push(session, shoko)) as heard:
        await heard.until(lambda: heard.connects == 1)
        assert heard.connection.connected
        assert shoko.hub.refused_handshakes == []
        file = await world.shoko_detect(PATH, 7)
        await world.shoko_hash(file)
        name = "file:hashed" if version == 6 else "ShokoEvent:FileHashed"
        await heard.until(lambda: any(one == name for one, _ in heard.events))
        payload = dict(heard.events)[name]
        assert (payload["fileid"], payload["relativepath"]) == (file.id, "Show/Season 1/one.mkv")


async def test_pings_keep_it_alive(session: aiohttp.ClientSession, world: World) -> None:
    """A server that drops silent clients keeps this one."""
    async with (
        FakeShoko(world, version=6, client_timeout=0.4, ping_interval=0.1) as shoko,
        listening(push(session, shoko)) as heard,
    ):
        await heard.until(lambda: shoko.hub.pings_received >= 15)
        assert (heard.connects, shoko.hub.timed_out) == (1, 0)


async def test_killed_and_restarted(session: aiohttp.ClientSession, shoko: FakeShoko, world: World) -> None:
    """A hub that dies and comes back is found again, each time anew, and says so each time."""
    async with listening(push(session, shoko)) as heard:
        for round_trip in (1, 2, 3):
            await heard.until(lambda count=round_trip: heard.connects == count)
            shoko.kill_hub()
            await heard.until(lambda: not heard.connection.connected)
            shoko.restore_hub()
        await heard.until(lambda: heard.connects == 4)
        await world.shoko_detect(PATH, 7)
        await heard.until(lambda: any(name == "file:detected" for name, _ in heard.events))


async def test_server_down_and_back(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """Refused connections are tried again until there is one."""
    shoko.fault = Fault.down()
    async with listening(push(session, shoko)) as heard:
        await asyncio.sleep(0.1)
        assert heard.connects == 0
        shoko.fault = None
        await heard.until(lambda: heard.connects == 1)


async def test_half_open(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A server that goes silent is disconnected and connected to again."""
    async with listening(push(session, shoko, replace(QUICK, silence=0.3))) as heard:
        await heard.until(lambda: heard.connects == 1)
        shoko.hub.silent = True
        await heard.until(lambda: not heard.connection.connected)
        shoko.hub.silent = False
        await heard.until(lambda: heard.connects >= 2)


async def test_back_off_grows_and_starts_anew(
    session: aiohttp.ClientSession, shoko: FakeShoko, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waits double up to the limit, with jitter; a connection that lasted resets them."""
    waits: list[float] = []
    real = asyncio.sleep

    async def sleep(delay: float) -> None:
        """Note the wait instead of waiting."""
        waits.append(delay)
        if len(waits) == 6:
            shoko.fault = None
        await real(0.01)

    pace = replace(QUICK, back_off=5.0, back_off_max=60.0, jitter=lambda: 0.5, settled=0.2)
    shoko.fault = Fault.status(503)
    connection = push(session, shoko, pace)
    monkeypatch.setattr(sys.modules[type(connection).__module__].asyncio, "sleep", sleep)
    async with listening(connection) as heard:
        await heard.until(lambda: heard.connects == 1)
        assert waits[:6] == [7.5, 15.0, 30.0, 60.0, 90.0, 90.0]
        await real(0.3)
        shoko.hub.drop_all()
        await heard.until(lambda: heard.connects == 2)
        assert waits[6] == 7.5


async def test_late_events_of_an_old_connection(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """Events after the cancellation are not passed on, and odd arguments do no harm."""
    async with listening(push(session, shoko)) as heard:
        await heard.until(lambda: heard.connects == 1)
        shoko.hub.broadcast("file:hashed")
        shoko.hub.broadcast("file:deleted", None)
        shoko.hub.broadcast("file:relocated", [{"FileID": 1}])
        await heard.until(lambda: any(name == "file:relocated" for name, _ in heard.events))
        told = dict(heard.events)
        assert (told["file:hashed"], told["file:deleted"], told["file:relocated"]) == ({}, {}, {})
        assert heard.task is not None
        heard.task.cancel()
        shoko.hub.broadcast("file:detected", {"FileID": 2})
        await asyncio.sleep(0.1)
        assert "file:detected" not in dict(heard.events)


async def test_a_listener_that_raises(
    session: aiohttp.ClientSession, shoko: FakeShoko, caplog: pytest.LogCaptureFixture
) -> None:
    """An event whose listener raises is logged, and the connection is kept."""
    connection = push(session, shoko)
    heard: list[str] = []

    def on_event(name: str, payload: dict[str, Any]) -> None:
        """Fail on the first."""
        heard.append(name)
        if name == "file:hashed":
            raise KeyError(name)

    connected = asyncio.Event()
    task = asyncio.create_task(connection.run(on_event, connected.set))
    await connected.wait()
    shoko.hub.broadcast("file:hashed", {"FileID": 1}, feed="file")
    shoko.hub.broadcast("file:deleted", {"FileID": 1}, feed="file")
    await eventually(lambda: "file:deleted" in heard)
    assert connection.connected
    assert "Unexpected error processing event file:hashed" in caplog.text
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_no_key_in_the_log(
    session: aiohttp.ClientSession, shoko: FakeShoko, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even with everything set to debugging, not even after the library was told to log."""
    caplog.set_level(logging.DEBUG)
    async with listening(push(session, shoko)) as heard:
        await heard.until(lambda: heard.connects == 1)
        logging.getLogger(LIBRARY).setLevel(logging.DEBUG)
        shoko.kill_hub()
        await heard.until(lambda: not heard.connection.connected)
        shoko.restore_hub()
        await heard.until(lambda: heard.connects == 2)
    assert shoko.api_key not in caplog.text
    assert LIBRARY not in {record.name for record in caplog.records}
