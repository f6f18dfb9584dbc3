"""Anime through the whole stack: however Jellyfin shows it, its request ends in available and no other."""

import pytest

from .anime import (
    House,
    dreaming_girl,
    jujutsu_0,
    knapsack_kid,
    mugen_film,
    mugen_series,
    one_punch_man,
    spy_x_family,
)
from .stack.stories import frieren, your_name
from .stack.titles import series


async def test_film_shown_as_episode_of_season_0(house: House) -> None:
    """In a library of shows a film is a special of its series: request kind and library kind differ."""
    request = await house.ask(knapsack_kid())
    show = house.world.shoko_add_series("Seishun Buta Yarou", 14397, kind="Movie", episodes=1)
    entry = house.world.shoko_add_series("Ransel Girl no Yume o Minai", 17862, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    await house.reaches(request, "anime_matching", anime=True)
    item = await house.shows(shoko, show=show, season=0, number=8)
    assert (item.type, item.parent_index_number) == ("Episode", 0)
    state = await house.reaches(request, "available", progress=None)
    assert item.id in state.attributes["jellyfin_url"]


@pytest.mark.parametrize("library", ["shows", "mixed", "movies"])
async def test_film_filed_as_tv_special(house: House, library: str) -> None:
    """AniDB calls the film a TV special: whatever becomes of it in the library, it is the film."""
    house.world.shokofin.library, house.world.shokofin.filter_movies = library, False
    request = await house.ask(jujutsu_0())
    entry = house.world.shoko_add_series("Gekijouban Jujutsu Kaisen 0", 16169, kind="TVSpecial")
    special = house.world.shoko_add_episode(entry, 1, kind="Special")
    (file,) = await house.import_(request)
    item = await house.shows(await house.world.shoko_take_in(file.path, file.size, special))
    assert item.type == ("Movie" if library == "movies" else "Episode")
    await house.reaches(request, "available")
    assert "anidb_anime:16169" in house.ids(request)


@pytest.mark.parametrize("film_first", [True, False])
async def test_film_and_season_of_the_same_story(house: House, film_first: bool) -> None:
    """Near-equal titles, shown in one series of one library: neither satisfies the other."""
    world = house.world
    film_request, show_request = await house.ask(mugen_film()), await house.ask(mugen_series(), 2)
    film = world.shoko_add_series("Kimetsu no Yaiba: Mugen Ressha Hen", 15113, kind="Movie", episodes=1)
    arc = world.shoko_add_series("Kimetsu no Yaiba: Mugen Ressha Hen", 16803, episodes=2)
    (film_file,) = await house.import_(film_request)
    arc_files = await house.import_(show_request)
    film_shoko = await house.takes(film_file, film)
    arc_shoko = [await house.takes(one, arc, number) for number, one in enumerate(arc_files, 1)]

    async def show_film() -> None:
        """Show the film as a special of the series."""
        await house.shows(film_shoko, show=arc, season=0, number=2)

    async def show_arc() -> None:
        """Show the season."""
        for shoko in arc_shoko:
            await house.shows(shoko)

    first, second = (film_request, show_request) if film_first else (show_request, film_request)
    await (show_film if film_first else show_arc)()
    await house.reaches(first, "available")
    await house.stays(second, "anime_matching")
    await (show_arc if film_first else show_film)()
    await house.reaches(second, "available")


async def test_two_films_of_one_series_in_shoko(house: House) -> None:
    """One series in Shoko linked to two films, two requests: each waits for its own file."""
    requests = [await house.ask(title) for title in (dreaming_girl(), knapsack_kid())]
    both = [request.title.tmdb_id for request in requests]
    entry = house.world.shoko_add_series(
        "Seishun Buta Yarou", 14397, kind="Movie", tmdb_movies=both, episodes=2
    )
    shoko = []
    for number, request in enumerate(requests, 1):
        (file,) = await house.import_(request)
        shoko.append(await house.takes(file, entry, number))
    await house.shows(shoko[0])
    await house.reaches(requests[0], "available")
    await house.stays(requests[1], "anime_matching")
    await house.shows(shoko[1])
    await house.reaches(requests[1], "available")


async def test_series_with_anidb_ids_only(house: House) -> None:
    """Jellyfin has AniDB's ids and none else, no path that tells: AniDB's id of the episode proves it."""
    world = house.world
    request = await house.ask(frieren(), 1)
    entry = world.shoko_add_series("Sousou no Frieren", 17617, episodes=3)
    files = await house.import_(request)
    for number, file in enumerate(files, 1):
        await house.takes(file, entry, number)
    show = world.add_item("Series", "Sousou no Frieren", "show", "/x", provider_ids={"AniDB": "17617"})
    await world.emit("item", item=show, what="added")
    await house.stays(request, "anime_matching", episodes_available=0)
    for number in (1, 2, 3):
        item = world.add_item(
            "Episode",
            f"Episode {number}",
            f"e{number}",
            f"/x/{number}.mkv",
            series_id=show.id,
            parent_index_number=1,
            index_number=number,
            media_sources=[f"/x/{number}.mkv"],
            provider_ids={"AniDB": str(house.episode(entry, number).anidb_id)},
        )
        await world.emit("item", item=item, what="added")
        await house.reaches(
            request, "available" if number == 3 else "anime_matching", episodes_available=number
        )


async def test_film_by_anidbs_id_of_the_film(house: House) -> None:
    """Of a Movie AniDB's id is the film's."""
    world = house.world
    request = await house.ask(your_name())
    entry = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    await house.takes(file, entry)
    item = world.add_item(
        "Movie",
        "Kimi no Na wa.",
        "m",
        "/x/1.mkv",
        media_sources=["/x/1.mkv"],
        provider_ids={"AniDB": "11829"},
    )
    await world.emit("item", item=item, what="added")
    await house.reaches(request, "available")


async def test_no_tmdb_link_in_shoko(house: House) -> None:
    """The file is enough; the links that come later are kept, and change nothing."""
    request = await house.ask(your_name())
    entry = house.world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    await house.reaches(request, "anime_matching")
    await house.polls()
    assert {"anidb_anime:11829", f"shoko_file:{shoko.id}"} <= house.ids(request)
    await house.shows(shoko)
    await house.stays(request, "available")


async def test_two_wrong_tmdb_links(house: House) -> None:
    """Shoko links the series to another one too, and Shokofin writes that one's id: the file decides."""
    world = house.world
    world.shokofin.add_tmdb = world.shokofin.add_tvdb = True
    right = await house.ask(one_punch_man(), 3)
    wrong = await house.ask(series("Another Show", 2015, 271605, 999001, {1: 1}, anime=True), 1)
    unloaded = await house.ask(series("A Third Show", 2015, 271606, 999002, {1: 1}, anime=True), 1)
    entry = world.shoko_add_series(
        "One Punch Man 3", 17576, tmdb_shows=[271605, 271606, 63926], tvdb=[999001], episodes=1
    )
    other = world.shoko_add_series("Another Show", 17577, episodes=1)
    (file,) = await house.import_(right)
    (other_file,) = await house.import_(wrong)
    shoko = await house.takes(file, entry)
    other_shoko = await house.takes(other_file, other)
    await house.shows(shoko)
    await house.reaches(right, "available")
    await house.stays(wrong, "anime_matching")
    await house.stays(unloaded, "approved")
    await house.shows(other_shoko)
    await house.reaches(wrong, "available")


async def test_split_cour(house: House) -> None:
    """TVDB's one season is two AniDB entries, two series in Jellyfin: ready when the files are."""
    request = await house.ask(spy_x_family(), 1)
    cours = [
        house.world.shoko_add_series("Spy x Family", 16947, episodes=12),
        house.world.shoko_add_series("Spy x Family (2022)", 17061, episodes=13),
    ]
    files = await house.import_(request)
    shoko = []
    for index, file in enumerate(files):
        cour, number = (0, index + 1) if index < 12 else (1, index - 11)
        shoko.append(await house.takes(file, cours[cour], number))
    await house.reaches(request, "anime_matching", episodes_available=0, episodes_total=25)
    for one in shoko[12:]:
        item = await house.shows(one)
    assert (item.parent_index_number, item.index_number) == (1, 13)
    # In Jellyfin these are S01E01 to S01E13 of a series; of TVDB's they are the last.
    await house.stays(request, "anime_matching", episodes_available=13)
    for one in shoko[:11]:
        await house.shows(one)
    await house.stays(request, "anime_matching", episodes_available=24)
    await house.shows(shoko[11])
    await house.reaches(request, "available", episodes_available=25)


async def test_path_before_ids(house: House) -> None:
    """A new item has its path and no ids: the name of its link, or outside the VFS its tail, is enough."""
    for number, vfs in enumerate((True, False)):
        house.world.shokofin.vfs = vfs
        request = await house.ask((your_name, jujutsu_0)[number]())
        entry = house.world.shoko_add_series(
            request.title.title, (11829, 16169)[number], kind="Movie", episodes=1
        )
        (file,) = await house.import_(request)
        shoko = await house.takes(file, entry)
        await house.reaches(request, "anime_matching")
        item = await house.shows(shoko, ids=False)
        assert item.provider_ids == {}
        await house.polls()  # the webhook plugin waits for the ids
        await house.reaches(request, "available")
        await house.world.shokofin_set_ids(item)
        await house.stays(request, "available")


async def test_path_alone_before_shoko_has_matched(house: House) -> None:
    """Jellyfin without the VFS plays the very file: that proves it, whatever Shoko thinks of it."""
    request = await house.ask(your_name())
    (file,) = await house.import_(request)
    await house.takes(file, house.world.shoko_add_series("?", 1), matched=False)
    await house.stays(request, "anime_matching")
    path = house.world.jellyfin_path(file.path)
    item = house.world.add_item("Movie", "unknown", "m", path, media_sources=[path])
    await house.world.emit("item", item=item, what="added")
    await house.polls()  # the webhook plugin tells nothing of an item without ids for minutes
    await house.reaches(request, "available")


@pytest.mark.parametrize("merged", [True, False])
async def test_duplicates_merged_as_versions_of_one_item(house: House, merged: bool) -> None:
    """A copy of the film was there: the new file becomes a version of its item, or an item of its own."""
    world = house.world
    world.shokofin.merge_versions = merged
    entry = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    old = await world.shoko_take_in("/old/Kimi no Na wa/kimi.mkv", 700, house.episode(entry))
    first = await house.shows(old)
    request = await house.ask(your_name())
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    item = await house.shows(shoko)
    assert (item is first, len(first.media_sources)) == (merged, 2 if merged else 1)
    await house.reaches(request, "available")


async def test_film_as_an_extra(house: House) -> None:
    """A film among the extras of a series is a Video, and can be watched as well."""
    request = await house.ask(knapsack_kid())
    entry = house.world.shoko_add_series("Ransel Girl no Yume o Minai", 17862, kind="Other", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    await house.reaches(request, "anime_matching")
    item = await house.shows(shoko, kind="Video")
    state = await house.reaches(request, "available")
    assert item.id in state.attributes["jellyfin_url"]


async def test_season_pack_of_many_files(house: House) -> None:
    """Each file of a pack has its own way; parts of one episode and a file of two episodes count rightly."""
    world = house.world
    request = await house.ask(frieren(), 1)
    entry = world.shoko_add_series("Sousou no Frieren", 17617, episodes=3)
    first, second, third = await house.import_(request)
    shown = await house.takes(first, entry, 1)
    await house.takes(second, entry, 2, matched=False)
    await house.reaches(request, "anime_matching", episodes_available=0)
    part = await world.shoko_take_in("/anime/parts/second part.mkv", 7, house.episode(entry, 1))
    await house.shows(part, shown)
    await house.reaches(request, "anime_matching", episodes_available=1)
    await world.shoko_match(world.shoko_file_at(second.path), house.episode(entry, 2))
    await house.shows(world.shoko_file_at(second.path))
    await house.reaches(request, "anime_matching", episodes_available=2, episodes_total=3)
    await house.shows(await house.takes(third, entry, 3))
    await house.reaches(request, "available", episodes_available=3)
