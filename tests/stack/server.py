"""The common floor of every simulated service: an aiohttp server on loopback, its call log and its faults."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
import socket
from typing import Any, Self

from aiohttp import web

from .faults import Fault

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HTML_PAGE = "<!doctype html><html><head><title>Welcome</title></head><body><div id=root></div></body></html>"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call; `path` is without the URL base, `query` the first value of each name."""

    method: str
    path: str
    query: dict[str, str]
    at: datetime
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class StackServer:
    """A service on 127.0.0.1. Subclasses add routes in `__init__` with `route`."""

    name = "service"

    def __init__(self, *, port: int = 0, api_key: str = "", url_base: str = "") -> None:
        """Make it; nothing listens before `start`. `url_base` is a sub-path such as `/radarr`."""
        self.port = port
        self.api_key = api_key
        self.url_base = "/" + url_base.strip("/") if url_base.strip("/") else ""
        self.calls: list[Call] = []
        self.app = web.Application(middlewares=[self._front], client_max_size=64 * 2**20)
        self._fault: Fault | None = None
        self._released = asyncio.Event()
        self._called = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- life ------------------------------------------------------------------------------------------

    async def start(self) -> Self:
        """Listen; with port 0 a free one is taken and kept for restarts."""
        self._runner = web.AppRunner(
            self.app, handler_cancellation=True, access_log=None, shutdown_timeout=1.0
        )
        await self._runner.setup()
        await self._listen(self._bind())
        return self

    async def stop(self) -> None:
        """Close everything, also calls that hang; no socket and no task stays behind."""
        self._released.set()
        self._hang_up()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        """Start."""
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def url(self) -> str:
        """Address with URL base, no slash at the end."""
        return f"http://127.0.0.1:{self.port}{self.url_base}"

    @property
    def listening(self) -> bool:
        """Whether the service runs; a service that is down sends no webhooks either."""
        return self._runner is not None and not (self._fault and self._fault.kind == "down")

    def background(self, coro: Awaitable[Any]) -> asyncio.Task[Any]:
        """Run something that ends with the server at the latest."""
        task: asyncio.Task[Any] = asyncio.ensure_future(coro)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # -- routes ----------------------------------------------------------------------------------------

    def route(self, method: str, path: str, handler: Handler) -> None:
        """Add a route below the URL base."""
        self.app.router.add_route(method, self.url_base + path, handler)

    # -- calls -----------------------------------------------------------------------------------------

    def clear_calls(self) -> None:
        """Forget the log, so that the calls of one cycle can be counted."""
        self.calls.clear()

    async def wait_for_calls(self, number: int = 1, contains: str = "") -> None:
        """Wait until so many calls are logged (also those that hang) whose path contains this text."""
        while self.count(contains) < number:
            self._called.clear()
            await self._called.wait()

    def count(self, contains: str = "", method: str = "") -> int:
        """How many logged calls have this text in their path, and this method."""
        return sum(contains in call.path and method in ("", call.method) for call in self.calls)

    # -- faults ----------------------------------------------------------------------------------------

    @property
    def fault(self) -> Fault | None:
        """What is wrong with the server at the moment; set it to break or, with None, to heal it."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        """Break or heal; calls that hang are let go, a listener that was down is back on its port."""
        was_down = self._fault is not None and self._fault.kind == "down"
        self._fault = fault
        self._released.set()
        self._released = asyncio.Event()
        is_down = fault is not None and fault.kind == "down"
        if self._runner is None or was_down == is_down:
            return
        if is_down:
            self._hang_up()
        else:
            self.background(self._listen(self._bind()))

    @property
    def refuses_keys(self) -> bool:
        """Whether every credential is to be refused now."""
        return self._fault is not None and self._fault.kind == "bad_key"

    def accepts_key(self, key: str | None) -> bool:
        """Whether this is the right key, and keys are accepted at all."""
        return key == self.api_key and not self.refuses_keys

    def drop_connections(self) -> None:
        """Cut every open connection, websockets too, and go on listening."""
        if self._listener is not None:
            self._listener.abort_clients()

    # -- inside ----------------------------------------------------------------------------------------

    def _bind(self) -> socket.socket:
        """A listening socket; connections queue in the kernel from now on."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", self.port))
        sock.listen(128)
        sock.setblocking(False)
        self.port = sock.getsockname()[1]
        return sock

    async def _listen(self, sock: socket.socket) -> None:
        """Serve what comes in on the socket."""
        if self._runner is None or self._runner.server is None:
            sock.close()
            return
        self._listener = await asyncio.get_running_loop().create_server(self._runner.server, sock=sock)

    def _hang_up(self) -> None:
        """Stop listening and cut what is connected."""
        if self._listener is not None:
            self._listener.close()
            self._listener.abort_clients()
            self._listener = None

    @web.middleware
    async def _front(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Log the call, then answer as the fault of the moment wants."""
        body = await request.read() if request.can_read_body else b""
        path = request.path.removeprefix(self.url_base) or "/"
        query = {name: request.query[name] for name in request.query}
        self.calls.append(Call(request.method, path, query, datetime.now(UTC), body, dict(request.headers)))
        self._called.set()
        fault = self._take_fault(path)
        if fault is None:
            return await handler(request)
        if fault.kind == "hang":
            await self._released.wait()
            if self._runner is None or request.transport is None:
                raise web.HTTPServiceUnavailable
            return await handler(request)
        if fault.kind == "slow":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), fault.seconds)
            return await handler(request)
        if fault.kind == "status":
            return self._refuse(fault)
        if fault.kind == "html":
            return web.Response(text=HTML_PAGE, content_type="text/html")
        if fault.kind == "garbage":
            return web.Response(text='{"records": [{"id": 1, "tit', content_type="application/json")
        if fault.kind == "redirect":
            location = fault.location or str(request.rel_url)
            return web.Response(status=fault.code, headers={"Location": location})
        response = await handler(request)
        if fault.kind in ("reset", "truncated", "huge") and isinstance(response, web.Response):
            return await self._spoil(fault, request, response)
        if fault.kind == "lying" and fault.mutate is not None and isinstance(response, web.Response):
            return self._lie(fault.mutate, path, response)
        return response

    @staticmethod
    def _refuse(fault: Fault) -> web.Response:
        """The answer with the status of a fault; a page if its body is one."""
        kind = "text/html" if fault.body.startswith("<") else "text/plain"
        return web.Response(
            status=fault.code, text=fault.body, content_type=kind, headers=dict(fault.headers)
        )

    @staticmethod
    async def _spoil(fault: Fault, request: web.Request, response: web.Response) -> web.StreamResponse:
        """The right answer, but cut off, or filled up with blanks."""
        body = response.body if isinstance(response.body, bytes) else b""
        if fault.kind == "huge":
            return web.Response(
                status=response.status, body=body + b" " * fault.size, content_type=response.content_type
            )
        half = body[: len(body) // 2]
        if fault.kind == "truncated":
            return web.Response(status=response.status, body=half, content_type=response.content_type)
        cut = web.StreamResponse(status=response.status, headers={"Content-Length": str(len(body) + 1)})
        await cut.prepare(request)
        await cut.write(half)
        if request.transport is not None:
            request.transport.abort()
        return cut

    def _take_fault(self, path: str) -> Fault | None:
        """The fault that meets this call, used up by one."""
        fault = self._fault
        if fault is None or fault.only not in path:
            return None
        if fault.times is not None:
            if fault.times <= 0:
                return None
            fault.times -= 1
        return fault

    @staticmethod
    def _lie(mutate: Callable[[str, Any], Any], path: str, response: web.Response) -> web.Response:
        """The same answer with changed JSON; what is not JSON stays."""
        if "json" not in response.content_type or not response.text:
            return response
        changed = mutate(path, json.loads(response.text))
        return web.json_response(changed, status=response.status)
