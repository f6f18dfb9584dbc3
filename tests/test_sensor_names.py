"""The sensors of requests: what they are called, how they come and go."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.status_tracker.const import CONF_KEEP_HOURS, DOMAIN

from .common import (
    Clock,
    SetUp,
    StartHousehold,
    coordinator_of,
    entity_id_of,
    poll,
    stage_of,
    state_of,
    until,
)
from .sensor_helpers import POLLING, a_bit_of_everything, numbers, registered, shown, watchable
from .stack.rows import MEDIA_AVAILABLE
from .stack.server import Fault
from .stack.stories import frieren, long_way_home, sintel, tears_of_steel
from .stack.titles import film, series

# Names


async def test_entity_ids_tell_the_title(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """An entity id lasts, so it waits for the title: at a first start with many, and of a new request."""
    home = await household(shoko=True)
    many = [
        await home.world.request(film(f"Film {n}", 2000, 1000 + n), auto_approve=n % 2 == 0)
        for n in range(45)
    ]
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=6)
    wanted = {request.id: f"sensor.requests_film_{n}_2000" for n, request in enumerate(many)}
    assert {request.id: entity_id_of(hass, entry, request) for request in many} == wanted
    new = await home.world.request(sintel())
    await poll(hass, entry, rounds=1)
    assert entity_id_of(hass, entry, new) == "sensor.requests_sintel_2010"


async def test_a_request_whose_title_nobody_knows(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """With TMDB down a request has its sensor all the same, and its name as soon as that is known."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    home.seerr.tmdb_down = True
    request = await home.world.request(sintel())
    await poll(hass, entry)
    state = state_of(hass, entry, request)
    assert state
    assert (state.state, state.attributes["title"]) == ("requested", f"#{request.id}")
    assert state.attributes["entity_picture"] is None if "entity_picture" in state.attributes else True
    home.seerr.tmdb_down = False
    clock.advance(home, minutes=6)
    await poll(hass, entry)
    state = state_of(hass, entry, request)
    assert state
    assert (state.attributes["title"], state.name) == ("Sintel", "Requests Sintel (2010)")


async def test_names_tell_requests_for_one_title_apart(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """4K or the seasons are named where there are two, and only there."""
    home = await household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"))
    world = home.world
    both = sintel()
    show = long_way_home()
    requests = [
        await world.request(both, auto_approve=True),
        await world.request(show, auto_approve=True, seasons=[1]),
        await world.request(tears_of_steel(), is_4k=True),
    ]
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry)
    names = [state.name.removeprefix("Requests ") for state in shown(hass)]
    assert names == ["Sintel (2010)", "The Long Way Home (2021)", "Tears of Steel (2012)"]
    requests += [
        await world.request(both, auto_approve=True, is_4k=True),
        await world.request(show, auto_approve=True, seasons=[2], user="Bob"),
    ]
    await poll(hass, entry)
    names = [state.name.removeprefix("Requests ") for state in shown(hass)]
    assert names == [
        "Sintel (2010)",
        "The Long Way Home (2021) S01",
        "Tears of Steel (2012)",
        "Sintel (2010) 4K",
        "The Long Way Home (2021) S02",
    ]
    assert len({entity_id_of(hass, entry, request) for request in requests}) == 5


