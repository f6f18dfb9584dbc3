"""The sensors of requests: states and attributes."""

from datetime import UTC, datetime, time, timedelta
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion
from syrupy.matchers import path_value

from custom_components.status_tracker.sensor import RequestSensor

from .common import Clock, SetUp, StartHousehold, coordinator_of, poll, state_of
from .sensor_helpers import (
    ATTRIBUTES,
    NOON,
    OF_HOME_ASSISTANT,
    POLLING,
    a_bit_of_everything,
    shown,
    watchable,
)
from .stack.household import Household
from .stack.rows import SeerrRequest
from .stack.stories import long_way_home, sintel, tears_of_steel
from .stack.titles import film

# States


@pytest.mark.parametrize("platform", [Platform.SENSOR, Platform.BINARY_SENSOR, Platform.EVENT])
async def test_entities(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
    platform: Platform,
) -> None:
    """All entities of a platform, in the registry and as states."""
    home = await household(radarrs=("hd", "4k"), shoko=True)
    home.world.freeze(NOON)
    monkeypatch.setattr("homeassistant.util.dt.utcnow", lambda: NOON)
    await hass.config.async_set_time_zone("UTC")
    await a_bit_of_everything(home)
    with patch("custom_components.status_tracker.PLATFORMS", [platform]):
        entry = await setup_entry(home, **POLLING)
        await poll(hass, entry, rounds=4)
        if platform is Platform.EVENT:
            await watchable(home, film("Spring", 2019, 593048))
            await poll(hass, entry, rounds=4)
        # The ports of the household change from one run to the next.
        matcher = path_value(
            {r".*(seerr|jellyfin)_url": r"(http://127\.0\.0\.1:\d+).*"},
            types=(str, type(None)),
            replacer=lambda text, found: text.replace(found[1], "http://household") if text else text,
            regex=True,
        )
        await snapshot_platform(
            hass, er.async_get(hass), snapshot.with_defaults(matcher=matcher), entry.entry_id
        )
        await hass.config_entries.async_unload(entry.entry_id)


async def test_devices(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """One device for all requests, and one for each service, which goes with its subentry."""
    home = await household(radarrs=("hd", "4k"), shoko=True)
    entry = await setup_entry(home, **POLLING)
    registry = dr.async_get(hass)
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert {(device.name, device.manufacturer) for device in devices} == {
        ("Requests", "Status Tracker"),
        ("Seerr", "Seerr"),
        ("radarr-hd", "Radarr"),
        ("radarr-4k", "Radarr"),
        ("sonarr-hd", "Sonarr"),
        ("qbittorrent", "qBittorrent"),
        ("jellyfin", "Jellyfin"),
        ("shoko", "Shoko"),
    }
    assert {device.entry_type for device in devices} == {dr.DeviceEntryType.SERVICE}
    assert hass.config_entries.async_remove_subentry(entry, "radarr-4k")
    await hass.async_block_till_done()
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    assert "radarr-4k" not in {device.name for device in devices}
    assert hass.states.get("binary_sensor.radarr_4k_connection") is None


async def test_attributes_that_apply(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """An attribute is there where it applies; ids and the year are text."""
    home = await household()
    bare = await home.world.request(film("Sintel", 2010, 45745, imdb_id=""))
    entry = await setup_entry(home, **POLLING)
    state = state_of(hass, entry, bare)
    assert state
    assert set(state.attributes) - OF_HOME_ASSISTANT == {
        "request_id", "title", "year", "media_type", "anime", "is_4k", "requested_by", "requested_at",
        "status", "stage_since", "reason", "stuck", "seerr_url", "tmdb_id",
    }  # fmt: skip
    texts = {name: state.attributes.get(name) for name in ("request_id", "year", "tmdb_id")}
    assert texts == {"request_id": str(bare.id), "year": "2010", "tmdb_id": "45745"}
    download = await home.world.grab(bare if home.world.arr("radarr").movies else await approved(home, bare))
    await home.world.progress(download, 0.5)
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, bare)
    assert state
    assert set(state.attributes) <= ATTRIBUTES | OF_HOME_ASSISTANT
    assert {name: state.attributes.get(name) for name in ("progress", "quality", "release", "indexer")} == {
        "progress": 50,
        "quality": "WEBDL-1080p",
        "release": download.release,
        "indexer": "Example Indexer",
    }
    assert state.attributes["download_client"] == "qBittorrent"
    assert state.attributes["eta"].second == 0
    await home.world.complete(download)
    await home.world.import_(download)
    await home.world.library_scan()
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, bare)
    assert state
    assert set(state.attributes) <= ATTRIBUTES | OF_HOME_ASSISTANT
    assert state.attributes["jellyfin_url"].startswith(home.jellyfin.url)
    assert not {"progress", "eta", "expected", "reason"} & set(state.attributes)


