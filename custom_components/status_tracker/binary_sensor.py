"""Whether something needs a person, and whether each service answers."""

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
    """Set up the problem sensor and one connectivity sensor a service."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities([ProblemSensor(coordinator)])
    for key, source in coordinator.sources.items():
        async_add_entities(
            [ConnectivitySensor(coordinator, source)], config_subentry_id=None if key == SEERR else key
        )


class ProblemSensor(StatusTrackerEntity, BinarySensorEntity):
    """On while any request is stuck."""

    _attr_translation_key = "problem"
    _attr_device_class = BinarySensorDeviceClass.PROBLEM

    def __init__(self, coordinator: StatusTrackerCoordinator) -> None:
        """Stand for all requests."""
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
    """On while a service answers."""

    _attr_translation_key = "connectivity"
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: StatusTrackerCoordinator, source: Source) -> None:
        """Stand for one service."""
        super().__init__(coordinator, source, "connectivity")

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the last poll went well."""
        return self.source.state.ok

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return why it does not answer, and when it last did."""
        return {"reason": self.source.state.reason, "since": self.source.state.since}
