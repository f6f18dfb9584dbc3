"""Reads the version of each service when it becomes available, because it may have been updated."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..clients.errors import ClientError
from ..const import DOMAIN, LOGGER
from ..coordinator import StatusTrackerCoordinator
from ..sources.base import Source


class VersionWatch:
    """Reads versions in the background and updates the devices; `known` maps sources to versions."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], coordinator: StatusTrackerCoordinator
    ) -> None:
        """Initialize without versions."""
        self.hass = hass
        self.entry = entry
        self.coordinator = coordinator
        self.known: dict[str, str] = {}
        self._asked: set[str] = set()

    @callback
    def async_setup(self) -> None:
        """Start, once the devices exist."""
        self.entry.async_on_unload(self.coordinator.async_add_listener(self._watch))
        self._watch()

    @callback
    def _watch(self) -> None:
        """Read the versions of available services that were not read since their last failure."""
        for key, source in self.coordinator.sources.items():
            if not source.state.ok:
                self._asked.discard(key)
            elif source.last_success and key not in self._asked:
                self._asked.add(key)
                self.entry.async_create_background_task(
                    self.hass, self._async_read(key, source), f"{DOMAIN} version of {source.name}"
                )

    async def _async_read(self, key: str, source: Source) -> None:
        """Read the version of a service; a failure has no other effect."""
        try:
            version = await source.http.version() if source.http else None
        except ClientError as err:
            LOGGER.debug("Failed to read the version of %s: %s", source.name, err)
            return
        if not version:
            return
        self.known[key] = version
        registry = dr.async_get(self.hass)
        for device in dr.async_entries_for_config_entry(registry, self.entry.entry_id):
            if (DOMAIN, f"{self.entry.entry_id}_{key}") in device.identifiers:
                registry.async_update_device(device.id, sw_version=version)
