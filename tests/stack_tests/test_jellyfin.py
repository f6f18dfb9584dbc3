"""The simulated Jellyfin: keys by version, which parameters count, tasks, a big library."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
import time
from typing import Any

import aiohttp
import pytest

from tests.stack.jellyfin import FakeJellyfin
from tests.stack.library import JellyfinItem
from tests.stack.titles import film
from tests.stack.world import World


async def get(http: aiohttp.ClientSession, jellyfin: FakeJellyfin, path: str, **params: str) -> Any:
    """JSON of a call with the key; the status alone where there is no JSON."""
    headers = {"Authorization": f'MediaBrowser Token="{jellyfin.api_key}"'}
    async with http.get(f"{jellyfin.url}{path}", params=params, headers=headers) as answer:
        return await answer.json() if answer.content_type == "application/json" else answer.status


async def names(http: aiohttp.ClientSession, jellyfin: FakeJellyfin, **params: str) -> list[str]:
    """Names of the items of a recursive query."""
    found = await get(http, jellyfin, "/Items", recursive="true", **params)
    return [row["Name"] for row in found["Items"]]


def add(world: World, name: str = "Heat", item_type: str = "Movie", **facts: Any) -> JellyfinItem:
    """An item in the library."""
    path = f"/media/{name}.mkv"
    return world.add_item(item_type, name, path, path, media_sources=[path], **facts)  # type: ignore[arg-type]  # a type of item


@pytest.mark.parametrize("version", ["10.8.13", "10.10.7", "10.11.11", "12.0.0"])
async def test_keys(world: World, http: aiohttp.ClientSession, version: str) -> None:
    """Two ways work everywhere, the old ones not in 12."""
    async with FakeJellyfin(world, version=version) as jellyfin:
        key = jellyfin.api_key
        ways: list[tuple[dict[str, str], dict[str, str], bool]] = [
            ({"Authorization": f'MediaBrowser Token="{key}"'}, {}, True),
            ({"Authorization": f'MediaBrowser Client="x", Device="y", Version="1", Token="{key}"'}, {}, True),
            ({}, {"ApiKey": key}, True),
            ({}, {"api_key": key}, version < "12"),
            ({"X-Emby-Token": key}, {}, version < "12"),
            ({"X-MediaBrowser-Token": key}, {}, version < "12"),
            ({"X-Emby-Authorization": f'MediaBrowser Token="{key}"'}, {}, version < "12"),
            ({"Authorization": f'Emby Token="{key}"'}, {}, version < "12"),
            ({"Authorization": f"Bearer {key}"}, {}, False),
            ({"Authorization": 'MediaBrowser Token="wrong"'}, {}, False),
            ({}, {}, False),
        ]
        for headers, params, is_good in ways:
            async with http.get(f"{jellyfin.url}/System/Info", headers=headers, params=params) as answer:
                assert answer.status == (200 if is_good else 401), (headers, params)
        async with http.get(f"{jellyfin.url}/System/Info/Public") as answer:
            public = await answer.json()
            assert (public["Version"], len(public["Id"])) == (version, 32)
        jellyfin.starting = "loading"
        async with http.get(f"{jellyfin.url}/System/Info/Public") as answer:
            assert answer.status == 503


async def test_parameters_that_do_not_exist(world: World, http: aiohttp.ClientSession) -> None:
    """They are ignored, so a query for an unknown id is answered with all items."""
    add(world, "Heat", provider_ids={"Tmdb": "949"})
    add(world, "Ran", provider_ids={"Tmdb": "11645"})
    async with FakeJellyfin(world) as jellyfin:
        assert await names(http, jellyfin, AnyProviderIdEquals="tmdb.603") == ["Heat", "Ran"]
        assert await names(http, jellyfin, minDateCreated="2999-01-01") == ["Heat", "Ran"]
        assert await names(http, jellyfin, IncludeItemTypes="Movie,Nonsense") == ["Heat", "Ran"]
        assert await names(http, jellyfin, includeItemTypes="Series") == []


async def test_fields_only_on_request(world: World, http: aiohttp.ClientSession) -> None:
    """Ids, path, date and sources come when asked for; nulls never."""
    item = add(world, provider_ids={"Tmdb": "949"})
    item.media_sources.append("/media/heat-4k.mkv")
    item.sizes = {"/media/heat-4k.mkv": 42}
    async with FakeJellyfin(world) as jellyfin:
        plain = (await get(http, jellyfin, "/Items", ids=item.id))["Items"][0]
        assert not plain.keys() & {"ProviderIds", "Path", "DateCreated", "MediaSources", "SeriesId"}
        assert plain["LocationType"] == "FileSystem"
        fields = "ProviderIds,Path,DateCreated,MediaSources"
        full = (await get(http, jellyfin, "/Items", ids=item.id, fields=fields, enableImages="false"))[
            "Items"
        ][0]
        assert (full["ProviderIds"], full["Path"]) == ({"Tmdb": "949"}, item.path)
        assert [source["Path"] for source in full["MediaSources"]] == item.media_sources
        assert full["MediaSources"][1]["Size"] == 42
        assert "ImageTags" not in full


async def test_virtual_items(world: World, http: aiohttp.ClientSession) -> None:
    """Missing episodes are there until one of three parameters leaves them out."""
    show = add(world, "Show", "Series")
    add(world, "There", "Episode", series_id=show.id, parent_index_number=1, index_number=1)
    add(
        world, "Missing", "Episode", series_id=show.id, parent_index_number=1, index_number=2, is_virtual=True
    )
    async with FakeJellyfin(world) as jellyfin:
        both = {"includeItemTypes": "Episode"}
        assert await names(http, jellyfin, **both) == ["There", "Missing"]
        for name, value in (
            ("isMissing", "false"),
            ("excludeLocationTypes", "Virtual"),
            ("locationTypes", "FileSystem"),
        ):
            assert await names(http, jellyfin, **both, **{name: value}) == ["There"]
        assert await names(http, jellyfin, **both, isMissing="true") == ["Missing"]
        found = await get(http, jellyfin, f"/Shows/{show.id}/Episodes", isMissing="false")
        assert [row["Name"] for row in found["Items"]] == ["There"]
        assert await get(http, jellyfin, f"/Shows/{'0' * 32}/Episodes") == 404


async def test_one_item_needs_a_user(world: World, http: aiohttp.ClientSession) -> None:
    """With the key alone it is 400, by ids= it is found, dashes or not; unknown ids give the top folders."""
    item = add(world)
    async with FakeJellyfin(world) as jellyfin:
        user = (await get(http, jellyfin, "/Users"))[0]["Id"]
        assert await get(http, jellyfin, f"/Items/{item.id}") == 400
        assert (await get(http, jellyfin, f"/Items/{item.id}", userId=user))["Id"] == item.id
        assert (await get(http, jellyfin, f"/Users/{user}/Items/{item.id}"))["Id"] == item.id
        assert await get(http, jellyfin, "/Items", userId="f" * 32) == 404
        dashed = f"{item.id[:8]}-{item.id[8:12]}-{item.id[12:16]}-{item.id[16:20]}-{item.id[20:]}"
        found = await get(http, jellyfin, "/Items", ids=f"{dashed},{'9' * 32}")
        assert [row["Id"] for row in found["Items"]] == [item.id]
        for nothing in ("9" * 32, ""):
            top = await get(http, jellyfin, "/Items", ids=nothing)
            assert {row["Type"] for row in top["Items"]} == {"CollectionFolder"}


@pytest.mark.parametrize("version", ["10.8.13", "10.10.7", "10.11.11", "12.0.0"])
async def test_delta(world: World, http: aiohttp.ClientSession, version: str) -> None:
    """One date parameter works everywhere, the other from 10.11 on; the clock is in the Date header."""
    add(world, "Old")
    world.advance(3600)
    new = add(world, "New")
    since = (new.date_last_saved - timedelta(minutes=2)).isoformat().replace("+00:00", "Z")
    async with FakeJellyfin(world, version=version) as jellyfin:
        apart = {"collapseBoxSetItems": "false"}
        assert await names(http, jellyfin, minDateLastSavedForUser=since, **apart) == ["New"]
        works = version in ("10.11.11", "12.0.0")
        assert await names(http, jellyfin, minDateLastSaved=since, **apart) == (["New"] if works else [])
        collapsing = await names(http, jellyfin, minDateLastSavedForUser=since)
        assert collapsing == (["Old", "New"] if version in ("10.10.7", "10.11.11") else ["New"])
        async with http.get(f"{jellyfin.url}/System/Info/Public") as answer:
            clock = parsedate_to_datetime(answer.headers["Date"])
        assert abs(clock - world.now()) < timedelta(minutes=1)


async def test_fifty_thousand_items(world: World, http: aiohttp.ClientSession) -> None:
    """A big library pages in order, finds by id and parent, and costs a delta poll nothing."""
    async with FakeJellyfin(world) as jellyfin:
        jellyfin.add_bulk(movies=4000, series=1000, episodes=45_000)
        add(world, "Newest")
        query = {"includeItemTypes": "Movie,Series", "sortBy": "DateCreated", "sortOrder": "Ascending"}
        apart = {"collapseBoxSetItems": "false"}
        seen: set[str] = set()
        for start in range(0, 6000, 1000):
            page = await get(
                http, jellyfin, "/Items", recursive="true", startIndex=str(start), limit="1000",
                enableTotalRecordCount="false", fields="ProviderIds,Path", **query, **apart,
            )  # fmt: skip
            assert page["TotalRecordCount"] == len(page["Items"])
            seen |= {row["Id"] for row in page["Items"]}
        assert len(seen) == 5001
        newest = await names(http, jellyfin, **query | {"sortOrder": "Descending"}, limit="2")
        assert newest[0] == "Newest"
        show = await get(http, jellyfin, "/Items", recursive="true", includeItemTypes="Series", limit="1")
        key = show["Items"][0]["Id"]
        assert show["TotalRecordCount"] == 1000
        episodes = (await get(http, jellyfin, f"/Shows/{key}/Episodes", isMissing="false"))["Items"]
        assert len(episodes) == 45
        assert {row["SeriesId"] for row in episodes} == {key}
        again = await get(http, jellyfin, "/Items", ids=f"{key},{episodes[0]['Id']}")
        assert [row["Id"] for row in again["Items"]] == [key, episodes[0]["Id"]]
        began = time.process_time()
        for _ in range(20):
            since = world.now().isoformat().replace("+00:00", "Z")
            assert await names(http, jellyfin, minDateLastSavedForUser=since, **apart) == []
        spent = time.process_time() - began
        jellyfin.bulk.saved_at = world.now()
        since = (world.now() - timedelta(minutes=2)).isoformat().replace("+00:00", "Z")
        assert len(await names(http, jellyfin, minDateLastSavedForUser=since, limit="500", **apart)) == 500
        assert spent < 5


async def test_scans(world: World, http: aiohttp.ClientSession) -> None:
    """A task is started and watched; the old call answers at once, and has a running scan begin anew."""
    arr = world.add_arr("radarr")
    await world.request(world.add_title(film("Heat", 1995, 949)), auto_approve=True)
    download = await world.grab(next(iter(arr.movies.values())))
    await world.complete(download)
    await world.import_(download)
    async with FakeJellyfin(world, scan_seconds=0.2) as jellyfin:
        headers = {"Authorization": f'MediaBrowser Token="{jellyfin.api_key}"'}
        task = next(
            row for row in await get(http, jellyfin, "/ScheduledTasks") if row["Key"] == "RefreshLibrary"
        )
        assert task["State"] == "Idle"
        async with http.post(
            f"{jellyfin.url}/ScheduledTasks/Running/{task['Id']}", headers=headers
        ) as answer:
            assert answer.status == 204
        assert (await get(http, jellyfin, "/ScheduledTasks"))[0]["State"] == "Running"
        assert await names(http, jellyfin) == []
        async with http.post(f"{jellyfin.url}/Library/Refresh", headers=headers) as answer:
            assert answer.status == 204
        assert await names(http, jellyfin) == []
        assert jellyfin.scanning is not None
        await jellyfin.scanning
        assert jellyfin.scans == 2
        assert await names(http, jellyfin, fields="MediaSources") == ["Heat"]
        found = await get(http, jellyfin, "/Items", recursive="true", fields="MediaSources")
        assert found["Items"][0]["MediaSources"][0]["Size"] == download.size
        assert (jellyfin.scans, (await get(http, jellyfin, "/ScheduledTasks"))[0]["State"]) == (2, "Idle")


async def test_size_of_a_replaced_file(world: World, http: aiohttp.ClientSession) -> None:
    """Until the next scan an item has the size its file had; a file replaced in place has its own then."""
    arr = world.add_arr("radarr", "hd")
    request = await world.request(film("Heat", 1995, 949), auto_approve=True)
    (old,) = await world.import_(await world.grab(request, size=42), file_name="Heat.mkv")
    async with FakeJellyfin(world) as jellyfin:
        await world.library_scan()
        (new,) = await world.import_(await world.grab(request, size=43), file_name="Heat.mkv")
        assert (old.path, list(arr.files.values())) == (new.path, [new])
        for size in (42, 43):
            found = await get(http, jellyfin, "/Items", recursive="true", fields="MediaSources")
            assert [row["MediaSources"][0]["Size"] for row in found["Items"]] == [size]
            await world.library_scan()
