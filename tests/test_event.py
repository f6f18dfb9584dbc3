"""Request activity: one event for every change, none twice, none for what was there before us."""

from itertools import pairwise
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest

from custom_components.status_tracker.const import (
    CONF_KEEP_HOURS,
    CONF_LIMIT_APPROVED,
    CONF_REGISTER_WEBHOOKS,
)

from .common import Clock, SetUp, StartHousehold, coordinator_of, entity_id_of, poll, state_of
from .stack.rows import SeerrRequest
from .stack.server import Fault
from .stack.stories import film_story, frieren, long_way_home, series_story, sintel, tears_of_steel, your_name
from .stack.titles import film

ACTIVITY = "event.requests_request_activity"
POLLING = {CONF_REGISTER_WEBHOOKS: False}
FIELDS = {
    "request_id", "title", "year", "media_type", "stage", "previous_stage", "reason", "requested_by",
    "entity_id", "poster", "jellyfin_url", "message",
}  # fmt: skip


class Diary:
    """What the activity entity has told, in order."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen."""
        self.entries: list[dict[str, Any]] = []
        self._last: str | None = None
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        """Note an event; writing the same one again, as after a reload, is none."""
        state = event.data["new_state"]
        if event.data["entity_id"] != ACTIVITY or state is None or state.state in (self._last, "unknown"):
            return
        if state.state != "unavailable":
            self._last = state.state
            self.entries.append(dict(state.attributes))

    def kinds(self, request: SeerrRequest | None = None) -> list[str]:
        """The types of the events, of one request or of all."""
        return [
            entry["event_type"]
            for entry in self.entries
            if request is None or entry["request_id"] == request.id
        ]


async def test_what_precedes_a_removal_is_told_before_it(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Both found at once: nothing is told of a request that is gone, nor remembered of it."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    announcements, diary = coordinator_of(entry).announcements, Diary(hass)
    listeners, announcements._listeners = announcements._listeners, []
    await home.world.grab(request)
    await poll(hass, entry)
    await home.world.delete_request(request)
    await poll(hass, entry)
    announcements._listeners = listeners
    coordinator_of(entry).async_update_listeners()
    assert diary.kinds() == ["indexed", "removed"]
    assert not announcements._known


@pytest.mark.parametrize("webhooks", [True, False])
async def test_a_film_from_beginning_to_end(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, webhooks: bool
) -> None:
    """Each stage is told once, by its first sign, with all that an automation may want."""
    home = await household()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: webhooks})
    diary = Diary(hass)

    async def pace(seconds: float) -> None:
        """Poll at each step."""
        await hass.async_block_till_done()
        await poll(hass, entry)

    request = await film_story(home.world, pace)
    await pace(0)
    assert diary.kinds() == [
        "requested",
        "approved",
        "indexed",
        "downloading",
        "download_done",
        "importing",
        "available",
    ]
    stages = diary.kinds()
    for number, one in enumerate(diary.entries):
        assert set(one) >= FIELDS
        assert one["request_id"] == request.id
        assert one["entity_id"] == entity_id_of(hass, entry, request) == "sensor.requests_sintel_2010"
        assert (one["title"], one["year"], one["media_type"]) == ("Sintel", 2010, "movie")
        assert (one["requested_by"], one["stage"]) == ("Alice", stages[number])
        assert one["previous_stage"] == (stages[number - 1] if number else None)
        assert "Sintel (2010)" in one["message"]
        assert "{" not in one["message"]
        assert one["poster"].startswith("https://")
    assert diary.entries[0]["message"] == "Alice requested Sintel (2010)."
    assert diary.entries[0]["reason"] == "awaiting_approval"
    assert diary.entries[-1]["message"] == "Sintel (2010) is ready to watch."
    assert diary.entries[-1]["jellyfin_url"].startswith(home.jellyfin.url)
    assert diary.entries[-1]["reason"] is None
    await poll(hass, entry, rounds=4)
    assert len(diary.entries) == 7


