"""The Shoko client against the simulated Shoko 4, 5 and 6, and what it makes of their answers and events."""

from collections.abc import AsyncIterator
from dataclasses import asdict
import json
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest

from custom_components.status_tracker.clients.errors import (
    BadAnswer,
    CannotConnect,
    InvalidAuth,
    NotFound,
    NotReady,
    WrongService,
)
from custom_components.status_tracker.clients.push import fold_keys
from custom_components.status_tracker.clients.shoko import ShokoClient, ShokoEntry, ShokoFile, exchange
from custom_components.status_tracker.clients.shoko_events import EVENTS, ShokoEvent, parse_event
from tests.stack.radarr import FakeRadarr
from tests.stack.server import Fault
from tests.stack.shoko import FakeShoko
from tests.stack.world import World

FIXTURES = Path(__file__).parents[1] / "fixtures" / "shoko"
FILE_ROWS = json.loads((FIXTURES / "files.json").read_text())
ENTRIES = json.loads((FIXTURES / "entries.json").read_text())
EVENT_ROWS = json.loads((FIXTURES / "events.json").read_text())
PATH = "/anime/Frieren/Season 1/Frieren - S01E01.mkv"

type Version = Literal[4, 5, 6]
VERSIONS: tuple[Version, ...] = (4, 5, 6)


@pytest.fixture
def world() -> World:
    """Return an empty household."""
    return World()


@pytest.fixture(params=VERSIONS)
async def shoko(request: pytest.FixtureRequest, world: World) -> AsyncIterator[FakeShoko]:
    """Return a running Shoko of each version."""
    async with FakeShoko(world, version=request.param) as server:
        yield server


@pytest.fixture
def client(session: aiohttp.ClientSession, shoko: FakeShoko) -> ShokoClient:
    """Return a client with the right key."""
    return ShokoClient(session, shoko.url, api_key=shoko.api_key)


async def test_check_and_version(client: ShokoClient, shoko: FakeShoko) -> None:
    """A started Shoko that takes the key passes, whichever version; the key goes by header only."""
    await client.check()
    assert await client.major() == shoko.major
    assert shoko.count("Init/Version") == 1
    assert all("apikey" not in call.query for call in shoko.calls)


