"""The state of the scripted world: rows, clock, listeners. The verbs that move it are mixed in by `World`."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
import hashlib
import inspect
from typing import Any, Literal

from .library import JellyfinItem, ShokoEpisode, ShokoFile, ShokoSeries
from .rows import Arr, Download, SeerrMedia, SeerrRequest, Torrent, User
from .titles import Title

type Listener = Callable[..., Awaitable[None] | None]


class WorldState:
    """One household's truth. Every server reads from here, and only verbs write here."""

    def __init__(self) -> None:
        """An empty household with an owner and two people."""
        self.users: dict[int, User] = {}
        self.titles: list[Title] = []
        self.media: dict[int, SeerrMedia] = {}
        self.requests: dict[int, SeerrRequest] = {}
        self.arrs: list[Arr] = []
        self.torrents: dict[str, Torrent] = {}
        self.items: dict[str, JellyfinItem] = {}
        self.removed_items: list[JellyfinItem] = []
        self.shoko_files: dict[int, ShokoFile] = {}
        self.shoko_series: dict[int, ShokoSeries] = {}
        self.shoko_episodes: dict[int, ShokoEpisode] = {}
        self.hand_over_on_approve = True
        self.shoko_library = False
        self.jellyfin_mount = "/media"
        self.library_scanning = False
        self.skews: dict[str, timedelta] = {}  # how far the clock of a service is ahead, by its kind
        self._offset = timedelta()
        self._frozen: datetime | None = None
        self._listeners: dict[str, list[Listener]] = {}
        self._counters: dict[str, int] = {}
        self.add_user("Olga Owner", permissions=2)
        self.add_user("Alice")
        self.add_user("Bob")

    # -- clock -----------------------------------------------------------------------------------------

    def now(self, kind: str = "") -> datetime:
        """The world's time, UTC, or that of a kind of service; real time unless a test moved or froze it."""
        return (self._frozen or datetime.now(UTC) + self._offset) + self.skews.get(kind, timedelta())

    def freeze(self, at: datetime | None) -> None:
        """Stop the clock at this time; None lets real time run again."""
        self._frozen = at

    def advance(self, seconds: float) -> None:
        """Put the clock forward (or, negative, back)."""
        if self._frozen is not None:
            self._frozen += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)

    # -- listeners -------------------------------------------------------------------------------------

    def on(self, event: str, listener: Listener) -> Callable[[], None]:
        """Call the listener with the event's facts; `*` gets everything, with `event=` the name."""
        self._listeners.setdefault(event, []).append(listener)
        return lambda: self._listeners[event].remove(listener)

    async def emit(self, event: str, **facts: Any) -> None:
        """Call the listeners, one after the other; the verb continues after the last one."""
        for listener in list(self._listeners.get(event, ())):
            result = listener(**facts)
            if inspect.isawaitable(result):
                await result
        for listener in list(self._listeners.get("*", ())):
            result = listener(event=event, **facts)
            if inspect.isawaitable(result):
                await result

    # -- adding and finding ----------------------------------------------------------------------------

    def new_id(self, kind: str) -> int:
        """The next number of a kind, from 1."""
        self._counters[kind] = self._counters.get(kind, 0) + 1
        return self._counters[kind]

    def new_hex(self, seed: str, digits: int = 32) -> str:
        """A stable made-up identifier of hex digits for a seed."""
        return hashlib.sha256(seed.encode()).hexdigest()[:digits]

    def add_user(self, name: str, *, permissions: int = 32) -> User:
        """A person; the first is the owner."""
        number = self.new_id("user")
        email = f"{name.split(maxsplit=1)[0].lower()}@household.example"
        self.users[number] = User(id=number, display_name=name, email=email, permissions=permissions)
        return self.users[number]

    def user(self, name: str) -> User:
        """The person whose name starts like this; KeyError if there is none."""
        for user in self.users.values():
            if user.display_name.casefold().startswith(name.casefold()):
                return user
        raise KeyError(name)

    def add_title(self, title: Title) -> Title:
        """Make a title known to the catalogues."""
        if title not in self.titles:
            self.titles.append(title)
        return title

    def find_title(self, media_type: str, tmdb_id: int) -> Title | None:
        """The title of this TMDB id; films and series count apart."""
        for title in self.titles:
            if (title.media_type, title.tmdb_id) == (media_type, tmdb_id):
                return title
        return None

    def add_arr(
        self, kind: Literal["radarr", "sonarr"], name: str = "hd", *, is_4k: bool | None = None
    ) -> Arr:
        """One more Radarr or Sonarr; Seerr numbers each kind from 0. `4k` in its name makes it a 4K one."""
        is_4k = "4k" in name.lower() if is_4k is None else is_4k
        base = "movies" if kind == "radarr" else "tv"
        suffix = "" if name == "hd" else f"-{name}"
        number = sum(arr.kind == kind for arr in self.arrs)
        arr = Arr(
            kind=kind,
            name=name,
            server_id=number,
            is_4k=is_4k,
            root=f"/{base}{suffix}",
            anime_root=f"/anime{suffix}" if kind == "sonarr" else f"/{base}{suffix}",
        )
        self.arrs.append(arr)
        return arr

    def arr(self, kind: str, name: str | None = None, *, is_4k: bool = False) -> Arr:
        """The instance of this name, else the first HD or 4K one; KeyError if there is none."""
        for arr in self.arrs:
            if arr.kind == kind and (arr.name == name if name else arr.is_4k == is_4k):
                return arr
        raise KeyError((kind, name, is_4k))

    def download(self, download_id: str) -> Download:
        """The newest download of this id, in any *arr; KeyError if there is none."""
        for arr in self.arrs:
            if found := arr.downloads.get(download_id.upper()):
                return found
        raise KeyError(download_id)
