"""Killed soon after news: what was announced is not announced again, and what was not is not lost."""

from copy import deepcopy
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker import coordinator as coordinator_module
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import Clock, SetUp, StartHousehold, coordinator_of, poll, stage_of, until
from ..stack.household import Household
from ..stack.server import Fault
from ..stack.stories import sintel
from ..stack.titles import film
from ..test_event import Diary

POLLING = {CONF_REGISTER_WEBHOOKS: False}


class Files:
    """The files of an entry in storage, and its restart with files of an earlier time."""

    def __init__(self, hass: HomeAssistant, storage: dict[str, Any], entry: MockConfigEntry) -> None:
        """Read and write this storage."""
        self.hass = hass
        self.storage = storage
        self.entry = entry

    def now(self, suffix: str) -> dict[str, Any]:
        """Return a copy of the file with this suffix."""
        key = f"{DOMAIN}.{self.entry.entry_id}{suffix}"
        return deepcopy({key: self.storage[key]})

    async def restart_with(self, files: dict[str, Any]) -> None:
        """Unload, put the files back, set up."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        self.storage.update(deepcopy(files))
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()
        await poll(self.hass, self.entry, rounds=4)


type Followed = tuple[Household, MockConfigEntry, Files]


@pytest.fixture
async def followed(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, hass_storage: dict[str, Any]
) -> Followed:
    """Return a household, an entry that follows it by polling alone, and the files of the entry."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    return home, entry, Files(hass, hass_storage, entry)


async def test_announced_once(hass: HomeAssistant, followed: Followed) -> None:
    """The memory is behind what was announced: nothing is announced again, later news is."""
    home, entry, files = followed
    request = await home.world.request(sintel(), "Alice", auto_approve=True)
    download = await home.world.grab(request)
    await home.world.progress(download, 0.5)
    await poll(hass, entry)
    await coordinator_of(entry).async_save()
    behind = files.now("")
    diary = Diary(hass)
    await home.world.complete(download)
    await poll(hass, entry)
    await home.world.import_(download)
    await poll(hass, entry)
    new = await home.world.request(film("New", 2021, 808), "Bob", auto_approve=True)
    await poll(hass, entry)
    await home.world.library_scan()
    await poll(hass, entry)
    assert stage_of(hass, entry, request) == "available"
    assert diary.kinds(request)[-1] == "available"
    now = files.now(".announced")
    assert now[f"{DOMAIN}.{entry.entry_id}.announced"]["data"]["announced"][str(request.id)][0] == "available"
    diary.entries.clear()
    await files.restart_with(behind | now)
    assert stage_of(hass, entry, request) == "available"
    assert diary.entries == []
    await home.world.decline(new)
    await poll(hass, entry)
    assert diary.kinds(new) == ["declined"]


async def test_nothing_is_lost(hass: HomeAssistant, followed: Followed) -> None:
    """What was saved as reached but had not been announced yet is announced after the start."""
    home, entry, files = followed
    request = await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, entry)
    early = files.now(".announced")
    await home.world.progress(await home.world.grab(request), 0.5)
    await poll(hass, entry)
    await coordinator_of(entry).async_save()
    memory = files.now("")
    diary = Diary(hass)
    await files.restart_with(memory | early)
    await until(hass, lambda: len(diary.entries) == 2)
    shown_again, announced = diary.entries  # the event entity comes back with its last event
    assert (shown_again["event_type"], announced["event_type"]) == ("downloading", "downloading")
    assert announced["previous_stage"] == "approved"
    await poll(hass, entry, rounds=4)
    assert len(diary.entries) == 2


async def test_a_removal_is_announced_once(hass: HomeAssistant, followed: Followed) -> None:
    """Killed after a removal was told and before it was saved: the request comes and goes in silence."""
    home, entry, files = followed
    request = await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, entry)
    await coordinator_of(entry).async_save()
    behind = files.now("")
    diary = Diary(hass)
    await home.world.delete_request(request)
    await poll(hass, entry)
    assert diary.kinds(request) == ["removed"]
    now = files.now(".announced")
    await files.restart_with(behind | now)
    assert coordinator_of(entry).data == {}
    assert diary.kinds(request) == ["removed"]


async def missed(hass: HomeAssistant, followed: Followed) -> Diary:
    """Kill it between the save of a stage and that of its announcement; return what is told from then on."""
    home, entry, files = followed
    request = await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, entry)
    early = files.now(".announced")
    await home.world.grab(request)
    await poll(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    files.storage.update(early)
    return Diary(hass)


async def test_what_waited_for_a_service_is_told_without_another_change(
    hass: HomeAssistant, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that is read late may change nothing that anybody sees."""
    home, entry, _ = followed
    diary = await missed(hass, followed)
    monkeypatch.setattr(coordinator_module, "PATIENCE", 0.2)
    home.jellyfin.fault = Fault.slow(0.5)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert diary.kinds()[1:] == []  # the event entity comes back with its last event
    await until(hass, lambda: coordinator_of(entry).sources["jellyfin"].last_success)
    home.jellyfin.fault = None
    await poll(hass, entry)
    assert diary.kinds()[1:] == ["indexed"]


async def test_what_happened_meanwhile_is_told_once_automations_listen(
    hass: HomeAssistant, followed: Followed
) -> None:
    """Home Assistant attaches their triggers at the end of its start."""
    home, entry, _ = followed
    diary = await missed(hass, followed)
    hass.set_state(CoreState.not_running)
    assert await hass.config_entries.async_setup(entry.entry_id)
    request = await home.world.request(film("New", 2021, 808))
    await poll(hass, entry, rounds=3)
    assert stage_of(hass, entry, request) == "requested"
    assert diary.kinds()[1:] == []  # the event entity comes back with its last event
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert sorted(diary.kinds()[1:]) == ["indexed", "requested"]


async def test_what_waited_for_a_service_that_stays_away_is_told(
    hass: HomeAssistant, followed: Followed, clock: Clock
) -> None:
    """After some minutes, the others will do."""
    home, entry, _ = followed
    diary = await missed(hass, followed)
    home.jellyfin.fault = Fault.down()
    assert await hass.config_entries.async_setup(entry.entry_id)
    clock.advance(home, minutes=5)
    await poll(hass, entry)
    assert diary.kinds()[1:] == []
    clock.advance(home, minutes=6)
    await poll(hass, entry)
    assert diary.kinds()[1:] == ["indexed"]


async def test_damaged(hass: HomeAssistant, followed: Followed, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be read is set aside, and nothing old is announced."""
    home, entry, files = followed
    await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, entry)
    announced = files.now(".announced")
    for file in announced.values():
        file["data"] = {"announced": {"one": None}}
    diary = Diary(hass)
    await files.restart_with(announced)
    assert diary.kinds() == ["approved"]  # the event entity comes back with its last event
    assert "Failed to parse the stored announcements" in caplog.text
