"""What the tests of the webhooks share."""

from copy import deepcopy
from typing import Any

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.webhooks.manager import WebhookManager

from ..stack.arr import FakeArr
from ..stack.household import Household

HOOKED = {"seerr", "radarr-hd", "sonarr-hd", "jellyfin"}


def manager_of(entry: ConfigEntry[Any]) -> WebhookManager:
    """The webhooks of an entry."""
    manager: WebhookManager = entry.runtime_data.webhooks
    return manager


def issues(hass: HomeAssistant) -> set[tuple[str, str]]:
    """The kind of each of our issues, and the service it names."""
    return {
        (issue.translation_key or "", (issue.translation_placeholders or {}).get("service", ""))
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


def unreached(entry: ConfigEntry[Any]) -> set[str]:
    """Return the services that cannot call Home Assistant."""
    return set(manager_of(entry).registration.late.unreached)


def path_of(entry: ConfigEntry[Any], key: str) -> str:
    """The path of a service's webhook."""
    return webhook.async_generate_path(entry.data["webhooks"][key])


def state_of_stack(home: Household) -> Any:
    """What registering changes in the services."""
    return deepcopy(
        (
            [server.arr.notifications for server in (*home.radarrs.values(), *home.sonarrs.values())],
            home.seerr.webhook.config,
            home.jellyfin.plugin.configuration,
        )
    )


def calls_us(server: FakeArr) -> bool:
    """Whether an *arr has a connection that calls a Home Assistant."""
    return any("/api/webhook/" in str(row["fields"]) for row in server.arr.notifications.values())


def handlers(hass: HomeAssistant) -> list[str]:
    """The ids of all webhooks of Home Assistant that are ours."""
    return [key for key, data in hass.data.get("webhook", {}).items() if data.domain == DOMAIN]
