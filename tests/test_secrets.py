"""No secret leaves the house: a world whose keys, people, paths and hosts would be known anywhere."""

from collections.abc import AsyncIterator, Iterator
import json
import logging
import socket
from typing import Any, override

from aiohttp.abc import AbstractResolver, ResolveResult
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.flows.schemas import SECTION_API_KEY

from .common import SetUp, StartHousehold, coordinator_of, poll, until
from .stack.household import Household
from .stack.rows import SeerrRequest
from .stack.server import Fault
from .stack.stories import anime_film_story, anime_series_story, film_4k_story, film_story, series_story
from .stack.titles import film

HOST = "secret-host.example"
MAIL = "secret-mail"
ROOT = "secret-root"
KEYS = {
    "seerr": "SecretKeyOfSeerr==",
    "radarr-hd": "secretkeyofradarrhd0000000000000",
    "radarr-4k": "secretkeyofradarr4k0000000000000",
    "sonarr-hd": "secretkeyofsonarrhd0000000000000",
    "jellyfin": "secretkeyofjellyfin0000000000000",
    "shoko": "secret00-key0-of00-shok-o00000000000",
}
USER, PASSWORD = "secret-user", "Secret.Password!"
TYPED = "secret-typed-by-mistake"
PERSON = "Secretname"

# The tests' own machinery, and what Home Assistant keeps silent by itself.
NOT_OURS = (
    "pytest_homeassistant_custom_component",
    "aiohttp.access",
    "homeassistant.core",
    "homeassistant.components.webhook",  # at debug level it tells ids
    "homeassistant.components.http",
    "homeassistant.helpers.http",
)


class Resolver(AbstractResolver):
    """Finds the household's hosts on this machine."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the loopback address for a name of the household."""
        if not host.endswith(HOST):
            raise OSError("unknown")
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        ]

    @override
    async def close(self) -> None:
        """Hold nothing."""

    async def real_close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the household's names lead to this machine, for sessions and for threads."""
    find = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        """Find a name of the household here."""
        return find("127.0.0.1" if str(host).endswith(HOST) else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda hass: Resolver())


