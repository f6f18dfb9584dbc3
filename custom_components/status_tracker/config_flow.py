"""Config flow: sets up Seerr, then the services discovered from it and the *arrs."""

from collections.abc import Mapping
from typing import Any, cast, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryFlow,
    UnknownEntry,
)
from homeassistant.const import CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.loader import async_get_loaded_integration
import probatio

from .clients.errors import InvalidUrl
from .clients.http import normalise_url
from .const import (
    CONF_CALLBACK_SKIPPED,
    CONF_CALLBACK_URL,
    CONF_SERVICES,
    CONF_SKIP,
    CONF_SUBENTRY_ID,
    DOMAIN,
    OPTIONS,
)
from .flows.client_factory import Probe, address_key, forget_client
from .flows.discovery import Found, async_discover, async_find_clients, async_labels, subentries_of
from .flows.options import StatusTrackerOptionsFlow
from .flows.schemas import (
    Checked,
    async_check,
    callback_schema,
    credential_schema,
    field_of,
    found_schema,
    service_schema,
    shown,
)
from .flows.subentry import SUBENTRY_SERVICES, ServiceSubentryFlow
from .pipeline.enums import Service
from .webhooks.reach import async_test_reach, own_url, suggested_url
from .webhooks.registrars import WITH_WEBHOOKS


