"""Hostile texts from every service, in every place they can reach."""

from datetime import UTC, datetime, timedelta
import json
import logging
from typing import Any

from homeassistant.components import conversation
from homeassistant.const import ATTR_ENTITY_ID, EVENT_STATE_CHANGED
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry

from custom_components.status_tracker.const import DOMAIN

from ..common import SetUp, StartHousehold, coordinator_of, entity_id_of, poll, state_of
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from ..stack.titles import film
from .texts import ATTRIBUTES, HOSTILE, LONGEST, LONGEST_PATH, texts_in

FIRST = 70_000


class Neighbor:
    """A household in which everything has a hostile name, and the Home Assistant that follows it."""

    def __init__(self, hass: HomeAssistant, home: Household, entry: MockConfigEntry) -> None:
        """Begin to listen."""
        self.hass, self.home, self.entry = hass, home, entry
        self.requests: dict[str, SeerrRequest] = {}
        self.events: list[dict[str, Any]] = []
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._heard)

    @callback
    def _heard(self, event: Event[Any]) -> None:
        """Keep a state."""
        if event.data["new_state"] is not None:
            self.events.append(event.data["new_state"].as_dict())

    async def ask_for_all(self) -> None:
        """One request for each text: pending, loading, blocked, and one that is available."""
        world = self.home.world
        for number, (name, text) in enumerate(HOSTILE.items()):
            user = next(iter(world.users.values()))
            user.display_name = text
            title = film(f"{name} {text}", 2020, FIRST + number)
            request = self.requests[name] = await world.request(title, user=user)
            if number % 4 == 0:
                continue
            await world.approve(request)
            download = await world.grab(request, release=text, indexer=text, quality=text)
            await poll(self.hass, self.entry, 1)
            await world.progress(download, 0.5)
            await poll(self.hass, self.entry, 1)
            if number % 4 == 1:
                continue
            await world.complete(download)
            if number % 4 == 2:
                await world.block_import(download, [f"{text} {part}" for part in range(3)])
                continue
            await world.import_(download, file_name=f"{text[:50]}.mkv")
            await world.library_scan()
        for _ in range(4):
            await poll(self.hass, self.entry)


