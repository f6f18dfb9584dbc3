"""The Radarr source: what a cycle asks."""

from dataclasses import replace
import itertools
import json
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind
from custom_components.status_tracker.pipeline.evidence.arr import MovieEvidence
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.sources.arr.radarr import RadarrSource
from custom_components.status_tracker.sources.arr.source import READS
from custom_components.status_tracker.sources.arr.state import SOON
from custom_components.status_tracker.sources.base import FAST
from tests.sources.arr_helpers import radarr_source, want_film
from tests.stack.household import Household
from tests.stack.rows import MovieRow
from tests.stack.server import Fault
from tests.stack.titles import film

from .radarr_helpers import (  # noqa: F401  fixtures
    FILM,
    add_film,
    by_id,
    home_fixture,
    movie_fixture,
    only,
    poll,
    settle,
    source_fixture,
)


def by_tmdb(source: RadarrSource) -> dict[int | None, MovieEvidence]:
    """Return the films of the evidence by their TMDB ids."""
    return {one.tmdb_id: one for one in source.evidence.movies}


# What a cycle asks


async def test_first_sight_by_number(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A film whose number Seerr told is read once, with its history."""
    paths = await poll(home, source, by_id(movie))
    assert paths == ["queue/details", "history/since", f"movie/{movie.id}", "history/movie"]
    assert only(source).title == "Film"
    assert await poll(home, source, by_id(movie)) == ["queue/details", f"movie/{movie.id}"]
    assert await poll(home, source, by_id(movie)) == ["queue/details", "history/since"]


async def test_first_sight_by_tmdb_id(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """Without a number the film is looked up once, by its TMDB id alone."""
    paths = await poll(home, source, want_film(2004))
    assert paths == ["queue/details", "history/since", "movie", "history/movie"]
    assert home.radarr.calls[2].query == {"tmdbId": "2004"}
    assert only(source).movie_id == movie.id
    assert len(await poll(home, source, want_film(2004))) == 2


async def test_a_number_that_is_another_film_now(home: Household, source: RadarrSource) -> None:
    """Where the noted number is another film, the wanted one is looked up and read, and the other once."""
    other = await home.world.add_to_arr(home.radarr.arr, film("Other", 2019, 2999))
    right = await home.world.add_to_arr(home.radarr.arr, FILM)
    wanted = want_film(2004, source="radarr", media_id=other.id)
    await settle(home, source, wanted)
    assert {(one.movie_id, one.tmdb_id) for one in source.evidence.movies} == {
        (other.id, 2999),
        (right.id, 2004),
    }
    assert len(await poll(home, source, wanted)) == 2


async def test_a_film_that_is_not_there_is_asked_for_less_and_less(
    home: Household, source: RadarrSource
) -> None:
    """The look-up waits 1, 5, 15, 60 and again 60 minutes."""
    wanted = want_film(2004)
    asked = [
        half_minute / 2
        for half_minute in range(2 * 150)
        if "movie" in await poll(home, source, wanted, seconds=30)
    ]
    gaps = [later - before for before, later in itertools.pairwise(asked)]
    assert gaps == [1, 5, 15, 60, 60]
    assert source.evidence.movies == ()


async def test_before_the_approval_a_film_is_looked_up_once(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """A request that waits for approval can be for a film that Radarr has, of which nothing else tells."""
    there, missing = want_film(2004, handed_over=False), want_film(2999, handed_over=False)
    assert len(await poll(home, source, there, missing)) == 5
    assert only(source).movie_id == movie.id
    for _ in range(2):
        assert "movie" not in await poll(home, source, there, missing, seconds=7200)
    added = await home.world.add_to_arr(home.radarr.arr, film("Late", 2020, 2999))
    assert "movie" in await poll(home, source, there, replace(missing, handed_over=True))
    assert {one.movie_id for one in source.evidence.movies} == {movie.id, added.id}


async def test_titles_are_read_again_while_an_import_remains_pending(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """An import that never ends does not keep the monitoring of the other films from being seen."""
    other = await add_film(home, film("Other", 2019, 2999))
    wants = (by_id(movie), by_id(other, in_flight=True))
    await settle(home, source, *wants)
    download = await home.world.grab(other)
    await home.world.complete(download)
    await home.world.importing(download)
    movie.monitored = False
    asked = [path for _ in range(21) for path in await poll(home, source, *wants)]
    assert asked.count("history/since") >= 18
    assert not by_tmdb(source)[2004].monitored


@pytest.mark.parametrize("given", [{}, {"finished": True}, {"handed_over": False}])
async def test_a_contested_film_of_the_other_definition(
    home: Household,
    session: aiohttp.ClientSession,
    source: RadarrSource,
    movie: MovieRow,
    given: dict[str, Any],
) -> None:
    """Of films whose copy in Jellyfin may be its own it tells what it has, and that it has nothing."""
    wants = [want_film(one, is_4k=True, contested=True, **given) for one in (2004, 2999)]
    await poll(home, source, *wants)
    told = {(one.tmdb_id, one.gone, one.absent) for one in source.evidence.movies}
    assert told == {(2004, False, False), (2999, True, True)}
    assert "movie" not in await poll(home, source, *wants)
    again = radarr_source(home, session)
    again.restore(json.loads(json.dumps(serialize(source.snapshot(wants)))))
    assert {one.tmdb_id for one in again.evidence.movies} == {2004, 2999}
    added = await home.world.add_to_arr(home.radarr.arr, film("Late", 2020, 2999))
    await poll(home, source, *wants, seconds=120)
    assert {one.movie_id for one in source.evidence.movies} == {movie.id, added.id}
    await poll(home, source, want_film(2004, is_4k=True))
    assert source.snapshot((want_film(2004, is_4k=True),))["titles"] == []


@pytest.mark.parametrize("given", [{"finished": True}, {"source": "other"}, {"is_4k": True}])
async def test_what_is_not_looked_up(
    home: Household, source: RadarrSource, movie: MovieRow, given: dict[str, Any]
) -> None:
    """Finished, another instance's and 4K requests are not asked for here."""
    assert await poll(home, source, want_film(2004, **given)) == ["queue/details", "history/since"]
    assert source.evidence.movies == ()


async def test_a_4k_instance_serves_4k(
    home: Household, session: aiohttp.ClientSession, movie: MovieRow
) -> None:
    """An instance may be told later that it is for 4K."""
    source = radarr_source(home, session)
    wanted = want_film(2004, is_4k=True)
    before = source.needs((wanted,))
    source.place(1, True)
    source.place(1, True)
    assert source.needs((wanted,)) != before
    assert (source.state.seerr_id, source.state.is_4k) == (1, True)
    await poll(home, source, wanted)
    assert only(source).movie_id == movie.id


@pytest.mark.parametrize("count", [5, 1000])
async def test_a_steady_cycle_costs_two_calls(home: Household, source: RadarrSource, count: int) -> None:
    """However many films are wanted, a quiet cycle is two calls and never the library."""
    rows = [
        await home.world.add_to_arr(home.radarr.arr, film(f"Film {one}", 2020, one))
        for one in range(1, count + 1)
    ]
    wants = [by_id(row, in_flight=False) for row in rows if isinstance(row, MovieRow)]
    first = await poll(home, source, *wants)
    assert len(first) <= 2 + 2 * READS
    await settle(home, source, *wants)
    assert len(source.evidence.movies) == count
    calls = [await poll(home, source, *wants) for _ in range(20)]
    assert {len(paths) for paths in calls} == {2}
    assert all("movie" not in paths for paths in calls)
    audited = [path for paths in calls for path in paths if path.startswith("movie/")]
    assert len(audited) == len(calls) / 2
    assert len(set(audited)) == min(count, len(audited))


async def test_a_slow_radarr_is_read_in_several_polls(
    home: Household, source: RadarrSource, movie: MovieRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poll reads no longer than its time; what is left follows soon."""
    other = await add_film(home, film("Other", 2020, 2005))
    wants = (by_id(movie), by_id(other))
    monkeypatch.setattr("custom_components.status_tracker.sources.arr.source.READ_SECONDS", -1.0)
    await poll(home, source, *wants)
    assert (source.evidence.movies, source.interval(wants)) == ((), SOON)
    monkeypatch.undo()
    await poll(home, source, *wants)
    assert len(source.evidence.movies) == 2
    assert source.interval(wants) == FAST


async def test_a_queue_row_that_comes_or_goes_has_the_film_read(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """Only what changed is read again."""
    other = await add_film(home, film("Other", 2020, 2005))
    wants = (by_id(movie), by_id(other))
    await settle(home, source, *wants)
    download = await home.world.grab(movie)
    assert await poll(home, source, *wants) == ["queue/details", "history/since", f"movie/{movie.id}"]
    await home.world.import_(download)
    paths = await poll(home, source, *wants)
    assert sorted(paths) == ["history/since", f"movie/{movie.id}", "queue/details"]
    assert {one.title: one.has_file for one in source.evidence.movies} == {"Film": True, "Other": False}


async def test_an_audit_notices_what_no_event_tells(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """Monitoring switched off is seen within a few cycles."""
    await settle(home, source, by_id(movie))
    movie.monitored = False
    await poll(home, source, by_id(movie))
    await poll(home, source, by_id(movie))
    assert not only(source).monitored


async def test_a_film_that_is_gone(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A 404 leaves the film as gone; added anew, it is found under its new number."""
    wanted = by_id(movie)
    await home.world.grab(movie)
    await settle(home, source, wanted)
    await home.world.remove_from_arr(movie)
    for _ in range(3):
        await poll(home, source, wanted)
    assert (only(source).gone, only(source).movie_id, source.evidence.history) == (True, movie.id, ())
    again = await home.world.add_to_arr(home.radarr.arr, FILM)
    assert again.id != movie.id
    for _ in range(6):
        await poll(home, source, wanted, seconds=60)
    assert (only(source).gone, only(source).movie_id) == (False, again.id)


async def test_a_number_that_never_was(home: Household, source: RadarrSource) -> None:
    """A number of Seerr's that Radarr does not know is told as gone, by what the want tells."""
    await poll(home, source, want_film(2004, source="radarr", media_id=77, title="Film", year=2020))
    piece = only(source)
    assert (piece.gone, piece.movie_id, piece.title, piece.tmdb_id) == (True, 77, "Film", 2004)


async def test_a_film_that_cannot_be_read_does_not_hold_the_others(
    home: Household, source: RadarrSource, movie: MovieRow
) -> None:
    """One bad answer leaves the source well and is tried again later."""
    other = await add_film(home, film("Other", 2020, 2005))
    wants = (by_id(movie), by_id(other))
    home.radarr.fault = Fault.status(500, only=f"movie/{movie.id}")
    await poll(home, source, *wants)
    assert only(source).movie_id == other.id
    assert source.interval(wants) > SOON
    assert f"movie/{movie.id}" not in await poll(home, source, *wants)
    home.radarr.fault = None
    await poll(home, source, *wants, seconds=90)
    assert len(source.evidence.movies) == 2
    home.radarr.fault = Fault.status(500, only=f"movie/{movie.id}")
    for _ in range(6):
        await poll(home, source, *wants)
    assert len(source.evidence.movies) == 2


async def test_health(home: Household, source: RadarrSource, movie: MovieRow) -> None:
    """A Radarr that is down leaves its last evidence standing; what was missed is read after."""
    wanted = by_id(movie)
    download = await home.world.grab(movie)
    await settle(home, source, wanted)
    before = source.evidence
    home.radarr.fault = Fault.down()
    await source.refresh((wanted,))
    assert source.error is not None
    assert (source.state.ok, source.state.reason) == (False, "cannot_connect")
    assert source.evidence.movies == before.movies
    await home.world.import_(download)
    home.world.advance(86400 * 3)
    home.radarr.fault = None
    for _ in range(50):
        await source.refresh((wanted,))
        if source.error is None:
            break
    assert source.state.ok
    assert only(source).has_file
    assert [event.kind for event in source.evidence.history] == [HistoryKind.GRABBED, HistoryKind.IMPORTED]
