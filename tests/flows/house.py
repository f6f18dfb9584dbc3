"""A small household for the tests of the flows: every service once, and a second Sonarr."""

from collections.abc import AsyncIterator, Iterator, Mapping
import socket
from typing import Any, override
from unittest.mock import AsyncMock, patch

from aiohttp.abc import AbstractResolver, ResolveResult
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.flows.client_factory import address_key
from custom_components.status_tracker.flows.schemas import flat
from custom_components.status_tracker.webhooks.reach import Reach

from ..stack.household import Household
from ..stack.server import Fault, StackServer


class House(Household):
    """A household in the words of the flows: the kind of a service, and what a person types for it."""

    def __init__(self) -> None:
        """Make it with two Sonarrs, one of them below a path."""
        super().__init__(sonarrs=("hd", "4k"), shoko=True, options={"sonarr-hd": {"url_base": "/sonarr"}})

    def server(self, kind: str) -> StackServer:
        """Return the service of a kind, the first of several."""
        server: StackServer = getattr(self, kind)
        return server

    def typed(self, kind: str) -> dict[str, Any]:
        """Return what a person types to add a service."""
        server = self.server(kind)
        if kind == "qbittorrent":
            return {"url": server.url, "username": "admin", "password": "adminadmin", "verify_ssl": True}
        if kind == "shoko":
            return {"url": server.url, "api_key_instead": {"api_key": server.api_key}, "verify_ssl": True}
        return {"url": server.url, "api_key": server.api_key, "verify_ssl": True}

    def kept(self, kind: str) -> dict[str, Any]:
        """Return what is stored of what a person typed."""
        return flat(self.typed(kind))

    def entry(self, *kinds: str) -> MockConfigEntry:
        """Return an entry with these services; a subentry's id is its kind."""
        subentries = [
            ConfigSubentryDataWithId(
                data={"api_key": "", **self.kept(kind)},
                subentry_id=kind,
                subentry_type=kind,
                title=f"The {kind}",
                unique_id=address_key(self.server(kind).url),
            )
            for kind in kinds
        ]
        return MockConfigEntry(
            domain=DOMAIN, title="Seerr", data=self.typed("seerr"), subentries_data=subentries
        )


def suggested(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form shows already."""
    return {
        str(key.schema): key.description["suggested_value"]
        for key in result["data_schema"].schema
        if key.description
    }


@pytest.fixture(name="house")
async def house_fixture(socket_enabled: None) -> AsyncIterator[House]:
    """A household whose doors are open."""
    async with House() as house:
        yield house


class HostsFile(AbstractResolver):
    """A resolver that knows localhost alone, and no name of a container."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the loopback address, for its name only."""
        if host != "localhost":
            raise OSError(f"{host} is unknown")
        found = ResolveResult(
            hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0
        )
        return [found]

    @override
    async def close(self) -> None:
        """Hold nothing."""

    async def real_close(self) -> None:
        """Hold nothing."""


@pytest.fixture(name="setup_entry", autouse=True)
def setup_entry_fixture(request: pytest.FixtureRequest) -> Iterator[AsyncMock]:
    """Let entries be set up without their services, and the flows without what only a real setup needs."""
    hass: HomeAssistant = request.getfixturevalue("hass")
    for name in ("frontend", "http", "webhook", "websocket_api"):
        hass.config.components.add(name)
    module = "custom_components.status_tracker"
    setup = AsyncMock(return_value=True)
    with (
        patch(f"{module}.async_setup", AsyncMock(return_value=True), create=True),
        patch(f"{module}.async_setup_entry", setup, create=True),
        patch(f"{module}.async_unload_entry", AsyncMock(return_value=True), create=True),
        patch(f"{module}.async_remove_entry", AsyncMock(return_value=True), create=True),
        patch(f"{module}.flows.client_factory.PROBE_SECONDS", 2.0),
        patch(f"{module}.config_flow.own_url", return_value="http://homeassistant.test:8123"),
        patch(f"{module}.config_flow.async_test_reach", AsyncMock(return_value=Reach())),
        patch("homeassistant.helpers.aiohttp_client._async_make_resolver", return_value=HostsFile()),
    ):
        yield setup


FAULTS = {
    "timed_out": Fault.hang,
    "cannot_connect": Fault.down,
    "wrong_service": Fault.html,
    "not_ready": lambda: Fault.status(503),
    "bad_answer": Fault.garbage,
}
