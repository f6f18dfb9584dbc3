"""The four paths, each from request to available, in a real Home Assistant, by polling alone."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import SetUp, StartHousehold, poll
from .stack.stories import anime_film_story, anime_series_story, film_4k_story, film_story, series_story

LOADED = ["indexed", "downloading", "download_done"]


@pytest.mark.parametrize(
    ("story", "wanted"),
    [
        (film_story, ["requested", "approved", *LOADED, "importing", "available"]),
        (film_4k_story, ["requested", "approved", *LOADED, "importing", "available"]),
        (series_story, ["requested", "approved", *LOADED, "importing", "available"]),
        (anime_film_story, ["requested", "approved", *LOADED, "anime_matching", "available"]),
        (anime_series_story, ["requested", "approved", *LOADED, "anime_matching", "available"]),
    ],
)
async def test_path_ends_in_available(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, story: Any, wanted: list[str]
) -> None:
    """A request passes every stage of its way and arrives."""
    home = await household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"), shoko=True)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    seen: list[str] = []

    async def pace(seconds: float) -> None:
        """Poll at each step of the story, and note the stage."""
        await poll(hass, entry)
        for state in hass.states.async_all("sensor"):
            if "request_id" in state.attributes and state.state not in seen[-1:]:
                seen.append(state.state)

    await story(home.world, pace)
    await pace(0)
    assert [stage for stage in dict.fromkeys(seen) if stage in wanted] == wanted, seen
    assert seen[-1] == "available"
