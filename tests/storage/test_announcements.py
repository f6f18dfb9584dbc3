"""Killed soon after news: what was announced is not announced again, and what was not is not lost."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS, DOMAIN

from ..common import SetUp, StartHousehold, coordinator_of, poll, stage_of, until
from ..stack.stories import sintel
from ..stack.titles import film
from ..test_event import Diary

POLLING = {CONF_REGISTER_WEBHOOKS: False}


@pytest.fixture
def killed(hass: HomeAssistant, hass_storage: dict[str, Any]) -> Callable[..., Any]:
    """Return what starts an entry anew from files as they were at a time."""

    async def kill(entry: Any, files: dict[str, Any]) -> None:
        """Unload, put the files back, set up."""
        assert await hass.config_entries.async_unload(entry.entry_id)
        hass_storage.update(deepcopy(files))
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await poll(hass, entry, rounds=4)

    return kill


def files_of(storage: dict[str, Any], entry: Any, *suffixes: str) -> dict[str, Any]:
    """Return what is written now."""
    keys = [f"{DOMAIN}.{entry.entry_id}{suffix}" for suffix in suffixes]
    return deepcopy({key: storage[key] for key in keys})


async def test_announced_once(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_storage: dict[str, Any],
    killed: Callable[..., Any],
) -> None:
    """The memory is behind what was announced: nothing is announced again, later news is."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    request = await home.world.request(sintel(), "Alice", auto_approve=True)
    download = await home.world.grab(request)
    await home.world.progress(download, 0.5)
    await poll(hass, entry)
    await coordinator_of(entry).async_save()
    behind = files_of(hass_storage, entry, "")
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
    now = files_of(hass_storage, entry, ".announced")
    assert now[f"{DOMAIN}.{entry.entry_id}.announced"]["data"]["announced"][str(request.id)][0] == "available"
    diary.entries.clear()
    await killed(entry, behind | now)
    assert stage_of(hass, entry, request) == "available"
    assert diary.entries == []
    await home.world.decline(new)
    await poll(hass, entry)
    assert diary.kinds(new) == ["declined"]


async def test_nothing_is_lost(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_storage: dict[str, Any],
    killed: Callable[..., Any],
) -> None:
    """What was saved as reached but had not been announced yet is announced after the start."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    request = await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, entry)
    early = files_of(hass_storage, entry, ".announced")
    await home.world.progress(await home.world.grab(request), 0.5)
    await poll(hass, entry)
    await coordinator_of(entry).async_save()
    memory = files_of(hass_storage, entry, "")
    diary = Diary(hass)
    await killed(entry, memory | early)
    await until(hass, lambda: len(diary.entries) == 2)
    shown_again, announced = diary.entries  # the event entity comes back with its last event
    assert (shown_again["event_type"], announced["event_type"]) == ("downloading", "downloading")
    assert announced["previous_stage"] == "approved"
    await poll(hass, entry, rounds=4)
    assert len(diary.entries) == 2


async def test_damaged(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    hass_storage: dict[str, Any],
    killed: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What cannot be read is set aside, and nothing old is announced."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    await home.world.request(sintel(), "Alice", auto_approve=True)
    await poll(hass, entry)
    files = files_of(hass_storage, entry, ".announced")
    for file in files.values():
        file["data"] = {"announced": {"one": None}}
    diary = Diary(hass)
    await killed(entry, files)
    assert diary.kinds() == ["approved"]  # the event entity comes back with its last event
    assert "Failed to parse the stored announcements" in caplog.text
