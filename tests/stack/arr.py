"""What Radarr and Sonarr have in common on the wire."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Literal, Self, override

from aiohttp import web

from .arr_connections import Connections
from .arr_history import HistoryApi
from .arr_owners import OwnersApi
from .arr_queue import QueueApi
from .arr_rows import ENGLISH, bare, iso
from .arr_tables import TablesApi
from .rows import Arr, MovieRow, SeriesRow
from .server import HTML_PAGE, Handler, StackServer
from .webhooks import Webhooks
from .world import World

type SearchHook = Callable[[MovieRow | SeriesRow, list[tuple[int, int]] | None], Awaitable[object]]


class FakeArr(StackServer):
    """A Radarr or Sonarr, speaking for one `Arr` of the world."""

    app_name: ClassVar[str]
    version: ClassVar[str]
    kind: ClassVar[Literal["radarr", "sonarr"]]
    event_numbers: ClassVar[dict[int, str]]
    owner_key: ClassVar[str]
    database: ClassVar[str]  # whose id films or series are looked up by
    artwork: ClassVar[str]  # where their pictures are public
    switches: ClassVar[tuple[str, ...]]  # the events that a webhook connection can turn on

    def __init__(
        self,
        world: World,
        arr: Arr | None = None,
        *,
        port: int = 0,
        api_key: str = "",
        url_base: str = "",
        starting: bool = False,
    ) -> None:
        """Serve this instance, or add one to the world.

        `on_search` acts on search commands (default: nothing is found).
        """
        arr = arr or world.add_arr(self.kind)
        seed = f"{arr.kind} {arr.name}"
        super().__init__(port=port, api_key=api_key or world.new_hex(seed), url_base=url_base)
        self.world = world
        self.arr = arr
        self.name = f"{arr.kind}-{arr.name}"
        self.starting = starting
        self.version_text = self.version
        self.started = world.now(arr.kind)
        self.download_client: StackServer | None = None
        self.download_user = ""
        self.webhooks = Webhooks()
        self.connections = Connections(self)
        self.on_search: SearchHook = self._find_nothing
        self._unsubscribe: list[Callable[[], None]] = []
        self._add_routes()

    @override
    async def start(self) -> Self:
        """Listen, and set the address in the world."""
        await super().start()
        self.arr.url, self.arr.api_key = self.url, self.api_key
        self._unsubscribe = self.listen()
        return self

    @override
    async def stop(self) -> None:
        """Close."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        await self.webhooks.close()
        await super().stop()

    def listen(self) -> list[Callable[[], None]]:
        """Subscribe to the world's events that become webhooks."""
        raise NotImplementedError

    def owners(self) -> dict[int, Any]:
        """Movies or series by id."""
        raise NotImplementedError

    def resource(self, row: Any) -> dict[str, Any]:
        """A film or series as the API shows it."""
        raise NotImplementedError

    async def run_search(self, name: str, body: dict[str, Any]) -> bool:
        """Run a search command; False if the name is unknown."""
        raise NotImplementedError

    # -- routes ----------------------------------------------------------------------------------------

    def _add_routes(self) -> None:
        """The shared part of the v3 API."""
        self.route("GET", "/ping", self._ping)
        self.api("GET", "system/status", self._status)
        for part in (OwnersApi(self), QueueApi(self), HistoryApi(self), TablesApi(self)):
            part.add_routes()
        self.connections.add_routes()
        self.add_routes()
        self.route("*", "/api/{rest:.*}", self._guard(self._unknown))
        self.app.router.add_route("*", "/{rest:.*}", self._elsewhere)

    def add_routes(self) -> None:
        """The routes of the subclass."""
        raise NotImplementedError

    def api(self, method: str, path: str, handler: Handler) -> None:
        """A route of the v3 API, guarded by the key."""
        self.route(method, f"/api/v3/{path}", self._guard(handler))

    def json(self, data: Any, status: int = 200) -> web.Response:
        """An API answer: nulls left out, version header."""
        headers = {"X-Application-Version": self.version_text, "Cache-Control": "no-cache, no-store"}
        return web.json_response(bare(data), status=status, headers=headers)

    def _guard(self, handler: Handler) -> Handler:
        """The key comes first: query, X-Api-Key, Bearer; the first one present decides."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            """Check, then answer."""
            if self.starting:
                text = f"{self.app_name} is starting up, please try again later"
                return web.json_response({"errorMessage": text}, status=503)
            if not self.accepts_key(_key_of(request)):
                return web.Response(status=401)
            return await handler(request)

        return guarded

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        """Off the URL base: key first, then a 307 to the right path; otherwise the user interface."""
        if self.url_base and not request.path.startswith(self.url_base + "/"):
            if request.path.startswith("/api/") and not self.accepts_key(_key_of(request)):
                return web.Response(status=401)
            return web.Response(status=307, headers={"Location": self.url_base + str(request.rel_url)})
        return web.Response(text=HTML_PAGE, content_type="text/html")

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        """A path of the API that does not exist."""
        return self.json({"message": "NotFound"}, 404)

    async def _ping(self, request: web.Request) -> web.StreamResponse:
        """No key needed."""
        return web.json_response({"status": "OK"})

    async def _status(self, request: web.Request) -> web.StreamResponse:
        """The application, its version and its environment."""
        data = {
            "appName": self.app_name,
            "instanceName": self.app_name,
            "version": self.version_text,
            "buildTime": "2026-06-01T10:00:00Z",
            "isDebug": False,
            "isProduction": True,
            "isAdmin": False,
            "isUserInteractive": False,
            "startupPath": "/app/bin",
            "appData": "/config",
            "osName": "alpine",
            "osVersion": "3.22",
            "isNetCore": True,
            "isLinux": True,
            "isOsx": False,
            "isWindows": False,
            "isDocker": True,
            "mode": "console",
            "branch": "master",
            "databaseType": "sqLite",
            "databaseVersion": "3.49.2",
            "authentication": "forms",
            "migrationVersion": 242,
            "urlBase": self.url_base,
            "runtimeName": "netcore",
            "startTime": iso(self.started),
            "packageUpdateMechanism": "docker",
            "runtimeVersion": "8.0.12",
        }
        return self.json(data)

    async def _find_nothing(self, row: MovieRow | SeriesRow, episodes: list[tuple[int, int]] | None) -> None:
        """What searches do unless a test or story says otherwise."""
        await self.world.search_finds_nothing(row, episodes=episodes)

    # -- helpers ---------------------------------------------------------------------------------------

    def paged(
        self, request: web.Request, rows: list[dict[str, Any]], sort: str, direction: str
    ) -> web.Response:
        """A page of rows; ten unless asked otherwise, no maximum."""
        try:
            page, size = int(request.query.get("page", 1)), int(request.query.get("pageSize", 10))
        except ValueError:
            return self.json([{"propertyName": "page", "errorMessage": "invalid", "severity": "error"}], 400)
        page, size = max(page, 1), max(size, 1)
        data = {
            "page": page,
            "pageSize": size,
            "sortKey": request.query.get("sortKey", sort),
            "sortDirection": request.query.get("sortDirection", direction),
            "totalRecords": len(rows),
            "records": rows[(page - 1) * size : page * size],
        }
        return self.json(data)

    def shared_resource(self, row: MovieRow | SeriesRow) -> dict[str, Any]:
        """The fields that films and series have in common in the API."""
        title = row.title
        return {
            "id": row.id,
            "title": title.title,
            "alternateTitles": [],
            "sortTitle": title.title.lower(),
            "overview": title.overview,
            "originalLanguage": ENGLISH[0],
            "images": self.images(row),
            "year": title.year,
            "path": row.path,
            "qualityProfileId": 1,
            "monitored": row.monitored,
            "runtime": title.runtime,
            "cleanTitle": title.slug.replace(".", "").lower(),
            "imdbId": title.imdb_id,
            "tmdbId": title.tmdb_id,
            "tags": row.tags,
            "added": iso(row.added),
        }

    def images(self, row: MovieRow | SeriesRow) -> list[dict[str, str]]:
        """Poster and fanart, by relative and by public address."""
        return [
            {
                "coverType": kind,
                "url": f"{self.url_base}/MediaCover/{row.id}/{kind}.jpg?lastWrite=1",
                "remoteUrl": f"{self.artwork}{row.title.poster.replace('.jpg', f'-{kind}.jpg')}",
            }
            for kind in ("poster", "fanart")
        ]


def _key_of(request: web.Request) -> str | None:
    """The key of the first place that has one."""
    if "apikey" in request.query:
        return request.query["apikey"]
    if "X-Api-Key" in request.headers:
        return request.headers["X-Api-Key"]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else None
