"""The Seerr source by polling."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.status_tracker.clients.seerr_model import Request
from custom_components.status_tracker.pipeline.enums import MediaStatus, MediaType, QueueStatus, RequestStatus
from custom_components.status_tracker.sources.base import CALM
from custom_components.status_tracker.sources.seerr.rows import request_evidence
from custom_components.status_tracker.sources.seerr.source import NEXT_TITLES, SeerrSource
from custom_components.status_tracker.sources.seerr.titles import TITLES
from tests.sources.arr_helpers import START, load, want_film, want_show
from tests.stack.household import Household
from tests.stack.server import Fault
from tests.stack.titles import film, series

from .seerr_helpers import FILM, SHOW, STEADY, only, poll

# Listing


async def test_a_request(home: Household, source: SeerrSource) -> None:
    """A request leaves with ids, seasons, the instance it went to, and a name that is no address."""
    await home.world.request(SHOW, "Alice", seasons=[1, 2], auto_approve=True)
    await poll(home, source)
    piece = only(source)
    assert (piece.media_type, piece.status, piece.media_status) == (
        MediaType.TV,
        RequestStatus.APPROVED,
        MediaStatus.PROCESSING,
    )
    assert (piece.tmdb_id, piece.tvdb_id, piece.seasons) == (3001, 903001, (1, 2))
    assert (piece.service_id, piece.external_id) == (0, 1)
    assert (piece.requested_by, piece.requested_at) == ("Alice", START)
    assert piece.url == f"{home.seerr.url}/tv/3001"
    assert "@" not in repr(source.evidence)


async def test_a_4k_request_is_told_by_the_4k_side(home: Household, source: SeerrSource) -> None:
    """The HD and the 4K request for one film have each their own status and instance."""
    hd = await home.world.request(FILM, auto_approve=True)
    uhd = await home.world.request(FILM, is_4k=True)
    hd.media.jellyfin_id = "a" * 32
    await poll(home, source)
    by_id = {one.request_id: one for one in source.evidence.requests}
    assert (by_id[hd.id].media_status, by_id[hd.id].service_id) == (MediaStatus.PROCESSING, 0)
    assert by_id[hd.id].jellyfin_id == "a" * 32
    assert (by_id[uhd.id].media_status, by_id[uhd.id].service_id) == (MediaStatus.PENDING, None)
    assert (by_id[uhd.id].is_4k, by_id[uhd.id].external_id, by_id[uhd.id].jellyfin_id) == (True, None, None)


def test_recorded_requests() -> None:
    """A real Seerr's list: statuses, finished seasons, downloads, a service of number 0."""
    rows = load("seerr", "request_list_after_blocklist")["body"]["results"]
    pieces = {
        one.request_id: one for row in rows if (one := request_evidence(Request.parse(row), "http://s"))
    }
    assert len(pieces) == len(rows)
    assert {piece.status for piece in pieces.values()} >= {
        RequestStatus.APPROVED,
        RequestStatus.DECLINED,
        RequestStatus.FAILED,
        RequestStatus.COMPLETED,
    }
    (download,) = pieces[8].downloads
    assert (download.status, download.season, download.number) == (QueueStatus.DOWNLOADING, 1, 1)
    assert (download.size, download.size_left) == (4_000_000_000, 1_000_000_000)
    assert pieces[8].service_id == 0
    one_season = load("seerr", "request_tv_one_season_available")["body"]
    piece = request_evidence(Request.parse(one_season), "http://s")
    assert piece is not None
    assert piece.seasons == (1, 2)
    assert piece.seasons_available == (1,)


@pytest.mark.parametrize("changes", [{"status": 9}, {"type": "music"}])
def test_what_is_unheard_of_is_no_evidence(changes: dict[str, Any]) -> None:
    """A status or type to come is not guessed at; a media status to come is unknown."""
    row = load("seerr", "request_movie_downloading")["body"]
    assert request_evidence(Request.parse({**row, **changes}), "") is None
    row["media"]["status"] = 77
    piece = request_evidence(Request.parse(row), "")
    assert piece is not None
    assert piece.media_status is MediaStatus.UNKNOWN


async def test_a_request_goes_only_by_a_complete_listing(home: Household, source: SeerrSource) -> None:
    """A deleted request is gone with the next listing, and not while Seerr is down or talks nonsense."""
    first = await home.world.request(FILM)
    second = await home.world.request(SHOW)
    assert not source.complete
    await poll(home, source)
    assert source.complete
    await home.world.delete_request(first)
    for fault in (Fault.status(500), Fault.garbage(), Fault.html(), Fault.down()):
        home.seerr.fault = fault
        await source.refresh(())
        assert source.error is not None
        assert len(source.evidence.requests) == 2
    home.seerr.fault = None
    for _ in range(50):
        await source.refresh(())
        if source.error is None:
            break
    assert only(source).request_id == second.id


async def test_a_row_that_cannot_be_read_is_still_there(home: Household, source: SeerrSource) -> None:
    """What was known of a request stands while its row makes no sense."""
    request = await home.world.request(FILM)
    await poll(home, source)

    def lie(path: str, data: Any) -> Any:
        """Spoil the rows."""
        for row in data.get("results", ()):
            row["status"] = 99
        return data

    home.seerr.fault = Fault.lying(lie, only="/request")
    assert await poll(home, source) in STEADY
    assert only(source).request_id == request.id
    home.seerr.fault = Fault.lying(lambda path, data: {"results": [{"odd": 1}]}, only="/request")
    for _ in range(2):
        await poll(home, source)
        assert only(source).request_id == request.id
        home.world.advance(24 * 3600)


