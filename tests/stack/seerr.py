"""A simulated Seerr, Jellyseerr or Overseerr."""

from collections.abc import Callable
from typing import Self, override

from aiohttp import web

from . import posters
from .rows import User
from .seerr_pages import movie_page, tv_page
from .seerr_requests import RequestsApi
from .seerr_rows import FLAVOURS, SeerrRows
from .seerr_settings import SettingsApi
from .seerr_webhook import SeerrWebhook
from .server import HTML_PAGE, Handler, StackServer
from .webhooks import Webhooks
from .world import World

FORBIDDEN = {"status": 403, "error": "You do not have permission to access this endpoint"}


class FakeSeerr(StackServer):
    """One Seerr. `services` are the *arr servers in its settings, `jellyfin` its media server.

    `csrf` refuses every change as Seerr's CSRF protection does; `tmdb_down` makes titles unknown and webhooks
    silent; `initialized` False is a Seerr that was never set up; `draws_posters` gives each title a picture;
    `filters` are the filters that the list of requests takes.
    """

    name = "seerr"

    def __init__(
        self,
        world: World,
        *,
        port: int = 0,
        api_key: str = "",
        flavour: str = "seerr",
        version: str = "",
        csrf: bool = False,
    ) -> None:
        """Serve the world's requests; flavours: `overseerr`, `jellyseerr1`, `jellyseerr`, `seerr`."""
        super().__init__(port=port, api_key=api_key or f"{world.new_hex('seerr')}==")
        self.world = world
        self.flavour = FLAVOURS[flavour]
        self.filters = self.flavour.filters
        self.version = version or self.flavour.version
        self.csrf = csrf
        self.tmdb_down = False
        self.initialized = True
        self.draws_posters = False
        self.services: list[StackServer] = []
        self.jellyfin: StackServer | None = None
        self.rows = SeerrRows(world, self.flavour)
        self.webhooks = Webhooks()
        self.webhook = SeerrWebhook(self)
        self.settings = SettingsApi(self)
        self._unsubscribe: Callable[[], None] | None = None
        self._add_routes()

    @override
    async def start(self) -> Self:
        """Listen."""
        await super().start()
        self._unsubscribe = self.world.on("request", self.webhook.on_request)
        return self

    @override
    async def stop(self) -> None:
        """Close."""
        if self._unsubscribe:
            self._unsubscribe()
            self._unsubscribe = None
        await self.webhooks.close()
        await super().stop()

    # -- routes ----------------------------------------------------------------------------------------

    def _add_routes(self) -> None:
        """The API, and the user interface for everything else."""
        self.route("GET", "/api/v1", self._root)
        self.route("GET", "/api/v1/", self._root)
        self.route("GET", "/api/v1/status", self._status)
        self.settings.add_routes()
        self.webhook.add_routes()
        RequestsApi(self).add_routes()
        self.api("GET", "auth/me", self._me)
        self.api("GET", "issue/count", self._issues)
        self.api("GET", "movie/{id:\\d+}", self._movie, query=("language",))
        self.api("GET", "tv/{id:\\d+}", self._tv, query=("language",))
        self.route("GET", "/imageproxy/tmdb/t/p/{width}/{name}", self._poster)
        self.route("*", "/api/v1/{rest:.*}", self._not_found)
        self.route("*", "/{rest:.*}", self._interface)

    async def _issues(self, request: web.Request) -> web.StreamResponse:
        """The number of issues, which is always zero."""
        kinds = ("total", "video", "audio", "subtitles", "others", "open", "closed")
        return web.json_response(dict.fromkeys(kinds, 0))

    def api(
        self, method: str, path: str, handler: Handler, *, permission: int = 0, query: tuple[str, ...] = ()
    ) -> None:
        """A route that wants a key, perhaps a permission bit, and no query parameter but these."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            """Check in Seerr's order: CSRF, then the caller, then the query."""
            if self.csrf and request.method != "GET":
                return web.json_response({"message": "invalid csrf token"}, status=403)
            if "X-Api-Key" not in request.headers:
                error = {"path": request.path, "message": "cookie 'connect.sid' required"}
                return web.json_response({"message": error["message"], "errors": [error]}, status=401)
            self.rows.refresh()
            user = self.caller(request)
            if user is None or not allowed(user, permission):
                return web.json_response(FORBIDDEN, status=403)
            for name in request.query:
                if name not in query:
                    return bad_query(name, f"Unknown query parameter '{name}'", "")
            return await handler(request)

        self.route(method, f"/api/v1/{path}", guarded)

    def caller(self, request: web.Request) -> User | None:
        """The user of the key: the owner, or the user of X-API-User. None if the key is wrong."""
        if not self.accepts_key(request.headers.get("X-Api-Key")):
            return None
        number = request.headers.get("X-API-User", "1")
        return self.world.users.get(int(number)) if number.isdigit() else None

    # -- answers ---------------------------------------------------------------------------------------

    async def _root(self, request: web.Request) -> web.StreamResponse:
        """Which product this is; no key needed."""
        return web.json_response({"api": self.flavour.api, "version": "1.0"})

    async def _status(self, request: web.Request) -> web.StreamResponse:
        """Version; no key needed."""
        data = {"version": self.version, "commitTag": "local", "updateAvailable": False, "commitsBehind": 0}
        return web.json_response(data | {"restartRequired": False})

    async def _me(self, request: web.Request) -> web.StreamResponse:
        """The user of the key."""
        user = self.caller(request)
        assert user is not None
        return web.json_response(self.rows.user(user) | {"settings": None})

    async def _movie(self, request: web.Request) -> web.StreamResponse:
        """A film's page."""
        title = self.world.find_title("movie", int(request.match_info["id"]))
        if title is None or self.tmdb_down:
            return web.json_response({"message": "Unable to retrieve movie."}, status=500)
        return web.json_response(movie_page(self.rows, title))

    async def _tv(self, request: web.Request) -> web.StreamResponse:
        """A series' page."""
        title = self.world.find_title("tv", int(request.match_info["id"]))
        if title is None or self.tmdb_down:
            return web.json_response({"message": "Unable to retrieve series."}, status=500)
        return web.json_response(tv_page(self.rows, title))

    async def _not_found(self, request: web.Request) -> web.StreamResponse:
        """A path the API does not have."""
        error = {"path": request.path, "message": "not found"}
        return web.json_response({"message": "not found", "errors": [error]}, status=404)

    async def _poster(self, request: web.Request) -> web.Response:
        """A poster, as Seerr's proxy of TMDB's pictures gives it to anybody."""
        path = f"/{request.match_info['name']}"
        title = next((one for one in self.world.titles if one.poster == path), None)
        if title is None:
            return web.json_response({"message": "Failed to proxy image"}, status=500)
        if self.draws_posters:
            return web.Response(body=posters.drawn(title.title, title.year), content_type="image/jpeg")
        return web.Response(body=posters.dot(), content_type="image/png")

    async def _interface(self, request: web.Request) -> web.StreamResponse:
        """The web page."""
        return web.Response(text=HTML_PAGE, content_type="text/html")


def allowed(user: User, permission: int) -> bool:
    """Whether the user has the permission bit; ADMIN (2) has all."""
    return permission == 0 or bool(user.permissions & 2) or bool(user.permissions & permission)


def bad_query(name: str, message: str, code: str) -> web.Response:
    """The validator's answer about a query parameter."""
    error = {"path": f".query.{name}", "message": message}
    if code:
        error["errorCode"] = f"{code}.openapi.validation"
        message = f"request.query.{name} {message}"
    return web.json_response({"message": message, "errors": [error]}, status=400)
