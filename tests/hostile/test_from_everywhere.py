"""Every service says something hostile in every field that holds free text, also in its webhooks."""

from copy import deepcopy
import logging
from random import Random
from typing import Any

from homeassistant.components import conversation
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry

from custom_components.status_tracker.const import DOMAIN

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll
from ..stack.household import Household
from ..stack.server import Fault
from ..stack.stories import frieren, long_way_home, sintel, tears_of_steel, your_name
from ..stack.webhooks import Webhooks
from ..test_secrets import Resolver
from .test_everywhere import check_texts
from .texts import HOSTILE, LONGEST_PATH, texts_in

# The fields of all services whose text is chosen by people, or by who names files.
FREE = {
    *(
        "title",
        "name",
        "originaltitle",
        "originalname",
        "sorttitle",
        "overview",
        "tagline",
        "label",
        "message",
    ),
    *(
        "displayname",
        "username",
        "jellyfinusername",
        "plexusername",
        "email",
        "requestedby_username",
        "subject",
    ),
    *("path", "relativepath", "foldername", "rootfolderpath", "scenename", "releasegroup", "releasetitle"),
    *("sourcetitle", "indexer", "downloadclient", "downloadclientname", "messages", "errormessage", "reason"),
    *("importedpath", "droppedpath", "outputpath", "quality", "category", "tags", "tracker", "comment"),
    *(
        "content_path",
        "save_path",
        "seriesname",
        "seasonname",
        "servername",
        "server_name",
        "applicationtitle",
    ),
    *("filename", "source", "description", "posterpath", "status", "errormessages"),
}
# Texts below these keys are what the service is told apart by.
FIXED = {"appname", "instancename", "productname", "version", "settings", "fields", "implementation"}

AS_THEY_ARE = ("markup", "template", "quotes", "right to left")


def hostile(value: Any, text: str, dice: Random, key: str = "") -> Any:
    """Return JSON in which two thirds of the free texts are another one."""
    match value:
        case dict():
            return {
                name: one if name.casefold() in FIXED else hostile(one, text, dice, name.casefold())
                for name, one in value.items()
            }
        case list():
            return [hostile(one, text, dice, key) for one in value]
        case str() if key in FREE and dice.random() < 2 / 3:
            return text
    return value


class Ears:
    """Everything that reaches people: states, events, answers, messages, logs."""

    def __init__(self, hass: HomeAssistant, client: Any, ws: Any) -> None:
        """Listen."""
        self.hass, self.client, self.ws = hass, client, ws
        self.heard: list[dict[str, Any]] = []
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._heard)

    @callback
    def _heard(self, event: Event[Any]) -> None:
        """Keep a state."""
        if event.data["new_state"] is not None:
            self.heard.append(event.data["new_state"].as_dict())

    async def ask(self, kind: str, **data: Any) -> Any:
        """Send a command, as a browser does, and return what comes of it, without other events."""
        await self.ws.send_json_auto_id({"type": kind, **data})
        while (answer := await self.ws.receive_json())["type"] == "event":
            check_texts("card", answer)
        assert answer["success"], answer
        return answer["result"]

    async def check(self, name: str, entry: Any) -> None:
        """Check all of it."""
        for state in self.heard:
            check_texts(f"{name}: states", state)
        if name in AS_THEY_ARE:
            assert HOSTILE[name] in list(texts_in(self.heard)), name
        self.heard.clear()
        response = await self.ask(
            "call_service",
            domain=DOMAIN,
            service="get_requests",
            service_data={"config_entry_id": entry.entry_id},
            return_response=True,
        )
        assert response["response"]["requests"]
        check_texts(f"{name}: get_requests", response)
        for row in response["response"]["requests"]:
            details = await self.ask(f"{DOMAIN}/request", entity_id=row["entity_id"])
            check_texts(f"{name}: get_request", details, LONGEST_PATH)
        report = await get_diagnostics_for_config_entry(self.hass, self.client, entry)
        check_texts(f"{name}: diagnostics", report)
        said = await conversation.async_converse(self.hass, "What is downloading?", None, Context())
        check_texts(f"{name}: assist", said.response.speech["plain"]["speech"], 10_000)
        for issue in ir.async_get(self.hass).issues.values():
            check_texts(f"{name}: repairs", issue.translation_placeholders or {})
        for device in dr.async_entries_for_config_entry(dr.async_get(self.hass), entry.entry_id):
            check_texts(f"{name}: devices", [device.name, device.sw_version, device.configuration_url])


@pytest.fixture
async def home(household: StartHousehold) -> Household:
    """A household with something on all four paths, some of it in trouble."""
    home = await household(shoko=True)
    world = home.world
    for title in (sintel(), tears_of_steel(), your_name()):
        request = await world.request(title, auto_approve=True)
        download = await world.grab(request)
        await world.progress(download, 0.5)
        if title == tears_of_steel():
            await world.complete(download)
            await world.block_import(download, ["Not an upgrade"])
    for title in (long_way_home(), frieren()):
        request = await world.request(title, seasons=[1], auto_approve=True)
        await world.grab(request)
    return home


@pytest.mark.timeout(120)
async def test_every_text_is_hostile(
    hass: HomeAssistant,
    hass_client: Any,
    hass_ws_client: Any,
    home: Household,
    setup_entry: SetUp,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing breaks, is rendered or grows long on its way to people, and all is well afterward."""
    monkeypatch.setattr("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda hass: Resolver())
    for name in ("homeassistant", "conversation", "diagnostics"):
        assert await async_setup_component(hass, name, {})
    entry = await setup_entry(home)
    ears = Ears(hass, hass_client, await hass_ws_client(hass))
    await ears.ask(f"{DOMAIN}/subscribe")
    caplog.set_level(logging.INFO)
    caplog.clear()
    dice, text = Random(1), ""
    send = Webhooks.send

    async def sent(hooks: Webhooks, url: str, body: Any, **options: Any) -> int:
        """Send a webhook with hostile texts."""
        return await send(hooks, url, hostile(deepcopy(body), text, dice), **options)

    monkeypatch.setattr(Webhooks, "send", sent)
    for name, text in HOSTILE.items():
        for server in home.servers:
            server.fault = Fault.lying(lambda path, data, text=text: hostile(data, text, dice))
        clock.advance(home, minutes=400)
        for request in list(home.world.requests.values())[:2]:
            await home.world.decline(request)
            await home.world.approve(request)
        await poll(hass, entry, 3)
        await ears.check(name, entry)
        await coordinator_of(entry).async_save()
    for record in caplog.records:
        assert not record.exc_info or record.levelno < logging.WARNING, record.getMessage()[:300]
        if record.name.startswith("custom_components"):
            check_texts("log", record.getMessage(), 400)
            assert "\n" not in record.getMessage()
    for server in home.servers:
        server.fault = None
    monkeypatch.setattr(Webhooks, "send", send)
    clock.advance(home, hours=25)
    await poll(hass, entry, 3)
    assert all(source.state.ok for source in coordinator_of(entry).sources.values())
