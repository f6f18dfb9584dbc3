"""A file's life in Shoko by polling, and which file it is."""

from dataclasses import replace
from datetime import timedelta

from custom_components.status_tracker.pipeline.enums import MediaType
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.sources.shoko.source import ShokoSource
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

from .shoko_helpers import ALL, MODERN, PATH, SIZE, frieren, ids, poll, poll_for, seen, shown, want

# A file's life, by polling alone


@ALL
async def test_life_of_a_file(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """Unknown, hashed, matched without its series, complete: each poll knows what Shoko knows."""
    series, episode = frieren(world, created=False)
    await poll(source, want())
    assert seen(source) is None

    file = await world.shoko_detect(PATH, SIZE)
    await world.shoko_hash(file)
    await poll_for(source, world, timedelta(minutes=1), want())
    hashed = seen(source)
    assert hashed is not None
    assert (hashed.file_id, hashed.size, hashed.matched, hashed.refused) == (file.id, SIZE, False, False)
    assert hashed.paths == ("Frieren/Season 1/Frieren - S01E01.mkv",)
    assert hashed.url == f"{shoko.url}/webui/utilities/unrecognized/files"

    await world.shoko_match(file, episode)
    await poll_for(source, world, timedelta(minutes=1), want())
    matched = seen(source)
    assert matched is not None
    assert (matched.matched, matched.series_pending, matched.url) == (True, True, None)
    assert {"anidb_anime:17617", "anidb_episode:270345"} <= ids(source)
    assert f"shoko_series:{series.id}" not in ids(source)

    await world.shoko_create_series(series)
    await poll_for(source, world, timedelta(minutes=10), want())
    done = seen(source)
    assert done is not None
    assert not done.series_pending
    expected = {
        f"shoko_file:{file.id}",
        f"shoko_series:{series.id}",
        f"shoko_episode:{episode.id}",
        "anidb_anime:17617",
        "anidb_episode:270345",
        "tvdb_show:424536",
        "tvdb_episode:9350138",
    }
    if shoko.major >= 5:
        expected |= {"tmdb_show:209867", "tmdb_episode:3945786"}
    assert set(done.ids) == expected


@ALL
async def test_a_steady_cycle_costs_one_call(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """Nothing to look for, a finished request and a complete file: one call a cycle, and for an hour."""
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    wants = (want(in_flight=False), want(request_id=2, finished=True))
    for _ in range(60):
        world.advance(60)
        shoko.clear_calls()
        await poll(source, *wants)
        assert len(shoko.calls) == 1
    shoko.clear_calls()
    await poll(source)
    assert len(shoko.calls) == 1


async def test_hundred_wants_cost_no_more_than_one_when_quiet(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """A season pack is looked up once a file; afterwards it costs nothing."""
    series, _ = frieren(world)
    files = []
    for number in range(1, 29):
        path = f"/anime/Frieren/Season 1/Frieren - {number:02}.mkv"
        files.append(FileEvidence(path=path, size=SIZE + number))
        await world.shoko_take_in(path, SIZE + number, world.shoko_add_episode(series, number, tvdb=[number]))
    await poll(source, want(*files))
    assert shoko.count("PathEndsWith") == 28
    assert shoko.count("/Episode/") == 28
    assert shoko.count("/Series/") == 1
    assert sum(one.matched for one in source.evidence.shoko) == 28
    shoko.clear_calls()
    world.advance(60)
    await poll(source, want(*files))
    assert len(shoko.calls) == 1


async def test_without_a_hint_of_anime(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A file nothing calls anime is asked for ever more seldom, at last once an hour, and found late."""
    ordinary = want(anime=None)
    await poll_for(source, world, timedelta(hours=2), ordinary)
    asked = {call.query["path"] for call in shoko.calls if "PathEndsWith" in call.path}
    assert asked == {"/Season 1/Frieren - S01E01.mkv", "/Frieren - S01E01.mkv"}
    assert shoko.count("PathEndsWith") == 2 * 6
    shoko.clear_calls()
    await poll_for(source, world, timedelta(hours=3), ordinary)
    assert shoko.count("PathEndsWith") == 2 * 3
    assert shoko.count("TMDB") == 0

    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(hours=1), ordinary)
    assert seen(source) is not None


async def test_twins_in_size(source: ShokoSource, world: World) -> None:
    """Of two files of one size Shoko knows the second: it is never taken for the first, renamed."""
    series, first = frieren(world)
    second = world.shoko_add_episode(series, 2)
    paths = [PATH, PATH.replace("E01", "E02")]
    files = [FileEvidence(path=path, size=SIZE) for path in paths]
    await world.shoko_take_in(paths[1], SIZE, second)
    await poll_for(source, world, timedelta(minutes=5), want(*files))
    found = seen(source)
    assert found
    assert not any("E01" in path for path in found.paths)
    # The second is watched by now, the first still waited for.
    await poll_for(source, world, timedelta(minutes=30), want(files[0]))
    assert [one.paths for one in source.evidence.shoko] == [found.paths]
    await world.shoko_take_in(paths[0], SIZE, first)
    await poll_for(source, world, timedelta(minutes=30), want(files[0]))
    assert sorted(len(one.paths) for one in source.evidence.shoko) == [1, 1]


async def test_a_late_hint_of_anime(source: ShokoSource, world: World) -> None:
    """Something calls a file anime that was asked for in vain: it is asked for at once."""
    await poll_for(source, world, timedelta(hours=2), want(anime=None))
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want(anime=None))
    assert seen(source) is None
    await poll(source, want())
    assert seen(source) is not None


async def test_ids_that_come_after_the_end(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A file that can be watched already is read a while longer: its series, its links; not for ever."""
    _, episode = frieren(world, linked=False)
    file = await world.shoko_take_in(PATH, SIZE)
    await poll(source, want())
    finished = want(finished=True, in_flight=False)
    await poll(source, replace(finished, files=()))
    await world.shoko_match(file, episode)
    await poll_for(source, world, timedelta(minutes=10), replace(finished, files=()))
    assert {"anidb_anime:17617", f"shoko_episode:{episode.id}"} <= ids(source)
    await world.shoko_link_tmdb(episode, shows=[209867], tvdb=[424536])
    await poll_for(source, world, timedelta(minutes=15), replace(finished, files=()))
    assert "tvdb_episode:424536" in ids(source)
    shoko.clear_calls()
    await poll_for(source, world, timedelta(hours=12), replace(finished, files=()))
    assert shoko.count("/File/") == 0


async def test_a_watched_file_without_links_is_left_at_last(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """Links that never come are not asked for without end."""
    _, episode = frieren(world, linked=False)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    watched = replace(want(finished=True, in_flight=False), files=())
    await poll_for(source, world, timedelta(hours=2), watched)
    shoko.clear_calls()
    await poll_for(source, world, timedelta(hours=12), watched)
    assert shoko.count("/File/") == 0


async def test_shoko_knows_what_nothing_called_anime(source: ShokoSource, world: World) -> None:
    """That Shoko knows a file is told, whatever the request was taken for."""
    _, episode = frieren(world)
    await poll(source, want(anime=None))
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=3), want(anime=None))
    assert "anidb_anime:17617" in ids(source)


async def test_an_anime_file_is_asked_for_ever_more_slowly(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """With a hint the asking goes on, from 15 seconds up to ten minutes apart, and finds it in the end."""
    await poll_for(source, world, timedelta(hours=2), want(in_flight=False))
    tries = sum(call.query.get("path", "").startswith("/Season 1/") for call in shoko.calls)
    assert 14 <= tries <= 20
    _, episode = frieren(world)
    await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=10), want(in_flight=False))
    assert seen(source) is not None


# Which file it is


async def test_same_tail_of_several_files(source: ShokoSource, world: World) -> None:
    """Of files that end alike the size decides; a size at odds is never taken."""
    series, episode = frieren(world)
    other = world.shoko_add_episode(series, 2)
    await world.shoko_take_in("/anime/Other/Season 1/Frieren - S01E01.mkv", SIZE + 1, other)
    await poll(source, want())
    assert seen(source) is None
    right = await world.shoko_take_in(PATH, SIZE, episode)
    await poll_for(source, world, timedelta(minutes=1), want())
    assert seen(source) is not None
    assert f"shoko_file:{right.id}" in ids(source)


async def test_accessible_place_first(source: ShokoSource, world: World) -> None:
    """Where the size is unknown the file that Shoko can reach is taken, and two such are none."""
    series, episode = frieren(world)
    gone = await world.shoko_take_in("/anime/Other/Season 1/Frieren - S01E01.mkv", 5, episode)
    right = await world.shoko_take_in(PATH, SIZE, world.shoko_add_episode(series, 2))
    wanted = want(FileEvidence(path=PATH))
    await poll(source, wanted)
    assert seen(source) is None
    gone.accessible = False
    await poll_for(source, world, timedelta(minutes=1), wanted)
    assert f"shoko_file:{right.id}" in ids(source)


async def test_renamed_folder_found_by_name_and_size(source: ShokoSource, world: World) -> None:
    """A name alone is enough if one file has it and the size agrees."""
    _, episode = frieren(world)
    path = "/anime/Sousou no Frieren/S1/Frieren - S01E01.mkv"
    await world.shoko_take_in(path, SIZE, episode)
    await poll(source, want(FileEvidence(path=PATH, size=SIZE + 1)))
    assert seen(source) is None
    await poll(source, want())
    assert seen(source) is not None


@MODERN
async def test_renamed_by_shoko_found_by_tmdb_and_size(
    source: ShokoSource, shoko: FakeShoko, world: World
) -> None:
    """What Shoko renamed is found by what TMDB links and the size; the *arr's path is a former one."""
    _, episode = frieren(world)
    file = await world.shoko_take_in(PATH, SIZE, episode)
    await world.shoko_relocate(file, "Sousou no Frieren/01 - The Journey's End.mkv")
    await poll(source, want(anime=None))
    assert seen(source) is None
    await poll(source, want())
    evidence = shown(source)
    assert evidence.paths[0] == "Sousou no Frieren/01 - The Journey's End.mkv"
    assert evidence.paths[-1].endswith("Season 1/Frieren - S01E01.mkv")
    assert shoko.count("TMDB/Show/209867/Shoko/File") == 1
    await poll_for(source, world, timedelta(hours=1), want())
    assert seen(source) == evidence


async def test_film_found_by_tmdb(source: ShokoSource, shoko: FakeShoko, world: World) -> None:
    """A film goes by the film route."""
    series = world.shoko_add_series("Kimi no Na wa.", 11829)
    episode = world.shoko_add_episode(series, tmdb_movies=[372058], imdb=["tt5311514"])
    await world.shoko_take_in("/movies/renamed.mkv", 9, episode)
    film = want(
        FileEvidence(path="/movies/Your Name (2016)/Your Name.mkv", size=9),
        media_type=MediaType.MOVIE,
        tmdb_id=372058,
    )
    await poll(source, film)
    assert {"tmdb_movie:372058", "imdb:tt5311514", "anidb_anime:11829"} <= ids(source)
    assert shoko.count("TMDB/Movie") == 1


async def test_upgrade_at_the_same_path(source: ShokoSource, world: World) -> None:
    """A better file at the same path is another file: the old one does not stand for it."""
    _, episode = frieren(world)
    old = await world.shoko_take_in(PATH, SIZE, episode)
    await poll(source, want())
    assert seen(source) is not None
    await world.shoko_delete(old)
    new = await world.shoko_take_in(PATH, SIZE + 5, episode)
    upgraded = want(FileEvidence(path=PATH, size=SIZE + 5))
    await poll(source, upgraded)
    assert f"shoko_file:{new.id}" in {one for file in source.evidence.shoko for one in file.ids}
