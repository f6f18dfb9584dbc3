"""Jellyfin 10.8 to 12.0: auth, items, tasks, plugins and the webhook plugin, over the items of the world."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal, override

from aiohttp import web

from .jellyfin_bulk import Bulk
from .jellyfin_hook import PLUGIN_ID, RefusedConfiguration, WebhookPlugin
from .jellyfin_items import Items, iso, offered_keys, plain_id, read_query
from .jellyfin_user import UserApi
from .library import JellyfinItem
from .server import StackServer
from .webhooks import Webhooks
from .world import World

type Json = dict[str, Any]
type Answer = Callable[[web.Request], Awaitable[web.Response]]

NO_USER = "0" * 32
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAAAAgAB4iG8MwAAAABJRU5ErkJggg=="
)


class FakeJellyfin(StackServer):
    """One server. `bulk` is its big library, `plugin` the webhook plugin, `webhooks` how its posts go out."""

    name = "jellyfin"

    def __init__(
        self,
        world: World,
        *,
        version: str = "10.11.11",
        api_key: str = "jellyfin-api-key",
        server_name: str = "media",
        legacy_auth: bool | None = None,
        webhook_plugin: bool = True,
        plugin_version: str = "21.0.0.0",
        scan_seconds: float = 0.0,
        port: int = 0,
        url_base: str = "",
    ) -> None:
        """`legacy_auth` None means the version's default: on before 12.0. A scan takes `scan_seconds`."""
        super().__init__(port=port, api_key=api_key, url_base=url_base)
        self.world = world
        self.version = version
        self.parsed = tuple(int(part) for part in version.split("."))
        self.legacy_auth = self.parsed < (12,) if legacy_auth is None else legacy_auth
        self.server_id = world.new_hex(f"jellyfin {server_name}")
        self.server_name = server_name
        self.scan_seconds = scan_seconds
        self.starting: Literal["", "setup", "loading"] = ""
        self.users = {world.new_hex("jellyfin user"): "family"}
        self.bulk = Bulk()
        self.items = Items(world, self.bulk, self.server_id, self.parsed)
        self.webhooks = Webhooks()
        self.plugin = WebhookPlugin(
            world, self.webhooks, {}, version=plugin_version, installed=webhook_plugin
        )
        self.task_id = world.new_hex("RefreshLibrary")
        self.scanning: asyncio.Task[None] | None = None
        self.scans = 0
        self.last_scan: tuple[datetime, datetime] | None = None
        self.reported_paths: list[str] = []
        world.on("item", self._on_item)
        self.app.on_response_prepare.append(self._date)
        self._add_routes()

    def add_bulk(self, *, movies: int = 0, series: int = 0, episodes: int = 0) -> None:
        """Enlarge the library by made-up items, older than the world's own; episodes need series."""
        self.bulk.movies += movies
        self.bulk.series += series
        self.bulk.episodes += episodes

    @override
    async def start(self) -> FakeJellyfin:
        """Listen; payloads carry the address that was found."""
        await super().start()
        self.plugin.server = {
            "ServerId": self.server_id,
            "ServerName": self.server_name,
            "ServerVersion": self.version,
            "ServerUrl": self.url,
        }
        return self

    @override
    async def stop(self) -> None:
        """Close all; the plugin's queue is memory only and is lost."""
        self.plugin.queue.clear()
        await self.webhooks.close()
        await super().stop()

    async def scan(self) -> None:
        """A library scan from start to end: *arr files, and what Shokofin has; then TaskCompleted."""
        await self._start_scan()

    # -- inside: scans and webhooks --------------------------------------------------------------------

    def _start_scan(self) -> asyncio.Task[None]:
        """The running scan, or a new one."""
        if self.scanning is None or self.scanning.done():
            self.scanning = self.background(self._scan())
        return self.scanning

    async def _scan(self) -> None:
        """Take the time a scan takes, then find what there is."""
        began = self.world.now("jellyfin")
        self.scans += 1
        await asyncio.sleep(self.scan_seconds)
        await self.world.library_scan()
        if self.world.shoko_library:
            await self.world.shokofin_sync()
        self.last_scan = (began, self.world.now("jellyfin"))
        if self.listening:
            await self.plugin.on_scan_ended(self.task_id, iso(began), iso(self.last_scan[1]))

    async def _on_item(self, item: JellyfinItem, what: str) -> None:
        """An item was added or removed; a server that is down sends no webhook."""
        if self.listening:
            await self.plugin.on_item(item, what)

    async def _date(self, _: web.Request, response: web.StreamResponse) -> None:
        """The clock of the server is the world's."""
        response.headers["Date"] = format_datetime(self.world.now("jellyfin").astimezone(UTC), usegmt=True)

    # -- inside: doors ---------------------------------------------------------------------------------

    def _add_routes(self) -> None:
        """Every route; those with True need a key."""
        routes: list[tuple[str, str, Answer, bool]] = [
            ("GET", "/System/Info/Public", self._public, False),
            ("GET", "/system/info/public", self._public, False),  # case does not matter
            ("GET", "/System/Ping", self._ping, False),
            ("GET", "/System/Info", self._info, True),
            ("GET", "/Items", self._items, True),
            ("GET", "/Items/{id}", self._item, True),
            ("GET", "/Items/{id}/Images/{kind}", self._image, False),
            ("POST", "/Items/{id}/Refresh", self._done, True),
            ("GET", "/Users", self._users, True),
            ("GET", "/Users/{user}/Items", self._items, True),
            ("GET", "/Users/{user}/Items/{id}", self._item, True),
            ("GET", "/Shows/{id}/Episodes", self._episodes, True),
            ("GET", "/ScheduledTasks", self._list_tasks, True),
            ("POST", "/ScheduledTasks/Running/{id}", self._run_task, True),
            ("POST", "/Library/Refresh", self._refresh, True),
            ("POST", "/Library/Media/Updated", self._media_updated, True),
            ("GET", "/Library/VirtualFolders", self._folders, True),
            ("GET", "/Plugins", self._plugins, True),
            ("GET", "/Plugins/{id}/Configuration", self._configuration, True),
            ("POST", "/Plugins/{id}/Configuration", self._configure, True),
        ]
        for method, path, handler, needs_key in routes:
            self.route(method, path, self._guarded(handler, needs_key=needs_key))
        self.user_api = UserApi(self)
        self.user_api.add_routes()

    def _guarded(self, handler: Answer, *, needs_key: bool) -> Answer:
        """503 while starting, 401 without a good key, 404 for a user nobody knows.

        What starts is first a set-up server that tells who it is, and nothing else.
        """

        async def handle(request: web.Request) -> web.Response:
            """Answer, or say why not."""
            if self.starting == "setup" and handler == self._public:
                rows = {f"{name[0].lower()}{name[1:]}": value for name, value in self._public_info().items()}
                return web.json_response(rows)
            if self.starting:
                headers = {"Retry-After": "005"} if self.starting == "setup" else {}
                page = "Jellyfin Server is loading. Please try again shortly."
                return web.Response(status=503, text=page, content_type="text/html", headers=headers)
            if needs_key and not any(
                self.accepts_key(key) for key in offered_keys(request, legacy=self.legacy_auth)
            ):
                return web.Response(status=401)
            user = request.match_info.get("user") or read_query(request).get("userid")
            if user and plain_id(user) not in {*self.users, NO_USER}:
                return web.Response(status=404)
            return await handler(request)

        return handle

    # -- inside: answers -------------------------------------------------------------------------------

    async def _public(self, _: web.Request) -> web.Response:
        """System/Info/Public."""
        return web.json_response(self._public_info())

    def _public_info(self) -> Json:
        """The public information, without a key."""
        extra = {"LocalAddress": self.url, "OperatingSystem": "", "StartupWizardCompleted": True}
        return self._about() | extra

    async def _ping(self, _: web.Request) -> web.Response:
        """System/Ping."""
        return web.json_response("Jellyfin Server")

    async def _info(self, _: web.Request) -> web.Response:
        """System/Info, the check of a key."""
        return web.json_response(self._about() | {"HasPendingRestart": False})

    def _about(self) -> Json:
        """What both System/Info answers say."""
        return {
            "ServerName": self.server_name,
            "Version": self.version,
            "ProductName": "Jellyfin Server",
            "Id": self.server_id,
        }

    async def _items(self, request: web.Request) -> web.Response:
        """Items, also by the old route below a user."""
        return web.json_response(self.items.answer(read_query(request)))

    async def _item(self, request: web.Request) -> web.Response:
        """One item: only with a user, whatever the key."""
        query = read_query(request)
        has_route = "user" in request.match_info or self.parsed >= (10, 9)
        user = request.match_info.get("user") or query.get("userid")
        item = self.items.get(request.match_info["id"])
        if has_route and (not user or plain_id(user) == NO_USER):
            return web.Response(status=400, text="Error processing request.")
        if not has_route or item is None:
            return web.Response(status=404)
        everything = {"fields": "ProviderIds,Path,DateCreated,MediaSources"}
        return web.json_response(self.items.row(item, everything))

    async def _image(self, request: web.Request) -> web.Response:
        """An image, open to all."""
        if request.match_info["kind"] != "Primary" or self.items.get(request.match_info["id"]) is None:
            return web.Response(status=404)
        return web.Response(body=PIXEL, content_type="image/png")

    async def _done(self, _: web.Request) -> web.Response:
        """Taken, and nothing to say."""
        return web.Response(status=204)

    async def _users(self, _: web.Request) -> web.Response:
        """The users."""
        policy = {"IsAdministrator": True}
        return web.json_response(
            [{"Id": key, "Name": name, "Policy": policy} for key, name in self.users.items()]
        )

    async def _episodes(self, request: web.Request) -> web.Response:
        """Episodes of a series, the missing ones too unless left out; 10.8 wants a user."""
        query = read_query(request)
        if self.parsed < (10, 9) and not query.get("userid"):
            return web.Response(status=400)
        show = self.items.get(request.match_info["id"])
        if show is None or show.type != "Series":
            return web.Response(status=404)
        return web.json_response(self.items.answer(query, series=show.id))

    async def _list_tasks(self, _: web.Request) -> web.Response:
        """The scheduled tasks; names are in the server's language."""
        running = self.scanning is not None and not self.scanning.done()
        row: Json = {
            "Name": "Medienbibliothek scannen",
            "State": "Running" if running else "Idle",
            "Id": self.task_id,
            "Key": "RefreshLibrary",
            "Category": "Bibliothek",
            "IsHidden": False,
            "Triggers": [{"Type": "IntervalTrigger", "IntervalTicks": 432_000_000_000}],
        }
        if running:
            row["CurrentProgressPercentage"] = 12.5
        if self.last_scan:
            began, ended = self.last_scan
            times = {"StartTimeUtc": iso(began), "EndTimeUtc": iso(ended)}
            row["LastExecutionResult"] = {**times, "Status": "Completed", "Key": "RefreshLibrary"}
        tasks = [row]
        if self.plugin.active:
            key = "WebhookItemAdded"
            every = [{"Type": "IntervalTrigger", "IntervalTicks": 300_000_000}]
            task: Json = {
                "Name": key, "State": "Idle", "Id": self.world.new_hex(key), "Key": key, "Triggers": every
            }  # fmt: skip
            if self.plugin.has_run:
                at = iso(self.plugin.last_round())
                task["LastExecutionResult"] = {
                    "StartTimeUtc": at, "EndTimeUtc": at, "Status": "Completed", "Key": key
                }  # fmt: skip
            tasks.append(task)
        return web.json_response(tasks)

    async def _run_task(self, request: web.Request) -> web.Response:
        """Start a task and answer at once."""
        if plain_id(request.match_info["id"]) != self.task_id:
            return web.Response(status=404)
        self._start_scan()
        return web.Response(status=204)

    async def _refresh(self, _: web.Request) -> web.Response:
        """Scan, and answer at once; a scan that runs is given up."""
        if self.scanning is not None:
            self.scanning.cancel()
        self.scanning = self.background(self._scan())
        return web.Response(status=204)

    async def _media_updated(self, request: web.Request) -> web.Response:
        """Paths that changed; noted in `reported_paths`."""
        body = await request.json()
        self.reported_paths += [entry["Path"] for entry in body.get("Updates", [])]
        return web.Response(status=204)

    async def _folders(self, _: web.Request) -> web.Response:
        """The libraries with their places."""
        mount = self.world.jellyfin_mount
        places = {"Films": ("movies", f"{mount}/movies"), "Series": ("tvshows", f"{mount}/tv")}
        rows = [
            {"Name": name, "CollectionType": kind, "Locations": [place]}
            for name, (kind, place) in places.items()
        ]
        return web.json_response(rows)

    async def _plugins(self, _: web.Request) -> web.Response:
        """The plugins."""
        return web.json_response(self.plugin.listing())

    async def _configuration(self, request: web.Request) -> web.Response:
        """The webhook plugin's configuration; 404 if it is absent or off."""
        if not self.plugin.active or plain_id(request.match_info["id"]) != PLUGIN_ID:
            return web.Response(status=404)
        return web.json_response(self.plugin.configuration)

    async def _configure(self, request: web.Request) -> web.Response:
        """Replace the configuration; what the plugin cannot read is a 500 and changes nothing."""
        if not self.plugin.active or plain_id(request.match_info["id"]) != PLUGIN_ID:
            return web.Response(status=404)
        try:
            self.plugin.configure(await request.json())
        except RefusedConfiguration, ValueError:
            return web.Response(status=500, text="Error processing request.")
        return web.Response(status=204)
