"""Two requests for two seasons of one series: what happens to one moves nothing of the other."""

import asyncio

from homeassistant.core import HomeAssistant

from .common import SetUp, StartHousehold, coordinator_of, poll, stage_of, until
from .stack.server import Fault
from .stack.stories import long_way_home
from .test_event import Diary


async def test_a_grab_before_the_episodes_were_read(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """A webhook about the first season, while Sonarr answers nothing yet, moves the first request alone."""
    home = await household()
    entry = await setup_entry(home)
    diary = Diary(hass)
    home.sonarr.fault = Fault.status(503)
    title = long_way_home()
    first = await home.world.request(title, seasons=[1], auto_approve=True)
    second = await home.world.request(title, seasons=[2], auto_approve=True, user="Bob")
    await until(hass, lambda: stage_of(hass, entry, second) == "approved")
    row = home.world.arr("sonarr").series_of(title)
    assert row is not None
    download = await home.world.grab(row, episodes=[episode.key for episode in title.seasons[1]])
    await until(hass, lambda: stage_of(hass, entry, first) == "indexed")
    await home.world.progress(download, 0.4)
    coordinator_of(entry).sources["qbittorrent"].poll_soon()
    await coordinator_of(entry).async_refresh()
    await until(hass, lambda: stage_of(hass, entry, first) == "downloading")
    assert stage_of(hass, entry, second) == "approved"
    home.sonarr.fault = None
    await asyncio.sleep(0.05)
    await poll(hass, entry)
    assert (stage_of(hass, entry, first), stage_of(hass, entry, second)) == ("downloading", "approved")
    assert diary.kinds(second) == ["approved"]
