"""Which request is meant: the six steps in their order, active before finished, 4K apart, series together."""

from typing import Any

import pytest

from custom_components.status_tracker.pipeline.correlator import (
    Clue,
    Correlator,
    like_titles,
    media_clue,
    normalise_title,
    release_title,
    title_map,
)
from custom_components.status_tracker.pipeline.enums import MediaType, RequestStatus
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence, TitleEvidence

from .builders.arr import film, series
from .builders.downloads import HASH
from .builders.evaluation import evidence
from .builders.requests import FILM, SHOW, SHOW_TVDB, request, request_4k, series_request, series_title, title
from .builders.services import FOURK_STACK

MOVIE, TV = MediaType.MOVIE, MediaType.TV


def correlator(
    *requests: RequestEvidence,
    titles: tuple[TitleEvidence, ...] = (),
    finished: tuple[int, ...] = (),
    downloads: dict[int, tuple[str, ...]] | None = None,
) -> Correlator:
    """Return a correlator over the requests."""
    known = title_map(evidence(*titles))
    return Correlator(requests, FOURK_STACK, known, frozenset(finished), downloads or {})


# Every later step names another request: the first that finds one decides.
SIX = (
    request(1, tmdb_id=1, external_id=None),
    request(2, tmdb_id=2, external_id=77),
    request(3, tmdb_id=3, external_id=None),
    request(4, tmdb_id=4, external_id=None, tvdb_id=44),
    request(5, tmdb_id=5, external_id=None, imdb_id="tt0000005"),
    request(6, tmdb_id=6, external_id=None),
)
CLUE: dict[str, Any] = {
    "download_id": HASH,
    "source": "radarr",
    "media_id": 77,
    "tmdb_id": 3,
    "tvdb_id": 44,
    "imdb_id": "TT0000005",
    "title": "Some Film",
    "year": 2020,
}
STEPS = [("download_id",), ("media_id",), ("tmdb_id",), ("tvdb_id",), ("imdb_id",), ("title", "year")]


@pytest.mark.parametrize("step", range(6))
def test_six_steps(step: int) -> None:
    """Each step binds what those before it do not."""
    told = {key: value for keys in STEPS[step:] for key in keys for value in (CLUE[key],)}
    if step < 2:
        # TMDB's number would contradict the steps before its own.
        told.pop("tmdb_id")
    if step < 5:
        told.pop("title", None)
    titles = (title(tmdb_id=6, title="Some Film", year=2020),)
    bound = correlator(*SIX, titles=titles, downloads={1: (HASH.lower(),)}).bind(
        Clue(media_type=MOVIE, **{"source": "radarr"} | told)
    )
    assert bound == (step + 1,)


def test_nothing_fits() -> None:
    """Evidence of no request is bound to none."""
    assert correlator(*SIX).bind(Clue(media_type=MOVIE, tmdb_id=999)) == ()
    assert correlator(*SIX).bind(Clue()) == ()


def test_film_and_show_numbers_overlap() -> None:
    """The same number is a film at TMDB and a show: it always goes with the type."""
    both = correlator(request(1, tmdb_id=100), series_request(2, tmdb_id=100))
    assert both.bind(Clue(media_type=MOVIE, tmdb_id=100)) == (1,)
    assert both.bind(Clue(media_type=TV, tmdb_id=100)) == (2,)
    # A Sonarr's evidence is a show's without saying so.
    assert both.bind(Clue(source="sonarr", tmdb_id=100)) == (2,)
    assert both.bind(Clue(tmdb_id=100)) == ()


def test_same_id_in_two_arrs() -> None:
    """The *arr's own id counts in its own instance alone, which may be Seerr's number 0."""
    both = correlator(
        request(1, external_id=5), series_request(2, external_id=5), request_4k(3, external_id=5)
    )
    assert both.bind(Clue(source="radarr", media_id=5)) == (1,)
    assert both.bind(Clue(source="sonarr", media_id=5)) == (2,)
    assert both.bind(Clue(source="radarr4k", media_id=5)) == (3,)


