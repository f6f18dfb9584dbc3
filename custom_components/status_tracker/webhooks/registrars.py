"""Registrars for the services that support webhooks, and removal of all webhooks."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..clients.errors import ClientError
from ..const import CONF_REGISTERED, CONF_WEBHOOKS, LOGGER
from ..flows.client_factory import build_client
from ..pipeline.enums import SEERR, Service
from .core_seerr import slot_owner
from .issues import async_clear
from .registrar import PreviousWebhook, Registrar, SlotOwner
from .registrar_arr import ArrRegistrar
from .registrar_jellyfin import JellyfinRegistrar
from .registrar_seerr import SeerrRegistrar

LEAVE_LIMIT = 10.0

WITH_WEBHOOKS = (Service.RADARR, Service.SONARR, Service.JELLYFIN)

type WebhookServices = dict[str, tuple[Service, dict[str, Any]]]


def webhook_services(entry: ConfigEntry[Any]) -> WebhookServices:
    """Return the services of an entry that can send webhooks, with their data, by source."""
    found: WebhookServices = {SEERR: (Service.SEERR, dict(entry.data))}
    for key, subentry in entry.subentries.items():
        if (service := Service(subentry.subentry_type)) in WITH_WEBHOOKS:
            found[key] = (service, dict(subentry.data))
    return found


def _never() -> int:
    """Return 0 calls, for registrars that only unregister."""
    return 0


def _discard(kept: PreviousWebhook) -> None:
    """Store nothing, for registrars that only unregister."""


def build_registrar(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    webhook_id: str,
    service: tuple[Service, Mapping[str, Any]],
    heard: Callable[[], int] = _never,
) -> Registrar[Any]:
    """Return the registrar for the webhook of a service."""
    registered = entry.data.get(CONF_REGISTERED, {})

    @callback
    def keep(kept: PreviousWebhook) -> None:
        """Store the data to restore as long as the webhook is registered."""
        known = entry.data.get(CONF_REGISTERED, {})
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_REGISTERED: {**known, key: dict(kept)}}
        )

    name = f"Status Tracker (Home Assistant {entry.entry_id[-6:].lower()})"
    path = webhook.async_generate_path(webhook_id)
    owner_of = partial(slot_owner, hass, entry)
    return make_registrar(
        hass, path, name, service, heard=heard, keep=keep, kept=registered.get(key), owner_of=owner_of
    )


def make_registrar(
    hass: HomeAssistant,
    path: str,
    name: str,
    service: tuple[Service, Mapping[str, Any]],
    *,
    heard: Callable[[], int],
    keep: Callable[[PreviousWebhook], None] = _discard,
    kept: PreviousWebhook | None = None,
    owner_of: Callable[[str], SlotOwner] = lambda _: SlotOwner.OTHER,
) -> Registrar[Any]:
    """Return the registrar for a kind of service."""
    kind, data = service
    make: Callable[..., Registrar[Any]]
    match kind:
        case Service.SEERR:
            make = partial(SeerrRegistrar, build_client(hass, kind, data), owner_of=owner_of)
        case Service.JELLYFIN:
            make = partial(JellyfinRegistrar, build_client(hass, kind, data))
        case Service.RADARR:
            make = partial(ArrRegistrar, build_client(hass, kind, data))
        case _:
            make = partial(ArrRegistrar, build_client(hass, Service.SONARR, data))
    return make(path, name, heard=heard, keep=keep, kept=kept)


async def async_unregister(registrars: Iterable[tuple[str, Registrar[Any]]]) -> set[str]:
    """Unregister webhooks from services concurrently; return the names of those that failed."""
    failed: set[str] = set()

    async def unregister(name: str, registrar: Registrar[Any]) -> None:
        """Unregister the webhook from a service."""
        try:
            async with asyncio.timeout(LEAVE_LIMIT):
                await registrar.unregister()
        except (ClientError, TimeoutError) as err:
            failed.add(name)
            reason = str(err) or "timed out"
            LOGGER.warning("Failed to remove the webhook from %s: %s", name, reason)

    async with asyncio.TaskGroup() as group:
        for name, registrar in registrars:
            group.create_task(unregister(name, registrar))
    return failed


async def async_unregister_all(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Unregister all webhooks of an entry that is being removed."""
    ids = entry.data.get(CONF_WEBHOOKS, {})
    titles = {key: subentry.title for key, subentry in entry.subentries.items()}
    await async_unregister(
        (titles.get(key, entry.title), build_registrar(hass, entry, key, ids[key], service))
        for key, service in webhook_services(entry).items()
        if key in ids
    )
    async_clear(hass, entry.entry_id)
