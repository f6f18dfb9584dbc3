"""The floor of the stack: faults of every kind, and nothing left behind."""

import asyncio

import aiohttp
from aiohttp import web
import pytest

from tests.stack.server import Fault, StackServer


class Echo(StackServer):
    """A service with one JSON page."""

    def __init__(self, **options: object) -> None:
        """Serve `/page`."""
        super().__init__(api_key="right", **options)  # type: ignore[arg-type]  # port, url_base
        self.route("GET", "/page", self._page)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """A page for whom has the key."""
        if not self.accepts_key(request.query.get("key")):
            return web.Response(status=401)
        return web.json_response({"number": 1})


async def read(url: str, **options: object) -> tuple[int, str]:
    """Status and text of a page."""
    timeout = aiohttp.ClientTimeout(total=0.3)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, allow_redirects=False, **options) as answer,  # type: ignore[arg-type]  # passed on
    ):
        return answer.status, await answer.text()


async def test_logs_calls_without_url_base() -> None:
    """The log names paths below the URL base, with their query."""
    async with Echo(url_base="base/") as server:
        assert (await read(f"{server.url}/page?key=right"))[0] == 200
        assert [(call.method, call.path, call.query) for call in server.calls] == [
            ("GET", "/page", {"key": "right"})
        ]
        assert server.count("page") == 1
        server.clear_calls()
        assert server.calls == []


async def test_down_really_refuses_and_comes_back_on_the_same_port() -> None:
    """No listener while down, the same address afterwards, open connections cut."""
    async with Echo() as server, aiohttp.ClientSession() as session:
        url = f"{server.url}/page?key=right"
        async with session.get(url) as answer:
            assert answer.status == 200
        server.fault = Fault.down()
        assert not server.listening
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(url)
        server.fault = None
        async with session.get(url) as answer:
            assert answer.status == 200
        assert server.url in url


async def test_hang_answers_nothing_until_healed() -> None:
    """A call that hangs gets its right answer when the fault is gone."""
    async with Echo() as server, aiohttp.ClientSession() as session:
        server.fault = Fault.hang()
        with pytest.raises(TimeoutError):
            await read(f"{server.url}/page?key=right")
        waiting = asyncio.create_task(session.get(f"{server.url}/page?key=right"))
        await server.wait_for_calls(2)
        server.fault = None
        assert (await waiting).status == 200


async def test_stop_ends_calls_that_hang() -> None:
    """Stopping does not wait for a hanging call, and the caller learns of it."""
    server = await Echo().start()
    server.fault = Fault.hang()
    waiting = asyncio.create_task(read(f"{server.url}/page"))
    await server.wait_for_calls()
    await server.stop()
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await waiting


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (Fault.status(502, "bad gateway"), 502, "bad gateway"),
        (Fault.html(), 200, "<!doctype html>"),
        (Fault.garbage(), 200, '{"records"'),
        (Fault.redirect("/login"), 302, ""),
        (Fault.bad_key(), 401, ""),
        (Fault.lying(lambda _, data: data | {"number": "one"}), 200, '{"number": "one"}'),
        (Fault.slow(0.01), 200, '{"number": 1}'),
    ],
)
async def test_faults(fault: Fault, status: int, text: str) -> None:
    """Each kind shows as it should, and is gone when taken away."""
    async with Echo() as server:
        url = f"{server.url}/page?key=right"
        server.fault = fault
        answer = await read(url)
        assert answer[0] == status
        assert answer[1].startswith(text)
        server.fault = None
        assert await read(url) == (200, '{"number": 1}')


async def test_a_fault_can_be_limited() -> None:
    """To some paths, and to a number of calls."""
    async with Echo() as server:
        url = f"{server.url}/page?key=right"
        server.fault = Fault.status(500, only="/other")
        assert (await read(url))[0] == 200
        server.fault = Fault.status(500, times=1)
        assert [(await read(url))[0] for _ in range(2)] == [500, 200]
