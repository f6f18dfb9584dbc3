"""The qBittorrent client: logins, the ban it must never cause, and what it makes of sync/maindata."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from custom_components.status_tracker.clients.errors import (
    BadAnswer,
    Banned,
    CannotConnect,
    HostRefused,
    InvalidAuth,
    NotReady,
    TimedOut,
    WrongService,
)
from custom_components.status_tracker.clients.qbittorrent import UNANSWERED_MAX, QBittorrentClient
from custom_components.status_tracker.clients.torrents import TorrentStore
from tests.stack.qbittorrent import FakeQbittorrent
from tests.stack.rows import Torrent
from tests.stack.server import Fault
from tests.stack.world import World

RECORDED = Path(__file__).parent.parent / "fixtures" / "qbittorrent"
API_KEY = "qbt_" + "k" * 28
PASSWORD = "s3cret/+ &=pw"
HASH = "02ce87cc1c1506ac363071b5edfaff3d8b8bd63b"


def recorded(name: str) -> Any:
    """Return the body a real server answered with."""
    record = json.loads((RECORDED / f"{name}.json").read_text())
    return record.get("body", record)


@pytest.fixture(params=["dummy", "plain", "unsafe"])
async def session(request: pytest.FixtureRequest) -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session with each kind of cookie jar, for the client must not depend on it."""
    jars = {
        "dummy": aiohttp.DummyCookieJar,
        "plain": aiohttp.CookieJar,
        "unsafe": lambda: aiohttp.CookieJar(unsafe=True),
    }
    async with aiohttp.ClientSession(cookie_jar=jars[request.param]()) as session:
        yield session


@pytest.fixture(params=["4.5.2", "5.1.0", "5.2.0", "5.3.0"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[FakeQbittorrent]:
    """Give a qBittorrent of each kind."""
    async with FakeQbittorrent(World(), version=request.param, password=PASSWORD) as server:
        yield server


@pytest.fixture
async def plain() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session without a jar."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


def client_of(server: FakeQbittorrent, session: aiohttp.ClientSession, **given: Any) -> QBittorrentClient:
    """Return a client with the right user and password, unless told otherwise."""
    return QBittorrentClient(session, server.url, **({"username": "admin", "password": PASSWORD} | given))


def add_torrent(server: FakeQbittorrent, **facts: Any) -> Torrent:
    """Put a torrent into a server."""
    given: dict[str, Any] = {
        "hash": HASH, "hash_v1": HASH, "name": "Ghost", "size": 3_000_000, "added": server.world.now(),
        "state": "downloading", "speed": 1000, "progress": 0.5,
    }  # fmt: skip
    torrent = Torrent(**given | facts)
    server.world.torrents[torrent.hash] = torrent
    return torrent


async def test_logs_in_once_and_keeps_the_session(
    server: FakeQbittorrent, session: aiohttp.ClientSession
) -> None:
    """One login serves all calls, on every version and with every jar; Origin and Referer are never sent."""
    client = client_of(server, session)
    assert await client.check() == f"v{server.version}"
    assert await client.version() == f"v{server.version}"
    await client.maindata()
    assert server.gate.login_attempts == 1
    assert len(server.gate.sessions) == 1
    assert not any({"Origin", "Referer"} & set(call.headers) for call in server.calls)


async def test_wrong_password_is_tried_once(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """After a refusal nothing is sent any more, so no address is ever banned."""
    client = client_of(server, session, password="wrong")
    for _ in range(8):
        with pytest.raises(InvalidAuth):
            await client.maindata()
    assert server.gate.login_attempts == 1
    assert server.count() == 2
    assert not server.gate.banned


async def test_wrong_password_beside_a_good_session(
    server: FakeQbittorrent, session: aiohttp.ClientSession
) -> None:
    """A cookie another client's login left in the jar does not let a wrong password pass."""
    await client_of(server, session).check()
    with pytest.raises(InvalidAuth):
        await client_of(server, session, password="wrong").check()


async def test_banned(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """A ban has its own name, and the client comes back when it is lifted."""
    client = client_of(server, session)
    server.gate.banned = True
    with pytest.raises(Banned):
        await client.check()
    server.gate.lift_ban()
    assert await client.check()


async def test_expired_session(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """An expired session is replaced at once, and the sync starts anew."""
    add_torrent(server)
    client = client_of(server, session)
    await client.maindata()
    server.gate.expire_sessions()
    server.world.torrents.clear()
    server.clear_calls()
    assert len(await client.maindata()) == 0
    assert [call.query.get("rid") for call in server.calls] == ["1", None, "0"]
    assert server.gate.login_attempts == 2


async def test_session_not_accepted(plain: aiohttp.ClientSession) -> None:
    """A login that helps nothing is tried once a call, not again and again."""
    async with FakeQbittorrent(World(), password=PASSWORD) as server:
        client = client_of(server, plain)
        server.fault = Fault.status(403, "Forbidden", only="app/version")
        with pytest.raises(BadAnswer):
            await client.check()
        assert server.gate.login_attempts == 1


async def test_host_refused_is_not_a_wrong_password(
    server: FakeQbittorrent, session: aiohttp.ClientSession
) -> None:
    """A port mapped by a container is told apart from wrong credentials, without a login try."""
    server.gate.web_port = 1
    with pytest.raises(HostRefused):
        await client_of(server, session).check()
    assert server.gate.login_attempts == 0


async def test_no_login(session: aiohttp.ClientSession) -> None:
    """With the bypass on, one session that began by itself is kept."""
    async with FakeQbittorrent(World(), login_required=False) as server:
        client = QBittorrentClient(session, server.url)
        await client.check()
        await client.maindata()
        await client.maindata()
        assert len(server.gate.sessions) == 1
        assert server.count("auth/login") == 0


async def test_login_needed_and_none_given(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """Without credentials no login is tried."""
    with pytest.raises(InvalidAuth):
        await QBittorrentClient(session, server.url).check()
    assert server.gate.login_attempts == 0


async def test_api_key(plain: aiohttp.ClientSession) -> None:
    """A key serves without a session, its rids count; a wrong one never causes a login."""
    async with FakeQbittorrent(World(), api_key=API_KEY) as server:
        client = QBittorrentClient(plain, server.url, api_key=f" {API_KEY}\n")
        await client.check()
        await client.maindata()
        await client.maindata()
        assert [call.query["rid"] for call in server.calls[1:]] == ["0", "1"]
        wrong = QBittorrentClient(plain, server.url, username="admin", password="x", api_key="qbt_wrong")
        with pytest.raises(InvalidAuth):
            await wrong.check()
        assert server.count("auth/login") == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.html(), WrongService),
        (Fault.status(404, "nothing"), WrongService),
        (Fault.status(403, "<html>no</html>"), WrongService),
        (Fault.status(401, '{"error": "who are you"}'), WrongService),
        (Fault.status(200, "1.0"), WrongService),
        (Fault.status(503, "busy"), NotReady),
        (Fault.redirect(), WrongService),
        (Fault.down(), CannotConnect),
        (Fault.hang(), TimedOut),
    ],
)
async def test_what_is_no_qbittorrent(
    fault: Fault, error: type[Exception], plain: aiohttp.ClientSession
) -> None:
    """Everything else behind the address is named, and gets no password."""
    async with FakeQbittorrent(World(), password=PASSWORD) as server:
        client = QBittorrentClient(plain, server.url, username="admin", password=PASSWORD, timeout=0.2)
        server.fault = fault
        with pytest.raises(error) as caught:
            await client.check()
        assert type(caught.value) is error
        assert server.gate.login_attempts == 0
        assert PASSWORD not in str(caught.value)
        server.fault = None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.status(404, "no", only="login"), WrongService),
        (Fault.status(200, "Welcome", only="login"), WrongService),
        (Fault.status(500, "broken", only="login"), BadAnswer),
    ],
)
async def test_odd_answers_to_the_login(
    fault: Fault, error: type[Exception], plain: aiohttp.ClientSession
) -> None:
    """A login that is no login is not taken for a wrong password."""
    async with FakeQbittorrent(World(), password=PASSWORD) as server:
        client = client_of(server, plain)
        server.fault = fault
        with pytest.raises(error):
            await client.check()
        server.fault = None
        assert await client.check()


