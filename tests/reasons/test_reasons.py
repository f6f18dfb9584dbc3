"""For every reason a story that produces it and one that lifts it, as the state machine shows them."""

from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.status_tracker.const import (
    CONF_LIMIT_APPROVED,
    CONF_LIMIT_DOWNLOAD_DONE,
    CONF_LIMIT_DOWNLOADING,
    CONF_LIMIT_IMPORTING,
    CONF_LIMIT_INDEXED,
    CONF_REGISTER_WEBHOOKS,
    DOMAIN,
    LIMITS,
)
from custom_components.status_tracker.pipeline.requests import Reason, Stage
from custom_components.status_tracker.reports.text import reason_text, stage_text

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, state_of
from ..stack.titles import film
from . import faults, waits  # noqa: F401  their stories
from .scene import STORIES, Scene, Story

PREFIX = f"component.{DOMAIN}.entity.sensor.request"
MISMATCH = "Movie title mismatch, automatic import is not possible. Manual Import required."


async def follow(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    **options: Any,
) -> Scene:
    """Start a household, and a Home Assistant that polls it."""
    home = await household(shoko=True)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False, **options})
    return Scene(hass, home, entry, clock)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_reason_comes_and_goes(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, story: Story
) -> None:
    """Each reason of the design is produced by a story, and lifted by how it goes on."""
    scene = await follow(hass, household, setup_entry, clock)
    shown: list[str | None] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        """Note a reason that the request's sensor shows."""
        if (state := event.data["new_state"]) and "request_id" in state.attributes:
            shown.append(state.attributes.get("reason"))

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    await story(scene)
    await hass.async_block_till_done()
    for reason in STORIES[story]:
        assert reason in shown
        assert reason != shown[-1] or reason == Reason.SEARCHING


def test_no_reason_is_without_a_story() -> None:
    """Every reason there is has its story."""
    assert {reason for reasons in STORIES.values() for reason in reasons} == set(Reason)


# The reasons of `stuck_from_the_start`: one for each limit, and one that has to be approved first.
ONE_OF_EACH = [
    "awaiting_approval",
    "searching",
    "queued",
    "paused",
    "import_pending",
    "waiting_for_library",
]


async def stuck_from_the_start(scene: Scene) -> list[str]:
    """The reasons that count as stuck at once, of requests that have just begun to wait for each."""
    world = scene.home.world
    titles = [film(f"Film {number}", 2000 + number, 800 + number) for number in range(6)]
    await scene.ask(titles[0], auto_approve=False)
    await scene.ask(titles[1])
    await world.queue(await scene.grab(titles[2]))
    download = await scene.grab(titles[3])
    await world.progress(download, 0.5)
    await world.pause(download)
    await world.import_pending(await scene.load(titles[4]))
    await world.import_(await scene.load(titles[5]))
    await poll(scene.hass, scene.entry, rounds=4)
    states = [state_of(scene.hass, scene.entry, request) for request in scene.requests]
    assert [state.attributes.get("reason") for state in states if state] == ONE_OF_EACH
    return [state.attributes.get("reason") for state in states if state and state.attributes["stuck"]]


@pytest.mark.parametrize(
    ("limits", "stuck"),
    [
        ({}, []),
        (dict.fromkeys(LIMITS, 0), ONE_OF_EACH),
        ({CONF_LIMIT_APPROVED: 0}, ["awaiting_approval", "searching"]),
        ({CONF_LIMIT_INDEXED: 0}, ["queued"]),
        ({CONF_LIMIT_DOWNLOADING: 0}, ["paused"]),
        ({CONF_LIMIT_DOWNLOAD_DONE: 0}, ["import_pending"]),
        ({CONF_LIMIT_IMPORTING: 0}, ["waiting_for_library"]),
    ],
)
async def test_a_limit_of_zero_means_at_once(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    limits: dict[str, int],
    stuck: list[str],
) -> None:
    """The options say how long an ordinary wait may take before somebody should look, each for its stage."""
    scene = await follow(hass, household, setup_entry, clock, **limits)
    assert await stuck_from_the_start(scene) == stuck
    count = hass.states.get("sensor.requests_stuck_requests")
    assert count
    assert count.state == str(len(stuck))


async def test_a_limit_passes_without_any_news(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Though no service says anything new, not even Seerr, the next cycle after the limit tells it."""
    scene = await follow(hass, household, setup_entry, clock, **{CONF_LIMIT_APPROVED: 30})
    await scene.ask()
    await scene.expect("approved", "searching", stuck=False)
    clock.advance(scene.home, minutes=31)
    await coordinator_of(scene.entry).async_refresh()
    state = state_of(hass, scene.entry, scene.request)
    assert state
    assert state.attributes["stuck"] is True


async def test_texts_are_in_the_language_of_the_house(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """What people read is the text of stage and reason in their language, never a bare key."""
    messages: dict[str, str] = {}
    details: dict[str, str] = {}
    for language in ("en", "de", "tlh"):
        hass.config.language = language
        strings = await async_get_translations(hass, language, "entity", {DOMAIN})
        scene = await follow(hass, household, setup_entry, clock)
        for stage in Stage:
            assert stage_text(hass, stage) == strings[f"{PREFIX}.state.{stage}"]
        for reason in Reason:
            assert reason_text(hass, reason) == strings[f"{PREFIX}.state_attributes.reason.state.{reason}"]
        download = await scene.load()
        await scene.home.world.block_import(download, [MISMATCH])
        state = await scene.look()
        details[language] = state.attributes["reason_detail"]
        event = hass.states.get("event.requests_request_activity")
        assert event
        messages[language] = event.attributes["message"]
        assert MISMATCH.rstrip(".") in messages[language]
        assert state.attributes["status"] in messages[language]
        assert await hass.config_entries.async_remove(scene.entry.entry_id)
    assert all(MISMATCH in detail for detail in details.values())
    assert messages["tlh"] == messages["en"]
