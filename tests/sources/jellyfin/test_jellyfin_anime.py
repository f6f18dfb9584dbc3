"""The Jellyfin source: anime, discs, and servers that do not do as they are asked."""

from datetime import timedelta
from typing import Literal
from unittest.mock import patch

import pytest

from custom_components.status_tracker.pipeline.enums import ItemKind, MediaType
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from tests.sources.library_helpers import Household, want

from .polling import (
    NOON,
    VFS,
    deep,
    house_fixture,  # noqa: F401  fixtures
)

# Anime


def show_by_shokofin(house: Household, files: dict[int, int], *, series: int = 12) -> None:
    """Show files (Shoko file id to episode number) as Shokofin does by default: Shoko and AniDB ids only."""
    name = f"Anime {series}"
    show = house.add(
        "Series",
        name,
        f"{VFS}/{name} [Shoko Series={series}]",
        ids={"Shoko Series": str(series), "AniDB": f"176{series}", "Custom": f"shoko://series/{series}"},
    )
    for file, number in files.items():
        house.add_episode(
            show,
            1,
            number,
            path=f"{VFS}/{name}/Season 01/E{number} [Shoko Series={series}] [Shoko File={file}].mkv",
            ids={"Shoko File": str(file), "Shoko Episode": str(file + 600), "AniDB": str(file + 9000)},
        )


async def test_anime_series_by_its_shoko_or_anidb_id(house: Household) -> None:
    """All its episodes are kept, for their numbers are not TVDB's."""
    show_by_shokofin(house, {345: 1, 346: 2})
    show_by_shokofin(house, {500: 1}, series=13)
    for ids in (("shoko_series:12",), ("anidb_anime:17612",)):
        house.source = house.new_source()
        wanted = want("tvdb_show:7", *ids, seasons=(2,), anime=True, files=["/data/x/y.mkv"])
        calls = await house.poll(wanted)
        assert set(house.items) == {"Anime 12", "Anime 12 S01E01", "Anime 12 S01E02"}
        assert "shoko_file:345" in house.items["Anime 12 S01E01"].ids
        assert not deep(calls)


async def test_anime_film_shown_as_an_episode(house: Household) -> None:
    """A film finds its item though Jellyfin calls it an episode."""
    show_by_shokofin(house, {400: 1}, series=20)
    await house.poll(want("tmdb_movie:372058", "shoko_series:20", "shoko_file:400"))
    item = house.items["Anime 20 S01E01"]
    assert (item.kind, "shoko_file:400" in item.ids) == (ItemKind.EPISODE, True)


async def test_anime_episode_that_comes_before_shoko_tells(house: Household) -> None:
    """An item that came by before its ids were wanted is found without a search."""
    wanted = want("tvdb_show:7", seasons=(1,), anime=True, files=[FileEvidence(path="/d/S/e.mkv")])
    await house.settle(wanted)
    show_by_shokofin(house, {345: 1})
    await house.poll(wanted)
    assert not house.items
    house.later(0.2)
    await house.poll(want("tvdb_show:7", "shoko_file:345", seasons=(1,), anime=True))
    assert set(house.items) == {"Anime 12", "Anime 12 S01E01"}


async def test_anime_under_a_series_nobody_knows(house: Household) -> None:
    """What only episodes' ids tell is searched for once, all files in one pass, then rested for an hour."""
    house.server.add_bulk(series=10, episodes=1500)
    show_by_shokofin(house, {345: 1, 346: 2})
    outside = house.add("Series", "Plain", "/media/tv/Plain")
    house.add_episode(outside, 1, 1, path="/media/tv/Plain/Season 01/plain 01.mkv")
    one = want(
        "tvdb_show:7", "shoko_file:345", seasons=(1,), anime=True, files=["/data/A/a.mkv", "/data/A/b.mkv"]
    )
    two = want(seasons=(1,), anime=True, files=["/data/Season 01/Plain 01.mkv"], request_id=2)
    house.later(1)
    assert not deep(await house.poll(one, two)), "other ways come first"
    calls = await house.poll(one, two, seconds=130)
    assert deep(calls) == 2
    assert set(house.items) == {"Anime 12", "Anime 12 S01E01", "Plain", "Plain S01E01"}
    again = [deep(await house.poll(one, two, seconds=300)) for _ in range(13)]
    assert again == [0] * 11 + [2, 0]


async def test_no_search_for_what_changes_will_show(house: Household) -> None:
    """A file imported after the first reading waits for the delta, and is searched for an hour later."""
    await house.settle(want(anime=True))
    added = house.world.now()
    wanted = want("shoko_file:345", anime=True, files=[FileEvidence(path="/data/A/a.mkv", added=added)])
    plain = want("tmdb_movie:1", files=["/data/Film/Film.mkv"])
    assert sum([deep(await house.poll(wanted, plain, seconds=120)) for _ in range(30)]) == 0
    assert sum([deep(await house.poll(wanted, plain, seconds=120)) for _ in range(5)]) == 1


async def test_a_search_is_not_begun_for_what_is_at_hand(house: Household) -> None:
    """A file whose item is there already needs none."""
    house.add("Movie", "Film", "/media/Film/Film.mkv")
    wanted = want("shoko_file:1", anime=True, files=["/data/Film/Film.mkv"], media_type=MediaType.MOVIE)
    assert sum([deep(await house.poll(wanted, seconds=120)) for _ in range(5)]) == 0
    assert set(house.items) == {"Film"}


# Discs, and servers that do not do as they are asked


