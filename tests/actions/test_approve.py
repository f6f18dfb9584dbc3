"""Approve, decline and retry, as people and automations call them."""

from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, stage_of
from ..stack.rows import REQUEST_APPROVED, REQUEST_DECLINED, REQUEST_PENDING
from ..stack.server import Fault
from ..stack.stories import sintel
from .acting import Pending, follow, reason_of

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


async def test_decline(hass: HomeAssistant, pending: Pending) -> None:
    """Seerr declines."""
    _, request, act = pending

    await act("decline", request)

    assert request.status == REQUEST_DECLINED
    assert stage_of(hass, act.entry, request) == "declined"


@pytest.mark.parametrize("action", ["approve", "decline"])
async def test_decides_only_once(hass: HomeAssistant, pending: Pending, action: str) -> None:
    """A decision made in Seerr a moment ago is kept, and shown."""
    home, request, act = pending
    await home.world.decline(request)
    assert stage_of(hass, act.entry, request) == "requested"

    assert await act.refused(action, request) == "not_pending"

    assert request.status == REQUEST_DECLINED
    assert stage_of(hass, act.entry, request) == "declined"
    assert home.seerr.count(f"/{action}") == 0


async def test_deciding_on_what_is_gone(pending: Pending) -> None:
    """A request that was deleted in Seerr a moment ago is named."""
    home, request, act = pending
    await home.world.delete_request(request)

    assert await act.refused("approve", request) == "request_gone"


async def test_request_goes_while_it_is_approved(pending: Pending) -> None:
    """Seerr drops a request it cannot hand over for lack of an id."""
    home, request, act = pending

    async def lose(*_: object) -> None:
        """Delete the request instead."""
        await home.world.delete_request(request)

    with patch.object(home.world, "approve", lose):
        assert await act.fails("approve", request) == "request_gone"


async def test_seerr_refuses(pending: Pending) -> None:
    """CSRF protection, missing permissions, a wrong key and an outage have an error each."""
    home, request, act = pending

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


async def test_order_without_effect(pending: Pending) -> None:
    """An accepted action without effect is reported, and so is one that cannot be confirmed."""
    home, request, act = pending

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


async def test_approved_and_not_handed_over(hass: HomeAssistant, pending: Pending) -> None:
    """Where Seerr cannot hand over what was approved, the action says so; retry does it later."""
    home, request, act = pending

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
    """Seerr has a film monitored again; the sensor shows it at once."""
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
