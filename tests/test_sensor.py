"""What people see: the entities as they are, and request sensors as they come and go."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion
from syrupy.matchers import path_value

from custom_components.status_tracker.const import CONF_KEEP_HOURS, CONF_REGISTER_WEBHOOKS, DOMAIN
from custom_components.status_tracker.sensor import RequestSensor

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
from .stack.household import Household
from .stack.rows import MEDIA_AVAILABLE, SeerrRequest
from .stack.server import Fault
from .stack.stories import frieren, long_way_home, sintel, tears_of_steel
from .stack.titles import Title, film, series

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
POLLING = {CONF_REGISTER_WEBHOOKS: False}
ATTRIBUTES = {
    "status",
    "request_id", "title", "year", "media_type", "anime", "is_4k", "seasons", "requested_by", "requested_at",
    "stage_since", "reason", "reason_detail", "stuck", "progress", "eta", "expected", "episodes_available",
    "episodes_total", "quality", "release", "indexer", "download_client", "jellyfin_url", "seerr_url",
    "tmdb_id", "tvdb_id", "imdb_id",
}  # fmt: skip
OF_HOME_ASSISTANT = {"options", "device_class", "friendly_name", "custom_ui_state_card"}


def shown(hass: HomeAssistant) -> list[State]:
    """The states of all request sensors, by their number."""
    states = [state for state in hass.states.async_all("sensor") if "request_id" in state.attributes]
    return sorted(states, key=lambda state: int(state.attributes["request_id"]))


def numbers(hass: HomeAssistant) -> list[int]:
    """The numbers of the requests that have a sensor."""
    return [int(state.attributes["request_id"]) for state in shown(hass)]


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """The unique ids of the request sensors in the registry, without the entry's."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    numbers = {entity.unique_id.removeprefix(f"{entry.entry_id}_") for entity in entities}
    return {number for number in numbers if number.isdecimal()}


async def watchable(home: Household, title: Title, **options: Any) -> SeerrRequest:
    """A request that can be watched, as Seerr knows too."""
    world = home.world
    request = await world.request(title, auto_approve=True, **options)
    download = await world.grab(request)
    await world.complete(download)
    await world.import_(download)
    await world.library_scan()
    await world.seerr_scan()
    return request


async def a_bit_of_everything(home: Household) -> None:
    """Requests in several stages, of which one is stuck."""
    world = home.world
    await world.request(film("Cosmos Laundromat", 2015, 358332, imdb_id="tt4957236"))
    loading = await world.grab(await world.request(sintel(), auto_approve=True))
    await world.progress(loading, 0.25)
    blocked = await world.grab(await world.request(tears_of_steel(), auto_approve=True, is_4k=True))
    await world.complete(blocked)
    await world.block_import(blocked, ["Sample"])
    show = await world.request(long_way_home(), auto_approve=True, user="Bob", seasons=[1])
    await world.import_(await world.grab(world.row_of(show), episodes=[(1, 1), (1, 2)]))
    await world.library_scan()


@pytest.mark.parametrize("platform", [Platform.SENSOR, Platform.BINARY_SENSOR, Platform.EVENT])
async def test_entities(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
    platform: Platform,
) -> None:
    """All entities of a platform, in the registry and as states."""
    home = await household(radarrs=("hd", "4k"), shoko=True)
    home.world.freeze(NOON)
    monkeypatch.setattr("homeassistant.util.dt.utcnow", lambda: NOON)
    await hass.config.async_set_time_zone("UTC")
    await a_bit_of_everything(home)
    with patch("custom_components.status_tracker.PLATFORMS", [platform]):
        entry = await setup_entry(home, **POLLING)
        await poll(hass, entry, rounds=4)
        if platform is Platform.EVENT:
            await watchable(home, film("Spring", 2019, 593048))
            await poll(hass, entry, rounds=4)
        # The ports of the household change from one run to the next.
        matcher = path_value(
            {r".*(seerr|jellyfin)_url": r"(http://127\.0\.0\.1:\d+).*"},
            types=(str, type(None)),
            replacer=lambda text, found: text.replace(found[1], "http://household") if text else text,
            regex=True,
        )
        await snapshot_platform(
            hass, er.async_get(hass), snapshot.with_defaults(matcher=matcher), entry.entry_id
        )
        await hass.config_entries.async_unload(entry.entry_id)


