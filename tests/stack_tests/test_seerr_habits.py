"""Seerr's habits, as its clients meet them."""

import base64
import json
from typing import Any

import aiohttp
import pytest

from tests.stack.household import Household
from tests.stack.receiver import Receiver
from tests.stack.rows import MEDIA_AVAILABLE, MEDIA_BLOCKLISTED, MEDIA_DELETED, MEDIA_PARTIAL
from tests.stack.seerr import FakeSeerr
from tests.stack.titles import film, series
from tests.stack.world import World

TEMPLATE = '{"type": "{{notification_type}}", "{{media}}": {"id": "{{media_tmdbid}}"}, "{{extra}}": []}'


async def call(
    http: aiohttp.ClientSession, server: FakeSeerr, path: str, method: str = "GET", **options: Any
) -> tuple[int, Any]:
    """Status and JSON of a call with the right key."""
    headers = {"X-Api-Key": server.api_key} | options.pop("headers", {})
    async with http.request(method, f"{server.url}/api/v1/{path}", headers=headers, **options) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if text else None


async def test_who_may_ask(world: World, http: aiohttp.ClientSession) -> None:
    """No key, a wrong key and too few rights have each their own answer."""
    async with FakeSeerr(world) as seerr:
        async with http.get(f"{seerr.url}/api/v1/request") as answer:
            assert (answer.status, (await answer.json())["message"]) == (401, "cookie 'connect.sid' required")
        forbidden = (403, {"status": 403, "error": "You do not have permission to access this endpoint"})
        assert await call(http, seerr, "request", headers={"X-Api-Key": "wrong"}) == forbidden
        assert await call(http, seerr, "settings/main", headers={"X-API-User": "2"}) == forbidden
        assert (await call(http, seerr, "auth/me"))[1]["id"] == 1
        async with http.get(f"{seerr.url}/api/v1/status") as answer:
            assert (await answer.json())["version"] == "3.1.0"


async def test_list_pages_and_refuses_the_unknown(world: World, http: aiohttp.ClientSession) -> None:
    """Ten by default, no limit above, unknown parameters and values are refused, and no titles."""
    for number in range(1, 13):
        await world.request(film(f"Film {number}", 2020, number))
    async with FakeSeerr(world) as seerr:
        _, first = await call(http, seerr, "request")
        assert [row["id"] for row in first["results"]] == list(range(12, 2, -1))
        assert first["pageInfo"] == {"pages": 2, "pageSize": 10, "results": 12, "page": 1}
        assert "title" not in first["results"][0]
        assert "title" not in first["results"][0]["media"]
        assert len((await call(http, seerr, "request?take=100000"))[1]["results"]) == 12
        assert len((await call(http, seerr, "request?take=0&skip=10"))[1]["results"]) == 2
        status, body = await call(http, seerr, "request?unknown=1")
        assert (status, body["message"]) == (400, "Unknown query parameter 'unknown'")
        assert (await call(http, seerr, "request?filter=declined"))[0] == 400
        assert (await call(http, seerr, "request?take=abc"))[0] == 400


@pytest.mark.parametrize(
    ("flavour", "available", "completed"),
    [("overseerr", 1, None), ("jellyseerr1", 1, None), ("jellyseerr", 0, 1), ("seerr", 0, 1)],
)
async def test_filters_and_counts(
    http: aiohttp.ClientSession, flavour: str, available: int, completed: int | None
) -> None:
    """Which requests a filter gives, and how each is counted; failed ones are counted in the total alone."""
    async with Household(flavour=flavour, qbittorrent=False, jellyfin=False) as home:
        world, seerr = home.world, home.seerr
        pending, approved, declined, failed, done, partly, gone, blocked = [
            await world.request(film(f"Film {number}", 2020, number), auto_approve=number not in (1, 3))
            for number in range(1, 9)
        ]
        await world.decline(declined)
        await world.fail_hand_over(failed)
        await world.mark_media(done.media, MEDIA_AVAILABLE)
        partly.media.status, gone.media.status = MEDIA_PARTIAL, MEDIA_DELETED
        blocked.media.status = MEDIA_BLOCKLISTED

        async def numbers(filter_by: str) -> list[int]:
            """Return the numbers of the requests a filter gives."""
            _, page = await call(http, seerr, f"request?filter={filter_by}")
            return [row["id"] for row in page["results"]]

        assert await numbers("unavailable") == [partly.id, approved.id, pending.id]
        assert await numbers("processing") == [partly.id, approved.id]
        assert await numbers("pending") == [pending.id]
        assert await numbers("failed") == [failed.id]
        assert await numbers("available") == [done.id]
        as_approved = [done.id] if available else []
        assert await numbers("approved") == [gone.id, partly.id, *as_approved, approved.id]
        count = (await call(http, seerr, "request/count"))[1]
        assert count == {
            "total": 8,
            "movie": 8,
            "tv": 0,
            "pending": 1,
            "approved": 4 + available,
            "declined": 1,
            "processing": 4,
            "available": available,
        } | ({} if completed is None else {"completed": completed})