class StatusTrackerConfigFlow(ConfigFlow, domain=DOMAIN):
    """Config flow for Seerr and its services, including reconfiguration and reauthentication."""

    VERSION = 1
    MINOR_VERSION = 2

    def __init__(self) -> None:
        """Initialize."""
        self._title = ""
        self._data: dict[str, Any] = {}
        self._found: dict[str, Found] = {}
        self._clients: list[Found] = []
        self._chosen: list[Found] = []
        self._silent: list[Found] = []
        self._unreached: list[str] = []

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the subentry flows of the services that can be added."""
        return dict.fromkeys(SUBENTRY_SERVICES, ServiceSubentryFlow)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> StatusTrackerOptionsFlow:
        """Return the options flow."""
        return StatusTrackerOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for Seerr and discover the other services."""
        checked, values = Checked(), user_input
        if user_input is not None:
            checked = await async_check(self.hass, Service.SEERR, user_input, before=self._abort_if_known)
            if checked.probe:
                return await self._async_look_around(checked.data, checked.probe)
            values = checked.shown_again(user_input)
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(service_schema(Service.SEERR), values),
            errors=checked.errors,
        )

    def _abort_if_known(self, data: Mapping[str, Any]) -> None:
        """Abort if another entry has the same address in any spelling."""
        others = [
            entry
            for entry in self._async_current_entries(include_ignore=False)
            if entry.entry_id != self.context.get("entry_id")
        ]
        if address_key(data[CONF_URL]) in (address_key(entry.data[CONF_URL]) for entry in others):
            raise AbortFlow("already_configured")

    async def _async_look_around(self, data: dict[str, Any], probe: Probe) -> ConfigFlowResult:
        """Discover and probe the services Seerr uses."""
        self._title, self._data = probe.name, data
        self._found = {one.key: one for one in await async_discover(self.hass, data)}
        if not self._found:
            return await self.async_step_callback()
        return await self.async_step_services()

    async def async_step_services(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the discovered services for selection."""
        if user_input is not None:
            chosen = [self._found[key] for key in user_input[CONF_SERVICES]]
            self._chosen = [one for one in chosen if one.probe]
            self._silent = [one for one in chosen if not one.probe]
            return await self.async_step_service()
        labels = await async_labels(self.hass, self._found.values())
        answered = [key for key, one in self._found.items() if one.probe]
        choice = SelectSelector(
            SelectSelectorConfig(
                options=[SelectOptionDict(value=key, label=labels[key]) for key in self._found],
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
        return self.async_show_form(
            step_id="services",
            data_schema=probatio.Schema({probatio.Required(CONF_SERVICES, default=answered): choice}),
            description_placeholders={"name": self._title},
        )

    async def async_step_service(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for URL and credentials of each selected service that failed, one by one."""
        if not self._silent:
            self._clients = await async_find_clients(self.hass, self._data, self._chosen)
            return await self.async_step_qbittorrent()
        return (
            await self._async_correct("service", self._silent, user_input) or await self.async_step_service()
        )

    async def async_step_qbittorrent(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the login of each qBittorrent used by the *arrs, one by one."""
        if not self._clients:
            return await self.async_step_callback()
        result = await self._async_correct("qbittorrent", self._clients, user_input)
        return result or await self.async_step_qbittorrent()

    async def _async_correct(
        self, step_id: str, waiting: list[Found], user_input: dict[str, Any] | None
    ) -> ConfigFlowResult | None:
        """Show the form of the next pending service; None once it was corrected or skipped."""
        found = waiting[0]
        values = shown(found.data)
        errors = {}
        if user_input is None:
            if step_id == "service" and found.error:
                errors = {field_of(found.service, found.data, found.error): found.error.reason}
        elif user_input.get(CONF_SKIP):
            waiting.pop(0)
            return None
        else:
            checked = await async_check(self.hass, found.service, user_input, stored=found.data)
            if checked.probe:
                self._chosen.append(found.answered(checked.data, checked.probe))
                waiting.pop(0)
                return None
            errors, values = checked.errors, checked.shown_again(user_input)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(found_schema(found.service), values),
            errors=errors,
            description_placeholders={"name": found.title},
        )

    async def async_step_callback(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Test whether the services can reach Home Assistant; ask for its URL if they cannot."""
        errors: dict[str, str] = {}
        if user_input is None:
            typed = own_url(self.hass)
        elif user_input[CONF_SKIP]:
            return self._create(skipped=True)
        else:
            typed = user_input.get(CONF_CALLBACK_URL, "").strip()
        try:
            url = normalise_url(typed)
        except InvalidUrl as err:
            errors = {CONF_CALLBACK_URL: err.reason} if user_input else {}
        else:
            reach = await async_test_reach(self.hass, self._webhook_services(), url, local_only=True)
            self._unreached = reach.unreached
            if reach.ok:
                return self._create(callback_url=url if user_input else "")
            errors = {CONF_CALLBACK_URL: "unreachable"} if user_input else {}
        return self.async_show_form(
            step_id="callback",
            data_schema=self.add_suggested_values_to_schema(
                callback_schema().extend({probatio.Required(CONF_SKIP, default=False): BooleanSelector()}),
                user_input or {CONF_CALLBACK_URL: suggested_url(typed)},
            ),
            errors=errors,
            description_placeholders={"services": ", ".join(self._unreached or self._webhook_services())},
        )

    def _webhook_services(self) -> dict[str, tuple[Service, Mapping[str, Any]]]:
        """Return the services that can send webhooks, by name."""
        chosen = {one.title: (one.service, one.data) for one in self._chosen if one.service in WITH_WEBHOOKS}
        return {self._title: (Service.SEERR, self._data), **chosen}

    def _create(self, *, callback_url: str = "", skipped: bool = False) -> ConfigFlowResult:
        """Create the entry with a subentry for each service."""
        documentation = async_get_loaded_integration(self.hass, DOMAIN).documentation
        return self.async_create_entry(
            title=self._title,
            data={**self._data, **({CONF_CALLBACK_SKIPPED: True} if skipped else {})},
            options={**OPTIONS, CONF_CALLBACK_URL: callback_url} if callback_url else {},
            subentries=subentries_of(self._chosen),
            description_placeholders={
                "dashboards": "/config/lovelace/dashboards",
                "blueprints": f"{documentation}#blueprints-and-examples",
                "services": f"/config/integrations/integration/{DOMAIN}",
            },
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Reconfigure Seerr."""
        entry = self._get_reconfigure_entry()
        checked, values = Checked(), shown(entry.data)
        if user_input is not None:
            checked = await async_check(
                self.hass, Service.SEERR, user_input, stored=entry.data, before=self._abort_if_known
            )
            if checked.probe:
                return self.async_update_reload_and_abort(entry, data_updates=checked.data)
            values = checked.shown_again(user_input)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                service_schema(Service.SEERR, stored=True), values
            ),
            errors=checked.errors,
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Start reauthentication of the service that rejected its credentials."""
        return await self.async_step_reauth_confirm()

    def _refused(self) -> ConfigSubentry | None:
        """Return the subentry to reauthenticate, None for Seerr."""
        subentry_id = cast(dict[str, Any], self.context).get(CONF_SUBENTRY_ID)
        return self._get_reauth_entry().subentries[subentry_id] if subentry_id else None

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for new credentials of the service."""
        try:
            entry = self._get_reauth_entry()
            subentry = self._refused()
        except KeyError, UnknownEntry:
            return self.async_abort(reason="service_removed")
        service = Service(subentry.subentry_type) if subentry else Service.SEERR
        stored = subentry.data if subentry else entry.data
        checked = Checked()
        if user_input is not None:
            fixed = {key: stored[key] for key in (CONF_URL, CONF_VERIFY_SSL)}
            checked = await async_check(self.hass, service, user_input, stored=shown(stored), fixed=fixed)
            if checked.probe and subentry:
                forget_client(self.hass, subentry.subentry_id)
                self.hass.config_entries.async_update_subentry(
                    entry, subentry, data={**subentry.data, **checked.data}
                )
                return self.async_update_reload_and_abort(entry)
            if checked.probe:
                return self.async_update_reload_and_abort(entry, data_updates=checked.data)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(
                credential_schema(service), shown(stored) if user_input is None else user_input
            ),
            errors=checked.errors,
            description_placeholders={
                "name": subentry.title if subentry else entry.title,
                "url": stored[CONF_URL],
            },
        )
