"""Requests of Seerr: all are read at the start, then the unfinished ones, page by page."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ...clients.errors import BadAnswer, NotFound
from ...clients.seerr import SLICE, SeerrClient
from ...clients.seerr_model import Request, RequestCount, RequestPage
from ...pipeline.enums import MediaStatus, RequestStatus
from ...pipeline.evidence.requests import RequestEvidence
from .known import KnownRequests
from .lists import RequestLists
from .rows import request_evidence
from .webhook import STATUS

ALL_EVERY = timedelta(days=1)
ALL_AGAIN = timedelta(minutes=10)  # minimum time between two full reads caused by different counts
LOOKUPS = 30  # requests read by id in one poll; if more are needed, all requests are read
FINISHED_TURN = 5  # every fifth poll reads a finished request that is still shown instead of a page
NEWEST_TURN = 3  # the one of these five polls that reads the newest request instead of the counts
WAITING = 3  # requests finished in Seerr only that are read in addition, in turn


class Requests:
    """The known requests of Seerr, and what to read in a poll.

    `complete` means that all requests have been listed at least once since the start.
    `overtaken` means that a webhook about a request was received during the last poll.
    """

    def __init__(
        self, client: SeerrClient, clock: Callable[[], datetime], missed: Callable[[], None]
    ) -> None:
        """Initialize without requests; `missed` is called for a change a webhook should have reported."""
        self.known = KnownRequests()
        self.told: dict[int, int] = {}  # webhook counter by request id
        self.complete = False
        self.overtaken = False
        self._base_url = client.url
        self._client = client
        self._clock = clock
        self._missed = missed
        self._hooks = 0
        self._mark = 0  # webhooks after this one are newer than the data being read
        self._open: set[int] = set()  # ids in the list of unfinished requests
        self._pages: dict[int, RequestPage] = {}  # processed pages of unfinished requests by start
        self._unlisted: dict[str, int] = {}  # counted but not listed, because of blocklisted media
        self._lists = RequestLists(client)
        self._skip = 0
        self._turn = 0
        self._lookups = 0
        self._waiting: dict[int, int] = {}  # when each request finished in Seerr only was last read
        self._seen: set[int] = set()  # ids read in this poll
        self._finished: list[int] = []
        self._unfinished: list[int] = []
        self._closed_of: tuple[object, object] = None, None  # what these two were determined from
        self._closed_at = (-1, 0)
        self._all_due: datetime | None = None
        self._all_again: datetime | None = None

    def tell(self, request: RequestEvidence) -> None:
        """Store a request received by webhook; the next poll reads it by its id."""
        self.ask(request.request_id)
        self.known[request.request_id] = request
        self._drop_page(request.request_id)

    def ask(self, number: int) -> None:
        """Read a request reported by webhook by its id in the next poll."""
        self._hooks += 1
        self.told[number] = self._hooks

    def is_new(self, number: int) -> bool:
        """Return whether a request was added since the requests were listed; others may be deleted."""
        return not self.complete or number > self.known.newest

    def read_all_again(self) -> None:
        """Read all requests in the next poll."""
        self._all_due = None

    def _drop_page(self, number: int) -> None:
        """Process the page that contains a changed request again, even if the page is the same."""
        for start in [start for start, page in self._pages.items() if number in page.ids]:
            del self._pages[start]

    # Poll

    async def read(self, base_url: str, shown: Mapping[int, bool]) -> None:
        """Read the counts and one page; read more if the counts differ from the known requests.

        `shown` has the ids of the requests to read again and whether they are finished here.
        """
        self._mark, self._lookups, self._seen = self._hooks, 0, set()
        if base_url != self._base_url:  # every link has changed
            self._base_url, self._all_due = base_url, None
        if self._all_due is None or self._clock() >= self._all_due:
            await self._read_all()
        else:
            await self._read_open(shown)
            if self._lookups > LOOKUPS:
                await self._read_all()
        self.told = {number: hook for number, hook in self.told.items() if hook > self._mark}
        self.overtaken = bool(self.told)

    async def _read_open(self, shown: Mapping[int, bool]) -> None:
        """Read one page or finished request in turn, those reported by webhooks, and other changed ones."""
        count = await self._count_in_turn()
        finished, waiting = self._closed(shown)
        total = await self._read_turn(finished)
        await self._read_waiting(waiting)
        for number, hook in list(self.told.items()):
            if hook <= self._mark and number not in self._seen:
                await self._look_up(number)
        if self._agrees(count, total):
            return
        await self._walk(True, lambda total: self._agrees(count, total))
        count = await self._lists.count()
        if self._agrees(count):
            return
        # A changed request is finished: either new and available at once, or an old one that was deleted.
        now = self._clock()
        soon = self._all_again is not None and now < self._all_again
        if await self._walk(False, lambda _: soon or self._agrees(count)) and not self._agrees(count):
            self._unlisted = self.known.difference(count)
            self._all_again = now + ALL_AGAIN

    def _closed(self, shown: Mapping[int, bool]) -> tuple[list[int], list[int]]:
        """Return the shown requests not in the list of unfinished ones: finished here, and not."""
        stamp = self.known.version, len(self._open)
        if (
            self._closed_of[0] is not shown
            or self._closed_of[1] is not self._open
            or self._closed_at != stamp
        ):
            self._closed_of, self._closed_at = (shown, self._open), stamp
            closed = [number for number in shown if number in self.known and number not in self._open]
            self._finished = [number for number in closed if shown[number]]
            self._unfinished = [number for number in closed if not shown[number]]
        return self._finished, self._unfinished

    async def _read_waiting(self, waiting: Sequence[int]) -> None:
        """Read some requests that only Seerr considers finished: their deletion changes no count."""
        before = self._waiting
        self._waiting = {number: before.get(number, 0) for number in waiting}
        for number in sorted(waiting, key=self._waiting.__getitem__)[:WAITING]:
            self._waiting[number] = self._turn
            await self._look_up(number)

    async def _read_turn(self, finished: Sequence[int]) -> int | None:
        """Read the page or request that is due; return the number of unfinished requests, None if unknown."""
        self._turn += 1
        turn, rest = divmod(self._turn, FINISHED_TURN)
        if finished and not rest:
            await self._look_up(finished[turn % len(finished)])
            return None
        last = self._pages.get(self._skip)
        page = await self._lists.page(self._skip, True, last)
        if page is not last:
            await self._take_page(page, True, None if self._skip == 0 else max(page.ids, default=0))
            if self._hooks == self._mark:  # otherwise not every row was processed
                self._pages[self._skip] = replace(page, requests=())
        self._skip = 0 if page.is_last else self._skip + page.size
        return page.total if page.complete else None

    async def _count_in_turn(self) -> RequestCount:
        """Return the number of requests; in turn read the newest instead, without numbers if it is known.

        The counts do not tell of a new request that is finished if a similar one was deleted.
        """
        if self._turn % FINISHED_TURN == NEWEST_TURN and self._lists.filters:
            new = [row for row in (await self._lists.newest()).requests if row.id not in self.known]
            if not new:
                return RequestCount()
            await self._take_all(new, self.known)
        return await self._lists.count()

    async def _walk(self, open_only: bool, settled: Callable[[int | None], bool]) -> bool:
        """Read pages, newest first, until the counts match; return whether all were read."""
        skip, above = 0, None
        while self._lookups <= LOOKUPS:
            page = await self._lists.page(skip, open_only)
            await self._take_page(page, open_only, above)
            if page.is_last:
                return True
            if settled(page.total):
                return False
            skip, above = skip + page.size, min(page.ids, default=above)
        return False

    async def _take_page(self, page: RequestPage, open_only: bool, above: int | None) -> None:
        """Process a page; read by id the known requests below `above` that it should contain but does not."""
        await self._take_all(page.requests, self.known)
        listed, below = set(page.ids), min(page.ids, default=0)
        self._seen |= listed
        known = self._open if open_only else self.known.keys()
        missing = [
            number
            for number in known - listed
            if (page.is_last or number > below) and (above is None or number < above)
        ]
        if open_only or not self._lists.filters:
            self._open = (self._open | listed).difference(missing)
        for number in missing:
            await self._look_up(number)

    async def _look_up(self, number: int) -> None:
        """Read a request by its id; a missing one is removed."""
        self._lookups += 1
        self._seen.add(number)
        if self._lookups > LOOKUPS:
            return
        try:
            row = await self._client.request(number)
        except NotFound:
            self._forget(number)
        except BadAnswer:
            return  # keep the known state
        else:
            self._take(row, self.known)
            if (request := self.known.get(number)) and request.media_status is MediaStatus.BLOCKLISTED:
                self._forget(number)  # not in any list

    def _forget(self, number: int) -> None:
        """Remove a request, unless a webhook about it was received since."""
        if self.told.get(number, 0) <= self._mark:
            self.known.pop(number, None)
            self._open.discard(number)
            self._drop_page(number)

    # All requests

    async def _read_all(self) -> None:
        """Read all requests; missing ones are removed only after a complete list."""
        count, before, found = await self._lists.count(), set(self.known), self.known.copy()
        listing = await self._client.requests()
        await self._take_all(listing.requests, found)
        # Do not publish a part of the first list.
        for number in [one for one, hook in self.told.items() if hook > self._mark and one in self.known]:
            found[number] = self.known[number]
        self.known, self._pages = found, {}
        if not listing.complete:
            return
        for number in before - listing.ids:
            self._forget(number)
        self.complete = True
        self._unlisted = self.known.difference(count)
        self._all_due = self._clock() + ALL_EVERY
        self._open, self._skip, self._lookups = set(), 0, 0
        await self._walk(True, lambda _: False)

    async def _take_all(self, rows: Sequence[Request], known: dict[int, RequestEvidence]) -> None:
        """Process listed requests, a few per iteration of the event loop."""
        for count, row in enumerate(rows):
            if count and count % SLICE == 0:
                await asyncio.sleep(0)
            self._take(row, known)

    def _take(self, row: Request, known: dict[int, RequestEvidence]) -> None:
        """Process a listed request, unless a webhook about it was received since."""
        found = request_evidence(row, self._base_url)
        if found is None:
            return
        before = known.get(found.request_id)
        if self.complete and found.status in STATUS.values() and not _is_told(found, before):
            self._missed()
        if self.told.get(found.request_id, 0) > self._mark:
            return
        found = self._dated(found, before)
        if found != before:
            known[found.request_id] = found
            self._drop_page(found.request_id)

    def _dated(self, request: RequestEvidence, before: RequestEvidence | None) -> RequestEvidence:
        """Return a request with the time its status changed, which Seerr does not provide."""
        if before is None:
            return replace(request, updated_at=self._clock()) if self.complete else request
        same = (before.status, before.media_status) == (request.status, request.media_status)
        return replace(request, updated_at=before.updated_at if same else self._clock())

    def _agrees(self, count: RequestCount, total: int | None = None) -> bool:
        """Return whether the counts match the known requests and the unfinished ones."""
        if total is not None and total != len(self._open):
            return False
        return all(self._unlisted.get(name, 0) == more for name, more in self.known.difference(count).items())


def _is_told(listed: RequestEvidence, known: RequestEvidence | None) -> bool:
    """Return whether a listed change was already known from a webhook."""
    return known is not None and (known.status is listed.status or listed.status is RequestStatus.PENDING)
