"""Sensors for requests, counts and times to available."""

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .entity import StatusTrackerEntity
from .frontend.resource import card_resource
from .pipeline.durations import typical
from .pipeline.requests import Stage, Tracked
from .reports.attributes import request_attributes
from .reports.posters import Posters
from .reports.statistics import (
    SENSORS,
    TIME_SENSORS,
    StatusTrackerSensorEntityDescription,
    TimeToAvailableSensorEntityDescription,
)
from .reports.text import request_name
from .reports.times import today

PARALLEL_UPDATES = 0
AT_ONCE = 10  # sensors added per iteration of the event loop

# Custom element shown above history and activity in the more-info dialog
ATTR_MORE_INFO = "custom_ui_state_card"
MORE_INFO_ELEMENT = "status-tracker-request"


TEXTS = frozenset({"request_id", "year", "tmdb_id", "tvdb_id"})


async def async_setup_entry(
    hass: HomeAssistant,
    entry: StatusTrackerConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of the entry."""
    coordinator, posters = entry.runtime_data.coordinator, entry.runtime_data.posters
    async_add_entities(StatusTrackerCountSensor(coordinator, description) for description in SENSORS)
    async_add_entities(TimeToAvailableSensor(coordinator, description) for description in TIME_SENSORS)
    known: set[int] = set()
    waiting = coordinator.listeners.without_sensor
    purged = False
    adding: asyncio.Task[None] | None = None

    @callback
    def queue_new(numbers: Iterable[int]) -> None:
        """Queue new requests with a known title."""
        new = {
            one
            for one in numbers
            if one not in known and one in coordinator.data and not coordinator.is_nameless(one)
        }
        known.update(new)
        waiting.update(dict.fromkeys(sorted(new)))

    @callback
    def add_some() -> None:
        """Add the sensors of the first requests in the queue."""
        some = [one for one in islice(waiting, AT_ONCE) if one in coordinator.data]
        async_add_entities(RequestSensor(coordinator, posters, number) for number in some)
        for number in list(islice(waiting, AT_ONCE)):
            del waiting[number]

    async def add_rest() -> None:
        """Add the sensors of all requests in the queue without blocking the event loop."""
        while waiting and not coordinator.is_stopped:
            add_some()
            await asyncio.sleep(0)

    async def add_rest_and_announce() -> None:
        """Add sensors after the setup, then announce the changes that waited for them."""
        await add_rest()
        coordinator.async_update_requests(set())

    @callback
    def sync_entities() -> None:
        """Add sensors for new requests and remove those of removed requests."""
        nonlocal adding, purged
        purged = purged or _purge(hass, coordinator)
        numbers = coordinator.changed
        listed = known if numbers is None else known & numbers
        for number in [one for one in listed if one not in coordinator.data]:
            _drop(hass, coordinator, f"{entry.entry_id}_{number}")
            known.discard(number)
        queue_new(coordinator.data if numbers is None else numbers)
        if waiting and (adding is None or adding.done()):
            add_some()
            if waiting:
                adding = entry.async_create_task(hass, add_rest_and_announce(), f"{DOMAIN} sensors", False)

    queue_new(coordinator.data)  # announce removals before their entities are removed
    adding = hass.async_create_task(add_rest())
    entry.async_on_unload(coordinator.async_add_listener(sync_entities))
    await adding


def _purge(hass: HomeAssistant, coordinator: StatusTrackerCoordinator) -> bool:
    """Remove registry entries of requests removed while Home Assistant was off, once the list is complete."""
    if not coordinator.seerr.complete:
        return False
    prefix = f"{coordinator.config_entry.entry_id}_"
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, coordinator.config_entry.entry_id):
        number = entity.unique_id.removeprefix(prefix)
        if entity.domain == "sensor" and number.isdecimal() and int(number) not in coordinator.data:
            registry.async_remove(entity.entity_id)
    return True


def _drop(hass: HomeAssistant, coordinator: StatusTrackerCoordinator, unique_id: str) -> None:
    """Remove the sensor of a request, including its registry entry."""
    registry = er.async_get(hass)
    if entity_id := registry.async_get_entity_id("sensor", coordinator.config_entry.domain, unique_id):
        registry.async_remove(entity_id)


class StatusTrackerCountSensor(StatusTrackerEntity, SensorEntity):
    """Sensor that counts requests."""

    entity_description: StatusTrackerSensorEntityDescription

    def __init__(
        self, coordinator: StatusTrackerCoordinator, description: StatusTrackerSensorEntityDescription
    ) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, description.key)
        self.entity_description = description

    @override
    def shown(self) -> object:
        """Return the count."""
        return self.native_value

    @property
    @override
    def native_value(self) -> int:
        """Return the count."""
        return self.entity_description.value_fn(self.coordinator.overview.counts)


class TimeToAvailableSensor(StatusTrackerEntity, SensorEntity):
    """Median time requests of a kind took to become available in the last 30 days."""

    entity_description: TimeToAvailableSensorEntityDescription

    def __init__(
        self, coordinator: StatusTrackerCoordinator, description: TimeToAvailableSensorEntityDescription
    ) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, description.key)
        self.entity_description = description
        self._basis: tuple[object, ...] = ()
        self._typical: tuple[float | None, int] = None, 0

    def _read(self) -> tuple[float | None, int]:
        """Return the median in seconds and the number of requests it is based on."""
        now, known = dt_util.utcnow(), self.coordinator.durations.known
        hour = now.replace(minute=0, second=0, microsecond=0)
        if not self._basis or self._basis[0] is not known or self._basis[1] != hour:
            self._basis = known, hour
            self._typical = typical(known, self.entity_description.media_type, now)
        return self._typical

    @override
    def shown(self) -> object:
        """Return the data shown."""
        return self._read()

    @property
    @override
    def native_value(self) -> float | None:
        """Return the median in seconds, or None without any measured request."""
        return self._read()[0]

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the number of requests the median is based on."""
        return {"journeys": self._read()[1]}


class RequestSensor(StatusTrackerEntity, SensorEntity):
    """Sensor for the stage of a request."""

    _attr_translation_key = "request"
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = list(Stage)
    _unrecorded_attributes = frozenset(
        {
            "status",
            "reason_detail",
            "stage_since",
            "progress",
            "eta",
            "expected",
            "quality",
            "release",
            "indexer",
            "download_client",
            "jellyfin_url",
            "seerr_url",
            "entity_picture",
            ATTR_MORE_INFO,
        }
    )

    def __init__(self, coordinator: StatusTrackerCoordinator, posters: Posters, number: int) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, str(number), number)
        self.number = number
        self._posters = posters

    @property
    def request(self) -> Tracked:
        """Return the current state of the request."""
        return self.coordinator.data[self.number]

    @property
    @override
    def available(self) -> bool:
        """Return whether the request still exists."""
        return super().available and self.number in self.coordinator.data

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if the request, name, poster or day has changed; removed requests are ignored."""
        if self.number in self.coordinator.data:
            super()._handle_coordinator_update()

    @override
    def shown(self) -> object:
        """Return the data the state is based on; the date because the status contains "tomorrow"."""
        return self.request, self.name, self.entity_picture, today()

    @property
    @override
    def name(self) -> str:
        """Return title and year, with a suffix if another request has the same."""
        mine = self.request
        return request_name(mine, siblings=self.coordinator.overview.has_sibling(mine))

    @property
    @override
    def native_value(self) -> str:
        """Return the stage."""
        return self.request.stage

    @property
    @override
    def entity_picture(self) -> str | None:
        """Return the path of the poster, or None to show the icon of the stage."""
        return self._posters.path(self.request)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the attributes with a value; ids and years as text, so that their digits are not grouped."""
        attributes = {
            name: str(value) if name in TEXTS else value
            for name, value in request_attributes(self.hass, self.request).items()
            if value is not None
        }
        if card_resource(self.hass).url:
            attributes[ATTR_MORE_INFO] = MORE_INFO_ELEMENT
        return attributes
