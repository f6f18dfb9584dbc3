"""Client for the REST API v3 of Shoko Server 4.2, 5 and 6: files, series, episodes and the queue."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
import re
from typing import Any, override

from aiohttp import ClientSession

from .errors import BadAnswer, CannotConnect, InvalidAuth, NotFound, NotReady, WrongService
from .http import TIMEOUT, HttpClient, Params, normalise_url
from .model import Answer, digits
from .push import PACE, Blocking, Pace
from .shoko_events import EVENTS
from .signalr import SignalRConnection

DEVICE = "Home Assistant"
HUB = "signalr/aggregate"
FEEDS = "shoko,queue,file,release,metadata"
# Shoko 4 uses one, Shoko 6 the other; each ignores the unknown one.
INCLUDE: Params = {"includeXRefs": "true", "include": "XRefs,AbsolutePaths"}
STARTED = ("started", "2")
FAILED = ("failed", "3")


@dataclass(slots=True, kw_only=True)
class ShokoStatus(Answer):
    """Startup state of the server, by name or number."""

    state: str = ""


@dataclass(slots=True, kw_only=True)
class ServerVersion(Answer):
    """Version of a component, e.g. "5.3.3.0"."""

    version: str = ""


@dataclass(slots=True, kw_only=True)
class ShokoVersion(Answer):
    """Versions of the server components."""

    server: ServerVersion = field(default_factory=ServerVersion)


@dataclass(slots=True, kw_only=True)
class TmdbIds(Answer):
    """TMDB ids of a series or episode; there can be several, wrong ones or none."""

    movie: list[int] = field(default_factory=list)
    show: list[int] = field(default_factory=list)
    episode: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ShokoIds(Answer):
    """Ids of a series or episode; `id` is None (or 0) until Shoko has created it."""

    id: int | None = None
    anidb: int | None = None
    tvdb: list[int] = field(default_factory=list)
    imdb: list[str] = field(default_factory=list)
    tmdb: TmdbIds = field(default_factory=TmdbIds)

    @override
    @classmethod
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Accept the list of Shoko 4, which contains only movies."""
        known = super().__pre_deserialize__(d)
        if isinstance(known.get("tmdb"), list):
            known["tmdb"] = {"Movie": known["tmdb"]}
        return known


@dataclass(slots=True, kw_only=True)
class ShokoEntry(Answer):
    """Series or episode, limited to its ids."""

    ids: ShokoIds = field(default_factory=ShokoIds)


@dataclass(slots=True, kw_only=True)
class CrossReference(Answer):
    """Cross-reference of a file to episodes of a series."""

    series_id: ShokoIds = field(default_factory=ShokoIds)
    episode_ids: list[ShokoIds] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ShokoLocation(Answer):
    """Location of a file, relative to a folder configured in Shoko."""

    relative_path: str = ""
    is_accessible: bool = False


@dataclass(slots=True, kw_only=True)
class ShokoFile(Answer):
    """File; without cross-references it is unmatched. Size in bytes."""

    id: int
    size: int = 0
    series_ids: list[CrossReference] = field(default_factory=list)
    locations: list[ShokoLocation] = field(default_factory=list)
    created: datetime | None = None


@dataclass(slots=True, kw_only=True)
class ShokoQueue(Answer):
    """Queue; jobs are blocked during an AniDB ban."""

    total_count: int = 0
    blocked_count: int = 0


