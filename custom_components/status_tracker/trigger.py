"""Triggers for requests."""

from collections.abc import Container
from typing import Any, cast, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import probatio

from .automations.relay import SIGNAL, Happening
from .const import DOMAIN
from .pipeline.changes import RECOVERED, REMOVED, STUCK, Change
from .pipeline.enums import MediaType
from .pipeline.requests import Stage

CONF_REQUESTED_BY = "requested_by"
CONF_MEDIA_TYPE = "media_type"
CONF_IS_4K = "is_4k"
CONF_STAGES = "stages"

OPTIONS: dict[Any, Any] = {
    probatio.Optional(CONF_REQUESTED_BY, default=[]): probatio.All(probatio.EnsureList(), [cv.string]),
    probatio.Optional(CONF_MEDIA_TYPE, default=[]): probatio.All(
        probatio.EnsureList(), [probatio.In(list(MediaType))]
    ),
    probatio.Optional(CONF_IS_4K): cv.boolean,
}
STAGE_OPTIONS: dict[Any, Any] = {
    probatio.Optional(CONF_STAGES, default=[]): probatio.All(
        probatio.EnsureList(), [probatio.In(list(Stage))]
    ),
}


def _schema(options: dict[Any, Any]) -> probatio.Schema:
    """Return the schema of a trigger; without a target, it applies to all requests."""
    return probatio.Schema(
        {
            probatio.Optional(CONF_TARGET): cv.TARGET_FIELDS,
            probatio.Required(CONF_OPTIONS, default={}): options,
        }
    )


class RequestTrigger(Trigger):
    """Base trigger that fires on a change of a matching request."""

    kinds: Container[str] = ()
    schema = _schema(OPTIONS)

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Validate the config."""
        return cast(ConfigType, cls.schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Initialize with target and options."""
        super().__init__(hass, config)
        options = config.options or {}
        target = TargetSelection(config.target or {})
        self._target = target if target.has_any_target else None
        self._names = {name.strip().casefold() for name in options.get(CONF_REQUESTED_BY, ()) if name.strip()}
        self._media_types = set(options.get(CONF_MEDIA_TYPE, ()))
        self._is_4k: bool | None = options.get(CONF_IS_4K)
        self.stages = frozenset(options.get(CONF_STAGES, ()))

    def is_it(self, change: Change) -> bool:
        """Return whether a change has the kind of the trigger."""
        return change.kind in self.kinds

    def fits(self, change: Change) -> bool:
        """Return whether a request matches the options."""
        asked = change.request.request
        return (
            (not self._names or (asked.requested_by or "").strip().casefold() in self._names)
            and (not self._media_types or asked.media_type in self._media_types)
            and self._is_4k in (None, asked.is_4k)
        )

    def is_targeted(self, happening: Happening) -> bool:
        """Return whether the target includes the sensor of the request, or the activity event entity."""
        if self._target is None:
            return True
        selected = async_extract_referenced_entity_ids(self._hass, self._target)
        all_requests = er.async_get(self._hass).async_get_entity_id(
            "event", DOMAIN, f"{happening.entry_id}_activity"
        )
        return not {happening.told["entity_id"], all_requests}.isdisjoint(
            selected.referenced | selected.indirectly_referenced
        )

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        """Attach the trigger."""

        @callback
        def happened(happening: Happening) -> None:
            """Run the action if the change matches."""
            change = happening.change
            if self.is_it(change) and self.fits(change) and self.is_targeted(happening):
                run_action(happening.told, f"{change.request.title}: {change.kind}")

        return async_dispatcher_connect(self._hass, SIGNAL, happened)


class RequestedTrigger(RequestTrigger):
    """Trigger for new requests, whether approved automatically or not."""

    kinds = frozenset(Stage)

    @override
    def is_it(self, change: Change) -> bool:
        """Return whether this is the first change of the request."""
        return super().is_it(change) and change.previous is None


class AwaitingApprovalTrigger(RequestTrigger):
    """Trigger for requests pending approval."""

    kinds = frozenset({Stage.REQUESTED})


class StageChangedTrigger(RequestTrigger):
    """Trigger for reaching any or one of the selected stages."""

    kinds = frozenset(Stage)
    schema = _schema({**OPTIONS, **STAGE_OPTIONS})

    @override
    def is_it(self, change: Change) -> bool:
        """Return whether the stage is selected."""
        return super().is_it(change) and (not self.stages or change.kind in self.stages)


class BecameAvailableTrigger(RequestTrigger):
    """Trigger for requests becoming available."""

    kinds = frozenset({Stage.AVAILABLE})


class BecameStuckTrigger(RequestTrigger):
    """Trigger for requests becoming stuck."""

    kinds = frozenset({STUCK})


class RecoveredTrigger(RequestTrigger):
    """Trigger for stuck requests that recover."""

    kinds = frozenset({RECOVERED})


class FailedTrigger(RequestTrigger):
    """Trigger for requests Seerr failed to send."""

    kinds = frozenset({Stage.FAILED})


class RemovedTrigger(RequestTrigger):
    """Trigger for requests removed from Seerr."""

    kinds = frozenset({REMOVED})


TRIGGERS: dict[str, type[Trigger]] = {
    "requested": RequestedTrigger,
    "awaiting_approval": AwaitingApprovalTrigger,
    "stage_changed": StageChangedTrigger,
    "became_available": BecameAvailableTrigger,
    "became_stuck": BecameStuckTrigger,
    "recovered": RecoveredTrigger,
    "failed": FailedTrigger,
    "removed": RemovedTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
