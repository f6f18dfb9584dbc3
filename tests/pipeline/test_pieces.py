"""Which pieces of evidence were added and removed since the last poll."""

from dataclasses import replace
import random

import pytest

from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.pieces import Pieces, equal_ends

from .builders.arr import film

FILMS = [film(movie_id=number, tmdb_id=number) for number in range(1, 9)]


@pytest.mark.parametrize(
    ("one", "other", "ends"),
    [
        ("", "abc", (0, 0)),
        ("abc", "abc", (3, 0)),
        ("abc", "abxc", (2, 1)),
        ("abcd", "bcd", (0, 3)),
        ("aaa", "aa", (2, 0)),
        ("abc", "xyz", (0, 0)),
    ],
)
def test_equal_ends(one: str, other: str, ends: tuple[int, int]) -> None:
    """An item counts for one end only."""
    assert equal_ends(tuple(one), tuple(other)) == ends


def test_any_change_is_found() -> None:
    """Added and removed pieces result in the new list, whatever the order."""
    rng, pieces, held = random.Random(1), Pieces(), {}
    for _ in range(200):
        films = rng.sample(FILMS, rng.randint(0, len(FILMS)))
        for difference in pieces.replace({"radarr": Evidence(movies=tuple(films))}):
            for number in difference.removed:
                del held[number]
            assert not held.keys() & difference.added.keys()
            held.update(difference.added)
        assert {id(one) for one in held.values()} == {id(one) for one in films}


def test_an_equal_piece_is_no_change() -> None:
    """Reading a list again changes nothing, and one changed item changes only itself."""
    pieces = Pieces()
    list(pieces.replace({"radarr": Evidence(movies=tuple(FILMS))}))
    copies = [replace(one) for one in FILMS]
    (same,) = pieces.replace({"radarr": Evidence(movies=tuple(copies))})
    assert not same.added
    assert not same.removed
    copies[3] = replace(FILMS[3], monitored=not FILMS[3].monitored)
    (changed,) = pieces.replace({"radarr": Evidence(movies=tuple(reversed(copies)))})
    assert list(changed.added.values()) == [copies[3]]
    assert list(changed.removed.values()) == [FILMS[3]]


def test_a_removed_source() -> None:
    """The pieces of a source that is no longer there are removed."""
    pieces = Pieces()
    list(pieces.replace({"radarr": Evidence(movies=tuple(FILMS))}))
    (gone,) = pieces.replace({})
    assert list(gone.removed.values()) == FILMS
