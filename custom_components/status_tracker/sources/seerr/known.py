"""The known requests of Seerr, counted as Seerr counts them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, override

from ...clients.seerr_model import RequestCount
from ...pipeline.enums import MediaStatus, RequestStatus
from ...pipeline.evidence.requests import RequestEvidence
from ..versioned import Versioned

BY_STATUS = {
    RequestStatus.PENDING: "pending",
    RequestStatus.APPROVED: "approved",
    RequestStatus.DECLINED: "declined",
    RequestStatus.COMPLETED: "completed",
}


def _counts_of(request: RequestEvidence) -> Iterator[str]:
    """Return the names of the counts a request is included in."""
    yield "total"
    if name := BY_STATUS.get(request.status):
        yield name
    if request.media_status is MediaStatus.AVAILABLE and request.status is RequestStatus.APPROVED:
        yield "available"


class KnownRequests(Versioned[int, RequestEvidence]):
    """Requests by id."""

    def __init__(self) -> None:
        """Initialize without requests."""
        super().__init__()
        self.newest = 0  # highest id so far, also of requests deleted since; Seerr assigns each only once
        self._counts: Counter[str] = Counter()

    @override
    def __setitem__(self, number: int, request: RequestEvidence) -> None:
        """Set a request."""
        self._uncount(number)
        self._counts.update(_counts_of(request))
        self.newest = max(self.newest, number)
        super().__setitem__(number, request)

    @override
    def __delitem__(self, number: int) -> None:
        """Remove a request."""
        self._uncount(number)
        super().__delitem__(number)

    @override
    def pop(self, number: int, *default: Any) -> Any:
        """Remove a request and return it."""
        self._uncount(number)
        return super().pop(number, *default)

    def _uncount(self, number: int) -> None:
        """Remove a request from the counts."""
        if (known := self.get(number)) is not None:
            self._counts.subtract(_counts_of(known))

    @override
    def copy(self) -> KnownRequests:
        """Return a copy."""
        copied = KnownRequests()
        copied.newest = self.newest
        for number, request in self.items():
            copied[number] = request
        return copied

    def difference(self, count: RequestCount) -> dict[str, int]:
        """Return the difference between the numbers counted by Seerr and the known requests."""
        names = ("total", *BY_STATUS.values(), "available")
        counted = {name: getattr(count, name) for name in names}
        return {name: value - self._counts[name] for name, value in counted.items() if value is not None}
