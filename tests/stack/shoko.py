"""Shoko Server 4, 5 or 6: REST v3 and the SignalR hub, over the anime files of the world."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, override

from aiohttp import web

from .library import ShokoEpisode, ShokoFile, ShokoSeries
from .server import StackServer
from .shoko_events import FEEDS, ShokoEvents
from .shoko_rows import Json, ShokoRows
from .shoko_verbs import ShokoVerbs
from .signalr_hub import HubConnection, SignalRHub

TMDB_KIND = "{kind:Movie|Show|Season|Episode}"
HUB_PATH = "/signalr/aggregate"
VERSIONS = {4: "4.2.2.0", 5: "5.3.3.0", 6: "6.0.0.0"}
STATES = {"Starting": 1, "Started": 2, "Failed": 3, "Waiting": 4}

type State = Literal["Starting", "Started", "Failed", "Waiting"]
type Tmdb = Callable[[ShokoEpisode, ShokoSeries, int], bool]

TMDB_KINDS: dict[str, Tmdb] = {
    "Movie": lambda episode, series, key: key in episode.tmdb_movie_ids or key in series.tmdb_movie_ids,
    "Show": lambda episode, series, key: key in episode.tmdb_show_ids or key in series.tmdb_show_ids,
    "Episode": lambda episode, _, key: key in episode.tmdb_episode_ids,
}


class FakeShoko(StackServer):
    """One Shoko. `hub` has the SignalR knobs, `events.muted` keeps it quiet, `state` is Init/Status'."""

    name = "shoko"

    def __init__(
        self,
        world: ShokoVerbs,
        *,
        version: Literal[4, 5, 6] = 5,
        username: str = "Default",
        password: str = "shoko",
        api_key: str = "11111111-2222-3333-4444-555555555555",
        ping_interval: float = 15.0,
        client_timeout: float | None = None,
        port: int = 0,
        url_base: str = "",
    ) -> None:
        """`client_timeout` seconds of silence end a hub client: by default 30 in version 4, 60 later."""
        super().__init__(port=port, api_key=api_key, url_base=url_base)
        self.world = world
        self.major = version
        self.users = {username: password}
        self.keys: dict[tuple[str, str], str] = {}
        self.state: State = "Started"
        self.rescans: list[int] = []
        self.rows = ShokoRows(world, version)
        self.events = ShokoEvents(world, self.rows, version)
        self.hub = SignalRHub(
            ping_interval=ping_interval,
            client_timeout=client_timeout or (30.0 if version == 4 else 60.0),
            known_feeds=FEEDS[version],
            authorize=self._hub_allows if version >= 6 else None,
            on_connected=self.events.greet,
            methods={"feed.join_many": self._join, "feed.list_joined": self._joined}
            if version >= 6
            else None,
        )
        self.events.hub = self.hub
        self._add_routes()

    def kill_hub(self) -> None:
        """Drop every hub client at once and refuse new ones (404), while REST goes on."""
        self.hub.enabled = False
        self.hub.drop_all()

    def restore_hub(self) -> None:
        """Let hub clients in again; they must negotiate anew."""
        self.hub.enabled = True

    @override
    async def stop(self) -> None:
        """Close all; connection tokens do not survive."""
        self.hub.drop_all()
        await super().stop()

    # -- doors -----------------------------------------------------------------------------------------

    def _add_routes(self) -> None:
        """REST for this version, and the hub."""
        api = "/api/v3"
        self.route("GET", f"{api}/Init/Status", self._status)
        self.route("GET", f"{api}/Init/Version", self._version)
        self.route("POST", "/api/auth", self._login)
        self.route("POST", f"{HUB_PATH}/negotiate", self.hub.negotiate)
        self.route("GET", HUB_PATH, self.hub.connect)
        rest = {
            "File/PathEndsWith": self._path_ends_with,
            r"File/{id:\d+}": self._file,
            r"Series/{id:\d+}": self._series,
            r"Series/AniDB/{anidb:\d+}/Series": self._series,
            r"Series/PathEndsWith/{path:.+}": self._series_by_path,
            r"Episode/{id:\d+}": self._episode,
            r"Episode/AniDB/{anidb:\d+}/Episode": self._episode,
            ("ManagedFolder" if self.major >= 6 else "ImportFolder"): lambda _: self.rows.folders(),
        }
        if self.major >= 5:
            rest |= {
                r"File/{id:\d+}/Location": lambda r: [self.rows.location(self._find_file(r), absolute=True)],
                r"Series/{id:\d+}/TMDB/{kind:Movie|Show}": self._series_tmdb,
                rf"TMDB/{TMDB_KIND}/{{tmdb:\d+}}/Shoko/{{what:Series|Episode|File}}": self._tmdb,
                "Queue": lambda _: self.rows.queue(),
                "Queue/Items": lambda _: {"Total": self.world.shoko_queue["total"], "List": []},
            }
        for path, answer in rest.items():
            self.route("GET", f"{api}/{path}", self._guarded(answer))
        self.route("POST", f"{api}/File/{{id:\\d+}}/Rescan", self._guarded(self._rescan))

    def _guarded(self, answer: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        """Check state and key before an answer is made; it is sent as JSON, nulls included."""

        async def handle(request: web.Request) -> web.Response:
            """Answer, or say why not."""
            if self.state != "Started":
                if self.major >= 6:
                    return web.Response(status=401, text="Server not fully started yet")
                return web.Response(status=403)
            if not self._has_key(request):
                return web.Response(status=401)
            return web.json_response(answer(request))

        return handle

    def _has_key(self, request: web.Request) -> bool:
        """Header or parameter `apikey`; from 6 on also a bearer token."""
        offered = [request.headers.get("apikey"), request.query.get("apikey")]
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if self.major >= 6 and scheme.lower() == "bearer":
            offered.append(token)
        valid = {self.api_key, *self.keys.values()}
        return not self.refuses_keys and any(key in valid for key in offered if key)

    def _hub_allows(self, request: web.Request) -> bool:
        """Shoko 6 asks hub clients for a key, where it also takes `access_token`."""
        valid = {self.api_key, *self.keys.values()}
        token = request.query.get("access_token")
        return self._has_key(request) or (not self.refuses_keys and token in valid)

    async def _status(self, _: web.Request) -> web.Response:
        """Init/Status, open to all; version 4 gives the state as a number here."""
        state: str | int = STATES[self.state] if self.major == 4 else self.state
        return web.json_response({"State": state, "StartupMessage": None, "Uptime": "1.02:03:04"})

    async def _version(self, _: web.Request) -> web.Response:
        """Init/Version, open to all."""
        channel = "Dev" if self.major >= 6 else "Stable"
        return web.json_response({"Server": {"Version": VERSIONS[self.major], "ReleaseChannel": channel}})

    async def _login(self, request: web.Request) -> web.Response:
        """POST /api/auth: one key for each user and device."""
        try:
            body = await request.json()
            user, password, device = body["user"], body["pass"], body["device"]
        except ValueError, KeyError, TypeError:
            return web.Response(status=400)
        if self.refuses_keys or self.users.get(user) != password:
            return web.Response(status=401)
        seed = f"key {user} {device}"
        key = self.keys.setdefault((user, device), str(self.world.new_hex(seed)))
        return web.json_response({"apikey": key})

    async def _join(self, connection: HubConnection, arguments: list[Any]) -> Any:
        """feed.join_many(names, …): join known feeds; nothing missed is sent again."""
        connection.feeds |= self.hub.known_feeds & set(arguments[0] if arguments else ())
        return sorted(connection.feeds)

    async def _joined(self, connection: HubConnection, _: list[Any]) -> Any:
        """feed.list_joined()."""
        return sorted(connection.feeds)

    # -- answers ---------------------------------------------------------------------------------------

    def _file_row(self, request: web.Request, file: ShokoFile, *, by_path: bool = False) -> Json:
        """The file with what the request includes; which parameter counts depends on the version."""
        include = set(request.query.get("include", "").lower().split(","))
        flag = request.query.get("includeXRefs", "").lower() == "true"
        takes_flag = self.major == 4 or (self.major == 5 and by_path)
        xrefs = (takes_flag and flag) or (self.major >= 5 and "xrefs" in include)
        return self.rows.file(file, xrefs=xrefs, absolute="absolutepaths" in include)

    def _known_files(self) -> list[ShokoFile]:
        """Files that REST shows: those that were hashed."""
        return [file for file in self.world.shoko_files.values() if file.hashed]

    def _path_ends_with(self, request: web.Request) -> list[Json]:
        """Files whose full path ends like this, whatever the case and the separators."""
        if not (tail := request.query.get("path", "").replace("\\", "/").casefold()):
            raise web.HTTPBadRequest
        found = [file for file in self._known_files() if self._path_matches(file, tail)]
        limit = int(request.query.get("limit", "0"))
        return [self._file_row(request, file, by_path=True) for file in (found[:limit] if limit else found)]

    def _path_matches(self, file: ShokoFile, tail: str) -> bool:
        """Whether Shoko's full path of a file ends with the tail."""
        return self.rows.absolute_path(file).casefold().endswith(tail)

    def _find_file(self, request: web.Request) -> ShokoFile:
        """The file of the path's id; 404."""
        file = self.world.shoko_files.get(int(request.match_info["id"]))
        if file is None or not file.hashed:
            raise web.HTTPNotFound
        return file

    def _file(self, request: web.Request) -> Json:
        """File/{id}."""
        return self._file_row(request, self._find_file(request))

    def _rescan(self, request: web.Request) -> None:
        """File/{id}/Rescan: noted in `rescans`."""
        self.rescans.append(self._find_file(request).id)

    def _find_series(self, request: web.Request) -> ShokoSeries:
        """The series of a Shoko or AniDB id; 404 while Shoko has not made it."""
        for series in self.world.shoko_series.values():
            wanted = (
                (series.id, request.match_info.get("id")),
                (series.anidb_id, request.match_info.get("anidb")),
            )
            if series.created and any(str(have) == want for have, want in wanted):
                return series
        raise web.HTTPNotFound

    def _series(self, request: web.Request) -> Json:
        """Series/{id} and Series/AniDB/{id}/Series."""
        return self.rows.series(self._find_series(request))

    def _series_by_path(self, request: web.Request) -> list[Json]:
        """Series/PathEndsWith/{path}: series with files in folders that end like this."""
        tail = request.match_info["path"].replace("\\", "/").strip("/").casefold()
        files = [
            file
            for file in self._known_files()
            if self.rows.absolute_path(file).casefold().rpartition("/")[0].endswith(tail)
        ]
        return [self.rows.series(series) for series in self._series_of(files)]

    def _series_of(self, files: Iterable[ShokoFile]) -> list[ShokoSeries]:
        """The made series of some files, once each."""
        keys = {self.world.shoko_episodes[key].series_id for file in files for key in file.episode_ids}
        return [self.world.shoko_series[key] for key in sorted(keys) if self.world.shoko_series[key].created]

    def _series_tmdb(self, request: web.Request) -> list[Json]:
        """Series/{id}/TMDB/Movie and /Show."""
        series = self._find_series(request)
        is_movie = request.match_info["kind"] == "Movie"
        ids = set(series.tmdb_movie_ids if is_movie else series.tmdb_show_ids)
        for episode in self.world.shoko_episodes_of(series):
            ids |= set(episode.tmdb_movie_ids if is_movie else episode.tmdb_show_ids)
        return [{"ID": key, "Title": series.title} for key in sorted(ids)]

    def _episode(self, request: web.Request) -> Json:
        """Episode/{id} and Episode/AniDB/{id}/Episode."""
        for episode in self.world.shoko_episodes.values():
            wanted = (
                (episode.id, request.match_info.get("id")),
                (episode.anidb_id, request.match_info.get("anidb")),
            )
            created = self.world.shoko_series[episode.series_id].created
            if created and any(str(have) == want for have, want in wanted):
                return self.rows.episode(episode)
        raise web.HTTPNotFound

    def _tmdb(self, request: web.Request) -> Any:
        """TMDB/…/Shoko/…: what Shoko has linked to a TMDB id; 404 as long as that is nothing."""
        key, linked = int(request.match_info["tmdb"]), TMDB_KINDS.get(request.match_info["kind"])
        world = self.world
        episodes = [
            episode
            for episode in world.shoko_episodes.values()
            if linked is not None and linked(episode, world.shoko_series[episode.series_id], key)
        ]
        if not episodes:
            raise web.HTTPNotFound
        ids = {episode.id for episode in episodes}
        files = [file for file in self._known_files() if ids & set(file.episode_ids)]
        match request.match_info["what"]:
            case "Series":
                keys = sorted({episode.series_id for episode in episodes})
                return [self.rows.series(world.shoko_series[key]) for key in keys]
            case "Episode":
                return [self.rows.episode(episode) for episode in episodes]
        size = int(request.query.get("pageSize", "100"))
        shown = files[:size] if size else files
        return {"Total": len(files), "List": [self._file_row(request, file) for file in shown]}
