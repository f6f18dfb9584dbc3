"""The calendar Expected, in a real Home Assistant that follows a household."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .common import Clock, SetUp, StartHousehold, poll
from .stack.titles import film, series

CALENDAR = "calendar.requests_expected"


async def events(hass: HomeAssistant, days: int = 60) -> list[dict[str, Any]]:
    """Return what the calendar answers for the days from yesterday on."""
    now = dt_util.now()
    response = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": CALENDAR,
            "start_date_time": now - timedelta(days=1),
            "end_date_time": now + timedelta(days=days),
        },
        blocking=True,
        return_response=True,
    )
    found: list[dict[str, Any]] = response[CALENDAR]["events"]  # type: ignore[index, assignment, call-overload]  # JSON
    return found


async def test_releases_and_airings(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A film to come by its day, an episode by its time; what is out already is not there."""
    await hass.config.async_set_time_zone("America/Los_Angeles")
    home = await household()
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    airing = midnight + timedelta(days=3, hours=20)
    show = series("Airing", 2026, 7001, 97001, {1: 3}, starts={1: airing - timedelta(weeks=1)})
    await home.world.request(show, "Alice", auto_approve=True)
    coming = film("Coming", midnight.year, 7002, in_cinemas=midnight, release=midnight + timedelta(days=20))
    await home.world.request(coming, "Bob", auto_approve=True)
    await home.world.request(film("Old", 2010, 7003), "Bob", auto_approve=True)
    entry = await setup_entry(home)
    await poll(hass, entry)
    found = [(one["summary"], one["start"], one.get("description")) for one in await events(hass)]
    local = dt_util.as_local(airing)
    assert found == [
        (f"Coming ({midnight.year}): in theaters", midnight.date().isoformat(), "Requested by Bob"),
        ("Airing S01E02: Chapter 2", local.isoformat(), "Requested by Alice"),
        ("Airing S01E03: Chapter 3", (local + timedelta(weeks=1)).isoformat(), "Requested by Alice"),
        (
            f"Coming ({midnight.year}): digital release",
            (midnight + timedelta(days=20)).date().isoformat(),
            "Requested by Bob",
        ),
    ]
    state = hass.states.get(CALENDAR)
    assert state is not None
    assert state.name == "Requests Expected"


async def test_the_next_date_is_the_state(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """On while an episode airs; a request that is declined takes its dates along."""
    home = await household()
    airing = datetime.now(UTC) - timedelta(minutes=10)
    show = series("On <b>air</b>", 2026, 7001, 97001, {1: 2}, starts={1: airing})
    before = airing - timedelta(days=1)
    home.world.freeze(before)
    request = await home.world.request(show, "Alice", auto_approve=True)
    home.world.freeze(datetime.now(UTC))
    entry = await setup_entry(home)
    await poll(hass, entry)
    state = hass.states.get(CALENDAR)
    assert state is not None
    assert (state.state, state.attributes["message"]) == ("on", "On <b>air</b> S01E01: Chapter 1")
    await home.world.delete_request(request)
    await poll(hass, entry)
    state = hass.states.get(CALENDAR)
    assert state is not None
    assert state.state == "off"
    assert "message" not in state.attributes


async def test_without_radarr_and_sonarr(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The calendar is there, and empty."""
    home = await household(radarrs=(), sonarrs=())
    await home.world.request(film("Alone", 2020, 7001), "Alice", auto_approve=True)
    await poll(hass, await setup_entry(home))
    assert await events(hass) == []
    assert hass.states.is_state(CALENDAR, "off")


async def test_requested_twice(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """A date of a title that two people have requested is there once, for the first of them."""
    home = await household(radarrs=("hd", "4k"))
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    coming = film("Coming", today.year, 7002, in_cinemas=today, release=today + timedelta(days=20))
    await home.world.request(coming, "Alice", auto_approve=True)
    await home.world.request(coming, "Bob", auto_approve=True, is_4k=True)
    entry = await setup_entry(home)
    await poll(hass, entry)
    assert {one.get("description") for one in await events(hass)} == {"Requested by Alice"}
    assert len(await events(hass)) == 2
