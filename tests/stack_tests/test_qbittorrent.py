"""The simulated qBittorrent against what the real 4.5.2 and 5.3.0 answered, and its rids."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.stack.qbittorrent import FakeQbittorrent
from tests.stack.rows import Download, Torrent
from tests.stack.titles import film
from tests.stack.world import World

RECORDED = Path(__file__).parent.parent / "fixtures" / "qbittorrent"
HASH = "02ce87cc1c1506ac363071b5edfaff3d8b8bd63b"
API_KEY = "qbt_" + "k" * 28
BANNED_BODY = "Your IP address has been banned after too many failed authentication attempts."

with_session = [
    "app_version",
    "app_webapiVersion",
    "torrents_info_bad_sort",
    "torrents_info_unknown_hash",
    "torrents_properties_404",
    "verb_pause",
    "verb_stop",
    "origin_other",
    "referer_other",
    "login_again_with_session",
]
without_session = ["no_auth", "no_auth_version", "login_get_method", "cookie_garbage", "login_bad", "login"]


def recorded(version: str, name: str) -> Any:
    """What a real server answered."""
    return json.loads((RECORDED / f"{version}_{name}.json").read_text())


def add_torrent(world: World, **changes: Any) -> Torrent:
    """A torrent in the client."""
    facts: dict[str, Any] = {
        "hash": HASH, "hash_v1": HASH, "name": "Ghost.S01E01.bin", "size": 3_000_000, "added": world.now(),
        "state": "downloading", "speed": 1000, "progress": 0.5, "category": "radarr",
    }  # fmt: skip
    torrent = Torrent(**facts | changes)
    world.torrents[torrent.hash] = torrent
    return torrent


async def call(
    http: aiohttp.ClientSession, client: FakeQbittorrent, record: dict[str, Any], headers: dict[str, str]
) -> tuple[int, str, str | None, str | None]:
    """Repeat a recorded request; status, body, content type and cookie of the answer."""
    asked = record["request"]
    form = dict(asked["form"])
    if "password" in form:
        form["password"] = (
            "wrong" if "Fails." in str(record["body"]) or record["status"] == 401 else "adminadmin"
        )
    async with http.request(
        asked["method"],
        f"{client.url}{asked['path']}",
        params=asked["query"],
        data=form or None,
        headers=asked["headers"] | headers,
    ) as answer:
        body = await answer.text()
        return answer.status, body, answer.headers.get("Content-Type"), answer.headers.get("Set-Cookie")


async def login(http: aiohttp.ClientSession, client: FakeQbittorrent) -> dict[str, str]:
    """Headers that carry a fresh session."""
    form = {"username": "admin", "password": "adminadmin"}
    async with http.post(f"{client.url}/api/v2/auth/login", data=form) as answer:
        assert answer.status in (200, 204)
        return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


async def maindata(
    http: aiohttp.ClientSession, client: FakeQbittorrent, headers: dict[str, str], rid: int
) -> dict[str, Any]:
    """sync/maindata of a rid."""
    url = f"{client.url}/api/v2/sync/maindata"
    async with http.get(url, params={"rid": rid}, headers=headers) as answer:
        found: dict[str, Any] = await answer.json()
        return found


@pytest.mark.parametrize("version", ["4.5.2", "5.3.0"])
@pytest.mark.parametrize("name", with_session + without_session)
async def test_answers_as_recorded(
    world: World, http: aiohttp.ClientSession, version: str, name: str
) -> None:
    """Status, content type and body of each call are those of the real server."""
    add_torrent(world)
    record = recorded(version, name)
    async with FakeQbittorrent(world, version=version) as client:
        headers = await login(http, client) if name in with_session else {}
        status, body, kind, cookie = await call(http, client, record, headers)
    want = record["body"] if isinstance(record["body"], str) else json.dumps(record["body"])
    assert (status, body) == (record["status"], want)
    assert (kind or "").partition(";")[0] == record["headers"].get("content-type", "").partition(";")[0]
    real_cookie = record["headers"].get("set-cookie")
    assert (cookie is None) == (real_cookie is None)
    if cookie and real_cookie:
        assert cookie.partition("=")[0].rstrip("0123456789") == real_cookie.partition("=")[0].rstrip(
            "0123456789"
        )
        assert ("SameSite=Lax" in cookie) == ("SameSite=Lax" in real_cookie)


@pytest.mark.parametrize("version", ["4.5.2", "5.3.0"])
async def test_ban_comes_with_the_fifth_failure(
    world: World, http: aiohttp.ClientSession, version: str
) -> None:
    """The fifth wrong login is the ban; the right password is refused then, an old session is not."""
    async with FakeQbittorrent(world, version=version) as client:
        session = await login(http, client)
        login_url = f"{client.url}/api/v2/auth/login"
        for want in recorded(version, "login_bad_sequence")["answers"]:
            async with http.post(login_url, data={"username": "admin", "password": "no"}) as answer:
                assert {"status": answer.status, "body": await answer.text()} == want
        async with http.post(login_url, data={"username": "admin", "password": "adminadmin"}) as answer:
            assert (answer.status, await answer.text()) == (403, BANNED_BODY)
        async with http.get(f"{client.url}/api/v2/app/version", headers=session) as answer:
            assert await answer.text() == f"v{version}"


async def test_a_good_login_clears_the_count(world: World, http: aiohttp.ClientSession) -> None:
    """Four failures, a success, four failures: no ban."""
    async with FakeQbittorrent(world, version="4.5.2") as client:
        for _ in range(2):
            for _ in range(4):
                data = {"username": "admin", "password": "no"}
                async with http.post(f"{client.url}/api/v2/auth/login", data=data) as answer:
                    assert await answer.text() == "Fails."
            await login(http, client)
        assert not client.gate.banned
        assert client.gate.login_attempts == 10


@pytest.mark.parametrize("version", ["4.5.2", "5.3.0"])
async def test_rows_have_the_recorded_keys(world: World, http: aiohttp.ClientSession, version: str) -> None:
    """A torrent has exactly the keys of the real one, in the list and in the sync."""
    add_torrent(world, state="metaDL", progress=0.0, speed=0, name="Fetching.Metadata")
    async with FakeQbittorrent(world, version=version) as client:
        session = await login(http, client)
        async with http.get(f"{client.url}/api/v2/torrents/info", headers=session) as answer:
            rows = await answer.json()
        sync = await maindata(http, client, session, 0)
    real = next(row for row in recorded(version, "torrents_info")["body"] if row["state"] == "metaDL")
    told_later = {"has_other_announce_error", "has_tracker_error", "has_tracker_warning"}
    assert rows[0].keys() - told_later == real.keys()
    same = ("size", "total_size", "amount_left", "content_path", "progress", "completion_on", "eta", "state")
    assert {key: rows[0][key] for key in same} == {key: real[key] for key in same}
    real_sync = recorded(version, "sync_rid0")["body"]
    assert sync["torrents"][HASH].keys() == next(iter(real_sync["torrents"].values())).keys()
    assert sync["categories"] == real_sync["categories"]
    assert sync["full_update"] is True


@pytest.mark.parametrize("version", ["4.5.2", "5.3.0"])
async def test_filters_as_recorded(world: World, http: aiohttp.ClientSession, version: str) -> None:
    """Every filter takes the states the real server took, unknown ones everything."""
    real = recorded(version, "torrents_info_filters")
    for number, entry in enumerate(real["all"]["names"]):
        name, _, state = entry.partition(":")
        state = state.replace("paused", "stopped")
        done = 1.0 if state.endswith("UP") else 0.0
        add_torrent(world, hash=f"{number:040x}", name=name, state=state, progress=done, speed=0)
    async with FakeQbittorrent(world, version=version) as client:
        session = await login(http, client)
        for name, want in real.items():
            if name == "active":  # the real one counts bytes of the moment
                continue
            url = f"{client.url}/api/v2/torrents/info"
            async with http.get(url, params={"filter": name}, headers=session) as answer:
                found = sorted(f"{row['name']}:{row['state']}" for row in await answer.json())
            expected = sorted(want["names"])
            if name == "inactive":
                expected = [entry for entry in expected if "metaDL" not in entry]
            assert found == expected, name


async def test_hybrid_is_found_by_its_torrent_id_only(world: World, http: aiohttp.ClientSession) -> None:
    """The v1 hash and the whole v2 hash find nothing; upper case is fine."""
    add_torrent(world, hash="5" * 40, hash_v1="c" * 40, hash_v2="5" * 64)
    async with FakeQbittorrent(world) as client:
        session = await login(http, client)
        counts = {}
        for name, value in {"v1": "c" * 40, "v2": "5" * 64, "id": "5" * 40}.items():
            params = {"hashes": value.upper()}
            async with http.get(
                f"{client.url}/api/v2/torrents/info", params=params, headers=session
            ) as answer:
                counts[name] = len(await answer.json())
    assert counts == {"v1": 0, "v2": 0, "id": 1}


async def test_api_key(world: World, http: aiohttp.ClientSession) -> None:
    """From 5.2 on: lasting rids without a cookie, no ban, no login; older versions do not read it."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with FakeQbittorrent(world, api_key=API_KEY) as client:
        assert (await maindata(http, client, headers, 0))["full_update"]
        assert "full_update" not in await maindata(http, client, headers, 1)
        for _ in range(7):
            wrong = {"Authorization": "Bearer qbt_wrong"}
            async with http.get(f"{client.url}/api/v2/app/version", headers=wrong) as answer:
                assert answer.status == 403
        assert not client.gate.banned
        async with http.post(f"{client.url}/api/v2/auth/login", headers=headers) as answer:
            assert answer.status == recorded("5.3.0", "apikey_login_forbidden")["status"]
    async with (
        FakeQbittorrent(world, version="5.1.0", api_key=API_KEY) as client,
        http.get(f"{client.url}/api/v2/app/version", headers=headers) as answer,
    ):
        assert answer.status == 403


