"""Titles of an *arr are found by their catalogue ids."""

from hypothesis import given, strategies as st

from custom_components.status_tracker.pipeline.evidence.arr import MovieEvidence
from custom_components.status_tracker.sources.arr.titles import TitleTable

MOVIES = st.builds(
    lambda media_id, tmdb_id, gone: MovieEvidence(
        source="radarr", movie_id=media_id, title="Film", tmdb_id=tmdb_id, gone=gone
    ),
    st.integers(1, 5),
    st.one_of(st.none(), st.integers(1, 3)),
    st.booleans(),
)


@given(st.lists(st.one_of(MOVIES, st.integers(1, 5)), max_size=30))
def test_titles(steps: list[MovieEvidence | int]) -> None:
    """Only titles that are not deleted are found; the others are shown while nothing else has their id."""
    table = TitleTable[MovieEvidence](lambda movie: movie.tmdb_id)
    for step in steps:
        if isinstance(step, MovieEvidence):
            table[step.movie_id] = step
        elif step in table:
            del table[step]
        for tmdb_id in (None, 1, 2, 3):
            there = {
                one.movie_id
                for one in table.values()
                if not one.gone and one.tmdb_id == tmdb_id and tmdb_id is not None
            }
            found = table.find(tmdb_id)
            assert found in there if there else found is None
        for number, one in table.items():
            assert table.is_gone(number) is one.gone
        shown = table.shown(table.find)
        assert set(shown) == {
            one for one in table.values() if not one.gone or table.find(one.tmdb_id) is None
        }
        assert table.all == tuple(table.values())
