"""The push connection against the simulated hub: kept alive, watched, brought back, gone without a trace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass, field, replace
import logging
from pathlib import Path
import sys
import threading
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from custom_components.status_tracker.clients.errors import CannotConnect, InvalidAuth
from custom_components.status_tracker.clients.push import Pace, PushConnection
from custom_components.status_tracker.clients.shoko import ShokoClient
from custom_components.status_tracker.clients.signalr import LIBRARY, SignalRConnection
from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko
from tests.stack.signalr_hub import SEPARATOR
from tests.stack.world import World

QUICK = Pace(
    connect=2.0,
    handshake=0.3,
    ping=0.05,
    silence=10.0,
    close=2.0,
    settled=60.0,
    back_off=0.01,
    back_off_max=0.02,
    jitter=lambda: 0.0,
)
THREAD = "Signalrcore websocket client"
PATH = "/anime/Show/Season 1/one.mkv"

type MakeServer = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


@pytest.fixture
def world() -> World:
    """Return an empty household."""
    return World()


@pytest.fixture
async def shoko(world: World) -> AsyncIterator[FakeShoko]:
    """Return a Shoko that asks hub clients for a key."""
    async with FakeShoko(world, version=6) as server:
        yield server


@dataclass
class Heard:
    """What a connection told, and the task that holds it."""

    connection: PushConnection
    task: asyncio.Task[None] | None = None
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    connects: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Run the connection."""
        self.task = asyncio.create_task(self.connection.run(self._on_event, self._on_connected))

    def _on_event(self, name: str, payload: dict[str, Any]) -> None:
        """Note an event."""
        self.events.append((name, payload))
        self.news.set()

    def _on_connected(self) -> None:
        """Note a connection."""
        self.connects += 1
        self.news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(10):
            while not condition():
                self.news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), 0.02)

    async def stop(self) -> None:
        """Cancel, as an unload does."""
        assert self.task is not None
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


@contextlib.asynccontextmanager
async def listening(connection: PushConnection) -> AsyncIterator[Heard]:
    """Hold a connection for the length of a test, and see that nothing of it stays."""
    heard = Heard(connection)
    heard.start()
    try:
        yield heard
    finally:
        await heard.stop()
        assert not connection.connected
        assert THREAD not in {thread.name for thread in threading.enumerate()}


def push(
    session: aiohttp.ClientSession, shoko: FakeShoko, pace: Pace = QUICK, **options: Any
) -> SignalRConnection:
    """Return Shoko's push connection."""
    client = ShokoClient(session, shoko.url, api_key=options.pop("api_key", shoko.api_key))
    return client.push(pace=pace, **options)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is so that nothing tells of."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)


async def until_thread() -> None:
    """Wait for the very moment in which the library's thread is there."""
    async with asyncio.timeout(5):
        while THREAD not in {thread.name for thread in threading.enumerate()}:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)


def sockets() -> set[str]:
    """Return the sockets this process holds."""
    links = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.add(str(entry.readlink()))
    return {link for link in links if link.startswith("socket:")}