async def test_when_a_status_changed(home: Household, source: SeerrSource) -> None:
    """Seerr's own time never moves: ours is when the change was seen, none for what was there before."""
    request = await home.world.request(FILM)
    await poll(home, source)
    assert only(source).updated_at is None
    await home.world.approve(request)
    await poll(home, source)
    assert only(source).updated_at == START + timedelta(seconds=30)
    await poll(home, source)
    assert only(source).updated_at == START + timedelta(seconds=30)
    await home.world.request(SHOW)
    await poll(home, source)
    assert max(one.updated_at for one in source.evidence.requests if one.updated_at) == home.world.now()


# Cost


@pytest.mark.parametrize("count", [5, 1000])
async def test_a_steady_cycle_is_two_calls(home: Household, source: SeerrSource, count: int) -> None:
    """However many requests there are, once all titles are known."""
    wants = []
    for number in range(1, count + 1):
        await home.world.request(film(f"Film {number}", 2020, number))
        wants.append(want_film(number))
    await poll(home, source, *wants)
    assert len(source.evidence.requests) == count
    rounds = 1
    while len(source.evidence.titles) < count:
        assert source.interval(wants) == NEXT_TITLES
        assert len(await poll(home, source, *wants)) <= len(STEADY[0]) + TITLES
        rounds += 1
    assert rounds == max(count // TITLES, 1)
    cycles = [await poll(home, source, *wants) for _ in range(5)]
    assert [cycles.count(one) for one in STEADY] == [4, 1]
    assert source.interval(wants) == CALM


async def test_cadence(source: SeerrSource) -> None:
    """Once a minute: a new request must not wait for what the others do."""
    assert source.interval((want_film(1, in_flight=True),)) == CALM
    assert source.interval((want_film(1, in_flight=False, finished=True),)) == CALM
    assert source.needs((want_film(1), want_film(1, request_id=8))) == source.needs((want_film(1),))


# Titles


async def test_titles(home: Household, source: SeerrSource) -> None:
    """Title, year, poster, ids, anime and seasons; asked once, for what is wanted alone."""
    await home.world.request(FILM)
    await home.world.request(SHOW)
    await home.world.request(film("Unwanted", 2021, 9))
    wants = (want_film(2004), want_show(SHOW, 1), want_film(2004, request_id=77))
    assert sorted(path for path in await poll(home, source, *wants) if "/" in path)[:1] == ["movie/2004"]
    titles = {one.media_type: one for one in source.evidence.titles}
    assert len(titles) == 2
    movie, show = titles[MediaType.MOVIE], titles[MediaType.TV]
    assert (movie.title, movie.year, movie.imdb_id, movie.anime) == ("Film", 2020, "tt0002004", False)
    assert movie.poster == "https://image.tmdb.org/t/p/w600_and_h900_bestv2/p2004.jpg"
    assert (show.title, show.tvdb_id, show.anime) == ("Show", 903001, True)
    assert {(one.number, one.episodes) for one in show.seasons} == {(0, 1), (1, 2), (2, 3)}
    assert await poll(home, source, *wants) in STEADY


async def test_the_next_air_date(home: Household, source: SeerrSource) -> None:
    """A series still running tells when it goes on."""
    running = series("Running", 2026, 3003, 903003, {1: 2}, starts={1: START - timedelta(days=1)})
    await home.world.request(running)
    await poll(home, source, want_show(running, 1))
    (title,) = source.evidence.titles
    assert title.expected is not None
    assert title.expected > START


async def test_titles_that_cannot_be_had(home: Household, source: SeerrSource) -> None:
    """With TMDB down Seerr is still well; titles are tried again after a while, less and less."""
    await home.world.request(FILM)
    home.seerr.tmdb_down = True
    wanted = want_film(2004)
    tries = [minute for minute in range(60) if "movie/2004" in await poll(home, source, wanted, seconds=60)]
    assert tries == [0, 5, 35]
    home.seerr.tmdb_down = False
    await poll(home, source, wanted, seconds=6 * 3600)
    assert [title.title for title in source.evidence.titles] == ["Film"]


# Settings


async def test_servers(home: Household, source: SeerrSource) -> None:
    """Seerr's servers are read at the start and every six hours."""
    assert source.servers is None
    assert {"settings/radarr", "settings/sonarr", "settings/jellyfin"} <= set(await poll(home, source))
    assert source.servers is not None
    assert [(one.id, one.url, one.is4k) for one in source.servers.radarr] == [
        (0, home.radarrs["hd"].url, False),
        (1, home.radarrs["4k"].url, True),
    ]
    assert source.servers.jellyfin is not None
    assert await poll(home, source) in STEADY
    assert "settings/radarr" in await poll(home, source, seconds=6 * 3600)


async def test_settings_that_are_refused(home: Household, source: SeerrSource) -> None:
    """What Seerr does not tell does not hold up the requests; it is asked again in an hour."""
    await home.world.request(FILM)
    home.seerr.fault = Fault.status(500, only="settings/")
    await poll(home, source)
    assert (source.servers, only(source).tmdb_id) == (None, 2004)
    assert await poll(home, source) in STEADY
    home.seerr.fault = None
    await poll(home, source, seconds=3600)
    assert source.servers is not None


async def test_links_lead_to_the_public_address(home: Household, source: SeerrSource) -> None:
    """Where Seerr knows its public address, links use it."""
    await home.world.request(FILM)
    home.seerr.fault = Fault.lying(
        lambda path, data: {**data, "applicationUrl": "https://requests.example/"}, only="settings/main"
    )
    await poll(home, source)
    await poll(home, source)
    assert only(source).url == "https://requests.example/movie/2004"
