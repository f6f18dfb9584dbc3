"""The actions: what they take, and whom they reach."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.service import EntityServiceResponse
import probatio

from . import actions
from .const import DOMAIN
from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .details import request_details, request_summary
from .entity import StatusTrackerEntity
from .pipeline.requests import Stage, Tracked
from .replacing import replace_release
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

type Act = Callable[[StatusTrackerCoordinator, Tracked], Awaitable[None]]

ACTS: dict[str, Act] = {
    "approve": actions.approve,
    "decline": actions.decline,
    "retry": actions.retry,
    "search": actions.search,
}


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
    hass.services.async_register(DOMAIN, "refresh", _async_refresh, schema=REFRESH_SCHEMA)
    for name, act in ACTS.items():
        _register(hass, name, _acting(act))
    _register(
        hass, "replace_release", _async_replace_release, {probatio.Optional(ATTR_DOWNLOAD_ID): cv.string}
    )
    _register(hass, "get_request", _async_get_request, response=SupportsResponse.ONLY)
    service.async_register_batched_platform_entity_service(
        hass, DOMAIN, "rescan_library", entity_domain=SENSOR_DOMAIN, func=_async_rescan_library, schema=None
    )


@callback
def _register(
    hass: HomeAssistant,
    name: str,
    func: Callable[[RequestSensor, ServiceCall], Awaitable[Any]],
    schema: dict[Any, Any] | None = None,
    response: SupportsResponse = SupportsResponse.NONE,
) -> None:
    """Register an action on requests; the counts, named with their device, are passed over."""
    service.async_register_platform_entity_service(
        hass,
        DOMAIN,
        name,
        entity_domain=SENSOR_DOMAIN,
        entity_device_classes=(SensorDeviceClass.ENUM,),
        func=func,
        schema=schema,
        supports_response=response,
    )


def _coordinators(call: ServiceCall) -> list[StatusTrackerCoordinator]:
    """Return the coordinator of the entry named, or those of all that are loaded."""
    if entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID):
        entries = [service.async_get_config_entry(call.hass, DOMAIN, entry_id)]
    else:
        entries = call.hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        raise actions.refusal("nothing_loaded")
    return [cast(StatusTrackerConfigEntry, entry).runtime_data.coordinator for entry in entries]


async def _async_get_requests(call: ServiceCall) -> ServiceResponse:
    """Return the requests, or those of some stages, or the stuck ones."""
    stages, stuck = call.data.get(ATTR_STAGE), call.data.get(ATTR_STUCK)
    return {
        "requests": [
            request_summary(coordinator, request)
            for coordinator in _coordinators(call)
            for request in coordinator.data.values()
            if (not stages or request.stage in stages) and stuck in (None, request.stuck)
        ]
    }


async def _async_refresh(call: ServiceCall) -> None:
    """Ask every service now."""
    await actions.refresh(_coordinators(call))


async def _async_get_request(entity: RequestSensor, call: ServiceCall) -> ServiceResponse:
    """Return all that is known of a request."""
    return request_details(entity.coordinator, entity.request)


def _acting(act: Act) -> Callable[[RequestSensor, ServiceCall], Awaitable[None]]:
    """Return an action on a request's sensor."""

    async def handle(entity: RequestSensor, call: ServiceCall) -> None:
        """Act on its request."""
        await act(entity.coordinator, entity.request)

    return handle


async def _async_replace_release(entity: RequestSensor, call: ServiceCall) -> None:
    """Replace a release of a request."""
    await replace_release(entity.coordinator, entity.request, call.data.get(ATTR_DOWNLOAD_ID))


async def _async_rescan_library(entities: list[Entity], call: ServiceCall) -> EntityServiceResponse | None:
    """Scan the libraries of the entries these requests are of, each once."""
    coordinators = {cast(StatusTrackerEntity, entity).coordinator for entity in entities}
    for coordinator in coordinators:
        await actions.rescan_library(coordinator)
    return None