async def test_blocklisted_media_leave_the_list_only(world: World, http: aiohttp.ClientSession) -> None:
    """They stay in the count and under their id."""
    request = await world.request(film("A Film", 2020, 1))
    request.media.status = MEDIA_BLOCKLISTED
    async with FakeSeerr(world) as seerr:
        assert (await call(http, seerr, "request"))[1]["results"] == []
        assert (await call(http, seerr, "request/count"))[1]["total"] == 1
        assert (await call(http, seerr, "request/1"))[0] == 200


@pytest.mark.parametrize(
    ("flavour", "api", "media_server", "status", "sorted_status"),
    [
        ("overseerr", "Overseerr API", None, 2, 400),
        ("jellyseerr1", "Overseerr API", 2, 2, 400),
        ("jellyseerr", "Jellyseerr API", 2, 5, 200),
        ("seerr", "Seerr API", 2, 5, 200),
    ],
)
async def test_flavours(
    http: aiohttp.ClientSession,
    flavour: str,
    api: str,
    media_server: int | None,
    status: int,
    sorted_status: int,
) -> None:
    """The products differ where the contract says so."""
    async with Household(flavour=flavour, qbittorrent=False, jellyfin=False) as home:
        request = await home.world.request(film("A Film", 2020, 1), auto_approve=True)
        await home.world.import_(await home.world.grab(request))
        await home.world.seerr_scan()
        seerr = home.seerr
        assert (await call(http, seerr, ""))[1]["api"] == api
        assert (await call(http, seerr, "settings/public"))[1].get("mediaServerType") == media_server
        row = (await call(http, seerr, "request"))[1]["results"][0]
        assert (row["status"], row["media"]["status"]) == (status, 5)
        assert ("jellyfinMediaId" in row["media"]) == (media_server is not None)
        assert (await call(http, seerr, "request?sortDirection=asc"))[0] == sorted_status


async def test_requests_by_api(http: aiohttp.ClientSession) -> None:
    """Duplicates are noticed only with is4k; a plain user's request waits; approving hands it over."""
    async with Household(qbittorrent=False, jellyfin=False) as home:
        world, seerr = home.world, home.seerr
        world.add_title(film("A Film", 2020, 1))
        world.add_title(series("A Show", 2020, 2, 3, {1: 2, 2: 2}))
        body = {"mediaType": "movie", "mediaId": 1, "is4k": False}
        plain = {"X-API-User": "2"}
        status, made = await call(http, seerr, "request", "POST", json=body, headers=plain)
        assert (status, made["status"], made["media"]["status"]) == (201, 1, 2)
        assert (await call(http, seerr, "request", "POST", json=body))[0] == 409
        body.pop("is4k")
        assert (await call(http, seerr, "request", "POST", json=body, headers=plain))[0] == 201
        assert (await call(http, seerr, "request/1/approve", "POST", headers=plain))[0] == 403
        assert (await call(http, seerr, "request/1/approve", "POST"))[1]["media"]["serviceId"] == 0
        assert len(home.radarr.arr.movies) == 1
        show = {"mediaType": "tv", "mediaId": 2, "seasons": "all", "is4k": False}
        assert len((await call(http, seerr, "request", "POST", json=show))[1]["seasons"]) == 2
        assert (await call(http, seerr, "request", "POST", json=show))[0] == 202
        show.pop("seasons")
        assert (await call(http, seerr, "request", "POST", json=show))[0] == 500
        assert (await call(http, seerr, "request/1", "DELETE"))[0] == 204
        assert (await call(http, seerr, "request/1"))[0] == 404
        assert len(home.radarr.arr.movies) == 1
        seerr.csrf = True
        assert (await call(http, seerr, "request", "POST", json=body))[0] == 403


async def test_times_never_move(world: World, http: aiohttp.ClientSession) -> None:
    """`updatedAt` and `mediaAddedAt` stay at the time of the request."""
    request = await world.request(film("A Film", 2020, 1))
    world.advance(3600)
    await world.decline(request)
    async with FakeSeerr(world) as seerr:
        row = (await call(http, seerr, "request/1"))[1]
        assert row["status"] == 3
        assert row["updatedAt"] == row["createdAt"] == row["media"]["mediaAddedAt"]


async def test_download_status_sees_ten_rows_only(http: aiohttp.ClientSession) -> None:
    """Seerr reads the first page of the *arr's queue and no more."""
    async with Household(qbittorrent=False, jellyfin=False) as home:
        world = home.world
        first = await world.request(series("A Show", 2020, 2, 3, {1: 12}), auto_approve=True)
        pack = await world.grab(first)
        await world.progress(pack, 0.5)
        row = (await call(http, home.seerr, "request"))[1]["results"][0]
        assert len(row["media"]["downloadStatus"]) == 10
        assert {entry["downloadId"] for entry in row["media"]["downloadStatus"]} == {pack.id}
        assert pack.id.isupper() or pack.id.isdigit()
        other = await world.request(series("Other Show", 2020, 4, 5, {1: 1}), auto_approve=True)
        await world.grab(other)
        row = (await call(http, home.seerr, f"request/{other.id}"))[1]
        assert row["media"]["downloadStatus"] == []