def test_case_of_download_ids() -> None:
    """A hash is the same in capitals."""
    found = correlator(request(1, external_id=None), downloads={1: (HASH,)})
    assert found.bind(Clue(download_id=HASH.lower())) == (1,)
    assert found.bind(Clue(download_id=HASH)) == (1,)
    found.learn("another", 1)
    found.learn("another", 99)
    assert found.bind(Clue(download_id="ANOTHER")) == (1,)


def test_4k_meets_4k_only() -> None:
    """Evidence of the 4K instance never reaches the HD request, nor the other way round."""
    both = correlator(request(1), request_4k(2))
    assert both.bind(media_clue(film(source="radarr"))) == (1,)
    assert both.bind(media_clue(film(source="radarr4k", movie_id=20))) == (2,)
    alone = correlator(request(1))
    assert alone.bind(media_clue(film(source="radarr4k", movie_id=20))) == ()
    # What nobody can tell apart reaches both.
    assert both.bind(Clue(media_type=MOVIE, tmdb_id=FILM)) == (2, 1)


def test_active_before_finished() -> None:
    """A finished request is meant only if no active one fits, by whichever step."""
    again = correlator(request(1), request(2), finished=(1,))
    assert again.bind(Clue(media_type=MOVIE, tmdb_id=FILM)) == (2,)
    assert correlator(request(1), finished=(1,)).bind(Clue(media_type=MOVIE, tmdb_id=FILM)) == (1,)
    # The old download is the finished one's, the film is the active one's.
    known = correlator(request(1), request(2), finished=(1,), downloads={1: (HASH,)})
    assert known.bind(Clue(source="radarr", download_id=HASH, media_id=10)) == (2,)
    assert known.bind(Clue(download_id=HASH)) == (1,)


def test_newest_of_equals() -> None:
    """Of two active requests for a film an event is the newer one's, its state both's."""
    twice = correlator(request(1), request(2))
    assert twice.bind(Clue(source="radarr", media_id=10)) == (2,)
    assert twice.bind(media_clue(film())) == (2, 1)
    over = correlator(request(1), request(2), finished=(1, 2))
    assert over.bind(Clue(source="radarr", media_id=10)) == (2,)
    assert over.bind(media_clue(film())) == (2, 1)


def test_declined_comes_last() -> None:
    """A declined request is none while another fits, newer though it be."""
    pair = correlator(request(1), request(2, status=RequestStatus.DECLINED))
    assert pair.bind(Clue(source="radarr", media_id=10)) == (1,)
    done = correlator(request(1), request(2, status=RequestStatus.DECLINED), finished=(1, 2))
    assert done.bind(Clue(source="radarr", media_id=10)) == (1,)
    assert not done.superseded(request(1))
    alone = correlator(request(2, status=RequestStatus.DECLINED))
    assert alone.bind(Clue(source="radarr", media_id=10)) == (2,)


def test_two_seasons_of_one_show() -> None:
    """Evidence of episodes reaches every active request that wants them, and no other."""
    two = correlator(series_request(1, 1), series_request(2, 2), series_request(3, 1, 2))
    assert two.bind(Clue(source="sonarr", media_id=30, seasons=frozenset({1}))) == (3, 1)
    assert two.bind(Clue(source="sonarr", media_id=30, seasons=frozenset({2}))) == (3, 2)
    assert two.bind(Clue(source="sonarr", media_id=30, seasons=frozenset({9}))) == ()
    assert two.bind(media_clue(series())) == (3, 2, 1)


def test_pack_known_to_one_is_for_all_who_want_it() -> None:
    """A second person may ask when the first one's download is long known."""
    two = correlator(series_request(1, 1, 2), series_request(2, 2), downloads={1: (HASH,)})
    clue = Clue(source="sonarr", media_id=30, download_id=HASH, seasons=frozenset({2}))
    assert two.bind(clue) == (2, 1)
    # The torrent alone tells no season.
    assert two.bind(Clue(download_id=HASH)) == (1,)


