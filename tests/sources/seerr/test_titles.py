"""How soon the titles of requests are known, and what asking for them costs."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.status_tracker.clients.errors import CannotConnect
from custom_components.status_tracker.clients.seerr_model import TitleDetails
from custom_components.status_tracker.sources.base import CALM
from custom_components.status_tracker.sources.seerr import titles as titles_module
from custom_components.status_tracker.sources.seerr.source import NEXT_TITLES, SeerrSource
from custom_components.status_tracker.sources.seerr.titles import AT_ONCE, TITLES
from tests.sources.arr_helpers import want_film
from tests.stack.household import Household
from tests.stack.titles import film

from .seerr_helpers import poll


async def test_some_at_a_time(home: Household, source: SeerrSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll asks for some tens, a few of them at the same time."""
    now, most, asked = 0, 0, 0

    async def movie(tmdb_id: int) -> TitleDetails:
        """Answer slowly."""
        nonlocal now, most, asked
        now, asked = now + 1, asked + 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return TitleDetails(id=tmdb_id, title=f"Film {tmdb_id}")

    monkeypatch.setattr(source.client, "movie", movie)
    await poll(home, source, *(want_film(number) for number in range(1, 2 * TITLES)))
    assert (most, asked) == (AT_ONCE, TITLES)
    assert len(source.evidence.titles) == TITLES


async def test_those_without_a_name_come_first(home: Household, source: SeerrSource) -> None:
    """What an *arr has told serves as a name till there is time for the rest."""
    wants = []
    for number in range(1, 2 * TITLES + 1):
        request = await home.world.request(film(f"Film {number}", 2020, number))
        wants.append(want_film(number, request_id=request.id, titled=number > TITLES))
    await poll(home, source, *wants)
    assert {title.tmdb_id for title in source.evidence.titles} == set(range(1, TITLES + 1))


async def test_polls_for_titles_alone(
    home: Household, source: SeerrSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They follow each other soon and do not read the requests, which are read once a minute all the same."""
    monkeypatch.setattr(titles_module, "TITLES", 2)
    wants = []
    for number in range(1, 81):
        request = await home.world.request(film(f"Film {number}", 2020, number))
        wants.append(want_film(number, request_id=request.id))
    await poll(home, source, *wants)
    listed, seconds = 0, 0
    while source.interval(wants) == NEXT_TITLES:
        home.world.advance(2)
        seconds += 2
        home.clear_calls()
        await source.refresh(wants)
        listed += home.seerr.count("request/count")
    assert len(source.evidence.titles) == 80
    assert seconds == 78
    assert listed == 1
    assert source.interval(wants) == CALM - timedelta(seconds=seconds - 60)
    home.clear_calls()
    home.world.advance(60)
    await source.refresh(wants)
    assert home.seerr.count("request/count") == 1
    assert source.interval(wants) == CALM


async def test_requests_are_read_again_after_a_failure(
    home: Household, source: SeerrSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poll that failed is made up for as a whole, and what it did read stays."""

    async def movie(tmdb_id: int) -> TitleDetails:
        """Answer once."""
        if tmdb_id == 2:
            raise CannotConnect("Seerr: nothing answers")
        return TitleDetails(id=tmdb_id, title="Film")

    monkeypatch.setattr(source.client, "movie", movie)
    made = [await home.world.request(film(f"Film {number}", 2020, number)) for number in (1, 2)]
    wants = [want_film(one.title.tmdb_id, request_id=one.id) for one in made]
    source.poll_soon()
    await source.refresh(wants)
    assert source.error is not None
    assert [title.tmdb_id for title in source.evidence.titles] == [1]
    home.clear_calls()
    monkeypatch.undo()
    await source.refresh(wants)
    assert source.error is None
    assert home.seerr.count("request/count") == 1
    assert {title.tmdb_id for title in source.evidence.titles} == {1, 2}
