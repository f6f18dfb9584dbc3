"""The Jellyfin source by polling: what it finds, what that costs, and what it lets go of."""

from datetime import datetime, timedelta

from custom_components.status_tracker.pipeline.enums import ItemKind
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.pipeline.wants import Want
from custom_components.status_tracker.sources.jellyfin.source import JellyfinSource
from tests.sources.library_helpers import Household, want
from tests.stack.server import Fault

from .polling import (
    NOON,
    deltas,
    house_fixture,  # noqa: F401  fixtures
)

# Films


async def test_film_that_is_there(house: Household) -> None:
    """A film is found by its id or by its file, and nothing else of the library leaves the source."""
    house.server.add_bulk(movies=30)
    path = "/media/movies/Film (2017)/Film.mkv"
    house.add("Movie", "Film", path, ids={"Tmdb": "335984"}, year=2017)
    house.add("Movie", "Plain", "/media/movies/Plain (2001)/Plain.mkv")
    house.add("Series", "Namesake", "/media/tv/Namesake", ids={"Tmdb": "335984"})
    calls = await house.poll(
        want("tmdb_movie:335984"), want("tmdb_movie:1", files=["/data/Movies/plain (2001)/PLAIN.mkv"])
    )
    assert set(house.items) == {"Film", "Plain"}
    film = house.items["Film"]
    assert (film.kind, film.year, film.ids) == (ItemKind.MOVIE, 2017, ("tmdb_movie:335984",))
    assert [(file.path, file.size) for file in film.files] == [(path, 1_000_000_000)]
    assert film.url == f"{house.server.url}/web/#/details?id={film.item_id}&serverId={house.server.server_id}"
    assert len(calls) == 2
    assert house.source.evidence.services[0].ok


async def test_film_that_comes(house: Household) -> None:
    """A new film shows in the next delta; a virtual one does not."""
    wanted = want("tmdb_movie:1", "tmdb_movie:2")
    await house.settle(wanted)
    house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    house.add("Movie", "Ghost", None, ids={"Tmdb": "2"}, is_virtual=True)
    calls = await house.poll(wanted)
    assert set(house.items) == {"Film"}
    assert len(calls) == 2
    assert len(await house.poll(wanted)) == 1, "seen again in the overlap, and known"


async def test_path_first_and_ids_later(house: Household) -> None:
    """An item that gets its ids in a later save is seen again."""
    wanted = want("tmdb_movie:1", files=["/data/Film/Film.mkv"])
    await house.settle(wanted)
    item = house.add("Movie", "Film", "/media/movies/Film/Film.mkv")
    await house.poll(wanted)
    assert house.items["Film"].ids == ()
    item.provider_ids["TheMovieDb"] = "1"
    house.touch("Film")
    await house.poll(wanted)
    assert house.items["Film"].ids == ("tmdb_movie:1",)
    item.provider_ids.clear()
    item.path, item.media_sources = "/media/movies/Other/Other.mkv", []
    house.touch("Film")
    await house.poll(wanted)
    await house.poll(wanted)
    assert not house.items


async def test_want_that_comes_later(house: Household) -> None:
    """What came by before anybody wanted it is found in the index, episodes by their Shoko ids too."""
    await house.settle(want("tmdb_movie:9"))
    house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    show = house.add("Series", "Show", "/media/tv/Show", ids={"AniDB": "5"})
    house.add_episode(show, 1, 1, ids={"Shoko File": "77"})
    await house.settle(want("tmdb_movie:9"))
    assert not house.items
    calls = await house.poll(want("tmdb_movie:1", "shoko_file:77", anime=True))
    assert set(house.items) == {"Film", "Show", "Show S01E01"}
    assert len(calls) == 3, "the cycle, the items, the series of the episode"


async def test_versions_of_one_item(house: Household) -> None:
    """A second version shows as another file of the item."""
    path = "/media/movies/Film/Film.mkv"
    house.add(
        "Movie", "Film", path, ids={"Tmdb": "1"}, media_sources=[path, "/media/movies4k/Film/Film 4K.mkv"]
    )
    await house.poll(want("tmdb_movie:1", is_4k=True))
    assert len(house.items["Film"].files) == 2


# Series


async def test_series_and_its_wanted_seasons(house: Household) -> None:
    """Only real episodes of wanted seasons are kept, and read once."""
    show = house.add_show("Show", {"Tvdb": "7", "Tmdb": "8"}, {0: 1, 1: 3, 2: 2})
    house.add_episode(show, 2, 3, path=None, is_virtual=True)
    house.add_show("Other", {"Tmdb": "9"}, {2: 2})
    first = want("tvdb_show:7", "tmdb_show:8", seasons=(2,))
    calls = await house.poll(first)
    assert set(house.items) == {"Show", "Show S02E01", "Show S02E02"}
    assert house.items["Show S02E02"].series_id == show.id
    assert sum(call.path.startswith("/Shows/") for call in calls) == 1
    await house.settle(first)
    assert len(await house.poll(first)) == 1
    second = want("tvdb_show:7", seasons=(1,), request_id=2)
    await house.poll(first, second)
    assert len(house.items) == 6
    await house.poll(second)
    assert set(house.items) == {"Show", "Show S01E01", "Show S01E02", "Show S01E03"}
    await house.poll(first, second)
    assert len(house.items) == 6, "read again after it was let go of"


