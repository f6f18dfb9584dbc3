"""The SignalR hub, proved with Microsoft's own JavaScript client, and its refusals by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import json
from pathlib import Path
import shutil
from typing import Any, Literal

import aiohttp
import pytest

from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko
from tests.stack.signalr_hub import SEPARATOR
from tests.stack.world import World

PACKAGE = "@microsoft/signalr@10.0.0"
CACHE = Path(__file__).parents[2] / ".cache" / "signalr-client"
SCRIPT = Path(__file__).parent / "signalr_client.mjs"
FEEDS = "shoko,queue,file,release,metadata"
EVENTS = (
    "ShokoEvent:OnConnected,Queue:OnConnected,ShokoEvent:FileHashed,ShokoEvent:FileMatched,"
    "queue:connected,file:hashed,release:saved"
)

type Version = Literal[4, 5, 6]


class Client:
    """The JavaScript client in a Node process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """A process that is running."""
        self.process = process
        self.seen: list[dict[str, Any]] = []
        self.unread: list[dict[str, Any]] = []

    async def until(self, what: str, name: str | None = None) -> dict[str, Any]:
        """The first report of this kind (for an event: of this name) that was not asked for yet."""
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            while True:
                for report in self.unread:
                    if report["what"] == what and name in (None, report.get("name")):
                        self.unread.remove(report)
                        return report
                line = await self.process.stdout.readline()
                assert line, f"{what} never came, but {self.seen}"
                self.seen.append(json.loads(line))
                self.unread.append(self.seen[-1])

    async def send(self, *words: Any) -> None:
        """Have the client invoke a hub method."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words).encode())
        await self.process.stdin.drain()


async def run(*command: str) -> int:
    """Run to the end, without output."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(45):
            return await process.wait()
    except TimeoutError:
        process.kill()
        return -1


