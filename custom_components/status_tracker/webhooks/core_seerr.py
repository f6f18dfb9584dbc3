"""The core Seerr integration, which can use the only webhook of Seerr and then also serves this one."""

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
    """Return the last part of a URL, which is the id of a webhook."""
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _webhooks(entry: ConfigEntry[Any]) -> set[str]:
    """Return the webhook ids that an entry may have registered in Seerr."""
    given = (entry.data.get(CONF_WEBHOOK_ID), entry.data.get(CONF_CLOUDHOOK_URL))
    return {_last_part(str(one)) for one in given if one}


@callback
def _remember(hass: HomeAssistant, entry: ConfigEntry[Any], webhook: str) -> None:
    """Store a webhook id of the core integration, to recognize it after its entry has been removed."""
    known = entry.data.get(CONF_SLOT_SHARED, [])
    if webhook not in known:
        data = {**entry.data, CONF_SLOT_SHARED: [*known, webhook]}
        hass.config_entries.async_update_entry(entry, data=data)


@callback
def slot_owner(hass: HomeAssistant, entry: ConfigEntry[Any], url: str) -> SlotOwner:
    """Return the owner of a webhook URL that is not ours."""
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
    """Call `on_news` on calls of the core integration's webhook, `on_change` when it is added or removed."""

    @callback
    def news(event: dict[str, Any]) -> None:
        """Report a change in Seerr; its details are polled."""
        on_news()

    @callback
    def changed(change: ConfigEntryChange, other: ConfigEntry[Any]) -> None:
        """Check the webhook again after an entry was loaded, unloaded or disabled."""
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
