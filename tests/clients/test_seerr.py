"""The Seerr client: which product answers, how all requests are read, and the webhook's odd encoding."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.status_tracker.clients.errors import (
    BadAnswer,
    CannotConnect,
    ClientError,
    CsrfRequired,
    InvalidAuth,
    NotAllowed,
    NotFound,
    NotReady,
    WrongService,
)
from custom_components.status_tracker.clients.seerr import MAX_PAGES, PAGE, SeerrClient
from custom_components.status_tracker.clients.seerr_model import Request, TitleDetails, User
from custom_components.status_tracker.clients.seerr_settings import WebhookSettings, build_url
from tests.stack.household import Household
from tests.stack.server import Fault
from tests.stack.titles import film, series

FIXTURES = Path(__file__).parent.parent / "fixtures" / "seerr"


def recorded(name: str) -> Any:
    """Return the body a real Seerr answered with."""
    return json.loads((FIXTURES / f"{name}.json").read_text())["body"]


@pytest.fixture
async def home() -> AsyncIterator[Household]:
    """Give a household around a Seerr."""
    async with Household(qbittorrent=False) as home:
        yield home


@pytest.fixture
def client(home: Household, session: aiohttp.ClientSession) -> SeerrClient:
    """Give its client."""
    return SeerrClient(session, home.seerr.url, home.seerr.api_key)


class Script:
    """A server that answers paths with what it is given, and keeps what it was asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        """Take the answers: a body, or a status with one."""
        self.answers = answers
        self.asked: list[str] = []
        self.app = web.Application()
        self.app.router.add_route("*", "/{path:.*}", self._answer)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        self.asked.append(request.path_qs)
        answer = self.answers.get(request.path, (404, {"message": "not found"}))
        if callable(answer):
            answer = answer(request)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return web.json_response(body, status=status)


# Which product


@pytest.mark.parametrize(
    ("flavour", "product"),
    [
        ("seerr", "Seerr"),
        ("jellyseerr", "Jellyseerr"),
        ("jellyseerr1", "Jellyseerr"),
        ("overseerr", "Overseerr"),
    ],
)
async def test_each_product_is_told(session: aiohttp.ClientSession, flavour: str, product: str) -> None:
    """Products that call themselves alike are told apart, and all answer the one question we ask."""
    async with Household(qbittorrent=False, jellyfin=False, flavour=flavour) as home:
        await home.world.request(film("Film", 2020, 2004))
        client = SeerrClient(session, home.seerr.url, home.seerr.api_key)
        info = await client.identify()
        assert (info.product, info.version) == (product, home.seerr.version)
        assert [one.media.tmdb_id for one in (await client.requests()).requests] == [2004]


async def test_a_develop_build_has_no_number(session: aiohttp.ClientSession) -> None:
    """A version that is no number is no obstacle."""
    answers = {
        "/api/v1/settings/public": recorded("settings_public"),
        "/api/v1": recorded("root"),
        "/api/v1/status": {"version": "develop-abc", "commitTag": "abc"},
    }
    async with TestServer(Script(answers).app) as server:
        info = await SeerrClient(session, str(server.make_url("")), "k").identify()
    assert (info.product, info.version, info.title) == ("Seerr", "develop-abc", "Seerr")
    assert info.application_url == "http://127.0.0.1:5055"


@pytest.mark.parametrize(
    ("api", "version", "product"),
    [("Overseerr API", "3.0.0", "Seerr"), ("Overseerr API", "1.9.2", "Jellyseerr")],
)
async def test_the_version_decides_last(
    session: aiohttp.ClientSession, api: str, version: str, product: str
) -> None:
    """What calls itself Overseerr but has a media server type is decided by its version."""
    answers = {
        "/api/v1/settings/public": recorded("settings_public"),
        "/api/v1": {"api": api},
        "/api/v1/status": {"version": version},
    }
    async with TestServer(Script(answers).app) as server:
        assert (await SeerrClient(session, str(server.make_url("")), "k").identify()).product == product


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"/api/v1/settings/public": {"something": 1}, "/api/v1": {"api": "Seerr API"}},
        {"/api/v1/settings/public": {"initialized": True}, "/api/v1": {"api": "Something"}},
        {"/api/v1/settings/public": {"initialized": True}, "/api/v1": []},
        {"/api/v1/settings/public": (401, {})},
    ],
)
async def test_other_products_are_refused(session: aiohttp.ClientSession, answers: dict[str, Any]) -> None:
    """Whatever is not Seerr is named as such."""
    async with TestServer(Script(answers).app) as server:
        with pytest.raises(WrongService):
            await SeerrClient(session, str(server.make_url("")), "k").identify()


