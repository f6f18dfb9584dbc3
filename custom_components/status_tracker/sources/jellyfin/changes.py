"""Changed items of a Jellyfin library since the last read, in pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import logging

from ...clients.jellyfin import JellyfinClient
from ...clients.jellyfin_model import Item, ItemPage

LOGGER = logging.getLogger(__name__)

CHANGING = ("Movie", "Series", "Episode", "Video")

PAGES_A_POLL = 10
OVERLAP = timedelta(minutes=2)
REPEATED = 50  # a page with this many unchanged items overlaps with the previous read
SEEN_MAX = 5000


@dataclass(slots=True)
class Sweep:
    """State of reading changes over several pages and polls."""

    since: datetime
    start: int = 0
    date: datetime | None = None
    seen: dict[str, int] = field(default_factory=dict)


class ChangeReader:
    """Reads items saved since a date, or all items in turn if the server ignores the date filter."""

    def __init__(self, name: str) -> None:
        """Initialize; `name` is used in log messages."""
        self.name = name
        self.since: datetime | None = None  # server time; None until the library was read
        self.filters_dates: bool | None = None  # None: not tested yet
        self._sweep: Sweep | None = None
        self._seen: dict[str, int] = {}
        self._next = 0  # start index of the next page of all items
        self._newest = False  # whether to read the newest items next

    @property
    def under_way(self) -> bool:
        """Return whether the next poll continues the read."""
        return self._sweep is not None

    async def read(self, client: JellyfinClient, now: datetime) -> AsyncIterator[tuple[list[Item], datetime]]:
        """Yield the changed items of each page with the server time, or `now` if it is missing."""
        if self.since is None:
            return
        if self.filters_dates is False:
            yield await self._read_in_turn(client, now, self.since)
            return
        sweep = self._sweep = self._sweep or Sweep(self.since - OVERLAP)
        ignored = False
        for _ in range(PAGES_A_POLL):
            page = await client.changed_since(sweep.since, CHANGING, sweep.start)
            sweep.date = sweep.date or page.date or now
            fresh = self._changed(page, sweep.seen)
            yield fresh, sweep.date
            if self.filters_dates is None and (page.full or len(page.items) - len(fresh) > REPEATED):
                ignored = not await self._check_filter(client)
            sweep.start += page.rows
            if not page.full or ignored:
                self.since, self._seen, self._sweep = sweep.date, sweep.seen, None
                return

    async def _read_in_turn(
        self, client: JellyfinClient, now: datetime, since: datetime
    ) -> tuple[list[Item], datetime]:
        """Return the changed items of a page, alternating between the newest and the next of all items."""
        start = 0 if self._newest else self._next
        page = await client.changed_since(since - OVERLAP, CHANGING, start)
        self.since = page.date or now
        if not self._newest:
            self._next = start + page.rows if page.full else 0
        self._newest = not self._newest and self._next > 0
        return self._changed(page, self._seen), self.since

    async def _check_filter(self, client: JellyfinClient) -> bool:
        """Return whether the server applies the date filter, tested with a date in the future."""
        self.filters_dates = obeyed = await client.filters_dates(CHANGING)
        if not obeyed:
            LOGGER.warning("%s ignores the date filter, reading its library one page per poll", self.name)
        return obeyed

    def _changed(self, page: ItemPage, seen: dict[str, int]) -> list[Item]:
        """Return the items that changed since the previous read, and store them in `seen`."""
        changed = []
        for item in page.items:
            ids = frozenset((key, str(value)) for key, value in item.provider_ids.items())
            sign = hash((item.etag, item.type, item.name, item.path, item.location_type, ids))
            if self._seen.get(item.id) != sign:
                changed.append(item)
            if item.id in seen or len(seen) < SEEN_MAX:
                seen[item.id] = sign
        return changed
