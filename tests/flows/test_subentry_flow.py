"""Adding and changing a service, whatever its kind, against services that answer, fail, and answer again."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import AsyncMock

from homeassistant.config_entries import SOURCE_USER, ConfigSubentry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.flows.reauth import async_start_reauth
from custom_components.status_tracker.upkeep.reload import async_reload_with_services

from ..stack.server import Fault
from .house import FAULTS, House, house_fixture, setup_entry_fixture, suggested  # noqa: F401  fixtures

KINDS = ("radarr", "sonarr", "qbittorrent", "jellyfin", "shoko")


async def start(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> SubentryFlowResult:
    """Begin to add a service."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, kind), context={"source": SOURCE_USER}
    )


async def answer(hass: HomeAssistant, result: Mapping[str, Any], typed: dict[str, Any]) -> SubentryFlowResult:
    """Submit a form."""
    result = await hass.config_entries.subentries.async_configure(result["flow_id"], typed)
    await hass.async_block_till_done()
    return result


def added(house: House, hass: HomeAssistant, *kinds: str) -> MockConfigEntry:
    """Return an entry that Home Assistant knows."""
    entry = house.entry(*kinds)
    entry.add_to_hass(hass)
    return entry


def only(entry: MockConfigEntry) -> ConfigSubentry:
    """Return the entry's one service."""
    (subentry,) = entry.subentries.values()
    return subentry


@pytest.mark.parametrize(
    ("kind", "title", "more"),
    [
        ("radarr", "Radarr", {"seerr_id": 0, "is_4k": False}),
        ("sonarr", "Sonarr", {"seerr_id": 0, "is_4k": False}),
        ("qbittorrent", "qBittorrent", {"api_key": ""}),
        ("jellyfin", "media", {}),
        ("shoko", "Shoko", {}),
    ],
)
async def test_add(hass: HomeAssistant, house: House, kind: str, title: str, more: dict[str, Any]) -> None:
    """A service that answers becomes a subentry, named as it names itself or as Seerr calls it."""
    entry = added(house, hass)
    result = await start(hass, entry, kind)
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "user", {})
    result = await answer(hass, result, house.typed(kind))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    subentry = only(entry)
    assert (subentry.subentry_type, subentry.title) == (kind, title)
    assert subentry.data == {**house.kept(kind), **more}
    if kind == "jellyfin":
        assert subentry.unique_id == house.jellyfin.server_id
    else:
        assert subentry.unique_id == house.server(kind).url.removeprefix("http://")


def where(kind: str, reason: str) -> str:
    """Return the field that a reason is shown at."""
    if reason != "invalid_auth":
        return "url"
    return {"qbittorrent": "password", "shoko": "api_key_instead"}.get(kind, "api_key")


@pytest.mark.parametrize("reason", [*FAULTS, "invalid_auth"])
@pytest.mark.parametrize("kind", KINDS)
async def test_fails_then_works(hass: HomeAssistant, house: House, kind: str, reason: str) -> None:
    """Each reason is told apart, and the same flow goes on once it is lifted."""
    entry = added(house, hass)
    result = await start(hass, entry, kind)
    if kind == "qbittorrent" and reason == "invalid_auth":
        result = await answer(hass, result, {**house.typed(kind), "password": "wrong"})
    else:
        house.server(kind).fault = FAULTS.get(reason, Fault.bad_key)()
        result = await answer(hass, result, house.typed(kind))
    house.server(kind).fault = None
    # What is not JSON cannot be any of these services.
    expected = "wrong_service" if reason == "bad_answer" and kind != "shoko" else reason
    assert result["errors"] == {where(kind, expected): expected}
    assert suggested(result)["url"] == house.typed(kind)["url"]
    result = await answer(hass, result, house.typed(kind))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("kind", KINDS)
async def test_no_address(hass: HomeAssistant, house: House, kind: str) -> None:
    """What is no address is said at the field."""
    entry = added(house, hass)
    result = await answer(hass, await start(hass, entry, kind), {**house.typed(kind), "url": "http://"})
    assert result["errors"] == {"url": "invalid_url"}
    result = await answer(hass, result, house.typed(kind))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("kind", KINDS)
async def test_twice(hass: HomeAssistant, house: House, kind: str) -> None:
    """A service is added once."""
    entry = added(house, hass, kind)
    result = await answer(hass, await start(hass, entry, kind), house.typed(kind))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(house.server(kind).calls) == 0


