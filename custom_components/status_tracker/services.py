"""Registration of the actions."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, cast

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported, ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.entity import Entity
import probatio

from .actions import requests as actions
from .actions.permissions import async_check_user
from .actions.refresh import refresh
from .actions.replace_release import replace_release
from .actions.responses import request_details, request_summary
from .const import DOMAIN
from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .pipeline.requests import Stage, Tracked
from .sensor import RequestSensor

ATTR_DOWNLOAD_ID = "download_id"
ATTR_STAGE = "stage"
ATTR_STUCK = "stuck"

GET_REQUESTS_SCHEMA = probatio.Schema(
    {
        probatio.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_STAGE): probatio.All(cv.ensure_list, [probatio.Coerce(Stage)]),
        probatio.Optional(ATTR_STUCK): cv.boolean,
    }
)
REFRESH_SCHEMA = probatio.Schema({probatio.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})
RESCAN_LIBRARY_SCHEMA = probatio.Schema(
    {probatio.Optional(ATTR_CONFIG_ENTRY_ID): cv.string, probatio.Optional(ATTR_DEVICE_ID): cv.string}
)

type Act = Callable[[RequestSensor, ServiceCall], Awaitable[None]]


def _acting(act: Callable[[StatusTrackerCoordinator, Tracked], Awaitable[None]]) -> Act:
    """Return the handler of an action on one request sensor."""

    async def handle(entity: RequestSensor, call: ServiceCall) -> None:
        """Run the action on the request of the sensor."""
        await act(entity.coordinator, entity.request)

    return handle


async def _async_replace_release(entity: RequestSensor, call: ServiceCall) -> None:
    """Replace the release of a request."""
    await replace_release(entity.coordinator, entity.request, call.data.get(ATTR_DOWNLOAD_ID))


ACTS: dict[str, Act] = {
    "approve": _acting(actions.approve),
    "decline": _acting(actions.decline),
    "retry": _acting(actions.retry),
    "search": _acting(actions.search),
    "replace_release": _async_replace_release,
}
ACT_SCHEMAS: dict[str, dict[Any, Any]] = {"replace_release": {probatio.Optional(ATTR_DOWNLOAD_ID): cv.string}}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        "get_requests",
        _async_get_requests,
        schema=GET_REQUESTS_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        "refresh",
        _async_refresh,
        schema=REFRESH_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN, "rescan_library", _async_rescan_library, schema=RESCAN_LIBRARY_SCHEMA
    )
    for name, act in ACTS.items():
        service.async_register_batched_platform_entity_service(
            hass,
            DOMAIN,
            name,
            entity_domain=SENSOR_DOMAIN,
            func=_on_each(act),
            schema=ACT_SCHEMAS.get(name),
        )
    service.async_register_platform_entity_service(
        hass,
        DOMAIN,
        "get_request",
        entity_domain=SENSOR_DOMAIN,
        entity_device_classes=(SensorDeviceClass.ENUM,),
        func=_async_get_request,
        schema=None,
        supports_response=SupportsResponse.ONLY,
    )


def _on_each(act: Act) -> Callable[[list[Entity], ServiceCall], Coroutine[Any, Any, None]]:
    """Return the handler of an action on several sensors, skipping those it is not applicable to."""

    async def handle(entities: list[Entity], call: ServiceCall) -> None:
        """Run the action on each request; raise if it is applicable to none, or fails for any."""
        requests = sorted(
            (entity for entity in entities if isinstance(entity, RequestSensor)), key=lambda one: one.number
        )
        if entities and not requests:
            raise ServiceNotSupported(call.domain, call.service, entities[0].entity_id)
        refused: list[ServiceValidationError] = []
        failed: list[HomeAssistantError] = []
        for entity in requests:
            try:
                await async_check_user(call.hass, entity.coordinator.config_entry, call.context)
                await act(entity, call)
            except ServiceValidationError as err:
                refused.append(err)
            except HomeAssistantError as err:
                failed.append(err if len(requests) == 1 else actions.named(err, entity.name))
        if failed:
            raise (
                failed[0] if len(failed) == 1 else actions.failure("several_failed", reasons=_reasons(failed))
            )
        if refused and len(refused) == len(requests):
            raise (
                refused[0]
                if len(refused) == 1
                else actions.refusal("none_applies", reasons=_reasons(refused))
            )

    return handle


def _reasons(errors: Iterable[HomeAssistantError]) -> str:
    """Return the distinct messages of several errors."""
    return "; ".join(dict.fromkeys(str(error) for error in errors))


def _coordinators(call: ServiceCall) -> list[StatusTrackerCoordinator]:
    """Return the coordinator of the given entry, or those of all loaded entries."""
    if entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID):
        entries = [service.async_get_config_entry(call.hass, DOMAIN, entry_id)]
    else:
        entries = call.hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        raise actions.refusal("nothing_loaded")
    return [cast(StatusTrackerConfigEntry, entry).runtime_data.coordinator for entry in entries]


async def _async_get_requests(call: ServiceCall) -> ServiceResponse:
    """Return the requests, optionally filtered by stage or stuck."""
    stages, stuck = call.data.get(ATTR_STAGE), call.data.get(ATTR_STUCK)
    return {
        "requests": [
            request_summary(coordinator, request)
            for coordinator in _coordinators(call)
            for request in coordinator.data.values()
            if (not stages or request.stage in stages) and stuck in (None, request.stuck)
        ]
    }


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    """Poll all services and read everything again; return those that failed."""
    return {"unavailable": await refresh(_coordinators(call))}


async def _async_rescan_library(call: ServiceCall) -> None:
    """Scan the libraries of an entry, or of one Jellyfin."""
    await actions.rescan_library(_coordinators(call), call.data.get(ATTR_DEVICE_ID))


async def _async_get_request(entity: RequestSensor, call: ServiceCall) -> ServiceResponse:
    """Return the details of a request."""
    return request_details(entity.coordinator, entity.request)
