"""Reauthentication of each service by its own flow."""

from typing import Any, cast

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigFlowContext
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_SUBENTRY_ID, DOMAIN

_STARTING: HassKey[set[tuple[str, str | None]]] = HassKey(f"{DOMAIN}_reauth")


@callback
def async_start_reauth(hass: HomeAssistant, entry: ConfigEntry, subentry_id: str | None = None) -> None:
    """Start a reauth flow for a service (None: Seerr) unless one is in progress.

    Home Assistant supports one flow per entry; here, each service of an entry has its own.
    """
    subentry = entry.subentries.get(subentry_id) if subentry_id else None
    if subentry_id and subentry is None:
        return
    key = (entry.entry_id, subentry_id)
    starting = hass.data.setdefault(_STARTING, set())
    if key in starting or _flows(hass, entry, subentry_id):
        return
    name = f"{entry.title}: {subentry.title}" if subentry else entry.title
    context: dict[str, Any] = {
        "source": SOURCE_REAUTH,
        "entry_id": entry.entry_id,
        "title_placeholders": {"name": name},
        CONF_SUBENTRY_ID: subentry_id,
    }

    async def start() -> None:
        """Start the flow."""
        try:
            await hass.config_entries.flow.async_init(
                DOMAIN, context=cast(ConfigFlowContext, context), data=dict(entry.data)
            )
        finally:
            starting.discard(key)

    starting.add(key)
    hass.async_create_task(start(), f"{DOMAIN} reauth {name}", eager_start=True)


@callback
def _flows(hass: HomeAssistant, entry: ConfigEntry, subentry_id: str | None) -> list[str]:
    """Return the reauth flows in progress of a service; one started by Home Assistant is for Seerr."""
    flows = hass.config_entries.flow.async_progress_by_handler(
        DOMAIN,
        include_uninitialized=True,
        match_context={"source": SOURCE_REAUTH, "entry_id": entry.entry_id},
    )
    return [
        flow["flow_id"]
        for flow in flows
        if cast(dict[str, Any], flow["context"]).get(CONF_SUBENTRY_ID) == subentry_id
    ]


@callback
def async_end_reauth(hass: HomeAssistant, entry: ConfigEntry, subentry_id: str | None) -> None:
    """Abort the reauth flow of a service that accepts its credentials, updated otherwise or unchanged."""
    for flow_id in _flows(hass, entry, subentry_id):
        hass.config_entries.flow.async_abort(flow_id)
