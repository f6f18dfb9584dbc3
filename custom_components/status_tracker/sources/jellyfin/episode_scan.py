"""Episode scan: finds anime files that were in Jellyfin before the first poll, by episode ids only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...clients.jellyfin import JellyfinClient
from ...clients.jellyfin_model import Item
from ...pipeline.ids import IdKind, of_kind
from ...pipeline.wants import Want
from .items import file_keys, item_keys, path_key
from .wanted import is_anime

SEARCHED = ("Episode", "Video")
PAGES_A_POLL = 10
AGAIN = timedelta(hours=1)
SHOKO_TIME = timedelta(minutes=2)


@dataclass(slots=True)
class Pass:
    """State of a scan through all episodes and videos."""

    keys: set[str]
    start: int = 0


class EpisodeScan:
    """Schedules scans, at most hourly for each file, for files that cannot be found otherwise."""

    def __init__(self) -> None:
        """Initialize an empty index."""
        self.current: Pass | None = None
        self._first: dict[str, datetime] = {}
        self._last: dict[str, datetime] = {}

    def plan(
        self, wants: Iterable[Want], known: Callable[[], frozenset[str]], began: datetime, now: datetime
    ) -> None:
        """Start a scan if a file is due.

        `known` are the path keys already found. Files imported after `began` appear in the changes, so they
        are scanned for only after an hour.
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
                    self._first[key] = now  # try other ways first, such as the ids of the series
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
        """Read the next pages of a running scan; return the ids of matching items."""
        found: list[str] = []

        def take(item: Item) -> None:
            """Keep the id of a matching item."""
            if self.current and not self.current.keys.isdisjoint(item_keys(item)):
                found.append(item.id)

        for _ in range(PAGES_A_POLL):
            if self.current is None:
                break
            page = await client.page(SEARCHED, self.current.start, take=take)
            self.current.start += page.rows
            if not page.full:
                self.current = None
        return found
