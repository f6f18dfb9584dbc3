"""Webhooks move requests, through real HTTP from the stack into a real Home Assistant."""

from collections.abc import Awaitable, Callable
from itertools import combinations, permutations
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from ..common import SetUp, StartHousehold, coordinator_of, poll, stage_of, state_of
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from ..stack.server import Fault
from ..stack.stories import frieren, long_way_home, shoko_takes, sintel, tears_of_steel
from ..stack.titles import film, series
from ..stack.webhooks import Sent, Webhooks

type Step = tuple[str, Callable[[], Awaitable[Any]]]


def offices(home: Household) -> list[Webhooks]:
    """The post offices of a household."""
    return [home.seerr.webhooks, home.radarr.webhooks, home.sonarr.webhooks, home.jellyfin.webhooks]


def reads(home: Household) -> int:
    """How often the household's services have been asked for anything."""
    return sum(len(server.calls) for server in home.servers)


async def no_time(seconds: float) -> None:
    """Let a story go on at once."""


async def test_a_film_moves_by_webhooks_alone(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Every event of a film moves its request and no other, without anybody being asked."""
    home = await household()
    world = home.world
    other = await world.request(sintel())
    other_4k = await world.request(film("Tears of Steel", 2013, 133702), is_4k=True)
    entry = await setup_entry(home)
    request = await world.request(tears_of_steel())
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "requested"
    await poll(hass, entry)
    downloads: list[Any] = []

    async def grab() -> None:
        """Grab the film."""
        downloads.append(await world.grab(request))

    steps: list[tuple[Callable[[], Awaitable[Any]], str]] = [
        (lambda: world.approve(request), "approved"),
        (grab, "indexed"),
        (lambda: world.block_import(downloads[0], ["Sample"]), "download_done"),
        (lambda: world.import_(downloads[0]), "importing"),
        (world.library_scan, "available"),
    ]
    home.clear_calls()
    for act, stage in steps:
        await act()
        await hass.async_block_till_done()
        assert (stage, stage_of(hass, entry, request)) == (stage, stage)
        if stage == "download_done":
            state = state_of(hass, entry, request)
            assert state
            assert (state.attributes.get("reason"), state.attributes["stuck"]) == ("import_blocked", True)
    assert reads(home) == 0
    assert stage_of(hass, entry, other) == "requested"
    assert stage_of(hass, entry, other_4k) == "requested"


async def test_what_is_taken_away_moves_back(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Deleting the item, the file, the film; declining and failing: each is told at once."""
    home = await household()
    world = home.world
    entry = await setup_entry(home)
    requests = [
        await world.request(film(f"Film {n}", 2000 + n, 7000 + n), auto_approve=True) for n in range(3)
    ]
    pending = await world.request(sintel())
    world.hand_over_on_approve = False
    failing = await world.request(tears_of_steel(), auto_approve=True)
    for request in requests:
        await world.import_(await world.grab(request))
    await world.library_scan()
    await poll(hass, entry)
    first, second, third = requests
    home.clear_calls()

    item = next(item for item in world.items.values() if item.name == first.title.title)
    await world.remove_item(item)
    await world.decline(pending)
    await world.fail_hand_over(failing)
    await hass.async_block_till_done()

    assert stage_of(hass, entry, first) == "importing"
    assert stage_of(hass, entry, pending) == "declined"
    assert stage_of(hass, entry, failing) == "failed"
    row = world.row_of(first)
    await world.delete_file(row, None)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, first) == "approved"
    await world.remove_from_arr(row)
    await hass.async_block_till_done()
    (movie,) = [
        one for one in coordinator_of(entry).sources["radarr-hd"].evidence.movies if one.tmdb_id == 7000
    ]
    assert movie.gone
    assert reads(home) == 0
    for request in (second, third):
        assert stage_of(hass, entry, request) == "available"


