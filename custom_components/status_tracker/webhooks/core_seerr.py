"""Home Assistant's own Seerr integration: it may hold the only webhook a Seerr has, and then serves both."""

from collections.abc import Callable
from functools import partial
from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import CONF_SLOT_SHARED
from .registrar import SlotOwner

DOMAIN = "overseerr"
SIGNAL = "overseerr_event"
CONF_CLOUDHOOK_URL = "cloudhook_url"


def _last_part(url: str) -> str:
    """Return the last part of an address, where a webhook has its id."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _webhooks(entry: ConfigEntry[Any]) -> set[str]:
    """Return the last parts of the addresses that an entry may have given to its Seerr."""
    given = (entry.data.get(CONF_WEBHOOK_ID), entry.data.get(CONF_CLOUDHOOK_URL))
    return {_last_part(str(one)) for one in given if one}


@callback
def _remember(hass: HomeAssistant, entry: ConfigEntry[Any], webhook: str) -> None:
    """Keep that a webhook was that integration's, so that it is known when its entry has been removed."""
    known = entry.data.get(CONF_SLOT_SHARED, [])
    if webhook not in known:
        data = {**entry.data, CONF_SLOT_SHARED: [*known, webhook]}
        hass.config_entries.async_update_entry(entry, data=data)


@callback
def slot_owner(hass: HomeAssistant, entry: ConfigEntry[Any], url: str) -> SlotOwner:
    """Return whose webhook an address is that is not ours."""
    webhook = _last_part(url)
    for other in hass.config_entries.async_entries(DOMAIN):
        if webhook in _webhooks(other):
            _remember(hass, entry, webhook)
            return SlotOwner.LEFT_BEHIND if other.disabled_by else SlotOwner.CORE
    return SlotOwner.LEFT_BEHIND if webhook in entry.data.get(CONF_SLOT_SHARED, []) else SlotOwner.OTHER


@callback
def async_follow(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    on_news: Callable[[], None],
    on_change: Callable[[], None],
) -> CALLBACK_TYPE:
    """Call `on_news` when that integration's webhook is called, `on_change` when it comes or goes."""

    @callback
    def news(event: dict[str, Any]) -> None:
        """Tell that something has changed in a Seerr; what it was, Seerr is asked."""
        on_news()

    @callback
    def changed(change: ConfigEntryChange, other: ConfigEntry[Any]) -> None:
        """Look at the slot again once an entry is there, is gone, or is disabled."""
        if other.domain != DOMAIN:
            return
        if change is ConfigEntryChange.REMOVED:
            for webhook in _webhooks(other):
                _remember(hass, entry, webhook)
        elif other.state is not ConfigEntryState.LOADED and not other.disabled_by:
            return
        on_change()

    stops = (
        async_dispatcher_connect(hass, SIGNAL, news),
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed),
    )
    return partial(_stop, stops)


def _stop(stops: tuple[CALLBACK_TYPE, ...]) -> None:
    """Stop following."""
    for stop in stops:
        stop()
