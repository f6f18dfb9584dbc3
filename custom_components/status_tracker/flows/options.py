"""Options flow: how long things may take and stay, and how the services reach Home Assistant."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from ..clients.errors import InvalidUrl
from ..clients.http import normalise_url
from ..const import (
    CONF_CALLBACK_URL,
    CONF_KEEP_HOURS,
    CONF_REGISTER_WEBHOOKS,
    CONF_WEBHOOKS_LOCAL_ONLY,
    LIMITS,
    OPTIONS,
)

MAX_HOURS = 24 * 365
MAX_MINUTES = 60 * 24 * 365


def _whole(maximum: int, unit: UnitOfTime) -> Any:
    """Return the validator of a whole number from 0."""
    config = NumberSelectorConfig(
        min=0, max=maximum, step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
    )
    return probatio.All(NumberSelector(config), probatio.Coerce(int))


SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_KEEP_HOURS): _whole(MAX_HOURS, UnitOfTime.HOURS),
        **{probatio.Required(name): _whole(MAX_MINUTES, UnitOfTime.MINUTES) for name in LIMITS},
        probatio.Optional(CONF_CALLBACK_URL): TextSelector(
            TextSelectorConfig(type=TextSelectorType.URL, autocomplete="url")
        ),
        probatio.Required(CONF_REGISTER_WEBHOOKS): BooleanSelector(),
        probatio.Required(CONF_WEBHOOKS_LOCAL_ONLY): BooleanSelector(),
    }
)


class StatusTrackerOptionsFlow(OptionsFlowWithReload):
    """Change the options of a Seerr; the entry is loaded again when something changed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options and keep what was chosen."""
        errors: dict[str, str] = {}
        if user_input is not None:
            url = user_input.get(CONF_CALLBACK_URL, "").strip()
            try:
                chosen = {**user_input, CONF_CALLBACK_URL: normalise_url(url) if url else ""}
            except InvalidUrl as err:
                errors[CONF_CALLBACK_URL] = err.reason
            else:
                return self.async_create_entry(data={**OPTIONS, **chosen})
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                SCHEMA, {**OPTIONS, **self.config_entry.options} if user_input is None else user_input
            ),
            errors=errors,
        )
