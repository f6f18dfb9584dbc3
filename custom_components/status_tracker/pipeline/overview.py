"""Counts and names of all requests, updated with each change."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .requests import FINISHED, Stage, Tracked

COUNTS: Mapping[str, Callable[[Tracked], bool]] = {
    "active": lambda request: request.stage not in FINISHED,
    "downloading": lambda request: request.stage is Stage.DOWNLOADING,
    "stuck": lambda request: request.stuck,
    "awaiting_approval": lambda request: request.stage is Stage.REQUESTED,
}


@dataclass(slots=True)
class Counts:
    """Numbers of requests shown by the count sensors."""

    active: int = 0
    downloading: int = 0
    stuck: int = 0
    awaiting_approval: int = 0

    def add(self, request: Tracked, by: int) -> None:
        """Change the counts a request belongs to by 1 or -1."""
        for name, applies in COUNTS.items():
            if applies(request):
                setattr(self, name, getattr(self, name) + by)


class Overview:
    """Counts, names, and requests without a known title."""

    def __init__(self) -> None:
        """Initialize without requests."""
        self.counts = Counts()
        self.untitled: set[int] = set()
        self.titles = 0  # incremented whenever the name of a request changes
        self._named: dict[tuple[str, int | None], set[int]] = defaultdict(set)

    def note(self, before: Mapping[int, Tracked | None], now: Mapping[int, Tracked]) -> set[int]:
        """Process changes; return the requests to update, including those whose names are affected."""
        changed: set[int] = set(before)
        for number, old in before.items():
            new = now.get(number)
            if old:
                self.counts.add(old, -1)
            if new:
                self.counts.add(new, 1)
            if new and not new.titled:
                self.untitled.add(number)
            else:
                self.untitled.discard(number)
            was, name = _name(old), _name(new)
            if was != name:
                self.titles += 1
                changed |= self._rename(number, was, name)
        return changed

    def has_sibling(self, request: Tracked) -> bool:
        """Return whether another request has the same title and year."""
        return len(self._named.get((request.title, request.year), ())) > 1

    def _rename(
        self, number: int, was: tuple[str, int | None] | None, name: tuple[str, int | None] | None
    ) -> set[int]:
        """Update the name of a request; return the requests whose displayed names are affected."""
        changed: set[int] = set()
        if was:
            left = self._named[was]
            left.discard(number)
            if len(left) == 1:
                changed |= left
            elif not left:
                del self._named[was]
        if name:
            known = self._named[name]
            if len(known) == 1:
                changed |= known
            known.add(number)
        return changed


def _name(request: Tracked | None) -> tuple[str, int | None] | None:
    """Return title and year, which requests with the same name have in common."""
    return (request.title, request.year) if request else None
