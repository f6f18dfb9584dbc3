"""Incremental evaluation: only changed titles are evaluated, with the same result as `evaluate`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from .evidence import Evidence
from .evidence.base import EvidenceBase, ServiceEvidence
from .evidence.requests import RequestEvidence
from .keys import Instances, instances_of, keys_of
from .memory import Memory, forget_gone, is_open, start
from .pieces import KIND_OF, Difference, Pieces
from .requests import Limits, Stage, Tracked
from .routes import Routes
from .tracker import judge_requests
from .wants import Want

WAITING_FOR_LIBRARY = frozenset({Stage.IMPORTING, Stage.ANIME_MATCHING})  # reasons affected by a busy service


@dataclass(slots=True, kw_only=True)
class Judged:
    """Changes of an evaluation: the previous states of changed requests, and the current wants.

    `before` has None for a new request, `wants` for a request that needs nothing anymore.
    `memory` means that the memory has changed and must be saved.
    """

    before: dict[int, Tracked | None] = field(default_factory=dict)
    wants: dict[int, Want | None] = field(default_factory=dict)
    memory: bool = False

    def __bool__(self) -> bool:
        """Return whether anything changed."""
        return bool(self.before or self.wants or self.memory)


class Tracker:
    """Evaluates the titles affected by changed evidence.

    Titles that share evidence are evaluated together; this is usually a single title.
    """

    def __init__(self, memory: Memory, limits: Limits) -> None:
        """Initialize without evidence."""
        self.memory = memory
        self.limits = limits
        self.tracked: dict[int, Tracked] = {}
        self.wants: dict[int, Want] = {}
        self._routes = Routes()
        self._pieces = Pieces()
        self._requests: dict[int, RequestEvidence] = {}
        self._open: dict[int, int] = {}  # id of the piece of each request that is not done
        self._services: tuple[ServiceEvidence, ...] = ()
        self._instances: Instances = {}
        self._listed = False
        self._first = True
        self._touched: dict[int, None] = {}  # ids of pieces whose titles are to be evaluated
        self._again: set[int] = set()  # requests to be evaluated again because their memory changed
        self._later: set[int] = set()  # ids of pieces related to a request that is done
        self._left: set[int] = set()  # requests that are done or no longer listed
        self._unsorted = False
        self._until: dict[int, datetime] = {}
        self._alarms: list[tuple[datetime, int]] = []
        self._now: datetime | None = None

    @property
    def first(self) -> bool:
        """Return whether this is the first evaluation, which has no changes."""
        return self._first

    @property
    def pending(self) -> bool:
        """Return whether evaluations are pending."""
        return bool(self._touched)

    # Changes

    def take(self, told: Mapping[str, Evidence], now: datetime, *, listed: bool) -> None:
        """Process the current evidence by source; `listed` means that the list of requests is complete."""
        unfinished = self.pending
        self._see_time(now)
        self._see_services(tuple(service for one in told.values() for service in one.services))
        gone: set[int] = set()
        for difference in self._pieces.replace(told):
            gone |= self._see_pieces(difference)
        self._first = self.memory.started is None or (self._first and unfinished)
        self._see_listing(gone, now, listed=listed)
        if self._now is not None and now < self._now:
            self._touch_all()  # the clock was set back
        self._now = now

    def _see_time(self, now: datetime) -> None:
        """Mark requests whose result is no longer valid or whose memory the last evaluation changed."""
        while self._alarms and self._alarms[0][0] <= now:
            time, number = heappop(self._alarms)
            if self._until.get(number) == time:
                self._again.add(number)
        self._touch(self._again)
        self._touched.update({one: None for one in self._later if self._routes.knows(one)})
        self._again.clear()
        self._later.clear()

    def _see_services(self, services: tuple[ServiceEvidence, ...]) -> None:
        """Mark requests affected by the changed state of a service."""
        before = {one.source: one for one in self._services}
        after = {one.source: one for one in services}
        self._services = services
        if before == after:
            return
        if {key: _identity(one) for key, one in before.items()} != {
            key: _identity(one) for key, one in after.items()
        }:
            self._instances = instances_of(sorted(services, key=lambda one: one.source))
            for number, piece in self._open.items():
                self._refile(number, piece)
            self._touch_all()
        elif any(before[key].ok != after[key].ok for key in after):
            self._touch_all()
        elif any(before[key].busy != after[key].busy for key in after):
            self._touch(
                number
                for number, one in self.tracked.items()
                if any(unit.stage in WAITING_FOR_LIBRARY for unit in one.units)
            )

    def _see_pieces(self, difference: Difference) -> set[int]:
        """Process removed and added pieces; return the ids of removed requests."""
        gone: set[int] = set()
        for number, piece in difference.removed.items():
            if isinstance(piece, RequestEvidence):
                gone.add(self._drop_request(number, piece))
            else:
                self._touched.update(dict.fromkeys(self._drop(number)))
        for piece in difference.added.values():
            if isinstance(piece, RequestEvidence):
                self._requests[piece.request_id] = piece
                gone.discard(piece.request_id)
                self._open_request(piece)
            else:
                self._touched[self._routes.add(piece, keys_of(piece, self._instances))] = None
        return gone

    def _drop(self, number: int) -> set[int]:
        """Remove a piece; return the ids of the related pieces."""
        self._touched.pop(number, None)
        return self._routes.remove(number)

    def _drop_request(self, number: int, piece: RequestEvidence) -> int:
        """Remove the previous piece of a request; return the id of the request."""
        request_id = piece.request_id
        if self._open.get(request_id) == number:
            self._touched.update(dict.fromkeys(self._close(request_id)))
        if self._requests.get(request_id) is piece:
            del self._requests[request_id]
        return request_id

    def _open_request(self, request: RequestEvidence) -> None:
        """Add a request, unless it is done."""
        if is_open(request, self.memory):
            journey = self.memory.journeys.get(request.request_id)
            number = self._routes.add(request, keys_of(request, self._instances, journey))
            self._open[request.request_id] = number
            self._touched[number] = None

    def _refile(self, number: int, piece: int) -> None:
        """Update the keys of a request."""
        keys = keys_of(self._requests[number], self._instances, self.memory.journeys.get(number))
        self._routes.refile(piece, keys)

    def _see_listing(self, gone: set[int], now: datetime, *, listed: bool) -> None:
        """Initialize the memory with the first complete list; later, remove requests missing in the list."""
        if not listed:
            pass  # a missing request can be on a page that was not read
        elif not self._listed or self.memory.started is None:
            known = Evidence(requests=tuple(self._requests.values()))
            start(known, self.memory, now)
            forget_gone(known, self.memory)
            for number in [one for one in self._open if not is_open(self._requests[one], self.memory)]:
                self._touched.update(dict.fromkeys(self._close(number)))
            self._touch_all()
        else:
            for number in [one for one in gone if one not in self._requests]:
                self.memory.journeys.pop(number, None)
                self.memory.done.pop(number, None)
        self._listed = listed

    def _close(self, number: int) -> set[int]:
        """Stop evaluating a request; return the ids of the related pieces."""
        self._left.add(number)
        return self._drop(self._open.pop(number))

    def _touch(self, numbers: Iterable[int]) -> None:
        """Mark requests to be evaluated."""
        self._touched.update({self._open[one]: None for one in numbers if one in self._open})

    def _touch_all(self) -> None:
        """Mark all requests to be evaluated."""
        self._touched.update(dict.fromkeys(self._open.values()))

    # Evaluation

    def judge(self, now: datetime, enough: Callable[[], bool] = lambda: False) -> Judged:
        """Evaluate titles with changed evidence until none are left or `enough` returns True."""
        judged = Judged()
        self._judge_gone(judged)
        while self._touched:
            piece = next(reversed(self._touched))  # the most recent change
            together = self._routes.together_with(piece)
            for one in together:
                self._touched.pop(one, None)
            self._judge_title(map(self._routes.piece, together), now, judged)
            if enough():
                return judged
        self._sort()
        return judged

    def _sort(self) -> None:
        """Sort the requests by id."""
        if self._unsorted:
            _sort(self.tracked)
            _sort(self.wants)
            self._unsorted = False

    def _judge_gone(self, judged: Judged) -> None:
        """Remove requests that are done or no longer listed."""
        for number in [one for one in self._left if one not in self._open]:
            self._set(number, None, None, judged)
        self._left.clear()

    def _judge_title(self, pieces: Iterable[EvidenceBase], now: datetime, judged: Judged) -> None:
        """Evaluate the requests among related pieces."""
        found: dict[str, list[EvidenceBase]] = defaultdict(list)
        for piece in pieces:
            found[KIND_OF[type(piece)]].append(piece)
        if not (requests := found.get("requests")):
            return
        evidence = Evidence(
            services=self._services,
            **{kind: tuple(ones) for kind, ones in found.items()},  # type: ignore[arg-type]  # sorted by type
        )
        outcome = judge_requests(evidence, self.memory, self.limits, now, first=self._first)
        wants = {want.request_id: want for want in outcome.wants}
        for number in [one.request_id for one in requests if isinstance(one, RequestEvidence)]:
            self._set(number, outcome.tracked.get(number), wants.get(number), judged)
            if number not in outcome.tracked:
                self._later |= self._close(number)
                continue
            self._refile(number, self._open[number])
            if outcome.changed:
                self._again.add(number)
            if outcome.until and self._until.get(number) != outcome.until:
                heappush(self._alarms, (outcome.until, number))
            if outcome.until:
                self._until[number] = outcome.until
            else:
                self._until.pop(number, None)
        judged.memory |= outcome.changed

    def _set(self, number: int, tracked: Tracked | None, want: Want | None, judged: Judged) -> None:
        """Update the state and want of a request, and record the changes in `judged`."""
        before, wanted = self.tracked.get(number), self.wants.get(number)
        if before != tracked:
            judged.before.setdefault(number, before)
            if tracked is None:
                del self.tracked[number]
            else:
                self._unsorted |= before is None and number < next(reversed(self.tracked), number)
                self.tracked[number] = tracked
        if wanted != want:
            judged.wants[number] = want
            if want is None:
                del self.wants[number]
            else:
                self.wants[number] = want
        if tracked is None:
            self._until.pop(number, None)


def _sort[T](kept: dict[int, T]) -> None:
    """Sort by id, in place."""
    found = {number: kept[number] for number in sorted(kept)}
    kept.clear()
    kept.update(found)


def _identity(service: ServiceEvidence) -> tuple[object, ...]:
    """Return the fields of a service that do not depend on its state."""
    return service.service, service.name, service.seerr_id, service.is_4k
