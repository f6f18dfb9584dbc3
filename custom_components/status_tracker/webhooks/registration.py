"""Background registration of webhooks in the services, repeated after changes."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_URL, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, CoreState, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..clients.errors import ClientError
from ..const import (
    CONF_CALLBACK_URL,
    CONF_REGISTER_WEBHOOKS,
    CONF_REGISTERED,
    CONF_WEBHOOKS_LOCAL_ONLY,
    DOMAIN,
    LOGGER,
    OPTIONS,
)
from ..coordinator import StatusTrackerCoordinator
from ..flows.client_factory import address_key
from ..pipeline.enums import SEERR, Service
from .core_seerr import async_follow
from .issues import ISSUES, async_clear, async_raise
from .late import LateUpdates
from .registrar import Outcome
from .registrars import async_unregister, build_registrar, webhook_services

RETRY_FIRST = 60.0
RETRY_LAST = 3600.0
SILENT_CHANGES = 3
SILENT_FOR = timedelta(minutes=10)  # Jellyfin's plugin can be minutes slower than a poll


class WebhookRegistration:
    """Keeps the webhooks of an entry registered."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        coordinator: StatusTrackerCoordinator,
        ids: Mapping[str, str],
        calls: Callable[[str], int],
    ) -> None:
        """Initialize with the webhook ids by source and a function that returns the number of calls."""
        self.hass = hass
        self.entry = entry
        self.coordinator = coordinator
        self.options = {**OPTIONS, **entry.options}
        self.outcomes: dict[str, Outcome] = {}
        self._ids = ids
        self._services = webhook_services(entry)
        self._registrars = {
            key: build_registrar(hass, entry, key, ids[key], service, partial(calls, key))
            for key, service in self._services.items()
        }
        self._locks = {key: asyncio.Lock() for key in ids}
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._tries = dict.fromkeys(ids, 0)
        self._urls: dict[str, list[str]] = {}
        self._ok = {key: coordinator.sources[key].state.ok for key in ids}
        self._silent: set[str] = set()
        self.late = LateUpdates(hass, entry, lambda key: coordinator.sources[key].name)

    @property
    def wanted(self) -> bool:
        """Return whether webhooks are to be registered automatically."""
        return bool(self.options[CONF_REGISTER_WEBHOOKS])

    @property
    def callers(self) -> dict[str, tuple[Service, dict[str, Any]]]:
        """Return, by name, the services whose webhook depends only on a reachable URL."""
        return {
            self.coordinator.sources[key].name: service
            for key, service in self._services.items()
            if self.outcomes.get(key) not in (*ISSUES, Outcome.SHARED)
        }

    @callback
    def async_setup(self) -> None:
        """Start once Home Assistant has started, because before it cannot receive the tests of services."""
        gone = set(self.entry.data.get(CONF_REGISTERED, {})) - set(self._ids)
        if gone:
            self._forget(*gone)
        async_clear(self.hass, self.entry.entry_id, keep=self._ids if self.wanted else ())
        self.entry.async_on_unload(self._stop_timers)
        self.entry.async_on_unload(self.late.async_stop)
        self.entry.async_on_unload(async_at_started(self.hass, self._started))
        if self.wanted:
            self.entry.async_on_unload(
                self.hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._config_updated)
            )
            self.entry.async_on_unload(self.coordinator.async_add_listener(self._watch))
            self.entry.async_on_unload(
                async_follow(self.hass, self.entry, self._core_seerr_called, self._core_seerr_changed)
            )

    def diagnostics(self, key: str) -> dict[str, Any]:
        """Return the registration result of a service."""
        outcome = self.outcomes.get(key)
        return {"registered": outcome.value if outcome else None, "retrying": key in self._timers}

    @callback
    def _forget(self, *keys: str) -> None:
        """Drop the stored data of services no longer configured."""
        known = self.entry.data.get(CONF_REGISTERED, {})
        kept = {key: one for key, one in known.items() if key not in keys}
        self.hass.config_entries.async_update_entry(
            self.entry, data={**self.entry.data, CONF_REGISTERED: kept}
        )

    # Scheduling

    @callback
    def _started(self, hass: HomeAssistant) -> None:
        """Register all webhooks, or unregister them if disabled."""
        for key in list(self._ids if self.wanted else self.entry.data.get(CONF_REGISTERED, {})):
            self._schedule(key)

    @callback
    def _config_updated(self, event: Event[dict[str, Any]]) -> None:
        """Register again after a change of our URL."""
        for key, before in list(self._urls.items()):
            if self._addresses(key) != before:
                self._schedule(key)

    @callback
    def _core_seerr_called(self) -> None:
        """Poll Seerr immediately after a call of the core integration's webhook."""
        self.coordinator.seerr.poll_soon()
        self.coordinator.async_webhooks_received()

    @callback
    def _core_seerr_changed(self) -> None:
        """Check the webhook of Seerr again, unless Home Assistant is starting, which does so anyway."""
        if self.hass.state is CoreState.running:
            self._schedule(SEERR)

    @callback
    def _watch(self) -> None:
        """Register again with a service that is available again; warn about webhooks that were missed."""
        now = dt_util.utcnow()
        for key in self._ids:
            source = self.coordinator.sources[key]
            if source.state.ok and not self._ok[key]:
                self._schedule(key)
            self._ok[key] = source.state.ok
            since = source.missed_since
            silent = (
                source.missed_webhooks >= SILENT_CHANGES and since is not None and now - since >= SILENT_FOR
            )
            if silent and key not in self._silent:
                self._silent.add(key)
                async_raise(self.hass, self.entry.entry_id, key, "webhook_silent", service=source.name)
                self._schedule(key)
            elif not silent and key in self._silent and source.missed_webhooks == 0:
                self._silent.discard(key)
                async_clear(self.hass, self.entry.entry_id, key=key, kinds=("webhook_silent",))

    @callback
    def _schedule(self, key: str, *_: Any) -> None:
        """Schedule the registration of a service."""
        self._stop_timer(key)
        self.entry.async_create_background_task(
            self.hass, self._async_register(key), f"{DOMAIN} register webhook {key}"
        )

    @callback
    def _stop_timer(self, key: str) -> None:
        """Cancel a scheduled retry."""
        if cancel := self._timers.pop(key, None):
            cancel()

    @callback
    def _stop_timers(self) -> None:
        """Cancel all scheduled retries."""
        for key in list(self._timers):
            self._stop_timer(key)

    # Registration

    def _addresses(self, key: str) -> list[str]:
        """Return the URLs of Home Assistant for services, best first; empty if none is configured."""
        webhook_id = self._ids[key]
        if base := str(self.options[CONF_CALLBACK_URL] or "").strip().rstrip("/"):
            return [f"{base}{webhook.async_generate_path(webhook_id)}"]
        ways: list[dict[str, bool]] = [{"prefer_external": False}]
        if not self.options[CONF_WEBHOOKS_LOCAL_ONLY]:
            ways.append({"allow_internal": False})
        found: dict[str, None] = {}
        for way in ways:
            try:
                found[webhook.async_generate_url(self.hass, webhook_id, **way)] = None
            except NoURLAvailableError:
                continue
        return list(found)

    async def _async_register(self, key: str) -> None:
        """Register or unregister the webhook of a service, and schedule a retry if needed."""
        async with self._locks[key]:
            registrar, source = self._registrars[key], self.coordinator.sources[key]
            if not self.wanted:
                if not await async_unregister([(source.name, registrar)]):
                    self._forget(key)
                return
            urls = self._urls[key] = self._addresses(key)
            if not urls:
                self.late.async_update(key, False, self._ids)
                return
            outcome = await registrar.register(urls)
            if outcome is not Outcome.DOWN:
                source.expect_webhooks(outcome is Outcome.DONE)
            self._settle(key, outcome, registrar.error)

    @callback
    def _settle(self, key: str, outcome: Outcome, error: ClientError | None) -> None:
        """Log a changed result, update issues and schedule a retry unless it succeeded."""
        name = self.coordinator.sources[key].name
        if self.outcomes.get(key) is not outcome:
            self.outcomes[key] = outcome
            if outcome is Outcome.DONE:
                LOGGER.debug("Registered the webhook in %s", name)
            elif outcome is Outcome.SHARED:
                LOGGER.debug("%s calls the webhook of Home Assistant's own integration", name)
            else:
                LOGGER.info("Failed to register the webhook in %s, using polling: %s", name, error or outcome)
        if outcome is not Outcome.DOWN:
            issue = ISSUES.get(outcome)
            kinds = [kind for kind in ISSUES.values() if kind != issue]
            async_clear(self.hass, self.entry.entry_id, key=key, kinds=kinds)
            if issue:
                async_raise(self.hass, self.entry.entry_id, key, issue, service=name)
        reached = None if outcome is Outcome.DOWN else outcome is not Outcome.UNREACHABLE
        self.late.async_update(key, reached, self._ids)
        if outcome is Outcome.DONE:
            self._tries[key] = 0
            return
        wait = min(RETRY_FIRST * 2 ** self._tries[key], RETRY_LAST)
        self._tries[key] += 1
        self._stop_timer(key)
        self._timers[key] = async_call_later(self.hass, wait, partial(self._schedule, key))

    # Removal

    async def async_leave(self) -> None:
        """Unregister webhooks from services that were removed or moved to another address."""
        now = webhook_services(self.entry)
        left = [
            (self.coordinator.sources[key].name, self._registrars[key])
            for key, (_, data) in self._services.items()
            if key not in now or address_key(now[key][1][CONF_URL]) != address_key(data[CONF_URL])
        ]
        await async_unregister(left)