async def test_devices(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """One device for all requests, and one for each service, which goes with its subentry."""
    home = await household(radarrs=("hd", "4k"), shoko=True)
    entry = await setup_entry(home, **POLLING)
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert {(device.name, device.manufacturer) for device in devices} == {
        ("Requests", None),
        ("Seerr", "Seerr"),
        ("radarr-hd", "Radarr"),
        ("radarr-4k", "Radarr"),
        ("sonarr-hd", "Sonarr"),
        ("qbittorrent", "qBittorrent"),
        ("jellyfin", "Jellyfin"),
        ("shoko", "Shoko"),
    }
    assert {device.entry_type for device in devices} == {dr.DeviceEntryType.SERVICE}
    assert hass.config_entries.async_remove_subentry(entry, "radarr-4k")
    await hass.async_block_till_done()
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert "radarr-4k" not in {device.name for device in devices}
    assert hass.states.get("binary_sensor.radarr_4k_connection") is None


async def test_attributes_that_apply(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """An attribute is there where it applies; ids and the year are text."""
    home = await household()
    bare = await home.world.request(film("Sintel", 2010, 45745, imdb_id=""))
    entry = await setup_entry(home, **POLLING)
    state = state_of(hass, entry, bare)
    assert state
    assert set(state.attributes) - OF_HOME_ASSISTANT == {
        "request_id", "title", "year", "media_type", "anime", "is_4k", "requested_by", "requested_at",
        "status", "stage_since", "reason", "stuck", "seerr_url", "tmdb_id",
    }  # fmt: skip
    texts = {name: state.attributes.get(name) for name in ("request_id", "year", "tmdb_id")}
    assert texts == {"request_id": str(bare.id), "year": "2010", "tmdb_id": "45745"}
    download = await home.world.grab(bare if home.world.arr("radarr").movies else await approved(home, bare))
    await home.world.progress(download, 0.5)
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, bare)
    assert state
    assert set(state.attributes) <= ATTRIBUTES | OF_HOME_ASSISTANT
    assert {name: state.attributes.get(name) for name in ("progress", "quality", "release", "indexer")} == {
        "progress": 50,
        "quality": "WEBDL-1080p",
        "release": download.release,
        "indexer": "Example Indexer",
    }
    assert state.attributes["download_client"] == "qBittorrent"
    assert state.attributes["eta"].second == 0
    await home.world.complete(download)
    await home.world.import_(download)
    await home.world.library_scan()
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, bare)
    assert state
    assert set(state.attributes) <= ATTRIBUTES | OF_HOME_ASSISTANT
    assert state.attributes["jellyfin_url"].startswith(home.jellyfin.url)
    assert not {"progress", "eta", "expected", "reason"} & set(state.attributes)


async def approved(home: Household, request: SeerrRequest) -> SeerrRequest:
    """The request, approved."""
    await home.world.approve(request)
    return request