@pytest.fixture
async def serve() -> AsyncIterator[MakeServer]:
    """Return how to start a server of one handler."""
    runners = []

    async def start(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        """Answer everything with the handler; return the address."""
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


def plain(session: aiohttp.ClientSession, url: str, pace: Pace = QUICK) -> SignalRConnection:
    """Return a connection to any hub."""

    async def fine() -> None:
        """Take every key."""

    return SignalRConnection(
        session, url, "hub", params={}, headers={"apikey": "secret"}, events=("a",), verify=fine, pace=pace
    )


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
    """A server that says nothing any more is left and connected to anew."""
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


async def test_wrong_key_ends_it(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A hub that refuses the key, and REST that does too: no more tries."""
    connection = push(session, shoko, api_key="wrong")
    with pytest.raises(InvalidAuth):
        async with asyncio.timeout(5):
            await connection.run(lambda *_: None, lambda: None)
    assert shoko.count("negotiate") == 1


async def test_refused_while_starting(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A Shoko that is starting refuses everybody: it is tried again."""
    shoko.hub.authorize = lambda request: shoko.state == "Started"
    shoko.state = "Starting"
    async with listening(push(session, shoko)) as heard:
        await asyncio.sleep(0.15)
        assert shoko.count("negotiate") > 1
        shoko.state = "Started"
        await heard.until(lambda: heard.connects == 1)


async def test_refused_by_the_hub_alone(
    session: aiohttp.ClientSession, shoko: FakeShoko, caplog: pytest.LogCaptureFixture
) -> None:
    """A hub that refuses a key REST takes is no reason to ask the person for another."""
    shoko.hub.authorize = lambda request: False
    async with listening(push(session, shoko)) as heard:
        await heard.until(lambda: shoko.count("negotiate") > 1)
        assert heard.connects == 0
    assert "polling has to do" in caplog.text


async def test_hub_switched_off(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A hub that is off is looked for at the slowest pace, and found when it is on again."""
    shoko.hub.enabled = False
    async with listening(push(session, shoko)) as heard:
        await asyncio.sleep(0.1)
        assert 1 <= shoko.count("negotiate") <= 8
        shoko.hub.enabled = True
        await heard.until(lambda: heard.connects == 1)


async def test_cancelled_at_any_moment(shoko: FakeShoko) -> None:
    """Whenever it is cancelled no thread, no socket and no hub client is left."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        connection = push(session, shoko)
        async with listening(connection) as heard:
            await heard.until(lambda: heard.connects == 1)
        await eventually(lambda: not shoko.hub.connections)
        await asyncio.sleep(0.1)
        before = len(sockets())
        for delay in (0.0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08):
            async with listening(push(session, shoko)):
                await asyncio.sleep(delay)
        await eventually(lambda: not shoko.hub.connections and len(sockets()) <= before)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
async def test_cut_off_before_the_first_message(session: aiohttp.ClientSession, serve: MakeServer) -> None:
    """A connection that dies the moment it is made costs no thread its life: it is just tried again."""
    tries = 0

    async def hub(request: web.Request) -> web.StreamResponse:
        """Let the socket in and drop it."""
        nonlocal tries
        if request.path.endswith("negotiate"):
            return web.json_response({"connectionId": "x"})
        tries += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return socket

    connection = plain(session, await serve(hub), replace(QUICK, handshake=0.05))
    async with listening(connection) as heard:
        await heard.until(lambda: tries >= 10)
        assert heard.connects == 0


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_dead_socket_raises_nothing(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """Abandoned between connecting and the handshake, the library's thread ends in peace."""
    for _ in range(5):
        async with listening(push(session, shoko)):
            await until_thread()


async def test_stopping_a_silent_connection(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A server that sends nothing cannot hold up the end."""
    async with listening(push(session, shoko)) as heard:
        await heard.until(lambda: heard.connects == 1)
        shoko.hub.silent = True
        async with asyncio.timeout(1):
            await heard.stop()


async def test_hanging_negotiation(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A server that takes the call and never answers is left after the limit, without a thread."""
    shoko.fault = Fault.hang(only="negotiate")
    before = threading.active_count()
    async with listening(push(session, shoko, replace(QUICK, connect=0.1))) as heard:
        await heard.until(lambda: shoko.count("negotiate") >= 2)
        assert threading.active_count() <= before
        shoko.fault = None
        await heard.until(lambda: heard.connects == 1)


async def test_odd_hubs(session: aiohttp.ClientSession, serve: MakeServer) -> None:
    """Negotiations that offer nothing, sockets that are refused or hang, handshakes that fail: on and on."""
    tries: dict[str, int] = {}
    mode = "no json"

    async def hub(request: web.Request) -> web.StreamResponse:
        """Behave as badly as the mode says."""
        tries[mode] = tries.get(mode, 0) + 1
        if request.path.endswith("negotiate"):
            if mode == "no json":
                return web.json_response([])
            if mode == "no id":
                return web.json_response({"connectionId": None})
            return web.json_response({"connectionId": "x", "negotiateVersion": 0})
        if mode == "refused":
            return web.Response(status=500)
        if mode == "socket unauthorised":
            return web.Response(status=401)
        if mode == "hanging socket":
            await asyncio.sleep(30)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        if mode == "refused handshake":
            await socket.send_str('{"error": "no"}' + SEPARATOR)
            await socket.receive()
        if mode == "mute":
            await socket.receive()
        return socket

    url = await serve(hub)
    async with listening(plain(session, url, replace(QUICK, connect=0.3, handshake=0.15))) as heard:
        for mode in (
            "no json",
            "no id",
            "refused",
            "socket unauthorised",
            "hanging socket",
            "refused handshake",
            "mute",
            "closes at once",
        ):
            await heard.until(lambda bad=mode: tries.get(bad, 0) >= 3)
        assert heard.connects == 0
        assert heard.events == []


async def test_late_events_of_an_old_connection(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """What comes after the cancellation is not told any more, and odd arguments do no harm."""
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
    """An event nobody could take in is logged and costs no connection."""
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
    assert "could not be taken in: file:hashed" in caplog.text
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


async def test_an_executor_of_ones_own(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """All that blocks goes through the function it was given."""
    calls: list[str] = []

    async def run_blocking(function: Callable[[], Any]) -> Any:
        """Note the call."""
        calls.append(getattr(function, "__name__", "close"))
        return await asyncio.to_thread(function)

    async with listening(push(session, shoko, run_blocking=run_blocking)) as heard:
        await heard.until(lambda: "ping" in calls)
    assert calls[0] == "connect"
    assert calls[-1] == "close"


async def test_a_thread_that_comes_back_late(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A connection that came up after all, when nobody waits for it any more, closes itself."""
    gate = threading.Event()
    ended = threading.Event()

    async def run_blocking(function: Callable[[], Any]) -> Any:
        """Hold up the connecting, and nothing else."""

        def held() -> Any:
            """Wait before it, and tell that it is over."""
            if getattr(function, "__name__", "") != "connect":
                return function()
            gate.wait(5)
            try:
                return function()
            finally:
                ended.set()

        return await asyncio.to_thread(held)

    pace = replace(QUICK, connect=0.05, close=0.05)
    async with listening(push(session, shoko, pace, run_blocking=run_blocking)):
        await asyncio.sleep(0.1)
    gate.set()
    await eventually(lambda: ended.is_set() and not shoko.hub.connections)
    assert THREAD not in {thread.name for thread in threading.enumerate()}


async def test_errors_are_told_without_the_servers_words(
    session: aiohttp.ClientSession, serve: MakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The library puts a whole answer into its error; none of it reaches the log."""
    caplog.set_level(logging.DEBUG)

    async def hub(request: web.Request) -> web.StreamResponse:
        """Refuse the socket with a secret."""
        if request.path.endswith("negotiate"):
            return web.json_response({"connectionId": "x"})
        return web.Response(status=418, headers={"X-Secret": "hush"})

    connection = plain(session, await serve(hub))
    async with listening(connection) as heard:
        await heard.until(lambda: "418" in caplog.text)
    assert "hush" not in caplog.text
    assert CannotConnect.reason == "cannot_connect"