async def test_webhook_template_has_three_spellings(world: World, http: aiohttp.ClientSession) -> None:
    """Encoded once more on POST, base64 in the answer, plain on GET; unencoded it is accepted, then dead."""
    path = "settings/notifications/webhook"
    async with FakeSeerr(world) as seerr, Receiver() as receiver:
        options = {"webhookUrl": f"{receiver.url}/hook", "authHeader": "Bearer x", "customHeaders": []}
        right = {"enabled": True, "types": 222, "options": options | {"jsonPayload": json.dumps(TEMPLATE)}}
        status, answer = await call(http, seerr, path, "POST", json=right)
        assert status == 200
        assert json.loads(json.loads(base64.b64decode(answer["options"]["jsonPayload"])))
        stored = (await call(http, seerr, path))[1]
        assert stored["options"]["jsonPayload"] == TEMPLATE
        assert "customHeaders" not in stored["options"]
        assert (await call(http, seerr, f"{path}/test", "POST", json=right))[0] == 204
        assert receiver.got == [{"type": "TEST_NOTIFICATION", "media": None, "extra": []}]
        assert receiver.calls[0].headers["Authorization"] == "Bearer x"

        await world.request(series("A Show", 2020, 2, 3, {1: 2, 2: 2}))
        assert receiver.got[1] == {
            "type": "MEDIA_PENDING",
            "media": {"id": "2"},
            "extra": [{"name": "Requested Seasons", "value": "1, 2"}],
        }

        wrong = right | {"options": options | {"jsonPayload": TEMPLATE}}
        assert (await call(http, seerr, path, "POST", json=wrong))[0] == 200
        assert isinstance((await call(http, seerr, path))[1]["options"]["jsonPayload"], dict)
        assert (await call(http, seerr, f"{path}/test", "POST", json=wrong))[0] == 500
        await world.request(film("A Film", 2020, 1))
        assert len(receiver.got) == 2
        bad = right | {"options": options | {"jsonPayload": "not json"}}
        assert (await call(http, seerr, path, "POST", json=bad))[0] == 500


async def test_webhook_types_and_a_receiver_that_fails(world: World, http: aiohttp.ClientSession) -> None:
    """Only enabled types are sent, once, with the status before the change; failures are not repeated."""
    async with FakeSeerr(world) as seerr, Receiver(500) as receiver:
        template = '{"type": "{{notification_type}}", "event": "{{event}}", "status": "{{media_status}}"}'
        options = {"webhookUrl": f"{receiver.url}/hook", "jsonPayload": json.dumps(template)}
        config = {"enabled": True, "types": 4, "options": options}
        await call(http, seerr, "settings/notifications/webhook", "POST", json=config)
        request = await world.request(film("A Film", 2020, 1))
        await world.approve(request)
        await world.approve(request)
        assert receiver.got == [
            {"type": "MEDIA_APPROVED", "event": "Movie Request Approved", "status": "PENDING"}
        ]


async def test_settings_name_the_services(http: aiohttp.ClientSession) -> None:
    """Addresses, keys and 4K flags of every instance, counted from 0."""
    async with Household(radarrs=("hd", "4k")) as home:
        rows = (await call(http, home.seerr, "settings/radarr"))[1]
        assert [(row["id"], row["is4k"], row["port"], row["apiKey"]) for row in rows] == [
            (0, False, home.radarr.port, home.radarr.api_key),
            (1, True, home.radarrs["4k"].port, home.radarrs["4k"].api_key),
        ]
        assert (await call(http, home.seerr, "settings/sonarr"))[1][0]["animeSeriesType"] == "anime"
        jellyfin = (await call(http, home.seerr, "settings/jellyfin"))[1]
        assert (jellyfin["port"], jellyfin["apiKey"]) == (home.jellyfin.port, home.jellyfin.api_key)


async def test_titles_come_one_by_one(world: World, http: aiohttp.ClientSession) -> None:
    """Anime is a keyword; an unknown title or a silent TMDB is a 500."""
    await world.request(film("A Film", 2020, 1, anime=True))
    await world.request(series("A Show", 2020, 1, 3, {0: 1, 1: 2}))
    async with FakeSeerr(world) as seerr:
        page = (await call(http, seerr, "movie/1"))[1]
        assert page["title"] == "A Film"
        assert page["keywords"] == [{"id": 210024, "name": "anime"}]
        assert page["mediaInfo"]["tmdbId"] == 1
        show = (await call(http, seerr, "tv/1"))[1]
        assert [(s["seasonNumber"], s["episodeCount"]) for s in show["seasons"]] == [(0, 1), (1, 2)]
        assert (await call(http, seerr, "movie/2"))[0] == 500
        seerr.tmdb_down = True
        assert (await call(http, seerr, "tv/1"))[0] == 500