async def test_faults_at_the_door(home: Household, client: SeerrClient) -> None:
    """A page, another path, a closed port and a Seerr without its setup each have their name."""
    faults: list[tuple[Fault, type[ClientError]]] = [
        (Fault.html(), WrongService),
        (Fault.redirect("/login"), WrongService),
        (Fault.status(503), NotReady),
        (Fault.garbage(), WrongService),
        (Fault.down(), CannotConnect),
    ]
    for fault, error in faults:
        home.seerr.fault = fault
        with pytest.raises(error):
            await client.identify()
        home.seerr.fault = None
    home.seerr.initialized = False
    with pytest.raises(NotReady):
        await client.identify()


async def test_status_may_fail(home: Household, client: SeerrClient) -> None:
    """The version is a nicety: its call asks the internet."""
    home.seerr.fault = Fault.status(500, only="/status")
    assert (await client.identify()).version is None


# Keys and rights


async def test_keys(home: Household, client: SeerrClient, session: aiohttp.ClientSession) -> None:
    """The right key is an admin's, a wrong one is refused."""
    assert (await client.check_key()).is_admin
    wrong = SeerrClient(session, home.seerr.url, "wrong")
    with pytest.raises(InvalidAuth):
        await wrong.check_key()
    with pytest.raises(InvalidAuth):
        await wrong.requests()
    with pytest.raises(InvalidAuth):
        await wrong.settings_radarr()


async def test_a_lack_of_rights_is_no_wrong_key(session: aiohttp.ClientSession) -> None:
    """Both answer the same 403; a call that needs no right tells which it is."""
    answers = {
        "/api/v1/settings/radarr": (403, recorded("request_wrong_key")),
        "/api/v1/request/1/approve": (403, recorded("request_wrong_key")),
        "/api/v1/auth/me": recorded("auth_me"),
    }
    async with TestServer(Script(answers).app) as server:
        client = SeerrClient(session, str(server.make_url("")), "k")
        with pytest.raises(NotAllowed):
            await client.settings_radarr()
        with pytest.raises(NotAllowed):
            await client.approve(1)


async def test_csrf_protection_is_told(home: Household, client: SeerrClient) -> None:
    """Seerr's CSRF protection lets reading pass and refuses every change."""
    home.seerr.csrf = True
    assert (await client.requests()).complete
    with pytest.raises(CsrfRequired) as caught:
        await client.approve(1)
    assert caught.value.reason == "csrf"
    with pytest.raises(CsrfRequired):
        await client.test_webhook(WebhookSettings(enabled=True, types=222, url="http://x", template="{}"))


def test_a_display_name_is_never_an_address() -> None:
    """People without a name are shown by what stands before the @."""
    assert User.parse({"id": 2, "displayName": "someone@example.invalid"}).name == "someone"
    assert User.parse({"id": 2, "displayName": "Alice"}).name == "Alice"
    assert User.parse({"id": 2}).name is None
    assert User.parse({"id": 2, "displayName": "@"}).name is None


# The list


def rows(first: int, count: int) -> list[dict[str, Any]]:
    """Return made-up rows of the list, newest first."""
    return [
        {"id": number, "status": 2, "type": "movie", "media": {"tmdbId": number}}
        for number in range(first, first - count, -1)
    ]


def paged(everything: list[dict[str, Any]], *, total: bool = True, cap: int = 10**6) -> Any:
    """Return what answers the list of requests as Seerr does."""

    def answer(request: web.Request) -> Any:
        """Return one page."""
        take, skip = int(request.query["take"]), int(request.query["skip"])
        page = everything[skip : skip + min(take, cap)]
        info = {"pageInfo": {"results": len(everything)}} if total else {}
        return {**info, "results": page}

    return answer


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (5, 1), (100, 1), (101, 2), (250, 3)])
async def test_a_call_brings_a_hundred(session: aiohttp.ClientSession, count: int, calls: int) -> None:
    """All requests are read with as few calls as can be."""
    script = Script({"/api/v1/request": paged(rows(count, count))})
    async with TestServer(script.app) as server:
        listing = await SeerrClient(session, str(server.make_url("")), "k").requests()
    assert (len(listing.requests), listing.complete, len(script.asked)) == (count, True, calls)
    assert script.asked[0] == f"/api/v1/request?take={PAGE}&skip=0&filter=all"


@pytest.mark.parametrize(("total", "cap", "calls"), [(False, 10**6, 2), (True, 40, 3)])
async def test_other_ways_to_page(session: aiohttp.ClientSession, total: bool, cap: int, calls: int) -> None:
    """A total that is missing, or a page shorter than asked for, still ends in everything."""
    script = Script({"/api/v1/request": paged(rows(110, 110), total=total, cap=cap)})
    async with TestServer(script.app) as server:
        listing = await SeerrClient(session, str(server.make_url("")), "k").requests()
    assert (len(listing.requests), listing.complete, len(script.asked)) == (110, True, calls)