@pytest.mark.parametrize(
    "inside", ["BDMV/STREAM/00012.m2ts", "VIDEO_TS/VTS_01_1.VOB", "The Matrix (1999).mkv"]
)
async def test_a_folder_is_the_film(house: Household, inside: str) -> None:
    """A disc is an item whose path is its folder; it is found by a file that lies in it."""
    house.add("Movie", "Disc", "/media/movies/The Matrix (1999)", ids={})
    house.add("Movie", "Other", "/media/movies/Another (2000)", ids={})
    await house.settle(want("tmdb_movie:603", files=[f"/movies/The Matrix (1999)/{inside}"]))
    assert set(house.items) == {"Disc"}


async def test_a_date_that_is_not_obeyed(house: Household, caplog: pytest.LogCaptureFixture) -> None:
    """It is noticed and told once; a poll stays one page, and what is new still shows."""
    for number in range(1200):
        house.add(
            "Movie", f"Film {number}", f"/media/movies/Film {number}/Film.mkv", ids={"Tmdb": f"{number}"}
        )
    wanted = want("tmdb_movie:5000")
    house.server.items.ignores_dates = True
    for _ in range(6):
        await house.poll(wanted)
    assert house.source.filters_dates is False
    assert caplog.text.count("ignores the date filter") == 1
    assert len(await house.poll(wanted)) == 1
    house.add("Movie", "New", "/media/movies/New/New.mkv", ids={"Tmdb": "5000"})
    await house.poll(wanted)
    await house.poll(wanted)
    assert set(house.items) == {"New"}


async def test_an_old_file_where_the_date_is_not_obeyed(house: Household) -> None:
    """What is new and has an old file, and what was saved again, shows as its page comes round."""
    for number in range(2200):
        house.add(
            "Movie", f"Film {number}", f"/media/movies/Film {number}/Film.mkv", ids={"Tmdb": f"{number}"}
        )
    wanted = want("tmdb_movie:5000", "tmdb_movie:6000")
    house.server.items.ignores_dates = True
    for _ in range(6):
        await house.poll(wanted)
    old = house.add("Movie", "Old", "/media/movies/Old/Old.mkv", ids={"Tmdb": "5000"})
    old.date_created = NOON - timedelta(days=4000)
    house.item("Film 7").provider_ids["Tmdb"] = "6000"
    calls = [len(await house.poll(wanted)) for _ in range(9)]
    assert set(house.items) == {"Old", "Film 7"}
    assert sum(calls) <= 11, "one call a poll, and one for each that was found"
    assert max([len(await house.poll(wanted)) for _ in range(20)]) == 1, "seen again, and known"


async def test_a_date_that_is_obeyed(house: Household) -> None:
    """A scan that saves everything at once is no sign of the contrary."""
    for number in range(600):
        house.add(
            "Movie", f"Film {number}", f"/media/movies/Film {number}/Film.mkv", ids={"Tmdb": f"{number}"}
        )
    await house.settle(want("tmdb_movie:5000"))
    for number in range(600):
        house.touch(f"Film {number}")
    await house.settle(want("tmdb_movie:5000"))
    assert house.source.filters_dates is True


async def test_no_alarm_before_the_plugin_has_run(house: Household) -> None:
    """Its task starts an hour after the server; until two rounds later no new item counts as untold."""
    wanted = want("tmdb_movie:9")
    house.server.plugin.has_run = False
    await house.settle(wanted)
    house.source.expect_webhooks(True)

    async def comes(number: int, seconds: float = 15) -> int:
        """Let a film come; return how many should have been told of and were not."""
        house.add(
            "Movie", f"Film {number}", f"/media/movies/{number}/{number}.mkv", ids={"Tmdb": f"{number}"}
        )
        await house.poll(wanted, seconds=seconds)
        return house.source.missed_webhooks

    assert [await comes(number, 600) for number in (100, 101, 102)] == [0, 0, 0]
    house.server.plugin.has_run = True
    assert await comes(103) == 0
    assert await comes(104, 100) == 0
    assert await comes(105, 200) == 1
    assert await comes(106) == 2
    ended = house.server.plugin.last_round()
    with patch.object(house.server.plugin, "last_round", return_value=ended):
        assert await comes(107, 300) == 2, "the server has just started"
    assert await comes(108) == 2
    assert await comes(109, 200) == 3


async def test_a_disc_of_anime_among_everything(house: Household) -> None:
    """A film shown by its folder, with unknown ids, is found by the file in it."""
    house.add("Video", "Disc", "/media/anime/Akira (1988)")
    house.add("Video", "Other", "/media/anime/Other (1988)")
    file = FileEvidence(path="/anime/Akira (1988)/BDMV/STREAM/00001.m2ts")
    wanted = want("shoko_file:77", files=[file], anime=True)
    await house.settle(wanted)
    assert set(house.items) == {"Disc"}


@pytest.mark.parametrize("phase", ["setup", "loading"])
async def test_a_server_that_starts(house: Household, phase: Literal["setup", "loading"]) -> None:
    """It is not ready, whatever tells who it is already."""
    wanted = want("tmdb_movie:1")
    house.add("Movie", "Film", "/media/movies/Film/Film.mkv", ids={"Tmdb": "1"})
    await house.settle(wanted)
    house.server.starting = phase
    await house.poll(wanted)
    assert house.source.evidence.services[0].reason == "not_ready"
    assert set(house.items) == {"Film"}
    house.server.starting = ""
    await house.poll(wanted)
    assert house.source.evidence.services[0].ok
