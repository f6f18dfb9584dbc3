"""Radarr's and Sonarr's habits, as their clients meet them."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.stack.arr import FakeArr
from tests.stack.household import Household
from tests.stack.radarr import FakeRadarr
from tests.stack.rows import Download, SeerrRequest
from tests.stack.titles import film, series
from tests.stack.world import World


@pytest.fixture
async def home() -> AsyncIterator[Household]:
    """A household of *arrs only."""
    async with Household(radarrs=("hd", "4k"), qbittorrent=False, jellyfin=False) as household:
        yield household


async def call(
    http: aiohttp.ClientSession, server: FakeArr, path: str, method: str = "GET", **options: Any
) -> tuple[int, Any]:
    """Status and JSON of a call with the right key."""
    headers = {"X-Api-Key": server.api_key}
    url = f"{server.url}/api/v3/{path}"
    async with http.request(method, url, headers=headers, **options) as answer:
        return answer.status, await answer.json()


async def loading_film(world: World) -> tuple[SeerrRequest, Download]:
    """A film that is loading."""
    request = await world.request(film("A Film", 2020, 1), auto_approve=True)
    download = await world.grab(request)
    await world.progress(download, 0.5)
    return request, download


async def loading_show(world: World, count: int = 3) -> tuple[SeerrRequest, Download]:
    """A season that is loading as a pack."""
    request = await world.request(series("A Show", 2020, 2, 3, {1: count}), auto_approve=True)
    download = await world.grab(request)
    await world.progress(download, 0.5)
    return request, download


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("", {}, 401),
        ("", {"X-Api-Key": "wrong"}, 401),
        ("?apikey=wrong", {"X-Api-Key": "KEY"}, 401),
        ("?apikey=KEY", {"X-Api-Key": "wrong"}, 200),
        ("", {"X-Api-Key": "KEY"}, 200),
        ("", {"Authorization": "Bearer KEY"}, 200),
    ],
)
async def test_the_first_key_present_decides(
    world: World, http: aiohttp.ClientSession, query: str, headers: dict[str, str], status: int
) -> None:
    """Query, then header, then bearer; a refusal has no body."""
    async with (
        FakeRadarr(world, api_key="KEY") as radarr,
        http.get(f"{radarr.url}/api/v3/system/status{query}", headers=headers) as answer,
    ):
        assert answer.status == status
        if status == 401:
            assert await answer.read() == b""


async def test_url_base(world: World, http: aiohttp.ClientSession) -> None:
    """Without the base: key first, then 307 with path and query kept."""
    async with FakeRadarr(world, api_key="KEY", url_base="/radarr") as radarr:
        host = radarr.url.removesuffix("/radarr")
        async with http.get(f"{host}/api/v3/queue", allow_redirects=False) as answer:
            assert answer.status == 401
        path = "/api/v3/system/status?apikey=KEY"
        async with http.get(f"{host}{path}", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (307, f"/radarr{path}")
        async with http.get(f"{host}{path}") as answer:
            assert (await answer.json())["urlBase"] == "/radarr"
        async with http.get(f"{radarr.url}/ping") as answer:
            assert await answer.json() == {"status": "OK"}


async def test_a_server_without_base_shows_its_page_instead(
    home: Household, http: aiohttp.ClientSession
) -> None:
    """A wrong base ends in HTML, an unknown API path in 404."""
    async with http.get(f"{home.radarr.url}/foo/api/v3/queue") as answer:
        assert answer.content_type == "text/html"
    assert (await call(http, home.radarr, "unknown"))[0] == 404


async def test_queue_of_a_film(home: Household, http: aiohttp.ClientSession) -> None:
    """Rows, sizes and ids; null keys left out; ids of two instances overlap."""
    world = home.world
    request, download = await loading_film(world)
    row = (await call(http, home.radarr, "queue/details"))[1][0]
    assert row["movieId"] == request.media.external_id == 1
    assert row["downloadId"] == download.id == download.id.upper()
    assert (row["status"], row["trackedDownloadState"], row["sizeleft"]) == (
        "downloading",
        "downloading",
        2 << 30,
    )
    assert "errorMessage" not in row
    await world.stall(download)
    row = (await call(http, home.radarr, "queue/details"))[1][0]
    assert row["status"] == "warning"
    assert "stalled" in row["errorMessage"]
    assert "timeleft" not in row
    assert (await call(http, home.radarrs["4k"], "queue/details"))[1] == []
    four_k = await world.request(request.title, is_4k=True, auto_approve=True)
    assert four_k.media.external_id4k == 1
    assert four_k.media.service_id4k == 1


async def test_queue_of_a_pack(home: Household, http: aiohttp.ClientSession) -> None:
    """One row an episode, the same download; ten rows a page; the row of what is imported says so."""
    world = home.world
    _, download = await loading_show(world, 12)
    page = (await call(http, home.sonarr, "queue?unknown=1"))[1]
    assert (page["totalRecords"], len(page["records"])) == (12, 10)
    rows = (await call(http, home.sonarr, "queue/details"))[1]
    assert len({row["id"] for row in rows}) == 12
    assert {(row["downloadId"], row["size"]) for row in rows} == {(download.id, download.size)}
    assert len((await call(http, home.sonarr, "queue/details?episodeIds=1&episodeIds=2"))[1]) == 2
    assert (await call(http, home.sonarr, "queue/status"))[1]["totalCount"] == 12
    await world.complete(download)
    await world.import_(download, episodes=[(1, 1)])
    rows = (await call(http, home.sonarr, "queue/details"))[1]
    assert sum(row["episodeHasFile"] for row in rows) == 1
    await world.import_(download)
    assert (await call(http, home.sonarr, "queue/details"))[1] == []


async def test_rows_vanish(home: Household, http: aiohttp.ClientSession) -> None:
    """After a removal in the client the row is gone, with no history of it."""
    world = home.world
    _, download = await loading_film(world)
    await world.remove_torrent(download)
    assert (await call(http, home.radarr, "queue/details"))[1] == []
    assert [row["eventType"] for row in (await call(http, home.radarr, "history"))[1]["records"]] == [
        "grabbed"
    ]


async def test_delete_from_queue_blocklists_and_searches(
    home: Household, http: aiohttp.ClientSession
) -> None:
    """The whole download goes, the torrent with it; the search hook is asked again."""
    world = home.world
    searched: list[Any] = []

    async def on_search(row: Any, episodes: Any) -> None:
        """Note what is searched."""
        searched.append((row.title.title, episodes))

    home.sonarr.on_search = on_search
    _, download = await loading_show(world)
    row = (await call(http, home.sonarr, "queue/details"))[1][0]
    path = f"queue/{row['id']}?removeFromClient=true&blocklist=true"
    assert (await call(http, home.sonarr, path, "DELETE"))[0] == 200
    assert (await call(http, home.sonarr, "queue/details"))[1] == []
    assert world.torrents == {}
    assert searched == [("A Show", [(1, 1), (1, 2), (1, 3)])]
    assert (await call(http, home.sonarr, path, "DELETE"))[0] == 404
    assert home.sonarr.arr.blocklist[0].download_id == download.id


async def test_history(home: Household, http: aiohttp.ClientSession) -> None:
    """Numbers as event types, one row an episode, `since` oldest first, text values, gone with the title."""
    world = home.world
    request, download = await loading_film(world)
    world.advance(60)
    between = world.now()
    await world.complete(download)
    await world.import_(download)
    since = (await call(http, home.radarr, "history/since?date=2020-01-01T00:00:00Z"))[1]
    assert [row["eventType"] for row in since] == ["grabbed", "downloadFolderImported"]
    assert all(isinstance(value, str) for row in since for value in row["data"].values())
    later = f"history/since?date={between:%Y-%m-%dT%H:%M:%SZ}"
    assert len((await call(http, home.radarr, later))[1]) == 1
    page = (await call(http, home.radarr, "history?eventType=3"))[1]
    assert [row["eventType"] for row in page["records"]] == ["downloadFolderImported"]
    assert len((await call(http, home.radarr, "history/movie?movieId=1"))[1]) == 2
    lower = f"history?downloadId={download.id.lower()}"
    assert (await call(http, home.radarr, lower))[1]["totalRecords"] == 0
    _, pack = await loading_show(world)
    rows = (await call(http, home.sonarr, f"history?eventType=1&downloadId={pack.id}"))[1]["records"]
    assert {row["episodeId"] for row in rows} == {1, 2, 3}
    await world.remove_from_arr(world.row_of(request))
    assert (await call(http, home.radarr, "history/movie?movieId=1"))[1] == []
    assert (await call(http, home.radarr, "movie/1"))[0] == 404


async def test_hybrid_torrents_change_their_id(home: Household, http: aiohttp.ClientSession) -> None:
    """Told by v1 at the grab, listed under the truncated v2 hash."""
    request = await home.world.request(film("A Film", 2020, 1), auto_approve=True)
    download = await home.world.grab(request, hybrid=True)
    row = (await call(http, home.radarr, "queue/details"))[1][0]
    history = (await call(http, home.radarr, "history"))[1]["records"][0]
    assert (row["downloadId"], history["downloadId"]) == (download.id, download.grab_id)
    assert download.id != download.grab_id
    assert len(download.id) == 40


async def test_delayed_releases_have_no_download_id(home: Household, http: aiohttp.ClientSession) -> None:
    """A pending release is a row without id, state or client."""
    request = await home.world.request(film("A Film", 2020, 1), auto_approve=True)
    await home.world.delay(request)
    row = (await call(http, home.radarr, "queue/details"))[1][0]
    assert row["status"] == "delay"
    assert not {"downloadId", "trackedDownloadState", "downloadClient"} & set(row)


async def test_sonarr_counts(home: Household, http: aiohttp.ClientSession) -> None:
    """Statistics follow Sonarr's rules, and an episode query wants a filter."""
    world = home.world
    request, download = await loading_show(world)
    await world.import_(download, episodes=[(1, 1)])
    show = (await call(http, home.sonarr, f"series/{request.media.external_id}"))[1]
    numbers = show["seasons"][0]["statistics"]
    assert (numbers["episodeFileCount"], numbers["episodeCount"], numbers["totalEpisodeCount"]) == (1, 3, 3)
    assert (await call(http, home.sonarr, "episode"))[0] == 400
    rows = (await call(http, home.sonarr, "episode?seriesId=1&includeEpisodeFile=true"))[1]
    assert [row["hasFile"] for row in rows] == [True, False, False]
    assert rows[0]["episodeFile"]["path"].startswith("/tv/A Show (2020)/Season 01/")
    assert (await call(http, home.sonarr, "series?tvdbId=3"))[1][0]["id"] == 1


