"""A title deleted and requested again is not available before it is in the library again."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import Clock, SetUp, StartHousehold, coordinator_of, pace_of, poll, stage_of
from .stack.household import Household
from .stack.rows import MEDIA_DELETED, SeerrRequest
from .stack.stories import anime_film_story, anime_series_story, film_4k_story, film_story, series_story
from .stack.titles import film
from .test_event import Diary

HOUSE: dict[str, Any] = {"radarrs": ("hd", "4k"), "sonarrs": ("hd", "4k")}


async def delete_everywhere(home: Household, request: SeerrRequest, *, forgotten: bool) -> None:
    """Take a title from its *arr and Jellyfin, and from Seerr, which may keep the finished request."""
    world = home.world
    arr = world.arr("radarr" if request.title.media_type == "movie" else "sonarr", is_4k=request.is_4k)
    row = arr.movie_of(request.title) if arr.kind == "radarr" else arr.series_of(request.title)
    assert row is not None
    if forgotten:
        await world.delete_media(request.media)
    else:
        await world.mark_media(request.media, MEDIA_DELETED, is_4k=request.is_4k, seasons=[*request.seasons])
    await world.remove_from_arr(row, delete_files=True)
    for item in list(world.items.values()):
        await world.remove_item(item)


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize(
    ("story", "house"),
    [
        (film_story, {}),
        (film_4k_story, {}),
        (series_story, {}),
        (anime_film_story, {"shoko": True}),
        (anime_series_story, {"shoko": True}),
        (film_story, {"jellyfin": False}),
        (series_story, {"jellyfin": False}),
    ],
)
async def test_asked_for_again(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    story: Any,
    house: dict[str, Any],
    forgotten: bool,
) -> None:
    """The new request passes all stages, and is announced as available once, at the end."""
    home = await household(**HOUSE, **house)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    diary = Diary(hass)
    pace = pace_of(hass, home, entry, clock, seconds=20)
    first = await story(home.world, pace)
    for _ in range(3):
        await pace(0)
    assert stage_of(hass, entry, first) == "available"
    await delete_everywhere(home, first, forgotten=forgotten)
    again = await home.world.request(first.title, seasons=[*first.seasons], is_4k=first.is_4k)
    await home.world.approve(again)
    for _ in range(5):
        await coordinator_of(entry).async_refresh()
        await poll(hass, entry, rounds=1)
        assert stage_of(hass, entry, again) == "approved"
    assert "available" not in diary.kinds(again)
    assert "importing" not in diary.kinds(again)


async def test_still_there(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Films deleted in Seerr alone are available again after one reading of all, without a new import."""
    home = await household()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    pace = pace_of(hass, home, entry, clock, seconds=20)
    requests = [
        await film_story(home.world, pace, film(f"Film {number}", 2000, 1000 + number)) for number in range(4)
    ]
    await pace(0)
    again = []
    for request in requests:
        assert stage_of(hass, entry, request) == "available"
        await home.world.mark_media(request.media, MEDIA_DELETED)
        again.append(await home.world.request(request.title, auto_approve=True))
    home.clear_calls()
    await poll(hass, entry)
    assert [stage_of(hass, entry, request) for request in again] == ["available"] * 4
    assert len([call for call in home.jellyfin.calls if "ids" in call.query]) == 1
