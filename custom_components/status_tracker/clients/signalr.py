"""SignalR push connection: one connection at a time in a worker thread, supervised from the event loop.

The library is only used to connect. By itself it would wait without timeout during negotiation (done here
instead), reconnect only once, send no pings, not detect a silent connection, and block in `stop()` until
the next frame. So every connection is a new object, which is pinged, monitored and closed from here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
import logging
import socket
import ssl
import time
from typing import Any, override

from aiohttp import ClientSession

from .errors import BadAnswer, CannotConnect, ClientError, InvalidAuth, NotFound, TimedOut, TlsFailed
from .http import HttpClient
from .push import PACE, Blocking, OnEvent, Pace, fold_keys

LOGGER = logging.getLogger(__name__)
LIBRARY = "SignalRCoreClient"


class SignalRConnection(HttpClient):
    """PushConnection to a SignalR hub with JSON protocol version 1."""

    name = "SignalR"

    def __init__(
        self,
        session: ClientSession,
        url: str,
        path: str,
        *,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        events: Sequence[str],
        verify: Callable[[], Awaitable[None]],
        verify_ssl: bool = True,
        run_blocking: Blocking = asyncio.to_thread,
        pace: Pace = PACE,
    ) -> None:
        """Initialize without connecting; `verify` raises InvalidAuth only if the API key is invalid."""
        super().__init__(session, url, timeout=pace.connect)
        self.connected = False
        self._path = path
        self._params = params
        self._key = headers
        self._events = events
        self._verify = verify
        self._verify_ssl = verify_ssl
        self._run_blocking = run_blocking
        self._pace = pace

    @override
    def _headers(self) -> dict[str, str]:
        """Return the authentication headers."""
        return dict(self._key)

    async def run(self, on_event: OnEvent, on_connected: Callable[[], None]) -> None:
        """Run the connection until cancelled; raises InvalidAuth if the API key is rejected permanently."""
        delay = self._pace.back_off
        while True:
            begun = time.monotonic()
            try:
                await self._hold(await self._negotiate(), on_event, on_connected)
                LOGGER.debug("Push connection lost")
            except NotFound:
                LOGGER.debug("Push connections are disabled in the service")
                delay = self._pace.back_off_max
            except InvalidAuth:
                await self._confirm_refusal()
                delay = self._pace.back_off_max
            except ClientError as err:
                LOGGER.debug("Failed to establish the push connection: %s", err)
            if time.monotonic() - begun >= self._pace.settled:
                delay = self._pace.back_off
            await asyncio.sleep(delay * (1 + self._pace.jitter()))
            delay = min(delay * 2, self._pace.back_off_max)

    async def _confirm_refusal(self) -> None:
        """Raise InvalidAuth if other requests are rejected too; a starting service rejects everything."""
        try:
            await self._verify()
        except InvalidAuth:
            raise
        except ClientError as err:
            LOGGER.debug("The hub rejected the API key, failed to verify it: %s", err)
        else:
            LOGGER.warning("The hub rejected a valid API key, using polling only")

    async def _negotiate(self) -> str:
        """Return the URL of a new connection, including its id."""
        answer, response = await self._call("POST", f"{self._path}/negotiate", params=self._params)
        if not isinstance(answer, dict):
            raise BadAnswer("SignalR: invalid negotiation response")
        token = answer.get("connectionToken") or answer.get("connectionId")
        if not isinstance(token, str):
            raise BadAnswer("SignalR: no connection token received")
        # Based on the response URL, so that a redirect to TLS also applies to the socket.
        return str(response.url.parent.with_query({**self._params, "id": token}))

    async def _hold(self, url: str, on_event: OnEvent, on_connected: Callable[[], None]) -> None:
        """Connect and return when the connection is lost; always releases its resources."""
        attempt = _Attempt(url, self._headers(), self._events, on_event, verify_ssl=self._verify_ssl)
        connecting = asyncio.ensure_future(self._run_blocking(attempt.connect))
        try:
            await asyncio.wait([connecting], timeout=self._pace.connect)
            if not connecting.done():
                raise TimedOut("SignalR: timed out connecting")
            connecting.result()
            try:
                await asyncio.wait_for(attempt.opened.wait(), self._pace.handshake)
            except TimeoutError as err:
                raise CannotConnect("SignalR: handshake failed") from err
            if attempt.closed.is_set():
                return
            self.connected = True
            on_connected()
            await self._watch(attempt)
        finally:
            self.connected = False
            attempt.abandon()
            await self._clear(attempt, connecting)

    async def _watch(self, attempt: _Attempt) -> None:
        """Send pings until the connection closes or has been silent for too long."""
        while time.monotonic() - attempt.heard < self._pace.silence:
            try:
                await asyncio.wait_for(attempt.closed.wait(), self._pace.ping)
            except TimeoutError:
                if await self._ping(attempt):
                    continue
            return
        LOGGER.debug("Push connection timed out")

    async def _ping(self, attempt: _Attempt) -> bool:
        """Return whether a ping could be sent within the time limit."""
        try:
            async with asyncio.timeout(self._pace.connect):
                return bool(await self._run_blocking(attempt.ping))
        except TimeoutError:
            return False

    async def _clear(self, attempt: _Attempt, connecting: asyncio.Future[None]) -> None:
        """Wait a limited time for the threads of a connection; otherwise they end by themselves later."""
        until = time.monotonic() + self._pace.close
        while not connecting.done() and time.monotonic() < until:
            attempt.abandon()  # its socket may have been opened only now
            await asyncio.wait([connecting], timeout=0.05)
        if connecting.done() and not connecting.cancelled():
            connecting.exception()  # already handled; marks it as retrieved
            await self._run_blocking(partial(attempt.close, self._pace.close))


class _Attempt:
    """A connection of the library; its methods run in worker threads unless documented otherwise."""

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        events: Sequence[str],
        on_event: OnEvent,
        *,
        verify_ssl: bool,
    ) -> None:
        """Initialize in the event loop, without connecting."""
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()
        self.heard = time.monotonic()
        self._loop = asyncio.get_running_loop()
        self._url = url
        self._headers = headers
        self._events = events
        self._on_event = on_event
        self._verify_ssl = verify_ssl
        self._abandoned = False
        self._hub: Any = None

    def connect(self) -> None:
        """Open the socket and send the handshake; raises ClientError. Blocking, like the library import."""
        try:
            self._hub = self._build()
            if not self._abandoned:
                self._hub.start()
        except ssl.SSLError as err:
            raise TlsFailed(f"SignalR: {type(err).__name__}") from err
        except OSError as err:
            raise CannotConnect(f"SignalR: {type(err).__name__}") from err
        except Exception as err:  # noqa: BLE001  the library raises plain exceptions with the response as text
            status = str(err).partition("HTTP/1.1 ")[2][:3]
            if status in ("401", "403"):
                raise InvalidAuth("SignalR: the hub rejected the API key") from None
            raise CannotConnect(f"SignalR: {type(err).__name__} {status}".rstrip()) from None
        finally:
            if self._abandoned:
                self.close(PACE.close)  # the waiting task may have been cancelled

    def ping(self) -> bool:
        """Send a ping; False if the connection is closed."""
        from signalrcore.messages.ping_message import PingMessage  # noqa: PLC0415  loaded by connect()

        self._hub.transport.send(PingMessage())
        return bool(self._hub.transport.is_connected())

    def abandon(self) -> None:
        """Ignore further events and wake the threads; does not block, callable from any thread."""
        self._abandoned = True
        self._shut()

    def close(self, limit: float) -> None:
        """End the thread and release the socket, within a time limit in seconds."""
        self._shut()
        client = self._client()
        thread = getattr(client, "recv_thread", None)
        if thread is not None:
            thread.join(limit)
            if thread.is_alive():
                return  # stop() would wait for it indefinitely
        if self._hub is not None:
            self._hub.stop()
        if (sock := getattr(client, "sock", None)) is not None:
            sock.close()

    def _build(self) -> Any:
        """Return the connection object of the library."""
        from signalrcore.hub_connection_builder import HubConnectionBuilder  # noqa: PLC0415  blocking import
        from signalrcore.protocol.json_hub_protocol import JsonHubProtocol  # noqa: PLC0415  as above

        logging.getLogger(LIBRARY).disabled = True  # it logs API keys, also after level changes
        protocol: Any = JsonHubProtocol(version=1)  # otherwise the library negotiates version 0
        parse = protocol.parse_messages

        def parse_and_note(raw: str) -> Any:
            """Store the time of every frame."""
            self.heard = time.monotonic()
            return parse(raw)

        offer = protocol.handshake_message

        def guard_and_offer() -> Any:
            """Install a close check before the first message, so that its thread does not raise then."""
            transport = self._hub.transport
            transport.send = partial(self._send, transport.send)
            return offer()

        protocol.parse_messages, protocol.handshake_message = parse_and_note, guard_and_offer
        options = {"headers": self._headers, "verify_ssl": self._verify_ssl, "skip_negotiation": True}
        hub = HubConnectionBuilder().with_url(self._url, options=options).with_hub_protocol(protocol).build()
        hub.on_open(partial(self._tell, self.opened.set))
        hub.on_close(partial(self._tell, self._mark_closed))
        for name in self._events:
            hub.on(name, partial(self._tell, self._deliver, name))
        return hub

    def _send(self, send: Callable[[Any], None], message: Any) -> None:
        """Send a message; a closed socket only ends the connection."""
        try:
            send(message)
        except OSError, ValueError:
            self._tell(self._mark_closed)

    def _tell(self, callback: Callable[..., None], *args: Any) -> None:
        """Schedule a call in the event loop; an exception here would make the library drop the connection."""
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            self._abandoned = True  # the loop is closed

    def _mark_closed(self) -> None:
        """Mark the connection as closed, possibly before it was opened. Runs in the event loop."""
        self.closed.set()
        self.opened.set()

    def _deliver(self, name: str, arguments: Any) -> None:
        """Pass on an event of the current connection. Runs in the event loop."""
        if self._abandoned:
            return
        payload = fold_keys(arguments[0]) if isinstance(arguments, list) and arguments else None
        try:
            self._on_event(name, payload if isinstance(payload, dict) else {})
        except Exception:
            LOGGER.exception("Unexpected error processing event %s", name)

    def _client(self) -> Any:
        """Return the socket client of the library, None if there is none."""
        return getattr(getattr(self._hub, "transport", None), "_client", None)

    def _shut(self) -> None:
        """Shut down the socket, which wakes waiting threads; closing it would not."""
        sock = getattr(self._client(), "sock", None)
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # already disconnected
