"""Descriptions of the sensors for counts and times to available."""

from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfTime

from ..pipeline.enums import MediaType
from ..pipeline.overview import Counts


@dataclass(frozen=True, kw_only=True)
class StatusTrackerSensorEntityDescription(SensorEntityDescription):
    """Describes a sensor that counts requests."""

    value_fn: Callable[[Counts], int]


SENSORS: tuple[StatusTrackerSensorEntityDescription, ...] = (
    StatusTrackerSensorEntityDescription(
        key="active",
        translation_key="active",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda counts: counts.active,
    ),
    StatusTrackerSensorEntityDescription(
        key="downloading",
        translation_key="downloading",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda counts: counts.downloading,
    ),
    StatusTrackerSensorEntityDescription(
        key="stuck",
        translation_key="stuck",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda counts: counts.stuck,
    ),
    StatusTrackerSensorEntityDescription(
        key="awaiting_approval",
        translation_key="awaiting_approval",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda counts: counts.awaiting_approval,
    ),
)


@dataclass(frozen=True, kw_only=True)
class TimeToAvailableSensorEntityDescription(SensorEntityDescription):
    """Describes a time to available sensor."""

    device_class: SensorDeviceClass = SensorDeviceClass.DURATION
    native_unit_of_measurement: str = UnitOfTime.SECONDS
    suggested_unit_of_measurement: str = UnitOfTime.HOURS
    suggested_display_precision: int = 1
    entity_category: EntityCategory = EntityCategory.DIAGNOSTIC
    state_class: SensorStateClass = SensorStateClass.MEASUREMENT
    media_type: MediaType


TIME_SENSORS: tuple[TimeToAvailableSensorEntityDescription, ...] = (
    TimeToAvailableSensorEntityDescription(
        key="time_to_available_movies",
        translation_key="time_to_available_movies",
        media_type=MediaType.MOVIE,
    ),
    TimeToAvailableSensorEntityDescription(
        key="time_to_available_series",
        translation_key="time_to_available_series",
        media_type=MediaType.TV,
    ),
)
