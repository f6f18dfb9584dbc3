"""Relations between pieces of evidence, to find all pieces affected by a change."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .correlator import like_titles, normalise_title
from .evidence.base import EvidenceBase
from .evidence.requests import TitleEvidence
from .keys import Keys, Name, name_of

LIKE = "like:"


@dataclass(slots=True)
class _Node:
    """A piece with its keys."""

    piece: EvidenceBase
    keys: Keys


class _Index:
    """Node ids by key; a set is only used for keys with more than one."""

    def __init__(self) -> None:
        """Initialize without nodes."""
        self._found: dict[str, int | set[int]] = {}

    def add(self, key: str, number: int) -> None:
        """Add a node to a key."""
        known = self._found.get(key)
        if known is None:
            self._found[key] = number
        elif isinstance(known, set):
            known.add(number)
        elif known != number:
            self._found[key] = {known, number}

    def discard(self, key: str, number: int) -> None:
        """Remove a node from a key."""
        known = self._found.get(key)
        if isinstance(known, set):
            known.discard(number)
            if len(known) == 1:
                self._found[key] = known.pop()
        elif known == number:
            del self._found[key]

    def get(self, key: str) -> Iterable[int]:
        """Return the nodes of a key."""
        known = self._found.get(key)
        if known is None:
            return ()
        return known if isinstance(known, set) else (known,)


class Routes:
    """Index of all pieces by key; the id of a node is the `id()` of its piece."""

    def __init__(self) -> None:
        """Initialize without pieces."""
        self._nodes: dict[int, _Node] = {}
        self._having = _Index()
        self._seeking = _Index()
        self._titles: dict[int, dict[int, str]] = defaultdict(dict)  # normalized title by year and node
        self._alike: dict[int, Name] = {}

    def add(self, piece: EvidenceBase, keys: Keys) -> int:
        """Add a piece; return its node id."""
        number = id(piece)
        self._file(number, _Node(piece, self._with_likeness(number, piece, keys)))
        return number

    def refile(self, number: int, keys: Keys) -> None:
        """Update the keys of a piece."""
        if (node := self._nodes.get(number)) and node.keys != keys:
            self._take_out(number)
            self._file(number, _Node(node.piece, keys))

    def remove(self, number: int) -> set[int]:
        """Remove a piece; return the ids of the directly related pieces."""
        near = self._near(number)
        piece = self._nodes[number].piece
        self._take_out(number)
        if isinstance(piece, TitleEvidence) and piece.year:
            self._titles[piece.year].pop(number, None)
        if self._alike.pop(number, None):
            key = {f"{LIKE}{number}"}
            for other in near:
                keys = self._nodes[other].keys
                self.refile(other, Keys(keys.has - key, keys.seeks))
        return near

    def knows(self, number: int) -> bool:
        """Return whether a piece is stored."""
        return number in self._nodes

    def piece(self, number: int) -> EvidenceBase:
        """Return a piece."""
        return self._nodes[number].piece

    def together_with(self, number: int) -> set[int]:
        """Return the ids of all pieces directly or indirectly related to a piece, including itself."""
        found, due = {number}, [number]
        while due:
            new = self._near(due.pop()) - found
            found |= new
            due += new
        return found

    def _near(self, number: int) -> set[int]:
        """Return the ids of the pieces directly related to a piece."""
        keys = self._nodes[number].keys
        near: set[int] = set()
        for key in keys.has:
            near.update(self._having.get(key))
            near.update(self._seeking.get(key))
        for key in keys.seeks:
            near.update(self._having.get(key))
        near.discard(number)
        return near

    def _file(self, number: int, node: _Node) -> None:
        """Add a node to its keys."""
        self._nodes[number] = node
        for key in node.keys.has:
            self._having.add(key, number)
        for key in node.keys.seeks:
            self._seeking.add(key, number)

    def _take_out(self, number: int) -> None:
        """Remove a node from its keys."""
        node = self._nodes.pop(number)
        for key in node.keys.has:
            self._having.discard(key, number)
        for key in node.keys.seeks:
            self._seeking.discard(key, number)

    # Similar titles: a piece without ids adds a key of its own to all titles similar to its name

    def _with_likeness(self, number: int, piece: EvidenceBase, keys: Keys) -> Keys:
        """Return the keys of a new piece, extended by the keys for similar titles."""
        if isinstance(piece, TitleEvidence) and piece.year:
            title = normalise_title(piece.title)
            self._titles[piece.year][number] = title
            like = {
                f"{LIKE}{one}"
                for one, name in self._alike.items()
                if abs(name.year - piece.year) <= 1 and like_titles(name.title, title)
            }
            return Keys(keys.has | like, keys.seeks) if like else keys
        if name := name_of(piece):
            self._alike[number] = name
            key = f"{LIKE}{number}"
            for year in (name.year - 1, name.year, name.year + 1):
                for title_number, title in self._titles.get(year, {}).items():
                    if like_titles(name.title, title):
                        known = self._nodes[title_number].keys
                        self.refile(title_number, Keys(known.has | {key}, known.seeks))
            return Keys(keys.has | {key}, keys.seeks)
        return keys
