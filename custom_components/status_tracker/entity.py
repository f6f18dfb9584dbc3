"""Base entities and their devices."""

from typing import cast, override

from homeassistant.const import EntityStateAttribute
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity_registry import RegistryEntry
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


class KeptState:
    """Replaces the registry entry of an entity during a reload, to keep its state."""

    disabled = False

    def __init__(self, entity_id: str) -> None:
        """Initialize with the entity whose state is kept."""
        self._entity_id = entity_id

    @callback
    def write_unavailable_state(self, hass: HomeAssistant) -> None:
        """Mark the state as restored instead of writing an unavailable state."""
        if state := hass.states.get(self._entity_id):
            attributes = {**state.attributes, EntityStateAttribute.RESTORED: True}
            hass.states.async_set(self._entity_id, state.state, attributes)


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
        """Return the data the state is based on, to write it only after a change; None: always write it."""
        return None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it may have changed."""
        shown = (self.available, self.shown())
        if shown[1] is None or shown != self._written:
            self._written = shown
            super()._handle_coordinator_update()

    @override
    async def async_added_to_hass(self) -> None:
        """Note what the first state shows, which Home Assistant writes next."""
        await super().async_added_to_hass()
        self._written = (self.available, self.shown())

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Keep the state if the entry is being reloaded, until `async_release_states`."""
        await super().async_will_remove_from_hass()
        reloading = self.coordinator.is_stopped and not self.coordinator.config_entry.disabled_by
        if reloading and self.registry_entry:
            self.registry_entry = cast(RegistryEntry, KeptState(self.entity_id))

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
