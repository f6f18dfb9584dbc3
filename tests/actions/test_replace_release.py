"""Replace a release."""

from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from ..common import SetUp, StartHousehold, poll, stage_of, state_of
from ..stack.server import Fault
from ..stack.stories import long_way_home, sintel
from .acting import Act, commands, follow, reason_of

# Replace


@pytest.mark.parametrize("is_4k", [False, True])
async def test_replace_release(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, is_4k: bool
) -> None:
    """The stalled release goes with its data and is blocklisted; the next one takes its place."""
    home = await household(radarrs=("hd", "4k"))
    world = home.world
    request = await world.request(sintel(), is_4k=is_4k, auto_approve=True)
    old = await world.grab(request, release="Old.Release")
    await world.progress(old, 0.4)
    await world.stall(old)
    right, wrong = home.radarrs["4k" if is_4k else "hd"], home.radarrs["hd" if is_4k else "4k"]
    right.on_search = lambda row, _: world.grab(row, release="New.Release")
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    assert reason_of(hass, act, request) == "stalled"

    await act("replace_release", request)

    assert [row.release for row in right.arr.blocklist] == ["Old.Release"]
    assert [torrent.name for torrent in world.torrents.values()] == ["New.Release"]
    assert [command["name"] for command in commands(right)] == ["MoviesSearch"]
    assert not old.in_queue
    assert wrong.count("queue/", "DELETE") == 0
    state = state_of(hass, act.entry, request)
    assert state
    assert state.attributes["release"] == "New.Release"


async def test_replace_a_grab_that_is_in_no_queue(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """What the client lost is marked as failed; what has been imported meanwhile is left alone."""
    home = await household(qbittorrent=False)
    world = home.world
    request = await world.request(sintel(), auto_approve=True)
    download = await world.grab(request, release="Old.Release")
    await world.forget_download(download)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    assert stage_of(hass, act.entry, request) == "indexed"

    await act("replace_release", request)

    assert [row.release for row in home.radarr.arr.blocklist] == ["Old.Release"]
    assert stage_of(hass, act.entry, request) == "approved"
    assert await act.refused("replace_release", request) == "replace_no_download"

    again = await world.grab(request, release="Next.Release")
    await poll(hass, act.entry)
    await world.import_(again)
    assert await act.refused("replace_release", request) == "replace_no_download"
    assert len(home.radarr.arr.blocklist) == 1


async def test_replace_one_of_several(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Of several downloads none is guessed at; the one that is behind the others, or is named, goes."""
    home = await household()
    world = home.world
    request = await world.request(long_way_home(), seasons=[1], auto_approve=True)
    row = home.sonarr.arr.series_of(request.title)
    assert row
    one = await world.grab(row, episodes=[(1, 1)], release="One")
    two = await world.grab(row, episodes=[(1, 2), (1, 3)], release="Two")
    for download in (one, two):
        await world.progress(download, 0.5)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    assert await act.refused("replace_release", request) == "replace_several"
    assert await act.refused("replace_release", request, download_id="F" * 40) == "replace_no_download"
    assert home.sonarr.arr.blocklist == []
    await act("replace_release", request, download_id=two.id)
    assert {line.release for line in home.sonarr.arr.blocklist} == {"Two"}
    ids = [row.row(1, 2).id, row.row(1, 3).id]
    assert commands(home.sonarr) == [{"name": "EpisodeSearch", "episodeIds": ids}]

    three = await world.grab(row, episodes=[(1, 4)], release="Three")
    await world.complete(three)
    await poll(hass, act.entry)
    await act("replace_release", request)
    assert {line.release for line in home.sonarr.arr.blocklist} == {"Two", "One"}


async def test_replace_a_pack_sonarr_cannot_read(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Where the queue does not tell the episodes, what was grabbed is searched for: here a whole season."""
    home = await household()
    request = await home.world.request(long_way_home(), seasons=[1], auto_approve=True)
    download = await home.world.grab(request)
    await home.world.complete(download)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    def forget(_: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return rows that name neither series nor episode."""
        return [
            {key: row[key] for key in row if key not in ("seriesId", "episodeId", "seasonNumber")}
            for row in rows
        ]

    home.sonarr.fault = Fault(kind="lying", only="queue/details", mutate=forget)
    await act("replace_release", request)
    home.sonarr.fault = None

    assert {line.release for line in home.sonarr.arr.blocklist} == {download.release}
    row = home.sonarr.arr.series_of(request.title)
    assert row
    assert commands(home.sonarr) == [{"name": "SeasonSearch", "seriesId": row.id, "seasonNumber": 1}]


async def test_replace_a_hybrid_torrent(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Told by one hash and queued by another it is one download."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    download = await home.world.grab(request, hybrid=True)
    await home.world.progress(download, 0.5)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    await act("replace_release", request)

    assert len(home.radarr.arr.blocklist) == 1


async def test_replace_a_delayed_release(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A release that a delay profile holds back has a row and no id."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    download = await home.world.delay(request)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    assert stage_of(hass, act.entry, request) == "indexed"

    await act("replace_release", request)

    assert not download.in_queue
    assert stage_of(hass, act.entry, request) == "approved"


async def test_replace_refused(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Nothing is dropped while it is imported, or when it has gone meanwhile."""
    home = await household()
    world = home.world
    request = await world.request(sintel(), auto_approve=True)
    download = await world.grab(request)
    await world.complete(download)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    await world.importing(download)
    assert await act.refused("replace_release", request) == "replace_importing"
    await world.import_pending(download)
    home.radarr.fault = Fault(
        kind="lying", only="queue/details", mutate=lambda _, rows: [{**row, "id": 1} for row in rows]
    )
    assert await act.refused("replace_release", request) == "replace_no_download"
    home.radarr.fault = None
    assert home.radarr.arr.blocklist == []


async def test_replace_without_effect(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """That Radarr says yes and keeps the download is noticed, and that it is down."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    download = await home.world.grab(request)
    await home.world.progress(download, 0.5)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    async def do_nothing(*_: object, **__: object) -> None:
        """Keep the download."""

    with patch.object(home.world, "remove_download", do_nothing):
        assert await act.fails("replace_release", request) == "no_effect"
    home.radarr.fault = Fault.down()
    assert await act.fails("replace_release", request) == "cannot_connect"
    home.radarr.fault = None


async def test_replace_where_only_seerr_knows(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Without the Radarr that downloads it a release cannot be replaced from here."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    await home.world.progress(await home.world.grab(request), 0.5)
    home.seerr.rows.download_sync = True
    hidden, home.radarrs = home.radarrs, {}
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    home.radarrs = hidden
    act = Act(hass, entry)
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "downloading"

    assert await act.refused("replace_release", request) == "replace_not_in_arr"
