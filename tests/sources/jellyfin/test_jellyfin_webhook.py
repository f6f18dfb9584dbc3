"""The Jellyfin source by webhooks: evidence at once, confirmed by a poll, and nothing odd believed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.pipeline.enums import ItemKind
from custom_components.status_tracker.sources.jellyfin import reader
from tests.sources.library_helpers import Household, payload, want
from tests.stack.jellyfin import FakeJellyfin
from tests.stack.server import Fault
from tests.stack.world import World

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SERVER = "5a1b2c3d4e5f60718293a4b5c6d7e8f9"


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Household]:
    """Give an empty Jellyfin of the id the payloads carry, with a source that watches it.

    The recorded payloads, which are days old, count as sent just now.
    """
    monkeypatch.setattr(reader, "LATE", timedelta(days=7))
    world = World()
    world.freeze(NOON)
    async with FakeJellyfin(world) as server, aiohttp.ClientSession() as session:
        server.items.server_id = SERVER
        yield Household(server, session)


async def test_film_counts_at_once(house: Household) -> None:
    """A film's notice is evidence without a call; the poll after it adds its file."""
    wanted = want("tmdb_movie:335984")
    await house.settle(wanted)
    notice = payload("itemadded_movie")
    item = house.add(
        "Movie", notice["Name"], "/media/movies/Blade/Blade.mkv", ids={"Tmdb": "335984"}, year=2017
    )
    house.world.items = {notice["ItemId"]: item}
    item.id = notice["ItemId"]
    house.server.clear_calls()
    assert house.source.receive(notice)
    film = house.items["Blade Runner 2049"]
    assert (film.kind, film.year, film.files) == (ItemKind.MOVIE, 2017, ())
    assert film.ids == ("imdb:tt1856101", "tmdb_movie:335984")
    assert film.url == f"{house.server.url}/web/#/details?id={film.item_id}&serverId={SERVER}"
    assert not house.server.calls
    assert house.source.due(house.world.now())
    await house.poll(wanted)
    assert house.items["Blade Runner 2049"].files
    assert house.source.receive(notice)
    assert house.items["Blade Runner 2049"].files, "what was read stays"


async def test_a_notice_that_is_not_true(house: Household) -> None:
    """An item the library does not have goes again with the next poll."""
    wanted = want("tmdb_movie:335984")
    await house.settle(wanted)
    assert house.source.receive(payload("itemadded_movie"))
    assert house.items
    await house.poll(wanted)
    assert not house.items


@pytest.mark.parametrize(
    "sent",
    ["2026-11-22T11:59:00.1234567Z", "2026-11-22T12:09:00Z", "0001-01-01T00:00:00+14:00", "noon", 9, None],
)
async def test_a_notice_that_is_late(house: Household, monkeypatch: pytest.MonkeyPatch, sent: Any) -> None:
    """What was not sent just now, or does not tell when, is read first: it can be deleted since."""
    monkeypatch.setattr(reader, "LATE", timedelta(seconds=30))
    wanted = want("tmdb_movie:335984")
    await house.settle(wanted)
    notice = payload("itemadded_movie") | {"UtcTimestamp": sent, "Timestamp": sent}
    item = house.add("Movie", notice["Name"], "/media/movies/Blade/Blade.mkv", ids={"Tmdb": "335984"})
    house.world.items = {notice["ItemId"]: item}
    item.id = notice["ItemId"]
    assert house.source.receive(notice)
    assert not house.items
    assert house.source.due(house.world.now())
    await house.poll(wanted)
    assert house.items[item.name].files


async def test_4k_and_hd_are_not_mixed_up(house: Household) -> None:
    """Without a file it is unknown which of the two was added: a poll has to decide."""
    await house.settle(want("tmdb_movie:335984"), want("tmdb_movie:335984", is_4k=True, request_id=2))
    assert house.source.receive(payload("itemadded_movie"))
    assert not house.items
    assert house.source.due(house.world.now())


@pytest.mark.parametrize("names", [("series", "episode"), ("episode", "series")])
async def test_series_and_episode(house: Household, names: tuple[str, str]) -> None:
    """An episode carries its own ids only; it counts when its series is known."""
    await house.settle(want("tvdb_show:371980", seasons=(2,)))
    for name in names:
        assert house.source.receive(payload(f"itemadded_{name}"))
    assert house.source.receive(payload("itemadded_season"))
    assert "Severance" in house.items
    if names[0] == "series":
        episode = house.items["Hello, Ms. Cobel"]
        assert (episode.season, episode.number) == (2, 1)
        assert episode.series_id == house.items["Severance"].item_id
        assert episode.ids == ("imdb:tt13968696", "tvdb_episode:10713450")


async def test_episode_of_another_season(house: Household) -> None:
    """It is ignored."""
    await house.settle(want("tvdb_show:371980", seasons=(1,)))
    assert house.source.receive(payload("itemadded_series"))
    assert house.source.receive(payload("itemadded_episode"))
    assert set(house.items) == {"Severance"}


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("itemadded_episode_shokofin", ("shoko_file:345",)),
        ("itemadded_episode_shokofin", ("shoko_episode:678",)),
        ("itemadded_series_shokofin", ("shoko_series:12",)),
        ("itemadded_movie_shokofin", ("shoko_file:400",)),
        ("itemadded_anime_movie_as_episode_shokofin", ("shoko_file:400",)),
    ],
)
async def test_what_shokofin_shows(house: Household, name: str, ids: tuple[str, ...]) -> None:
    """Keys with a space are ids like any other."""
    await house.settle(want(*ids, anime=True))
    assert house.source.receive(payload(name))
    (item,) = house.source.evidence.library
    assert ids[0] in item.ids