async def test_a_list_that_moves_is_not_complete(session: aiohttp.ClientSession) -> None:
    """A request deleted between two pages may hide another one behind the page break."""
    everything = rows(150, 150)
    answer = paged(everything)

    def moving(request: web.Request) -> Any:
        """Answer, and lose a row after the first page."""
        page = answer(request)
        if request.query["skip"] == "0":
            del everything[0]
        return page

    async with TestServer(Script({"/api/v1/request": moving}).app) as server:
        listing = await SeerrClient(session, str(server.make_url("")), "k").requests()
    assert not listing.complete
    assert 50 not in {request.id for request in listing.requests}


async def test_rows_that_cannot_be_read(session: aiohttp.ClientSession) -> None:
    """A row that makes no sense is known to be there; one without a number leaves the list incomplete."""
    odd = {"id": 7, "status": 2, "type": "movie", "media": None}
    answers: dict[str, Any] = {"/api/v1/request": {"results": [*rows(3, 2), odd]}}
    async with TestServer(Script(answers).app) as server:
        client = SeerrClient(session, str(server.make_url("")), "k")
        listing = await client.requests()
        assert {request.id for request in listing.requests} == {3, 2}
        assert (listing.ids, listing.complete) == ({3, 2, 7}, True)
        answers["/api/v1/request"] = {"results": [*rows(3, 2), {"status": 2}]}
        assert not (await client.requests()).complete
        answers["/api/v1/request"] = {"message": "what"}
        with pytest.raises(BadAnswer):
            await client.requests()


async def test_a_list_without_end(session: aiohttp.ClientSession) -> None:
    """A server that gives the same page for ever is left."""
    page = {"pageInfo": {"results": 10**9}, "results": rows(5, 5)}
    script = Script({"/api/v1/request": page})
    async with TestServer(script.app) as server:
        with pytest.raises(BadAnswer):
            await SeerrClient(session, str(server.make_url("")), "k").requests()
    assert len(script.asked) == MAX_PAGES


# Recordings


def test_recorded_requests() -> None:
    """A real Seerr's list is read: ids, numbers from 0, seasons, downloads."""
    requests = {one["id"]: Request.parse(one) for one in recorded("request_list")["results"]}
    assert sorted(requests) == [1, 2, 3, 4, 5, 6, 7, 8]
    show = requests[8]
    assert (show.type, show.status, show.media.service_id, show.media.external_service_id) == ("tv", 2, 0, 2)
    assert [season.season_number for season in show.seasons] == [1, 2]
    (download,) = show.media.download_status
    assert download.download_id == "765A01F9048DD9CAB40AFC4A0F2A5B942CC06ECC"
    assert (download.size, download.size_left) == (4e9, 1e9)
    assert download.episode is not None
    assert download.episode.episode_number == 1
    assert requests[4].is4k
    assert show.requested_by is not None
    assert show.requested_by.name == "admin"


def test_recorded_titles() -> None:
    """Title, poster, anime keyword and seasons of a real Seerr."""
    movie = TitleDetails.parse(recorded("movie_details"))
    assert (movie.title, movie.imdb_id, movie.is_anime) == ("Sample Movie 2004", "tt0002004", False)
    assert movie.poster == "https://image.tmdb.org/t/p/w600_and_h900_bestv2/p2004.jpg"
    show = TitleDetails.parse(recorded("tv_details"))
    assert (show.name, show.external_ids.tvdb_id, show.is_anime) == ("Sample Series 3001", 903001, True)
    assert [(one.season_number, one.episode_count) for one in show.seasons] == [(0, 12), (1, 12), (2, 12)]
    assert TitleDetails.parse({"id": 1}).poster is None


async def test_one_request(home: Household, client: SeerrClient) -> None:
    """A single request is read, and told when it is gone."""
    request = await home.world.request(series("Show", 2020, 3001, 903001, {1: 2}))
    assert (await client.request(request.id)).media.tvdb_id == 903001
    assert (await client.tv(3001)).name == "Show"
    with pytest.raises(NotFound):
        await client.request(99)


# Settings


async def test_settings_name_the_services(home: Household, client: SeerrClient) -> None:
    """Addresses and keys of every service, the keys kept out of what is printed."""
    (radarr,), (sonarr,) = await client.settings_radarr(), await client.settings_sonarr()
    assert (radarr.url, radarr.api_key, radarr.id) == (home.radarr.url, home.radarr.api_key, 0)
    assert sonarr.url == home.sonarr.url
    jellyfin = await client.settings_jellyfin()
    assert jellyfin is not None
    assert (jellyfin.url, jellyfin.api_key) == (home.jellyfin.url, home.jellyfin.api_key)
    assert radarr.api_key not in repr(radarr)
    assert jellyfin.api_key not in repr(jellyfin)
    assert (await client.settings_public()).initialized
    assert (await client.settings_main()).application_title


