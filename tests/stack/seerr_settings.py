"""Seerr's settings: itself, its *arrs, its media server, its jobs."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from .server import StackServer

if TYPE_CHECKING:
    from .seerr import FakeSeerr

ADMIN = 2
JOBS = (
    "jellyfin-recently-added-scan", "jellyfin-full-scan", "radarr-scan", "sonarr-scan", "availability-sync",
    "download-sync", "download-sync-reset",
)  # fmt: skip


class SettingsApi:
    """Everything under /settings but the webhook.

    `hostname` replaces the services' host, as seen inside containers; `key_overrides` {server name: key} is
    what Seerr believes a key to be.
    """

    def __init__(self, server: FakeSeerr) -> None:
        """Answer for this Seerr."""
        self.server = server
        self.hostname = ""
        self.key_overrides: dict[str, str] = {}
        self.external_arrs = ""
        self.external_jellyfin = ""

    def add_routes(self) -> None:
        """The settings routes."""
        self.server.route("GET", "/api/v1/settings/public", self._public)
        api = self.server.api
        api("GET", "settings/main", self._main, permission=ADMIN)
        api("GET", "settings/radarr", self._radarr, permission=ADMIN)
        api("GET", "settings/sonarr", self._sonarr, permission=ADMIN)
        api("GET", "settings/jobs", self._jobs, permission=ADMIN)
        api("POST", "settings/jobs/{id}/run", self._run_job, permission=ADMIN)
        api("GET", "service/radarr", self._service_radarr)
        api("GET", "service/sonarr", self._service_sonarr)
        if self.server.flavour.jellyfin:
            api("GET", "settings/jellyfin", self._jellyfin, permission=ADMIN)

    async def _public(self, request: web.Request) -> web.StreamResponse:
        """Public settings; no key needed."""
        data: dict[str, Any] = {
            "initialized": self.server.initialized,
            "applicationTitle": "Seerr",
            "applicationUrl": "",
            "hideAvailable": False,
            "localLogin": True,
            "movie4kEnabled": any(arr.is_4k and arr.kind == "radarr" for arr in self.server.world.arrs),
            "series4kEnabled": any(arr.is_4k and arr.kind == "sonarr" for arr in self.server.world.arrs),
            "partialRequestsEnabled": True,
            "cacheImages": False,
            "locale": "en",
        }
        if self.server.flavour.jellyfin:
            data |= {"mediaServerType": 2, "jellyfinExternalHost": "", "mediaServerLogin": True}
        if self.server.flavour.completes:
            data |= {"enableSpecialEpisodes": False, "youtubeUrl": ""}
        return web.json_response(data)

    async def _main(self, request: web.Request) -> web.StreamResponse:
        """Main settings, the key among them."""
        data: dict[str, Any] = {
            "apiKey": self.server.api_key,
            "applicationTitle": "Seerr",
            "applicationUrl": "",
            "defaultPermissions": 32,
            "partialRequestsEnabled": True,
            "locale": "en",
        }
        if self.server.flavour.jellyfin:
            data["mediaServerType"] = 2
        return web.json_response(data)

    async def _radarr(self, request: web.Request) -> web.StreamResponse:
        """The Radarrs with addresses and keys."""
        return web.json_response(self.services("radarr"))

    async def _sonarr(self, request: web.Request) -> web.StreamResponse:
        """The Sonarrs with addresses and keys."""
        return web.json_response(self.services("sonarr"))

    def services(self, kind: str) -> list[dict[str, Any]]:
        """The *arrs of a kind as the settings show them; ids start at 0."""
        rows: list[dict[str, Any]] = []
        for server in self.server.services:
            arr = getattr(server, "arr", None)
            if arr is None or arr.kind != kind:
                continue
            first = not any(row["is4k"] == arr.is_4k for row in rows)
            row: dict[str, Any] = {
                "name": f"{kind.capitalize()}{'' if arr.name == 'hd' else f' {arr.name}'}",
                **self._address(server),
                "apiKey": self.key_overrides.get(server.name, server.api_key),
                "baseUrl": server.url_base,
                "activeProfileId": 1,
                "activeProfileName": "HD-1080p",
                "activeDirectory": arr.root,
                "tags": [],
                "is4k": arr.is_4k,
                "isDefault": first,
                "externalUrl": self.external_arrs,
                "syncEnabled": True,
                "preventSearch": False,
                "tagRequests": False,
            }
            if kind == "radarr":
                row["minimumAvailability"] = "released"
            else:
                row |= {
                    "seriesType": "standard",
                    "animeSeriesType": "anime",
                    "activeAnimeProfileId": 4,
                    "activeAnimeProfileName": "Anime",
                    "activeAnimeDirectory": arr.anime_root,
                    "animeTags": [],
                    "enableSeasonFolders": True,
                    "monitorNewItems": "all",
                }
            rows.append(row | {"id": arr.server_id})
        return rows

    def _address(self, server: StackServer) -> dict[str, Any]:
        """Host, port and scheme of a server."""
        parts = urlsplit(server.url)
        return {"hostname": self.hostname or parts.hostname, "port": parts.port, "useSsl": False}

    async def _service_radarr(self, request: web.Request) -> web.StreamResponse:
        """The Radarrs without their keys, for every user."""
        return web.json_response(self._brief("radarr"))

    async def _service_sonarr(self, request: web.Request) -> web.StreamResponse:
        """The Sonarrs without their keys, for every user."""
        return web.json_response(self._brief("sonarr"))

    def _brief(self, kind: str) -> list[dict[str, Any]]:
        """The settings of the *arrs that every user may read."""
        names = ("id", "name", "is4k", "isDefault", "activeDirectory", "activeProfileId")
        return [{name: row[name] for name in names} | {"activeTags": []} for row in self.services(kind)]

    async def _jellyfin(self, request: web.Request) -> web.StreamResponse:
        """The media server with address and key."""
        server = self.server.jellyfin
        if server is None:
            address: dict[str, Any] = {"ip": "", "port": 8096, "useSsl": False}
        else:
            address = self._address(server)
            address["ip"] = address.pop("hostname")
        data = {
            "name": "Jellyfin",
            **address,
            "urlBase": server.url_base if server else "",
            "externalHostname": self.external_jellyfin,
            "jellyfinForgotPasswordUrl": "",
            "libraries": [],
            "serverId": self.server.world.new_hex("jellyfin server"),
        }
        if self.server.flavour.completes:
            data["apiKey"] = server.api_key if server else ""
        return web.json_response(data)

    async def _jobs(self, request: web.Request) -> web.StreamResponse:
        """Scheduled jobs."""
        return web.json_response(
            [{"id": job, "name": job, "type": "process", "running": False} for job in JOBS]
        )

    async def _run_job(self, request: web.Request) -> web.StreamResponse:
        """Run a job now; scans look at the *arrs and Jellyfin."""
        job = request.match_info["id"]
        if job not in JOBS:
            return web.json_response({"message": "Job not found."}, status=404)
        if "scan" in job or job == "availability-sync":
            await self.server.world.seerr_scan()
        return web.json_response({"id": job, "name": job, "type": "process", "running": False})
