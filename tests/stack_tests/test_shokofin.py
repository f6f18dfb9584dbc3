"""Shokofin's way of presenting things: kinds, paths, ids, filters, versions, missing episodes."""

import json
from pathlib import Path
import re
from typing import Any, Literal

import aiohttp
import pytest

from tests.stack.jellyfin import FakeJellyfin
from tests.stack.library import ShokoEpisode, ShokoFile, ShokoSeries
from tests.stack.world import World

RECORDED = Path(__file__).parent.parent / "fixtures" / "jellyfin"


async def matched(
    world: World, title: str = "Sousou no Frieren", *, kind: str = "TV", episodes: int = 1, **facts: Any
) -> tuple[ShokoSeries, list[ShokoEpisode], ShokoFile]:
    """A series, its episodes and a matched file of the first."""
    series = world.shoko_add_series(title, 17617, kind=kind, episodes=episodes, **facts)
    found = world.shoko_episodes_of(series)
    file = await world.shoko_take_in(f"/anime/{title}/{title} - 01.mkv", 1000, found[0])
    return series, found, file


async def test_an_episode(world: World, http: aiohttp.ClientSession) -> None:
    """Path below the VFS, ids of Shoko and AniDB only, with series and season, as written down."""
    _, _, file = await matched(world, tmdb_shows=[209867], tvdb=[424536])
    item = await world.shokofin_show(file)
    assert item is not None
    real = json.loads((RECORDED / "items_shokofin_episode.json").read_text())["Items"][0]
    assert item.provider_ids.keys() == real["ProviderIds"].keys()

    def pattern(path: str) -> str:
        """A path below the VFS with its numbers taken out."""
        return re.sub(r"=\d+", "=#", path.partition("/VFS/")[2])

    assert item.path is not None
    assert pattern(item.path) == pattern(real["Path"])
    async with FakeJellyfin(world) as jellyfin:
        headers = {"Authorization": f'MediaBrowser Token="{jellyfin.api_key}"'}
        params = {"ids": item.id, "fields": "ProviderIds,Path", "enableImages": "false"}
        async with http.get(f"{jellyfin.url}/Items", params=params, headers=headers) as answer:
            row = (await answer.json())["Items"][0]
    assert row.keys() >= real.keys() - {"SeasonName"}
    types = {item.type: item.provider_ids for item in world.items.values()}
    assert set(types) == {"Series", "Season", "Episode"}
    assert types["Series"]["AniDB"] == "17617"
    assert not any("Tmdb" in ids or "Tvdb" in ids for ids in types.values())


async def test_ids_by_setting(world: World) -> None:
    """TMDB and TVDB ids come only when ticked, under the key of the version."""
    series, episodes, file = await matched(world, tmdb_shows=[209867], tvdb=[424536])
    episodes[0].tvdb_ids, episodes[0].tmdb_episode_ids = [9_350_138], [3_945_786]
    world.shokofin.add_tmdb = world.shokofin.add_tvdb = True
    world.shokofin.tmdb_key = "TheMovieDb"
    world.shokofin.add_anidb = False
    item = await world.shokofin_show(file)
    assert item is not None
    assert (item.provider_ids["TheMovieDb"], item.provider_ids["Tvdb"]) == ("3945786", "9350138")
    assert "AniDB" not in item.provider_ids
    show = world.items[item.series_id or ""]
    assert (show.provider_ids["TheMovieDb"], show.provider_ids["Tvdb"]) == ("209867", "424536")
    assert show.provider_ids["Shoko Series"] == str(series.id)


@pytest.mark.parametrize(
    ("library", "kind", "change", "want"),
    [
        ("shows", "Movie", {}, "Episode"),
        ("shows", "Movie", {"separate_movies": True}, None),
        ("shows", "TV", {}, "Episode"),
        ("movies", "Movie", {}, "Movie"),
        ("movies", "TVSpecial", {}, None),
        ("movies", "TVSpecial", {"filter_movies": False}, "Movie"),
        ("mixed", "Movie", {}, "Movie"),
        ("mixed", "TV", {}, "Episode"),
    ],
)
async def test_what_a_file_becomes(
    world: World,
    library: Literal["shows", "movies", "mixed"],
    kind: str,
    change: dict[str, bool],
    want: str | None,
) -> None:
    """A film may be a Movie, an Episode or hidden, by the library and its filters."""
    world.shokofin.library = library
    for name, value in change.items():
        setattr(world.shokofin, name, value)
    _, _, file = await matched(world, "Kimi no Na wa.", kind=kind)
    item = await world.shokofin_show(file)
    assert (item.type if item else None) == want
    if want == "Movie" and item is not None:
        assert "[Shoko Episode=" in (item.path or "")
        assert item.provider_ids["AniDB"] == "17617"
    assert await world.shokofin_sync() == []


