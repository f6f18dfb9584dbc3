"""What people can have done, in a real Home Assistant, to what happens in the stack's world."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
import re
from typing import Any
from unittest.mock import patch

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er, service
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from syrupy.assertion import SnapshotAssertion

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN
from custom_components.status_tracker.pipeline.requests import Reason, Stage, Step

from ..common import (
    Clock,
    SetUp,
    StartHousehold,
    coordinator_of,
    entity_id_of,
    poll,
    stage_of,
    state_of,
    until,
)
from ..stack.household import Household
from ..stack.rows import REQUEST_APPROVED, REQUEST_DECLINED, REQUEST_PENDING, SeerrRequest
from ..stack.server import Fault, StackServer
from ..stack.stories import anime_series_story, frieren, long_way_home, sintel
from ..stack.titles import film, series


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Look three times whether something took effect, without waiting in between."""
    module = "custom_components.status_tracker"
    pauses = (0.0, 0.0, 0.0)
    with (
        patch(f"{module}.actions.requests.PAUSES", pauses),
        patch(f"{module}.actions.replace_release.PAUSES", pauses),
    ):
        yield


class Act:
    """Calls the actions on the requests of one entry."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Know where."""
        self.hass = hass
        self.entry = entry

    async def __call__(self, action: str, request: SeerrRequest, **data: Any) -> None:
        """Act on a request."""
        target = {ATTR_ENTITY_ID: entity_id_of(self.hass, self.entry, request)}
        await self.hass.services.async_call(DOMAIN, action, {**target, **data}, blocking=True)
        await self.hass.async_block_till_done()

    async def rescan(self, **data: Any) -> None:
        """Scan the library."""
        data = {"config_entry_id": self.entry.entry_id, **data}
        await self.hass.services.async_call(DOMAIN, "rescan_library", data, blocking=True)

    async def refused(self, action: str, request: SeerrRequest, **data: Any) -> str:
        """Act on a request and be refused; return the key of the reason."""
        with pytest.raises(ServiceValidationError) as error:
            await self(action, request, **data)
        return words(error.value)

    async def fails(self, action: str, request: SeerrRequest, **data: Any) -> str:
        """Act on a request in vain; return the key of the reason."""
        with pytest.raises(HomeAssistantError) as error:
            await self(action, request, **data)
        assert not isinstance(error.value, ServiceValidationError)
        return words(error.value)


def words(error: HomeAssistantError) -> str:
    """Return the key of an error, after its text has been found complete."""
    assert error.translation_domain == DOMAIN
    assert error.translation_key
    text = str(error)
    assert text != error.translation_key
    assert "{" not in text, text
    return error.translation_key


async def follow(hass: HomeAssistant, setup_entry: SetUp, home: Household) -> Act:
    """Set up an entry that follows the household by polling alone."""
    return Act(hass, await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False}))


def commands(server: StackServer) -> list[dict[str, Any]]:
    """Return the commands an *arr was given."""
    return [row.body for row in server.arr.commands.values()]


# Approve, decline, retry


@pytest.mark.parametrize("is_4k", [False, True])
async def test_approve(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, is_4k: bool
) -> None:
    """Seerr approves, and the Radarr for it gets the film."""
    home = await household(radarrs=("hd", "4k"))
    request = await home.world.request(sintel(), is_4k=is_4k)
    act = await follow(hass, setup_entry, home)
    assert stage_of(hass, act.entry, request) == "requested"

    await act("approve", request)

    assert request.status == REQUEST_APPROVED
    assert stage_of(hass, act.entry, request) == "approved"
    assert {name: len(radarr.arr.movies) for name, radarr in home.radarrs.items()} == {
        "hd": not is_4k,
        "4k": is_4k,
    }