@pytest.fixture
async def node() -> Callable[[FakeShoko], Any]:
    """A way to start the JavaScript client; skipped without Node, npm or the package."""
    found = shutil.which("node"), shutil.which("npm")
    if found[0] is None or found[1] is None:
        pytest.skip("Node or npm is not installed")
    package = CACHE / "node_modules" / "@microsoft" / "signalr"
    if not package.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--no-save", "--silent")
        if await run(found[1], "install", "--prefix", str(CACHE), *quiet, PACKAGE) or not package.exists():
            pytest.skip(f"npm could not install {PACKAGE}")
    program = found[0]

    @asynccontextmanager
    async def connect(shoko: FakeShoko, key: str | None = None) -> AsyncIterator[Client]:
        """A client process for this server, ended afterwards."""
        process = await asyncio.create_subprocess_exec(
            program,
            str(SCRIPT),
            str(package),
            f"{shoko.url}/signalr/aggregate?feeds={FEEDS}",
            shoko.api_key if key is None else key,
            EVENTS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield Client(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    return connect


async def eventually(check: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not check():  # noqa: ASYNC110  the hub has counters, not events
            await asyncio.sleep(0.02)


# The first run may have to install the client.
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("version", "greeting", "matched"),
    [
        (4, "Queue:OnConnected", "ShokoEvent:FileMatched"),
        (5, "Queue:OnConnected", "ShokoEvent:FileMatched"),
        (6, "queue:connected", "release:saved"),
    ],
)
async def test_official_client(
    world: World, node: Callable[..., Any], version: Version, greeting: str, matched: str
) -> None:
    """It connects, is greeted, kept alive by pings, told in order, and comes back after an outage."""
    series = world.shoko_add_series("Sousou no Frieren", 17617, episodes=1)
    episode = world.shoko_episodes_of(series)[0]
    shoko = FakeShoko(world, version=version, ping_interval=0.2, client_timeout=2)
    async with shoko, node(shoko) as client:
        first = await client.until("event", greeting)
        key = "totalCount" if version == 4 else "TotalCount"
        assert first["args"][0][key] == 0
        await client.until("connected")
        names = [seen.get("name") for seen in client.seen]
        assert ("ShokoEvent:OnConnected" in names) == (version < 6)
        pings = shoko.hub.pings_received
        await eventually(lambda: shoko.hub.pings_received >= pings + 3)
        file = await world.shoko_take_in("/anime/Frieren/Season 01/Frieren - 01.mkv", 1000, episode)
        report = await client.until("event", matched)
        assert report["args"][0]["fileID" if version == 4 else "FileID"] == file.id
        assert "hashed" in client.seen[-2]["name"].lower()

        shoko.fault = Fault.down()
        await client.until("reconnecting")
        shoko.fault = None
        await client.until("reconnected")
        await world.shoko_match(file, episode)
        await client.until("event", matched)
        assert (shoko.hub.accepted, shoko.hub.timed_out) == (2, 0)


@pytest.mark.timeout(120)
async def test_official_client_on_shoko_6(world: World, node: Callable[..., Any]) -> None:
    """Shoko 6 wants a key at the hub, and has methods; an unknown one is an error, not an end."""
    async with FakeShoko(world, version=6) as shoko:
        async with node(shoko, key="wrong") as client:
            assert "401" in (await client.until("refused"))["error"]
        async with node(shoko) as client:
            await client.until("connected")
            await client.send("feed.list_joined")
            assert (await client.until("result"))["value"] == ["file", "metadata", "queue", "release"]
            await client.send("no.such.method")
            await client.until("failed")
            await client.send("feed.join_many", ["user"])
            assert "user" in (await client.until("result"))["value"]


async def handshake(
    http: aiohttp.ClientSession, shoko: FakeShoko, **offer: Any
) -> aiohttp.ClientWebSocketResponse:
    """A WebSocket on which a handshake was offered."""
    async with http.post(f"{shoko.url}/signalr/aggregate/negotiate", params={"feeds": FEEDS}) as answer:
        token = (await answer.json())["connectionId"]
    socket = await http.ws_connect(f"{shoko.url}/signalr/aggregate", params={"id": token, "feeds": FEEDS})
    await socket.send_str(json.dumps({"protocol": "json", "version": 1} | offer) + SEPARATOR)
    return socket


@pytest.mark.parametrize("offer", [{"version": 0}, {"version": 2}, {"protocol": "messagepack"}])
async def test_refuses_other_protocols(
    world: World, http: aiohttp.ClientSession, offer: dict[str, Any]
) -> None:
    """Anything but JSON version 1 gets one error frame and is closed."""
    async with FakeShoko(world) as shoko:
        socket = await handshake(http, shoko, **offer)
        assert "error" in json.loads((await socket.receive_str(timeout=5)).rstrip(SEPARATOR))
        closed = await socket.receive(timeout=5)
        assert closed.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert (shoko.hub.accepted, len(shoko.hub.refused_handshakes)) == (0, 1)
        await socket.close()


async def test_drops_a_silent_client(world: World, http: aiohttp.ClientSession) -> None:
    """A client that sends no pings is told and dropped, though the server pings all the while."""
    async with FakeShoko(world, version=6, ping_interval=0.05, client_timeout=0.3) as shoko:
        session_headers = {"apikey": shoko.api_key}
        async with aiohttp.ClientSession(headers=session_headers) as mine:
            socket = await handshake(mine, shoko)
            frames = [json.loads(text) async for text in records(socket)]
        assert frames[0] == {}
        assert {"type": 6} in frames
        assert frames[-1]["type"] == 7
        assert shoko.hub.timed_out == 1


async def records(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[str]:
    """Every record until the server closes."""
    async for message in socket:
        for record in message.data.split(SEPARATOR)[:-1]:
            yield record


async def test_killed_hub(world: World, http: aiohttp.ClientSession) -> None:
    """Killed: clients fall off, new ones find nothing, REST goes on; restored: old tokens are unknown."""
    async with FakeShoko(world) as shoko:
        socket = await handshake(http, shoko)
        await eventually(lambda: shoko.hub.accepted == 1)
        async with http.post(f"{shoko.url}/signalr/aggregate/negotiate") as answer:
            old = (await answer.json())["connectionId"]
        shoko.kill_hub()
        types = [message.type async for message in socket]
        assert aiohttp.WSMsgType.CLOSE not in types
        async with http.post(f"{shoko.url}/signalr/aggregate/negotiate") as answer:
            assert answer.status == 404
        async with http.get(f"{shoko.url}/api/v3/Init/Status") as answer:
            assert answer.status == 200
        shoko.restore_hub()
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            await http.ws_connect(f"{shoko.url}/signalr/aggregate", params={"id": old})
        assert error.value.status == 404
        socket = await handshake(http, shoko)
        await eventually(lambda: shoko.hub.accepted == 2)
        await socket.close()
        await eventually(lambda: not shoko.hub.connections)


async def test_silent_hub(world: World, http: aiohttp.ClientSession) -> None:
    """A half-open line: connected, and nothing ever comes, neither pings nor events."""
    async with FakeShoko(world, ping_interval=0.02) as shoko:
        socket = await handshake(http, shoko)
        await eventually(lambda: shoko.hub.accepted == 1)
        shoko.hub.silent = True
        await drain(socket)
        await world.shoko_detect("/anime/A/a.mkv", 1)
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.2)
        await socket.close()


async def drain(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Read away what is on its way."""
    receive: Callable[[], Awaitable[Any]] = lambda: socket.receive(timeout=0.2)  # noqa: E731  read until quiet
    try:
        while True:
            await receive()
    except TimeoutError:
        return