async def test_a_series(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Of a series the request's stages are told, not each episode's."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    diary = Diary(hass)

    async def pace(seconds: float) -> None:
        """Poll at each step."""
        await poll(hass, entry)

    request = await series_story(home.world, pace)
    await poll(hass, entry, rounds=4)
    kinds = diary.kinds(request)
    assert all(first != second for first, second in pairwise(kinds))
    assert kinds[:2] == ["requested", "approved"]
    assert kinds.count("available") == 1
    assert kinds[-1] == "available"
    assert {entry["entity_id"] for entry in diary.entries} == {entity_id_of(hass, entry, request)}


async def test_stuck_and_recovered(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Getting stuck is told with the reason in words, being well again too; both once."""
    home = await household()
    entry = await setup_entry(home, **POLLING, **{CONF_LIMIT_APPROVED: 60})
    diary = Diary(hass)
    request = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, entry, rounds=4)
    clock.advance(home, minutes=61)
    await poll(hass, entry, rounds=4)
    assert diary.kinds() == ["approved", "stuck"]
    assert diary.entries[-1]["previous_stage"] == "approved"
    assert diary.entries[-1]["message"] == "Sintel (2010) is stuck. Searching for a release."
    download = await home.world.grab(request)
    await home.world.complete(download)
    await poll(hass, entry, rounds=4)
    assert diary.kinds()[2:] == ["download_done", "recovered"]
    await home.world.block_import(download, ["Sample"])
    await poll(hass, entry, rounds=4)
    assert diary.kinds()[4:] == ["stuck"]
    assert (diary.entries[-1]["stage"], diary.entries[-1]["reason"]) == ("download_done", "import_blocked")
    assert "Sample" in diary.entries[-1]["message"]
    await home.world.import_(download)
    await poll(hass, entry, rounds=4)
    assert diary.kinds()[5:] == ["importing", "recovered"]
    assert diary.entries[-1]["message"] == "Sintel (2010) is no longer stuck."


async def test_removed(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A request that is deleted is told with the entity it had; one that is declined is told as that."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    deleted, declined = await home.world.request(sintel()), await home.world.request(tears_of_steel())
    await poll(hass, entry)
    entity_id = entity_id_of(hass, entry, deleted)
    assert entity_id
    diary = Diary(hass)
    await home.world.delete_request(deleted)
    await home.world.decline(declined)
    await poll(hass, entry)
    assert sorted(diary.kinds()) == ["declined", "removed"]
    (one,) = [entry for entry in diary.entries if entry["event_type"] == "removed"]
    assert (one["entity_id"], one["stage"], one["previous_stage"]) == (entity_id, "requested", "requested")
    assert one["message"] == "The request for Sintel (2010) was removed."
    await poll(hass, entry, rounds=3)
    assert len(diary.entries) == 2


async def test_silent_about_what_was_there_before(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """At the very first start nothing has happened: no event, whatever stage a request is in, or stuck."""
    home = await household(shoko=True)
    world = home.world
    await world.request(film("Pending", 2001, 601))
    await world.request(film("Wanted", 2002, 602), auto_approve=True)
    loading = await world.grab(await world.request(film("Loading", 2003, 603), auto_approve=True))
    await world.progress(loading, 0.5)
    blocked = await world.grab(await world.request(film("Blocked", 2004, 604), auto_approve=True))
    await world.complete(blocked)
    await world.block_import(blocked, ["Sample"])
    imported = await world.grab(await world.request(film("Imported", 2005, 605), auto_approve=True))
    await world.import_(imported)
    shown = await world.request(film("Shown", 2006, 606), auto_approve=True)
    await world.import_(await world.grab(shown))
    await world.library_scan()
    declined = await world.request(film("Declined", 2007, 607))
    await world.decline(declined)
    await world.request(long_way_home(), auto_approve=True, seasons=[1])
    await world.request(frieren(), seasons=[1])
    await world.import_(await world.grab(await world.request(your_name(), auto_approve=True)))
    diary = Diary(hass)
    entry = await setup_entry(home, **POLLING)
    for _ in range(6):
        await poll(hass, entry)
        clock.advance(home, minutes=1)
    assert diary.entries == []
    # ... and from then on all is told.
    await world.complete(loading)
    await poll(hass, entry)
    assert diary.kinds() == ["download_done"]


@pytest.mark.parametrize("slow", ["radarr", "jellyfin", "qbittorrent"])
async def test_silent_also_where_a_service_is_down_at_the_first_start(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, slow: str
) -> None:
    """What a service tells late, having been down at the start, is no news of a request's making."""
    home = await household()
    world = home.world
    await world.import_(await world.grab(await world.request(sintel(), auto_approve=True)))
    await world.library_scan()
    diary = Diary(hass)
    getattr(home, slow).fault = Fault.down()
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry)
    clock.advance(home, minutes=5)
    getattr(home, slow).fault = None
    await poll(hass, entry, rounds=4)
    assert diary.entries == []


async def test_what_happened_during_a_restart(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Changes while Home Assistant was off are told after it, with their entities; nothing else is."""
    home = await household()
    world = home.world
    entry = await setup_entry(home, **POLLING)
    moved, still, gone = [
        await world.request(film(f"Film {n}", 2000 + n, 700 + n), auto_approve=True) for n in range(3)
    ]
    await world.block_import(await loaded(world, still), ["Sample"])
    diary = Diary(hass)
    await poll(hass, entry, rounds=4)
    assert await hass.config_entries.async_unload(entry.entry_id)
    diary.entries.clear()
    await world.progress(await world.grab(moved), 0.5)
    await world.delete_request(gone)
    new = await world.request(sintel())
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await poll(hass, entry, rounds=4)
    assert (diary.kinds(moved), diary.kinds(still), diary.kinds(gone), diary.kinds(new)) == (
        ["downloading"],
        [],
        ["removed"],
        ["requested"],
    )
    told = {one["request_id"]: one["entity_id"] for one in diary.entries}
    assert told[moved.id] == entity_id_of(hass, entry, moved)
    assert told[new.id] == "sensor.requests_sintel_2010"
    assert told[gone.id] == "sensor.requests_film_2_2002"
    assert {one["previous_stage"] for one in diary.entries if one["request_id"] == moved.id} == {"approved"}
    before = len(diary.entries)
    for _ in range(2):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        await poll(hass, entry, rounds=2)
    assert len(diary.entries) == before


async def loaded(world: Any, request: SeerrRequest) -> Any:
    """A complete download of a request."""
    download = await world.grab(request)
    await world.complete(download)
    return download


async def test_an_expired_request_is_no_news(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """That a finished request has been shown for long enough has happened to its sensor, not to it."""
    home = await household()
    entry = await setup_entry(home, **POLLING, **{CONF_KEEP_HOURS: 1})
    request = await home.world.request(sintel())
    await poll(hass, entry)
    diary = Diary(hass)
    await home.world.decline(request)
    await poll(hass, entry)
    clock.advance(home, hours=2)
    await poll(hass, entry)
    assert state_of(hass, entry, request) is None
    assert diary.kinds() == ["declined"]


async def test_many_at_once_are_all_told(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Thirty requests in one listing are thirty events, each with its title and its entity."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    diary = Diary(hass)
    asked = [await home.world.request(film(f"Film {n}", 2000, 1000 + n)) for n in range(30)]
    for _ in range(4):
        await poll(hass, entry, rounds=1)
    told = {one["request_id"]: (one["event_type"], one["entity_id"], one["title"]) for one in diary.entries}
    assert len(diary.entries) == 30
    assert told == {
        request.id: ("requested", f"sensor.requests_film_{n}_2000", f"Film {n}")
        for n, request in enumerate(asked)
    }
    assert not coordinator_of(entry).announcements.unheard
