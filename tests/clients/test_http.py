"""What every client shares: addresses, redirects, answers that are none, the error tree."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
from unittest.mock import patch

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import pytest

from custom_components.status_tracker.clients.errors import (
    BadAnswer,
    CannotConnect,
    ClientError,
    InvalidAuth,
    InvalidUrl,
    NotFound,
    NotReady,
    TimedOut,
    TlsFailed,
    WrongService,
)
from custom_components.status_tracker.clients.http import HttpClient, normalise_url

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Serve = Callable[[Handler], Awaitable[HttpClient]]


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("nas:7878", "http://nas:7878"),
        (" http://nas:7878/radarr/ ", "http://nas:7878/radarr"),
        ("https://nas.example/a/b//", "https://nas.example/a/b"),
        ("http://me:secret@nas/?x=1#y", "http://nas"),
        ("http://[::1]:8096", "http://[::1]:8096"),
    ],
)
def test_addresses(typed: str, url: str) -> None:
    """An address is kept as it is meant: sub-path and port, no login, no slash at the end."""
    assert normalise_url(typed) == url


@pytest.mark.parametrize("typed", ["", "ftp://nas", "http://", "http://nas:port", "foo bar", "file:///etc"])
def test_what_is_no_address(typed: str) -> None:
    """What no request can be sent to is refused before one is."""
    with pytest.raises(InvalidUrl):
        normalise_url(typed)


@pytest.fixture(name="serve")
async def serve_fixture(socket_enabled: None) -> AsyncIterator[Serve]:
    """Serve every path with one handler, and return a client of it that lives below a path."""
    servers: list[TestServer] = []
    async with ClientSession() as session:

        async def serve(handler: Handler) -> HttpClient:
            """Start one."""
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", handler)
            server = TestServer(app, host="127.0.0.1")
            await server.start_server()
            servers.append(server)
            return HttpClient(session, str(server.make_url("/below/it/")), timeout=1)

        yield serve
    for server in servers:
        await server.close()


async def test_the_sub_path_is_kept(serve: Serve) -> None:
    """A call goes below the address, with repeated parameters as they are given."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"path": request.path, "ids": request.query.getall("id")})

    client = await serve(answer)
    assert await client._get("/api/x", {"id": [1, 2]}) == {"path": "/below/it/api/x", "ids": ["1", "2"]}


def _says(**answer: object) -> Handler:
    """Return a handler that always answers this."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(**answer)  # type: ignore[arg-type]  # aiohttp's own names

    return handler


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401}, InvalidAuth),
        ({"status": 403}, InvalidAuth),
        ({"status": 404}, NotFound),
        ({"status": 418}, BadAnswer),
        ({"status": 500}, BadAnswer),
        ({"status": 502}, NotReady),
        ({"status": 503}, NotReady),
        ({"status": 429}, NotReady),
        ({"text": "<!doctype html><title>Log in</title>"}, WrongService),
        ({"text": "  <html>"}, WrongService),
        ({"text": "{not json"}, BadAnswer),
        ({"status": 302, "headers": {"Location": "/login"}}, WrongService),
        ({"status": 307, "headers": {"Location": "http://elsewhere.example/below/it/x"}}, WrongService),
        ({"status": 302, "headers": {"Location": "/below/it/x"}}, WrongService),  # without end
        ({"status": 302, "headers": {"Location": "http://[bad"}}, WrongService),
    ],
)
async def test_answers_that_are_none(
    serve: Serve, answer: dict[str, object], error: type[ClientError]
) -> None:
    """Each has its own error, and none tells more than method and path."""
    client = await serve(_says(**answer))
    with pytest.raises(error) as caught:
        await client._get("/x", {"apikey": "secret"})
    assert type(caught.value) is error
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


async def test_empty_answer(serve: Serve) -> None:
    """Nothing is an answer too."""
    client = await serve(_says(status=200))
    assert await client._get("/x") is None


async def test_a_body_is_not_lost_in_a_redirect(serve: Serve) -> None:
    """A POST is not turned into a GET; what keeps the body is followed."""
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(await request.text())
        if len(seen) == 1:
            return web.Response(status=307, headers={"Location": f"{request.path}/"})
        return web.json_response(True)

    client = await serve(answer)
    assert (await client._call("POST", "/x", json={"a": 1}))[0] is True
    assert seen == ['{"a": 1}'] * 2
    client = await serve(_says(status=301, headers={"Location": "/below/it/x/"}))
    with pytest.raises(WrongService):
        await client._call("POST", "/x", json={"a": 1})


async def test_no_answer_in_time(serve: Serve) -> None:
    """A service that hangs is given up."""
    hanging = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await hanging.wait()
        return web.Response()

    client = await serve(answer)
    with pytest.raises(TimedOut):
        await client._call("GET", "/x", timeout=0.05)
    hanging.set()


async def test_an_answer_without_end(serve: Serve) -> None:
    """A body is read only so far."""
    client = await serve(_says(text="x" * 70_000))
    with (
        patch("custom_components.status_tracker.clients.http.MAX_BYTES", 1000),
        pytest.raises(BadAnswer, match="too large"),
    ):
        await client._get("/x")


async def test_nobody_there(socket_enabled: None, unused_tcp_port: int) -> None:
    """A refused connection is told as such."""
    async with ClientSession() as session:
        with pytest.raises(CannotConnect) as caught:
            await HttpClient(session, f"http://127.0.0.1:{unused_tcp_port}")._get("/x")
    assert type(caught.value) is CannotConnect


def _self_signed(folder: Path) -> ssl.SSLContext:
    """Return a server's side of TLS with an untrusted certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nas")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


async def test_tls(socket_enabled: None, tmp_path: Path) -> None:
    """An untrusted certificate and a port without TLS have errors other than a dead port's."""
    app = web.Application()
    app.router.add_get("/x", _says(text="true"))
    server = TestServer(app, host="127.0.0.1")
    plain = TestServer(web.Application(), host="127.0.0.1")
    await server.start_server(ssl=_self_signed(tmp_path))
    await plain.start_server()
    try:
        async with ClientSession() as session:
            for port in (server.port, plain.port):
                with pytest.raises(TlsFailed):
                    await HttpClient(session, f"https://127.0.0.1:{port}")._get("/x")
    finally:
        await server.close()
        await plain.close()


async def test_what_is_the_same_is_parsed_once(serve: Serve) -> None:
    """While the body is the same, so is the object, whatever else was asked; then it is parsed again."""
    bodies = {"/below/it/a": "[1]", "/below/it/b": "[1]"}

    async def answer(request: web.Request) -> web.Response:
        """Answer with the body of the path."""
        return web.Response(text=bodies[request.path], content_type="application/json")

    client = await serve(answer)

    async def ask(path: str, **params: str) -> list[int]:
        """Ask for a path."""
        return await client._get_parsed(path, list[int], params)

    first = await ask("a")
    assert await ask("b") is not first
    assert await ask("a", date="2026-11-28") is first
    bodies["/below/it/a"] = "[1, 2]"
    assert await ask("a") == [1, 2]
    bodies["/below/it/a"] = "no JSON"
    with pytest.raises(BadAnswer):
        await ask("a")
    bodies["/below/it/a"] = "[1]"
    assert await ask("a") == [1]