async def test_no_login_wanted(world: World, http: aiohttp.ClientSession) -> None:
    """The bypass: each call without the cookie is a new session; with it rids go on."""
    async with FakeQbittorrent(world, login_required=False) as client:
        url = f"{client.url}/api/v2/sync/maindata"
        async with http.get(url, params={"rid": 0}) as answer:
            session = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
        assert (await maindata(http, client, {}, 1))["full_update"]
        assert "full_update" not in await maindata(http, client, session, 1)
        assert session["Cookie"].startswith(f"QBT_SID_{client.port}=")


async def test_host_header_must_have_the_servers_port(world: World, http: aiohttp.ClientSession) -> None:
    """A mapped port in the Host header is refused before the login is looked at."""
    async with FakeQbittorrent(world) as client:
        for host, want in (("127.0.0.1:1", 401), (f"qbittorrent.local:{client.port}", 403)):
            url = f"{client.url}/api/v2/app/version"
            async with http.get(url, headers={"Host": host}) as answer:
                assert answer.status == want


@pytest.fixture
def download(world: World) -> Callable[..., Any]:
    """Make an *arr track a torrent."""

    async def make() -> Download:
        """A film that is being loaded."""
        world.add_arr("radarr")
        request = await world.request(world.add_title(film("Heat", 1995, 949)), auto_approve=True)
        found = await world.grab(request)
        await world.progress(found, 0.4)
        return found

    return make


async def test_verbs_reach_the_world(
    world: World, http: aiohttp.ClientSession, download: Callable[..., Any]
) -> None:
    """Stop, start and delete change the torrent, and the *arr follows."""
    found = await download()
    async with FakeQbittorrent(world) as client:
        session = await login(http, client)
        for verb, state, row in (("stop", "stoppedDL", "paused"), ("start", "downloading", "downloading")):
            url = f"{client.url}/api/v2/torrents/{verb}"
            async with http.get(url, headers=session) as answer:
                assert answer.status == 405
            async with http.post(url, data={"hashes": found.torrent.hash}, headers=session) as answer:
                assert answer.status == 200
            assert (found.torrent.state, found.status) == (state, row)
        data = {"hashes": "all", "deleteFiles": "true"}
        async with http.post(f"{client.url}/api/v2/torrents/delete", data=data, headers=session) as answer:
            assert answer.status == 200
        assert world.torrents == {}
        assert not found.in_queue
