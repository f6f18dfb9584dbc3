"""The Jellyfin client: the one header, paging, changes by the server's clock, and what it never asks."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from custom_components.status_tracker.clients.errors import (
    BadAnswer,
    CannotConnect,
    InvalidAuth,
    NotFound,
    NotReady,
    TimedOut,
    WrongService,
)
from custom_components.status_tracker.clients.jellyfin import (
    EPISODE_PAGE,
    WEBHOOK_PLUGIN,
    JellyfinClient,
    plain_guid,
)
from custom_components.status_tracker.clients.jellyfin_model import Item
from tests.stack.jellyfin import FakeJellyfin
from tests.stack.server import Fault
from tests.stack.world import World

KEY = "jellyfin-api-key"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(params=["10.8.13", "10.11.11", "12.0.0"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[FakeJellyfin]:
    """Give a Jellyfin of each kind, at noon."""
    world = World()
    world.freeze(NOON)
    async with FakeJellyfin(world, version=request.param, url_base="/jellyfin") as server:
        yield server


async def test_who_it_is(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """Id, name and version need no key; a key is checked by itself."""
    info = await JellyfinClient(session, server.url).public_info()
    assert (info.id, info.version, info.server_name) == (server.server_id, server.version, "media")
    await JellyfinClient(session, server.url, KEY).check_key()
    with pytest.raises(InvalidAuth):
        await JellyfinClient(session, server.url, "wrong").check_key()


async def test_key_goes_by_the_one_header(session: aiohttp.ClientSession) -> None:
    """Odd characters are encoded, and no other way of sending the key is used."""
    key = 'a "b",c/ü'
    async with FakeJellyfin(World(), version="12.0.0", api_key=key) as server:
        await JellyfinClient(session, server.url, key).check_key()
        (call,) = server.calls
        assert call.headers["Authorization"] == 'MediaBrowser Token="a%20%22b%22%2Cc%2F%C3%BC"'
        assert not call.query


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.html(), WrongService),
        (Fault.status(404), WrongService),
        (Fault.status(500), WrongService),
        (Fault.garbage(), WrongService),
        (Fault.lying(lambda _, data: data | {"ProductName": "Emby Server"}), WrongService),
        (Fault.lying(lambda _, data: {"Version": "4.9"}), WrongService),
        (Fault.status(503, "<html>starting</html>"), NotReady),
        (Fault.redirect(), WrongService),
        (Fault.down(), CannotConnect),
        (Fault.hang(), TimedOut),
    ],
)
async def test_what_is_no_jellyfin(
    fault: Fault, error: type[Exception], session: aiohttp.ClientSession
) -> None:
    """Everything else behind the address is named."""
    async with FakeJellyfin(World()) as server:
        server.fault = fault
        with pytest.raises(error) as caught:
            await JellyfinClient(session, server.url, KEY, timeout=0.2).public_info()
        assert type(caught.value) is error
        server.fault = None


async def test_starting_is_no_refusal(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """While it starts, nothing is said of the key."""
    server.starting = "loading"
    with pytest.raises(NotReady):
        await JellyfinClient(session, server.url, "wrong").check_key()


async def test_pages_and_what_they_leave_out(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """All films and series come in pages; virtual items do not."""
    server.add_bulk(movies=2100, series=30, episodes=50)
    server.world.add_item("Series", "Empty", "empty", None, is_virtual=True)
    client = JellyfinClient(session, server.url, KEY)
    items = [
        item for start in (0, 1000, 2000) for item in (await client.page(("Movie", "Series"), start)).items
    ]
    assert len(items) == 2130
    assert [call.query["startIndex"] for call in server.calls] == ["0", "1000", "2000"]
    assert items[0].provider_ids["Tmdb"] == "10000000"
    assert items[0].path.endswith("Film 0.mkv")
    assert items[0].server_id == server.server_id
    taken: list[Item] = []
    page = await client.page(("Movie", "Series"), take=taken.append)
    assert (page.items, page.rows, page.full) == ([], 1000, True)
    assert taken == items[:1000]


async def test_changes_by_the_servers_clock(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """Only what was saved since is listed, and the answer tells the server's time."""
    client = JellyfinClient(session, server.url, KEY)
    old = server.world.add_item("Movie", "Old", "old", "/media/Old/Old.mkv")
    old.date_last_saved = NOON - timedelta(hours=2)
    new = server.world.add_item("Episode", "New", "new", "/media/New/New.mkv", series_id="f" * 32)
    page = await client.changed_since(NOON - timedelta(hours=1), ("Movie", "Episode"))
    assert [item.id for item in page.items] == [new.id]
    assert page.items[0].series_id == "f" * 32
    assert page.date == NOON
    assert not page.full
    (call,) = server.calls
    assert call.query["minDateLastSavedForUser"] == "2026-11-22T11:00:00Z"
    assert "minDateLastSaved" not in call.query
    assert "AnyProviderIdEquals" not in call.query


