"""Assist, asked through Home Assistant's own conversation component."""

from typing import Any

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import intent, llm
from homeassistant.setup import async_setup_component
import pytest

from ..common import SetUp, StartHousehold, poll
from ..stack.household import Household
from ..stack.stories import long_way_home, sintel
from ..stack.titles import film


async def told(home: Household) -> None:
    """A film that downloads, one that is ready, one that is blocked, and one that waits for approval."""
    world = home.world
    await world.progress(await world.grab(await world.request(sintel(), "Alice", auto_approve=True)), 0.37)
    ready = await world.grab(await world.request(film("Spring", 2019, 593048), "Bob", auto_approve=True))
    await world.complete(ready)
    await world.import_(ready)
    await world.library_scan()
    blocked = await world.request(film("The Matrix: Reloaded", 2003, 604), "Bob", auto_approve=True)
    download = await world.grab(blocked)
    await world.complete(download)
    await world.block_import(download, ["Not an upgrade"])
    await world.request(long_way_home(), "Alice")


async def ask(hass: HomeAssistant, text: str, language: str | None = None) -> str:
    """Return what Assist answers."""
    result = await conversation.async_converse(hass, text, None, Context(), language=language)
    speech: str = result.response.speech["plain"]["speech"]
    return speech


@pytest.fixture(name="assist")
async def assist_fixture(hass: HomeAssistant) -> None:
    """Home Assistant with conversation."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})


UNKNOWN = "Sorry, I am not aware of any"


@pytest.mark.usefixtures("assist")
async def test_asked_in_english(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Each question is answered with the sentence of the request."""
    home = await household()
    entry = await setup_entry(home)
    await told(home)
    await poll(hass, entry)
    sintel_says = await ask(hass, "Where is Sintel?")
    assert sintel_says.startswith("Sintel: Downloading 37%")
    for text in (
        "where's the movie sintel",
        "what is the status of Sintel",
        "When will Sintel be ready?",
        "where is my request for sintle",
    ):
        assert await ask(hass, text) == sintel_says, text
    assert await ask(hass, "is Sintel ready yet?") == f"Not yet. {sintel_says}"
    assert (await ask(hass, "Can we watch Spring?")).startswith("Yes. Spring: ")
    for text in ("where is Matrix Reloaded", "where is The Matrix"):
        assert (await ask(hass, text)).startswith("The Matrix: Reloaded: Import blocked"), text
    assert (await ask(hass, "what is stuck?")).startswith("The Matrix: Reloaded: Import blocked")
    assert await ask(hass, "What's downloading?") == sintel_says
    assert await ask(hass, "what is ready to watch") == "Ready to watch: Spring."
    assert await ask(hass, "where is my request for Solaris") == "There is no request for Solaris."


@pytest.mark.usefixtures("assist")
async def test_asked_in_german(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """The same, in the language of the home."""
    hass.config.language = "de"
    home = await household()
    entry = await setup_entry(home)
    await told(home)
    await poll(hass, entry)
    sintel_says = await ask(hass, "Wo ist Sintel?", "de")
    assert "37" in sintel_says
    assert sintel_says.startswith("Sintel: ")
    assert await ask(hass, "wie ist der Stand von Sintel", "de") == sintel_says
    assert await ask(hass, "Ist Sintel schon fertig?", "de") == f"Noch nicht. {sintel_says}"
    assert (await ask(hass, "Kann ich Spring schauen", "de")).startswith("Ja. Spring: ")
    assert (await ask(hass, "Was hängt?", "de")).startswith("The Matrix: Reloaded: ")
    assert await ask(hass, "was lädt gerade", "de") == sintel_says
    assert await ask(hass, "Welche Filme sind fertig?", "de") == "Bereit zum Anschauen: Spring."


@pytest.mark.usefixtures("assist")
async def test_other_sentences_are_not_caught(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A person keeps its name, a common word is no title, and unrequested titles are not matched."""
    hass.states.async_set("person.alice", "home", {"friendly_name": "Alice"})
    async_expose_entity(hass, "conversation", "person.alice", True)
    home = await household()
    entry = await setup_entry(home)
    for number, title in enumerate(("Alice", "It", "Home [(broken|{title}"), start=5001):
        await home.world.request(film(title, 2017, number), "Bob", auto_approve=True)
    await poll(hass, entry)
    assert await ask(hass, "where is Alice") == "Alice is at home"
    assert "request" not in await ask(hass, "is it ready")
    assert (await ask(hass, "where is Solaris")).startswith(("Sorry", "No"))
    assert (await ask(hass, "where is home broken title")).startswith("Home [(broken|{title}: ")


@pytest.mark.usefixtures("assist")
async def test_the_sentences_come_and_go(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """With the requests, with the language, and with the entry."""
    home = await household()
    entry = await setup_entry(home)
    assert await ask(hass, "what is stuck") == "No request is stuck."
    assert (await ask(hass, "where is Sintel")).startswith("Sorry")
    request = await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, entry)
    assert (await ask(hass, "where is Sintel")).startswith("Sintel: ")
    await hass.config.async_update(language="de")
    await hass.async_block_till_done()
    assert (await ask(hass, "wo ist Sintel", "de")).startswith("Sintel: ")
    await home.world.delete_request(request)
    await poll(hass, entry)
    assert not (await ask(hass, "wo ist Sintel", "de")).startswith("Sintel: ")
    assert await ask(hass, "was hängt", "de") == "Keine Anfrage hängt fest."
    await hass.config_entries.async_unload(entry.entry_id)
    assert "Anfrage" not in await ask(hass, "was hängt", "de")


async def test_conversation_may_come_later_or_not_at_all(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Nothing needs it."""
    home = await household()
    await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, await setup_entry(home))
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})
    await hass.async_block_till_done()
    assert (await ask(hass, "where is Sintel")).startswith("Sintel: ")