async def test_wrong_key(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """A wrong key is refused, and the message does not hold it."""
    with pytest.raises(InvalidAuth) as refused:
        await ShokoClient(session, shoko.url, api_key="a-wrong-key").check()
    assert "a-wrong-key" not in str(refused.value)


@pytest.mark.parametrize("state", ["Starting", "Failed", "Waiting"])
async def test_a_starting_shoko_proves_nothing_of_the_key(
    client: ShokoClient, shoko: FakeShoko, state: Any
) -> None:
    """A Shoko that is not up refuses every key: that is not a wrong key."""
    await client.check()
    shoko.state = state
    with pytest.raises(NotReady):
        await client.check()
    with pytest.raises(NotReady):
        await client.files_by_tail("/Show/file.mkv")
    with pytest.raises(NotReady):
        await client.queue()


async def test_key_exchange(session: aiohttp.ClientSession, shoko: FakeShoko) -> None:
    """User and password become a key of this device, the same each time."""
    key = await exchange(session, shoko.url, "Default", "shoko")
    assert await exchange(session, shoko.url, "Default", "shoko") == key
    assert list(shoko.keys) == [("Default", "Home Assistant")]
    await ShokoClient(session, shoko.url, api_key=key).check()
    with pytest.raises(InvalidAuth):
        await exchange(session, shoko.url, "Default", "wrong")
    shoko.state = "Starting"
    with pytest.raises(NotReady):
        await exchange(session, shoko.url, "Default", "shoko")


async def test_exchange_without_a_key_in_the_answer(session: aiohttp.ClientSession, world: World) -> None:
    """An answer without a key is an odd one."""
    async with FakeShoko(world) as shoko:
        shoko.fault = Fault.lying(lambda path, data: {}, only="/api/auth")
        with pytest.raises(BadAnswer):
            await exchange(session, shoko.url, "Default", "shoko")


async def test_other_products(session: aiohttp.ClientSession, world: World) -> None:
    """Another product, a proxy's login and a web page are no Shoko; a dead port has its own error."""
    async with FakeRadarr(world, world.add_arr("radarr")) as radarr:
        with pytest.raises(WrongService):
            await ShokoClient(session, radarr.url, api_key="k").check()
    async with FakeShoko(world) as shoko:
        client = ShokoClient(session, shoko.url, api_key=shoko.api_key)
        for fault in (
            Fault.html(),
            Fault.status(401),
            Fault.redirect(),
            Fault.lying(lambda path, data: {"status": "ok"}),
            Fault.lying(lambda path, data: [1]),
        ):
            shoko.fault = fault
            with pytest.raises(WrongService):
                await client.check()
        shoko.fault = Fault.lying(lambda path, data: {"Server": {}}, only="Version")
        with pytest.raises(BadAnswer):
            await client.check()
        shoko.fault = Fault.down()
        with pytest.raises(CannotConnect):
            await client.check()


async def test_addresses(session: aiohttp.ClientSession, world: World) -> None:
    """A sub-path holds, and the address of a page of the web UI is taken for the server's."""
    async with FakeShoko(world, url_base="/shoko") as shoko:
        client = ShokoClient(session, f"{shoko.url}/webui/dashboard", api_key=shoko.api_key)
        await client.check()
        assert client.url == shoko.url
        assert client.unrecognised_url == f"{shoko.url}/webui/utilities/unrecognized/files"


async def test_files_and_entries(client: ShokoClient, shoko: FakeShoko, world: World) -> None:
    """Every version shows a file's cross references, by path tail and by id; ids of series and episode."""
    series = world.shoko_add_series("Frieren", 17617, tvdb=[424536], tmdb_shows=[209867])
    episode = world.shoko_add_episode(series, anidb_id=270345, tvdb=[9350138])
    stored = await world.shoko_take_in(PATH, 1468006400, episode)

    [file] = await client.files_by_tail("/SEASON 1/frieren - s01e01.mkv")
    assert (file.id, file.size) == (stored.id, 1468006400)
    assert [ref.series_id.id for ref in file.series_ids] == [series.id]
    assert [one.anidb for one in file.series_ids[0].episode_ids] == [270345]
    assert await client.file(stored.id) == file
    assert await client.files_by_tail("/Season 1/other.mkv") == []
    assert (await client.series(series.id)).tvdb == [424536]
    assert (await client.episode(episode.id)).tvdb == [9350138]
    with pytest.raises(NotFound):
        await client.file(999)
    with pytest.raises(NotFound):
        await client.series(999)
    with pytest.raises(NotFound):
        await client.episode(999)


async def test_tmdb_routes(client: ShokoClient, shoko: FakeShoko, world: World) -> None:
    """From 5 on files are found by TMDB id; what is not linked is simply empty; 4 is not even asked."""
    series = world.shoko_add_series("Kimi no Na wa.", 11829)
    episode = world.shoko_add_episode(series, tmdb_movies=[372058])
    stored = await world.shoko_take_in(PATH, 7, episode)
    found = [file.id for file in await client.files_of_movie(372058)]
    assert found == ([] if shoko.major == 4 else [stored.id])
    assert await client.files_of_movie(1) == []
    assert await client.files_of_show(209867) == []
    assert bool(shoko.count("TMDB")) is (shoko.major >= 5)


async def test_queue(client: ShokoClient, shoko: FakeShoko, world: World) -> None:
    """5 and 6 tell how much there is to do; 4 tells that it is there."""
    await world.shoko_set_queue(waiting=2, blocked=1)
    queue = await client.queue()
    if shoko.major == 4:
        assert queue is None
        assert shoko.count("ImportFolder") == 1
    else:
        assert queue is not None
        assert (queue.total_count, queue.blocked_count) == (3, 1)


async def test_version_is_asked_anew_after_an_outage(session: aiohttp.ClientSession, world: World) -> None:
    """A Shoko that went away may come back as another version."""
    async with FakeShoko(world) as shoko:
        client = ShokoClient(session, shoko.url, api_key=shoko.api_key)
        await client.queue()
        shoko.fault = Fault.status(502)
        with pytest.raises(NotReady):
            await client.queue()
        shoko.fault = Fault.lying(lambda path, data: {"Server": {"Version": "6.1.0"}}, only="Version")
        assert await client.version() == "6.1.0"


async def test_an_odd_answer_of_a_started_shoko(session: aiohttp.ClientSession, world: World) -> None:
    """A broken answer stays a broken answer once the server says it has started."""
    async with FakeShoko(world) as shoko:
        client = ShokoClient(session, shoko.url, api_key=shoko.api_key)
        shoko.fault = Fault.status(500, only="File")
        with pytest.raises(BadAnswer) as odd:
            await client.file(1)
        assert odd.value.reason == "bad_answer"


def test_dialects_of_a_file() -> None:
    """Hashes, folders and ids differ by version; what matters is read from each."""
    four, five, six = (ShokoFile.parse_list(FILE_ROWS[version])[0] for version in ("4", "5", "6"))
    assert four.series_ids[0].series_id.tvdb == [424536]
    assert four.series_ids[0].episode_ids[0].tvdb == [9350138]
    assert five.series_ids[0].episode_ids[0].tmdb.episode == [3945786]
    assert [place.is_accessible for place in five.locations] == [False, True]
    assert six.series_ids[0].series_id.id is None
    assert six.series_ids[0].series_id.anidb == 17617
    assert {file.id for file in (four, five, six)} == {345}


def test_dialects_of_ids() -> None:
    """Shoko 4 lists films only; later ones tell films from shows."""
    assert ShokoEntry.parse(ENTRIES["series_4"]).ids.tmdb.movie == [372058]
    series = ShokoEntry.parse(ENTRIES["series_5"]).ids
    assert (series.tvdb, series.imdb, series.tmdb.show) == ([424536], ["tt22248376"], [209867])
    assert ShokoEntry.parse(ENTRIES["episode_5"]).ids.tvdb == [9350138]


@pytest.mark.parametrize("row", EVENT_ROWS, ids=lambda row: row["target"])
def test_events(row: dict[str, Any]) -> None:
    """Each event of each version says the same in one vocabulary."""
    event = parse_event(row["target"], fold_keys(row["payload"]))
    assert event is not None
    told = asdict(event)
    references = [list(one.values()) for one in told.pop("cross_references")]
    nothing = asdict(ShokoEvent(kind=event.kind))
    said = {key: list(one) if isinstance(one, tuple) else one for key, one in told.items()}
    expected = dict(row["says"])
    assert references == expected.pop("references", [])
    assert {key: one for key, one in said.items() if told[key] != nothing[key] or key in expected} == expected


def test_events_are_all_tried_and_odd_ones_harmless() -> None:
    """Every meaning has a recorded event; unknown names and odd bodies say nothing and break nothing."""
    assert {EVENTS[row["target"]] for row in EVENT_ROWS} == set(EVENTS.values())
    assert parse_event("ShokoEvent:OnConnected", {}) is None
    for name in EVENTS:
        event = parse_event(name, {"fileid": "x", "crossreferences": 3, "episodes": [1], "totalcount": "?"})
        assert event is not None
        assert event.file_id is None