async def test_two_people_ask_for_two_seasons(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Each sees only the season asked for; the evidence of one show reaches both."""
    home = await household()
    world = home.world
    show = long_way_home()
    alice = await world.request(show, auto_approve=True, seasons=[1])
    bob = await world.request(show, auto_approve=True, seasons=[2], user="Bob")
    entry = await setup_entry(home, **POLLING)
    row = world.row_of(alice)
    first = await world.grab(row, episodes=[episode.key for episode in show.seasons[1]])
    await world.progress(first, 0.5)
    await poll(hass, entry, rounds=4)
    assert (stage_of(hass, entry, alice), stage_of(hass, entry, bob)) == ("downloading", "approved")
    await world.complete(first)
    await world.import_(first)
    await world.library_scan()
    second = await world.grab(row, episodes=[episode.key for episode in show.seasons[2]])
    await world.progress(second, 0.5)
    await poll(hass, entry, rounds=4)
    assert (stage_of(hass, entry, alice), stage_of(hass, entry, bob)) == ("available", "downloading")
    people = [state.attributes["requested_by"] for state in shown(hass)]
    assert people == ["Alice", "Bob"]


async def test_posters(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, household_posters: None
) -> None:
    """The entity picture is the title's poster through Home Assistant, of a film and of a series."""
    home = await household()
    await home.world.request(sintel())
    await home.world.request(frieren(), seasons=[1])
    await setup_entry(home, **POLLING)
    await until(hass, lambda: all("entity_picture" in state.attributes for state in shown(hass)))
    pictures = {state.attributes["entity_picture"].partition("?")[0] for state in shown(hass)}
    assert len(pictures) == 2
    assert all(picture.startswith("/api/status_tracker/poster/") for picture in pictures)


async def test_an_entity_renamed_by_its_owner(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A sensor that somebody renames goes on, and is told by its new id."""
    home = await household()
    request = await home.world.request(sintel())
    entry = await setup_entry(home, **POLLING)
    er.async_get(hass).async_update_entity("sensor.requests_sintel_2010", new_entity_id="sensor.our_film")
    await hass.async_block_till_done()
    await home.world.approve(request)
    await poll(hass, entry)
    state = hass.states.get("sensor.our_film")
    assert state
    assert state.state == "approved"
    event = hass.states.get("event.requests_request_activity")
    assert event
    assert event.attributes["entity_id"] == "sensor.our_film"


# Coming and going


def _one_more(path: str, data: Any) -> Any:
    """A list that claims to have another request, which it does not show."""
    if isinstance(data, dict) and "pageInfo" in data:
        data["pageInfo"]["results"] += 1
    return data


def _without_rows(path: str, data: Any) -> Any:
    """A list whose rows got lost on the way."""
    return {**data, "results": []} if isinstance(data, dict) and "pageInfo" in data else data


def _broken_row(path: str, data: Any) -> Any:
    """A list with a row that cannot be parsed."""
    return {**data, "results": [{"id": "?"}]} if isinstance(data, dict) and "pageInfo" in data else data


BAD_LISTS = {
    "one more": lambda: Fault.lying(_one_more, only="/request"),
    "rows lost": lambda: Fault.lying(_without_rows, only="/request"),
    "broken row": lambda: Fault.lying(_broken_row, only="/request"),
}
NO_ANSWERS = {
    "bad key": Fault.bad_key,
    "down": Fault.down,
    "redirect": Fault.redirect,
}
NO_LISTS = {
    "null": lambda: Fault.lying(lambda path, data: None, only="/request"),
    "empty": lambda: Fault.lying(lambda path, data: {}, only="/request"),
    "list": lambda: Fault.lying(lambda path, data: [], only="/request"),
    "html": lambda: Fault.html(only="/request"),
    "garbage": lambda: Fault.garbage(only="/request"),
    "500": lambda: Fault.status(500, only="/request"),
    "404": lambda: Fault.status(404, only="/request"),
}


async def test_a_sensor_goes_only_by_a_complete_answer(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A request comes, and goes with its entity when Seerr has answered well that it is not there."""
    home = await household()
    world = home.world
    entry = await setup_entry(home, **POLLING)
    assert numbers(hass) == []
    first, second = await world.request(sintel()), await world.request(tears_of_steel())
    await poll(hass, entry)
    assert numbers(hass) == [first.id, second.id]
    for name, fault in {**BAD_LISTS, **NO_LISTS, **NO_ANSWERS}.items():
        home.seerr.fault = fault()
        await poll(hass, entry, rounds=1)
        assert (name, numbers(hass)) == (name, [first.id, second.id])
    await world.delete_request(first)
    for name, fault in NO_ANSWERS.items():
        home.seerr.fault = fault()
        await poll(hass, entry, rounds=1)
        assert (name, numbers(hass)) == (name, [first.id, second.id])
        assert (name, stage_of(hass, entry, first)) == (name, "requested")
    for name, fault in NO_LISTS.items():  # asked by its number, Seerr says that the first is not there
        home.seerr.fault = fault()
        await poll(hass, entry, rounds=1)
        assert (name, second.id in numbers(hass)) == (name, True)
    home.seerr.fault = None
    await poll(hass, entry, rounds=1)
    assert numbers(hass) == [second.id]
    assert registered(hass, entry) == {str(second.id)}
    await world.delete_media(second.media)
    await poll(hass, entry, rounds=1)
    assert numbers(hass) == []
    assert registered(hass, entry) == set()
    assert not coordinator_of(entry).memory.journeys
    again = await world.request(sintel())
    await poll(hass, entry, rounds=1)
    assert numbers(hass) == [again.id]


@pytest.mark.parametrize("end", ["available", "declined"])
async def test_a_finished_request_stays_for_a_while(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, end: str
) -> None:
    """It stays for `keep_hours`, then it goes; what stands in Seerr does not bring it back."""
    home = await household()
    entry = await setup_entry(home, **POLLING, **{CONF_KEEP_HOURS: 5})
    if end == "available":
        request = await watchable(home, sintel())
    else:
        request = await home.world.request(sintel())
        await poll(hass, entry)
        await home.world.decline(request)
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, request) == end
    clock.advance(home, hours=4, minutes=50)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == end
    clock.advance(home, minutes=20)
    await poll(hass, entry)
    assert numbers(hass) == []
    assert registered(hass, entry) == set()
    await poll(hass, entry, rounds=4)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await poll(hass, entry, rounds=4)
    assert numbers(hass) == []


async def test_what_vanished_while_home_assistant_was_off(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """What was deleted meanwhile leaves the registry at the start, but by a complete answer only."""
    home = await household()
    stays, goes = await home.world.request(sintel()), await home.world.request(tears_of_steel())
    entry = await setup_entry(home, **POLLING)
    assert registered(hass, entry) == {str(stays.id), str(goes.id)}
    assert await hass.config_entries.async_unload(entry.entry_id)
    await home.world.delete_request(goes)
    home.seerr.fault = Fault.lying(_one_more, only="/request")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert registered(hass, entry) == {str(stays.id), str(goes.id)}
    assert stage_of(hass, entry, goes) == "requested"
    home.seerr.fault = None
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert registered(hass, entry) == {str(stays.id)}
    assert numbers(hass) == [stays.id]


async def test_an_orphan_in_the_registry_goes_when_the_first_complete_answer_comes(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_storage: dict[str, Any]
) -> None:
    """An entity without a stored request is removed even if Seerr's first answer was not complete."""
    home = await household()
    stays, goes = await home.world.request(sintel()), await home.world.request(tears_of_steel())
    entry = await setup_entry(home, **POLLING)
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass_storage.pop(f"{DOMAIN}.{entry.entry_id}")
    await home.world.delete_request(goes)
    home.seerr.fault = Fault.lying(_one_more, only="/request")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert registered(hass, entry) == {str(stays.id), str(goes.id)}
    home.seerr.fault = None
    await poll(hass, entry)
    assert registered(hass, entry) == {str(stays.id)}


async def test_first_start(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """What was over long ago gets no sensor; what is under way does, and all that is asked from then on."""
    home = await household()
    world = home.world
    for number in range(3):
        await watchable(home, film(f"Old {number}", 1990 + number, 300 + number))
    declined = await world.request(film("Unwanted", 1980, 310))
    await world.decline(declined)
    # Jellyfin shows it, and Seerr has not noticed yet.
    unnoticed = await world.request(film("Unnoticed", 1981, 311), auto_approve=True)
    await world.import_(await world.grab(unnoticed))
    await world.library_scan()
    active = await world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    assert numbers(hass) == [active.id]
    # Somebody asks for what is there already: Seerr completes it at once.
    again = await watchable(home, tears_of_steel(), user="Bob")
    await poll(hass, entry, rounds=4)
    assert numbers(hass) == [active.id, again.id]
    assert stage_of(hass, entry, again) == "available"


async def test_available_at_once(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A request for what has been in the library for years has a sensor at once, available."""
    home = await household()
    world = home.world
    title = sintel()
    movie = await world.add_to_arr(world.arr("radarr"), title)
    await world.import_(await world.grab(movie))
    await world.library_scan()
    entry = await setup_entry(home, **POLLING)
    request = await world.request(title, auto_approve=True)
    await world.mark_media(request.media, MEDIA_AVAILABLE)
    await poll(hass, entry, rounds=4)
    assert stage_of(hass, entry, request) == "available"
    event = hass.states.get("event.requests_request_activity")
    assert event
    assert event.attributes["event_type"] == "available"
    assert event.attributes["entity_id"] == entity_id_of(hass, entry, request)


async def test_counts(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """The counts and the problem sensor follow the requests."""
    home = await household(radarrs=("hd", "4k"))
    entry = await setup_entry(home, **POLLING)

    def counts() -> Mapping[str, str]:
        """The states of the counts."""
        names = ("active_requests", "downloading", "stuck_requests", "awaiting_approval")
        states = {name: hass.states.get(f"sensor.requests_{name}") for name in names}
        return {name: state.state if state else "" for name, state in states.items()}

    assert list(counts().values()) == ["0", "0", "0", "0"]
    await a_bit_of_everything(home)
    await poll(hass, entry, rounds=4)
    assert list(counts().values()) == ["4", "1", "1", "1"]
    problem = hass.states.get("binary_sensor.requests_stuck_request")
    assert problem
    assert problem.state == "on"
    for request in list(home.world.requests.values()):
        await home.world.delete_request(request)
    await poll(hass, entry)
    assert list(counts().values()) == ["0", "0", "0", "0"]


async def test_writes_only_what_has_changed(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Quiet cycles write no state; one request's news writes that one's sensor."""
    home = await household()
    world = home.world
    requests = [await world.request(film(f"Film {n}", 2000, 1000 + n), auto_approve=True) for n in range(5)]
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=6)
    before = {state.entity_id: state.last_updated for state in shown(hass)}
    for _ in range(3):
        clock.advance(home, minutes=1)
        await poll(hass, entry)
    assert {state.entity_id: state.last_updated for state in shown(hass)} == before
    await world.grab(requests[2])
    await poll(hass, entry)
    await until(hass, lambda: stage_of(hass, entry, requests[2]) == "indexed")
    after = {state.entity_id: state.last_updated for state in shown(hass)}
    changed = [entity_id for entity_id in before if before[entity_id] != after[entity_id]]
    assert changed == [entity_id_of(hass, entry, requests[2])]


async def test_series_of_two_seasons_is_one_sensor(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """One request is one sensor, however many episodes it has."""
    home = await household()
    await home.world.request(series("Long", 2001, 5001, 5002, {1: 24, 2: 24}), auto_approve=True)
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    (state,) = shown(hass)
    assert state.attributes["episodes_total"] == 48
    assert len(repr(state.as_dict())) < 3000
