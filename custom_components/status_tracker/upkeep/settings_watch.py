"""Repair issues to apply changed service settings from Seerr.

A working service is left unchanged, because its address can be chosen freely and a Jellyfin has several API
keys. An issue is created for a service that does not respond or rejects its API key, and for a working one
only if its address in Seerr has changed. Only settings that were tested successfully are offered.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from ..const import CONF_SEERR_ID, CONF_SUBENTRY_ID, DOMAIN, LOGGER
from ..coordinator import StatusTrackerCoordinator
from ..flows.client_factory import address_key
from ..flows.discovery import ARRS, Found, addresses, async_try, named_by_seerr
from ..pipeline.enums import Service

AGAIN = 600.0  # seconds; the settings in Seerr may be updated later than the service
KEY_CHANGED = "seerr_key_changed"
ADDRESS_CHANGED = "seerr_address_changed"


def match(entry: ConfigEntry[Any], found: list[Found]) -> dict[str, Found]:
    """Return the services in the settings of Seerr by subentry id."""
    jellyfins = [one for one in entry.subentries.values() if one.subentry_type == Service.JELLYFIN]
    matched: dict[str, Found] = {}
    for one in found:
        for subentry in entry.subentries.values():
            if subentry.subentry_type != one.service:
                continue
            same_number = one.service in ARRS and subentry.data.get(CONF_SEERR_ID) == one.data[CONF_SEERR_ID]
            if same_number or jellyfins == [subentry]:
                matched[subentry.subentry_id] = one
    return matched


def merge(subentry: ConfigSubentry, found: Found) -> Found:
    """Return the settings in Seerr, completed with the configured ones; API keys can be missing in Seerr."""
    key = found.data[CONF_API_KEY] or subentry.data.get(CONF_API_KEY, "")
    data = {**subentry.data, CONF_URL: found.data[CONF_URL], CONF_API_KEY: key}
    return Found(key=found.key, service=found.service, title=subentry.title, data=data)


def other_key(data: Mapping[str, Any], found: Found) -> bool:
    """Return whether Seerr uses another API key."""
    return bool(found.data[CONF_API_KEY] != data.get(CONF_API_KEY))


def other_address(data: Mapping[str, Any], found: Found, seerr_url: str) -> bool:
    """Return whether Seerr uses another address, ignoring different names of the same host."""
    theirs = {address_key(url) for url in addresses(found.data[CONF_URL], seerr_url)}
    return address_key(data[CONF_URL]) not in theirs


async def async_reach(hass: HomeAssistant, data: Mapping[str, Any], found: Found, seerr_url: str) -> Found:
    """Return the settings with the address that responds, the configured one first, or with the error."""
    ways = addresses(found.data[CONF_URL], seerr_url)
    if other_key(data, found):
        ways = [data[CONF_URL], *ways]
    return await async_try(hass, found, dict.fromkeys(ways))


@callback
def async_clear_offers(hass: HomeAssistant, entry_id: str, key: str = "", keep: Collection[str] = ()) -> None:
    """Delete the issues of a service or entry, except those whose id starts with one of `keep`.

    Deleting an issue also deletes its ignored state, so no issue is deleted only temporarily.
    """
    prefix = f"settings_{entry_id}_" + (f"{key}_" if key else "")
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(prefix) and not issue_id.startswith(tuple(keep)):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


class SettingsWatch:
    """Compares the settings in Seerr with the configured ones after changes and failures."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], coordinator: StatusTrackerCoordinator
    ) -> None:
        """Initialize without comparing."""
        self.hass = hass
        self.entry = entry
        self.coordinator = coordinator
        self._seen: tuple[object, frozenset[str]] = None, frozenset()
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def async_setup(self) -> None:
        """Start, and delete the issues of removed services."""
        kept = [f"settings_{self.entry.entry_id}_{key}_" for key in self.entry.subentries]
        async_clear_offers(self.hass, self.entry.entry_id, keep=kept)
        self.entry.async_on_unload(self.coordinator.async_add_listener(self._watch))
        self.entry.async_on_unload(self._stop)
        self._watch()

    @callback
    def _stop(self) -> None:
        """Stop."""
        if self._timer:
            self._timer()

    @callback
    def _watch(self) -> None:
        """Compare if the settings in Seerr have changed or a service has failed or recovered."""
        failing = frozenset(
            key
            for key in self.entry.subentries
            if (source := self.coordinator.sources.get(key)) and not source.state.ok
        )
        seen = self.coordinator.seerr.servers, failing
        if seen == self._seen:
            return
        newly, self._seen = failing - self._seen[1], seen
        if newly:
            self._ask_seerr()
        self.entry.async_create_background_task(
            self.hass, self._async_compare(), f"{DOMAIN} compare with Seerr's settings"
        )

    @callback
    def _ask_seerr(self, at: datetime | None = None) -> None:
        """Read the settings in Seerr, repeatedly while a service fails."""
        if self._timer:
            self._timer()
        self._timer = None
        if not self._seen[1]:
            return
        self._timer = async_call_later(self.hass, AGAIN, self._ask_seerr)
        seerr = self.coordinator.seerr
        seerr.read_settings_again()
        seerr.poll_soon()
        self.entry.async_create_task(self.hass, self.coordinator.async_request_refresh())
        if at:  # the settings can be unchanged, but valid only now
            self.entry.async_create_background_task(
                self.hass, self._async_compare(), f"{DOMAIN} compare with Seerr's settings"
            )

    async def _async_compare(self) -> None:
        """Create or delete the issue of each service after testing its settings."""
        servers = self.coordinator.seerr.servers
        if servers is None:
            return
        found = named_by_seerr(self.entry.data, servers.radarr, servers.sonarr, servers.jellyfin)
        matched = match(self.entry, found)
        for key, subentry in list(self.entry.subentries.items()):
            kind = self._kind(subentry, matched[key]) if key in matched else None
            if kind is None:
                async_clear_offers(self.hass, self.entry.entry_id, key)
                continue
            said = merge(subentry, matched[key])
            reached = await async_reach(self.hass, subentry.data, said, self.entry.data[CONF_URL])
            if reached.probe is None:
                LOGGER.debug("Failed to connect to %s as set in Seerr: %s", subentry.title, reached.error)
            elif key in self.entry.subentries:
                self._offer(subentry, kind, reached)

    def _kind(self, subentry: ConfigSubentry, found: Found) -> str | None:
        """Return which settings of a service have changed in Seerr, None if the change is not relevant."""
        said, seerr_url = merge(subentry, found), self.entry.data[CONF_URL]
        known = self.coordinator.addresses
        key = other_key(subentry.data, said)
        moved = other_address(subentry.data, said, seerr_url)
        if not moved:
            known[found.key] = found.data[CONF_URL]
        before = known.setdefault(found.key, found.data[CONF_URL])
        source = self.coordinator.sources.get(subentry.subentry_id)
        if source is None or source.state.ok:
            changed = moved and address_key(before) != address_key(found.data[CONF_URL])
            return ADDRESS_CHANGED if changed else None
        if moved:
            return ADDRESS_CHANGED
        return KEY_CHANGED if key else None

    @callback
    def _offer(self, subentry: ConfigSubentry, kind: str, found: Found) -> None:
        """Create the issue; its id depends on the change, so that each change can be ignored separately."""
        if other_key(subentry.data, found) and found.data[CONF_URL] == subentry.data[CONF_URL]:
            kind = KEY_CHANGED
        sign = sha256(f"{found.data[CONF_URL]} {found.data[CONF_API_KEY]}".encode()).hexdigest()[:8]
        issue_id = f"settings_{self.entry.entry_id}_{subentry.subentry_id}_{sign}"
        async_clear_offers(self.hass, self.entry.entry_id, subentry.subentry_id, keep=(issue_id,))
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue_id,
            data={"entry_id": self.entry.entry_id, CONF_SUBENTRY_ID: subentry.subentry_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=kind,
            translation_placeholders={
                "service": subentry.title,
                "seerr": self.entry.title,
                "url": found.data[CONF_URL],
            },
        )
