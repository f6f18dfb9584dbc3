"""What the tests of the request sensors share."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .stack.household import Household
from .stack.rows import SeerrRequest
from .stack.stories import long_way_home, sintel, tears_of_steel
from .stack.titles import Title, film

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
POLLING = {CONF_REGISTER_WEBHOOKS: False}
ATTRIBUTES = {
    "status",
    "request_id", "title", "year", "media_type", "anime", "is_4k", "seasons", "requested_by", "requested_at",
    "stage_since", "reason", "reason_detail", "stuck", "progress", "eta", "expected", "episodes_available",
    "episodes_total", "quality", "release", "indexer", "download_client", "jellyfin_url", "seerr_url",
    "tmdb_id", "tvdb_id", "imdb_id",
}  # fmt: skip
OF_HOME_ASSISTANT = {"options", "device_class", "friendly_name", "custom_ui_state_card"}


def shown(hass: HomeAssistant) -> list[State]:
    """The states of all request sensors, by their number."""
    states = [state for state in hass.states.async_all("sensor") if "request_id" in state.attributes]
    return sorted(states, key=lambda state: int(state.attributes["request_id"]))


def numbers(hass: HomeAssistant) -> list[int]:
    """The numbers of the requests that have a sensor."""
    return [int(state.attributes["request_id"]) for state in shown(hass)]


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """The unique ids of the request sensors in the registry, without the entry's."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    numbers = {entity.unique_id.removeprefix(f"{entry.entry_id}_") for entity in entities}
    return {number for number in numbers if number.isdecimal()}


async def watchable(home: Household, title: Title, **options: Any) -> SeerrRequest:
    """A request that can be watched, as Seerr knows too."""
    world = home.world
    request = await world.request(title, auto_approve=True, **options)
    download = await world.grab(request)
    await world.complete(download)
    await world.import_(download)
    await world.library_scan()
    await world.seerr_scan()
    return request


async def a_bit_of_everything(home: Household) -> None:
    """Requests in several stages, of which one is stuck."""
    world = home.world
    await world.request(film("Cosmos Laundromat", 2015, 358332, imdb_id="tt4957236"))
    loading = await world.grab(await world.request(sintel(), auto_approve=True))
    await world.progress(loading, 0.25)
    blocked = await world.grab(await world.request(tears_of_steel(), auto_approve=True, is_4k=True))
    await world.complete(blocked)
    await world.block_import(blocked, ["Sample"])
    show = await world.request(long_way_home(), auto_approve=True, user="Bob", seasons=[1])
    await world.import_(await world.grab(world.row_of(show), episodes=[(1, 1), (1, 2)]))
    await world.library_scan()
