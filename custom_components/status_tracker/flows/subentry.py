"""Subentry flow to add or change a service."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_URL
from homeassistant.data_entry_flow import AbortFlow
from yarl import URL

from ..const import CONF_LINK_URL
from ..pipeline.enums import Service
from .addresses import DEFAULT_PORTS
from .client_factory import Probe, address_key, forget_client, unique_id
from .discovery import ArrFacts, async_arr_facts
from .schemas import Checked, async_check, service_schema, shown

SUBENTRY_SERVICES = tuple(service for service in Service if service is not Service.SEERR)


class ServiceSubentryFlow(ConfigSubentryFlow):
    """Subentry flow of a service; the subentry type is the kind of service."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a service."""
        return await self._async_form("user", user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Reconfigure a service."""
        return await self._async_form("reconfigure", user_input)

    @property
    def _changed(self) -> ConfigSubentry | None:
        """Return the subentry being reconfigured, None when adding one."""
        return self._get_reconfigure_subentry() if self.source == SOURCE_RECONFIGURE else None

    async def _async_form(self, step_id: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        """Show the form, validate the input and save the service."""
        service = Service(self._subentry_type)
        stored = self._changed.data if self._changed else {}
        checked = Checked()
        if user_input is None:
            values = shown(stored) if stored else self._suggested(service)
        else:
            checked = await async_check(
                self.hass, service, user_input, stored=stored, before=self._abort_if_known
            )
            if checked.probe:
                return await self._async_keep(service, checked.data, checked.probe)
            values = checked.shown_again(user_input)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                service_schema(service, stored=bool(stored)), values
            ),
            errors=checked.errors,
        )

    def _suggested(self, service: Service) -> dict[str, Any]:
        """Return a suggested URL for Shoko, which cannot be discovered: on the host of Seerr."""
        if service is not Service.SHOKO:
            return {}
        seerr = URL(self._get_entry().data[CONF_URL])
        return {CONF_URL: str(URL.build(scheme="http", host=seerr.host or "", port=DEFAULT_PORTS[service]))}

    def _abort_if_known(self, data: Mapping[str, Any]) -> None:
        """Abort if another service of this entry has the same address."""
        address = address_key(data[CONF_URL])
        for other in self._get_entry().subentries.values():
            if other is not self._changed and address_key(other.data[CONF_URL]) == address:
                raise AbortFlow("already_configured")

    async def _async_keep(self, service: Service, data: dict[str, Any], probe: Probe) -> SubentryFlowResult:
        """Save a validated service, with its settings in Seerr."""
        entry, title = self._get_entry(), None
        if service in (Service.RADARR, Service.SONARR):
            facts = await async_arr_facts(self.hass, entry.data, service, data)
            if facts is None and self._changed is None:
                facts = ArrFacts()
            if facts:
                data, title = {**data, **facts.data}, facts.title
        if self._changed is None:
            return self.async_create_entry(
                title=title or probe.name, data=data, unique_id=unique_id(data, probe)
            )
        kept = {key: value for key, value in self._changed.data.items() if key != CONF_LINK_URL}
        forget_client(self.hass, self._changed.subentry_id)
        return self.async_update_reload_and_abort(
            entry, self._changed, data={**kept, **data}, unique_id=unique_id(data, probe)
        )