async def test_same_jellyfin_elsewhere(hass: HomeAssistant, house: House) -> None:
    """A Jellyfin is known by its id, wherever it is."""
    entry = added(house, hass)
    await answer(hass, await start(hass, entry, "jellyfin"), house.typed("jellyfin"))
    hass.config_entries.async_update_subentry(
        entry, only(entry), data={**house.typed("jellyfin"), "url": "http://127.0.0.1:1"}
    )
    result = await answer(hass, await start(hass, entry, "jellyfin"), house.typed("jellyfin"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_wrong_product(hass: HomeAssistant, house: House) -> None:
    """A Sonarr is no Radarr, even with the right key."""
    entry = added(house, hass)
    result = await start(hass, entry, "radarr")
    result = await answer(hass, result, house.typed("sonarr"))
    assert result["errors"] == {"url": "wrong_service"}
    result = await answer(hass, result, house.typed("radarr"))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_4k_by_its_key(hass: HomeAssistant, house: House) -> None:
    """Seerr calls the instance by another address; the key tells which it is."""
    entry = added(house, hass)
    house.seerr.settings.hostname = "sonarr"
    four = house.sonarrs["4k"]
    typed = {"url": four.url, "api_key": four.api_key, "verify_ssl": True}
    await answer(hass, await start(hass, entry, "sonarr"), typed)
    assert only(entry).data == {**typed, "seerr_id": 1, "is_4k": True}
    assert only(entry).title == "Sonarr 4k"


async def test_unknown_to_seerr(hass: HomeAssistant, house: House) -> None:
    """An *arr that Seerr does not use has no number."""
    entry = added(house, hass)
    house.seerr.services = []
    await answer(hass, await start(hass, entry, "radarr"), house.typed("radarr"))
    assert only(entry).data == {**house.typed("radarr"), "seerr_id": None, "is_4k": False}


@pytest.mark.parametrize("fault", [Fault.down, Fault.hang, Fault.bad_key])
async def test_seerr_is_silent(hass: HomeAssistant, house: House, fault: Any) -> None:
    """A service can be added and changed while Seerr is away; what was known of it stays."""
    entry = added(house, hass)
    house.seerr.fault = fault()
    await answer(hass, await start(hass, entry, "radarr"), house.typed("radarr"))
    subentry = only(entry)
    assert subentry.data == {**house.typed("radarr"), "seerr_id": None, "is_4k": False}
    known = {**subentry.data, "seerr_id": 3, "is_4k": True}
    hass.config_entries.async_update_subentry(entry, subentry, data=known)
    result = await entry.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
    await answer(hass, result, house.typed("radarr"))
    assert subentry.data == known


async def test_shoko_by_password(hass: HomeAssistant, house: House) -> None:
    """User and password are used once for a key, and forgotten."""
    entry = added(house, hass)
    result = await start(hass, entry, "shoko")
    typed = {"url": f"{house.shoko.url}/webui/login", "verify_ssl": True}
    result = await answer(hass, result, typed)
    assert result["errors"] == {"password": "credentials_missing"}
    result = await answer(hass, result, {**typed, "username": "Default", "password": "wrong"})
    assert result["errors"] == {"password": "invalid_auth"}
    result = await answer(hass, result, {**typed, "username": "Default", "password": "shoko"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    data = only(entry).data
    assert set(data) == {"url", "api_key", "verify_ssl"}
    assert data["url"] == house.shoko.url
    assert data["api_key"] in house.shoko.keys.values()


async def test_shoko_beside_seerr(hass: HomeAssistant, house: House) -> None:
    """Nothing names a Shoko, so Seerr's host and Shoko's port are proposed."""
    result = await start(hass, added(house, hass), "shoko")
    assert suggested(result) == {"url": "http://127.0.0.1:8111"}


async def test_shoko_is_starting(hass: HomeAssistant, house: House) -> None:
    """A key is not judged before the server has started."""
    entry = added(house, hass)
    house.shoko.state = "Starting"
    result = await answer(hass, await start(hass, entry, "shoko"), house.typed("shoko"))
    assert result["errors"] == {"url": "not_ready"}
    house.shoko.state = "Started"
    result = await answer(hass, result, house.typed("shoko"))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_qbittorrent_host_and_ban(hass: HomeAssistant, house: House) -> None:
    """A refused host and a ban are not taken for a wrong password."""
    entry = added(house, hass)
    gate = house.qbittorrent.gate
    gate.web_port = 1
    result = await answer(hass, await start(hass, entry, "qbittorrent"), house.typed("qbittorrent"))
    assert result["errors"] == {"url": "host_refused"}
    gate.web_port = house.qbittorrent.port
    gate.banned = True
    result = await answer(hass, result, house.typed("qbittorrent"))
    assert result["errors"] == {"base": "banned"}
    gate.lift_ban()
    result = await answer(hass, result, house.typed("qbittorrent"))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_qbittorrent_by_key(hass: HomeAssistant, house: House) -> None:
    """A key needs no login."""
    entry = added(house, hass)
    house.qbittorrent.api_key = house.qbittorrent.gate.api_key = "qbt_" + "k" * 28
    typed = {"url": house.qbittorrent.url, "api_key": house.qbittorrent.api_key, "verify_ssl": True}
    result = await answer(hass, await start(hass, entry, "qbittorrent"), typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only(entry).data == {**typed, "username": "", "password": ""}
    assert house.qbittorrent.gate.login_attempts == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_reconfigure(hass: HomeAssistant, house: House, setup_entry: AsyncMock, kind: str) -> None:
    """The form shows all but secrets; a secret left empty is the stored one; title and extras stay."""
    entry = added(house, hass, kind)
    subentry = only(entry)
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "kept": 1}, unique_id="old"
    )
    result = await entry.start_subentry_reconfigure_flow(hass, kind)
    assert result["step_id"] == "reconfigure"
    secrets = {"api_key", "password", "api_key_instead"}
    shown = {key: value for key, value in house.typed(kind).items() if key not in secrets}
    assert suggested(result) == shown
    house.server(kind).fault = Fault.down()
    result = await answer(hass, result, shown)
    assert result["errors"] == {"url": "cannot_connect"}
    house.server(kind).fault = None
    result = await answer(hass, result, {**shown, "verify_ssl": False})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert subentry.data.items() >= {**house.kept(kind), "verify_ssl": False, "kept": 1}.items()
    assert subentry.title == f"The {kind}"
    assert subentry.unique_id != "old"
    setup_entry.assert_called_once()


async def test_reconfigure_qbittorrent_without_login(hass: HomeAssistant, house: House) -> None:
    """Emptying the user name means no login; the stored password goes."""
    entry = added(house, hass, "qbittorrent")
    house.qbittorrent.gate.login_required = False
    result = await entry.start_subentry_reconfigure_flow(hass, "qbittorrent")
    await answer(hass, result, {"url": house.qbittorrent.url, "verify_ssl": True})
    assert only(entry).data == {
        "url": house.qbittorrent.url,
        "username": "",
        "password": "",
        "api_key": "",
        "verify_ssl": True,
    }


async def test_address_for_links(hass: HomeAssistant, house: House) -> None:
    """A Jellyfin may have one; what is no address is said at the field, and emptied it is gone."""
    entry = added(house, hass)
    result = await start(hass, entry, "jellyfin")
    result = await answer(hass, result, {**house.typed("jellyfin"), "link_url": "http://"})
    assert result["errors"] == {"link_url": "invalid_url"}
    typed = {**house.typed("jellyfin"), "link_url": "https://films.example.com/"}
    result = await answer(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only(entry).data["link_url"] == "https://films.example.com"
    result = await entry.start_subentry_reconfigure_flow(hass, only(entry).subentry_id)
    assert suggested(result)["link_url"] == "https://films.example.com"
    await answer(hass, result, house.typed("jellyfin"))
    assert "link_url" not in only(entry).data


async def test_new_credentials_keep_the_address_for_links(hass: HomeAssistant, house: House) -> None:
    """Logging in again changes the credentials alone."""
    entry = added(house, hass)
    typed = {**house.typed("jellyfin"), "link_url": "https://films.example.com"}
    await answer(hass, await start(hass, entry, "jellyfin"), typed)
    subentry = only(entry)
    async_start_reauth(hass, entry, subentry.subentry_id)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    await hass.config_entries.flow.async_configure(flow["flow_id"], {"api_key": house.jellyfin.api_key})
    await hass.async_block_till_done()
    assert only(entry).data["link_url"] == "https://films.example.com"


async def test_reconfigure_onto_another(hass: HomeAssistant, house: House) -> None:
    """Two services cannot share an address."""
    entry = added(house, hass, "radarr", "sonarr")
    result = await entry.start_subentry_reconfigure_flow(hass, "radarr")
    result = await answer(hass, result, house.typed("sonarr"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_reload_with_services(hass: HomeAssistant, house: House, setup_entry: AsyncMock) -> None:
    """The entry is loaded again when a service joins or leaves it, and for nothing else."""
    entry = added(house, hass, "radarr")
    other = added(house, hass)
    await hass.config_entries.async_setup(entry.entry_id)
    setup_entry.reset_mock()
    stop = async_reload_with_services(hass, entry)
    await answer(hass, await start(hass, other, "jellyfin"), house.typed("jellyfin"))
    hass.config_entries.async_update_entry(entry, data={**entry.data, "webhooks": {}})
    await hass.async_block_till_done()
    assert setup_entry.call_count == 0
    await answer(hass, await start(hass, entry, "jellyfin"), house.typed("jellyfin"))
    assert setup_entry.call_count == 1
    hass.config_entries.async_remove_subentry(entry, "radarr")
    await hass.async_block_till_done()
    assert setup_entry.call_count == 2
    stop()
    hass.config_entries.async_remove_subentry(entry, only(entry).subentry_id)
    await hass.async_block_till_done()
    assert setup_entry.call_count == 2