async def test_logins_without_an_answer_are_held_back(plain: aiohttp.ClientSession) -> None:
    """Each may have counted as wrong, so there are not enough of them for a ban."""
    async with FakeQbittorrent(World(), password=PASSWORD) as server:
        client = QBittorrentClient(plain, server.url, username="admin", password="x", timeout=0.05)
        server.fault = Fault.hang(only="login")
        for _ in range(UNANSWERED_MAX):
            with pytest.raises(TimedOut):
                await client.maindata()
        server.fault = None
        with pytest.raises(NotReady):
            await client.maindata()
        assert server.count("auth/login") == UNANSWERED_MAX


async def test_rid_goes_back_after_any_failure(plain: aiohttp.ClientSession) -> None:
    """A lost or unreadable answer may have held a change: all is read anew."""
    async with FakeQbittorrent(World(), version="5.1.0", login_required=False) as server:
        torrent = add_torrent(server)
        client = QBittorrentClient(plain, server.url, timeout=0.2)
        await client.maindata()
        await client.maindata()
        server.fault = Fault.garbage(times=1)
        torrent.state = "stoppedDL"
        with pytest.raises(BadAnswer):
            await client.maindata()
        torrent.progress = 0.75
        store = await client.maindata()
        found = store.find(HASH)
        assert found
        assert found.state == "stoppedDL"
        server.fault = Fault.hang(times=1)
        with pytest.raises(TimedOut):
            await client.maindata()
        server.fault = None
        await client.maindata()
        await client.maindata()
        anew = [call.query["rid"] == "0" for call in server.calls]
        assert anew == [True, False, False, True, False, True, False]


