"""Conditions: whether requests are stuck or in a stage."""

from typing import Any, override

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
)
import probatio

from .const import DOMAIN
from .pipeline.requests import Stage

CONF_STAGES = "stages"


class RequestCondition(EntityConditionBase):
    """Base condition on request sensors; other targeted entities are ignored."""

    _domain_specs = {SENSOR_DOMAIN: DomainSpec(device_class=SensorDeviceClass.ENUM)}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the request sensors among the entities."""
        registry = er.async_get(self._hass)
        return {
            entity_id
            for entity_id in super().entity_filter(entities)
            if (entity := registry.async_get(entity_id)) and entity.platform == DOMAIN
        }


class IsStuckCondition(RequestCondition):
    """Condition that a request is stuck."""

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Return whether a request is stuck."""
        return entity_state.attributes.get("stuck") is True


class IsStageCondition(RequestCondition):
    """Condition that a request is in one of the stages."""

    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {
            probatio.Required(CONF_OPTIONS): {
                probatio.Required(CONF_STAGES): probatio.All(
                    probatio.EnsureList(), probatio.NonEmpty(), [probatio.In(list(Stage))]
                ),
            },
        }
    )

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Initialize with the stages."""
        super().__init__(hass, config)
        options: dict[str, Any] = config.options or {}
        self._stages = frozenset(options[CONF_STAGES])

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Return whether a request is in one of the stages."""
        return entity_state.state in self._stages


CONDITIONS: dict[str, type[Condition]] = {
    "is_stuck": IsStuckCondition,
    "is_stage": IsStageCondition,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
