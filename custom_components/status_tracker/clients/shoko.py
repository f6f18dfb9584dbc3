"""Shoko Server 4.2, 5 and 6: its files, what they are, and its queue, by REST v3."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
import re
from typing import Any, override

from aiohttp import ClientSession

from .errors import BadAnswer, CannotConnect, InvalidAuth, NotFound, NotReady, WrongService
from .http import TIMEOUT, HttpClient, Params, normalise_url
from .model import Answer
from .push import PACE, Blocking, Pace
from .shoko_events import EVENTS
from .signalr import SignalRConnection

DEVICE = "Home Assistant"
HUB = "signalr/aggregate"
FEEDS = "shoko,queue,file,release,metadata"
# Shoko 4 knows the one, 6 the other, and each ignores what it does not know.
INCLUDE: Params = {"includeXRefs": "true", "include": "XRefs,AbsolutePaths"}
STARTED = ("started", "2")
FAILED = ("failed", "3")


@dataclass(slots=True, kw_only=True)
class ShokoStatus(Answer):
    """How the server is; the state may come as its number."""

    state: str = ""


@dataclass(slots=True, kw_only=True)
class ServerVersion(Answer):
    """The version of one part, e.g. "5.3.3.0"."""

    version: str = ""


@dataclass(slots=True, kw_only=True)
class ShokoVersion(Answer):
    """The versions of the server's parts."""

    server: ServerVersion = field(default_factory=ServerVersion)


@dataclass(slots=True, kw_only=True)
class TmdbIds(Answer):
    """TMDB's ids of a series or episode: several are possible, so are wrong ones and none."""

    movie: list[int] = field(default_factory=list)
    show: list[int] = field(default_factory=list)
    episode: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ShokoIds(Answer):
    """The ids of a series or of an episode; `id` is None (or 0) until Shoko has created it."""

    id: int | None = None
    anidb: int | None = None
    tvdb: list[int] = field(default_factory=list)
    imdb: list[str] = field(default_factory=list)
    tmdb: TmdbIds = field(default_factory=TmdbIds)

    @override
    @classmethod
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Read the plain list of Shoko 4, which held films only."""
        known = super().__pre_deserialize__(d)
        if isinstance(known.get("tmdb"), list):
            known["tmdb"] = {"Movie": known["tmdb"]}
        return known


@dataclass(slots=True, kw_only=True)
class ShokoEntry(Answer):
    """A series or an episode, of which only the ids matter."""

    ids: ShokoIds = field(default_factory=ShokoIds)


@dataclass(slots=True, kw_only=True)
class CrossReference(Answer):
    """What a file is: episodes of one series."""

    series_id: ShokoIds = field(default_factory=ShokoIds)
    episode_ids: list[ShokoIds] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ShokoLocation(Answer):
    """Where a file lies; the relative path starts at one of Shoko's own folders."""

    relative_path: str = ""
    is_accessible: bool = False


@dataclass(slots=True, kw_only=True)
class ShokoFile(Answer):
    """A file; without cross references it is not matched. Bytes."""

    id: int
    size: int = 0
    series_ids: list[CrossReference] = field(default_factory=list)
    locations: list[ShokoLocation] = field(default_factory=list)
    created: datetime | None = None


@dataclass(slots=True, kw_only=True)
class ShokoQueue(Answer):
    """The queue; blocked jobs wait for AniDB to lift a ban."""

    total_count: int = 0
    blocked_count: int = 0


