"""The config flow against services that answer, fail, and answer again."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.status_tracker.const import DOMAIN, OPTIONS
from custom_components.status_tracker.flows.reauth import async_start_reauth
from custom_components.status_tracker.webhooks.reach import Reach

from ..stack.server import Fault
from .house import FAULTS, House, house_fixture, setup_entry_fixture, suggested  # noqa: F401  fixtures


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Begin to add an entry."""
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def answer(hass: HomeAssistant, result: Mapping[str, Any], typed: dict[str, Any]) -> ConfigFlowResult:
    """Submit a form."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], typed)
    await hass.async_block_till_done()
    return result


async def test_all_found(hass: HomeAssistant, house: House, setup_entry: AsyncMock) -> None:
    """From the address and key of Seerr to an entry with every service it uses."""
    result = await start(hass)
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "user", {})
    result = await answer(hass, result, house.typed("seerr"))
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "services")
    ((marker, selector),) = result["data_schema"].schema.items()
    assert marker.default() == ["radarr_0", "sonarr_0", "sonarr_1", "jellyfin"]
    labels = {option["value"]: option["label"] for option in selector.config["options"]}
    assert labels["sonarr_1"] == (
        f"Sonarr 4k (Sonarr {house.sonarrs['4k'].version}, {house.sonarrs['4k'].url}): connected"
    )
    result = await answer(hass, result, {"services": ["radarr_0", "sonarr_0", "sonarr_1", "jellyfin"]})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "qbittorrent")
    assert suggested(result) == {"url": house.qbittorrent.url, "username": "admin", "verify_ssl": True}
    assert "api_key" in result["data_schema"].schema
    result = await answer(
        hass,
        result,
        {"url": house.qbittorrent.url, "username": "admin", "password": "adminadmin"},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert json.dumps(result["subentries"])
    entry = result["result"]
    assert entry.title == "Seerr"
    assert entry.unique_id is None
    assert entry.data == house.typed("seerr")
    found = {sub.title: sub for sub in entry.subentries.values()}
    assert list(found) == ["Radarr", "Sonarr", "Sonarr 4k", "Jellyfin", "qBittorrent"]
    assert found["Radarr"].data == {**house.typed("radarr"), "seerr_id": 0, "is_4k": False}
    assert found["Sonarr 4k"].data == {
        "url": house.sonarrs["4k"].url,
        "api_key": house.sonarrs["4k"].api_key,
        "verify_ssl": True,
        "seerr_id": 1,
        "is_4k": True,
    }
    assert found["Sonarr"].unique_id == f"127.0.0.1:{house.sonarr.port}/sonarr"
    assert found["Jellyfin"].data == house.typed("jellyfin")
    assert found["Jellyfin"].unique_id == house.jellyfin.server_id
    assert found["qBittorrent"].data == {**house.typed("qbittorrent"), "api_key": ""}
    assert {sub.subentry_type for sub in found.values()} == {"radarr", "sonarr", "jellyfin", "qbittorrent"}
    assert house.qbittorrent.gate.login_attempts == 1
    setup_entry.assert_called_once()


@pytest.mark.parametrize(
    "reason", [*FAULTS, "invalid_auth", "invalid_url", "not_admin", "credentials_missing"]
)
async def test_seerr_fails_then_works(hass: HomeAssistant, house: House, reason: str) -> None:
    """Each reason is told apart, and the same flow goes on once it is lifted."""
    result = await start(hass)
    typed = house.typed("seerr")
    where = "api_key" if reason in ("invalid_auth", "not_admin", "credentials_missing") else "url"
    match reason:
        case "invalid_auth":
            typed["api_key"] = "wrong"
        case "invalid_url":
            typed["url"] = "ftp://nas"
        case "credentials_missing":
            typed["api_key"] = "  "
        case "not_admin":
            house.seerr.world.users[1].permissions = 32
        case _:
            house.seerr.fault = FAULTS[reason]()
    expected = "wrong_service" if reason == "bad_answer" else reason
    result = await answer(hass, result, typed)
    assert (result["step_id"], result["errors"]) == ("user", {where: expected})
    house.seerr.fault = None
    house.seerr.world.users[1].permissions = 2
    result = await answer(hass, result, house.typed("seerr"))
    assert result["step_id"] == "services"


async def test_another_product(hass: HomeAssistant, house: House) -> None:
    """The address of a Radarr is not that of a Seerr."""
    result = await answer(hass, await start(hass), {**house.typed("seerr"), "url": house.radarr.url})
    assert result["errors"] == {"url": "wrong_service"}
    result = await answer(hass, result, house.typed("seerr"))
    assert result["step_id"] == "services"


async def test_tls(hass: HomeAssistant, house: House) -> None:
    """Where https fails and http works, http is proposed; it is not used before the person agrees."""
    url = house.seerr.url.replace("http:", "https:")
    typed = {**house.typed("seerr"), "url": f"{url}/settings/main?tab=1"}
    result = await answer(hass, await start(hass), typed)
    assert result["errors"] == {"url": "other_scheme"}
    assert suggested(result)["url"] == house.seerr.url
    assert not any(house.seerr.api_key in str(call) for call in house.seerr.calls)
    result = await answer(hass, result, {**typed, "url": suggested(result)["url"]})
    assert result["step_id"] == "services"


async def test_same_seerr_twice(hass: HomeAssistant, house: House) -> None:
    """The address counts, not its spelling."""
    house.entry().add_to_hass(hass)
    calls = len(house.seerr.calls)
    typed = {**house.typed("seerr"), "url": f" HTTP://127.0.0.1:{house.seerr.port}/?x=1 "}
    result = await answer(hass, await start(hass), typed)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(house.seerr.calls) == calls


async def test_two_seerrs(hass: HomeAssistant, house: House) -> None:
    """A household may have several."""
    first = house.entry()
    first.add_to_hass(hass)
    hass.config_entries.async_update_entry(first, data={**first.data, "url": "http://127.0.0.1:1"})
    result = await answer(hass, await start(hass), house.typed("seerr"))
    assert result["step_id"] == "services"


async def test_nothing_found(hass: HomeAssistant, house: House) -> None:
    """A Seerr without any service makes an entry at once."""
    house.seerr.services, house.seerr.jellyfin = [], None
    result = await answer(hass, await start(hass), house.typed("seerr"))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not result["result"].subentries


async def test_some_do_not_answer(hass: HomeAssistant, house: House) -> None:
    """What does not answer is shown with its reason, and each one chosen can be corrected or left out."""
    house.radarr.fault = Fault.bad_key()
    house.sonarr.fault = Fault.down()
    house.jellyfin.fault = Fault.hang()
    result = await answer(hass, await start(hass), house.typed("seerr"))
    ((marker, selector),) = result["data_schema"].schema.items()
    assert marker.default() == ["sonarr_1"]
    said = {option["value"]: option["label"].rpartition(": ")[2] for option in selector.config["options"]}
    assert said == {
        "radarr_0": "invalid API key",
        "sonarr_0": "failed to connect",
        "sonarr_1": "connected",
        "jellyfin": "no response in time",
    }
    result = await answer(hass, result, {"services": ["radarr_0", "sonarr_1", "jellyfin"]})
    assert (result["step_id"], result["errors"]) == ("service", {"api_key": "invalid_auth"})
    assert result["description_placeholders"] == {"name": "Radarr"}
    assert suggested(result) == {"url": house.radarr.url, "verify_ssl": True}
    result = await answer(hass, result, {"url": house.radarr.url, "api_key": "wrong"})
    assert (result["step_id"], result["errors"]) == ("service", {"api_key": "invalid_auth"})
    house.radarr.fault = None
    result = await answer(hass, result, {"url": f"{house.radarr.url}/settings/general"})
    assert (result["step_id"], result["errors"]) == ("service", {"url": "timed_out"})
    result = await answer(hass, result, {"url": house.jellyfin.url, "skip": True})
    assert result["step_id"] == "qbittorrent"
    result = await answer(hass, result, {"url": house.qbittorrent.url, "skip": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    found = {sub.title: sub for sub in result["result"].subentries.values()}
    assert set(found) == {"Radarr", "Sonarr 4k"}
    assert found["Radarr"].data == {**house.typed("radarr"), "seerr_id": 0, "is_4k": False}


README = Path(__file__).parents[2] / "README.md"
HEADINGS = {
    line.lstrip("# ").strip().lower().replace(" ", "-")
    for line in README.read_text().splitlines()
    if line.startswith("#")
}


async def test_what_next(hass: HomeAssistant, house: House) -> None:
    """The end of the flow leads on to the dashboard, the blueprints and Shoko."""
    house.seerr.services, house.seerr.jellyfin = [], None
    result = await answer(hass, await start(hass), house.typed("seerr"))
    links = result["description_placeholders"]
    assert set(links) == {"dashboards", "blueprints", "services"}
    assert links["blueprints"].partition("#")[2] in HEADINGS


async def test_callback(hass: HomeAssistant, house: House) -> None:
    """Where the services cannot call Home Assistant, its address is asked for and tried before it is kept."""
    reach = AsyncMock(return_value=Reach(unreached=["Seerr", "Radarr"]))
    with patch("custom_components.status_tracker.config_flow.async_test_reach", reach):
        result = await answer(hass, await start(hass), house.typed("seerr"))
        result = await answer(hass, result, {"services": ["radarr_0", "jellyfin"]})
        result = await answer(hass, result, {"url": house.qbittorrent.url, "skip": True})
        assert (result["step_id"], result["errors"]) == ("callback", {})
        assert suggested(result) == {"callback_url": "http://homeassistant.test:8123"}
        assert result["description_placeholders"] == {"services": "Seerr, Radarr"}
        assert set(reach.call_args.args[1]) == {"Seerr", "Radarr", "Jellyfin"}
        result = await answer(hass, result, {"callback_url": "ftp://home"})
        assert result["errors"] == {"callback_url": "invalid_url"}
        result = await answer(hass, result, {"callback_url": "home:8123"})
        assert result["errors"] == {"callback_url": "unreachable"}
        reach.return_value = Reach(reached=["Seerr", "Radarr"])
        result = await answer(hass, result, {"callback_url": "http://home:8123/"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.options == {**OPTIONS, "callback_url": "http://home:8123"}
    assert entry.data == house.typed("seerr")


async def test_callback_skipped(hass: HomeAssistant, house: House) -> None:
    """It may be left for later; the entry remembers, so that the repair need not wait."""
    house.seerr.services, house.seerr.jellyfin = [], None
    reach = AsyncMock(return_value=Reach(unreached=["Seerr"]))
    with patch("custom_components.status_tracker.config_flow.async_test_reach", reach):
        result = await answer(hass, await start(hass), house.typed("seerr"))
        result = await answer(hass, result, {"callback_url": "", "skip": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].data == {**house.typed("seerr"), "callback_skipped": True}
    assert result["result"].options == {}


async def to_qbittorrent(hass: HomeAssistant, house: House) -> ConfigFlowResult:
    """Go to the step that asks for the password."""
    result = await answer(hass, await start(hass), house.typed("seerr"))
    result = await answer(hass, result, {"services": ["radarr_0", "sonarr_0"]})
    assert result["step_id"] == "qbittorrent"
    return result


async def test_qbittorrent_skipped(hass: HomeAssistant, house: House) -> None:
    """It can be left out, without a single login."""
    result = await to_qbittorrent(hass, house)
    result = await answer(hass, result, {"url": house.qbittorrent.url, "skip": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [sub.subentry_type for sub in result["result"].subentries.values()] == ["radarr", "sonarr"]
    assert house.qbittorrent.gate.login_attempts == 0


async def test_qbittorrent_without_login(hass: HomeAssistant, house: House) -> None:
    """Neither user nor password: the server lets local addresses in."""
    house.qbittorrent.gate.login_required = False
    result = await answer(hass, await to_qbittorrent(hass, house), {"url": house.qbittorrent.url})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.qbittorrent.gate.login_attempts == 0


async def test_qbittorrent_wrong_then_right(hass: HomeAssistant, house: House) -> None:
    """A wrong password costs one login; what was typed stays in the form."""
    result = await to_qbittorrent(hass, house)
    typed = {"url": house.qbittorrent.url, "username": "admin", "password": "wrong"}
    result = await answer(hass, result, typed)
    assert (result["step_id"], result["errors"]) == ("qbittorrent", {"password": "invalid_auth"})
    assert house.qbittorrent.gate.login_attempts == 1
    house.qbittorrent.gate.banned = True
    result = await answer(hass, result, typed)
    assert result["errors"] == {"base": "banned"}
    house.qbittorrent.gate.lift_ban()
    result = await answer(hass, result, {**typed, "password": "adminadmin"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_two_qbittorrents(hass: HomeAssistant, house: House) -> None:
    """Each is asked for in turn."""
    house.sonarr.download_client = house.jellyfin
    result = await to_qbittorrent(hass, house)
    first = suggested(result)["url"]
    result = await answer(hass, result, {"url": first, "skip": True})
    assert result["step_id"] == "qbittorrent"
    assert {first, suggested(result)["url"]} == {house.qbittorrent.url, house.jellyfin.url}
    result = await answer(hass, result, {"url": house.jellyfin.url})
    assert result["errors"] == {"url": "wrong_service"}
    result = await answer(hass, result, {"url": house.jellyfin.url, "skip": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_one_service_named_twice(hass: HomeAssistant, house: House) -> None:
    """Seerr may hold one Radarr under two names; it becomes one subentry."""
    house.seerr.services = [house.radarr, house.radarr]
    result = await answer(hass, await start(hass), house.typed("seerr"))
    result = await answer(hass, result, {"services": ["radarr_0", "jellyfin"]})
    result = await answer(hass, result, {"url": house.qbittorrent.url, "skip": True})
    assert [sub.subentry_type for sub in result["result"].subentries.values()] == ["radarr", "jellyfin"]


@pytest.mark.parametrize("reason", [*FAULTS, "invalid_auth"])
async def test_reconfigure(hass: HomeAssistant, house: House, setup_entry: AsyncMock, reason: str) -> None:
    """Address and key can be changed; an empty key is the one that is stored."""
    entry = house.entry("radarr")
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "webhooks": {"seerr": "id"}})
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    assert suggested(result) == {"url": house.seerr.url, "verify_ssl": True}
    house.seerr.fault = FAULTS.get(reason, Fault.bad_key)()
    typed = {"url": f"{house.seerr.url}/", "verify_ssl": False}
    result = await answer(hass, result, typed)
    where = "api_key" if reason == "invalid_auth" else "url"
    assert result["errors"] == {where: "wrong_service" if reason == "bad_answer" else reason}
    house.seerr.fault = None
    result = await answer(hass, result, typed)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data == {**house.typed("seerr"), "verify_ssl": False, "webhooks": {"seerr": "id"}}
    setup_entry.assert_called_once()


async def test_reconfigure_to_another_entry(hass: HomeAssistant, house: House) -> None:
    """Two entries cannot share a Seerr."""
    house.entry().add_to_hass(hass)
    other = house.entry()
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, data={**other.data, "url": "http://127.0.0.1:1"})
    result = await other.start_reconfigure_flow(hass)
    result = await answer(hass, result, house.typed("seerr"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert other.data["url"] == "http://127.0.0.1:1"


async def test_reauth_of_seerr(hass: HomeAssistant, house: House, setup_entry: AsyncMock) -> None:
    """The flow that Home Assistant starts by itself is Seerr's."""
    entry = house.entry("radarr")
    entry.add_to_hass(hass)
    house.seerr.api_key = "new"
    result = await entry.start_reauth_flow(hass)
    assert (result["step_id"], result["description_placeholders"]) == (
        "reauth_confirm",
        {"name": "Seerr", "url": house.seerr.url},
    )
    result = await answer(hass, result, {"api_key": "newer"})
    assert result["errors"] == {"api_key": "invalid_auth"}
    result = await answer(hass, result, {"api_key": "new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data["api_key"] == "new"
    setup_entry.assert_called_once()


async def test_reauth_names_the_service(hass: HomeAssistant, house: House, setup_entry: AsyncMock) -> None:
    """Each service that refuses has one flow of its own."""
    entry = house.entry("radarr", "qbittorrent")
    entry.add_to_hass(hass)
    for _ in range(2):
        for refused in ("radarr", "qbittorrent", None, "long gone"):
            async_start_reauth(hass, entry, refused)
    await hass.async_block_till_done()
    flows = {
        flow["context"]["title_placeholders"]["name"]: flow
        for flow in hass.config_entries.flow.async_progress()
    }
    assert list(flows) == ["Seerr: The radarr", "Seerr: The qbittorrent", "Seerr"]
    house.radarr.api_key = "new"
    result = await hass.config_entries.flow.async_configure(flows["Seerr: The radarr"]["flow_id"])
    assert (result["step_id"], result["description_placeholders"]) == (
        "reauth_confirm",
        {"name": "The radarr", "url": house.radarr.url},
    )
    result = await answer(hass, result, {"api_key": "wrong"})
    assert result["errors"] == {"api_key": "invalid_auth"}
    result = await answer(hass, result, {"api_key": "new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.subentries["radarr"].data == {**house.typed("radarr")}
    assert entry.data == house.typed("seerr")
    setup_entry.assert_called_once()


async def test_reauth_of_qbittorrent(hass: HomeAssistant, house: House) -> None:
    """The stored password, which was refused, is not tried once more."""
    entry = house.entry("qbittorrent")
    entry.add_to_hass(hass)
    house.qbittorrent.gate.password = "new"
    async_start_reauth(hass, entry, "qbittorrent")
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    result = await answer(hass, flow, {"username": "admin", "password": "new"})
    assert result["reason"] == "reauth_successful"
    assert entry.subentries["qbittorrent"].data["password"] == "new"
    assert house.qbittorrent.gate.login_attempts == 1


async def test_reauth_of_a_service_that_is_gone(hass: HomeAssistant, house: House) -> None:
    """It was removed while the flow waited."""
    entry = house.entry("radarr")
    entry.add_to_hass(hass)
    async_start_reauth(hass, entry, "radarr")
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    hass.config_entries.async_remove_subentry(entry, "radarr")
    result = await answer(hass, flow, {"api_key": "new"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "service_removed")


async def test_secrets_stay_out_of_the_log(
    hass: HomeAssistant, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither keys nor passwords are logged, whatever goes wrong."""
    caplog.set_level("DEBUG")
    house.radarr.fault = Fault.status(500)
    house.sonarrs["4k"].fault = Fault.garbage()
    result = await answer(hass, await start(hass), {**house.typed("seerr"), "api_key": "typed-key"})
    result = await answer(hass, result, house.typed("seerr"))
    result = await answer(hass, result, {"services": ["radarr_0", "sonarr_0", "jellyfin"]})
    result = await answer(hass, result, {**house.typed("radarr"), "api_key": "typed-key"})
    assert result["step_id"] == "service"
    result = await answer(hass, result, {**house.typed("radarr"), "skip": True})
    await answer(hass, result, {**house.typed("qbittorrent"), "password": "typed-password"})
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("custom_components")
    )
    assert "Failed to validate" in ours
    secrets = [server.api_key for server in house.servers if server.api_key]
    for secret in (*secrets, "typed-key", "typed-password", "adminadmin"):
        assert secret not in ours
