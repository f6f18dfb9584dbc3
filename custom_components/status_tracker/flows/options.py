"""Options flow: time limits, permissions and webhooks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.data_entry_flow import section
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    DurationSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from ..clients.errors import InvalidUrl
from ..clients.http import normalise_url
from ..const import (
    CONF_ADMINS_ONLY,
    CONF_CALLBACK_URL,
    CONF_KEEP_FOREVER,
    CONF_KEEP_HOURS,
    CONF_REGISTER_WEBHOOKS,
    CONF_WEBHOOKS_LOCAL_ONLY,
    LIMITS,
    OPTIONS,
)
from .schemas import SECTION_STUCK, SECTION_WEBHOOKS, flat

WEBHOOK_OPTIONS = (CONF_CALLBACK_URL, CONF_REGISTER_WEBHOOKS, CONF_WEBHOOKS_LOCAL_ONLY)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

_DURATION = DurationSelector(DurationSelectorConfig(enable_day=True, enable_second=False))

SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_KEEP_HOURS): _DURATION,
        probatio.Required(CONF_KEEP_FOREVER): BooleanSelector(),
        probatio.Required(CONF_ADMINS_ONLY): BooleanSelector(),
        probatio.Required(SECTION_STUCK): section(
            probatio.Schema({probatio.Required(name): _DURATION for name in LIMITS}), {"collapsed": True}
        ),
        probatio.Required(SECTION_WEBHOOKS): section(
            probatio.Schema(
                {
                    probatio.Optional(CONF_CALLBACK_URL): TextSelector(
                        TextSelectorConfig(type=TextSelectorType.URL, autocomplete="url")
                    ),
                    probatio.Required(CONF_REGISTER_WEBHOOKS): BooleanSelector(),
                    probatio.Required(CONF_WEBHOOKS_LOCAL_ONLY): BooleanSelector(),
                }
            ),
            {"collapsed": True},
        ),
    }
)


def shown_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored options as shown in the form: durations, grouped in sections."""
    values = {**OPTIONS, **options}
    for name in (CONF_KEEP_HOURS, *LIMITS):
        values[name] = _parts(values[name] * (HOUR if name == CONF_KEEP_HOURS else MINUTE))
    in_sections = {*LIMITS, *WEBHOOK_OPTIONS}
    return {
        **{key: value for key, value in values.items() if key not in in_sections},
        SECTION_STUCK: {key: values[key] for key in LIMITS},
        SECTION_WEBHOOKS: {key: values[key] for key in WEBHOOK_OPTIONS},
    }


def _parts(duration: timedelta) -> dict[str, int]:
    """Return a duration in the format of its selector."""
    hours, seconds = divmod(duration.seconds, 3600)
    return {"days": duration.days, "hours": hours, "minutes": seconds // 60}


def chosen_options(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return form input as stored: in hours and minutes; raises InvalidUrl."""
    chosen = {**OPTIONS, CONF_CALLBACK_URL: "", **flat(user_input)}
    for name in (CONF_KEEP_HOURS, *LIMITS):
        duration = cv.positive_time_period_dict(chosen[name])
        chosen[name] = round(duration / (HOUR if name == CONF_KEEP_HOURS else MINUTE))
    url = str(chosen[CONF_CALLBACK_URL]).strip()
    chosen[CONF_CALLBACK_URL] = normalise_url(url) if url else ""
    return chosen


class StatusTrackerOptionsFlow(OptionsFlowWithReload):
    """Options flow of an entry; the entry is reloaded after a change."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options and save the input."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                chosen = chosen_options(user_input)
            except InvalidUrl as err:
                errors[SECTION_WEBHOOKS] = err.reason
            else:
                return self.async_create_entry(data=chosen)
        values = shown_options(self.config_entry.options) if user_input is None else user_input
        return self.async_show_form(
            step_id="init", data_schema=self.add_suggested_values_to_schema(SCHEMA, values), errors=errors
        )
