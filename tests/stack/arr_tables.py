"""The small tables and the commands of a simulated *arr."""

from typing import Any, override
from urllib.parse import urlsplit

from aiohttp import web

from .arr_part import ArrPart
from .arr_rows import iso
from .rows import CommandRow

HARMLESS = ("RefreshMovie", "RescanMovie", "RefreshSeries", "RescanSeries", "ManualImport")


class TablesApi(ArrPart):
    """Tags, folders, profiles, health and commands."""

    @override
    def add_routes(self) -> None:
        """These parts of the API."""
        api = self.server.api
        api("GET", "tag", self._tags)
        api("GET", "rootfolder", self._rootfolders)
        api("GET", "qualityprofile", self._profiles)
        api("GET", "diskspace", self._disks)
        api("GET", "health", self._health)
        api("GET", "downloadclient", self._clients)
        api("POST", "command", self._command)
        api("GET", "command", self._commands)
        api("GET", "command/{id:\\d+}", self._command_get)

    async def _tags(self, request: web.Request) -> web.StreamResponse:
        """Tag ids and labels."""
        return self.server.json(
            [{"id": number, "label": label} for number, label in self.server.arr.tags.items()]
        )

    async def _rootfolders(self, request: web.Request) -> web.StreamResponse:
        """Root folders."""
        paths = dict.fromkeys((self.server.arr.root, self.server.arr.anime_root))
        rows = [
            {"id": number, "path": path, "accessible": True, "freeSpace": 10**12, "unmappedFolders": []}
            for number, path in enumerate(paths, 1)
        ]
        return self.server.json(rows)

    async def _disks(self, request: web.Request) -> web.StreamResponse:
        """The disks of the root folders, which share one."""
        row = {"path": "/", "label": "", "freeSpace": 10**12, "totalSpace": 4 * 10**12}
        return self.server.json([row])

    async def _profiles(self, request: web.Request) -> web.StreamResponse:
        """Quality profiles."""
        rows = [
            {
                "id": number,
                "name": name,
                "upgradeAllowed": True,
                "cutoff": 7,
                "items": [],
                "minFormatScore": 0,
                "cutoffFormatScore": 0,
                "minUpgradeFormatScore": 1,
                "formatItems": [],
            }
            for number, name in ((1, "HD-1080p"), (4, "Anime"), (5, "Ultra-HD"))
        ]
        return self.server.json(rows)

    async def _clients(self, request: web.Request) -> web.StreamResponse:
        """The download client with its address and user; the password is masked."""
        client = self.server.download_client
        if client is None:
            return self.server.json([])
        parts = urlsplit(client.url)
        values = {
            "host": parts.hostname,
            "port": parts.port,
            "useSsl": False,
            "urlBase": client.url_base,
            "username": self.server.download_user,
            "password": "********",
            "movieCategory" if self.server.arr.kind == "radarr" else "tvCategory": self.server.arr.kind,
        }
        kinds = {"port": "number", "useSsl": "checkbox", "password": "password"}
        row = {
            "enable": True,
            "protocol": "torrent",
            "priority": 1,
            "removeCompletedDownloads": True,
            "removeFailedDownloads": True,
            "name": "qBittorrent",
            "fields": [
                {
                    "order": order,
                    "name": name,
                    "label": name,
                    "value": value,
                    "type": kinds.get(name, "textbox"),
                    "advanced": False,
                    "privacy": "password" if name == "password" else "normal",
                    "isFloat": False,
                }
                for order, (name, value) in enumerate(values.items())
            ],
            "implementationName": "qBittorrent",
            "implementation": "QBittorrent",
            "configContract": "QBittorrentSettings",
            "infoLink": "https://wiki.servarr.com/supported#qbittorrent",
            "tags": [],
            "id": 1,
        }
        return self.server.json([row])

    async def _health(self, request: web.Request) -> web.StreamResponse:
        """Health problems, that of our connections among them."""
        rows = [
            {
                "id": 0,
                "source": entry["source"],
                "type": entry["type"],
                "message": entry["message"],
                "wikiUrl": "https://wiki.servarr.com/system",
            }
            for entry in self.server.arr.health + self.server.connections.health()
        ]
        return self.server.json(rows)

    async def _command(self, request: web.Request) -> web.StreamResponse:
        """Run a command at once; an unknown name is a 500."""
        body = await request.json()
        name = str(body.get("name", ""))
        if name in ("RefreshMonitoredDownloads", "ProcessMonitoredDownloads"):
            self.server.world.refresh_queue(self.server.arr)
        elif name not in HARMLESS and not await self.server.run_search(name, body):
            return self.server.json({"message": "Unknown command", "description": name}, 500)
        row = CommandRow(
            id=self.server.arr.new_id("command"),
            name=name,
            body=body,
            queued=self.server.world.now(self.server.kind),
        )
        self.server.arr.commands[row.id] = row
        return self.server.json(self._command_resource(row) | {"status": "queued", "result": "unknown"}, 201)

    async def _commands(self, request: web.Request) -> web.StreamResponse:
        """All commands."""
        return self.server.json([self._command_resource(row) for row in self.server.arr.commands.values()])

    async def _command_get(self, request: web.Request) -> web.StreamResponse:
        """One command."""
        row = self.server.arr.commands.get(int(request.match_info["id"]))
        return (
            self.server.json(self._command_resource(row))
            if row
            else self.server.json({"message": "NotFound"}, 404)
        )

    def _command_resource(self, row: CommandRow) -> dict[str, Any]:
        """A command as the API shows it."""
        return {
            "id": row.id,
            "name": row.name,
            "commandName": row.name,
            "message": row.message,
            "priority": "normal",
            "status": row.status,
            "result": row.result,
            "queued": iso(row.queued),
            "started": iso(row.queued),
            "ended": iso(row.queued),
            "duration": "00:00:00.1000000",
            "trigger": "manual",
            "stateChangeTime": iso(row.queued),
            "sendUpdatesToClient": True,
            "updateScheduledTask": True,
        }
