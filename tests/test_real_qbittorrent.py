"""A request whose torrent is loaded by a real qBittorrent, from a real peer, on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import Clock, SetUp, StartHousehold, poll, state_of
from .stack.household import Household
from .stack.real_qbittorrent import (
    PASSWORD,
    PROGRAM,
    USER,
    RealQbittorrent,
    TorrentFile,
    make_torrent,
    program,
)
from .stack.rows import Download, SeerrRequest
from .stack.stories import sintel

pytestmark = pytest.mark.skipif(
    program() is None, reason=f"{PROGRAM} is not installed (Debian: apt-get install {PROGRAM})"
)

MIB = 1 << 20


@pytest.fixture
async def seeder(tmp_path: Path, socket_enabled: None) -> AsyncIterator[RealQbittorrent]:
    """Return a client that has what others load."""
    async with RealQbittorrent(tmp_path / "seeder") as client:
        yield client


@pytest.fixture
async def leecher(tmp_path: Path, socket_enabled: None) -> AsyncIterator[RealQbittorrent]:
    """Return the household's client."""
    async with RealQbittorrent(tmp_path / "leecher") as client:
        yield client


async def add_client(hass: HomeAssistant, entry: MockConfigEntry, client: RealQbittorrent) -> None:
    """Add a client to an entry as a person does."""
    flow = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "qbittorrent"), context={"source": SOURCE_USER}
    )
    typed = {"url": client.url, "username": USER, "password": PASSWORD, "api_key": "", "verify_ssl": True}
    result = await hass.config_entries.subentries.async_configure(flow["flow_id"], typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()


class Watch:
    """Polls, and remembers what the request's sensor showed."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry, request: SeerrRequest) -> None:
        """Watch one request."""
        self.seen: list[tuple[str, Any]] = []
        self._hass, self._entry, self._request = hass, entry, request

    async def until(self, true: Callable[[str, dict[str, Any]], bool], seconds: float = 60) -> None:
        """Poll until the stage and the attributes are what is waited for."""
        async with asyncio.timeout(seconds):
            while True:
                await poll(self._hass, self._entry, rounds=1)
                state = state_of(self._hass, self._entry, self._request)
                assert state is not None
                self.seen.append((state.state, state.attributes.get("progress")))
                if true(state.state, dict(state.attributes)):
                    return
                await asyncio.sleep(0.25)


async def begin(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    client: RealQbittorrent,
    torrent: TorrentFile,
) -> tuple[Household, SeerrRequest, Watch, Download]:
    """Have a film grabbed that the client is about to be given."""
    home = await household(qbittorrent=False)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    await add_client(hass, entry, client)
    request = await home.world.request(sintel(), auto_approve=True)
    watch = Watch(hass, entry, request)
    await watch.until(lambda stage, _: stage == "approved")
    download = await home.world.grab(request, hash_=torrent.hash, size=len(torrent.content), in_client=False)
    await watch.until(lambda stage, _: stage == "indexed")
    return home, request, watch, download


async def test_a_download_from_start_to_end(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    seeder: RealQbittorrent,
    leecher: RealQbittorrent,
) -> None:
    """Indexed, loading ever more, paused and resumed, done; imported and shown it is available."""
    torrent = make_torrent("Sintel.2010.1080p.WEB-DL.mkv", 10 * MIB)
    await seeder.seed(torrent)
    home, _, watch, download = await begin(hass, household, setup_entry, leecher, torrent)

    await leecher.load(torrent, seeder, limit=MIB)
    await watch.until(lambda stage, shown: stage == "downloading" and shown.get("progress", 0) >= 10)
    await leecher.pause(torrent)
    await watch.until(lambda stage, shown: shown.get("reason") == "paused")
    stage, paused_at = watch.seen[-1]
    assert stage == "downloading"
    assert 10 <= paused_at < 100
    await leecher.resume(torrent)
    await seeder.move()  # one that was just left is not called again
    await leecher.meet(torrent, seeder)
    await watch.until(
        lambda stage, shown: shown.get("reason") != "paused" and shown.get("progress", 100) > paused_at
    )
    await watch.until(lambda stage, _: stage == "download_done")

    stages = list(dict.fromkeys(stage for stage, _ in watch.seen))
    assert stages == ["approved", "indexed", "downloading", "download_done"]
    loaded = [progress for stage, progress in watch.seen if stage == "downloading"]
    assert loaded == sorted(loaded)
    assert len(set(loaded)) >= 3

    await home.world.import_(download)
    await watch.until(lambda stage, _: stage == "importing")
    await home.world.library_scan()
    await watch.until(lambda stage, _: stage == "available")


async def test_a_download_that_is_removed(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    seeder: RealQbittorrent,
    leecher: RealQbittorrent,
) -> None:
    """Taken out of the client it is not loading any more, and once Radarr sees that, searched for anew."""
    torrent = make_torrent("Sintel.2010.1080p.WEB-DL.mkv", 4 * MIB)
    await seeder.seed(torrent)
    home, request, watch, download = await begin(hass, household, setup_entry, leecher, torrent)
    await leecher.load(torrent, seeder, limit=MIB // 2)
    await watch.until(lambda stage, shown: stage == "downloading" and shown.get("progress") > 0)

    await leecher.delete(torrent)
    await watch.until(lambda stage, _: stage != "downloading")
    await home.world.forget_download(download)
    clock.advance(home, minutes=10)
    await watch.until(lambda stage, shown: (stage, shown.get("reason")) == ("approved", "searching"))
    assert watch.seen[-1][1] is None

    again = make_torrent("Sintel.2010.720p.WEB-DL.mkv", MIB, seed=2)
    await seeder.seed(again)
    await home.world.grab(request, hash_=again.hash, size=MIB, in_client=False)
    await leecher.load(again, seeder, limit=0)
    await watch.until(lambda stage, _: stage == "download_done")
