"""Finding services from what Seerr and the *arrs know of them."""

import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.clients import errors
from custom_components.status_tracker.flows.client_factory import (
    NotAdmin,
    address_key,
    async_probe,
    build_client,
)
from custom_components.status_tracker.flows.discovery import (
    addresses,
    async_arr_facts,
    async_discover,
    async_find_clients,
    async_labels,
)
from custom_components.status_tracker.pipeline.enums import Service

from ..stack.household import Household
from ..stack.server import Fault
from .house import House, house_fixture, setup_entry_fixture  # noqa: F401  fixtures

SEERR = "http://192.168.1.2:5055/"


@pytest.mark.parametrize(
    ("url", "tried"),
    [
        ("http://192.168.1.9:7878", ["http://192.168.1.9:7878"]),
        ("https://radarr.example.com/a", ["https://radarr.example.com/a"]),
        ("http://radarr:7878/a", ["http://radarr:7878/a", "http://192.168.1.2:7878/a"]),
        ("http://localhost:7878", ["http://192.168.1.2:7878", "http://localhost:7878"]),
        ("http://127.0.0.1:7878", ["http://192.168.1.2:7878", "http://127.0.0.1:7878"]),
        ("http://[::1]:7878", ["http://192.168.1.2:7878", "http://[::1]:7878"]),
        ("http://0.0.0.0:7878", ["http://192.168.1.2:7878", "http://0.0.0.0:7878"]),
        (
            "http://host.docker.internal:7878",
            ["http://192.168.1.2:7878", "http://host.docker.internal:7878"],
        ),
    ],
)
def testaddresses(url: str, tried: list[str]) -> None:
    """A name that means something elsewhere only is tried beside who said it."""
    assert addresses(url, SEERR) == tried


def testaddresses_of_two_tellers() -> None:
    """A download client may be beside the *arr or beside Seerr."""
    assert addresses("http://qb:8080", "http://nas/radarr", SEERR) == [
        "http://qb:8080",
        "http://nas:8080",
        "http://192.168.1.2:8080",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://NAS:80/a/", "https://nas:80/a?b=c", True),
        ("nas", "http://nas:80", True),
        ("http://nas:1", "http://nas:2", False),
        ("http://nas/a", "http://nas/b", False),
        ("http://user@nas", "http://nas", True),
    ],
)
def test_address_key(one: str, other: str, same: bool) -> None:
    """One address, however it is spelled."""
    assert (address_key(one) == address_key(other)) is same


async def test_container_names(hass: HomeAssistant, house: House) -> None:
    """What Seerr calls by a container's name is found where Seerr is."""
    house.seerr.settings.hostname = "no-such-container"
    found = {one.key: one for one in await async_discover(hass, house.typed("seerr"))}
    assert {key: one.data["url"] for key, one in found.items()} == {
        "radarr_0": house.radarr.url,
        "sonarr_0": house.sonarr.url,
        "sonarr_1": house.sonarrs["4k"].url,
        "jellyfin": house.jellyfin.url,
    }
    assert all(one.probe and one.error is None for one in found.values())


async def test_the_telling_error_wins(hass: HomeAssistant, house: House) -> None:
    """A service that refuses the key where it is found tells more than nothing where it is not."""
    house.seerr.settings.hostname = "no-such-container"
    house.radarr.fault = Fault.bad_key()
    house.sonarr.fault = Fault.down()
    found = {one.key: one for one in await async_discover(hass, house.typed("seerr"))}
    assert isinstance(found["radarr_0"].error, errors.InvalidAuth)
    assert found["radarr_0"].data["url"] == house.radarr.url
    assert isinstance(found["sonarr_0"].error, errors.CannotConnect)
    assert found["sonarr_0"].data["url"] == f"http://no-such-container:{house.sonarr.port}/sonarr"


async def test_part_of_the_settings(hass: HomeAssistant, house: House) -> None:
    """What cannot be read of Seerr's settings hides nothing else."""
    house.seerr.fault = Fault.status(500, only="settings/sonarr")
    found = await async_discover(hass, house.typed("seerr"))
    assert [one.key for one in found] == ["radarr_0", "jellyfin"]
    house.seerr.fault = Fault.hang(only="settings")
    assert await async_discover(hass, house.typed("seerr")) == []


def without_host(path: str, data: Any) -> Any:
    """Empty the host of every row."""
    return [{**row, "hostname": "", "name": ""} for row in data]


async def test_settings_without_address(hass: HomeAssistant, house: House) -> None:
    """An *arr without a host is none."""
    house.seerr.fault = Fault.lying(without_host, only="settings/radarr")
    found = await async_discover(hass, house.typed("seerr"))
    assert [one.key for one in found] == ["sonarr_0", "sonarr_1", "jellyfin"]


async def test_overseerr(hass: HomeAssistant, socket_enabled: None) -> None:
    """Overseerr knows no Jellyfin."""
    async with Household(flavour="overseerr") as home:
        data = {"url": home.seerr.url, "api_key": home.seerr.api_key}
        assert (await async_probe(hass, Service.SEERR, data)).version == home.seerr.version
        found = await async_discover(hass, data)
    assert [one.key for one in found] == ["radarr_0", "sonarr_0"]
    assert found[0].data["verify_ssl"] is True


