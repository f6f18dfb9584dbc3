"""The Radarr and Sonarr clients, against the stack and the derived answers of the contract."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.status_tracker.clients.arr import ArrClient
from custom_components.status_tracker.clients.arr_model import Image, QueueRow
from custom_components.status_tracker.clients.errors import (
    BadAnswer,
    CannotConnect,
    ClientError,
    InvalidAuth,
    NotFound,
    NotReady,
    Rejected,
    WrongService,
)
from custom_components.status_tracker.clients.radarr import Movie, RadarrClient
from custom_components.status_tracker.clients.sonarr import Series, SonarrClient
from tests.stack.household import Household
from tests.stack.server import Fault, StackServer
from tests.stack.titles import film, series

FIXTURES = Path(__file__).parent.parent / "fixtures"
FILM = film("Film", 2020, 2004)
SHOW = series("Show", 2020, 3001, 903001, {0: 1, 1: 2, 2: 2})
DATE = datetime(2026, 5, 1, tzinfo=UTC)


def derived(kind: str, name: str) -> Any:
    """Return an answer of the contract."""
    return json.loads((FIXTURES / kind / f"{name}.json").read_text())


@pytest.fixture
async def home() -> AsyncIterator[Household]:
    """Give a household with a Radarr, and a Sonarr below a path."""
    async with Household(jellyfin=False, options={"sonarr": {"url_base": "/sonarr"}}) as home:
        yield home


@pytest.fixture
def radarr(home: Household, session: aiohttp.ClientSession) -> RadarrClient:
    """Give the Radarr's client."""
    return RadarrClient(session, home.radarr.url, home.radarr.api_key)


@pytest.fixture
def sonarr(home: Household, session: aiohttp.ClientSession) -> SonarrClient:
    """Give the Sonarr's client."""
    return SonarrClient(session, home.sonarr.url, home.sonarr.api_key)


@pytest.fixture(params=["radarr", "sonarr"])
def either(
    request: pytest.FixtureRequest, home: Household, radarr: RadarrClient, sonarr: SonarrClient
) -> tuple[StackServer, ArrClient]:
    """Give each of the two, server and client."""
    return (home.radarr, radarr) if request.param == "radarr" else (home.sonarr, sonarr)


# Who is there


async def test_status(either: tuple[StackServer, ArrClient], session: aiohttp.ClientSession) -> None:
    """Each app says its name, and is not taken for the other."""
    server, client = either
    status = await client.status()
    assert status.app_name == client.app
    assert status.version
    other = SonarrClient if client.app == "Radarr" else RadarrClient
    with pytest.raises(WrongService):
        await other(session, server.url, server.api_key).status()


async def test_faults_at_the_door(
    either: tuple[StackServer, ArrClient], session: aiohttp.ClientSession
) -> None:
    """A wrong key, a start under way, a page and a closed port each have their name."""
    server, client = either
    with pytest.raises(InvalidAuth):
        await type(client)(session, server.url, "wrong").status()
    faults: list[tuple[Fault, type[ClientError]]] = [
        (Fault.status(503, '{"errorMessage": "starting up"}'), NotReady),
        (Fault.html(), WrongService),
        (Fault.redirect("/login"), WrongService),
        (Fault.garbage(), WrongService),
        (Fault.status(404), WrongService),
        (Fault.down(), CannotConnect),
    ]
    for fault, error in faults:
        server.fault = fault
        with pytest.raises(error):
            await client.status()
        server.fault = None


async def test_a_missing_url_base_is_named(home: Household, session: aiohttp.ClientSession) -> None:
    """The redirect to the right path tells what the address lacks; a wrong base is another service."""
    root = home.sonarr.url.removesuffix("/sonarr")
    with pytest.raises(WrongService, match="URL base is missing"):
        await SonarrClient(session, root, home.sonarr.api_key).status()
    with pytest.raises(WrongService):
        await SonarrClient(session, f"{root}/other", home.sonarr.api_key).status()


