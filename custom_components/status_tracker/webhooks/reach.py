"""Tests whether the services can reach Home Assistant at a URL before it is saved."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import Any

from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.components.http import current_request
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError, get_url

from ..clients.errors import ClientError
from ..const import DOMAIN, LOGGER
from ..pipeline.enums import Service
from .registrars import make_registrar

LIMIT = 20.0

type NamedServices = Mapping[str, tuple[Service, Mapping[str, Any]]]


@dataclass(slots=True)
class Reach:
    """Services that can and cannot reach Home Assistant; those that cannot be tested are in neither list."""

    reached: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Return whether no service failed to reach the URL."""
        return not self.unreached


def own_url(hass: HomeAssistant) -> str:
    """Return the URL that services are most likely to reach, empty if none is configured."""
    try:
        return get_url(hass, prefer_external=False).rstrip("/")
    except NoURLAvailableError:
        return ""


def suggested_url(fallback: str) -> str:
    """Return the URL that the browser uses, or the fallback if only the browser itself can reach it."""
    request = current_request.get()
    if request is None or is_local_only(request.url.host or ""):
        return fallback
    return str(request.url.origin())


def is_local_only(host: str) -> bool:
    """Return whether a host name means the machine that uses it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def async_test_reach(
    hass: HomeAssistant, services: NamedServices, base: str, *, local_only: bool
) -> Reach:
    """Let each service call a temporary webhook; nothing is changed in the services."""
    reach = Reach()
    await asyncio.gather(
        *(
            _async_test(hass, reach, name, service, base, local_only=local_only)
            for name, service in services.items()
        )
    )
    return reach


async def _async_test(
    hass: HomeAssistant,
    reach: Reach,
    name: str,
    service: tuple[Service, Mapping[str, Any]],
    base: str,
    *,
    local_only: bool,
) -> None:
    """Test one service."""
    webhook_id = webhook.async_generate_id()
    path = webhook.async_generate_path(webhook_id)
    calls: list[str] = []

    async def handle(hass: HomeAssistant, called_id: str, request: Request) -> Response:
        """Record the request."""
        calls.append(called_id)
        return Response()

    registrar = make_registrar(hass, path, "Status Tracker test", service, heard=partial(len, calls))
    webhook.async_register(
        hass, DOMAIN, f"{name} test", webhook_id, handle, local_only=local_only, allowed_methods=[METH_POST]
    )
    try:
        async with asyncio.timeout(LIMIT):
            reached = await registrar.reaches(f"{base}{path}")
    except TimeoutError:
        reached = False
    except ClientError as err:
        LOGGER.debug("Failed to test the connection from %s to Home Assistant: %s", name, err)
        reached = None
    finally:
        webhook.async_unregister(hass, webhook_id)
    if reached is not None:
        (reach.reached if reached else reach.unreached).append(name)