async def test_episode_that_comes(house: Household) -> None:
    """A new episode of a wanted season costs one call, one of another season none."""
    show = house.add_show("Show", {"Tvdb": "7"}, {1: 1})
    wanted = want("tvdb_show:7", seasons=(1,))
    await house.settle(wanted)
    house.add_episode(show, 1, 2)
    house.add_episode(show, 3, 1)
    calls = await house.poll(wanted)
    assert set(house.items) == {"Show", "Show S01E01", "Show S01E02"}
    assert [call.path for call in calls] == ["/Items", "/Items"]


async def test_series_that_goes(house: Household) -> None:
    """With the series its episodes go, also when it vanishes while being read."""
    show = house.add_show("Show", {"Tvdb": "7"}, {1: 2})
    proving = [item.id for item in house.world.items.values()]
    wanted = want("tvdb_show:7", seasons=(1,), items=tuple(proving))
    await house.settle(wanted)
    house.world.items.clear()
    house.later(0.5)
    await house.poll(wanted)
    await house.poll(wanted)
    assert not house.items
    house.world.items[show.id] = show
    house.touch("Show")
    house.server.fault = Fault.status(404, only="/Shows/")
    calls = [*await house.poll(wanted), *await house.poll(wanted)]
    assert sum("/Shows/" in call.path for call in calls) == 1
    assert not house.items
    assert house.source.evidence.services[0].ok


async def test_film_is_no_reason_to_read_a_series(house: Household) -> None:
    """An IMDb id that a film shares with a series does not drag its episodes in."""
    house.add_show("Show", {"Imdb": "tt1"}, {1: 2})
    await house.poll(want("imdb:tt1"))
    assert set(house.items) == {"Show"}


# What it costs


async def test_a_steady_cycle_is_one_call(house: Household) -> None:
    """However many wait, however much is there, and through rechecks and scans."""
    house.server.add_bulk(movies=300, series=50, episodes=400)
    wants: list[Want] = []
    for number in range(120):
        path = f"/media/movies/F{number}/F{number}.mkv"
        item = house.add("Movie", f"F{number}", path, ids={"Tmdb": str(number)})
        wants.append(want(f"tmdb_movie:{number}", request_id=number, items=(item.id,), files=["/a/b.mkv"]))
    await house.settle(*wants)
    kinds: set[str] = set()
    for _ in range(200):
        (call,) = await house.poll(*wants)
        kinds.add("ids" if "ids" in call.query else call.path)
    assert kinds == {"ids", "/Items", "/ScheduledTasks"}
    assert len(house.items) == 120


async def test_a_big_library_is_read_over_several_polls(house: Household) -> None:
    """No poll hogs; wants are served when all is read, and again each day without a gap."""
    house.server.add_bulk(movies=12_500, series=20, episodes=100)
    wanted = want("tmdb_movie:10012499")
    calls = await house.poll(wanted)
    assert len(calls) == 10
    assert not house.items
    assert house.source.interval([wanted]) == timedelta(seconds=1)
    await house.poll(wanted)
    assert set(house.items) == {"Film 12499"}
    await house.settle(wanted)
    house.later(24)
    calls = await house.poll(wanted)
    assert len(calls) == 11
    house.add("Movie", "New", "/media/movies/New/New.mkv", ids={"Tmdb": "5"})
    await house.poll(wanted)
    await house.poll(wanted)
    assert set(house.items) == {"Film 12499"}
    await house.poll(wanted, want("tmdb_movie:5"))
    assert set(house.items) == {"Film 12499", "New"}


async def test_a_great_change_is_read_over_several_polls(house: Household) -> None:
    """When all was saved anew, the reading goes on where it stopped."""
    wanted = want("tmdb_movie:10000003")
    house.server.add_bulk(movies=5600)
    await house.settle(wanted)
    house.server.bulk.saved_at = house.world.now()
    first = await house.poll(wanted)
    assert deltas(first) == 10
    second = await house.poll(wanted)
    assert deltas(second) == 2
    assert second[0].query["startIndex"] == "5000"
    assert set(house.items) == {"Film 3"}


async def test_the_servers_clock_counts(house: Household) -> None:
    """Home Assistant's clock may be wrong: what is asked for goes by Jellyfin's."""
    source = JellyfinSource("jf", "Jellyfin", house.client, clock=lambda: NOON + timedelta(days=400))
    await source.refresh([])
    house.server.clear_calls()
    house.world.advance(60)
    await source.refresh([])
    await source.refresh([])
    since = [call.query["minDateLastSavedForUser"] for call in house.server.calls]
    assert since == ["2026-11-22T11:58:00Z", "2026-11-22T11:59:00Z"]


