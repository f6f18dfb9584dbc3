"""qBittorrent's Web API of 4.5, 5.1, 5.2 and 5.3, over the torrents of the world."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from .qbt_auth import Gate, Session, text
from .qbt_rows import category_row, properties, selects, server_state, torrent_row
from .queue_rules import mirror
from .rows import Download, Torrent
from .server import StackServer
from .world import World

WEB_API = {
    "4.5.2": "2.8.19",
    "4.6.7": "2.9.3",
    "5.0.5": "2.11.2",
    "5.1.0": "2.11.4",
    "5.2.0": "2.15.1",
    "5.3.0": "2.16.2",
}
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

type Form = dict[str, str]
type Action = Callable[[Session, Form], web.Response]
type Verb = Callable[[Form], Awaitable[web.Response]]


class FakeQbittorrent(StackServer):
    """One client. `gate` holds sessions, ban and checks; `serves` picks its own of the world's torrents."""

    name = "qbittorrent"

    def __init__(
        self,
        world: World,
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
        """`api_key` (`qbt_` + 28 characters) counts from 5.2 on; `login_required` False bypasses login."""
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
            "app/preferences": lambda *_: web.json_response(
                {"save_path": "/downloads", "web_ui_username": username}
            ),
            "torrents/info": self._info,
            "torrents/properties": self._properties,
            "torrents/categories": lambda *_: web.json_response(self._categories()),
            "sync/maindata": self._maindata,
            "transfer/speedLimitsMode": lambda *_: text(200, "0"),
        }
        self._verbs: dict[str, Verb] = {
            "torrents/delete": self._delete,
            "torrents/setCategory": self._set_category,
            "torrents/stop" if self.is_v5 else "torrents/pause": self._stop,
            "torrents/start" if self.is_v5 else "torrents/resume": self._start,
        }
        self.route("*", "/{path:.*}", self._handle)

    async def start(self) -> FakeQbittorrent:
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
        if (verb := self._verbs.get(path)) is not None:
            return await verb(form)
        if (action := self._actions.get(path)) is None:
            return text(404, "Endpoint does not exist" if self.gate.modern else "Not Found")
        return action(session, form)

    # -- reading ---------------------------------------------------------------------------------------

    def _info(self, _: Session, form: Form) -> web.Response:
        """torrents/info with its filters; the hashes match the torrent id only."""
        now = self.world.now("qbittorrent")
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
            rows.sort(
                key=lambda row: (row[sort] is not None, row[sort]), reverse=form.get("reverse") == "true"
            )
        offset, limit = int(form.get("offset", "0")), int(form.get("limit", "0"))
        rows = rows[offset:]
        return web.json_response(rows[:limit] if limit > 0 else rows)

    def _properties(self, _: Session, form: Form) -> web.Response:
        """torrents/properties of one torrent id."""
        torrent = self.torrents.get(form.get("hash", "").lower())
        if torrent is None:
            return text(404, "Not Found")
        return web.json_response(properties(torrent, self.world.now("qbittorrent"), self.parsed))

    def _maindata(self, session: Session, form: Form) -> web.Response:
        """sync/maindata for this session's rid."""
        rid = form.get("rid", "0")
        now, torrents = self.world.now("qbittorrent"), self.torrents
        answer = session.sync.answer(
            int(rid) if rid.isdigit() else 0,
            {
                "torrents": {
                    key: torrent_row(torrent, now, self.parsed) for key, torrent in torrents.items()
                },
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

    def _chosen(self, form: Form) -> list[Torrent]:
        """The torrents a verb names."""
        wanted = form.get("hashes", "").lower().split("|")
        return [torrent for torrent in self.torrents.values() if wanted == ["all"] or torrent.hash in wanted]

    def _downloads(self, torrent: Torrent) -> list[Download]:
        """What the *arrs track of a torrent."""
        return [
            download
            for arr in self.world.arrs
            for download in arr.downloads.values()
            if download.torrent is torrent
        ]

    async def _set_state(self, torrent: Torrent, state: str) -> None:
        """Put a torrent into a state; the *arrs see it when they look."""
        torrent.state = state
        for download in self._downloads(torrent):
            if not download.arr.frozen_queue:
                mirror(download)
        await self.world.emit("torrent", torrent=torrent, what="changed")

    async def _stop(self, form: Form) -> web.Response:
        """Stop (4.x: pause)."""
        for torrent in self._chosen(form):
            await self._set_state(torrent, "stoppedUP" if torrent.progress >= 1 else "stoppedDL")
        return text(200, "")

    async def _start(self, form: Form) -> web.Response:
        """Start (4.x: resume)."""
        for torrent in self._chosen(form):
            loading = "downloading" if torrent.speed else "stalledDL"
            await self._set_state(torrent, "stalledUP" if torrent.progress >= 1 else loading)
        return text(200, "")

    async def _delete(self, form: Form) -> web.Response:
        """Take torrents out of the client; the rows in the *arrs just vanish."""
        for torrent in self._chosen(form):
            downloads = self._downloads(torrent)
            for download in downloads:
                await self.world.remove_torrent(download)
            if not downloads:
                del self.world.torrents[torrent.hash]
                await self.world.emit("torrent", torrent=torrent, what="removed")
        return text(200, "")

    async def _set_category(self, form: Form) -> web.Response:
        """Move torrents to a category that exists."""
        if (name := form.get("category", "")) and name not in self._categories():
            return text(409, "no such category")
        for torrent in self._chosen(form):
            torrent.category = name
        return text(200, "")
