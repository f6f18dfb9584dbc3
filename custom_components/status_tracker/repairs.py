"""Repairs: apply changed settings from Seerr, and set the URL of Home Assistant for services."""

from typing import Any, cast

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import probatio

from .clients.errors import InvalidUrl
from .clients.http import normalise_url
from .const import CONF_CALLBACK_URL, CONF_SUBENTRY_ID, CONF_WEBHOOKS_LOCAL_ONLY, DOMAIN, OPTIONS
from .data import StatusTrackerConfigEntry
from .flows.client_factory import unique_id
from .flows.discovery import Found, async_read
from .flows.reauth import async_end_reauth
from .flows.schemas import callback_schema
from .upkeep.settings_watch import async_reach, match, merge
from .webhooks.issues import LATE
from .webhooks.reach import async_test_reach, own_url, suggested_url


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Create the flow to fix an issue."""
    known = data or {}
    if issue_id.startswith(LATE):
        return CallbackFlow(str(known.get("entry_id")))
    return TakeOverFlow(str(known.get("entry_id")), str(known.get(CONF_SUBENTRY_ID)))


class CallbackFlow(RepairsFlow):
    """Ask for the URL of Home Assistant, test it and save it."""

    def __init__(self, entry_id: str) -> None:
        """Initialize with the entry."""
        self._entry_id = entry_id

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Start the flow."""
        return await self.async_step_callback()

    async def async_step_callback(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the URL and save it if all services can reach it."""
        entry = cast(
            StatusTrackerConfigEntry | None, self.hass.config_entries.async_get_entry(self._entry_id)
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="service_gone")
        registration = entry.runtime_data.webhooks.registration
        services = registration.callers
        names = [entry.runtime_data.coordinator.sources[key].name for key in registration.late.unreached]
        options = {**OPTIONS, **entry.options}
        typed = str(options[CONF_CALLBACK_URL]) or suggested_url(own_url(self.hass))
        errors: dict[str, str] = {}
        if user_input is not None:
            typed = user_input.get(CONF_CALLBACK_URL, "").strip()
            try:
                url = normalise_url(typed)
            except InvalidUrl as err:
                errors[CONF_CALLBACK_URL] = err.reason
            else:
                reach = await async_test_reach(
                    self.hass, services, url, local_only=bool(options[CONF_WEBHOOKS_LOCAL_ONLY])
                )
                if reach.reached and reach.ok:
                    self.hass.config_entries.async_update_entry(
                        entry, options={**options, CONF_CALLBACK_URL: url}
                    )
                    self.hass.config_entries.async_schedule_reload(entry.entry_id)
                    return self.async_create_entry(data={})
                errors[CONF_CALLBACK_URL] = "unreachable"
                names = reach.unreached or names
        return self.async_show_form(
            step_id="callback",
            data_schema=self.add_suggested_values_to_schema(callback_schema(), {CONF_CALLBACK_URL: typed}),
            errors=errors,
            description_placeholders={"services": ", ".join(names)},
        )


class TakeOverFlow(RepairsFlow):
    """Confirm, test and save the settings of a service in Seerr."""

    def __init__(self, entry_id: str, subentry_id: str) -> None:
        """Initialize with the entry and the service."""
        self._entry_id = entry_id
        self._subentry_id = subentry_id

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Start the flow."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for confirmation, then apply the settings if they work."""
        entry = cast(
            StatusTrackerConfigEntry | None, self.hass.config_entries.async_get_entry(self._entry_id)
        )
        subentry = entry.subentries.get(self._subentry_id) if entry else None
        if entry is None or subentry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="service_gone")
        errors: dict[str, str] = {}
        if user_input is not None:
            found = match(entry, await async_read(self.hass, entry.data)).get(self._subentry_id)
            if found is None:
                errors["base"] = "seerr_silent"
            else:
                said = merge(subentry, found)
                reached = await async_reach(self.hass, subentry.data, said, entry.data[CONF_URL])
                if reached.probe:
                    self._keep(entry, subentry, found, reached)
                    return self.async_create_entry(data={})
                errors["base"] = "no_answer"
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({}),
            errors=errors,
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    def _keep(
        self, entry: StatusTrackerConfigEntry, subentry: ConfigSubentry, found: Found, reached: Found
    ) -> None:
        """Save the settings, abort a pending reauth flow and reload the entry."""
        entry.runtime_data.coordinator.addresses[found.key] = found.data[CONF_URL]
        self.hass.config_entries.async_update_subentry(
            entry, subentry, data=reached.data, unique_id=unique_id(reached.data, reached.probe)
        )
        async_end_reauth(self.hass, entry, subentry.subentry_id)
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
