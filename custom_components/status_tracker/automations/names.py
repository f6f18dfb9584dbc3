"""The names of the people who request something, offered where a trigger asks for them.

Home Assistant reads the choices of a field from triggers.yaml, once. Who requests something is known only
while it runs, so the names are put into what Home Assistant has read.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.automation import get_absolute_description_key
from homeassistant.helpers.selector import TargetSelector, validate_selector
from homeassistant.helpers.trigger import TRIGGER_DESCRIPTION_CACHE
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.yaml import load_yaml_dict

from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator

type Descriptions = Mapping[str, dict[str, Any]]

FIELD = "requested_by"


class Names:
    """The names known in each entry."""

    def __init__(self, hass: HomeAssistant, descriptions: Descriptions) -> None:
        """Take the descriptions of our triggers as triggers.yaml has them."""
        self._hass = hass
        self._descriptions = descriptions
        self._known: dict[str, frozenset[str]] = {}
        self._offered: list[str] = []

    @callback
    def update(self, entry_id: str, names: Iterable[str | None]) -> None:
        """Offer the names of an entry, those of the others too."""
        self._known[entry_id] = frozenset(name for name in names if name)
        offered = sorted(frozenset().union(*self._known.values()), key=str.casefold)
        if offered != self._offered:
            self._offered = offered
            self._offer()

    def _offer(self) -> None:
        """Replace the descriptions of our triggers; whoever opens the editor next reads them."""
        cache = self._hass.data.get(TRIGGER_DESCRIPTION_CACHE)
        if cache is None:
            return
        ours = {key: deepcopy(one) for key, one in self._descriptions.items()}
        for description in ours.values():
            description["fields"][FIELD]["selector"]["select"]["options"] = self._offered
        # Into the old one too: Home Assistant may be about to copy it.
        cache.update(ours)
        self._hass.data[TRIGGER_DESCRIPTION_CACHE] = dict(cache)


DATA_NAMES: HassKey[Names] = HassKey(f"{DOMAIN}_names")


async def async_setup_names(hass: HomeAssistant) -> None:
    """Read the descriptions of our triggers."""
    path = Path(__file__).parents[1] / "triggers.yaml"
    read = await hass.async_add_executor_job(load_yaml_dict, str(path))
    hass.data[DATA_NAMES] = Names(
        hass,
        {
            get_absolute_description_key(DOMAIN, key): {
                "fields": {
                    name: {**field, "selector": validate_selector(field["selector"])}
                    for name, field in value["fields"].items()
                },
                "target": TargetSelector.CONFIG_SCHEMA(value["target"]),
            }
            for key, value in read.items()
            if not key.startswith(".")
        },
    )


@callback
def async_offer_names(
    hass: HomeAssistant, entry: ConfigEntry[Any], coordinator: StatusTrackerCoordinator
) -> None:
    """Offer the names that occur in an entry for as long as it is loaded."""

    @callback
    def offer() -> None:
        """Offer who has requested something."""
        requests = coordinator.seerr.evidence.requests
        hass.data[DATA_NAMES].update(entry.entry_id, {one.requested_by for one in requests})

    entry.async_on_unload(coordinator.async_add_listener(offer))