async def test_other_redirects_are_no_missing_base(session: aiohttp.ClientSession) -> None:
    """Being sent to a quite different place is not explained by a base."""

    async def elsewhere(request: web.Request) -> web.Response:
        """Send away."""
        return web.Response(status=307, headers={"Location": "/login"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", elsewhere)
    async with TestServer(app) as server:
        with pytest.raises(WrongService, match="redirected to another URL"):
            await RadarrClient(session, str(server.make_url("")), "k").status()


# Films and series


async def test_a_film(home: Household, radarr: RadarrClient) -> None:
    """A film is found by number and by TMDB id, with its file."""
    assert await radarr.movie_by_tmdb(2004) is None
    row = await home.world.add_to_arr(home.radarr.arr, FILM)
    movie = await radarr.movie_by_tmdb(2004)
    assert movie is not None
    assert (movie.id, movie.title, movie.year, movie.tmdb_id) == (row.id, "Film", 2020, 2004)
    assert (movie.has_file, movie.movie_file, movie.monitored) == (False, None, True)
    await home.world.import_(await home.world.grab(row))
    movie = await radarr.movie(row.id)
    assert movie.movie_file is not None
    assert movie.movie_file.path == home.radarr.arr.movies[row.id].file.path
    assert movie.has_file
    with pytest.raises(NotFound):
        await radarr.movie(99)
    assert [event.event_type for event in await radarr.history_of(row.id)] == [
        "downloadFolderImported",
        "grabbed",
    ]
    assert [event.movie_id for event in await radarr.history_since(DATE - timedelta(days=9999))] == [
        row.id
    ] * 2


async def test_an_ignored_filter_finds_nothing_wrong(session: aiohttp.ClientSession) -> None:
    """An answer that holds other titles than the one asked for is not taken for it."""

    async def everything(request: web.Request) -> web.Response:
        """Answer with the whole library."""
        return web.json_response([{"id": 1, "tmdbId": 5, "tvdbId": 6}, {"id": 2, "tmdbId": 7, "tvdbId": 8}])

    app = web.Application()
    app.router.add_get("/api/v3/{kind}", everything)
    async with TestServer(app) as server:
        url = str(server.make_url(""))
        assert await RadarrClient(session, url, "k").movie_by_tmdb(9) is None
        movie = await RadarrClient(session, url, "k").movie_by_tmdb(7)
        assert movie is not None
        assert movie.id == 2
        assert await SonarrClient(session, url, "k").series_by_tvdb(9) is None


async def test_a_series(home: Household, sonarr: SonarrClient) -> None:
    """A series is found by number and by TVDB id, with episodes and files."""
    assert await sonarr.series_by_tvdb(903001) is None
    row = await home.world.add_to_arr(home.sonarr.arr, SHOW, seasons=[1])
    found = await sonarr.series_by_tvdb(903001)
    assert found is not None
    assert found.id == row.id
    assert {(season.season_number, season.monitored) for season in found.seasons} == {
        (0, False),
        (1, True),
        (2, False),
    }
    await home.world.import_(await home.world.grab(row, episodes=[(1, 1)]))
    one, two = await sonarr.episodes(row.id, 1)
    assert (one.has_file, two.has_file) == (True, False)
    assert one.episode_file is not None
    assert (one.episode_file.path or "").endswith(".mkv")
    assert len(await sonarr.episodes(row.id)) == 5
    assert [file.id for file in await sonarr.episode_files(row.id)] == [one.episode_file_id]
    assert len(await sonarr.history_of(row.id)) == 2
    with pytest.raises(NotFound):
        await sonarr.series(99)


async def test_files_come_apart_before_version_4(session: aiohttp.ClientSession) -> None:
    """Where episodes do not carry their file it is looked for among the files."""

    async def episodes(request: web.Request) -> web.Response:
        """Answer without files."""
        return web.json_response(derived("sonarr", "episodes_by_series"))

    async def files(request: web.Request) -> web.Response:
        """Answer with the files."""
        return web.json_response([{"id": 301, "path": "/tv/a.mkv", "size": 5}])

    app = web.Application()
    app.router.add_get("/api/v3/episode", episodes)
    app.router.add_get("/api/v3/episodefile", files)
    async with TestServer(app) as server:
        found = await SonarrClient(session, str(server.make_url("")), "k").episodes(5)
    paths = [episode.episode_file.path if episode.episode_file else None for episode in found]
    assert paths == ["/tv/a.mkv", None, None, None]


def test_derived_titles() -> None:
    """The contract's film and series are read."""
    (movie,) = Movie.parse_list(derived("radarr", "movie_by_tmdb"))
    assert (movie.id, movie.imdb_id, movie.poster) == (
        12,
        "tt1727587",
        "https://image.tmdb.org/t/p/original/example-poster.jpg",
    )
    (show,) = Series.parse_list(derived("sonarr", "series_by_tvdb"))
    assert (show.id, show.tvdb_id, show.series_type) == (5, 900100, "standard")
    assert show.poster == "https://artworks.thetvdb.com/banners/example-poster.jpg"
    assert show.next_airing == datetime(2026, 7, 5, 1, tzinfo=UTC)
    images = [Image(cover_type="poster"), Image(cover_type="fanart", remote_url="https://x")]
    assert Movie(id=1, images=images).poster is None


@pytest.mark.parametrize(
    ("dates", "awaited"),
    [
        ({"minimumAvailability": "inCinemas", "inCinemas": "2026-05-01T00:00:00Z"}, DATE),
        ({"minimumAvailability": "announced", "inCinemas": "2026-05-01T00:00:00Z"}, None),
        ({"minimumAvailability": "released", "releaseDate": "2026-05-01T00:00:00Z"}, DATE),
        (
            {
                "minimumAvailability": "released",
                "physicalRelease": "2026-06-01T00:00:00Z",
                "digitalRelease": "2026-05-01T00:00:00Z",
            },
            DATE,
        ),
        ({"minimumAvailability": "released", "inCinemas": "2026-01-31T00:00:00Z"}, DATE),
        ({"minimumAvailability": "released"}, None),
    ],
)
def test_the_date_a_film_waits_for(dates: dict[str, str], awaited: datetime | None) -> None:
    """Which date counts depends on the minimum availability."""
    assert Movie.parse({"id": 1, **dates}).awaited == awaited


# Queue, history, tags


async def test_the_queue(home: Household, radarr: RadarrClient, sonarr: SonarrClient) -> None:
    """Rows of both apps, also in the spelling to come."""
    movie = await home.world.add_to_arr(home.radarr.arr, FILM)
    show = await home.world.add_to_arr(home.sonarr.arr, SHOW, seasons=[1])
    download = await home.world.grab(movie)
    await home.world.grab(show)
    (row,) = await radarr.queue_details()
    assert (row.movie_id, row.download_id) == (movie.id, download.id)
    first, second = await sonarr.queue_details()
    assert first.series_id == second.series_id == show.id
    assert first.download_id == second.download_id
    assert first.episode_id != second.episode_id
    (derived_row,) = QueueRow.parse_list(derived("radarr", "queue_details"))
    assert derived_row.size_left == 4294967296
    assert QueueRow.parse({"id": 1, "sizeLeft": 7}).size_left == 7


async def test_history_asks_in_utc(home: Household, radarr: RadarrClient) -> None:
    """The time is given in UTC, as the service writes it."""
    await radarr.history_since(datetime.fromisoformat("2026-06-28T20:00:00+02:00"))
    assert home.radarr.calls[-1].query == {"date": "2026-06-28T18:00:00Z", "includeMovie": "false"}


async def test_an_indexers_key_is_not_kept(radarr: RadarrClient, session: aiohttp.ClientSession) -> None:
    """The addresses in a grab's details may hold a key."""

    async def history(request: web.Request) -> web.Response:
        """Answer as the contract."""
        return web.json_response(derived("radarr", "history_since"))

    app = web.Application()
    app.router.add_get("/api/v3/history/since", history)
    async with TestServer(app) as server:
        rows = await RadarrClient(session, str(server.make_url("")), "k").history_since(DATE)
    assert [row.event_type for row in rows] == ["grabbed", "downloadFolderImported"]
    assert "indexer.example" not in repr(rows)


async def test_tags_folders_and_health(home: Household, radarr: RadarrClient) -> None:
    """Labels by number, the folders, and what the app complains of."""
    home.radarr.arr.tags[3] = "Anime"
    assert (await radarr.tags())[3] == "Anime"
    (folder,) = await radarr.root_folders()
    assert folder.path.rstrip("/") == home.radarr.arr.root
    assert await radarr.health() == []
    await home.world.health_problem(home.radarr.arr, "All indexers are down", level="error")
    (item,) = await radarr.health()
    assert (item.source, item.type, item.message) == ("IndexerStatusCheck", "error", "All indexers are down")


# Connections


async def test_a_connection(either: tuple[StackServer, ArrClient]) -> None:
    """A connection is added, found, changed, tested and removed."""
    _, client = either
    received: list[str] = []

    async def receive(request: web.Request) -> web.Response:
        """Keep what is posted."""
        received.append((await request.json())["eventType"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with TestServer(app) as target:
        schema = await client.notification_schema()
        assert schema is not None
        assert schema["implementation"] == "Webhook"
        body = derived(client.app.lower(), "notification_post_body")
        body["fields"][0]["value"] = str(target.make_url("/hook"))
        made = await client.create_notification(body)
        assert received == ["Test"]
        (found,) = await client.notifications()
        assert found["id"] == made["id"]
        changed = await client.update_notification({**found, "name": "Other"}, force=True)
        assert changed["name"] == "Other"
        await client.test_notification(changed)
        assert received == ["Test", "Test"]
        await client.delete_notification(made["id"])
        assert await client.notifications() == []
        with pytest.raises(NotFound):
            await client.update_notification({**found, "id": 99})


async def test_a_refused_connection_names_its_field(either: tuple[StackServer, ArrClient]) -> None:
    """A test that fails and a name that is taken are told apart, without quoting the address."""
    _, client = either
    body = derived(client.app.lower(), "notification_post_body")
    async with TestServer(web.Application()) as target:
        body["fields"][0]["value"] = str(target.make_url("/nothing-here"))
        with pytest.raises(Rejected) as caught:
            await client.create_notification(body)
        assert caught.value.fields == ("Url",)
        assert "nothing-here" not in str(caught.value)
        await client.create_notification(body, force=True)
        with pytest.raises(Rejected) as caught:
            await client.create_notification(body, force=True)
        assert caught.value.fields == ("Name",)


async def test_odd_answers_to_connections(session: aiohttp.ClientSession) -> None:
    """What is not the shape it should be is a bad answer, whatever the shape."""
    answers: list[Any] = [
        [],
        {"a": 1},
        (400, "[broken"),
        (400, {"message": "no"}),
        [{"implementation": "Email"}],
    ]

    async def answer(request: web.Request) -> web.Response:
        """Give the next answer."""
        one = answers.pop(0)
        status, body = one if isinstance(one, tuple) else (200, one)
        return web.Response(status=status, text=body if isinstance(body, str) else json.dumps(body))

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        client = RadarrClient(session, str(server.make_url("")), "k")
        with pytest.raises(BadAnswer):
            await client.create_notification({})
        with pytest.raises(BadAnswer):
            await client.notifications()
        with pytest.raises(Rejected) as caught:
            await client.create_notification({})
        assert caught.value.fields == ()
        with pytest.raises(BadAnswer):
            await client.create_notification({})
        assert await client.notification_schema() is None


# Acting


async def test_commands(home: Household, radarr: RadarrClient) -> None:
    """A command is given and followed."""
    movie = await home.world.add_to_arr(home.radarr.arr, FILM)
    command = await radarr.command("MoviesSearch", movieIds=[movie.id])
    assert command.name == "MoviesSearch"
    assert json.loads(home.radarr.calls[-1].body) == {"name": "MoviesSearch", "movieIds": [movie.id]}
    assert (await radarr.command_status(command.id)).id == command.id


async def test_dropping_a_download(home: Household, radarr: RadarrClient) -> None:
    """A download is dropped and blocklisted, or marked as failed."""
    movie = await home.world.add_to_arr(home.radarr.arr, FILM)
    await home.world.grab(movie)
    (row,) = await radarr.queue_details()
    await radarr.delete_queue_row(row.id, blocklist=True)
    assert home.radarr.calls[-1].query == {
        "removeFromClient": "true",
        "blocklist": "true",
        "skipRedownload": "false",
    }
    assert row.download_id not in {one.download_id for one in await radarr.queue_details()}
    with pytest.raises(NotFound):
        await radarr.delete_queue_row(row.id)
    await home.world.grab(movie)
    grabbed = next(one for one in await radarr.history_of(movie.id) if one.event_type == "grabbed")
    await radarr.mark_failed(grabbed.id)
    assert "downloadFailed" in {one.event_type for one in await radarr.history_of(movie.id)}