async def approved(home: Household, request: SeerrRequest) -> SeerrRequest:
    """The request, approved."""
    await home.world.approve(request)
    return request


async def test_attributes_of_a_series(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seasons, episodes and ids of a series."""
    home = await household()
    request = await home.world.request(long_way_home(), auto_approve=True, user="Bob", seasons=[1, 2])
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, request)
    assert state
    assert {name: state.attributes.get(name) for name in ("media_type", "seasons", "requested_by")} == {
        "media_type": "tv",
        "seasons": [1, 2],
        "requested_by": "Bob",
    }
    counts = ("episodes_available", "episodes_total")
    assert tuple(state.attributes.get(name) for name in counts) == (0, 6)
    assert tuple(state.attributes.get(name) for name in ("tmdb_id", "tvdb_id")) == ("990200", "990100")
    await home.world.import_(await home.world.grab(home.world.row_of(request), episodes=[(1, 1), (2, 1)]))
    await home.world.library_scan()
    await poll(hass, entry, rounds=4)
    state = state_of(hass, entry, request)
    assert state
    assert state.state == "partially_available"
    assert tuple(state.attributes.get(name) for name in counts) == (2, 6)


async def test_volatile_attributes_are_not_recorded() -> None:
    """What changes all the time or is long stays out of the database; what people query stays in it."""
    kept_out = RequestSensor._unrecorded_attributes
    assert kept_out < ATTRIBUTES | {"entity_picture", "custom_ui_state_card"}
    assert {"status", "progress", "eta", "reason_detail", "release"} <= kept_out
    assert not {"request_id", "title", "reason", "stuck", "requested_by"} & kept_out


async def test_sentence_follows_the_day(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """What comes out on a day comes out tomorrow once that is the next, without any other change."""
    home = await household()
    coming = (clock.now() + timedelta(hours=1)).date() + timedelta(days=2)
    release = datetime.combine(coming, time(), UTC)
    wanted = film("Tomorrow", release.year, 4711, in_cinemas=release, release=release)
    request = await home.world.request(wanted, auto_approve=True)
    await hass.config.async_set_time_zone("UTC")
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry, rounds=4)
    clock.advance(home, hours=1)  # after which nothing of it changes but the day
    await coordinator_of(entry).async_refresh()
    said = []
    for _ in range(2):
        state = state_of(hass, entry, request)
        assert state
        said.append(state.attributes["status"])
        clock.advance(home, days=1)
        await coordinator_of(entry).async_refresh()
        await hass.async_block_till_done()
    assert said == [f"Waiting for release on {coming:%A}", "Waiting for release tomorrow"]


async def test_nobody_is_called_by_an_address(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Seerr shows the address of who has no name: that is not shown here."""
    home = await household()
    person = home.world.add_user("carol.private@household.example")
    await home.world.request(sintel(), user=person)
    entry = await setup_entry(home, **POLLING)
    await poll(hass, entry)
    await home.world.request(tears_of_steel(), user=person)
    await poll(hass, entry)
    assert [state.attributes["requested_by"] for state in shown(hass)] == ["carol.private"] * 2
    everything = repr([state.as_dict() for state in hass.states.async_all()])
    assert "household.example" not in everything