async def test_rid_goes_back_after_a_refused_call(plain: aiohttp.ClientSession) -> None:
    """An error status counts as failed as well."""
    async with FakeQbittorrent(World(), login_required=False) as server:
        client = QBittorrentClient(plain, server.url, timeout=0.2)
        await client.maindata()
        server.fault = Fault.status(500, "oops", times=1)
        with pytest.raises(BadAnswer):
            await client.maindata()
        await client.maindata()
        assert server.calls[-1].query["rid"] == "0"


async def test_cookies_go_back_as_they_came(session: aiohttp.ClientSession, aiohttp_server: Any) -> None:
    """Unquoted, several, under any name, and no longer once they are taken back."""
    given = [["QBT_SID_81=a/b+c==; HttpOnly; path=/", "proxy=x; path=/"], ["proxy=; path=/"], []]
    seen: list[str | None] = []

    async def version(request: web.Request) -> web.Response:
        """Note the cookies that came and send others."""
        response = web.Response(text="v5.3.0")
        for one in given[len(seen)]:
            response.headers.add("Set-Cookie", one)
        seen.append(request.headers.get("Cookie"))
        return response

    app = web.Application()
    app.router.add_get("/sub/api/v2/app/version", version)
    server = await aiohttp_server(app)
    client = QBittorrentClient(session, str(server.make_url("/sub/")))
    for _ in given:
        await client.version()
    assert seen == [None, "QBT_SID_81=a/b+c==; proxy=x", "QBT_SID_81=a/b+c=="]


@pytest.mark.parametrize("version", ["4.5.2", "5.3.0"])
def test_store_reads_a_real_full_update(version: str) -> None:
    """Hybrids are found by v1, by full and by cut v2, in either case; a magnet is not complete."""
    store = TorrentStore()
    assert store.take(recorded(f"{version}_sync_rid0")) == 1
    names = recorded(f"{version}_hybrid_lookup")["torrent"]
    for name in (names["v1"], names["v1"].upper(), names["v2"], names["torrent_id"].upper()):
        found = store.find(name)
        assert found
        assert found.hash == names["torrent_id"]
    magnet = store.find("0123456789ABCDEF0123456789ABCDEF01234567")
    assert magnet
    assert not magnet.knows_files
    assert not magnet.finished
    assert store.find("f" * 40) is None


def test_store_merges_real_changes() -> None:
    """Changes keep what they do not name, removals remove."""
    store = TorrentStore()
    store.take(recorded("4.5.2_sync_rid0"))
    count = len(store)
    assert store.take(recorded("4.5.2_sync_after_removal")) == 2
    assert len(store) == count - 1
    assert store.find("1e8708f3b4a9bd068e6972c531cab774b195056c") is None
    loading = store.find("A8BF25A0090DACD22456A347908963BBA36DD7CA")
    assert loading
    assert (loading.amount_left, loading.dlspeed, loading.name) == (
        24215552,
        1049714,
        "Sample.Movie.2024.1080p.bin",
    )
    assert store.take(recorded("4.5.2_sync_nothing_changed")) == 3
    assert len(list(store)) == count - 1


@pytest.mark.parametrize(
    ("version", "name", "expected"),
    [
        ("5.3.0", "sync_incremental", {("Done.Film.2020.bin", "stalledUP", True)}),
        ("4.5.2", "sync_incremental", {("Sample.Movie.2024.1080p.bin", "downloading", False)}),
        ("5.3.0", "sync_after_stop", {("Ghost.S01E01.bin", "stoppedDL", False)}),
        ("4.5.2", "sync_after_stop", {("Ghost.S01E01.bin", "pausedDL", False)}),
        ("5.3.0", "sync_after_removal", set()),
    ],
)
def test_store_follows_real_changes(version: str, name: str, expected: set[tuple[str, str, bool]]) -> None:
    """What a real server said next changes those torrents and leaves the names of all."""
    store = TorrentStore()
    store.take(recorded(f"{version}_sync_rid0"))
    before = {one.hash: one.state for one in store}
    answer = recorded(f"{version}_{name}")
    assert store.take(answer) == answer["rid"]
    assert all(one.name for one in store)
    assert before.keys() - {one.hash for one in store} == set(answer.get("torrents_removed", ()))
    changed = {(one.name, one.state, one.finished) for one in store if one.state != before[one.hash]}
    assert changed == expected


def test_store_and_odd_answers() -> None:
    """What cannot be merged is asked for anew; what is no answer is refused and changes nothing."""
    store = TorrentStore()
    store.take({"rid": 1, "full_update": True, "torrents": {HASH: {"state": "new word", "size": 5}}})
    assert store.take({"rid": 2, "torrents": {"f" * 40: {"progress": 0.5}}}) == 0
    assert store.take({"rid": 3, "torrents": {HASH: {"size": "much"}, "a" * 40: {"state": "error"}}}) == 0
    assert store.find(HASH) is None
    assert store.find("a" * 40)
    unreadable = {"rid": 4, "full_update": True, "torrents": {HASH: {"size": [], "state": "error"}}}
    for odd in (None, [], {}, {"rid": 4, "torrents": []}, unreadable):
        with pytest.raises(BadAnswer):
            store.take(odd)
        assert store.find("a" * 40)