@pytest.mark.usefixtures("assist")
async def test_many_requests_are_told_by_their_number(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Five are told one by one."""
    home = await household()
    for number in range(20):
        await home.world.request(film(f"Film Number {number}", 2020, 6000 + number), "Bob")
    entry = await setup_entry(home, limit_approved=0)
    await poll(hass, entry, rounds=4)
    assert (await ask(hass, "where is Film Number 19")).startswith("Film Number 19: ")
    answer = await ask(hass, "what is stuck")
    assert answer.count("Film Number") == 5
    assert answer.endswith("And 15 more.")


async def test_intents(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """They serve sentences of one's own."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "intent", {})
    home = await household()
    entry = await setup_entry(home)
    await told(home)
    await poll(hass, entry)

    async def handled(name: str, **slots: str) -> str:
        """Return the speech of an intent."""
        values: dict[str, Any] = {key: {"value": value} for key, value in slots.items()}
        response = await intent.async_handle(hass, "test", name, values)
        speech: str = response.speech["plain"]["speech"]
        return speech

    assert (await handled("StatusTrackerGetRequest", title="sintel 2010")).startswith("Sintel: Downloading")
    assert (await handled("StatusTrackerListRequests", listing="waiting_for_approval")).startswith(
        "The Long Way Home: "
    )
    with pytest.raises(intent.InvalidSlotInfo):
        await handled("StatusTrackerListRequests", listing="lost")


async def test_tools_for_language_models(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Found by the Assist API while an entry is loaded; no ids, addresses or paths among what they tell."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "llm", {})
    home = await household()
    entry = await setup_entry(home)
    await told(home)
    await poll(hass, entry)
    context = llm.LLMContext(
        platform="test", context=Context(), language="en", assistant="conversation", device_id=None
    )
    api = await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)
    assert {"status_tracker__find_requests", "status_tracker__get_request"} <= {
        tool.name for tool in api.tools
    }

    async def call(name: str, **args: Any) -> Any:
        """Return what a tool answers."""
        return (await api.async_call_tool(llm.ToolInput(tool_name=name, tool_args=args))).data

    stuck = await call("status_tracker__find_requests", listing="stuck")
    assert (stuck["total"], stuck["requests"][0]["name"]) == (1, "The Matrix: Reloaded (2003)")
    assert stuck["requests"][0]["status"].startswith("Import blocked")
    alices = await call("status_tracker__find_requests", requested_by="alice")
    assert {one["name"] for one in alices["requests"]} == {"Sintel (2010)", "The Long Way Home (2021)"}
    (one,) = (await call("status_tracker__get_request", title="sintle"))["requests"]
    assert one["downloads"][0]["progress"] == 37
    assert not {"ids", "jellyfin_url", "seerr_url", "tmdb_id"} & set(one)
    assert "error" in await call("status_tracker__get_request", title="Solaris")
    await hass.config_entries.async_unload(entry.entry_id)
    api = await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)
    assert not [tool for tool in api.tools if tool.name.startswith("status_tracker__")]
