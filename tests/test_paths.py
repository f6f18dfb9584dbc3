"""The four paths, each from request to available in a real Home Assistant: by push, by polling alone."""

import asyncio
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import Clock, SetUp, StartHousehold, coordinator_of, pace_of, stage_of, until
from .stack.stories import (
    anime_film_story,
    anime_series_story,
    film_4k_disc_story,
    film_4k_story,
    film_story,
    series_story,
)

pytestmark = pytest.mark.usefixtures("debugged_event_loop")

LOADED = ["requested", "approved", "indexed", "downloading", "download_done"]
PLAIN = [*LOADED, "importing", "available"]
ANIME = [*LOADED, "anime_matching", "available"]

PATHS = pytest.mark.parametrize(
    ("story", "wanted"),
    [
        (film_story, PLAIN),
        (film_4k_story, PLAIN),
        (film_4k_disc_story, PLAIN[1:]),
        (series_story, PLAIN),
        (anime_film_story, ANIME),
        (anime_series_story, ANIME),
    ],
)
HOUSE: dict[str, Any] = {"radarrs": ("hd", "4k"), "sonarrs": ("hd", "4k"), "shoko": True}


def stages_shown(hass: HomeAssistant) -> list[str]:
    """Return the stages that request sensors show from now on, each time one changes."""
    seen: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        """Note a stage."""
        state = event.data["new_state"]
        if state and "request_id" in state.attributes and state.state not in seen[-1:]:
            seen.append(state.state)

    hass.bus.async_listen("state_changed", note)
    return seen


@PATHS
async def test_by_polling_alone(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    story: Any,
    wanted: list[str],
) -> None:
    """Without webhooks and without Shoko's hub a request passes every stage of its way and arrives."""
    home = await household(**HOUSE)
    home.shoko.kill_hub()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    seen = stages_shown(hass)
    pace = pace_of(hass, home, entry, clock, seconds=30)
    request = await story(home.world, pace)
    for _ in range(10):
        await pace(0)
    assert stage_of(hass, entry, request) == "available"
    assert [stage for stage in dict.fromkeys(seen) if stage in wanted] == wanted, seen
    assert home.shoko.hub.accepted == 0
    assert not any(server.webhooks.sent for server in (home.seerr, home.radarr, home.sonarr, home.jellyfin))


@PATHS
async def test_by_push(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, story: Any, wanted: list[str]
) -> None:
    """With webhooks and Shoko's hub the same, as it is told; of progress only the client tells."""
    home = await household(**HOUSE)
    entry = await setup_entry(home)
    await until(hass, lambda: home.shoko.hub.accepted)
    client = coordinator_of(entry).sources["qbittorrent"]
    seen = stages_shown(hass)

    async def pace(seconds: float) -> None:
        """Let what was sent arrive, and ask for the progress of downloads, of which nothing else tells."""
        await asyncio.sleep(0.02)
        client.poll_soon()
        await coordinator_of(entry).async_refresh()
        await hass.async_block_till_done()

    request = await story(home.world, pace)
    await until(hass, lambda: stage_of(hass, entry, request) == "available")
    assert [stage for stage in dict.fromkeys(seen) if stage in wanted] == wanted, seen
