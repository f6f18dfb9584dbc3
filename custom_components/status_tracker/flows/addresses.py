"""Finds a service from a URL copied from the browser, e.g. of a subpage or without port."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.const import CONF_API_KEY, CONF_PASSWORD, CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from yarl import URL

from ..clients.errors import BadAnswer, CannotConnect, ClientError, InvalidAuth, TimedOut, WrongService
from ..clients.http import normalise_url
from ..pipeline.enums import Service
from .client_factory import Probe, async_exchange, async_probe, build_client

DEFAULT_PORTS = {
    Service.SEERR: 5055,
    Service.RADARR: 7878,
    Service.SONARR: 8989,
    Service.QBITTORRENT: 8080,
    Service.JELLYFIN: 8096,
    Service.SHOKO: 8111,
}
OTHER_SCHEME = {"http": "https", "https": "http"}
DEEPEST = 4  # number of parent paths tried per host and port
NO_CREDENTIALS = {CONF_API_KEY: "", CONF_USERNAME: "", CONF_PASSWORD: ""}


class OtherScheme(Exception):
    """The service responds with the other scheme, which requires the user's consent."""

    reason = "other_scheme"

    def __init__(self, url: str) -> None:
        """Initialize with the URL to suggest."""
        super().__init__(f"it responds at {url}")
        self.url = url


def origins(service: Service, typed: str) -> list[str]:
    """Return the URLs to try, including the path: as entered, then with the default port if it has none."""
    url = URL(normalise_url(typed))
    if url.explicit_port is not None:
        return [str(url)]
    return [str(url), str(url.with_port(DEFAULT_PORTS[service]))]


def paths(url: str) -> Iterator[str]:
    """Yield a URL and its parents, e.g. "nas/seerr/requests", "nas/seerr", "nas"."""
    parsed = URL(url)
    parts = [part for part in parsed.raw_path.split("/") if part]
    depths = range(len(parts), -1, -1)
    for depth in [*depths[:DEEPEST], *depths[DEEPEST:][-1:]]:
        yield str(parsed.with_path("/" + "/".join(parts[:depth]), encoded=True)).rstrip("/")


async def async_find(
    hass: HomeAssistant, service: Service, data: Mapping[str, Any]
) -> tuple[dict[str, Any], Probe]:
    """Return the data with the working URL, and the result of the probe.

    Raises ClientError, or OtherScheme if another URL is to be suggested.
    """
    failures: list[ClientError] = []
    for origin in origins(service, data[CONF_URL]):
        for url in paths(origin):
            try:
                return await async_try(hass, service, {**data, CONF_URL: url})
            except (WrongService, BadAnswer) as err:
                failures.append(err)
            except ClientError as err:
                if service is Service.QBITTORRENT and not _is_elsewhere(err):
                    raise  # another attempt is another login, and too many failed ones lead to a ban
                failures.append(err)
                break
    worst = next((err for err in failures if not _is_elsewhere(err)), failures[0])
    if _is_elsewhere(worst) and not isinstance(worst, TimedOut):
        await _async_offer_other_scheme(hass, service, data)
    raise worst


def _is_elsewhere(error: ClientError) -> bool:
    """Return whether an error indicates that the service is at another URL."""
    return isinstance(error, CannotConnect | WrongService | BadAnswer)


async def async_try(
    hass: HomeAssistant, service: Service, data: dict[str, Any]
) -> tuple[dict[str, Any], Probe]:
    """Try a URL; raises ClientError."""
    data = {**data, CONF_URL: build_client(hass, service, data).url}
    if service is Service.SHOKO:
        data = await async_exchange(hass, data)
    return data, await async_probe(hass, service, data)


async def _async_offer_other_scheme(hass: HomeAssistant, service: Service, data: Mapping[str, Any]) -> None:
    """Raise OtherScheme if the service responds over http instead of https, or vice versa.

    The API key is not sent and the certificate not verified, because the URL is only suggested.
    """
    url = URL(data[CONF_URL])
    other = url.with_scheme(OTHER_SCHEME[url.scheme]).with_port(url.explicit_port)
    for origin in origins(service, str(other)):
        for candidate in paths(origin):
            asked = {**data, **NO_CREDENTIALS, CONF_URL: candidate, CONF_VERIFY_SSL: False}
            try:
                await async_probe(hass, service, asked)
            except InvalidAuth:
                raise OtherScheme(candidate) from None
            except WrongService, BadAnswer:
                continue
            except ClientError:
                break
            else:
                raise OtherScheme(candidate)