async def test_commands(home: Household, http: aiohttp.ClientSession) -> None:
    """Searches act through the hook, by default nothing is found; unknown commands are a 500."""
    world = home.world
    await world.request(film("A Film", 2020, 1), auto_approve=True)
    body = {"name": "MoviesSearch", "movieIds": [1]}
    status, command = await call(http, home.radarr, "command", "POST", json=body)
    assert status == 201
    assert (await call(http, home.radarr, f"command/{command['id']}"))[1]["status"] == "completed"
    assert "lastSearchTime" in (await call(http, home.radarr, "movie/1"))[1]
    assert (await call(http, home.radarr, "command", "POST", json={"name": "Nonsense"}))[0] == 500
    home.radarr.on_search = lambda row, _: world.grab(row)
    await call(http, home.radarr, "command", "POST", json=body)
    assert len((await call(http, home.radarr, "queue/details"))[1]) == 1


async def test_a_frozen_queue_waits_for_the_refresh(home: Household, http: aiohttp.ClientSession) -> None:
    """The *arr's memory may lag behind the client; RefreshMonitoredDownloads catches up."""
    _, download = await loading_film(home.world)
    home.radarr.arr.frozen_queue = True
    await home.world.progress(download, 0.9)
    assert (await call(http, home.radarr, "queue/details"))[1][0]["sizeleft"] == 2 << 30
    await call(http, home.radarr, "command", "POST", json={"name": "RefreshMonitoredDownloads"})
    assert (await call(http, home.radarr, "queue/details"))[1][0]["sizeleft"] < 1 << 30