async def clients(hass: HomeAssistant, house: House) -> list[dict[str, Any]]:
    """Return the data of the qBittorrents that are found."""
    seerr = house.typed("seerr")
    return [one.data for one in await async_find_clients(hass, seerr, await async_discover(hass, seerr))]


async def test_download_clients(hass: HomeAssistant, house: House) -> None:
    """A client that several *arrs use is offered once, without a login."""
    assert await clients(hass, house) == [{**house.typed("qbittorrent"), "password": "", "api_key": ""}]
    assert house.qbittorrent.gate.login_attempts == 0
    assert house.qbittorrent.count("version") > 0


def rewrite(**changes: Any) -> Any:
    """Return what changes an *arr's rows of download clients, settings among them."""

    def mutate(path: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for row in rows:
            row |= {key: value for key, value in changes.items() if key in row}
            for field in row["fields"]:
                field["value"] = changes.get(field["name"], field.get("value"))
        return rows

    return mutate


async def test_download_client_by_container_name(hass: HomeAssistant, house: House) -> None:
    """It is looked for beside the *arr that names it; both spellings are one."""
    house.radarr.fault = Fault.lying(rewrite(host="no-such-container", name=""), only="downloadclient")
    (found,) = await clients(hass, house)
    assert found["url"] == house.qbittorrent.url


async def test_download_client_that_is_down(hass: HomeAssistant, house: House) -> None:
    """It is asked for all the same: the person may know better where it is."""
    house.qbittorrent.fault = Fault.down()
    (found,) = await clients(hass, house)
    assert found["url"] == house.qbittorrent.url


@pytest.mark.parametrize(
    "changes",
    [{"implementation": "Transmission"}, {"enable": False}, {"host": ""}, {"host": None}, {"host": ":"}],
)
async def test_other_download_clients(hass: HomeAssistant, house: House, changes: dict[str, Any]) -> None:
    """Other kinds, disabled ones and those without an address are left out."""
    for arr in (house.radarr, house.sonarr, house.sonarrs["4k"]):
        arr.fault = Fault.lying(rewrite(**changes), only="downloadclient")
    assert await clients(hass, house) == []


async def test_arr_does_not_tell_its_clients(hass: HomeAssistant, house: House) -> None:
    """That is no reason to stop."""
    for arr in (house.radarr, house.sonarr, house.sonarrs["4k"]):
        arr.fault = Fault.status(500, only="downloadclient")
    assert await clients(hass, house) == []


async def test_arr_facts(hass: HomeAssistant, house: House) -> None:
    """The address goes before the key, for keys get copied with configurations."""
    house.seerr.settings.key_overrides = {house.sonarr.name: house.sonarrs["4k"].api_key}
    data = {"url": house.sonarrs["4k"].url, "api_key": house.sonarrs["4k"].api_key}
    facts = await async_arr_facts(hass, house.typed("seerr"), Service.SONARR, data)
    assert facts is not None
    assert (facts.seerr_id, facts.is_4k, facts.title) == (1, True, "Sonarr 4k")


async def test_labels_in_any_language(hass: HomeAssistant, house: House) -> None:
    """A language that lacks the texts has them in English."""
    hass.config.language = "eo"
    found = await async_discover(hass, house.typed("seerr"))
    labels = await async_labels(hass, found)
    assert labels["radarr_0"] == (f"Radarr (Radarr {house.radarr.version}, {house.radarr.url}): connected")


async def test_clients_of_a_kind(hass: HomeAssistant) -> None:
    """Every kind of service has its client; qBittorrents share a session that keeps no cookies."""
    data = {"url": "http://nas:1/", "api_key": "k"}
    for service in Service:
        client = build_client(hass, service, data)
        assert (client.name.casefold(), client.url) == (service, "http://nas:1")
    one, other = (build_client(hass, Service.QBITTORRENT, data) for _ in range(2))
    assert one._session is other._session
    unsafe = build_client(hass, Service.QBITTORRENT, {**data, "verify_ssl": False})
    assert unsafe._session is not one._session
    hass.bus.async_fire("homeassistant_close")
    await hass.async_block_till_done()
    assert one._session.closed
    assert unsafe._session.closed


def reasons(kind: type[errors.ClientError]) -> set[str]:
    """Return the reasons of an error and of all that descend from it."""
    return {kind.reason}.union(*(reasons(child) for child in kind.__subclasses__()))


def test_every_reason_has_its_texts() -> None:
    """Whatever a client can say is said to people wherever they may meet it."""
    file = Path(__file__).parents[2] / "custom_components/status_tracker/translations/en.json"
    texts = json.loads(file.read_text())
    wanted = {reason for reason in reasons(errors.ClientError) if reason}
    assert NotAdmin.reason in wanted
    flows = [texts["config"], *texts["config_subentries"].values()]
    assert set(texts["config_subentries"]) == {kind for kind in Service if kind is not Service.SEERR}
    for flow in flows:
        assert set(flow["error"]) >= wanted
        for step in flow["step"].values():
            assert set(step["data"]) == set(step["data_description"])
    assert set(texts["exceptions"]) >= wanted
    assert set(texts["selector"]["probe"]["options"]) >= wanted | {"ok"}
