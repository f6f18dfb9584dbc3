"""Current pieces of evidence, to find those that changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .evidence import Evidence
from .evidence.arr import HistoryEvidence, MovieEvidence, SeriesEvidence
from .evidence.base import EvidenceBase
from .evidence.downloads import QueueEvidence, TorrentEvidence
from .evidence.library import LibraryEvidence
from .evidence.requests import RequestEvidence, TitleEvidence
from .evidence.shoko import ShokoEvidence

KIND_OF: Mapping[type[EvidenceBase], str] = {
    RequestEvidence: "requests",
    TitleEvidence: "titles",
    MovieEvidence: "movies",
    SeriesEvidence: "series",
    QueueEvidence: "queue",
    HistoryEvidence: "history",
    TorrentEvidence: "torrents",
    LibraryEvidence: "library",
    ShokoEvidence: "shoko",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Added and removed pieces of a source and kind, by their identity."""

    added: Mapping[int, EvidenceBase]
    removed: Mapping[int, EvidenceBase]


class Pieces:
    """The current pieces of evidence by source and kind.

    A piece that is equal to its predecessor is replaced by it, so that its identity does not change.
    """

    def __init__(self) -> None:
        """Initialize without pieces."""
        self._told: Mapping[str, Evidence] = {}
        self._held: dict[tuple[str, str], tuple[EvidenceBase, ...]] = {}

    def replace(self, told: Mapping[str, Evidence]) -> Iterator[Difference]:
        """Replace the evidence of all sources; iterate over the differences of each source and kind."""
        known = self._told
        for source in [*told, *(known.keys() - told.keys())]:
            evidence, before = told.get(source, Evidence()), known.get(source)
            if evidence is before:
                continue
            for kind in KIND_OF.values():
                pieces = getattr(evidence, kind)
                if before is None or pieces is not getattr(before, kind):
                    yield self._replace(source, kind, pieces)
        self._told = dict(told)

    def _replace(self, source: str, kind: str, pieces: tuple[EvidenceBase, ...]) -> Difference:
        """Replace the pieces of a source and kind."""
        held = self._held.get((source, kind), ())
        start, end = equal_ends(held, pieces)
        before, after = held[start : len(held) - end], pieces[start : len(pieces) - end]
        known = {piece: piece for piece in before}
        after = tuple(known.get(piece, piece) for piece in after)
        self._held[source, kind] = held[:start] + after + held[len(held) - end :]
        was, now = {id(piece): piece for piece in before}, {id(piece): piece for piece in after}
        return Difference(
            added={one: piece for one, piece in now.items() if one not in was},
            removed={one: piece for one, piece in was.items() if one not in now},
        )


def equal_ends(one: tuple[object, ...], other: tuple[object, ...]) -> tuple[int, int]:
    """Return the number of equal items at the start of two tuples, and at the end of the rest."""
    most = min(len(one), len(other))
    start = _common(most, lambda low, high: one[low:high] == other[low:high])
    first, second = one[start:][::-1], other[start:][::-1]
    return start, _common(most - start, lambda low, high: first[low:high] == second[low:high])


def _common(most: int, same: Callable[[int, int], bool]) -> int:
    """Return the length of the equal part, by binary search."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low
