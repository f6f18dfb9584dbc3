"""Webhooks of an entry, one per service: requests are queued, processed in order and evaluated in batches."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import ClientError
from aiohttp.hdrs import CONTENT_LENGTH, METH_POST
from aiohttp.web import Request, RequestPayloadError, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
import orjson

from ..clients.decoding import decode_json
from ..const import CONF_WEBHOOKS, CONF_WEBHOOKS_LOCAL_ONLY, DOMAIN, LOGGER, OPTIONS
from ..coordinator import StatusTrackerCoordinator
from .registrars import webhook_services
from .registration import WebhookRegistration

BODY_MAX = 1 << 20
READ_LIMIT = 15.0
CHUNK = 1 << 16
QUEUE_ROWS = 500
QUEUE_BYTES = 4 << 20
BATCH = 20


@dataclass(slots=True)
class WebhookStatistics:
    """Statistics of the webhook of a service."""

    received: int = 0
    bad: int = 0
    dropped: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """A queued payload; `size` is that of the body in bytes."""

    key: str
    payload: dict[str, Any]
    size: int


class WebhookManager:
    """Receives the webhooks of the services and registers them in the services."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], coordinator: StatusTrackerCoordinator
    ) -> None:
        """Initialize with a webhook id for every service, removing those of services no longer configured."""
        self.hass = hass
        self.entry = entry
        self.coordinator = coordinator
        services = webhook_services(entry)
        known = entry.data.get(CONF_WEBHOOKS, {})
        self._ids: dict[str, str] = {key: known.get(key) or webhook.async_generate_id() for key in services}
        self._keys = {webhook_id: key for key, webhook_id in self._ids.items()}
        self._statistics = {key: WebhookStatistics() for key in services}
        self._queue: deque[_Job] = deque()
        self._queued_bytes = 0
        self._overflowed = False
        self._worker: asyncio.Task[None] | None = None
        self._resume = 0.0
        self._closed = False
        self._confused: set[str] = set()
        if self._ids != known:
            hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_WEBHOOKS: self._ids})
        self.registration = WebhookRegistration(
            hass, entry, coordinator, self._ids, lambda key: self._statistics[key].received
        )

    @callback
    def async_setup(self) -> None:
        """Register the webhooks in Home Assistant and, once it has started, in the services."""
        local_only = bool({**OPTIONS, **self.entry.options}[CONF_WEBHOOKS_LOCAL_ONLY])
        for key, webhook_id in self._ids.items():
            webhook.async_register(
                self.hass,
                DOMAIN,
                f"{self.entry.title}: {self.coordinator.sources[key].name}",
                webhook_id,
                self._async_handle,
                local_only=local_only,
                allowed_methods=[METH_POST],
            )
            self.entry.async_on_unload(partial(webhook.async_unregister, self.hass, webhook_id))
        self.entry.async_on_unload(self.async_stop)
        self.registration.async_setup()

    @callback
    def async_stop(self) -> None:
        """Stop processing, including requests that are being read."""
        self._closed = True
        self._queue.clear()
        self._queued_bytes = 0

    @callback
    def async_resume(self) -> None:
        """Resume after a failed unload."""
        self._closed = False

    async def async_leave(self) -> None:
        """Remove the webhooks from services that were removed or moved, before the entry is unloaded."""
        await self.registration.async_leave()

    @property
    def diagnostics_data(self) -> dict[str, dict[str, Any]]:
        """Return statistics and registration results by source, without secrets."""
        return {
            key: {
                "received": statistics.received,
                "bad": statistics.bad,
                "dropped": statistics.dropped,
                "last": statistics.last.isoformat() if statistics.last else None,
                "untold": self.coordinator.sources[key].missed_webhooks,
                **self.registration.diagnostics(key),
            }
            for key, statistics in self._statistics.items()
        }

    # Processing

    async def _async_handle(self, hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        """Handle a request; invalid ones are only counted, because services pause a webhook after errors."""
        key = self._keys[webhook_id]
        statistics = self._statistics[key]
        statistics.received += 1
        try:
            body = await _read(request)
        except asyncio.CancelledError:
            statistics.bad += 1  # the client has disconnected
            raise
        payload = _parse(body) if body else None
        if self._closed:
            return Response()
        if body is None or payload is None:
            statistics.bad += 1
        elif len(self._queue) >= QUEUE_ROWS or self._queued_bytes + len(body) > QUEUE_BYTES:
            statistics.dropped += 1
            self._overflowed = True
            self.coordinator.sources[key].poll_soon()
        else:
            self._queue.append(_Job(key, payload, len(body)))
            self._queued_bytes += len(body)
            if self._worker is None or self._worker.done():
                self._worker = self.entry.async_create_task(
                    self.hass, self._async_work(), f"{DOMAIN} webhooks", eager_start=False
                )
        return Response()

    async def _async_work(self) -> None:
        """Process all queued payloads, evaluate once, and pause for as long as that took."""
        loop = self.hass.loop
        while self._queue and not self._closed:
            if (rest := self._resume - loop.time()) > 0:
                await asyncio.sleep(rest)
            began = loop.time()
            understood = await self._async_take_in()
            if understood or self._overflowed:
                self._overflowed = False
                self.coordinator.async_webhooks_received()
            self._resume = 2 * loop.time() - began

    async def _async_take_in(self) -> bool:
        """Process the queued payloads; return whether any of them was relevant."""
        jobs, self._queue, self._queued_bytes = self._queue, deque(), 0
        understood = False
        for count, job in enumerate(jobs, 1):
            understood = self._take_in(job) or understood
            if not count % BATCH:
                await asyncio.sleep(0)
        return understood

    @callback
    def _take_in(self, job: _Job) -> bool:
        """Pass a payload to its source."""
        source, statistics = self.coordinator.sources[job.key], self._statistics[job.key]
        try:
            understood = source.receive(job.payload)
        except Exception as err:  # noqa: BLE001  no payload may stop the worker
            understood = False
            if job.key not in self._confused:
                self._confused.add(job.key)
                LOGGER.warning("Failed to process a webhook of %s: %s", source.name, type(err).__name__)
        if not understood:
            statistics.bad += 1
            return False
        statistics.last = dt_util.utcnow()
        return True


async def _read(request: Request) -> bytes | None:
    """Return the body, regardless of content type; None if it is too large or incomplete."""
    length = request.headers.get(CONTENT_LENGTH, "")
    if length.isdecimal() and int(length) > BODY_MAX:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(READ_LIMIT):
            while chunk := await request.content.read(CHUNK):
                body += chunk
                if len(body) > BODY_MAX:
                    return None
    except ClientError, RequestPayloadError, OSError, TimeoutError:
        return None
    return bytes(body)


def _parse(body: bytes) -> dict[str, Any] | None:
    """Return the parsed object of a body, None if it is invalid."""
    try:
        payload = decode_json(body)
    except orjson.JSONDecodeError:
        return None
    return payload if isinstance(payload, dict) else None
