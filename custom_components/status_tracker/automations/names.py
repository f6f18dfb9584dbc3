"""Names of requesting users, offered as options in triggers.

Home Assistant reads the options of a field from triggers.yaml once. The names are only known at runtime, so
they are added to the descriptions Home Assistant has loaded.
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
from ..pipeline.evidence.requests import RequestEvidence

type Descriptions = Mapping[str, dict[str, Any]]

FIELD = "requested_by"


class Names:
    """The names known in each entry."""

    def __init__(self, hass: HomeAssistant, descriptions: Descriptions) -> None:
        """Initialize with the descriptions of our triggers from triggers.yaml."""
        self._hass = hass
        self._descriptions = descriptions
        self._known: dict[str, frozenset[str]] = {}
        self._offered: list[str] = []

    @callback
    def update(self, entry_id: str, names: Iterable[str | None]) -> None:
        """Update the names of an entry."""
        self._known[entry_id] = frozenset(name for name in names if name)
        offered = sorted(frozenset().union(*self._known.values()), key=str.casefold)
        if offered != self._offered:
            self._offered = offered
            self._offer()

    def _offer(self) -> None:
        """Replace the descriptions of our triggers, used the next time the editor is opened."""
        cache = self._hass.data.get(TRIGGER_DESCRIPTION_CACHE)
        if cache is None:
            return
        ours = {key: deepcopy(one) for key, one in self._descriptions.items()}
        for description in ours.values():
            description["fields"][FIELD]["selector"]["select"]["options"] = self._offered
        # Also update the old cache, which Home Assistant may be about to copy.
        cache.update(ours)
        self._hass.data[TRIGGER_DESCRIPTION_CACHE] = dict(cache)


DATA_NAMES: HassKey[Names] = HassKey(f"{DOMAIN}_names")


async def async_setup_names(hass: HomeAssistant) -> None:
    """Load the descriptions of our triggers."""
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
    """Offer the names of the requesting users of an entry while it is loaded."""
    seen: tuple[RequestEvidence, ...] | None = None

    @callback
    def offer() -> None:
        """Update the offered names."""
        nonlocal seen
        requests = coordinator.seerr.evidence.requests
        if requests is seen:
            return
        seen = requests
        hass.data[DATA_NAMES].update(entry.entry_id, {one.requested_by for one in requests})

    entry.async_on_unload(coordinator.async_add_listener(offer))
