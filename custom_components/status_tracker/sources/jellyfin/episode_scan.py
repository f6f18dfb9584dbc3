"""Episode scan: finds anime files that were in Jellyfin before the first poll, by episode ids only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...clients.jellyfin import JellyfinClient
from ...pipeline.ids import IdKind, of_kind
from ...pipeline.wants import Want
from .tracked import file_keys, is_anime, item_keys, path_key

SEARCHED = ("Episode", "Video")
PAGES_A_POLL = 10
AGAIN = timedelta(hours=1)
SHOKO_TIME = timedelta(minutes=2)


@dataclass(slots=True)
class Pass:
    """One way through all episodes and videos: what is looked for, and how far it has come."""

    keys: set[str]
    start: int = 0


class EpisodeScan:
    """When to search: once a file an hour, all files in one pass, and only where nothing else can help."""

    def __init__(self) -> None:
        """Initialize."""
        self.current: Pass | None = None
        self._first: dict[str, datetime] = {}
        self._last: dict[str, datetime] = {}

    def plan(
        self, wants: Iterable[Want], known: Callable[[], frozenset[str]], began: datetime, now: datetime
    ) -> None:
        """Begin a pass if a file is due.

        `known` gives the path keys at hand. What was imported after `began` shows among the changes, so it
        is searched for only when an hour has not brought it.
        """
        due: dict[str, frozenset[str]] = {}
        folders: dict[str, tuple[str, ...]] = {}
        seen: set[str] = set()
        for want in wants:
            if not is_anime(want):
                continue
            shoko = of_kind(want.ids, IdKind.SHOKO_FILE, IdKind.SHOKO_EPISODE)
            for file in want.files:
                key = path_key(file.path)
                seen.add(key)
                folders[key] = file_keys(file.path)
                if key not in self._first:
                    self._first[key] = now  # other ways come first: the series, by its ids
                    if file.added and file.added > began:
                        self._last[key] = now
                elif key in self._last:
                    if now - self._last[key] >= AGAIN:
                        due[key] = shoko
                elif shoko or now - self._first[key] >= SHOKO_TIME:
                    due[key] = shoko
        self._first = {key: at for key, at in self._first.items() if key in seen}
        self._last = {key: at for key, at in self._last.items() if key in seen}
        if not due or self.current:
            return
        self._last.update(dict.fromkeys(due, now))
        here = known()
        if keys := {key for key in due if here.isdisjoint(folders[key])}:
            self.current = Pass(keys.union(*(due[key] for key in keys), *(folders[key] for key in keys)))

    async def go_on(self, client: JellyfinClient) -> list[str]:
        """Read the next pages of the pass, if one is under way; return the ids of items that fit."""
        found: list[str] = []
        for _ in range(PAGES_A_POLL):
            if self.current is None:
                break
            page = await client.page(SEARCHED, self.current.start)
            found += [item.id for item in page.items if not self.current.keys.isdisjoint(item_keys(item))]
            self.current.start += page.rows
            if not page.full:
                self.current = None
        return found