@pytest.fixture(name="neighbor")
async def neighbor_fixture(
    hass: HomeAssistant,
    hass_client: Any,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> Neighbor:
    """Everything that shows texts, and all of them told."""
    for name in ("homeassistant", "conversation", "diagnostics"):
        assert await async_setup_component(hass, name, {})
    home = await household()
    neighbor = Neighbor(hass, home, await setup_entry(home))
    caplog.set_level(logging.INFO)
    caplog.clear()
    await neighbor.ask_for_all()
    return neighbor


def check_texts(where: str, value: Any, longest: int = LONGEST) -> None:
    """Check that a value can be sent, and that its texts are short and without control characters."""
    data = json_bytes(value)
    assert orjson.loads(data) is not None, where
    for text in texts_in(value):
        assert len(text) <= longest, (where, text[:80], len(text))
        bad = [sign for sign in text if (ord(sign) < 32 and sign != "\n") or ord(sign) == 127]
        assert not bad, (where, text[:80], bad)


async def test_states_and_events(hass: HomeAssistant, neighbor: Neighbor) -> None:
    """Every request has its sensor, whose state the recorder and a browser take."""
    for name, request in neighbor.requests.items():
        state = state_of(hass, neighbor.entry, request)
        assert state, name
        assert state.state not in ("unavailable", "unknown"), name
        assert len(state.entity_id) <= 255, name
    assert {state_of(hass, neighbor.entry, one).state for one in neighbor.requests.values()} >= {  # type: ignore[union-attr]  # checked above
        "requested",
        "downloading",
        "download_done",
        "available",
    }
    for state in hass.states.async_all():
        check_texts(state.entity_id, state.as_dict())
        assert len(json_bytes(dict(state.attributes))) < ATTRIBUTES, state.entity_id
    assert any(one["entity_id"].startswith("event.") for one in neighbor.events)
    for event in neighbor.events:
        check_texts("events", event)
    for entity in er.async_entries_for_config_entry(er.async_get(hass), neighbor.entry.entry_id):
        check_texts("registry", [entity.entity_id, entity.original_name, entity.unique_id])


async def test_responses(hass: HomeAssistant, hass_ws_client: Any, neighbor: Neighbor) -> None:
    """Actions answer over the websocket, and the card gets its rows."""
    client = await hass_ws_client(hass)

    async def call(service: str, **data: Any) -> Any:
        """Call an action, as a browser does."""
        await client.send_json_auto_id(
            {
                "type": "call_service",
                "domain": DOMAIN,
                "service": service,
                "service_data": data,
                "return_response": True,
            }
        )
        answer = await client.receive_json()
        assert answer["success"], answer
        return answer["result"]["response"]

    found = await call("get_requests", config_entry_id=neighbor.entry.entry_id)
    assert len(found["requests"]) == len(HOSTILE)
    check_texts("get_requests", found)
    for name, request in neighbor.requests.items():
        entity_id = entity_id_of(hass, neighbor.entry, request)
        answer = await call("get_request", **{ATTR_ENTITY_ID: entity_id})
        check_texts(f"get_request {name}", answer, LONGEST_PATH)


async def test_logs(neighbor: Neighbor, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is wrong, and no line of the log is forged or endless."""
    for record in caplog.records:
        if record.name.startswith("custom_components"):
            check_texts("log", record.getMessage(), 300)
            assert "\n" not in record.getMessage()
        assert not record.exc_info, record.getMessage()[:300]
        if record.name != "asyncio":
            assert record.levelno < logging.WARNING, record.getMessage()[:300]


async def test_diagnostics(hass: HomeAssistant, hass_client: Any, neighbor: Neighbor) -> None:
    """They can be downloaded."""
    data = await get_diagnostics_for_config_entry(hass, hass_client, neighbor.entry)
    check_texts("diagnostics", data)


async def test_assist(hass: HomeAssistant, neighbor: Neighbor) -> None:
    """Answers name the titles as they are, and no template in them is rendered."""
    for text in ("Which requests are stuck?", "What is downloading?", "Where is template?"):
        result = await conversation.async_converse(hass, text, None, Context(), language="en")
        speech = result.response.speech["plain"]["speech"]
        check_texts("assist", speech, 10 * LONGEST)
        assert "below_horizon" not in speech
        assert "above_horizon" not in speech


async def test_calendar(hass: HomeAssistant, neighbor: Neighbor) -> None:
    """Titles to come are in it."""
    world, day = neighbor.home.world, datetime.now(UTC) + timedelta(days=3)
    for number, text in enumerate(HOSTILE.values()):
        title = film(f"Soon {text}", 2026, 2 * FIRST + number, release=day)
        await world.request(title, auto_approve=True)
    await poll(hass, neighbor.entry, 4)
    answer: Any = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": "calendar.requests_expected", "duration": {"days": 7}},
        blocking=True,
        return_response=True,
    )
    found = answer["calendar.requests_expected"]["events"]
    assert len(found) == len(HOSTILE)
    check_texts("calendar", found)


async def test_store(hass: HomeAssistant, hass_storage: dict[str, Any], neighbor: Neighbor) -> None:
    """All of it is stored and read back; nothing is told or lost by a restart."""
    entry = neighbor.entry
    before = {name: state_of(hass, entry, one) for name, one in neighbor.requests.items()}
    assert await hass.config_entries.async_unload(entry.entry_id)
    stored = {key: one for key, one in hass_storage.items() if key.startswith(DOMAIN)}
    assert stored
    for key, one in stored.items():
        assert orjson.dumps(json.loads(json.dumps(one))), key
    for server in neighbor.home.servers:
        server.clear_calls()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    after = {name: state_of(hass, entry, one) for name, one in neighbor.requests.items()}
    assert {name: one.state for name, one in after.items() if one} == {
        name: one.state for name, one in before.items() if one
    }
    assert len(coordinator_of(entry).data) == len(HOSTILE)
