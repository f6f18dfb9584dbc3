"""Time to available and the forecast, in a real Home Assistant that follows a household."""

from typing import Any

from homeassistant.core import HomeAssistant, State
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .common import Clock, SetUp, StartHousehold, coordinator_of, entity_id_of, poll, stage_of
from .stack.household import Household
from .stack.rows import SeerrRequest
from .stack.titles import film

MOVIES = "sensor.requests_time_to_available_movies"
SERIES = "sensor.requests_time_to_available_tv_shows"


async def requested(home: Household, number: int) -> SeerrRequest:
    """Return a new request for a film."""
    return await home.world.request(film(f"Film {number}", 2020, 6000 + number), "Alice", auto_approve=True)


async def finish(home: Household, request: SeerrRequest) -> None:
    """Bring a request into the library."""
    download = await home.world.grab(request)
    await home.world.complete(download)
    await home.world.import_(download)
    await home.world.library_scan()


async def journeys(
    hass: HomeAssistant, home: Household, entry: MockConfigEntry, clock: Clock, *hours: float
) -> None:
    """Follow a film for each number of hours, until it is available."""
    for number, one in enumerate(hours, start=len(coordinator_of(entry).data) + 1):
        request = await requested(home, number)
        await poll(hass, entry)
        clock.advance(home, hours=one)
        await finish(home, request)
        await poll(hass, entry)
        assert stage_of(hass, entry, request) == "available"


async def details(hass: HomeAssistant, entry: MockConfigEntry, request: SeerrRequest) -> dict[str, Any]:
    """Return what get_request answers."""
    entity_id = entity_id_of(hass, entry, request)
    assert entity_id
    response = await hass.services.async_call(
        "status_tracker", "get_request", {"entity_id": entity_id}, blocking=True, return_response=True
    )
    assert response
    found: dict[str, Any] = response[entity_id]  # type: ignore[assignment]  # JSON
    return found


def shown(hass: HomeAssistant, entity_id: str) -> State:
    """Return a state that has to be there."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state


async def test_the_median_outlives_a_restart(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """In hours; nothing is known at first, and nothing of what was there before."""
    home = await household()
    before = await requested(home, 99)
    entry = await setup_entry(home)
    await poll(hass, entry)
    clock.advance(home, hours=50)
    await finish(home, before)
    await poll(hass, entry)
    assert stage_of(hass, entry, before) == "available"
    assert shown(hass, MOVIES).state == "unknown"
    assert shown(hass, MOVIES).attributes["journeys"] == 0
    await journeys(hass, home, entry, clock, 1, 2, 9)
    state = shown(hass, MOVIES)
    assert float(state.state) == pytest.approx(2, abs=0.1)
    assert (state.attributes["unit_of_measurement"], state.attributes["device_class"]) == ("h", "duration")
    assert state.attributes["journeys"] == 3
    assert shown(hass, SERIES).state == "unknown"

    await hass.config_entries.async_unload(entry.entry_id)
    off = await requested(home, 98)
    clock.advance(home, hours=20)
    await finish(home, off)
    await hass.config_entries.async_setup(entry.entry_id)
    await poll(hass, entry)
    assert stage_of(hass, entry, off) == "available"
    assert shown(hass, MOVIES).attributes["journeys"] == 3
    assert float(shown(hass, MOVIES).state) == pytest.approx(2, abs=0.1)


async def test_the_forecast_of_a_request(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """None by four journeys; by five, the median from its request on."""
    home = await household()
    entry = await setup_entry(home)
    await journeys(hass, home, entry, clock, 3, 1, 5, 4)
    request = await requested(home, 50)
    await poll(hass, entry)
    assert (await details(hass, entry, request))["forecast"] is None
    await journeys(hass, home, entry, clock, 2)
    later = await requested(home, 51)
    await poll(hass, entry)
    forecast = (await details(hass, entry, later))["forecast"]
    assert forecast["journeys"] == 5
    assert forecast["seconds"] == pytest.approx(3 * 3600, abs=120)
    assert forecast["at"] > clock.now().isoformat()


async def test_damaged_durations_are_set_aside(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They harm nothing, and the log says so once."""
    hass_storage["status_tracker.00000000000000000000000001.durations"] = {
        "version": 1,
        "minor_version": 1,
        "key": "status_tracker.00000000000000000000000001.durations",
        "data": {"durations": [{"seconds": "long"}]},
    }
    await setup_entry(await household())
    assert caplog.text.count("Failed to parse the stored durations") == 1
    assert shown(hass, MOVIES).attributes["journeys"] == 0
