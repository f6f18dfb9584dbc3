"""Our destination in Jellyfin's webhook plugin, whose configuration is read and written as a whole."""

from typing import Any, override

from ..clients.errors import BadAnswer
from ..clients.jellyfin import JellyfinClient
from .registrar import Outcome, Registrar

OPTIONS = "GenericOptions"
ADDED = "ItemAdded"
DELETED = "ItemDeleted"
NUMBERS = {1: ADDED, 24: DELETED}


class JellyfinRegistrar(Registrar[JellyfinClient]):
    """One generic destination; the plugin cannot test it."""

    @override
    async def _register(self, url: str) -> Outcome:
        """Add or repair our destination, and verify it."""
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
            raise BadAnswer(f"{self.client.name}: the webhook plugin did not keep the webhook")
        return Outcome.DONE

    async def _write(self, configuration: dict[str, Any], rows: list[Any]) -> None:
        """Write all back; a plugin that knows no deletions refuses the whole, so then without them."""
        try:
            await self.client.set_webhook_configuration({**configuration, OPTIONS: rows})
        except BadAnswer:
            rows = [*rows[:-1], {**rows[-1], "NotificationTypes": [ADDED]}]
            await self.client.set_webhook_configuration({**configuration, OPTIONS: rows})

    @override
    async def unregister(self) -> None:
        """Remove our webhook."""
        configuration = await self.client.webhook_configuration()
        if configuration is None:
            return
        rows, ours = self._split(configuration)
        if ours:
            await self.client.set_webhook_configuration({**configuration, OPTIONS: rows})

    def _split(self, configuration: dict[str, Any]) -> tuple[list[Any], list[dict[str, Any]]]:
        """Return the destinations of others, and ours."""
        rows = configuration.get(OPTIONS) or []
        if not isinstance(rows, list):
            raise BadAnswer(f"{self.client.name}: the webhook plugin's configuration was expected")
        ours = [row for row in rows if isinstance(row, dict) and self.is_ours(row.get("WebhookUri"))]
        return [row for row in rows if row not in ours], ours


def _destination(url: str, name: str, *types: str) -> dict[str, Any]:
    """Return our destination: everything known of each film, series, season and episode, as JSON."""
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
    """Return whether a destination is as wanted, as far as this version of the plugin shows it."""
    shown = {key: value for key, value in wanted.items() if key in row}
    types = row.get("NotificationTypes")
    names = {NUMBERS.get(one, one) for one in types} if isinstance(types, list) else set()
    return names == set(wanted["NotificationTypes"]) and all(
        row[key] == value
        for key, value in shown.items()
        if key not in ("NotificationTypes", "WebhookName", "Template")
    )