async def test_decline(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Seerr declines."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)

    await act("decline", request)

    assert request.status == REQUEST_DECLINED
    assert stage_of(hass, act.entry, request) == "declined"


@pytest.mark.parametrize("action", ["approve", "decline"])
async def test_decides_only_once(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, action: str
) -> None:
    """What was decided in Seerr a moment ago stands, and shows."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)
    await home.world.decline(request)
    assert stage_of(hass, act.entry, request) == "requested"

    assert await act.refused(action, request) == "not_pending"

    assert request.status == REQUEST_DECLINED
    assert stage_of(hass, act.entry, request) == "declined"
    assert home.seerr.count(f"/{action}") == 0


async def test_deciding_on_what_is_gone(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A request that was deleted in Seerr a moment ago is named."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)
    await home.world.delete_request(request)

    assert await act.refused("approve", request) == "request_gone"


async def test_request_goes_while_it_is_approved(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seerr drops a request it cannot hand over for lack of an id."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)

    async def lose(*_: object) -> None:
        """Delete the request instead."""
        await home.world.delete_request(request)

    with patch.object(home.world, "approve", lose):
        assert await act.fails("approve", request) == "request_gone"


async def test_seerr_refuses(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Its CSRF protection, a lack of rights, a wrong key, and that it is down each have a name."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)

    home.seerr.csrf = True
    assert await act.fails("approve", request) == "csrf"
    home.seerr.csrf = False
    home.world.users[1].permissions = 32 | 16384
    assert await act.fails("decline", request) == "not_allowed"
    home.world.users[1].permissions = 2
    home.seerr.fault = Fault(kind="bad_key")
    assert await act.fails("approve", request) == "invalid_auth"
    home.seerr.fault = Fault.down()
    assert await act.fails("approve", request) == "cannot_connect"
    home.seerr.fault = None
    assert request.status == REQUEST_PENDING


async def test_order_without_effect(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """That Seerr says yes and does nothing is noticed, and also that nobody can tell."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)

    for action in ("approve", "decline"):
        home.seerr.fault = Fault.status(200, "{}", only=f"/{action}")
        assert await act.fails(action, request) == "no_effect"

    async def then_silence(*_: object) -> None:
        """Approve, and answer no more."""
        home.seerr.fault = Fault.status(503)

    home.seerr.fault = None
    with patch.object(home.world, "approve", then_silence):
        assert await act.fails("approve", request) == "not_confirmed"
    home.seerr.fault = None


async def test_approved_and_not_handed_over(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Where Seerr cannot hand over what was approved, the action says so; retry does it later."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)

    async def fail(*_: object) -> None:
        """Fail to hand over."""
        await home.world.fail_hand_over(request)

    with patch.object(home.world, "approve", fail), patch.object(home.world, "retry", fail):
        assert await act.fails("approve", request) == "hand_over_failed"
        assert stage_of(hass, act.entry, request) == "failed"
        assert await act.fails("retry", request) == "hand_over_failed"

    await act("retry", request)

    assert stage_of(hass, act.entry, request) == "approved"
    assert home.radarr.arr.movie_of(request.title)


async def test_retry_what_radarr_lost(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A film that is no longer in Radarr is handed over again, and found there at once."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    assert await act.refused("retry", request) == "retry_not_needed"
    row = home.radarr.arr.movie_of(request.title)
    assert row
    await home.world.remove_from_arr(row)
    coordinator = coordinator_of(act.entry)
    coordinator.sources["radarr-hd"].look_again(row.id)
    await poll(hass, act.entry)
    clock.advance(home, minutes=2)
    await poll(hass, act.entry)
    assert reason_of(hass, act, request) == "not_in_arr"

    await act("retry", request)

    assert home.radarr.arr.movie_of(request.title)
    assert reason_of(hass, act, request) in ("searching", "no_release_found")


async def test_retry_what_is_not_monitored(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seerr has a film monitored again; the sensor knows it at once."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    row = home.radarr.arr.movie_of(request.title)
    assert row
    row.monitored = False
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    assert reason_of(hass, act, request) == "not_monitored"

    await act("retry", request)

    assert row.monitored
    assert reason_of(hass, act, request) != "not_monitored"


def reason_of(hass: HomeAssistant, act: Act, request: SeerrRequest) -> str | None:
    """Return the reason a sensor shows."""
    state = state_of(hass, act.entry, request)
    assert state
    reason: str | None = state.attributes.get("reason")
    return reason


# Search


@pytest.mark.parametrize("is_4k", [False, True])
async def test_search_film(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, is_4k: bool
) -> None:
    """The Radarr that has the film searches, and no other; what it finds shows."""
    home = await household(radarrs=("hd", "4k"))
    request = await home.world.request(sintel(), is_4k=is_4k, auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    right, wrong = home.radarrs["4k" if is_4k else "hd"], home.radarrs["hd" if is_4k else "4k"]
    row = right.arr.movie_of(request.title)
    assert row

    await act("search", request)

    assert commands(right) == [{"name": "MoviesSearch", "movieIds": [row.id]}]
    assert commands(wrong) == []
    assert reason_of(hass, act, request) == "no_release_found"

    right.on_search = lambda row, _: home.world.grab(row)
    await act("search", request)
    assert stage_of(hass, act.entry, request) == "indexed"
    assert await act.refused("search", request) == "search_in_flight"


async def test_search_series(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A season of which all is missing is searched for at once, of another the missing episodes."""
    home = await household(sonarrs=("hd", "4k"))
    title = long_way_home()
    request = await home.world.request(title, seasons=[1, 2], auto_approve=True)
    row = home.sonarr.arr.series_of(title)
    assert row
    await home.world.import_(await home.world.grab(row, episodes=[(1, 1)]))
    row.row(1, 2).monitored = False
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    missing = [row.row(1, 3).id, row.row(1, 4).id]

    await act("search", request)

    assert commands(home.sonarr) == [
        {"name": "SeasonSearch", "seriesId": row.id, "seasonNumber": 2},
        {"name": "EpisodeSearch", "episodeIds": missing},
    ]
    assert commands(home.sonarrs["4k"]) == []
    assert row.row(2, 1).last_search
    assert not row.row(1, 2).last_search


async def test_search_anime(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Anime is searched for where Seerr put it."""
    home = await household(shoko=True)
    request = await home.world.request(frieren(), seasons=[1], auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    await act("search", request)

    assert [command["name"] for command in commands(home.sonarr)] == ["SeasonSearch"]


async def test_search_refused(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Nothing is searched for that waits, has come, is not monitored, has not aired or is in no *arr."""
    home = await household()
    world = home.world
    act = await follow(hass, setup_entry, home)
    pending = await world.request(film("Pending", 2001, 1))
    lost = await world.request(film("Lost", 2002, 2), auto_approve=True)
    row = home.radarr.arr.movie_of(lost.title)
    assert row
    await world.remove_from_arr(row)
    ignored = await world.request(film("Ignored", 2003, 3), auto_approve=True)
    row = home.radarr.arr.movie_of(ignored.title)
    assert row
    row.monitored = False
    there = await world.request(film("There", 2004, 4), auto_approve=True)
    await world.import_(await world.grab(there))
    await world.library_scan()
    future = world.now().replace(year=world.now().year + 2)
    unaired = await world.request(
        series("Unaired", 2030, 5, 6, {1: 2}, starts={1: future}), auto_approve=True
    )
    foreign = await world.request(film("Foreign", 2005, 7), auto_approve=True, is_4k=True)
    await poll(hass, act.entry)

    assert stage_of(hass, act.entry, there) == "available"
    expected = {
        pending: "search_not_now",
        there: "search_not_now",
        lost: "search_not_in_arr",
        foreign: "search_not_in_arr",
        ignored: "search_not_monitored",
        unaired: "search_nothing_missing",
    }
    for request, key in expected.items():
        assert await act.refused("search", request) == key, request.title.title
    assert commands(home.radarr) == commands(home.sonarr) == []


async def test_search_fails(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A Radarr that is down, that breaks the search off or goes silent is named; a long search goes on."""
    home = await household()
    request = await home.world.request(sintel(), auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)

    home.radarr.fault = Fault.down()
    assert await act.fails("search", request) == "cannot_connect"
    home.radarr.fault = None

    def change(status: str) -> Fault:
        """Return the lie that a command has this status."""
        return Fault(kind="lying", only="command/", mutate=lambda _, row: {**row, "status": status})

    home.radarr.fault = change("failed")
    assert await act.fails("search", request) == "search_failed"
    home.radarr.fault = change("started")
    await act("search", request)
    home.radarr.fault = Fault.status(404, "{}", only="command/")
    await act("search", request)
    home.radarr.fault = Fault.status(500, "{}", only="queue/details")
    assert await act.fails("search", request) == "not_confirmed"
    home.radarr.fault = None


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
        """Keep it."""

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


# Scan


async def test_rescan_library(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """One scan is started for several requests, none while one runs; what it finds shows."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    requests = [await home.world.request(film(f"Film {n}", 2000, n), auto_approve=True) for n in range(1, 3)]
    for request in requests:
        await home.world.import_(await home.world.grab(request))
    home.jellyfin.scan_seconds = 0.2
    await poll(hass, act.entry)
    assert home.jellyfin.scans == 0

    await act.rescan()
    assert home.jellyfin.scans == 1
    state = state_of(hass, act.entry, requests[0])
    assert state
    assert state.attributes["reason_detail"] == "Jellyfin is scanning its library."
    with pytest.raises(ServiceValidationError) as error:
        await act.rescan()
    assert words(error.value) == "scan_running"
    assert home.jellyfin.scans == 1

    await until(hass, lambda: home.jellyfin.scanning and home.jellyfin.scanning.done())
    await poll(hass, act.entry)
    assert {stage_of(hass, act.entry, request) for request in requests} == {"available"}


async def test_rescan_that_is_over_at_once(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A small library is scanned before anybody can look; that it was shows by when the last scan ended."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    request = await home.world.request(sintel(), auto_approve=True)
    await home.world.import_(await home.world.grab(request))
    await poll(hass, act.entry)

    await act.rescan()

    assert home.jellyfin.scans == 1
    await poll(hass, act.entry)
    assert stage_of(hass, act.entry, request) == "available"


async def test_rescan_fails(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A Jellyfin that is down, has no such task or does not begin is named."""
    home = await household()
    act = await follow(hass, setup_entry, home)

    for fault, key in (
        (Fault.status(204, "", only="Running"), "no_effect"),
        (Fault(kind="lying", only="ScheduledTasks", mutate=lambda _, rows: rows[1:]), "not_found"),
        (Fault.down(), "cannot_connect"),
    ):
        home.jellyfin.fault = fault
        with pytest.raises(HomeAssistantError) as error:
            await act.rescan()
        assert words(error.value) == key
    home.jellyfin.fault = None


async def test_rescan_of_one_jellyfin(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The device of a Jellyfin names the one to scan, that of another service none."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    devices = {
        device.name: device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), act.entry.entry_id)
    }

    await act.rescan(device_id=devices["jellyfin"])
    assert home.jellyfin.scans == 1
    with pytest.raises(ServiceValidationError) as error:
        await act.rescan(device_id=devices["radarr-hd"])
    assert words(error.value) == "no_jellyfin"
    assert home.jellyfin.scans == 1


async def test_rescan_without_jellyfin(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Without a Jellyfin there is nothing to scan."""
    home = await household(jellyfin=False)
    act = await follow(hass, setup_entry, home)

    with pytest.raises(ServiceValidationError) as error:
        await act.rescan()
    assert words(error.value) == "no_jellyfin"


# Refresh


async def test_refresh(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Every service is asked, and what is new shows at once."""
    home = await household(shoko=True)
    act = await follow(hass, setup_entry, home)
    await poll(hass, act.entry)
    home.clear_calls()
    request = await home.world.request(sintel())

    await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
    await hass.async_block_till_done()

    assert all(home.calls().values()), home.calls()
    assert stage_of(hass, act.entry, request) == "requested"


async def test_refresh_incomplete(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Those that do not answer, or not in time, are named; the others have been read."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    request = await home.world.request(sintel())
    home.radarr.fault = Fault.down()
    home.sonarr.fault = Fault.hang()

    data = {"config_entry_id": act.entry.entry_id}
    with patch("custom_components.status_tracker.coordinator.PATIENCE", 0.5):
        answer = await hass.services.async_call(DOMAIN, "refresh", data, blocking=True, return_response=True)
        await hass.services.async_call(DOMAIN, "refresh", data, blocking=True)

    assert answer == {
        "unavailable": [
            {"service": "radarr-hd", "reason": "cannot_connect"},
            {"service": "sonarr-hd", "reason": "timed_out"},
        ]
    }
    assert stage_of(hass, act.entry, request) == "requested"
    home.radarr.fault = home.sonarr.fault = None
    await until(hass, lambda: not coordinator_of(act.entry).sources["sonarr-hd"].error)


async def test_refresh_in_vain(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Where no service can be read the action fails and names them."""
    home = await household()
    await follow(hass, setup_entry, home)
    for server in home.servers:
        server.fault = Fault.down()

    with pytest.raises(HomeAssistantError, match="radarr-hd, sonarr-hd") as error:
        await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
    assert words(error.value) == "refresh_failed"
    for server in home.servers:
        server.fault = None


async def test_nothing_loaded(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """The actions stay when the entry is unloaded, and say so."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    await hass.config_entries.async_unload(act.entry.entry_id)

    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
    assert words(error.value) == "nothing_loaded"
    data = {"config_entry_id": act.entry.entry_id}
    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call(DOMAIN, "get_requests", data, blocking=True, return_response=True)
    assert error.value.translation_key == "service_config_entry_not_loaded"


# Responses


async def ask(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    """Return the requests."""
    answer = await hass.services.async_call(DOMAIN, "get_requests", data, blocking=True, return_response=True)
    assert answer
    requests: Any = answer["requests"]
    return list(requests)


async def details(hass: HomeAssistant, act: Act, request: SeerrRequest) -> dict[str, Any]:
    """Return all that is known of a request."""
    entity_id = entity_id_of(hass, act.entry, request)
    assert entity_id
    answer: Any = await hass.services.async_call(
        DOMAIN, "get_request", {ATTR_ENTITY_ID: entity_id}, blocking=True, return_response=True
    )
    found: dict[str, Any] = answer[entity_id]
    return found


def steady(value: Any) -> Any:
    """Return a response without what differs from run to run: times and ports."""
    if isinstance(value, dict):
        return {
            key: "<seconds>"
            if key == "seconds"
            else dict.fromkeys(one, "<seconds>")
            if key == "time_in_stages"
            else steady(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [steady(one) for one in value]
    if isinstance(value, str):
        value = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:<port>", value)
        value = re.sub(r"\d+:\d\d [AP]M", "<clock>", value)
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", "<time>", value)
    return value


async def test_get_requests(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """All requests of all entries, those of one, of a stage, the stuck ones, the others."""
    home, other = await household(), await household(jellyfin=False)
    pending = await home.world.request(sintel())
    loading = await home.world.request(film("Loading", 2001, 1), auto_approve=True, user="Bob")
    await home.world.progress(await home.world.grab(loading), 0.25)
    blocked = await home.world.request(film("Blocked", 2002, 2), auto_approve=True)
    download = await home.world.grab(blocked)
    await home.world.complete(download)
    await home.world.block_import(download, ["Sample"])
    await other.world.request(film("Elsewhere", 2003, 3))
    act = await follow(hass, setup_entry, home)
    second = await follow(hass, setup_entry, other)
    for entry in (act.entry, second.entry):
        await poll(hass, entry)

    assert [one["title"] for one in await ask(hass)] == ["Sintel", "Loading", "Blocked", "Elsewhere"]
    assert [one["title"] for one in await ask(hass, config_entry_id=second.entry.entry_id)] == ["Elsewhere"]
    assert [one["title"] for one in await ask(hass, stuck=True)] == ["Blocked"]
    assert [one["title"] for one in await ask(hass, stuck=False, stage=["downloading", "download_done"])] == [
        "Loading"
    ]
    (answer,) = await ask(hass, stage="downloading")
    assert steady(answer) == snapshot
    assert answer["entity_id"] == entity_id_of(hass, act.entry, loading)
    assert [one["title"] for one in await ask(hass, stage="requested")] == [pending.title.title, "Elsewhere"]


async def test_get_request_of_a_film(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """Two releases, the first failed, and the file by its name."""
    home = await household()
    world = home.world
    request = await world.request(sintel(), auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await world.fail_download(await world.grab(request, release="First.Release", hash_="a" * 40))
    await poll(hass, act.entry)
    download = await world.grab(request, release="Second.Release", hash_="b" * 40)
    await world.progress(download, 0.5)
    await poll(hass, act.entry)
    await world.complete(download)
    await world.block_import(download, [f"No files found are eligible for import in {download.arr.root}/x/y"])
    await poll(hass, act.entry)
    blocked = await details(hass, act, request)
    assert blocked["downloads"][1]["messages"] == [
        "Second.Release: No files found are eligible for import in y"
    ]
    await world.import_(download)
    await poll(hass, act.entry)
    await world.library_scan()
    await poll(hass, act.entry)

    answer = await details(hass, act, request)

    assert steady(answer) == snapshot
    assert answer["file"]["name"]
    for text in texts(answer):
        assert "://" in text or not re.search(r"(?<!\w)/\w|\\", text), text
        assert "@" not in text


async def test_get_request_of_anime(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """Every id that Shoko brings, each episode, and how long each stage took."""
    home = await household(shoko=True)
    act = await follow(hass, setup_entry, home)

    async def pace(_: float) -> None:
        """Poll at each step."""
        await poll(hass, act.entry)

    request = await anime_series_story(home.world, pace)
    await poll(hass, act.entry)

    answer = await details(hass, act, request)

    assert steady(answer) == snapshot


async def test_time_spent_in_each_stage(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A stage that was left and reached again counts both times; the present one goes on."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    request = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, act.entry)
    coordinator = coordinator_of(act.entry)
    journey = coordinator.memory.journeys[request.id]
    clock.advance(home, minutes=1)
    now = clock.now()
    steps = [
        (Stage.APPROVED, Reason.SEARCHING, 100),
        (Stage.DOWNLOADING, None, 90),
        (Stage.APPROVED, Reason.DOWNLOAD_FAILED, 60),
        (Stage.APPROVED, journey.reason, 50),
    ]
    timeline = tuple(
        Step(stage=stage, at=now - timedelta(minutes=minutes), reason=reason)
        for stage, reason, minutes in steps
    )
    coordinator.memory.journeys[request.id] = replace(journey, timeline=timeline)
    coordinator.async_evidence_changed()

    answer = await details(hass, act, request)

    assert [step["seconds"] // 60 for step in answer["timeline"]] == [10, 30, 10, 50]
    assert {stage: spent // 60 for stage, spent in answer["time_in_stages"].items()} == {
        "approved": 70,
        "downloading": 30,
    }


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a response."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


# Targets


async def test_only_requests_are_acted_upon(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A count is refused by name and passed over with its device."""
    home = await household()
    request = await home.world.request(sintel())
    act = await follow(hass, setup_entry, home)
    entry_id = act.entry.entry_id
    count = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{entry_id}_active")
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, entry_id), entry_id)
    assert device

    with pytest.raises(ServiceNotSupported):
        await hass.services.async_call(DOMAIN, "approve", {ATTR_ENTITY_ID: count}, blocking=True)
    await hass.services.async_call(DOMAIN, "approve", {"device_id": device.id}, blocking=True)

    assert request.status == REQUEST_APPROVED


async def test_descriptions(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Every action is described, and offers every stage to choose from."""
    await follow(hass, setup_entry, await household())

    described = (await service.async_get_all_descriptions(hass))[DOMAIN]

    assert set(described) == set(hass.services.async_services()[DOMAIN])
    stages = described["get_requests"]["fields"]["stage"]["selector"]["select"]["options"]
    assert stages == list(Stage)
    for action in (
        "get_request",
        "approve",
        "decline",
        "retry",
        "search",
        "replace_release",
    ):
        assert described[action]["target"]["entity"] == [
            {"integration": DOMAIN, "domain": ["sensor"], "device_class": ["enum"]}
        ]


async def test_several_requests(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Those an action does not apply to are passed over; it fails where none applies, or one goes wrong."""
    home = await household()
    waiting = [await home.world.request(film(f"Film {number}", 2000, number)) for number in (1, 2)]
    approved = [
        await home.world.request(film(f"Film {number}", 2000, number), auto_approve=True) for number in (3, 4)
    ]
    act = await follow(hass, setup_entry, home)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, act.entry.entry_id), act.entry.entry_id
    )
    assert device

    async def approve(**target: Any) -> None:
        """Approve whatever is meant."""
        await hass.services.async_call(DOMAIN, "approve", target, blocking=True)

    await approve(device_id=device.id)
    assert [request.status for request in waiting] == [REQUEST_APPROVED] * 2

    both = [entity_id_of(hass, act.entry, request) for request in approved]
    with pytest.raises(ServiceValidationError, match=r"Film 3.*Film 4") as error:
        await approve(entity_id=both)
    assert words(error.value) == "none_applies"

    (new, other) = [await home.world.request(film(f"Film {number}", 2000, number)) for number in (5, 6)]
    await poll(hass, act.entry)
    home.seerr.fault = Fault.status(500, only=f"request/{new.id}/approve")
    with pytest.raises(HomeAssistantError, match=r"Film 5 \(2000\)") as failed:
        await approve(device_id=device.id)
    home.seerr.fault = None
    assert words(failed.value) == "one_failed"
    assert (new.status, other.status) == (REQUEST_PENDING, REQUEST_APPROVED)

    home.seerr.fault = Fault.down()
    pair = [entity_id_of(hass, act.entry, request) for request in (new, other)]
    with pytest.raises(HomeAssistantError, match=r"Film 5.*Film 6") as failed:
        await approve(entity_id=pair)
    home.seerr.fault = None
    assert words(failed.value) == "several_failed"