async def test_wanted_only_later(house: Household) -> None:
    """A notification about an item that is not wanted yet is kept by its ids."""
    await house.settle(want("tmdb_movie:1"))
    assert house.source.receive(payload("itemadded_movie"))
    assert not house.items
    calls = await house.poll(want("tmdb_movie:335984"))
    assert sum("ids" in call.query for call in calls) == 1


async def test_deleted(house: Household) -> None:
    """An item goes, a season goes with its episodes, a series with all of them; unknown ones do no harm."""
    show = house.add_show("Show", {"Tvdb": "7"}, {1: 2, 2: 1})
    wanted = want("tvdb_show:7", seasons=(1, 2))
    await house.settle(wanted)
    assert len(house.items) == 4

    def gone(kind: str, item_id: str, **more: Any) -> bool:
        """Tell the source of a deletion."""
        notice = {"NotificationType": "ItemDeleted", "ItemType": kind, "ItemId": item_id, "ServerId": SERVER}
        return house.source.receive(notice | more)

    assert gone("Episode", house.items["Show S01E02"].item_id)
    assert set(house.items) == {"Show", "Show S01E01", "Show S02E01"}
    assert gone("Season", "c" * 32, SeriesId=show.id, SeasonNumber=1)
    assert set(house.items) == {"Show", "Show S02E01"}
    assert gone("Season", "c" * 32)
    assert gone("Movie", "d" * 32)
    assert gone("Series", f"{show.id[:8]}-{show.id[8:12]}-{show.id[12:16]}-{show.id[16:20]}-{show.id[20:]}")
    assert not house.items


async def test_scan_ended(house: Household) -> None:
    """It is no longer busy, and what proves something is read again at once."""
    item = house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    wanted = want("tmdb_movie:1", items=(item.id,), files=["/data/Film/Film.mkv"])
    await house.settle(wanted)
    house.server.scan_seconds = 30
    await house.client.scan_library()
    for _ in range(4):
        await house.poll(wanted)
    assert house.source.evidence.services[0].busy
    assert house.source.receive(payload("taskcompleted_refreshlibrary"))
    assert not house.source.evidence.services[0].busy
    house.world.items.clear()
    for _ in range(3):
        await house.poll(wanted)
    assert not house.items


@pytest.mark.parametrize(
    "change",
    [
        {"NotificationType": "PlaybackStart"},
        {"NotificationType": None},
        {"NotificationType": 1},
        {"NotificationType": "TaskCompleted", "ResultKey": "Other"},
        {"ItemType": "Audio"},
        {"ItemType": {}},
        {"ItemId": None},
        {"ItemId": "short"},
        {"ItemId": "z" * 32},
        {"ItemId": 7},
        {"ServerId": "f" * 32},
    ],
)
async def test_what_means_nothing(house: Household, change: dict[str, Any]) -> None:
    """Everything odd, and what another Jellyfin sends, is dropped and hurries nothing."""
    house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    wanted = want("tmdb_movie:335984")
    await house.settle(wanted)
    assert not house.source.receive(payload("itemadded_movie") | change)
    assert not house.items
    assert not house.source.due(house.world.now())


async def test_odd_values(house: Household) -> None:
    """A notice with odd values counts as far as it can be read."""
    await house.settle(want("tmdb_movie:335984"))
    odd = {
        "Year": "soon",
        "SeasonNumber": [1],
        "EpisodeNumber": "9" * 40,
        "Name": 'Say \\"Hi\\"',
        "SeriesId": 3,
    }
    assert house.source.receive(payload("itemadded_movie") | odd)
    film = house.items['Say "Hi"']
    assert (film.year, film.season, film.number, film.series_id) == (None, None, None, None)
    assert not house.source.receive({})


async def test_deleted_while_it_is_read(house: Household) -> None:
    """An answer that was under way does not bring a deleted item back."""
    await house.settle(want("tmdb_movie:9"))
    item = house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    house.later(1)
    await house.settle(want("tmdb_movie:9"))
    notice = {"NotificationType": "ItemDeleted", "ItemType": "Movie", "ItemId": item.id, "ServerId": SERVER}

    def tell(_: str, data: Any) -> Any:
        """Tell of the deletion just when an answer with the item goes out."""
        if any(row["Id"] == item.id for row in data["Items"]):
            told.append(house.source.receive(notice))
        return data

    told: list[bool] = []
    house.server.fault = Fault.lying(tell)
    await house.poll(want("tmdb_movie:1"))
    assert told == [True]
    assert not house.items


async def test_odd_ids_are_left_out(house: Household) -> None:
    """An item with an invalid id is left out of the index and does no harm."""
    await house.settle(want("tmdb_movie:1"))
    odd = house.add("Movie", "Odd", "/media/movies/Odd/Odd.mkv", ids={"Tmdb": "2"})
    del house.world.items[odd.id]
    odd.id = "not-an-id"
    house.world.items[odd.id] = odd
    house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    await house.poll(want("tmdb_movie:1"))
    assert set(house.items) == {"Film"}
    assert house.source.evidence.services[0].ok
