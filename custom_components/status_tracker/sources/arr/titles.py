"""Titles of an *arr by media id, and their media ids by catalogue id."""

from collections.abc import Callable
from typing import Any, override

from ...pipeline.evidence.arr import MovieEvidence, SeriesEvidence
from ..versioned import Versioned


class TitleTable[T: MovieEvidence | SeriesEvidence](Versioned[int, T]):
    """Titles by media id; those that are not deleted are also found by their catalogue id."""

    def __init__(self, catalogue_id: Callable[[T], int | None]) -> None:
        """Initialize without titles; `catalogue_id` returns the catalogue id of a title."""
        super().__init__()
        self._catalogue_id = catalogue_id
        self._by_catalogue: dict[int, tuple[int, ...]] = {}
        self._gone: set[int] = set()

    @override
    def __setitem__(self, media_id: int, title: T) -> None:
        """Set a title."""
        self._unfile(media_id)
        super().__setitem__(media_id, title)
        if title.gone:
            self._gone.add(media_id)
        elif (catalogue_id := self._catalogue_id(title)) is not None:
            self._by_catalogue[catalogue_id] = (*self._by_catalogue.get(catalogue_id, ()), media_id)

    @override
    def __delitem__(self, media_id: int) -> None:
        """Remove a title."""
        self._unfile(media_id)
        super().__delitem__(media_id)

    @override
    def pop(self, media_id: int, *default: Any) -> Any:
        """Remove a title and return it."""
        self._unfile(media_id)
        return super().pop(media_id, *default)

    def _unfile(self, media_id: int) -> None:
        """Remove a title from the index."""
        self._gone.discard(media_id)
        title = self.get(media_id)
        catalogue_id = self._catalogue_id(title) if title else None
        if catalogue_id is None:
            return
        rest = tuple(one for one in self._by_catalogue.pop(catalogue_id, ()) if one != media_id)
        if rest:
            self._by_catalogue[catalogue_id] = rest

    def find(self, catalogue_id: int | None) -> int | None:
        """Return the media id of the title added last with a catalogue id, without deleted ones."""
        found = self._by_catalogue.get(catalogue_id) if catalogue_id is not None else None
        return found[-1] if found else None

    def is_gone(self, media_id: int) -> bool:
        """Return whether a title is known as deleted."""
        return media_id in self._gone

    def shown(self, find: Callable[[int | None], int | None]) -> tuple[T, ...]:
        """Return the titles, omitting deleted ones that `find` returns another title for."""
        if not self._gone:
            return self.all
        return tuple(
            title
            for media_id, title in self.items()
            if media_id not in self._gone or find(self._catalogue_id(title)) is None
        )
