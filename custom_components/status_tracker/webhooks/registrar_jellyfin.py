"""Webhook destination in Jellyfin's webhook plugin, whose configuration is written as a whole."""

from typing import Any, override

from ..clients.errors import BadAnswer
from ..clients.jellyfin import JellyfinClient
from .registrar import Outcome, Registrar

OPTIONS = "GenericOptions"
ADDED = "ItemAdded"
DELETED = "ItemDeleted"
NUMBERS = {1: ADDED, 24: DELETED}


class JellyfinRegistrar(Registrar[JellyfinClient]):
    """A generic destination, which the plugin cannot test."""

    @override
    async def _register(self, url: str) -> Outcome:
        """Add or update the destination and verify that it was stored."""
        configuration = await self.client.webhook_configuration()
        if configuration is None:
            return Outcome.ABSENT
        rows, ours = self._split(configuration)
        wanted = _destination(url, self.name, ADDED, DELETED)
        if len(ours) == 1 and _is_as(ours[0], wanted):
            return Outcome.DONE
        if self.kept is None:
            self._remember({})
        first = ours[0] if ours else {}
        await self._write(configuration, [*rows, {**first, **wanted}])
        _, ours = self._split(await self.client.webhook_configuration() or {})
        if not ours:
            raise BadAnswer(f"{self.client.name}: the webhook plugin did not store the webhook")
        return Outcome.DONE

    async def _write(self, configuration: dict[str, Any], rows: list[Any]) -> None:
        """Write the configuration; retry without deletions for plugin versions that do not support them."""
        try:
            await self.client.set_webhook_configuration({**configuration, OPTIONS: rows})
        except BadAnswer:
            rows = [*rows[:-1], {**rows[-1], "NotificationTypes": [ADDED]}]
            await self.client.set_webhook_configuration({**configuration, OPTIONS: rows})

    @override
    async def unregister(self) -> None:
        """Remove the destination."""
        configuration = await self.client.webhook_configuration()
        if configuration is None:
            return
        rows, ours = self._split(configuration)
        if ours:
            await self.client.set_webhook_configuration({**configuration, OPTIONS: rows})

    def _split(self, configuration: dict[str, Any]) -> tuple[list[Any], list[dict[str, Any]]]:
        """Return the other destinations and ours."""
        rows = configuration.get(OPTIONS) or []
        if not isinstance(rows, list):
            raise BadAnswer(f"{self.client.name}: expected the configuration of the webhook plugin")
        ours = [row for row in rows if isinstance(row, dict) and self.is_ours(row.get("WebhookUri"))]
        return [row for row in rows if row not in ours], ours


def _destination(url: str, name: str, *types: str) -> dict[str, Any]:
    """Return our destination: all properties of added and deleted items as JSON."""
    return {
        "NotificationTypes": list(types),
        "WebhookName": name,
        "WebhookUri": url,
        "EnableMovies": True,
        "EnableEpisodes": True,
        "EnableSeries": True,
        "EnableSeasons": True,
        "EnableVideos": True,
        "EnableAlbums": False,
        "EnableSongs": False,
        "SendAllProperties": True,
        "TrimWhitespace": False,
        "SkipEmptyMessageBody": False,
        "EnableWebhook": True,
        "Template": "",
        "UserFilter": [],
        "Headers": [{"Key": "Content-Type", "Value": "application/json"}],
        "Fields": [],
    }


def _is_as(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Return whether a destination has the expected settings supported by this plugin version."""
    shown = {key: value for key, value in wanted.items() if key in row}
    types = row.get("NotificationTypes")
    names = {NUMBERS.get(one, one) for one in types} if isinstance(types, list) else set()
    return names == set(wanted["NotificationTypes"]) and all(
        row[key] == value
        for key, value in shown.items()
        if key not in ("NotificationTypes", "WebhookName", "Template")
    )