async def test_many_keys(house: Household) -> None:
    """However many ids are wanted, each is looked up."""
    house.server.add_bulk(movies=1200)
    await house.poll(want(*(f"tmdb_movie:{10_000_000 + number}" for number in range(1200))))
    assert len(house.items) == 1000, "ten calls a poll"
    await house.poll(want(*(f"tmdb_movie:{10_000_000 + number}" for number in range(1200))))
    assert len(house.items) == 1200


# Going away, faults, restarts


async def test_deletion_shows_at_the_recheck(house: Household) -> None:
    """What proves something is read again every twenty minutes, in the place of the delta."""
    item = house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    wanted = want("tmdb_movie:1", items=(item.id,), finished=True)
    await house.settle(want("tmdb_movie:1"))
    await house.settle(wanted)
    await house.world.remove_item(item)
    house.later(0.4)
    calls = [await house.poll(wanted) for _ in range(2)]
    assert all(len(one) == 1 for one in calls)
    assert not house.items


async def test_last_evidence_stands(house: Household) -> None:
    """A Jellyfin that is down takes nothing back, and is asked again where the last answer ended."""
    house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    wanted = want("tmdb_movie:1")
    await house.settle(wanted)
    for fault in (Fault.down(), Fault.status(503, "<html>starting</html>"), Fault.html(), Fault.garbage()):
        house.server.fault = fault
        await house.poll(wanted)
        assert set(house.items) == {"Film"}
        assert not house.source.evidence.services[0].ok
    house.server.fault = None
    house.later(5)
    house.add("Movie", "Other", "/media/movies/Other/Other.mkv", ids={"Tmdb": "2"})
    house.later(1)
    await house.poll(wanted, want("tmdb_movie:2"))
    await house.poll(wanted, want("tmdb_movie:2"))
    assert set(house.items) == {"Film", "Other"}


async def test_a_fault_in_the_first_reading_loses_nothing(house: Household) -> None:
    """Pages that were read are not read again."""
    house.server.add_bulk(movies=2500)
    house.server.fault = Fault.status(500, only="nothing")
    await house.poll(want("tmdb_movie:10002400"))
    house.source = house.new_source()
    house.server.fault = Fault.status(503, times=1)
    await house.poll(want("tmdb_movie:10002400"))
    assert house.source.evidence.services[0].reason == "not_ready"
    calls = await house.poll(want("tmdb_movie:10002400"))
    assert [call.query.get("startIndex") for call in calls[:3]] == ["0", "1000", "2000"]
    assert set(house.items) == {"Film 2400"}


async def test_restart_with_jellyfin_down(house: Household) -> None:
    """What proved something still does; then it is read again, and what has gone goes."""
    film = house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    gone = house.add("Movie", "Gone", "/media/movies/Gone/Gone.mkv", ids={"Tmdb": "2"})
    house.add("Movie", "Unproved", "/media/movies/U/U.mkv", ids={"Tmdb": "3"})
    wanted = want("tmdb_movie:1", "tmdb_movie:2", "tmdb_movie:3", items=(film.id, gone.id))
    await house.settle(wanted)
    assert len(house.items) == 3
    saved = serialize(house.source.snapshot([wanted]))
    house.source = house.new_source()
    house.source.restore(saved)
    house.server.fault = Fault.down()
    await house.poll()
    assert set(house.items) == {"Film", "Gone"}
    await house.world.remove_item(gone)
    house.server.fault = None
    house.later(0.1)
    await house.poll()
    assert set(house.items) == {"Film", "Gone"}, "nobody has said yet what is wanted"
    await house.poll(wanted)
    await house.poll(wanted)
    await house.poll(wanted)
    assert set(house.items) == {"Film", "Unproved"}


async def test_changes_of_the_time_between_restarts(house: Household) -> None:
    """The first delta after a restart begins where the last one ended, unless that is long ago."""
    await house.settle(want("tmdb_movie:1"))
    saved = serialize(house.source.snapshot([]))
    since = datetime.fromisoformat(saved["since"])
    for days, expected in ((1, since), (20, None)):
        house.source = house.new_source()
        house.source.restore(saved)
        house.later(24 * days)
        await house.poll()
        begun = house.world.now()
        (call,) = await house.poll()
        asked = datetime.fromisoformat(call.query["minDateLastSavedForUser"])
        assert asked == (expected or begun) - timedelta(minutes=2)


async def test_refused_key(house: Household) -> None:
    """A refused key is told as such."""
    house.server.fault = Fault.bad_key()
    await house.poll(want("tmdb_movie:1"))
    assert house.source.evidence.services[0].reason == "invalid_auth"


async def test_scan_makes_it_busy(house: Household) -> None:
    """While somebody waits, a running scan is learnt of in the place of a delta."""
    wanted = want("tmdb_movie:1", files=["/data/Film/Film.mkv"])
    await house.settle(wanted)
    house.server.scan_seconds = 30
    await house.client.scan_library()
    seen = []
    for _ in range(8):
        assert len(await house.poll(wanted)) == 1
        seen.append(house.source.evidence.services[0].busy)
    assert seen[-1]
    await house.poll(want("tmdb_movie:1"))
    assert not house.source.evidence.services[0].busy
