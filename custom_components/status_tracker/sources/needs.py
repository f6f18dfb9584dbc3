"""What a service has to be polled for, to poll it as soon as that changes."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence

from ..pipeline.wants import Want


class Needs:
    """What the wants need from a service, compared with what the last poll covered."""

    def __init__(self, need: Callable[[Want], Hashable]) -> None:
        """Initialize without wants; `need` returns what a want needs, None if nothing."""
        self._need = need
        self._wants: Sequence[Want] | None = None  # the wants the needs were determined from
        self._need_of: dict[int, Hashable] = {}
        self._needs: Counter[Hashable] = Counter()
        self._answered: set[Hashable] = set()
        self._differing: set[Hashable] = set()  # needs added or removed since the last poll

    @property
    def differ(self) -> bool:
        """Return whether needs were added or removed since the last poll."""
        return bool(self._differing)

    def answer(self) -> None:
        """Mark the current needs as covered by a poll."""
        self._answered, self._differing = set(self._needs), set()

    def replace(self, wants: Sequence[Want]) -> None:
        """Determine the needs of all wants, unless they are the same object as before."""
        if wants is self._wants:
            return
        self._wants = wants
        self._need_of = {want.request_id: need for want in wants if (need := self._need(want)) is not None}
        self._needs = Counter(self._need_of.values())
        self._differing = self._needs.keys() ^ self._answered

    def update(self, wants: Sequence[Want], changed: Mapping[int, Want | None]) -> None:
        """Update the needs for changed wants; `changed` has None for requests without a want."""
        if self._wants is None:
            self.replace(wants)
            return
        self._wants = wants
        for number, want in changed.items():
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
