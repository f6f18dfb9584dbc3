"""The addresses people paste from their browser."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
from typing import Any

from aiohttp import ClientSession, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.clients.errors import (
    CannotConnect,
    ClientError,
    InvalidAuth,
    TlsFailed,
    WrongService,
)
from custom_components.status_tracker.flows import addresses
from custom_components.status_tracker.flows.addresses import OtherScheme, async_find, origins, paths
from custom_components.status_tracker.pipeline.enums import Service

from ..stack.server import Fault
from .house import House, house_fixture, setup_entry_fixture  # noqa: F401  fixtures

PAGES = {
    "seerr": ["/", "/settings/main", "/requests?filter=all", "/movie/45745#cast", "/login"],
    "radarr": ["/settings/general", "/movie/45745", "/activity/queue?page=2"],
    "sonarr": ["/settings/general", "/series/the-show"],
    "jellyfin": ["/web/index.html#!/home.html", "/web/#/dashboard"],
    "qbittorrent": ["/index.html", "/#/torrents"],
    "shoko": ["/webui/", "/webui/settings/general"],
}


@pytest.mark.parametrize(("kind", "page"), [(kind, page) for kind, pages in PAGES.items() for page in pages])
async def test_any_page(hass: HomeAssistant, house: House, kind: str, page: str) -> None:
    """The address of a page is that of the service."""
    data, _ = await async_find(
        hass, Service(kind), {**house.kept(kind), "url": house.server(kind).url + page}
    )
    assert data["url"] == house.server(kind).url
    if kind == "qbittorrent":
        assert house.qbittorrent.gate.login_attempts == 1


async def test_below_a_path(hass: HomeAssistant, house: House) -> None:
    """A path that belongs to the address stays."""
    url = house.sonarr.url
    assert url.endswith("/sonarr")
    data, _ = await async_find(hass, Service.SONARR, {**house.kept("sonarr"), "url": f"{url}/settings/ui"})
    assert data["url"] == url


@pytest.mark.parametrize("kind", PAGES)
async def test_without_port(
    hass: HomeAssistant, house: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Without a port the service's own is tried."""
    server = house.server(kind)
    monkeypatch.setitem(addresses.DEFAULT_PORTS, Service(kind), server.port)
    typed = server.url.replace(f":{server.port}", "").removeprefix("http://")
    data, _ = await async_find(hass, Service(kind), {**house.kept(kind), "url": typed})
    assert data["url"] == server.url


@pytest.mark.parametrize("kind", PAGES)
async def test_http_is_proposed_for_https(hass: HomeAssistant, house: House, kind: str) -> None:
    """Neither the key nor a login is sent over http before the person agrees."""
    server = house.server(kind)
    with pytest.raises(OtherScheme) as caught:
        await async_find(
            hass, Service(kind), {**house.kept(kind), "url": server.url.replace("http:", "https:") + "/page"}
        )
    assert caught.value.url == server.url
    assert not any(server.api_key and server.api_key in str(call) for call in server.calls)
    assert house.qbittorrent.gate.login_attempts == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Fault.down, CannotConnect), (Fault.html, WrongService), (Fault.bad_key, InvalidAuth)],
)
async def test_what_went_wrong_is_told(
    hass: HomeAssistant, house: House, fault: type, error: type[ClientError]
) -> None:
    """Whatever else was tried, the error is that of the address typed."""
    house.radarr.fault = fault()
    with pytest.raises(error):
        await async_find(hass, Service.RADARR, {**house.kept("radarr"), "url": f"{house.radarr.url}/a/b"})


def test_no_more_than_needed() -> None:
    """A port that was typed is kept, and a deep page costs few tries."""
    assert origins(Service.SEERR, "nas:81/a?b#c") == ["http://nas:81/a"]
    assert origins(Service.SEERR, "https://nas") == ["https://nas", "https://nas:5055"]
    assert list(paths("http://nas/a/b")) == ["http://nas/a/b", "http://nas/a", "http://nas"]
    assert list(paths("http://nas/a/b/c/d/e/f"))[-1] == "http://nas"
    assert len(list(paths("http://nas/a/b/c/d/e/f"))) == 5


def certificate(folder: Path) -> ssl.SSLContext:
    """Return the context of a server with a certificate of its own that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    unencrypted = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture(name="secure")
async def secure_fixture(house: House, tmp_path: Path) -> AsyncIterator[str]:
    """Serve the Seerr over https as well, through a proxy; return that address."""

    async def forward(request: web.Request) -> web.Response:
        """Pass a call on."""
        key = {name: value for name, value in request.headers.items() if name == "X-Api-Key"}
        async with session.get(f"{house.seerr.url}{request.path}", headers=key) as answer:
            return web.Response(
                body=await answer.read(), status=answer.status, content_type=answer.content_type
            )

    loop = asyncio.get_running_loop()
    usual = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Expect that the server is spoken to in plain http, or not trusted."""
        if usual and not isinstance(context.get("exception"), OSError):
            usual(loop, context)

    loop.set_exception_handler(handle)
    app = web.Application()
    app.router.add_get("/{path:.*}", forward)
    runner = web.AppRunner(app)
    await runner.setup()
    async with ClientSession() as session:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=await asyncio.to_thread(certificate, tmp_path))
        await site.start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()


async def test_https_is_proposed_for_http(hass: HomeAssistant, house: House, secure: str) -> None:
    """What only speaks https is proposed so; whether its certificate is trusted shows when it is used."""
    typed = {**house.kept("seerr"), "url": secure.replace("https:", "http:") + "/settings"}
    with pytest.raises(OtherScheme) as caught:
        await async_find(hass, Service.SEERR, typed)
    assert caught.value.url == secure
    assert not any(house.seerr.api_key in str(call) for call in house.seerr.calls)
    with pytest.raises(TlsFailed):
        await async_find(hass, Service.SEERR, {**typed, "url": secure})
    data, _ = await async_find(hass, Service.SEERR, {**typed, "url": secure, "verify_ssl": False})
    assert (data["url"], data["verify_ssl"]) == (secure, False)
