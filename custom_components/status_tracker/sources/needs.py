"""What a service has to be polled for, to poll it as soon as that changes, and how often."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from enum import Enum, auto

from ..pipeline.wants import Want


class Pace(Enum):
    """Properties of wants that determine how often the services are polled."""

    OPEN = auto()  # not finished
    IN_FLIGHT = auto()
    FILES = auto()  # in flight, with an imported file that is not in the library yet


def _paces(want: Want) -> tuple[Pace, ...]:
    """Return the properties of a want."""
    return tuple(
        pace
        for pace, applies in (
            (Pace.OPEN, not want.finished),
            (Pace.IN_FLIGHT, want.in_flight),
            (Pace.FILES, want.in_flight and bool(want.files)),
        )
        if applies
    )


class Needs:
    """What the wants need from a service, compared with what the last poll covered."""

    def __init__(self, need: Callable[[Want], Hashable]) -> None:
        """Initialize without wants; `need` returns what a want needs, None if nothing."""
        self._need = need
        self._wants: Sequence[Want] | None = None  # the wants the needs were determined from
        self._followed = False  # whether changes are reported, so that the needs are current
        self._need_of: dict[int, Hashable] = {}
        self._paces_of: dict[int, tuple[Pace, ...]] = {}
        self._paces: Counter[Pace] = Counter()
        self._needs: Counter[Hashable] = Counter()
        self._answered: set[Hashable] = set()
        self._differing: set[Hashable] = set()  # needs added or removed since the last poll

    @property
    def current(self) -> Set[Hashable]:
        """Return the needs of all wants."""
        return self._needs.keys()

    @property
    def differ(self) -> bool:
        """Return whether needs were added or removed since the last poll."""
        return bool(self._differing)

    def has(self, pace: Pace) -> bool:
        """Return whether any want has a property."""
        return self._paces[pace] > 0

    def answer(self) -> None:
        """Mark the current needs as covered by a poll."""
        self._answered ^= self._differing
        self._differing = set()

    def replace(self, wants: Sequence[Want]) -> None:
        """Determine the needs of all wants, unless they are the same object as before.

        Once changes are reported, other wants are those at the beginning of a poll that is still running.
        """
        if wants is self._wants or self._followed:
            return
        self._wants = wants
        self._need_of = {want.request_id: need for want in wants if (need := self._need(want)) is not None}
        self._paces_of = {want.request_id: _paces(want) for want in wants}
        self._paces = Counter(pace for paces in self._paces_of.values() for pace in paces)
        self._needs = Counter(self._need_of.values())
        self._differing = self._needs.keys() ^ self._answered

    def update(self, wants: Sequence[Want], changed: Mapping[int, Want | None]) -> None:
        """Update the needs for changed wants; `changed` has None for requests without a want."""
        if self._wants is None:
            self.replace(wants)
            changed = {}
        self._wants, self._followed = wants, True
        for number, want in changed.items():
            self._paces.subtract(self._paces_of.pop(number, ()))
            if want:
                self._paces_of[number] = paces = _paces(want)
                self._paces.update(paces)
            need = self._need(want) if want else None
            before = self._need_of.pop(number, None)
            if need is not None:
                self._need_of[number] = need
            if need != before:
                self._count(before, -1)
                self._count(need, 1)

    def _count(self, need: Hashable, by: int) -> None:
        """Update how many wants have a need, and whether the last poll covered it."""
        if need is None:
            return
        self._needs[need] += by
        if self._needs[need] <= 0:
            del self._needs[need]
        if (need in self._needs) != (need in self._answered):
            self._differing.add(need)
        else:
            self._differing.discard(need)
