"""Search for releases."""

from homeassistant.core import HomeAssistant
import pytest

from ..common import SetUp, StartHousehold, poll, stage_of
from ..stack.server import Fault
from ..stack.stories import frieren, long_way_home, sintel
from ..stack.titles import film, series
from .acting import commands, follow, reason_of

# Search


@pytest.mark.parametrize("is_4k", [False, True])
async def test_search_film(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, is_4k: bool
) -> None:
    """The Radarr that has the film searches, and no other; what it finds shows."""
    home = await household(radarrs=("hd", "4k"))
    request = await home.world.request(sintel(), is_4k=is_4k, auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    right, wrong = home.radarrs["4k" if is_4k else "hd"], home.radarrs["hd" if is_4k else "4k"]
    row = right.arr.movie_of(request.title)
    assert row

    await act("search", request)

    assert commands(right) == [{"name": "MoviesSearch", "movieIds": [row.id]}]
    assert commands(wrong) == []
    assert reason_of(hass, act, request) == "no_release_found"

    right.on_search = lambda row, _: home.world.grab(row)
    await act("search", request)
    assert stage_of(hass, act.entry, request) == "indexed"
    assert await act.refused("search", request) == "search_in_flight"


async def test_search_series(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A season of which all is missing is searched for at once, of another the missing episodes."""
    home = await household(sonarrs=("hd", "4k"))
    title = long_way_home()
    request = await home.world.request(title, seasons=[1, 2], auto_approve=True)
    row = home.sonarr.arr.series_of(title)
    assert row
    await home.world.import_(await home.world.grab(row, episodes=[(1, 1)]))
    row.row(1, 2).monitored = False
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    missing = [row.row(1, 3).id, row.row(1, 4).id]

    await act("search", request)

    assert commands(home.sonarr) == [
        {"name": "SeasonSearch", "seriesId": row.id, "seasonNumber": 2},
        {"name": "EpisodeSearch", "episodeIds": missing},
    ]
    assert commands(home.sonarrs["4k"]) == []
    assert row.row(2, 1).last_search
    assert not row.row(1, 2).last_search


async def test_search_anime(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Anime is searched for where Seerr put it."""
    home = await household(shoko=True)
    request = await home.world.request(frieren(), seasons=[1], auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    await act("search", request)

    assert [command["name"] for command in commands(home.sonarr)] == ["SeasonSearch"]


async def test_search_refused(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Nothing is searched for that waits, has come, is not monitored, has not aired or is in no *arr."""
    home = await household()
    world = home.world
    act = await follow(hass, setup_entry, home)
    pending = await world.request(film("Pending", 2001, 1))
    lost = await world.request(film("Lost", 2002, 2), auto_approve=True)
    row = home.radarr.arr.movie_of(lost.title)
    assert row
    await world.remove_from_arr(row)
    ignored = await world.request(film("Ignored", 2003, 3), auto_approve=True)
    row = home.radarr.arr.movie_of(ignored.title)
    assert row
    row.monitored = False
    there = await world.request(film("There", 2004, 4), auto_approve=True)
    await world.import_(await world.grab(there))
    await world.library_scan()
    future = world.now().replace(year=world.now().year + 2)
    unaired = await world.request(
        series("Unaired", 2030, 5, 6, {1: 2}, starts={1: future}), auto_approve=True
    )
    foreign = await world.request(film("Foreign", 2005, 7), auto_approve=True, is_4k=True)
    await poll(hass, act.entry)

    assert stage_of(hass, act.entry, there) == "available"
    expected = {
        pending: "search_not_now",
        there: "search_not_now",
        lost: "search_not_in_arr",
        foreign: "search_not_in_arr",
        ignored: "search_not_monitored",
        unaired: "search_nothing_missing",
    }
    for request, key in expected.items():
        assert await act.refused("search", request) == key, request.title.title
    assert commands(home.radarr) == commands(home.sonarr) == []


async def test_search_fails(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A Radarr that is down, that breaks the search off or goes silent is named; a long search goes on."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    home.radarr.fault = Fault.down()
    assert await act.fails("search", request) == "cannot_connect"
    home.radarr.fault = None

    def change(status: str) -> Fault:
        """Return the lie that a command has this status."""
        return Fault(kind="lying", only="command/", mutate=lambda _, row: {**row, "status": status})

    home.radarr.fault = change("failed")
    assert await act.fails("search", request) == "search_failed"
    home.radarr.fault = change("started")
    await act("search", request)
    home.radarr.fault = Fault.status(404, "{}", only="command/")
    await act("search", request)
    home.radarr.fault = Fault.status(500, "{}", only="queue/details")
    assert await act.fails("search", request) == "not_confirmed"
    home.radarr.fault = None