class ShokoClient(HttpClient):
    """Client for Shoko; the API key is validated only after the server has started."""

    name = "Shoko"

    def __init__(
        self, session: ClientSession, url: str, *, api_key: str = "", timeout: float = TIMEOUT
    ) -> None:
        """Initialize with a URL, which can be that of a page of the web UI, and the API key."""
        super().__init__(session, re.sub(r"/webui(/.*)?$", "", normalise_url(url)), timeout=timeout)
        self._key = api_key
        self._version: str | None = None

    @override
    def _headers(self) -> dict[str, str]:
        """Return the API key header supported by all versions."""
        return {"apikey": self._key} if self._key else {}

    # Identification

    async def status(self) -> None:
        """Return when the server has started; raises NotReady or WrongService."""
        try:
            answer = await self._get("api/v3/Init/Status")
        except (NotFound, InvalidAuth) as err:
            raise WrongService("Shoko: the service is not Shoko") from err
        state = ShokoStatus.parse(answer).state.casefold() if isinstance(answer, dict) else ""
        if not state:
            raise WrongService("Shoko: the service is not Shoko")
        if state in FAILED:
            raise NotReady("Shoko: failed to start")
        if state not in STARTED:
            raise NotReady("Shoko: starting")

    @override
    async def version(self) -> str:
        """Return the server version, e.g. "5.3.3.0", read once per connection."""
        if self._version is None:
            self._version = ShokoVersion.parse(await self._ask("api/v3/Init/Version")).server.version
        return self._version

    async def major(self) -> int:
        """Return the major version, which selects the API differences."""
        number = digits((await self.version()).split(".", maxsplit=1)[0].strip())
        if number is None:
            raise BadAnswer("Shoko: version not found")
        return number

    async def check(self) -> None:
        """Validate that the service is a started Shoko and accepts the API key; raises ClientError."""
        await self.status()
        await self.queue()

    async def login(self, username: str, password: str) -> str:
        """Return an API key for a user; raises InvalidAuth if the password is wrong."""
        await self.status()
        body = {"user": username, "pass": password, "device": DEVICE}
        answer, _ = await self._call("POST", "api/auth", json=body)
        key = answer.get("apikey") if isinstance(answer, dict) else None
        if not isinstance(key, str) or not key:
            raise BadAnswer("Shoko: no API key received")
        return key

    # Files and queue

    async def files_by_tail(self, tail: str) -> list[ShokoFile]:
        """Return the files whose full path ends with a text, ignoring case, e.g. "/Show/file.mkv"."""
        return _files(await self._ask("api/v3/File/PathEndsWith", {"path": tail, "limit": 50, **INCLUDE}))

    async def file(self, file_id: int) -> ShokoFile:
        """Return a file; raises NotFound if it does not exist."""
        return ShokoFile.parse(await self._ask(f"api/v3/File/{file_id}", INCLUDE))

    async def series(self, series_id: int) -> ShokoIds:
        """Return the ids of a series; raises NotFound if it does not exist."""
        return ShokoEntry.parse(await self._ask(f"api/v3/Series/{series_id}")).ids

    async def episode(self, episode_id: int) -> ShokoIds:
        """Return the ids of an episode; raises NotFound if it does not exist."""
        return ShokoEntry.parse(await self._ask(f"api/v3/Episode/{episode_id}")).ids

    async def files_of_movie(self, tmdb_id: int) -> list[ShokoFile]:
        """Return the files linked to a TMDB movie; empty if there are none, and in Shoko 4."""
        return await self._files_of("Movie", tmdb_id)

    async def files_of_show(self, tmdb_id: int) -> list[ShokoFile]:
        """Return the files linked to a TMDB show; empty if there are none, and in Shoko 4."""
        return await self._files_of("Show", tmdb_id)

    async def queue(self) -> ShokoQueue | None:
        """Return the queue; None in Shoko 4, which only pushes it (its folders are read instead)."""
        if await self.major() < 5:
            await self._ask("api/v3/ImportFolder")
            return None
        return ShokoQueue.parse(await self._ask("api/v3/Queue"))

    @property
    def unrecognised_url(self) -> str:
        """Return the page of the web UI to link unrecognized files."""
        return f"{self.url}/webui/utilities/unrecognized/files"

    def push(
        self, *, verify_ssl: bool = True, run_blocking: Blocking = asyncio.to_thread, pace: Pace = PACE
    ) -> SignalRConnection:
        """Return the push connection; `run_blocking(function)` runs it in a worker thread."""
        return SignalRConnection(
            self._session,
            self.url,
            HUB,
            params={"feeds": FEEDS},
            headers=self._headers(),
            events=tuple(EVENTS),
            verify=self.check,
            verify_ssl=verify_ssl,
            run_blocking=run_blocking,
            pace=pace,
        )

    async def _files_of(self, what: str, tmdb_id: int) -> list[ShokoFile]:
        """Return the files of a TMDB entity; Shoko returns 404 until one is linked."""
        if await self.major() < 5:
            return []
        try:
            answer = await self._ask(f"api/v3/TMDB/{what}/{tmdb_id}/Shoko/File", {"pageSize": 0, **INCLUDE})
        except NotFound:
            return []
        return _files(answer)

    async def _ask(self, path: str, params: Params | None = None) -> Any:
        """Return a response; InvalidAuth is raised only if the server has started."""
        try:
            return await self._get(path, params)
        except NotFound:
            raise
        except InvalidAuth, BadAnswer:
            await self.status()
            raise
        except CannotConnect, NotReady:
            self._version = None  # it can be updated during a restart
            raise


def _files(answer: Any) -> list[ShokoFile]:
    """Return the files of a list, or of an object with a total."""
    rows = answer.get("List") if isinstance(answer, dict) else answer
    return ShokoFile.parse_list(rows or [])


async def exchange(session: ClientSession, url: str, username: str, password: str) -> str:
    """Return an API key for username and password, which are not stored; raises InvalidAuth."""
    return await ShokoClient(session, url).login(username, password)