class Everything:
    """All that others get to see."""

    def __init__(self, hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
        """Listen from now on, to every logger at its most talkative."""
        self.hass = hass
        self.events: list[str] = []
        self.answers: list[str] = []
        hass.bus.async_listen(MATCH_ALL, self._heard)
        caplog.set_level(logging.DEBUG)
        for name in (DOMAIN, "custom_components", "SignalRCoreClient", "aiohttp", "homeassistant"):
            caplog.set_level(logging.DEBUG, logger=name)
        self.caplog = caplog

    @callback
    def _heard(self, event: Event[Any]) -> None:
        """Keep what an event holds, states included."""
        data = {key: getattr(one, "as_dict", lambda one=one: one)() for key, one in event.data.items()}
        self.events.append(f"{event.event_type} {data}")

    @property
    def logs(self) -> list[str]:
        """Every line of the log with its traceback."""
        formatter = logging.Formatter("%(name)s %(threadName)s %(message)s")
        records = [*self.caplog.get_records("setup"), *self.caplog.get_records("call")]
        return [formatter.format(one) for one in records if not one.name.startswith(NOT_OURS)]

    @property
    def shown(self) -> list[str]:
        """States, registries and issues."""
        rows: list[object] = [state.as_dict() for state in self.hass.states.async_all()]
        rows += [*dr.async_get(self.hass).devices, *er.async_get(self.hass).entities.values()]
        rows += [issue for issue in ir.async_get(self.hass).issues.values() if issue.domain == DOMAIN]
        return [str(row) for row in rows]


@pytest.fixture
async def everything(
    hass: HomeAssistant, hass_client: Any, hosts: None, caplog: pytest.LogCaptureFixture
) -> Everything:
    """Begin to listen, before the server does, which takes no new views then."""
    for name in ("diagnostics", "repairs", "system_health"):
        assert await async_setup_component(hass, name, {})
    return Everything(hass, caplog)


@pytest.fixture
async def home(household: StartHousehold) -> Household:
    """The household whose every secret is known."""
    options: dict[str, dict[str, Any]] = {name: {"api_key": key} for name, key in KEYS.items()}
    home = await household(
        radarrs=("hd", "4k"),
        shoko=True,
        options={**options, "qbittorrent": {"username": USER, "password": PASSWORD}},
    )
    for arr in home.world.arrs:
        arr.root = arr.anime_root = f"/{ROOT}-{arr.kind}-{arr.name}"
    home.world.jellyfin_mount = f"/{ROOT}-mount"
    for number, user in home.world.users.items():
        user.email = f"{MAIL}{number}@{HOST}"
        user.display_name += f" {PERSON}"
    return home


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the entry know the services by names instead of numbers."""
    from . import common

    typed = common.typed

    def by_name(server: Any) -> dict[str, Any]:
        """The same with a host name."""
        data = typed(server)
        return {**data, "url": data["url"].replace("127.0.0.1", f"{server.name}.{HOST}")}

    monkeypatch.setattr(common, "typed", by_name)


def secrets(*entries: Any) -> Iterator[str]:
    """Everything that must not be found: keys, passwords, webhook ids, e-mail addresses, folders."""
    yield from (*KEYS.values(), USER, PASSWORD, TYPED, MAIL, ROOT)
    for entry in entries:
        yield from entry.data.get("webhooks", {}).values()


def assert_silent(where: str, texts: list[str], needles: set[str]) -> None:
    """Check that none of the texts holds any of the secrets, whatever its case."""
    assert texts, where
    found = {
        (needle, text[:600]) for text in texts for needle in needles if needle.casefold() in text.casefold()
    }
    assert not found, (where, sorted(found)[:3])


async def travel(hass: HomeAssistant, home: Household, entry: MockConfigEntry) -> list[SeerrRequest]:
    """All paths to the end, one request refused an import with a path in the reason, and one not."""

    async def pace(seconds: float) -> None:
        """Poll at each step."""
        await poll(hass, entry, 1)

    requests = [
        await story(home.world, pace)
        for story in (film_story, series_story, film_4k_story, anime_film_story, anime_series_story)
    ]
    blocked = await home.world.request(film("Big Buck Bunny", 2008, 10378), auto_approve=True)
    download = await home.world.grab(blocked)
    await home.world.complete(download)
    await home.world.block_import(
        download, [f"No files found are eligible for import in /{ROOT}-downloads/a b/Bunny"]
    )
    await poll(hass, entry)
    return [*requests, blocked]


def faults() -> Iterator[Fault]:
    """Everything that can be wrong with a service, each in words that hold secrets."""
    told = json.dumps({"message": f"{KEYS['seerr']} {USER} {PASSWORD} /{ROOT}/file {MAIL}1@{HOST}"})
    yield Fault.down()
    yield Fault.bad_key()
    yield Fault.html()
    yield Fault.garbage()
    yield Fault.redirect(f"http://login.{HOST}/?apikey={KEYS['seerr']}")
    for code in (400, 401, 403, 404, 409, 500, 503):
        yield Fault.status(code, told)
    yield Fault.lying(lambda path, data: [told] if isinstance(data, dict) else {"results": told})


async def flows(hass: HomeAssistant, home: Household, entry: MockConfigEntry) -> AsyncIterator[Any]:
    """Reconfigure and reauth flows in which things go wrong, with secrets in the wrong places."""
    for key in ("radarr-hd", "qbittorrent", "jellyfin", "shoko"):
        data = entry.subentries[key].data
        wrong = {**data, "api_key": TYPED, "url": f"http://{USER}:{TYPED}@{key}.{HOST}:1/?apikey={TYPED}"}
        kept = {name: wrong[name] for name in wrong if name not in ("seerr_id", "is_4k")}
        if key == "shoko":
            kept[SECTION_API_KEY] = {"api_key": kept.pop("api_key")}
        for typed in (kept, {**kept, "url": data["url"]}):
            result = await hass.config_entries.subentries.async_init(
                (entry.entry_id, entry.subentries[key].subentry_type),
                context={"source": "reconfigure", "subentry_id": key},
            )
            yield await hass.config_entries.subentries.async_configure(result["flow_id"], typed)
            hass.config_entries.subentries.async_abort(result["flow_id"])
    result = await entry.start_reconfigure_flow(hass)
    typed = {"url": entry.data["url"], "api_key": TYPED, "verify_ssl": True}
    yield await hass.config_entries.flow.async_configure(result["flow_id"], typed)
    hass.config_entries.flow.async_abort(result["flow_id"])
    for flow in hass.config_entries.flow.async_progress():
        form = await hass.config_entries.flow.async_configure(flow["flow_id"])
        in_section = SECTION_API_KEY in form["data_schema"].schema
        typed = {SECTION_API_KEY: {"api_key": TYPED}} if in_section else {"api_key": TYPED}
        yield await hass.config_entries.flow.async_configure(flow["flow_id"], typed)


async def test_no_secret_is_told(
    hass: HomeAssistant,
    hass_client: Any,
    everything: Everything,
    named: None,
    home: Household,
    setup_entry: SetUp,
) -> None:
    """Stories, faults, flows, actions, reports: nothing tells a key, a person's address or a folder."""
    entry = await setup_entry(home)
    requests = await travel(hass, home, entry)
    await until(hass, lambda: coordinator_of(entry).sources["shoko"].push_connected)  # type: ignore[attr-defined]  # a ShokoSource
    shown = await until_blocked(hass, requests[-1])
    assert "Bunny" in shown
    needles = set(secrets(entry))
    assert len(needles) > 10
    everything.answers += [str(await ask(hass, action, entry)) for action in ("get_requests", "refresh")]
    everything.answers.append(str(await get_diagnostics_for_config_entry(hass, hass_client, entry)))

    for fault in faults():
        for server in home.servers:
            server.fault = fault
        await poll(hass, entry, 1)
        await hass.async_block_till_done()
        everything.answers.append(str(await get_diagnostics_for_config_entry(hass, hass_client, entry)))
        everything.answers.append(str(await get_system_health_info(hass, DOMAIN)))
        for server in home.servers:
            server.fault = None
    async for result in flows(hass, home, entry):
        assert result["type"] is not FlowResultType.CREATE_ENTRY
        everything.answers.append(str({key: result.get(key) for key in ("errors", "reason", "title")}))
    for key, webhook_id in entry.data["webhooks"].items():
        client = await hass_client()
        await client.post(f"/api/webhook/{webhook_id}", data=f'{{"{key}": "{MAIL}1@{HOST} /{ROOT}/x"')
        await client.post(f"/api/webhook/{webhook_id}", json={"eventType": [f"/{ROOT}/x"], "movie": 3})
    await poll(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await poll(hass, entry)

    assert_silent("states, registries and issues", everything.shown, needles)
    assert_silent("events", everything.events, needles)
    assert_silent("answers", everything.answers, needles)
    assert_silent("logs", everything.logs, needles)
    # Names of people and hosts are shown in the house, where they are of use, and go no further.
    reports = [one for one in everything.answers if "home_assistant" not in one]
    assert_silent("reports", reports[2:], {HOST, "127.0.0.1", PERSON})
    assert_silent("logs, of people", everything.logs, {PERSON})
    assert any(PERSON in state for state in everything.shown)
    assert any("failed to authenticate" in line for line in everything.logs)

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert_silent("logs to the end", everything.logs, needles)


async def until_blocked(hass: HomeAssistant, request: SeerrRequest) -> str:
    """The reason's detail of the blocked import, once it shows."""
    details: list[str] = []

    def blocked() -> bool:
        """Whether it shows."""
        details[:] = [
            str(state.attributes["reason_detail"])
            for state in hass.states.async_all("sensor")
            if state.attributes.get("request_id") == str(request.id)
            and state.attributes.get("reason") == "import_blocked"
        ]
        return bool(details)

    await until(hass, blocked)
    return details[0]


async def ask(hass: HomeAssistant, action: str, entry: MockConfigEntry) -> Any:
    """What an action answers."""
    return await hass.services.async_call(
        DOMAIN,
        action,
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=action.startswith("get"),
    )


async def test_the_library_of_the_push_connection_stays_silent(
    hass: HomeAssistant, everything: Everything, named: None, home: Household, setup_entry: SetUp
) -> None:
    """SignalR's library would log addresses with keys; not even debugging it makes it do so."""
    entry = await setup_entry(home)
    shoko: Any = coordinator_of(entry).sources["shoko"]
    await until(hass, lambda: shoko.push_connected)
    assert not [line for line in everything.logs if line.startswith("SignalRCoreClient")]
    assert_silent("logs", everything.logs, set(secrets(entry)))