async def test_special_extra_parts_and_real_paths(world: World) -> None:
    """Specials are season 0, extras videos; parts share a path; without VFS the path is the file's."""
    series, _, _ = await matched(world)
    special = world.shoko_add_episode(series, 2, kind="Special")
    file = await world.shoko_take_in("/anime/Frieren/S2.mkv", 10, special)
    item = await world.shokofin_show(file)
    assert item is not None
    assert (item.parent_index_number, item.index_number) == (0, 2)
    assert "/Season 00/" in (item.path or "")
    extra = world.shoko_add_episode(series, 3, kind="Special")
    video = await world.shokofin_show(await world.shoko_take_in("/anime/x.mkv", 1, extra), kind="Video")
    assert video is not None
    assert (video.type, video.extra_type, "/extras/" in (video.path or "")) == ("Video", "Unknown", True)
    parts = [
        await world.shoko_take_in(f"/anime/p{n}.mkv", 1, world.shoko_add_episode(series, 9)) for n in "12"
    ]
    both = await world.shokofin_show(*parts)
    assert both is not None
    assert f"[Shoko File={parts[0].id},{parts[1].id}].pt1.mkv" in (both.path or "")
    assert await world.shokofin_sync() != []
    assert await world.shokofin_sync() == []
    world.shokofin.vfs = False
    plain = await world.shoko_take_in("/anime/Show/plain.mkv", 1, world.shoko_add_episode(series, 10))
    own = await world.shokofin_show(plain)
    assert own is not None
    assert own.path == "/media/anime/Show/plain.mkv"


async def test_path_first_ids_later(world: World) -> None:
    """The item is made before its metadata is."""
    _, _, file = await matched(world)
    world.advance(-600)
    item = await world.shokofin_show(file, ids=False)
    assert item is not None
    assert (item.provider_ids, f"[Shoko File={file.id}]" in (item.path or "")) == ({}, True)
    saved = item.date_last_saved
    world.advance(60)
    await world.shokofin_set_ids(item)
    assert item.provider_ids["Shoko File"] == str(file.id)
    assert item.date_last_saved > saved


async def test_versions(world: World) -> None:
    """A second file of an episode is a version of its item; without merging an item of its own."""
    _, episodes, file = await matched(world)
    first = await world.shokofin_show(file)
    second = await world.shoko_take_in("/anime/again.mkv", 2000, episodes[0])
    assert await world.shokofin_show(second) is first
    assert first is not None
    assert len(first.media_sources) == 2
    await world.shokofin_hide(file)
    assert first.media_sources == [first.path]
    assert f"[Shoko File={second.id}]" in (first.path or "")
    await world.shokofin_hide(second)
    assert first.id not in world.items
    world.shokofin.merge_versions = False
    assert await world.shokofin_show(file) is not await world.shokofin_show(second)


async def test_missing_episodes_and_a_series_not_made_yet(world: World) -> None:
    """Virtual episodes have ids and no file, and go when the file comes; no series in Shoko, no item."""
    series, episodes, file = await matched(world, episodes=2, created=False)
    assert await world.shokofin_show(file) is None
    await world.shoko_create_series(series)
    missing = world.shokofin_show_missing(series)
    assert [item.index_number for item in missing] == [1, 2]
    assert all(
        item.is_virtual and item.path is None and "Shoko File" not in item.provider_ids for item in missing
    )
    assert missing[0].provider_ids["Shoko Episode"] == str(episodes[0].id)
    item = await world.shokofin_show(file)
    assert item is not None
    assert [found.id for found in world.items.values() if found.type == "Episode"] == [missing[1].id, item.id]


async def test_a_scan_shows_what_shoko_has(world: World) -> None:
    """With Shokofin's library on, a library scan shows matched files and leaves the others."""
    world.shoko_library = True
    _, _, file = await matched(world)
    await world.shoko_take_in("/anime/unknown.mkv", 1)
    async with FakeJellyfin(world) as jellyfin:
        await jellyfin.scan()
    shown = [item for item in world.items.values() if item.type == "Episode"]
    assert [item.provider_ids["Shoko File"] for item in shown] == [str(file.id)]
