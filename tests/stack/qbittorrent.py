"""qBittorrent's Web API as 4.5, 5.1, 5.2 and 5.3 speak it, over the torrents of the world."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from .qbt_auth import Gate, Session, text
from .qbt_rows import category_row, properties, selects, server_state, torrent_row
from .rows import Torrent
from .server import StackServer
from .state import WorldState

WEB_API = {"4.5.2": "2.8.19", "4.6.7": "2.9.3", "5.0.5": "2.11.2", "5.1.0": "2.11.4", "5.2.0": "2.15.1", "5.3.0": "2.16.2"}
POST_ONLY = {
    "auth/login",
    "auth/logout",
    "torrents/add",
    "torrents/delete",
    "torrents/pause",
    "torrents/resume",
    "torrents/setCategory",
    "torrents/start",
    "torrents/stop",
}
_EXAMPLE = Torrent(hash="", name="", size=0, added=datetime.fromtimestamp(0, UTC))

type Action = Callable[[web.Request, Session, dict[str, str]], web.Response]


class FakeQbittorrent(StackServer):
    """One client. `gate` holds sessions, ban and checks; `serves` picks the world's torrents that are its own."""

    name = "qbittorrent"

    def __init__(
        self,
        world: WorldState,
        *,
        version: str = "5.3.0",
        username: str = "admin",
        password: str = "adminadmin",
        api_key: str = "",
        login_required: bool = True,
        max_failures: int = 5,
        serves: Callable[[Torrent], bool] | None = None,
        port: int = 0,
        url_base: str = "",
    ) -> None:
        """`api_key` counts from 5.2 on (`qbt_` and 28 characters); `login_required` False bypasses the login."""
        super().__init__(port=port, api_key=api_key, url_base=url_base)
        self.world = world
        self.version = version
        self.parsed = tuple(int(part) for part in version.split("."))
        self.is_v5 = self.parsed >= (5,)
        self.serves = serves or (lambda _: True)
        self.categories = ["radarr", "tv-sonarr"]
        self.gate = Gate(
            version=self.parsed,
            username=username,
            password=password,
            api_key=api_key,
            login_required=login_required,
            max_failures=max_failures,
            lossy_sync=version.startswith("5.1."),
        )
        self._actions: dict[str, Action] = {
            "app/version": lambda *_: text(200, f"v{self.version}"),
            "app/webapiVersion": lambda *_: text(200, WEB_API.get(self.version, "2.11.4")),
            "app/buildInfo": lambda *_: web.json_response({"libtorrent": "2.0.11.0", "bitness": 64}),
            "app/defaultSavePath": lambda *_: text(200, "/downloads"),
            "app/preferences": lambda *_: web.json_response({"save_path": "/downloads", "web_ui_username": username}),
            "torrents/info": self._info,
            "torrents/properties": self._properties,
            "torrents/categories": lambda *_: web.json_response(self._categories()),
            "torrents/delete": self._delete,
            "torrents/setCategory": self._set_category,
            "sync/maindata": self._maindata,
            **{f"torrents/{verb}": self._stop for verb in (("stop",) if self.is_v5 else ("pause",))},
            **{f"torrents/{verb}": self._start for verb in (("start",) if self.is_v5 else ("resume",))},
        }
        self.route("*", "/{path:.*}", self._handle)

    async def start(self) -> "FakeQbittorrent":
        """Listen; cookie name and Host check use the port that was found."""
        await super().start()
        self.gate.web_port = self.gate.web_port or self.port
        return self

    @property
    def torrents(self) -> dict[str, Torrent]:
        """This client's torrents by the hash they are filed under."""
        return {key: torrent for key, torrent in self.world.torrents.items() if self.serves(torrent)}

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Host check, session, then the action; in the order of the real server."""
        gate = self.gate
        gate.refuse_all = self.refuses_keys
        if gate.cross_site(request):
            return text(401, "Unauthorized")
        session, opened, refusal = gate.enter(request)
        if refusal is not None:
            return refusal
        response = await self._act(request, session)
        if opened and session is not None and "Set-Cookie" not in response.headers:
            gate.set_cookie(response, session)
        return response

    async def _act(self, request: web.Request, session: Session | None) -> web.Response:
        """Find and run the action of `/api/v2/<scope>/<action>`."""
        prefix, _, path = request.match_info["path"].partition("api/v2/")
        if prefix or not path:
            return text(404, "Not Found") if session else text(200, "<html>login page</html>")
        if session is None and path != "auth/login":
            return text(403, "Forbidden")
        if request.method != "POST" and (path in POST_ONLY or request.method not in ("GET", "HEAD")):
            return text(405, "Method Not Allowed")
        form = {key: str(value) for key, value in {**request.query, **(await request.post())}.items()}
        if path == "auth/login":
            response, new = self.gate.login(session, form)
            if new is not None:
                self.gate.set_cookie(response, new)
            return response
        if session is None:
            return text(403, "Forbidden")
        if path == "auth/logout":
            return self.gate.logout(session)
        if (action := self._actions.get(path)) is None:
            return text(404, "Endpoint does not exist" if self.gate.modern else "Not Found")
        return action(request, session, form)

    # -- reading ---------------------------------------------------------------------------------------

    def _info(self, _request: web.Request, _session: Session, form: dict[str, str]) -> web.Response:
        """torrents/info with its filters; the hashes match the torrent id only."""
        now = self.world.now()
        found = list(self.torrents.values())
        if (wanted := form.get("hashes")) and wanted != "all":
            ids = set(wanted.lower().split("|"))
            found = [torrent for torrent in found if torrent.hash in ids]
        if "category" in form:
            found = [torrent for torrent in found if torrent.category == form["category"]]
        name = form.get("filter", "all")
        found = [torrent for torrent in found if selects(name, torrent.state, is_v5=self.is_v5)]
        rows = [{"hash": torrent.hash, **torrent_row(torrent, now, self.parsed)} for torrent in found]
        if sort := form.get("sort"):
            if sort not in {"hash", *torrent_row(_EXAMPLE, now, self.parsed)}:
                return text(400, "'sort' parameter is invalid")
            rows.sort(key=lambda row: (row[sort] is not None, row[sort]), reverse=form.get("reverse") == "true")
        offset, limit = int(form.get("offset", "0")), int(form.get("limit", "0"))
        rows = rows[offset:]
        return web.json_response(rows[:limit] if limit > 0 else rows)

    def _properties(self, _request: web.Request, _session: Session, form: dict[str, str]) -> web.Response:
        """torrents/properties of one torrent id."""
        torrent = self.torrents.get(form.get("hash", "").lower())
        if torrent is None:
            return text(404, "Not Found")
        return web.json_response(properties(torrent, self.world.now(), self.parsed))

    def _maindata(self, _request: web.Request, session: Session, form: dict[str, str]) -> web.Response:
        """sync/maindata for this session's rid."""
        rid = form.get("rid", "0")
        now, torrents = self.world.now(), self.torrents
        answer = session.sync.answer(
            int(rid) if rid.isdigit() else 0,
            {
                "torrents": {key: torrent_row(torrent, now, self.parsed) for key, torrent in torrents.items()},
                "categories": self._categories(),
                "tags": [],
                "server_state": server_state(list(torrents.values()), self.parsed),
            },
        )
        return web.json_response(answer)

    def _categories(self) -> dict[str, Any]:
        """Every category in use or configured."""
        names = {*self.categories, *(torrent.category for torrent in self.torrents.values())} - {""}
        return {name: category_row(name, self.parsed) for name in sorted(names)}

    # -- verbs -----------------------------------------------------------------------------------------

    def _chosen(self, form: dict[str, str]) -> Iterable[Torrent]:
        """The torrents a verb names."""
        wanted = form.get("hashes", "").lower().split("|")
        return [torrent for torrent in self.torrents.values() if wanted == ["all"] or torrent.hash in wanted]

    def _stop(self, _request: web.Request, _session: Session, form: dict[str, str]) -> web.Response:
        """Stop (4.x: pause)."""
        for torrent in self._chosen(form):
            torrent.state = "stoppedUP" if torrent.progress >= 1 else "stoppedDL"
        return text(200, "")

    def _start(self, _request: web.Request, _session: Session, form: dict[str, str]) -> web.Response:
        """Start (4.x: resume)."""
        for torrent in self._chosen(form):
            torrent.state = "stalledUP" if torrent.progress >= 1 else "downloading" if torrent.speed else "stalledDL"
        return text(200, "")

    def _delete(self, _request: web.Request, _session: Session, form: dict[str, str]) -> web.Response:
        """Take torrents out of the client."""
        for torrent in self._chosen(form):
            del self.world.torrents[torrent.hash]
        return text(200, "")

    def _set_category(self, _request: web.Request, _session: Session, form: dict[str, str]) -> web.Response:
        """Move torrents to a category that exists."""
        if (name := form.get("category", "")) and name not in self._categories():
            return text(409, "no such category")
        for torrent in self._chosen(form):
            torrent.category = name
        return text(200, "")
