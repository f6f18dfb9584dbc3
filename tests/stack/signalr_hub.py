"""A SignalR hub over WebSockets: the JSON protocol, version 1 only, with pings and a client time limit."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
import json
import time
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

SEPARATOR = "\x1e"
PING = {"type": 6}

type Frame = dict[str, Any]
type HubMethod = Callable[[HubConnection, list[Any]], Awaitable[Any]]


@dataclass(slots=True, eq=False)
class HubConnection:
    """One client that has finished its handshake (or is about to)."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport
    feeds: set[str]
    outbox: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    last_received: float = field(default_factory=time.monotonic)
    ready: bool = False

    def post(self, frame: Frame) -> None:
        """Queue one message; the writer task sends it in order."""
        self.outbox.put_nowait(json.dumps(frame) + SEPARATOR)

    def abort(self) -> None:
        """Cut the TCP connection without any goodbye."""
        self.transport.abort()


class SignalRHub:
    """The hub; every knob may be turned while it runs."""

    def __init__(
        self,
        *,
        ping_interval: float = 15.0,
        client_timeout: float = 60.0,
        handshake_timeout: float = 15.0,
        known_feeds: Iterable[str] = (),
        authorize: Callable[[web.Request], bool] | None = None,
        on_connected: Callable[[HubConnection], None] | None = None,
        methods: dict[str, HubMethod] | None = None,
    ) -> None:
        """Times are seconds; `authorize` None accepts every client, as Shoko 4 and 5 do."""
        self.ping_interval = ping_interval
        self.client_timeout = client_timeout
        self.handshake_timeout = handshake_timeout
        self.known_feeds = frozenset(known_feeds)
        self.authorize = authorize
        self.on_connected = on_connected
        self.methods = methods or {}
        self.enabled = True
        self.silent = False
        self.connections: list[HubConnection] = []
        self.accepted = 0
        self.timed_out = 0
        self.pings_received = 0
        self.refused_handshakes: list[str] = []
        self.sent: list[tuple[str, list[Any]]] = []
        self._tokens: set[str] = set()

    def routes(self, path: str) -> list[web.RouteDef]:
        """The two routes of a hub, for an aiohttp application."""
        return [web.post(f"{path}/negotiate", self.negotiate), web.get(path, self.connect)]

    def broadcast(self, target: str, *arguments: Any, feed: str | None = None) -> None:
        """Invoke `target` on every client, or on those that joined `feed`; sent in the order of the calls."""
        self.sent.append((target, list(arguments)))
        frame = {"type": 1, "target": target, "arguments": list(arguments)}
        for connection in self.connections:
            if connection.ready and (feed is None or feed in connection.feeds):
                connection.post(frame)

    def drop_all(self) -> None:
        """Cut every client's connection abruptly; the tokens die with it, as in a restarted process."""
        self._tokens.clear()
        for connection in list(self.connections):
            connection.abort()

    async def negotiate(self, request: web.Request) -> web.Response:
        """POST …/negotiate: hand out a connection token."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        token = uuid4().hex
        self._tokens.add(token)
        version = min(int(request.query.get("negotiateVersion", "0")), 1)
        answer: Frame = {
            "negotiateVersion": version,
            "connectionId": uuid4().hex if version else token,
            "availableTransports": [{"transport": "WebSockets", "transferFormats": ["Text", "Binary"]}],
        }
        if version:
            answer["connectionToken"] = token
        return web.json_response(answer)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """GET …: the WebSocket itself; an unknown id is 404, no id at all skips the negotiation."""
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if (token := request.query.get("id")) is not None:
            if token not in self._tokens:
                return web.Response(status=404, text="unknown connection id")
            self._tokens.discard(token)
        socket = web.WebSocketResponse(autoping=True, timeout=0.5)
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        asked = set(request.query.get("feeds", "").split(",")) - {""}
        connection = HubConnection(socket, transport, asked & self.known_feeds if self.known_feeds else asked)
        self.connections.append(connection)
        writer = asyncio.create_task(self._write(connection))
        try:
            await self._serve(connection)
        finally:
            self.connections.remove(connection)
            connection.outbox.put_nowait(None)
            with suppress(ConnectionError):
                await writer
                await socket.close()
        return socket

    def _refusal(self, request: web.Request) -> web.Response | None:
        """404 when the hub is switched off, 401 when the client may not enter."""
        if not self.enabled:
            return web.Response(status=404)
        if self.authorize is not None and not self.authorize(request):
            return web.Response(status=401)
        return None

    async def _serve(self, connection: HubConnection) -> None:
        """Handshake, then messages until the client goes or falls silent."""
        buffer = ""
        while True:
            limit = self.client_timeout if connection.ready else self.handshake_timeout
            waited = time.monotonic() - connection.last_received
            try:
                message = await asyncio.wait_for(connection.socket.receive(), max(limit - waited, 0.001))
            except TimeoutError:
                if time.monotonic() - connection.last_received < (
                    self.client_timeout if connection.ready else self.handshake_timeout
                ):
                    continue
                self.timed_out += 1
                connection.post({"type": 7, "error": "no message from the client for too long"})
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            connection.last_received = time.monotonic()
            data = message.data if isinstance(message.data, str) else message.data.decode()
            *records, buffer = (buffer + data).split(SEPARATOR)
            for record in records:
                if not connection.ready:
                    if not self._shake_hands(connection, record):
                        return
                elif not await self._handle(connection, json.loads(record)):
                    return

    def _shake_hands(self, connection: HubConnection, record: str) -> bool:
        """Accept {"protocol":"json","version":1}; anything else gets an error frame and the door."""
        try:
            offer = json.loads(record)
        except ValueError:
            offer = {}
        if offer.get("protocol") != "json" or offer.get("version") != 1:
            self.refused_handshakes.append(record)
            protocol, version = offer.get("protocol"), offer.get("version")
            connection.outbox.put_nowait(
                json.dumps({"error": f"unsupported: protocol {protocol!r}, version {version!r}"}) + SEPARATOR
            )
            return False
        connection.outbox.put_nowait("{}" + SEPARATOR)
        connection.ready = True
        self.accepted += 1
        if self.on_connected is not None:
            self.on_connected(connection)
        return True

    async def _handle(self, connection: HubConnection, frame: Frame) -> bool:
        """One client message; False ends the connection."""
        match frame.get("type"):
            case 1:
                await self._invoke(connection, frame)
            case 6:
                self.pings_received += 1
            case 7:
                return False
        return True

    async def _invoke(self, connection: HubConnection, frame: Frame) -> None:
        """Call a hub method and answer it when the client gave an invocation id."""
        method = self.methods.get(str(frame.get("target", "")).lower())
        answer: Frame = {"type": 3, "invocationId": frame.get("invocationId")}
        if method is None:
            answer["error"] = f"no such method: {frame.get('target')}"
        else:
            answer["result"] = await method(connection, frame.get("arguments", []))
        if frame.get("invocationId") is not None:
            connection.post(answer)

    async def _write(self, connection: HubConnection) -> None:
        """Send what is queued, and a ping whenever the line was quiet for the interval."""
        while True:
            try:
                text = await asyncio.wait_for(connection.outbox.get(), self.ping_interval)
            except TimeoutError:
                if not connection.ready:
                    continue
                text = json.dumps(PING) + SEPARATOR
            if text is None:
                return
            if self.silent:
                continue
            try:
                await connection.socket.send_str(text)
            except ConnectionError, RuntimeError:
                return