def test_finished_season_beside_an_active_one() -> None:
    """A finished request keeps what no active one wants: its own season, not the other's."""
    two = correlator(series_request(1, 1), series_request(2, 2), finished=(1,))
    assert two.bind(media_clue(series())) == (2, 1)
    assert two.bind(Clue(source="sonarr", media_id=30, seasons=frozenset({2}))) == (2,)
    same = correlator(series_request(1, 1), series_request(2, 1), finished=(1,))
    assert same.bind(media_clue(series())) == (2,)
    assert same.superseded(series_request(1, 1))
    assert not same.superseded(series_request(2, 1))


def test_superseded_film() -> None:
    """A film asked for anew takes the place of the finished request; 4K is another thing."""
    assert correlator(request(1), request(2), finished=(1,)).superseded(request(1))
    assert not correlator(request(1), request_4k(2), finished=(1,)).superseded(request(1))
    assert not correlator(request(1), finished=(1,)).superseded(request(1))
    assert not correlator(request(1, tmdb_id=None), finished=(1,)).superseded(request(1, tmdb_id=None))


def test_seerrs_note_of_the_arrs_id_may_be_old() -> None:
    """A Radarr built anew numbers its films otherwise: TMDB's number tells."""
    found = correlator(request(1, external_id=10), request(2, tmdb_id=2, external_id=11))
    moved = film(movie_id=11)
    assert found.bind(media_clue(moved)) == (1,)
    found.learn_media("radarr", 11, (1,))
    assert found.bind(Clue(source="radarr", media_id=11)) == (1,)


def test_ids_of_the_title_count() -> None:
    """What TMDB knows of a title binds as Seerr's own ids do."""
    bare = request(1, external_id=None)
    known = correlator(
        bare,
        series_request(2, tvdb_id=None, external_id=None),
        titles=(title(imdb_id="tt0133093"), series_title(tvdb_id=SHOW_TVDB)),
    )
    assert known.bind(Clue(media_type=MOVIE, imdb_id="tt0133093")) == (1,)
    assert known.bind(Clue(media_type=TV, tvdb_id=SHOW_TVDB)) == (2,)
    assert known.bind(Clue(media_type=MOVIE, tvdb_id=SHOW_TVDB)) == ()
    assert known.bind(Clue(media_type=TV, tmdb_id=SHOW)) == (2,)


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("Amélie", "AMELIE!", True),
        ("Fast & Furious", "Fast and Furious", True),
        ("The Lord of the Rings", "The Lord of the Ring", True),
        ("Some Long Film 2", "Some Long Film 3", False),
        ("Alien", "Aliens Resurrection", False),
        ("abcdefghij", "jihgfedcba", False),
    ],
)
def test_like_titles(one: str, other: str, like: bool) -> None:
    """Accents, case and marks do not matter; a sequel's number does."""
    assert like_titles(normalise_title(one), normalise_title(other)) is like


@pytest.mark.parametrize(
    ("release", "title_and_year"),
    [
        ("Some.Film.2020.1080p.WEB-GRP", ("some film", 2020)),
        ("2012.2009.720p", ("2012", 2009)),
        ("1917", ("1917", 1917)),
        ("Show.S01E01.1080p", ("show s01e01 1080p", None)),
    ],
)
def test_release_title(release: str, title_and_year: tuple[str, int | None]) -> None:
    """A release begins with the title and its year."""
    assert release_title(release) == title_and_year


def test_title_and_year_come_last() -> None:
    """Without any id a like title of the year binds, else one of the year beside it; never without a year."""
    titles = (
        title(tmdb_id=1, title="Some Film", year=2020),
        title(tmdb_id=2, title="Some Film", year=2021),
        title(tmdb_id=3, title="Some Other Film", year=2020),
    )
    found = correlator(*(request(n, tmdb_id=n, external_id=None) for n in (1, 2, 3)), titles=titles)
    assert found.bind(Clue(media_type=MOVIE, title="Some film", year=2020)) == (1,)
    assert found.bind(Clue(media_type=MOVIE, title="Some film", year=2022)) == (2,)
    assert found.bind(Clue(media_type=MOVIE, title="Some film", year=2015)) == ()
    assert found.bind(Clue(media_type=MOVIE, title="Some film")) == ()
    assert found.bind(Clue(media_type=TV, title="Some film", year=2020)) == ()
    assert found.bind(Clue(media_type=MOVIE, title="Some film", year=2020, tmdb_id=99)) == ()
