"""The qBittorrent source: one call a poll, wanted torrents only, and what each state means."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.clients.qbittorrent import QBittorrentClient
from custom_components.status_tracker.clients.torrents import Torrent
from custom_components.status_tracker.pipeline.enums import TorrentState
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.pipeline.evidence.downloads import TorrentEvidence
from custom_components.status_tracker.sources.base import FAST
from custom_components.status_tracker.sources.qbittorrent import WATCHING, QBittorrentSource, torrent_state
from tests.sources.library_helpers import want
from tests.stack import rows
from tests.stack.qbittorrent import FakeQbittorrent
from tests.stack.server import Fault
from tests.stack.world import World

V1 = "cb753b6e015e119e309e2f6594c031584ab0d083"
V2 = "571fb9c37bdcf66c1a1135eb6714c85538444936ca8c7a7844b91a56ca60fdf8"
HASH = "02ce87cc1c1506ac363071b5edfaff3d8b8bd63b"


@pytest.fixture
async def server() -> AsyncIterator[FakeQbittorrent]:
    """Give a qBittorrent."""
    async with FakeQbittorrent(World()) as server:
        yield server


def source_of(
    server: FakeQbittorrent, session: aiohttp.ClientSession, password: str = "adminadmin"
) -> QBittorrentSource:
    """Return a source on the world's clock."""
    client = QBittorrentClient(session, server.url, username="admin", password=password, timeout=0.5)
    return QBittorrentSource("qb", "qBittorrent", client, clock=server.world.now)


def add_torrent(server: FakeQbittorrent, **facts: Any) -> rows.Torrent:
    """Put a torrent into the server."""
    given: dict[str, Any] = {
        "hash": HASH, "hash_v1": HASH, "name": "Film", "size": 4000, "added": server.world.now(),
        "state": "downloading", "speed": 100, "progress": 0.25,
    }  # fmt: skip
    torrent = rows.Torrent(**given | facts)
    server.world.torrents[torrent.hash] = torrent
    return torrent


def only(source: QBittorrentSource) -> TorrentEvidence:
    """Return the one torrent of the evidence."""
    (piece,) = source.evidence.torrents
    return piece


async def test_a_download_from_start_to_removal(
    server: FakeQbittorrent, session: aiohttp.ClientSession
) -> None:
    """It is followed with one call a poll, and leaves the evidence with the client's list."""
    torrent = add_torrent(server)
    add_torrent(server, hash="a" * 40, hash_v1="a" * 40)
    source = source_of(server, session)
    wants = [want(download_ids=(HASH.upper(), "b" * 40)), want(download_ids=(HASH,))]
    await source.refresh(wants)
    piece = only(source)
    assert (piece.state, piece.progress, piece.left, piece.speed, piece.eta) == (
        TorrentState.DOWNLOADING, 0.25, 3000, 100, 30,
    )  # fmt: skip
    assert piece.hashes == (HASH,)
    assert piece.added == torrent.added.replace(microsecond=0)
    server.clear_calls()
    torrent.state, torrent.progress = "stoppedDL", 0.5
    await source.refresh(wants)
    assert (only(source).state, only(source).progress, only(source).eta) == (TorrentState.PAUSED, 0.5, None)
    torrent.state, torrent.progress = "stalledUP", 1
    await source.refresh(wants)
    assert (only(source).state, only(source).left, only(source).speed) == (TorrentState.COMPLETE, 0, 0)
    del server.world.torrents[HASH]
    await source.refresh(wants)
    assert source.evidence.torrents == ()
    assert source.evidence.services[0].ok
    assert server.count("sync/maindata") == server.count() == 3


