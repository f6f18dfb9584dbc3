"""Hubs that refuse the connection, are switched off or break the protocol."""

import asyncio
from dataclasses import replace
import logging

import aiohttp
from aiohttp import web
import pytest

from custom_components.status_tracker.clients.errors import CannotConnect, InvalidAuth
from tests.clients.push_helpers import QUICK, ServeHub, listening, plain, push
from tests.stack.shoko import FakeShoko
from tests.stack.signalr_hub import SEPARATOR


async def test_wrong_key_ends_it(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A hub that refuses the key, and REST that does too: no more tries."""
    connection = push(session, shoko, api_key="wrong")
    with pytest.raises(InvalidAuth):
        async with asyncio.timeout(5):
            await connection.run(lambda *_: None, lambda: None)
    assert shoko.count("negotiate") == 1


async def test_refused_while_starting(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A Shoko that is starting refuses every key: it is tried again."""
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
    assert "using polling only" in caplog.text


async def test_hub_switched_off(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A hub that is off is looked for at the slowest pace, and found when it is on again."""
    shoko.hub.enabled = False
    async with listening(push(session, shoko)) as heard:
        await asyncio.sleep(0.1)
        assert 1 <= shoko.count("negotiate") <= 8
        shoko.hub.enabled = True
        await heard.until(lambda: heard.connects == 1)


async def test_odd_hubs(session: aiohttp.ClientSession, serve_hub: ServeHub) -> None:
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

    url = await serve_hub(hub)
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


async def test_errors_are_told_without_the_servers_words(
    session: aiohttp.ClientSession, serve_hub: ServeHub, caplog: pytest.LogCaptureFixture
) -> None:
    """The library puts a whole answer into its error; none of it reaches the log."""
    caplog.set_level(logging.DEBUG)

    async def hub(request: web.Request) -> web.StreamResponse:
        """Refuse the socket with a secret."""
        if request.path.endswith("negotiate"):
            return web.json_response({"connectionId": "x"})
        return web.Response(status=418, headers={"X-Secret": "hush"})

    connection = plain(session, await serve_hub(hub))
    async with listening(connection) as heard:
        await heard.until(lambda: "418" in caplog.text)
    assert "hush" not in caplog.text
    assert CannotConnect.reason == "cannot_connect"