async def test_no_jellyfin(session: aiohttp.ClientSession) -> None:
    """Overseerr has no Jellyfin, and a Seerr may not use one."""
    answers: dict[str, Any] = {}
    async with TestServer(Script(answers).app) as server:
        client = SeerrClient(session, str(server.make_url("")), "k")
        assert await client.settings_jellyfin() is None
        answers["/api/v1/settings/jellyfin"] = {"name": "", "ip": "", "port": 8096}
        assert await client.settings_jellyfin() is None
        answers["/api/v1/settings/jellyfin"] = {"hostname": "http://media:8096/jf"}
        jellyfin = await client.settings_jellyfin()
        assert jellyfin is not None
        assert jellyfin.url == "http://media:8096/jf"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (("radarr", 7878, False, ""), "http://radarr:7878"),
        (("radarr", 443, True, "/radarr/"), "https://radarr/radarr"),
        (("radarr", None, False, None), "http://radarr"),
        (("http://media:8096/x", None, False, ""), "http://media:8096/x"),
        (("", 7878, False, ""), None),
        (("radarr", 99999, False, ""), None),
    ],
)
def test_addresses_of_settings(given: tuple[Any, ...], url: str | None) -> None:
    """Host, port, TLS and base make an address."""
    assert build_url(*given) == url


# The webhook


async def test_the_webhook_survives_its_encoding(
    home: Household, client: SeerrClient, session: aiohttp.ClientSession
) -> None:
    """What is written is read back the same, and Seerr's own test posts it rendered."""
    before = await client.webhook()
    assert (before.enabled, before.url) == (False, "")
    received: list[Any] = []

    async def receive(request: web.Request) -> web.Response:
        """Keep what is posted."""
        received.append((await request.json(), request.headers.get("Authorization")))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with TestServer(app) as target:
        ours = WebhookSettings(
            enabled=True,
            types=222,
            url=str(target.make_url("/hook")),
            template=(
                '{"kind": "{{notification_type}}", "quote": "\\"", "{{request}}": {"id": "{{request_id}}"}}'
            ),
            auth_header="Bearer secret",
        )
        assert await client.test_webhook(ours)
        assert received == [({"kind": "TEST_NOTIFICATION", "quote": '"', "request": None}, "Bearer secret")]
        await client.set_webhook(ours)
        assert await client.webhook() == ours
        assert "secret" not in repr(ours)
        request = await home.world.request(film("Film", 2020, 2004))
        assert received[1][0] == {"kind": "MEDIA_PENDING", "quote": '"', "request": {"id": str(request.id)}}
    assert not await client.test_webhook(ours)


async def test_recorded_webhook_settings(session: aiohttp.ClientSession) -> None:
    """A real Seerr's slot: as delivered, ours, and one broken by a template encoded once."""
    path = "/api/v1/settings/notifications/webhook"
    script = Script({path: recorded("webhook_settings_before")})
    async with TestServer(script.app) as server:
        client = SeerrClient(session, str(server.make_url("")), "k")
        slot = await client.webhook()
        assert (slot.enabled, slot.types, slot.url) == (False, 0, "")
        assert json.loads(slot.template or "")["notification_type"] == "{{notification_type}}"
        script.answers[path] = recorded("webhook_settings_after")
        slot = await client.webhook()
        assert (slot.enabled, slot.types, slot.url) == (True, 222, "http://127.0.0.1:5099/hook")
        assert slot.auth_header == "Bearer e2e-secret"
        script.answers[path] = recorded("webhook_get_after_single_encoded")
        assert (await client.webhook()).template is None
        script.answers[path] = {"enabled": True}
        with pytest.raises(BadAnswer):
            await client.webhook()


async def test_url_variables_are_kept(home: Household, client: SeerrClient) -> None:
    """What the slot held besides the usual is written back."""
    slot = WebhookSettings(
        enabled=False, types=2, url="", template="{}", support_variables=True, embed_poster=False
    )
    await client.set_webhook(slot)
    assert await client.webhook() == slot


# Acting


async def test_actions(home: Household, client: SeerrClient) -> None:
    """Approve, decline, retry and delete do what they say."""
    first = await home.world.request(film("One", 2020, 1))
    second = await home.world.request(film("Two", 2020, 2))
    await client.approve(first.id)
    assert (await client.request(first.id)).status == 2
    await client.decline(second.id)
    assert (await client.request(second.id)).status == 3
    await home.world.fail_hand_over(first)
    await client.retry(first.id)
    assert (await client.request(first.id)).status == 2
    await client.delete(second.id)
    assert (await client.requests()).ids == {first.id}
    with pytest.raises(NotFound):
        await client.approve(99)