async def test_hybrid_by_the_hash_of_the_arr(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """An *arr that knows the v1 hash only finds the torrent filed under its v2 id."""
    add_torrent(server, hash=V2[:40], hash_v1=V1, hash_v2=V2)
    source = source_of(server, session)
    for name in (V1.upper(), V2, V2[:40].upper()):
        await source.refresh([want(download_ids=(name,))])
        assert only(source).hashes == (V2[:40], V1, V2)


async def test_a_magnet_is_not_complete(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """Nothing left to load means nothing while the files are unknown."""
    add_torrent(server, state="metaDL", progress=0, speed=0)
    source = source_of(server, session)
    await source.refresh([want(download_ids=(HASH,))])
    assert (only(source).state, only(source).progress, only(source).left) == (TorrentState.METADATA, 0, 0)


async def test_wrong_password_never_bans(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """However often it is polled, the password is tried once and the reason stays."""
    source = source_of(server, session, "wrong")
    for _ in range(10):
        await source.refresh([])
    assert server.gate.login_attempts == 1
    assert source.evidence.services[0].reason == "invalid_auth"


async def test_last_evidence_stands(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """While it is down the last good evidence stands, also through a restart."""
    add_torrent(server)
    wants = [want(download_ids=(HASH.upper(),))]
    source = source_of(server, session)
    await source.refresh(wants)
    before = source.evidence.torrents
    server.fault = Fault.hang()
    await source.refresh(wants)
    assert source.evidence.torrents == before
    assert source.evidence.services[0].reason == "timed_out"
    again = source_of(server, session)
    again.restore(serialize(source.snapshot(wants)))
    assert again.evidence.torrents == before
    assert serialize(source.snapshot([])) == {"torrents": []}
    server.fault = None
    await source.refresh(wants)
    assert source.evidence.services[0].ok


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"state": "queuedDL"}, TorrentState.QUEUED),
        ({"state": "forcedMetaDL", "total_size": -1}, TorrentState.METADATA),
        ({"state": "allocating"}, TorrentState.CHECKING),
        ({"state": "checkingDL"}, TorrentState.CHECKING),
        ({"state": "checkingResumeData"}, TorrentState.UNKNOWN),
        ({"state": "forcedDL"}, TorrentState.DOWNLOADING),
        ({"state": "stalledDL"}, TorrentState.STALLED),
        ({"state": "stalledDL", "progress": 1, "amount_left": 0}, TorrentState.COMPLETE),
        ({"state": "downloading", "progress": 1, "amount_left": 5}, TorrentState.DOWNLOADING),
        ({"state": "pausedDL"}, TorrentState.PAUSED),
        ({"state": "stoppedDL"}, TorrentState.PAUSED),
        ({"state": "pausedUP"}, TorrentState.COMPLETE),
        ({"state": "stoppedUP"}, TorrentState.COMPLETE),
        ({"state": "checkingUP"}, TorrentState.COMPLETE),
        ({"state": "stalledUP", "has_metadata": False}, TorrentState.METADATA),
        ({"state": "moving"}, TorrentState.MOVING),
        ({"state": "missingFiles"}, TorrentState.MISSING_FILES),
        ({"state": "error"}, TorrentState.ERROR),
        ({"state": "dreaming"}, TorrentState.UNKNOWN),
        ({"state": "dreaming", "progress": 1, "amount_left": 0}, TorrentState.COMPLETE),
        ({"state": "dreaming", "progress": 1, "amount_left": 0, "total_size": -1}, TorrentState.UNKNOWN),
        ({"state": "dreaming", "progress": 1, "amount_left": 0, "total_size": None}, TorrentState.COMPLETE),
    ],
)
def test_states(facts: dict[str, Any], state: TorrentState) -> None:
    """Every word of every version has its meaning; unknown ones are judged by the bytes."""
    given = {"hash": HASH, "progress": 0.5, "amount_left": 50, "size": 100, "total_size": 100}
    assert torrent_state(Torrent.parse(given | facts)) is state


async def test_what_loads_is_watched_closely(server: FakeQbittorrent, session: aiohttp.ClientSession) -> None:
    """Only polls show progress; paused or complete torrents are polled less often."""
    torrent = add_torrent(server)
    source = source_of(server, session)
    wants = [want(download_ids=(HASH,), in_flight=True)]
    await source.refresh(wants)
    assert source.interval(wants) == WATCHING
    torrent.state, torrent.progress, torrent.speed = "uploading", 1.0, 0
    await source.refresh(wants)
    assert source.interval(wants) == FAST
    torrent.state, torrent.progress = "stalledDL", 0.5
    await source.refresh(wants)
    assert only(source).state is TorrentState.STALLED
    assert source.interval(wants) == FAST
