"""Binary sensors for stuck requests and the availability of the services."""

from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .entity import StatusTrackerEntity, StatusTrackerServiceEntity
from .pipeline.enums import SEERR
from .sources.base import Source

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StatusTrackerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the problem sensor and a connectivity sensor for each service."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities([ProblemSensor(coordinator)])
    for key, source in coordinator.sources.items():
        async_add_entities(
            [ConnectivitySensor(coordinator, source)], config_subentry_id=None if key == SEERR else key
        )


class ProblemSensor(StatusTrackerEntity, BinarySensorEntity):
    """Binary sensor that is on while any request is stuck."""

    _attr_translation_key = "problem"
    _attr_device_class = BinarySensorDeviceClass.PROBLEM

    def __init__(self, coordinator: StatusTrackerCoordinator) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, "problem")

    @override
    def shown(self) -> object:
        """Return the state."""
        return self.is_on

    @property
    @override
    def is_on(self) -> bool:
        """Return whether any request is stuck."""
        return self.coordinator.overview.counts.stuck > 0


class ConnectivitySensor(StatusTrackerServiceEntity, BinarySensorEntity):
    """Binary sensor that is on while a service is available."""

    _attr_translation_key = "connectivity"
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: StatusTrackerCoordinator, source: Source) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, source, "connectivity")

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the last poll succeeded."""
        return self.source.state.ok

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the reason of an error and the time of the last successful poll."""
        return {"reason": self.source.state.reason, "since": self.source.state.since}
