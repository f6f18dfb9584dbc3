"""How webhooks are taken."""

import asyncio
from collections.abc import Callable
import gzip
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.status_tracker.webhooks import manager as ours

from ..common import SetUp, StartHousehold, coordinator_of, poll, registered, stage_of, until
from ..stack.stories import sintel, tears_of_steel
from ..stack.titles import film
from .managing import HOOKED, manager_of, path_of

# Taking


BODIES: dict[str, bytes] = {
    "empty": b"",
    "truncated": b'{"eventType": "Grab", "movie": {"id"',
    "list": b'[{"eventType": "Grab"}]',
    "text": b'"Grab"',
    "number": b"1e400",
    "not utf-8": b"\xff\xfe{}",
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "nothing known": b"{}",
    "wrong types": b'{"eventType": {"a": 1}, "movie": [], "request": 7, "NotificationType": null}',
    "impossible numbers": b'{"eventType": "Grab", "movie": {"id": -1, "tmdbId": 99999999999999999999}}',
    "huge": b'{"eventType": "' + b"a" * (1 << 20) + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_odd_bodies_are_counted_and_dropped(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_client_no_auth: Any,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
) -> None:
    """Answered with 200, never raised, no trace of it in the log, no request moved."""
    home = await household()
    entry = await setup_entry(home)
    request = await home.world.request(tears_of_steel())
    await hass.async_block_till_done()
    states = {state.entity_id: state for state in hass.states.async_all()}
    manager = manager_of(entry)
    before = manager.diagnostics_data
    client: TestClient[Any, Any] = await hass_client_no_auth()
    caplog.clear()
    for key in HOOKED:
        answer = await client.post(path_of(entry, key), data=body, headers={"Content-Type": "text/plain"})
        assert answer.status == 200
    await hass.async_block_till_done()

    for key, after in manager.diagnostics_data.items():
        assert after["received"] == before[key]["received"] + 1
        assert after["bad"] == before[key]["bad"] + 1
        assert after["last"] == before[key]["last"]
    assert {state.entity_id: state for state in hass.states.async_all()} == states
    assert stage_of(hass, entry, request) == "requested"
    for record in caplog.records:
        if record.name.startswith("custom_components"):
            assert record.levelname in ("DEBUG", "INFO")
            assert "Grab" not in record.getMessage()


@pytest.mark.parametrize("content_type", ["application/json", "text/plain; charset=utf-8", "image/png", ""])
async def test_the_content_type_does_not_matter(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    callback_url: str,
    content_type: str,
) -> None:
    """Jellyfin's plugin calls its JSON text."""
    home = await household()
    entry = await setup_entry(home)
    headers = {"Content-Type": content_type} if content_type else {}
    async with (
        ClientSession() as session,
        session.post(
            f"{callback_url}{path_of(entry, 'radarr-hd')}", data=b'{"eventType": "Test"}', headers=headers
        ) as answer,
    ):
        assert answer.status == 200
    await hass.async_block_till_done()
    assert manager_of(entry).diagnostics_data["radarr-hd"]["bad"] == 0


async def test_a_body_that_breaks_off(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """A caller that hangs up, one that promises too much, and a bomb of zeros."""
    home = await household()
    entry = await setup_entry(home)
    host, port = callback_url.removeprefix("http://").split(":")
    head = f"POST {path_of(entry, 'seerr')} HTTP/1.1\r\nHost: {host}\r\n"
    bomb = gzip.compress(b"\0" * (64 << 20))
    for more in (
        b"Content-Length: 5000\r\n\r\n{",
        b"Content-Length: 99999999999\r\n\r\n{",
        b"Content-Encoding: gzip\r\nContent-Length: " + str(len(bomb)).encode() + b"\r\n\r\n" + bomb,
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
    ):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(head.encode() + more)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()
    manager = manager_of(entry)
    await until(hass, lambda: manager.diagnostics_data["seerr"]["bad"] >= 4)
    request = await home.world.request(sintel())
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "requested"


async def test_too_much_at_once_is_dropped_and_asked_for(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What did not fit is counted, and the next poll brings it."""
    home = await household()
    entry = await setup_entry(home)
    monkeypatch.setattr(ours, "QUEUE_ROWS", 0)
    request = await home.world.request(sintel())
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) is None
    assert manager_of(entry).diagnostics_data["seerr"]["dropped"] == 1
    await until(hass, lambda: stage_of(hass, entry, request) == "requested")


async def test_a_reader_that_fails_ends_nothing(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Said once by kind; the next payload is taken."""
    home = await household()
    entry = await setup_entry(home)
    source = coordinator_of(entry).sources["seerr"]
    receive: Callable[[dict[str, Any]], bool] = source.receive
    failing = True

    def fail(payload: dict[str, Any]) -> bool:
        """Fail, for a while."""
        if failing:
            raise RecursionError(str(payload))
        return receive(payload)

    source.receive = fail  # type: ignore[method-assign]  # what no payload is known to do
    await home.world.request(sintel())
    await home.world.request(tears_of_steel())
    await hass.async_block_till_done()
    failing = False
    request = await home.world.request(film("Spring", 2019, 593048))
    await hass.async_block_till_done()

    assert stage_of(hass, entry, request) == "requested"
    assert manager_of(entry).diagnostics_data["seerr"]["bad"] == 2
    told = [one for one in caplog.records if "Failed to process a webhook" in one.getMessage()]
    assert [one.getMessage() for one in told] == ["Failed to process a webhook of Seerr: RecursionError"]


async def test_one_event_for_a_change_told_twice(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Doubled webhooks, then polls: each stage is told of once."""
    home = await household()
    entry = await setup_entry(home)
    for office in (home.seerr.webhooks, home.radarr.webhooks, home.jellyfin.webhooks):
        office.mode = "double"
    changed = async_capture_events(hass, "state_changed")
    request = await home.world.request(sintel())
    await hass.async_block_till_done()
    await poll(hass, entry)
    for act in (
        lambda: home.world.approve(request),
        lambda: home.world.grab(request),
        lambda: home.world.import_(
            home.world.arr("radarr").downloads[next(iter(home.world.arr("radarr").downloads))]
        ),
        home.world.library_scan,
    ):
        await act()
        await hass.async_block_till_done()
        await poll(hass, entry)
    stages = [
        event.data["new_state"].attributes["event_type"]
        for event in changed
        if event.data["entity_id"].startswith("event.") and event.data["new_state"].state != "unknown"
    ]
    assert stages == ["requested", "approved", "indexed", "importing", "available"]


async def test_nothing_is_taken_after_unloading(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A post to an unloaded entry is answered like one to an unknown webhook."""
    home = await household()
    entry = await setup_entry(home)
    manager = manager_of(entry)
    before = manager.diagnostics_data
    await hass.config_entries.async_unload(entry.entry_id)
    await home.world.request(sintel())
    await hass.async_block_till_done()
    assert home.seerr.webhooks.sent[-1].status == 200
    assert {key: one["received"] for key, one in manager.diagnostics_data.items()} == {
        key: one["received"] for key, one in before.items()
    }
    assert isinstance(entry, MockConfigEntry)


async def test_two_entries_beside_each_other(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Two Seerrs with one Radarr in common: each has its own webhook there, and removes its own."""
    home = await household()
    entry = await setup_entry(home)
    second = await household(sonarrs=(), jellyfin=False, qbittorrent=False)
    subentry = entry.subentries["radarr-hd"]
    other = await setup_entry(second)
    hass.config_entries.async_update_subentry(other, other.subentries["radarr-hd"], data=subentry.data)
    await hass.config_entries.async_reload(other.entry_id)
    await registered(hass, other)
    names = {row["name"] for row in home.radarr.arr.notifications.values()}
    assert len(names) == 2
    await hass.config_entries.async_remove(other.entry_id)
    assert len(home.radarr.arr.notifications) == 1
    assert not second.radarr.arr.notifications
