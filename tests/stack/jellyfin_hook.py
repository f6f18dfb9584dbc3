"""Jellyfin's webhook plugin: its configuration, its 30-second queue, its payloads."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
import html
import json
import re
from typing import Any

from .library import JellyfinItem
from .state import WorldState
from .webhooks import Webhooks

type Json = dict[str, Any]

PLUGIN_ID = "71552a5a5c5c4350a2aeebe451a30173"
TEXT = "text/plain; charset=utf-8"
ROUNDS = 10
EVERY = 90
DESTINATIONS = (
    "GenericOptions",
    "DiscordOptions",
    "GenericFormOptions",
    "GotifyOptions",
    "PushbulletOptions",
    "PushoverOptions",
    "SlackOptions",
    "SmtpOptions",
    "MqttOptions",
)
NUMBERS = {1: "ItemAdded", 2: "Generic", 11: "TaskCompleted", 24: "ItemDeleted"}
TYPES = {
    "ItemAdded", "Generic", "PlaybackStart", "PlaybackProgress", "PlaybackStop", "SubtitleDownloadFailure",
    "AuthenticationFailure", "AuthenticationSuccess", "SessionStart", "PendingRestart", "TaskCompleted",
    "PluginInstallationCancelled", "PluginInstallationFailed", "PluginInstalled", "PluginInstalling",
    "PluginUninstalled", "PluginUpdated", "UserCreated", "UserDeleted", "UserLockedOut",
    "UserPasswordChanged", "UserUpdated", "UserDataSaved", "ItemDeleted",
}  # fmt: skip
ENABLE = {
    "Movie": "EnableMovies", "Episode": "EnableEpisodes", "Series": "EnableSeries",
    "Season": "EnableSeasons", "Video": "EnableVideos",
}  # fmt: skip


class RefusedConfiguration(Exception):
    """The plugin cannot read what it was given; the server answers 500."""


@dataclass(slots=True, eq=False)
class Queued:
    """An item waiting to be sent, and for how many rounds already."""

    item: JellyfinItem
    rounds: int = 0


class WebhookPlugin:
    """The plugin. `draining` False keeps ItemAdded queued until `drain` is called: its 30-second task."""

    def __init__(
        self,
        world: WorldState,
        webhooks: Webhooks,
        server: Json,
        *,
        version: str = "21.0.0.0",
        installed: bool = True,
    ) -> None:
        """`server` holds ServerId, ServerName, ServerVersion and ServerUrl of every payload."""
        self.world = world
        self.webhooks = webhooks
        self.server = server
        self.version = version
        self.installed = installed
        self.enabled = True
        self.draining = True
        self.has_run = False  # its task starts an hour after the server's first start
        self.queue: list[Queued] = []
        self.configuration: Json = {"ServerUrl": "", **{name: [] for name in DESTINATIONS}}

    @property
    def active(self) -> bool:
        """Whether it is there and switched on."""
        return self.installed and self.enabled

    def last_round(self) -> datetime:
        """When its task ended the last time: it says every 30 s, and runs every 90 s."""
        return datetime.fromtimestamp(self.world.now("jellyfin").timestamp() // EVERY * EVERY, UTC)

    def listing(self) -> list[Json]:
        """GET /Plugins."""
        if not self.installed:
            return []
        status = "Active" if self.enabled else "Disabled"
        return [
            {
                "Name": "Webhook",
                "Id": PLUGIN_ID,
                "Version": self.version,
                "Status": status,
                "CanUninstall": True,
            }
        ]

    def configure(self, body: Any) -> None:
        """POST …/Configuration replaces everything; unknown keys are lost, unknown types refused."""
        if not isinstance(body, dict):
            raise RefusedConfiguration
        known = TYPES if int(self.version.partition(".")[0]) >= 14 else TYPES - {"ItemDeleted"}
        for name in DESTINATIONS:
            for option in body.get(name, []):
                kinds = [NUMBERS.get(kind, kind) for kind in option.get("NotificationTypes", [])]
                if not known.issuperset(kinds):
                    raise RefusedConfiguration
                option["NotificationTypes"] = kinds
        self.configuration = {
            "ServerUrl": body.get("ServerUrl", ""),
            **{name: body.get(name, []) for name in DESTINATIONS},
        }

    # -- telling ---------------------------------------------------------------------------------------

    async def on_item(self, item: JellyfinItem, what: str) -> None:
        """The library changed; neither virtual nor changed items are sent."""
        if not self.active or item.is_virtual:
            return
        if what == "removed":
            await self._post("ItemDeleted", self._item_body("ItemDeleted", item), item.type)
            return
        if what == "added":
            self.queue.append(Queued(item))
        if self.draining:
            await self.drain()

    async def drain(self) -> None:
        """One round of the queue; an item that is gone already ends the round early."""
        waiting, self.queue = self.queue, []
        while waiting:
            entry = waiting.pop(0)
            if entry.item.id not in self.world.items:
                break
            entry.rounds += 1
            if not entry.item.provider_ids and entry.rounds < ROUNDS:
                self.queue.append(entry)
                continue
            await self._post("ItemAdded", self._item_body("ItemAdded", entry.item), entry.item.type)
        self.queue += waiting

    async def on_scan_ended(self, task_id: str, started: str, ended: str) -> None:
        """A library scan is over."""
        if not self.active:
            return
        body = self._base("TaskCompleted") | {
            "TaskId": task_id,
            "TaskName": "Scan Media Library",
            "TaskState": "Idle",
            "ResultId": task_id,
            "ResultKey": "RefreshLibrary",
            "ResultName": "Scan Media Library",
            "ResultStatus": "Completed",
            "StartTime": started,
            "EndTime": ended,
        }
        await self._post("TaskCompleted", body, None)

    async def _post(self, kind: str, body: Json, item_type: str | None) -> None:
        """Send to every generic destination that wants it; no retry, and a bad Content-Type sends nothing."""
        for option in self.configuration["GenericOptions"]:
            wanted = kind in option.get("NotificationTypes", []) and option.get("EnableWebhook", True)
            if not wanted or (item_type is not None and not option.get(ENABLE[item_type], False)):
                continue
            headers = {"Content-Type": TEXT}
            headers |= {
                entry["Key"]: entry["Value"] for entry in option.get("Headers", []) if entry.get("Key")
            }
            if headers["Content-Type"] != TEXT and ";" in headers["Content-Type"]:
                continue
            text = json.dumps(body) if option.get("SendAllProperties") else self._fill(option, body)
            if text.strip() or not option.get("SkipEmptyMessageBody"):
                await self.webhooks.send(option.get("WebhookUri", ""), text, headers=headers)

    @staticmethod
    def _fill(option: Json, body: Json) -> str:
        """The base64 template with its `{{Key}}`, `{{[Key with space]}}` and `{{{Key}}}` filled in."""
        template = base64.b64decode(option.get("Template", "")).decode()
        lower = {key.lower(): str(value) for key, value in body.items()}

        def value(match: re.Match[str]) -> str:
            """The value of a placeholder; escaped for HTML between two braces."""
            raw = lower.get(match["name"].strip("[] ").lower(), "")
            return raw if match[0].startswith("{{{") else html.escape(raw)

        return re.sub(r"\{{2,3}(?P<name>[^{}]+)\}{2,3}", value, template)

    def _base(self, kind: str) -> Json:
        """What every payload starts with."""
        now = f"{self.world.now('jellyfin'):%Y-%m-%dT%H:%M:%S.%f}0"
        return self.server | {
            "NotificationType": kind,
            "Timestamp": f"{now}+00:00",
            "UtcTimestamp": f"{now}Z",
        }

    def _item_body(self, kind: str, item: JellyfinItem) -> Json:
        """An item with all properties: no path, ids of the item itself, quotes escaped once too often."""
        body = self._base(kind) | {
            "Name": item.name.replace('"', '\\"'),
            "Overview": "",
            "Tagline": "",
            "ItemId": item.id,
            "ItemType": item.type,
            "RunTimeTicks": 14_400_000_000,
            "RunTime": "00:24:00",
        }
        show = self.world.items.get(item.series_id or "")
        optional: Json = {
            "Year": show.year if show else item.year,
            "PremiereDate": f"{item.premiere_date:%Y-%m-%d}" if item.premiere_date else None,
            "SeriesName": item.series_name.replace('"', '\\"') if item.series_name else None,
            "SeriesId": item.series_id,
            "SeasonId": item.season_id,
        }
        season = item.index_number if item.type == "Season" else item.parent_index_number
        numbers = {"Season": season, "Episode": item.index_number if item.type == "Episode" else None}
        for name, value in numbers.items():
            if value is not None:
                optional |= {f"{name}Number{'0' * width}": f"{value:0{width}d}" for width in (2, 3)}
                optional[f"{name}Number"] = value
        optional |= {f"Provider_{key.lower()}": value for key, value in item.provider_ids.items()}
        return body | {key: value for key, value in optional.items() if value is not None}
