"""Discovery of services: *arrs and Jellyfin in the settings of Seerr, qBittorrent in those of the *arrs.

The addresses can be container names or localhost, unknown to Home Assistant, so the host of the service
that provided them is tried as well.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, Self

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_API_KEY, CONF_PASSWORD, CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from yarl import URL

from ..clients.arr_model import DownloadClient
from ..clients.errors import CannotConnect, ClientError, HostRefused, NotReady, WrongService
from ..clients.model import digits
from ..clients.seerr_settings import ArrServer, JellyfinServer, build_url
from ..const import CONF_IS_4K, CONF_SEERR_ID, DOMAIN, LOGGER
from ..pipeline.enums import Service
from . import client_factory
from .client_factory import Probe, address_key, async_probe, build_client, unique_id

ARRS = (Service.RADARR, Service.SONARR)
QBITTORRENT = "qbittorrent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A discovered service: its data, with the result (`probe`) or `error` of the probe."""

    key: str
    service: Service
    title: str
    data: dict[str, Any]
    probe: Probe | None = None
    error: ClientError | None = None

    @property
    def unique_id(self) -> str:
        """Return the unique id within an entry."""
        return unique_id(self.data, self.probe)

    def answered(self, data: Mapping[str, Any], probe: Probe) -> Self:
        """Return a copy with the data that worked and the probe result."""
        return replace(self, data={**self.data, **data}, probe=probe, error=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrFacts:
    """Settings of an *arr in Seerr; defaults if it is not configured there."""

    title: str | None = None
    seerr_id: int | None = None
    is_4k: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """Return the settings to store."""
        return {CONF_SEERR_ID: self.seerr_id, CONF_IS_4K: self.is_4k}


def subentries_of(services: Iterable[Found]) -> list[ConfigSubentryData]:
    """Return a subentry for each distinct service."""
    subentries: dict[str, ConfigSubentryData] = {}
    for one in services:
        subentries.setdefault(
            one.unique_id,
            ConfigSubentryData(
                data=one.data, subentry_type=one.service, title=one.title, unique_id=one.unique_id
            ),
        )
    return list(subentries.values())


def addresses(url: str, *told_by: str) -> list[str]:
    """Return possible URLs, most likely first: as configured, then with the host of the other service."""
    parsed = URL(url)
    host = parsed.host or ""
    try:
        address = ip_address(host)
    except ValueError:
        own = host == "localhost" or host.endswith((".localhost", ".docker.internal"))
        near = own or "." not in host
    else:
        own = near = address.is_loopback or address.is_unspecified
    if not near:
        return [url]
    tellers = [URL(teller).host for teller in told_by]
    # "localhost" is relative to the other service; another host name may resolve here as well
    order = [*tellers, host] if own else [host, *tellers]
    return [str(parsed.with_host(one)) for one in dict.fromkeys(order) if one]


async def async_try(hass: HomeAssistant, found: Found, urls: Iterable[str]) -> Found:
    """Return a copy with the result of the first working URL, else with the first error."""
    data = [{**found.data, CONF_URL: url} for url in urls]
    # without a password, do not log in to qBittorrent, because failed logins lead to a ban
    outcomes = await asyncio.gather(
        *(_async_outcome(hass, found.service, {**one, CONF_USERNAME: ""}) for one in data)
    )
    refused: Found | None = None
    for one, outcome in zip(data, outcomes, strict=True):
        if isinstance(outcome, Probe):
            return found.answered(one, outcome)
        if refused is None or (_absent(refused.error) and not _absent(outcome)):
            refused = replace(found, data=one, error=outcome)
    return refused or found


async def _async_outcome(
    hass: HomeAssistant, service: Service, data: Mapping[str, Any]
) -> Probe | ClientError:
    """Return the probe result or the error."""
    try:
        return await async_probe(hass, service, data)
    except ClientError as err:
        return err


def _absent(error: ClientError | None) -> bool:
    """Return whether an error means that the service is not at that URL."""
    return isinstance(error, CannotConnect | WrongService | NotReady | HostRefused)


async def _async_ask[T](question: Awaitable[T], default: T) -> T:
    """Return the result of a call, or the default if it fails, which is logged."""
    try:
        async with asyncio.timeout(client_factory.PROBE_SECONDS):
            return await question
    except (ClientError, TimeoutError) as err:
        LOGGER.debug("Failed to read services: %s", err or type(err).__name__)
        return default


async def _async_arrs(hass: HomeAssistant, seerr: Mapping[str, Any], service: Service) -> list[ArrServer]:
    """Return the Radarr or Sonarr servers in the settings of Seerr; raises ClientError."""
    client = build_client(hass, Service.SEERR, seerr)
    return await (client.settings_radarr() if service is Service.RADARR else client.settings_sonarr())


async def async_read(hass: HomeAssistant, seerr: Mapping[str, Any]) -> list[Found]:
    """Return all Radarr and Sonarr servers and the Jellyfin in the settings of Seerr."""
    client = build_client(hass, Service.SEERR, seerr)
    radarrs, sonarrs, jellyfin = await asyncio.gather(
        _async_ask(client.settings_radarr(), []),
        _async_ask(client.settings_sonarr(), []),
        _async_ask(client.settings_jellyfin(), None),
    )
    return named_by_seerr(seerr, radarrs, sonarrs, jellyfin)


def named_by_seerr(
    seerr: Mapping[str, Any],
    radarrs: Iterable[ArrServer],
    sonarrs: Iterable[ArrServer],
    jellyfin: JellyfinServer | None,
) -> list[Found]:
    """Return the services in the settings of Seerr that have a URL there."""
    common = {CONF_VERIFY_SSL: seerr.get(CONF_VERIFY_SSL, True)}
    found = [
        Found(
            key=f"{service}_{server.id}",
            service=service,
            title=server.name or service.title(),
            data={
                CONF_URL: server.url,
                CONF_API_KEY: server.api_key,
                **common,
                CONF_SEERR_ID: server.id,
                CONF_IS_4K: server.is4k,
            },
        )
        for service, servers in zip(ARRS, (radarrs, sonarrs), strict=True)
        for server in servers
        if server.url
    ]
    if jellyfin and jellyfin.url:
        data = {CONF_URL: jellyfin.url, CONF_API_KEY: jellyfin.api_key, **common}
        title = jellyfin.name or Service.JELLYFIN.title()
        found.append(Found(key=Service.JELLYFIN, service=Service.JELLYFIN, title=title, data=data))
    return found


async def async_discover(hass: HomeAssistant, seerr: Mapping[str, Any]) -> list[Found]:
    """Return all Radarr and Sonarr servers and the Jellyfin in the settings of Seerr, each probed."""
    return await asyncio.gather(
        *(
            async_try(hass, one, addresses(one.data[CONF_URL], seerr[CONF_URL]))
            for one in await async_read(hass, seerr)
        )
    )


async def async_find_clients(
    hass: HomeAssistant, seerr: Mapping[str, Any], services: Iterable[Found]
) -> list[Found]:
    """Return the qBittorrents the *arrs use, whose passwords are not available."""
    arrs = [one for one in services if one.service in ARRS and one.probe]
    named = await asyncio.gather(*(_async_named_clients(hass, arr) for arr in arrs))
    found: dict[str, tuple[Found, str]] = {}
    for arr, clients in zip(arrs, named, strict=True):
        for one in clients:
            found.setdefault(one.unique_id, (one, arr.data[CONF_URL]))
    tried = await asyncio.gather(
        *(
            async_try(hass, one, addresses(one.data[CONF_URL], arr_url, seerr[CONF_URL]))
            for one, arr_url in found.values()
        )
    )
    return list({one.unique_id: one for one in tried}.values())


async def _async_named_clients(hass: HomeAssistant, arr: Found) -> list[Found]:
    """Return the qBittorrents of an *arr."""
    data = arr.data
    client = (
        build_client(hass, Service.RADARR, data)
        if arr.service is Service.RADARR
        else build_client(hass, Service.SONARR, data)
    )
    named = await _async_ask(client.download_clients(), [])
    found = [
        _named_client(one, data[CONF_VERIFY_SSL])
        for one in named
        if one.enable and one.implementation.casefold() == QBITTORRENT
    ]
    return [one for one in found if one]


def _named_client(client: DownloadClient, verify_ssl: bool) -> Found | None:
    """Return a qBittorrent from the settings of an *arr, None if it has no URL there."""
    url = build_url(
        str(client.setting("host") or ""),
        digits(str(client.setting("port") or "")),
        bool(client.setting("useSsl")),
        str(client.setting("urlBase") or ""),
    )
    if url is None:
        return None
    data = {
        CONF_URL: url,
        CONF_USERNAME: str(client.setting("username") or ""),
        CONF_PASSWORD: "",
        CONF_API_KEY: "",
        CONF_VERIFY_SSL: verify_ssl,
    }
    return Found(
        key=address_key(url), service=Service.QBITTORRENT, title=client.name or QBITTORRENT, data=data
    )


async def async_arr_facts(
    hass: HomeAssistant, seerr: Mapping[str, Any], service: Service, data: Mapping[str, Any]
) -> ArrFacts | None:
    """Return the settings of a Radarr or Sonarr in Seerr, by API key or address; None if Seerr fails."""
    servers = await _async_ask(_async_arrs(hass, seerr, service), None)
    if servers is None:
        return None
    address = address_key(data[CONF_URL])
    by_address = [one for one in servers if one.url and address_key(one.url) == address]
    by_key = [one for one in servers if one.api_key and one.api_key == data[CONF_API_KEY]]
    for one in (*by_address, *by_key):
        return ArrFacts(title=one.name or None, seerr_id=one.id, is_4k=one.is4k)
    return ArrFacts()


async def async_labels(hass: HomeAssistant, found: Iterable[Found]) -> dict[str, str]:
    """Return a translated label for each service with its kind, URL and result."""
    texts = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])

    def label(one: Found) -> str:
        """Return the label of a service."""
        reason = one.error.reason if one.error else "ok"
        path = f"component.{DOMAIN}.selector.probe.options."
        said = texts.get(path + reason) or texts.get(path + "unknown", reason)
        version = f" {one.probe.version}" if one.probe else ""
        return f"{one.title} ({one.service.title()}{version}, {one.data[CONF_URL]}): {said}"

    return {one.key: label(one) for one in found}
