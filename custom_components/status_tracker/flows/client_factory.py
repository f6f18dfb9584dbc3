"""Creates clients from stored data and probes services."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, overload

from aiohttp import ClientSession, DummyCookieJar
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    CONF_API_KEY,
    CONF_PASSWORD,
    CONF_URL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    EVENT_HOMEASSISTANT_CLOSE,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession, async_get_clientsession
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from ..clients.errors import InvalidAuth, TimedOut
from ..clients.http import normalise_url
from ..clients.jellyfin import JellyfinClient
from ..clients.qbittorrent import QBittorrentClient
from ..clients.radarr import RadarrClient
from ..clients.seerr import SeerrClient
from ..clients.shoko import ShokoClient, exchange
from ..clients.sonarr import SonarrClient
from ..const import DOMAIN
from ..pipeline.enums import Service

PROBE_SECONDS = 12.0

type ArrClient = RadarrClient | SonarrClient
type AnyClient = SeerrClient | ArrClient | QBittorrentClient | JellyfinClient | ShokoClient

_KEPT: HassKey[dict[str, tuple[Mapping[str, Any], AnyClient]]] = HassKey(f"{DOMAIN}_clients")
_COOKIELESS: HassKey[dict[bool, ClientSession]] = HassKey(f"{DOMAIN}_cookieless")


class NotAdmin(InvalidAuth):
    """The Seerr API key is valid but is not that of an administrator."""

    reason = "not_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Result of probing a service; `unique_id` is only set if the service has a permanent one."""

    name: str
    version: str
    unique_id: str | None = None


def address_key(url: str) -> str:
    """Return the key of a URL: host, port and path, e.g. "nas:7878/radarr"."""
    parsed = URL(normalise_url(url))
    return f"{parsed.host}:{parsed.port}{parsed.path.rstrip('/')}".casefold()


def unique_id(data: Mapping[str, Any], probe: Probe | None) -> str:
    """Return the unique id of a service within an entry."""
    return (probe.unique_id if probe else None) or address_key(data[CONF_URL])


@callback
def _cookieless_session(hass: HomeAssistant, verify_ssl: bool) -> ClientSession:
    """Return a session without cookies, because each qBittorrent client stores its own."""
    sessions = hass.data.setdefault(_COOKIELESS, {})
    if verify_ssl not in sessions:
        session = sessions[verify_ssl] = async_create_clientsession(
            hass, verify_ssl, auto_cleanup=False, cookie_jar=DummyCookieJar()
        )

        @callback
        def detach(event: Event) -> None:
            """Detach the shared connector."""
            session.detach()

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, detach)
    return sessions[verify_ssl]


@overload
def build_client(
    hass: HomeAssistant, service: Literal[Service.SEERR], data: Mapping[str, Any]
) -> SeerrClient: ...
@overload
def build_client(
    hass: HomeAssistant, service: Literal[Service.RADARR], data: Mapping[str, Any]
) -> RadarrClient: ...
@overload
def build_client(
    hass: HomeAssistant, service: Literal[Service.SONARR], data: Mapping[str, Any]
) -> SonarrClient: ...
@overload
def build_client(
    hass: HomeAssistant, service: Literal[Service.QBITTORRENT], data: Mapping[str, Any]
) -> QBittorrentClient: ...
@overload
def build_client(
    hass: HomeAssistant, service: Literal[Service.JELLYFIN], data: Mapping[str, Any]
) -> JellyfinClient: ...
@overload
def build_client(
    hass: HomeAssistant, service: Literal[Service.SHOKO], data: Mapping[str, Any]
) -> ShokoClient: ...
@overload
def build_client(hass: HomeAssistant, service: Service, data: Mapping[str, Any]) -> AnyClient: ...
def build_client(hass: HomeAssistant, service: Service, data: Mapping[str, Any]) -> AnyClient:
    """Return the client for a service from stored data, without any request; raises InvalidUrl."""
    url, verify_ssl = data[CONF_URL], data.get(CONF_VERIFY_SSL, True)
    key = data.get(CONF_API_KEY) or ""
    session = async_get_clientsession(hass, verify_ssl)
    match service:
        case Service.SEERR:
            return SeerrClient(session, url, key)
        case Service.RADARR:
            return RadarrClient(session, url, key)
        case Service.SONARR:
            return SonarrClient(session, url, key)
        case Service.JELLYFIN:
            return JellyfinClient(session, url, key)
        case Service.SHOKO:
            return ShokoClient(session, url, api_key=key)
    return QBittorrentClient(
        _cookieless_session(hass, verify_ssl),
        url,
        username=data.get(CONF_USERNAME) or "",
        password=data.get(CONF_PASSWORD) or "",
        api_key=key,
    )


async def async_probe(hass: HomeAssistant, service: Service, data: Mapping[str, Any]) -> Probe:
    """Probe product, authentication and version of a service; raises ClientError.

    For qBittorrent, at most one login is attempted, and none without a username.
    """
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await _probe(hass, service, data)
    except TimeoutError as err:
        raise TimedOut(f"{service}: timed out") from err


async def _probe(hass: HomeAssistant, service: Service, data: Mapping[str, Any]) -> Probe:
    """Probe a service."""
    match service:
        case Service.SEERR:
            seerr = build_client(hass, service, data)
            info = await seerr.identify()
            if not (await seerr.check_key()).is_admin:
                raise NotAdmin(f"{seerr.name}: the API key is not that of an administrator")
            return Probe(name=info.title or info.product, version=info.version or "")
        case Service.JELLYFIN:
            jellyfin = build_client(hass, service, data)
            public = await jellyfin.public_info()
            await jellyfin.check_key()
            name = public.server_name or jellyfin.name
            return Probe(name=name, version=public.version, unique_id=public.id)
        case Service.QBITTORRENT:
            client = build_client(hass, service, data)
            return Probe(name=client.name, version=await client.check())
        case Service.SHOKO:
            shoko = build_client(hass, service, data)
            await shoko.check()
            return Probe(name=shoko.name, version=str(await shoko.major()))
    arr: RadarrClient | SonarrClient = (
        build_client(hass, Service.RADARR, data)
        if service is Service.RADARR
        else build_client(hass, Service.SONARR, data)
    )
    status = await arr.status()
    return Probe(name=status.instance_name or status.app_name, version=status.version)


async def async_exchange(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of Shoko with an API key instead of username and password, which are not stored."""
    kept = {key: value for key, value in data.items() if key not in (CONF_USERNAME, CONF_PASSWORD)}
    if data.get(CONF_API_KEY):
        return kept
    session = async_get_clientsession(hass, data.get(CONF_VERIFY_SSL, True))
    user, password = data.get(CONF_USERNAME, ""), data.get(CONF_PASSWORD, "")
    return {**kept, CONF_API_KEY: await exchange(session, data[CONF_URL], user, password)}


@callback
def kept_client(hass: HomeAssistant, service: Service, subentry: ConfigSubentry) -> AnyClient:
    """Return the client of a service, reusing the previous one unless its data has changed.

    A client with rejected credentials sends no more logins; new clients on setup retries would cause a ban.
    """
    kept = hass.data.setdefault(_KEPT, {})
    data, client = kept.get(subentry.subentry_id, (None, None))
    if client is None or data != subentry.data:
        client = build_client(hass, service, subentry.data)
        kept[subentry.subentry_id] = subentry.data, client
    return client


@callback
def forget_client(hass: HomeAssistant, subentry_id: str) -> None:
    """Create a new client at the next setup, because its credentials were just accepted, or it is removed."""
    hass.data.get(_KEPT, {}).pop(subentry_id, None)