async def test_collections_hide_nothing(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """Members of a collection are listed, and only what was saved since, whatever the server's defaults."""
    client = JellyfinClient(session, server.url, KEY)
    server.add_bulk(movies=1500)
    film = server.world.add_item("Movie", "New", "new", "/media/New/New.mkv")
    server.items.collections["Collection"] = frozenset({film.id})
    listed = [
        item.id for start in (0, 1000) for item in (await client.page(("Movie", "Series"), start)).items
    ]
    assert len(listed) == 1501
    assert film.id in listed
    page = await client.changed_since(NOON - timedelta(hours=1), ("Movie", "Series", "Episode", "Video"))
    assert [item.id for item in page.items] == [film.id]


async def test_lists_without_end(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """A server that answers every page with the first is refused, whether it tells so or not."""
    client = JellyfinClient(session, server.url, KEY)
    server.add_bulk(series=1, episodes=450)
    (series,) = (await client.page(("Series",))).items
    assert len(await client.episodes(series.id)) == 450
    server.items.ignores_start = True
    with pytest.raises(BadAnswer, match="unexpected page"):
        await client.episodes(series.id)
    server.items.tells_start = False
    server.clear_calls()
    with pytest.raises(BadAnswer, match="too many pages"):
        await client.episodes(series.id)
    assert len(server.calls) <= 200, "two routes, each up to its bound"
    with pytest.raises(BadAnswer, match="too many pages"):
        await client.page(("Movie",), 1_000_000)


async def test_filters_that_are_not_obeyed(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """They are noticed, and what was not asked for is left out."""
    client = JellyfinClient(session, server.url, KEY)
    show = server.world.add_item("Series", "Show", "show", "/media/tv/Show")
    server.world.add_item("Episode", "One", "one", "/media/tv/Show/1.mkv", series_id=show.id)
    server.world.add_item("Episode", "Two", "two", None, series_id=show.id, is_virtual=True)
    assert [item.name for item in await client.episodes(show.id)] == ["One"]
    assert not client.ignored
    server.items.ignores_dates = True
    assert [item.name for item in await client.episodes(show.id)] == ["One"]
    assert not await client.filters_dates(("Movie", "Series"))
    assert client.ignored == {"isMissing", "minDateLastSavedForUser"}


async def test_items_by_ids(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """A hundred a call, by the list and never one by one; those gone are missing."""
    server.add_bulk(movies=150)
    client = JellyfinClient(session, server.url, KEY)
    ids = [server.bulk.key(number) for number in range(150)]
    found = await client.items_by_ids([*ids, "e" * 32])
    assert {item.id for item in found} == set(ids)
    assert found[0].media_sources[0].size == 1_000_000_000
    assert [call.path for call in server.calls] == ["/Items", "/Items"]


async def test_items_that_were_not_asked_for(session: aiohttp.ClientSession) -> None:
    """Items that were not asked for are dropped from the answer."""
    async with FakeJellyfin(World()) as server:
        server.fault = Fault.lying(
            lambda _, data: {"Items": [{"Id": "A" * 32}, {"Id": "b" * 32}, {"Name": "no id"}]}
        )
        found = await JellyfinClient(session, server.url, KEY).items_by_ids(["a" * 32])
        assert [item.id for item in found] == ["a" * 32]


async def test_episodes(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """Real episodes of one series, whatever the version wants; missing ones are left out."""
    world = server.world
    show = world.add_item("Series", "Show", "show", "/media/Show")
    world.add_item("Episode", "Other", "other", "/media/Other/1.mkv", series_id="f" * 32)
    for number in range(EPISODE_PAGE + 1):
        world.add_item(
            "Episode", "E", f"e{number}", f"/media/Show/{number}.mkv", series_id=show.id, index_number=number
        )
    world.add_item("Episode", "Missing", "missing", None, series_id=show.id, is_virtual=True)
    found = await JellyfinClient(session, server.url, KEY).episodes(show.id)
    assert {item.index_number for item in found} == set(range(EPISODE_PAGE + 1))
    assert {item.series_id for item in found} == {show.id}


async def test_episodes_of_a_series_that_is_gone(session: aiohttp.ClientSession) -> None:
    """An unknown series is not an empty series."""
    async with FakeJellyfin(World()) as server:
        with pytest.raises(NotFound):
            await JellyfinClient(session, server.url, KEY).episodes("f" * 32)


@pytest.mark.parametrize("answer", [None, [], {}, {"Items": {}}, {"Items": [1, "x"]}])
async def test_odd_lists(answer: Any, session: aiohttp.ClientSession) -> None:
    """What is no list of items is said to be none."""
    async with FakeJellyfin(World()) as server:
        server.fault = Fault.lying(lambda _, data: answer)
        with pytest.raises(BadAnswer):
            await JellyfinClient(session, server.url, KEY).page(("Movie",))


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 22 Nov 2026 12:00:00 -0000"])
async def test_odd_dates(date: str, session: aiohttp.ClientSession, aiohttp_server: Any) -> None:
    """A clock that cannot be read is no clock; one without a zone is in UTC."""

    async def items(_: web.Request) -> web.Response:
        """Answer with nothing."""
        return web.json_response({"Items": []}, headers={"Date": date})

    app = web.Application()
    app.router.add_get("/Items", items)
    server = await aiohttp_server(app)
    page = await JellyfinClient(session, str(server.make_url("/")), KEY).page(("Movie",))
    assert page.date == (NOON if date.startswith("Sun") else None)


async def test_scans(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """A scan is started by its task, found by its key whatever the language, and not twice."""
    server.scan_seconds = 0.3
    client = JellyfinClient(session, server.url, KEY)
    assert not await client.scan_running()
    await client.scan_library()
    assert await client.scan_running()
    await client.scan_library()
    assert server.count("/ScheduledTasks/Running", "POST") == 1
    assert server.scans == 1


async def test_no_scan_task(session: aiohttp.ClientSession) -> None:
    """A server without that task says so."""
    async with FakeJellyfin(World()) as server:
        server.fault = Fault.lying(lambda _, data: [{"Id": "1", "Key": "Other", "State": "Running"}])
        client = JellyfinClient(session, server.url, KEY)
        assert not await client.scan_running()
        with pytest.raises(NotFound):
            await client.scan_library()


async def test_webhook_plugin(server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
    """Its configuration is read whole and written whole."""
    client = JellyfinClient(session, server.url, KEY)
    plugins = {plugin.id: plugin for plugin in await client.plugins()}
    assert plugins[WEBHOOK_PLUGIN].active
    configuration = await client.webhook_configuration()
    assert configuration is not None
    configuration["ServerUrl"] = "http://jellyfin.example"
    await client.set_webhook_configuration(configuration)
    assert await client.webhook_configuration() == configuration


async def test_no_webhook_plugin(session: aiohttp.ClientSession) -> None:
    """Where the plugin is absent there is no configuration; an odd one is refused."""
    async with FakeJellyfin(World(), webhook_plugin=False) as server:
        assert await JellyfinClient(session, server.url, KEY).webhook_configuration() is None
    async with FakeJellyfin(World()) as server:
        server.fault = Fault.lying(lambda _, data: [])
        with pytest.raises(BadAnswer):
            await JellyfinClient(session, server.url, KEY).webhook_configuration()


def test_guids() -> None:
    """Both spellings are one."""
    assert plain_guid(" {71552A5A-5C5C-4350-A2AE-EBE451A30173} ") == WEBHOOK_PLUGIN
