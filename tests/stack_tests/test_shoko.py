"""The simulated Shoko: REST by version, and its events against the messages written down from the source."""

from collections import Counter
import json
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest

from tests.stack.library import ShokoEpisode, ShokoSeries
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

RECORDED = Path(__file__).parent.parent / "fixtures" / "shoko"
PATH = "/anime/Frieren/Season 1/Frieren - S01E01.mkv"
TAIL = "/Season 1/Frieren - S01E01.mkv"

type Version = Literal[4, 5, 6]


def recorded(name: str) -> Any:
    """What was written down."""
    return json.loads((RECORDED / f"{name}.json").read_text())


def shape(value: Any) -> Any:
    """Keys all the way down; lists are known by their first entry, free dictionaries not at all."""
    if isinstance(value, dict):
        return {key: shape(entry) for key, entry in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def frieren(world: World, **facts: Any) -> tuple[ShokoSeries, ShokoEpisode]:
    """The series of the recordings and its first episode."""
    ids: dict[str, Any] = {"tvdb": [424536], "imdb": ["tt22248376"], "tmdb_shows": [209867], "mal": [52991]}
    series = world.shoko_add_series("Sousou no Frieren", 17617, **ids | facts)
    return series, world.shoko_add_episode(series, 1, anidb_id=270345, tmdb_episodes=[3945786])


async def get(http: aiohttp.ClientSession, shoko: FakeShoko, path: str, /, **params: str) -> tuple[int, Any]:
    """Status and JSON (None if there is none) of a REST call with the key."""
    headers = {"apikey": shoko.api_key}
    async with http.get(f"{shoko.url}/api/v3/{path}", params=params, headers=headers) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else None


async def test_a_file_by_its_tail(world: World, http: aiohttp.ClientSession) -> None:
    """Nothing before hashing, no series before matching, null ids before the series is made, then all."""
    series, episode = frieren(world, created=False)
    params = {
        "path": TAIL.upper().replace("/", "\\"),
        "includeXRefs": "true",
        "include": "XRefs,AbsolutePaths",
    }
    async with FakeShoko(world) as shoko:
        file = await world.shoko_detect(PATH, 1_468_006_400)
        assert await get(http, shoko, "File/PathEndsWith", **params) == (200, [])
        await world.shoko_hash(file)
        _, rows = await get(http, shoko, "File/PathEndsWith", **params)
        assert (rows[0]["ID"], rows[0]["SeriesIDs"], rows[0]["Imported"]) == (file.id, [], None)
        await world.shoko_match(file, episode)
        _, rows = await get(http, shoko, "File/PathEndsWith", **params)
        link = rows[0]["SeriesIDs"][0]
        assert link["SeriesID"] == {"ID": None, "AniDB": 17617, "TMDB": {"Movie": [], "Show": [209867]}}
        assert (link["EpisodeIDs"][0]["ID"], link["EpisodeIDs"][0]["AniDB"]) == (None, 270345)
        assert (await get(http, shoko, f"Series/{series.id}"))[0] == 404
        await world.shoko_create_series(series)
        _, rows = await get(http, shoko, "File/PathEndsWith", **params)
        assert rows[0]["SeriesIDs"][0]["SeriesID"]["ID"] == series.id
        await world.shoko_relocate(file, "Frieren/01.mkv")
        assert await get(http, shoko, "File/PathEndsWith", **params) == (200, [])
        assert (await get(http, shoko, f"File/{file.id}"))[0] == 200


@pytest.mark.parametrize("version", [5, 6])
async def test_file_has_the_recorded_shape(
    world: World, http: aiohttp.ClientSession, version: Version
) -> None:
    """Keys, nesting and types of a matched file."""
    _, episode = frieren(world)
    async with FakeShoko(world, version=version) as shoko:
        await world.shoko_take_in(PATH, 1_468_006_400, episode)
        params = {"path": TAIL, "includeXRefs": "true", "include": "XRefs,AbsolutePaths"}
        _, rows = await get(http, shoko, "File/PathEndsWith", **params)
        _, series = await get(http, shoko, "Series/AniDB/17617/Series")
    want = recorded(f"rest_v{version}_file_pathendswith")[0]
    del want["AVDump"]
    want["SeriesIDs"][0]["SeriesID"]["TMDB"]["Movie"] = []
    assert shape(rows[0]) == shape(want)
    assert shape(series["IDs"]) == shape(recorded("rest_series_ids")["IDs"])


@pytest.mark.parametrize(
    ("version", "flag", "include", "by_id"),
    [(4, True, False, True), (5, True, True, False), (6, False, True, False)],
)
async def test_cross_references_only_when_asked(
    world: World, http: aiohttp.ClientSession, version: Version, flag: bool, include: bool, by_id: bool
) -> None:
    """Which parameter brings them depends on version and route; both together always do."""
    _, episode = frieren(world)
    async with FakeShoko(world, version=version) as shoko:
        file = await world.shoko_take_in(PATH, 1, episode)

        async def has(path: str, /, **params: str) -> bool:
            """Whether the answer has cross references."""
            _, row = await get(http, shoko, path, **params)
            return "SeriesIDs" in (row[0] if isinstance(row, list) else row)

        assert not await has("File/PathEndsWith", path=TAIL)
        assert await has("File/PathEndsWith", path=TAIL, includeXRefs="true") == flag
        assert await has("File/PathEndsWith", path=TAIL, include="XRefs") == include
        assert await has("File/PathEndsWith", path=TAIL, includeXRefs="true", include="XRefs")
        assert await has(f"File/{file.id}", includeXRefs="true") == by_id


@pytest.mark.parametrize("version", [4, 5, 6])
async def test_tmdb_routes(world: World, http: aiohttp.ClientSession, version: Version) -> None:
    """404 while nothing is linked; a film may be one episode of a series; version 4 has no such routes."""
    _, episode = frieren(world)
    async with FakeShoko(world, version=version) as shoko:
        file = await world.shoko_take_in(PATH, 1, episode)
        assert (await get(http, shoko, "TMDB/Movie/372058/Shoko/File"))[0] == 404
        await world.shoko_link_tmdb(episode, movies=[372058, 1])
        status, found = await get(http, shoko, "TMDB/Movie/372058/Shoko/File", include="XRefs")
        if version == 4:
            assert status == 404
            return
        assert (status, found["Total"], found["List"][0]["ID"]) == (200, 1, file.id)
        assert "SeriesIDs" in found["List"][0] or version == 5
        for path in ("Movie/372058/Shoko/Episode", "Movie/1/Shoko/Series"):
            assert len((await get(http, shoko, f"TMDB/{path}"))[1]) == 1


async def test_doors(world: World, http: aiohttp.ClientSession) -> None:
    """Keys, logins and a server that is still starting, which is no wrong key."""
    for version, starting, bearer in ((4, 403, 401), (5, 403, 401), (6, 401, 200)):
        async with FakeShoko(world, version=version, password="right") as shoko:  # type: ignore[arg-type]  # 4, 5, 6
            body = {"user": "Default", "pass": "right", "device": "Home"}
            keys = set()
            for _ in range(2):
                async with http.post(f"{shoko.url}/api/auth", json=body) as answer:
                    keys.add((await answer.json())["apikey"])
            assert len(keys) == 1
            async with http.post(f"{shoko.url}/api/auth", json=body | {"pass": "wrong"}) as answer:
                assert answer.status == 401
            key = keys.pop()
            folders = "ManagedFolder" if version == 6 else "ImportFolder"
            url = f"{shoko.url}/api/v3/{folders}"
            for headers, want in (
                ({"apikey": key}, 200),
                ({"Authorization": f"Bearer {key}"}, bearer),
                ({"apikey": "no"}, 401),
            ):
                async with http.get(url, headers=headers) as answer:
                    assert answer.status == want
            shoko.state = "Starting"
            async with http.get(url, headers={"apikey": key}) as answer:
                assert answer.status == starting
            async with http.get(f"{shoko.url}/api/v3/Init/Status") as answer:
                assert (await answer.json())["State"] == (1 if version == 4 else "Starting")


async def story(world: World) -> None:
    """Everything Shoko can say, once."""
    series, episode = frieren(world, created=False)
    file = await world.shoko_detect("/anime/drop/frieren01.mkv", 1_468_006_400)
    await world.shoko_hash(file)
    await world.shoko_not_match(file)
    await world.shoko_match(file, episode)
    await world.shoko_create_series(series)
    await world.shoko_link(file, episode)
    await world.shoko_link_tmdb(episode, movies=[372058])
    await world.shoko_relocate(file, "Frieren/Season 1/Frieren - S01E01.mkv")
    await world.shoko_set_queue(waiting=3)
    await world.shoko_unlink(file)
    await world.shoko_delete(file)


@pytest.mark.parametrize("version", [4, 5, 6])
async def test_events_of_a_story(world: World, version: Version) -> None:
    """Names, number and bodies of the events, in the version's words."""
    async with FakeShoko(world, version=version) as shoko:
        await story(world)
    counted = Counter(name.rpartition("ShokoEvent:")[2] for name, _ in shoko.hub.sent)
    if version == 6:
        assert counted == Counter({
            "file:detected": 1, "file:hashed": 1, "file:relocated": 1, "file:deleted": 1, "release:saved": 2,
            "release:search.completed": 1, "release:removed": 1, "metadata:series.added": 1,
            "metadata:movie.added": 1, "metadata:episode.updated": 1, "queue:state.changed": 1,
        })  # fmt: skip
    else:
        assert counted == Counter({
            "FileDetected": 1, "FileHashed": 1, "FileNotMatched": 1, "FileMatched": 2, "FileMoved": 1,
            "FileRenamed": 1, "FileDeleted": 1, "SeriesUpdated": 1, "EpisodeUpdated": 1,
            "Queue:QueueStateChanged": 1,
        } | ({"MovieUpdated": 1} if version == 5 else {}))  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "v4_file_matched", "v5_file_detected", "v5_file_hashed", "v5_file_matched", "v5_file_moved",
        "v5_file_matched_series_pending", "v5_file_not_matched", "v5_file_renamed", "v5_movie_updated",
        "v5_series_updated", "v6_file_detected", "v6_file_hashed", "v6_file_relocated", "v6_queue_connected",
        "v6_metadata_series_added", "v6_release_search_completed_no_match",
    ],
)  # fmt: skip
async def test_events_have_the_recorded_shape(world: World, name: str) -> None:
    """Each message has the keys and types that were written down."""
    want = recorded(name)
    major = int(name[1])
    async with FakeShoko(world, version=major) as shoko:  # type: ignore[arg-type]  # 4, 5 or 6
        await story(world)
        sent = [*shoko.hub.sent, ("queue:connected", [shoko.rows.queue()])]
    bodies = [shape(body[0]) for target, body in sent if target == want["target"]]
    if name.endswith("file_not_matched"):
        assert [shape(want["arguments"][0])] == bodies
        return
    assert shape(want["arguments"][0]) in bodies, bodies


async def test_muted(world: World) -> None:
    """A Shoko whose SignalR says nothing, while REST knows."""
    async with FakeShoko(world) as shoko:
        shoko.events.muted = True
        await story(world)
        assert shoko.hub.sent == []
