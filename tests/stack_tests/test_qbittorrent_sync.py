"""The rids of the simulated qBittorrent: what an answer of sync/maindata holds, session by session."""

from datetime import UTC, datetime

import aiohttp
import pytest

from tests.stack.qbittorrent import FakeQbittorrent
from tests.stack.world import World

from .test_qbittorrent import HASH, add_torrent, login, maindata


async def test_sync_tells_changes_only(world: World, http: aiohttp.ClientSession) -> None:
    """Full, nothing, one field, a new torrent, a removed one, as a session goes on."""
    world.freeze(datetime(2026, 11, 22, tzinfo=UTC))
    torrent = add_torrent(world)
    async with FakeQbittorrent(world) as client:
        session = await login(http, client)
        first = await maindata(http, client, session, 0)
        assert (first["rid"], first["full_update"], set(first["torrents"])) == (1, True, {HASH})
        assert "hash" not in first["torrents"][HASH]
        assert await maindata(http, client, session, 1) == {"rid": 2}
        torrent.state = "stoppedDL"
        changed = (await maindata(http, client, session, 2))["torrents"][HASH]
        assert changed["state"] == "stoppedDL"
        assert "name" not in changed
        other = add_torrent(world, hash="ab" * 20)
        new = (await maindata(http, client, session, 3))["torrents"]
        assert set(new) == {other.hash}
        assert new[other.hash]["name"] == other.name
        del world.torrents[HASH]
        assert await maindata(http, client, session, 4) == {"rid": 5, "torrents_removed": [HASH]}


async def test_sync_falls_back_to_everything(world: World, http: aiohttp.ClientSession) -> None:
    """Unknown and old rids, and rids of another session, get a full update; the last one may be repeated."""
    world.freeze(datetime(2026, 11, 22, tzinfo=UTC))
    torrent = add_torrent(world)
    async with FakeQbittorrent(world) as client:
        one, two = await login(http, client), await login(http, client)
        for rid in (0, 1):
            await maindata(http, client, one, rid)
        torrent.speed = 5
        again = [await maindata(http, client, one, 1) for _ in range(2)]
        assert [answer["torrents"][HASH]["dlspeed"] for answer in again] == [5, 5]
        assert not any("full_update" in answer for answer in again)
        assert (await maindata(http, client, one, 4))["rid"] == 5
        assert (await maindata(http, client, one, 1))["full_update"]
        assert (await maindata(http, client, one, 777_777))["full_update"]
        assert (await maindata(http, client, two, 6))["full_update"]


@pytest.mark.parametrize(("version", "is_kept"), [("4.5.2", True), ("5.1.0", False), ("5.3.0", True)])
async def test_lost_answer(world: World, http: aiohttp.ClientSession, version: str, is_kept: bool) -> None:
    """5.1.0 forgets a change whose answer was lost when another one follows; so a failed poll needs rid 0."""
    world.freeze(datetime(2026, 11, 22, tzinfo=UTC))
    torrent = add_torrent(world)
    async with FakeQbittorrent(world, version=version) as client:
        session = await login(http, client)
        await maindata(http, client, session, 0)
        torrent.state = "stalledDL"
        await maindata(http, client, session, 1)
        torrent.category = "tv-sonarr"
        retried = (await maindata(http, client, session, 1))["torrents"][HASH]
        assert retried["category"] == "tv-sonarr"
        assert ("state" in retried) == is_kept