async def test_attributes_of_a_series(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seasons, episodes and ids of a series."""
    home = await household()
    request = await home.world.request(long_way_home(), auto_approve=True, user="Bob", seasons=[1, 2])
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, request)
    assert state
    assert {name: state.attributes.get(name) for name in ("media_type", "seasons", "requested_by")} == {
        "media_type": "tv",
        "seasons": [1, 2],
        "requested_by": "Bob",
    }
    counts = ("episodes_available", "episodes_total")
    assert tuple(state.attributes.get(name) for name in counts) == (0, 6)
    assert tuple(state.attributes.get(name) for name in ("tmdb_id", "tvdb_id")) == ("990200", "990100")
    await home.world.import_(await home.world.grab(home.world.row_of(request), episodes=[(1, 1), (2, 1)]))
    await home.world.library_scan()
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, request)
    assert state
    assert state.state == "partially_available"
    assert tuple(state.attributes.get(name) for name in counts) == (2, 6)


async def test_volatile_attributes_are_not_recorded() -> None:
    """What changes all the time or is long stays out of the database; what people query stays in it."""
    kept_out = RequestSensor._unrecorded_attributes
    assert kept_out < ATTRIBUTES | {"entity_picture", "custom_ui_state_card"}
    assert {"status", "progress", "eta", "reason_detail", "release"} <= kept_out
    assert not {"request_id", "title", "reason", "stuck", "requested_by"} & kept_out


async def test_sentence_follows_the_day(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """What comes out on a day comes out tomorrow once that is the next, without any other change."""
    home = await household()
    coming = clock.now().date() + timedelta(days=2)
    release = datetime.combine(coming, time(), UTC)
    wanted = film("Tomorrow", release.year, 4711, in_cinemas=release, release=release)
    request = await home.world.request(wanted, auto_approve=True)
    await hass.config.async_set_time_zone("UTC")
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    said = []
    for _ in range(2):
        state = state_of(hass, entry, request)
        assert state
        said.append(state.attributes["status"])
        clock.advance(home, days=1)
        await coordinator_of(entry).async_refresh()
        await hass.async_block_till_done()
    assert said == [f"Waiting for release on {coming:%A}", "Waiting for release tomorrow"]


async def test_nobody_is_called_by_an_address(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seerr shows the address of who has no name: that is not shown here."""
    home = await household()
    person = home.world.add_user("carol.private@household.example")
    await home.world.request(sintel(), user=person)
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry)
    await home.world.request(tears_of_steel(), user=person)
    await poll(hass, entry)
    assert [state.attributes["requested_by"] for state in shown(hass)] == ["carol.private"] * 2
    everything = repr([state.as_dict() for state in hass.states.async_all()])
    assert "household.example" not in everything


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
    """A list with a row nobody can read."""
    return {**data, "results": [{"id": "?"}]} if isinstance(data, dict) and "pageInfo" in data else data


NO_LISTINGS = {
    "one more": lambda: Fault.lying(_one_more, only="/request"),
    "rows lost": lambda: Fault.lying(_without_rows, only="/request"),
    "broken row": lambda: Fault.lying(_broken_row, only="/request"),
    "null": lambda: Fault.lying(lambda path, data: None, only="/request"),
    "empty": lambda: Fault.lying(lambda path, data: {}, only="/request"),
    "list": lambda: Fault.lying(lambda path, data: [], only="/request"),
    "html": lambda: Fault.html(only="/request"),
    "garbage": lambda: Fault.garbage(only="/request"),
    "500": lambda: Fault.status(500, only="/request"),
    "404": lambda: Fault.status(404, only="/request"),
    "bad key": Fault.bad_key,
    "down": Fault.down,
    "redirect": Fault.redirect,
}


async def test_a_sensor_goes_only_by_a_complete_answer(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A request comes, and goes with its entity when Seerr has answered well and in full without it."""
    home = await household()
    world = home.world
    entry = await setup_entry(home, **POLLING)
    assert numbers(hass) == []
    first, second = await world.request(sintel()), await world.request(tears_of_steel())
    await poll(hass, entry)
    assert numbers(hass) == [first.id, second.id]
    await world.delete_request(first)
    for name, fault in NO_LISTINGS.items():
        home.seerr.fault = fault()
        await poll(hass, entry, rounds=1)
        assert (name, numbers(hass)) == (name, [first.id, second.id])
        assert (name, stage_of(hass, entry, first)) == (name, "requested")
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
    """An entity nobody remembers is removed even if Seerr's first answer was not complete."""
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