class ShokoClient(HttpClient):
    """One Shoko Server; the key is never judged before the server says it has started."""

    name = "Shoko"

    def __init__(
        self, session: ClientSession, url: str, *, api_key: str = "", timeout: float = TIMEOUT
    ) -> None:
        """Keep the address, also when it was copied from a page of the web UI."""
        super().__init__(session, re.sub(r"/webui(/.*)?$", "", normalise_url(url)), timeout=timeout)
        self._key = api_key
        self._version: str | None = None

    @override
    def _headers(self) -> dict[str, str]:
        """Return the one form of the key that every version reads."""
        return {"apikey": self._key} if self._key else {}

    # Is it Shoko, and may we?

    async def status(self) -> None:
        """Return if the server has started; NotReady if it has not, WrongService if it is no Shoko."""
        try:
            answer = await self._get("api/v3/Init/Status")
        except (NotFound, InvalidAuth) as err:
            raise WrongService("Shoko: another service answers at the address") from err
        state = ShokoStatus.parse(answer).state.casefold() if isinstance(answer, dict) else ""
        if not state:
            raise WrongService("Shoko: another service answers at the address")
        if state in FAILED:
            raise NotReady("Shoko: it failed to start")
        if state not in STARTED:
            raise NotReady("Shoko: it is starting")

    @override
    async def version(self) -> str:
        """Return the server's version, e.g. "5.3.3.0"; asked once a connection."""
        if self._version is None:
            self._version = ShokoVersion.parse(await self._ask("api/v3/Init/Version")).server.version
        return self._version

    async def major(self) -> int:
        """Return the major version, which chooses the dialect."""
        number = (await self.version()).split(".", maxsplit=1)[0].strip()
        if not number.isdigit():
            raise BadAnswer("Shoko: it does not tell its version")
        return int(number)

    async def check(self) -> None:
        """Return if the service is a Shoko that has started and takes the key; raises ClientError."""
        await self.status()
        await self.queue()

    async def login(self, username: str, password: str) -> str:
        """Return the key of this device for a user; InvalidAuth if the password is wrong."""
        await self.status()
        body = {"user": username, "pass": password, "device": DEVICE}
        answer, _ = await self._call("POST", "api/auth", json=body)
        key = answer.get("apikey") if isinstance(answer, dict) else None
        if not isinstance(key, str) or not key:
            raise BadAnswer("Shoko: it gave no key")
        return key

    # What Shoko knows

    async def files_by_tail(self, tail: str) -> list[ShokoFile]:
        """Return the files whose full path ends so, whatever the case, e.g. with "/Show/file.mkv"."""
        return _files(await self._ask("api/v3/File/PathEndsWith", {"path": tail, "limit": 50, **INCLUDE}))

    async def file(self, file_id: int) -> ShokoFile:
        """Return one file; NotFound if it does not exist."""
        return ShokoFile.parse(await self._ask(f"api/v3/File/{file_id}", INCLUDE))

    async def series(self, series_id: int) -> ShokoIds:
        """Return the ids of a series; NotFound if it does not exist."""
        return ShokoEntry.parse(await self._ask(f"api/v3/Series/{series_id}")).ids

    async def episode(self, episode_id: int) -> ShokoIds:
        """Return the ids of an episode; NotFound if it does not exist."""
        return ShokoEntry.parse(await self._ask(f"api/v3/Episode/{episode_id}")).ids

    async def files_of_movie(self, tmdb_id: int) -> list[ShokoFile]:
        """Return the files linked to a TMDB film: none while it is not linked, and none in Shoko 4."""
        return await self._files_of("Movie", tmdb_id)

    async def files_of_show(self, tmdb_id: int) -> list[ShokoFile]:
        """Return the files linked to a TMDB show: none while it is not linked, and none in Shoko 4."""
        return await self._files_of("Show", tmdb_id)

    async def queue(self) -> ShokoQueue | None:
        """Return the queue; None in Shoko 4, which tells it by push alone (its folders are asked instead)."""
        if await self.major() < 5:
            await self._ask("api/v3/ImportFolder")
            return None
        return ShokoQueue.parse(await self._ask("api/v3/Queue"))

    @property
    def unrecognised_url(self) -> str:
        """Return the page of the web UI where a person links the files Shoko did not recognise."""
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
        """Return the files of a TMDB entity; Shoko answers 404 until it has linked one."""
        if await self.major() < 5:
            return []
        try:
            answer = await self._ask(f"api/v3/TMDB/{what}/{tmdb_id}/Shoko/File", {"pageSize": 0, **INCLUDE})
        except NotFound:
            return []
        return _files(answer)

    async def _ask(self, path: str, params: Params | None = None) -> Any:
        """Return an answer; a refusal counts only once the server has started."""
        try:
            return await self._get(path, params)
        except NotFound:
            raise
        except InvalidAuth, BadAnswer:
            await self.status()
            raise
        except CannotConnect, NotReady:
            self._version = None  # it may come back as another version
            raise


def _files(answer: Any) -> list[ShokoFile]:
    """Return the files of a plain list, or of one that comes with its total."""
    rows = answer.get("List") if isinstance(answer, dict) else answer
    return ShokoFile.parse_list(rows or [])


async def exchange(session: ClientSession, url: str, username: str, password: str) -> str:
    """Return a key for a user's password; InvalidAuth if it is wrong. The password is not kept."""
    return await ShokoClient(session, url).login(username, password)
