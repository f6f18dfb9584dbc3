"""The addresses people paste from their browser."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.clients.errors import (
    CannotConnect,
    ClientError,
    InvalidAuth,
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
