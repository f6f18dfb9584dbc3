"""Base entities and their devices."""

from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import StatusTrackerCoordinator
from .pipeline.enums import Service
from .sources.base import Source

MANUFACTURER = {
    Service.SEERR: "Seerr",
    Service.RADARR: "Radarr",
    Service.SONARR: "Sonarr",
    Service.QBITTORRENT: "qBittorrent",
    Service.JELLYFIN: "Jellyfin",
    Service.SHOKO: "Shoko",
}


class StatusTrackerEntity(CoordinatorEntity[StatusTrackerCoordinator]):
    """Base entity on the device of all requests; stays available with the last evidence."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: StatusTrackerCoordinator, key: str, number: int | None = None) -> None:
        """Initialize the entity on the device of the requests."""
        super().__init__(coordinator, number)
        self._written: tuple[bool, object] | None = None
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.entry_id}_{key}"
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, entry.entry_id)},
            manufacturer="Status Tracker",
            model="Media requests",
            translation_key="requests",
        )

    def shown(self) -> object:
        """Return what the state is made of, where that tells whether it has to be written; None: always."""
        return None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it may have changed."""
        shown = (self.available, self.shown())
        if shown[1] is None or shown != self._written:
            self._written = shown
            super()._handle_coordinator_update()

    # Not an override, because 2026.10 lacks it; without it, 2026.11 removes and re-adds renamed entities
    @callback
    def async_entity_id_changed(self, *args: object) -> None:
        """Keep the entity when its entity id changes; Home Assistant 2026.11 passes the old entity id."""


class StatusTrackerServiceEntity(StatusTrackerEntity):
    """Base entity on the device of a service."""

    def __init__(self, coordinator: StatusTrackerCoordinator, source: Source, key: str) -> None:
        """Initialize the entity on the device of its service."""
        super().__init__(coordinator, f"{source.key}_{key}")
        self.source = source
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, f"{coordinator.config_entry.entry_id}_{source.key}")},
            name=source.name,
            manufacturer=MANUFACTURER[source.service],
            configuration_url=source.link_base,
        )