async def test_a_series_moves_by_webhooks_alone(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A pack for four episodes: the request is where its least advanced one is, till all are there."""
    home = await household()
    world = home.world
    request = await world.request(long_way_home(), seasons=[1], auto_approve=True)
    other = await world.request(
        series("Elsewhere", 2022, 990300, 990301, {1: 2}), seasons=[1], auto_approve=True
    )
    entry = await setup_entry(home)
    await poll(hass, entry)
    home.clear_calls()

    pack = await world.grab(request)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "indexed"
    await world.import_(pack, episodes=[(1, 1), (1, 2)])
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "indexed"
    await world.import_(pack)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "importing"
    await world.library_scan()
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "available"
    assert stage_of(hass, entry, other) == "approved"
    assert reads(home) == 0


@pytest.mark.parametrize("mode", ["deliver", "drop", "double", "late", "hold"])
async def test_the_same_end_whatever_happens_to_the_post(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, mode: Any
) -> None:
    """Delivered, lost, doubled, late or in reverse: the same stages, and the same number of each event."""
    home = await household(shoko=True)
    world = home.world
    for office in offices(home):
        office.mode = mode
    entry = await setup_entry(home)
    movie = await world.request(sintel(), auto_approve=True)
    show = await world.request(long_way_home(), seasons=[1, 2], auto_approve=True)
    anime = await world.request(frieren(), seasons=[1], auto_approve=True)
    waiting = await world.request(tears_of_steel())
    catalogue = world.shoko_add_series("Sousou no Frieren", 17617, episodes=3)
    downloads = [await world.grab(request) for request in (movie, show, anime)]
    await poll(hass, entry)
    for download in downloads:
        await world.complete(download)
        files = await world.import_(download)
    for index, file in enumerate(files):
        await shoko_takes(world, no_time, file.path, file.size, catalogue.id, index)
    await world.library_scan()
    await world.seerr_scan()
    for office in offices(home):
        await office.settle()
        await office.release("reverse")
    await poll(hass, entry, rounds=4)

    assert stage_of(hass, entry, movie) == "available"
    assert stage_of(hass, entry, show) == "available"
    assert stage_of(hass, entry, anime) == "available"
    assert stage_of(hass, entry, waiting) == "requested"


# Every order


async def take(home: Household, act: Awaitable[Any], events: dict[str, Sent]) -> None:
    """Let something happen, and keep the webhooks that tell of it by their kind."""
    await act
    for office in offices(home):
        held, office.held = office.held, []
        for sent in held:
            body = sent.body if isinstance(sent.body, dict) else {"text": sent.body}
            kind = body.get("eventType") or body.get("notification_type") or "ItemAdded"
            if kind == "Download":
                kind += "" if "movieFile" in body else f" {len(body['episodes'])}"
            events[kind if kind not in events else f"{kind} again"] = sent


async def film_life(home: Household, request: SeerrRequest) -> dict[str, Sent]:
    """Let a film travel to the end; return what its webhooks said."""
    world, events = home.world, {}
    await take(home, world.approve(request), events)
    download = await world.grab(request)
    await take(home, world.block_import(download, ["Sample"]), events)
    await take(home, world.import_(download), events)
    await take(home, world.library_scan(), events)
    await take(home, world.seerr_scan(), events)
    return events


async def series_life(home: Household, request: SeerrRequest) -> dict[str, Sent]:
    """The same of two episodes in one release."""
    world, events = home.world, {}
    download = await world.grab(request)
    await take(home, world.import_(download), events)
    return events


FILM_EVENTS = (
    "MEDIA_APPROVED",
    "MovieAdded",
    "Grab",
    "ManualInteractionRequired",
    "Download",
    "ItemAdded",
    "MEDIA_AVAILABLE",
)


# Seerr's own "available" is no proof where there is a Jellyfin.
FURTHEST = {
    "ItemAdded": "available",
    "Download": "importing",
    "Download 2": "importing",
    "ManualInteractionRequired": "download_done",
    "Grab": "indexed",
}


async def in_every_order(
    hass: HomeAssistant,
    home: Household,
    entry: MockConfigEntry,
    lives: list[tuple[SeerrRequest, dict[str, Sent]]],
    kinds: tuple[str, ...],
) -> None:
    """Deliver four events of each request, in another order for each; all services fail meanwhile."""
    for server in home.servers:
        server.fault = Fault.status(503)
    for (_, events), order in zip(lives, permutations(kinds), strict=True):
        for kind in order:
            sent = events[kind]
            await home.seerr.webhooks.send(
                sent.url, sent.body, method=sent.method, headers=sent.headers, force=True
            )
    await hass.async_block_till_done()
    told = {stage_of(hass, entry, request) for request, _ in lives}
    assert told == {next(stage for kind, stage in FURTHEST.items() if kind in kinds)}, kinds
    for server in home.servers:
        server.fault = None


# Each four of the seven; a household takes seconds, so one serves several fours.
FOURS = list(combinations(FILM_EVENTS, 4))


@pytest.mark.parametrize("part", range(5))
async def test_any_four_events_in_every_order(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, part: int
) -> None:
    """Any four of a film's events, in all 24 orders: told or asked, the stage is the same."""
    home = await household()
    entry = await setup_entry(home)
    for office in offices(home):
        office.mode = "hold"
    for number, kinds in enumerate(FOURS[part::5]):
        requests = [
            await home.world.request(film(f"Film {number} {n}", 2000, 10_000 + number * 100 + n))
            for n in range(24)
        ]
        for office in offices(home):
            office.held.clear()
        await poll(hass, entry, rounds=3)  # so many titles take their time
        assert {stage_of(hass, entry, request) for request in requests} == {"requested"}
        lives = [(request, await film_life(home, request)) for request in requests]
        await in_every_order(hass, home, entry, lives, kinds)
        await poll(hass, entry, rounds=3)
        assert {stage_of(hass, entry, request) for request in requests} == {"available"}


async def test_a_release_of_two_episodes_in_every_order(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Grab, a file, another file, the whole release: in all 24 orders both episodes are imported."""
    home = await household()
    entry = await setup_entry(home)
    for office in offices(home):
        office.mode = "hold"
    requests = [
        await home.world.request(
            series(f"Show {n}", 2000, 20_000 + n, 30_000 + n, {1: 2}), seasons=[1], auto_approve=True
        )
        for n in range(24)
    ]
    for office in offices(home):
        office.held.clear()
    await poll(hass, entry)
    lives = [(request, await series_life(home, request)) for request in requests]
    kinds = ("Grab", "Download 1", "Download 1 again", "Download 2")
    await in_every_order(hass, home, entry, lives, kinds)
    assert {stage_of(hass, entry, request) for request in requests} == {"importing"}
    await poll(hass, entry, rounds=3)
    assert {stage_of(hass, entry, request) for request in requests} == {"importing"}
    assert coordinator_of(entry).data
