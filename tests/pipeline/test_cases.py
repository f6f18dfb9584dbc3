"""What is bound to a request: downloads, torrents, Shoko's files, Jellyfin's items."""

from dataclasses import replace
from datetime import timedelta

from custom_components.status_tracker.pipeline.binding import open_cases
from custom_components.status_tracker.pipeline.cases import Case, last_event, same_shoko_file
from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    ItemKind,
    MediaType,
    QueueStatus,
    Service,
)
from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase
from custom_components.status_tracker.pipeline.evidence.requests import ClientDownload
from custom_components.status_tracker.pipeline.ids import IdKind, make_id, path_name, path_tail, shared_tail
from custom_components.status_tracker.pipeline.requests import Journey, Stage

from .builders.arr import episode, episode_event, event, film, film_4k, film_file, series
from .builders.downloads import GB, HASH, OTHER_HASH, episode_row, row, torrent
from .builders.evaluation import evidence, look, only, shuffled
from .builders.library import episode_item, film_item, item, plays, series_item
from .builders.requests import request, request_4k, series_request, title
from .builders.services import ANIME_STACK, FOURK_STACK, RADARR, RADARR_4K, SEERR, STACK
from .builders.shoko import shoko_file
from .builders.times import NOW, ago


def cases(*pieces: EvidenceBase, journeys: dict[int, Journey] | None = None) -> dict[int, Case]:
    """Return the cases of the evidence."""
    return open_cases(evidence(*pieces), journeys or {})


def journey(number: int, stage: Stage = Stage.DOWNLOADING, **said: object) -> Journey:
    """Return a journey an hour into a stage."""
    return Journey(
        request_id=number,
        stage=stage,
        stage_since=ago(hours=1),
        reason_since=ago(hours=1),
        **said,  # type: ignore[arg-type]  # a test's shorthand
    )


def test_media_of_the_arr_seerr_named() -> None:
    """Of a film in two Radarrs the one counts that Seerr handed it to; one that is there before one gone."""
    second = replace(RADARR, source="other", seerr_id=5)
    told = (
        SEERR,
        RADARR,
        second,
        request(service_id=5, external_id=None),
        film(),
        film(source="other", movie_id=3),
    )
    for order in (told, tuple(reversed(told))):
        found = cases(*order)[1]
        assert found.movie
        assert found.movie.source == "other"
        assert [one.source for one in found.arrs] == ["other"]
    gone = cases(*STACK, second, request(service_id=5), film(source="other", gone=True), film())[1]
    assert gone.movie
    assert gone.movie.source == "radarr"


def test_who_serves_it() -> None:
    """An *arr serves a request of its definition unless Seerr named another."""
    assert cases(*STACK, request())[1].served
    assert not cases(*STACK, request_4k())[1].served
    assert not cases(*STACK, request(service_id=9))[1].served
    assert cases(*STACK, request(service_id=None, external_id=None))[1].served
    assert cases(*STACK, request(service_id=9), film(movie_id=3))[1].served
    unknown_to_seerr = replace(RADARR, seerr_id=None)
    assert cases(SEERR, unknown_to_seerr, request(service_id=9))[1].served
    assert cases(*FOURK_STACK, request_4k())[1].arrs == (RADARR_4K,)


def test_download_id_in_capitals_and_small() -> None:
    """The *arr spells a hash in capitals, the client in small letters."""
    found = cases(*STACK, request(), film(), event(HistoryKind.GRABBED), torrent())[1]
    assert list(found.torrents) == [HASH.lower()]


def test_hybrid_torrent() -> None:
    """An *arr knows a hybrid by its v1 hash, the client by its v2: any of its hashes will do."""
    hybrid = torrent(hashes=("c" * 40, HASH.lower(), "c" * 64))
    assert only(*STACK, request(), film(), event(HistoryKind.GRABBED), hybrid).stage is Stage.DOWNLOADING


def test_one_hash_for_many_episodes() -> None:
    """A pack's torrent is behind each of its episodes, for each of the requests that want them."""
    told = (
        *STACK,
        series_request(1, 1),
        series_request(2, 2),
        series(episode(1, 1), episode(1, 2), episode(2, 1)),
        episode_event(1, HistoryKind.GRABBED),
        episode_event(2, HistoryKind.GRABBED),
        episode_event(1, HistoryKind.GRABBED, episode_id=201),
        torrent(),
    )
    for seed in range(5):
        found = open_cases(shuffled(evidence(*told), seed), {})
        assert [len(found[number].history) for number in (1, 2)] == [2, 1]
        assert all(found[number].torrents for number in (1, 2))


def test_event_known_by_its_download_alone() -> None:
    """What the *arr cannot place any more goes where its download went, whenever it is told."""
    lost = event(HistoryKind.FAILED, ago(minutes=1), media_id=None, release=None)
    strange = event(HistoryKind.FAILED, ago(minutes=2), media_id=4711)
    for told in ((lost, strange, event(HistoryKind.GRABBED)), (event(HistoryKind.GRABBED), strange, lost)):
        assert len(cases(*STACK, request(), film(), *told)[1].history) == 3


def test_row_known_by_its_name_alone() -> None:
    """A release of the title and year binds where no id does; a like one of another year does not."""
    unknown = row(media_id=None, download_id=OTHER_HASH)
    told = (*STACK, request(), title(), film(), torrent(hashes=(OTHER_HASH.lower(),)))
    assert only(*told, unknown).stage is Stage.DOWNLOADING
    assert only(*told, replace(unknown, title="The.Matrix.2021.1080p")).stage is Stage.APPROVED
    assert only(*told, replace(unknown, title=None)).stage is Stage.APPROVED


def test_order_of_events() -> None:
    """Within a second events stand in the order of their numbers, else a grab before what came of it."""
    grab, failed = event(HistoryKind.GRABBED), event(HistoryKind.FAILED)
    found = cases(*STACK, request(), failed, grab)[1]
    assert [one.kind for one in found.history] == [HistoryKind.GRABBED, HistoryKind.FAILED]
    numbered = (replace(failed, event_id=1), replace(grab, event_id=2))
    assert only(*STACK, request(), film(), *numbered, torrent()).stage is Stage.DOWNLOADING
    assert last_event(found.history, HistoryKind.FAILED) == failed
    assert last_event(found.history, HistoryKind.IMPORTED) is None


def test_learnt_downloads_outlive_the_history() -> None:
    """A download id once learnt finds its torrent when the *arr tells nothing any more."""
    known = {1: journey(1, download_ids=(HASH.lower(),))}
    assert cases(*STACK, request(), torrent(), journeys=known)[1].torrents
    assert not cases(*STACK, request(), torrent())[1].torrents
    seerrs = request(downloads=(ClientDownload(download_id=HASH),))
    assert cases(*STACK, seerrs, torrent())[1].torrents


def test_torrent_in_two_clients() -> None:
    """Of a torrent in two clients the furthest counts, in whatever order they are told."""
    two = (torrent(progress=0.9, source="a"), torrent(progress=0.1, source="b"))
    for told in (two, two[::-1]):
        found = cases(*STACK, request(), event(HistoryKind.GRABBED), *told)[1]
        assert found.torrents[HASH.lower()].progress == 0.9


def test_others_are_the_other_definition() -> None:
    """HD and 4K know each other's files, of films and of episodes."""
    hd, uhd = film_file(), film_file("/4k/The Matrix (1999)/The Matrix (1999).mkv", 50 * GB)
    found = cases(*FOURK_STACK, request(1), request_4k(2), film(file=hd), film_4k(file=uhd))
    assert (found[1].others, found[2].others) == ([uhd], [hd])
    told = (
        series_request(1),
        series_request(2, is_4k=True, service_id=1, external_id=31),
        series(episode(loaded=True)),
        series(episode(file=uhd), source="sonarr4k", series_id=31),
    )
    found = cases(*FOURK_STACK, *told)
    assert found[1].others == [uhd]
    assert [len(found[number].others) for number in (1, 2)] == [1, 1]
    nameless = cases(*FOURK_STACK, request(tmdb_id=None), film_4k(file=uhd, tmdb_id=None))
    assert nameless[1].others == []


def test_others_were_replaced() -> None:
    """The library may still show the 4K file that an upgrade replaced: that is no proof of the HD request."""
    old, new = (film_file(f"/4k/The Matrix (1999)/The Matrix {name}.mkv", 50 * GB) for name in "ab")
    imported = event(HistoryKind.IMPORTED, source="radarr4k", media_id=11, file=old)
    told = (request(1), request_4k(2), film(), film_4k(movie_id=11, file=new), imported)
    shown = film_item(files=plays(old))
    found = look(*FOURK_STACK, *told, shown).tracked
    assert {number: one.stage for number, one in found.items()} == {1: Stage.APPROVED, 2: Stage.AVAILABLE}


def test_ids_of_all_who_tell() -> None:
    """Seerr's, TMDB's and the *arr's ids all name the title, typed."""
    found = cases(*STACK, request(imdb_id="tt1"), title(imdb_id="tt2"), film(imdb_id="tt3", tmdb_id=FILM_ID))[
        1
    ]
    assert found.ids == {"tmdb_movie:603", "imdb:tt1", "imdb:tt2", "imdb:tt3"}
    picked = cases(*STACK, series_request(tvdb_id=1), series())[1]
    assert picked.ids == {"tmdb_show:1399", "tvdb_show:1", "tvdb_show:121361"}
    shown = cases(*STACK, series_request(), series(tmdb_id=5))[1]
    assert shown.ids == {"tmdb_show:1399", "tmdb_show:5", "tvdb_show:121361"}


FILM_ID = 603


def test_is_it_anime() -> None:
    """Anyone's hint or a file Shoko recognised makes it anime; not knowing is not the same as no."""
    file = film_file()
    assert cases(*ANIME_STACK, request())[1].anime is None
    assert cases(*ANIME_STACK, request(), title(), film())[1].anime is False
    assert cases(*ANIME_STACK, request(), title(anime=True))[1].anime is True
    assert cases(*ANIME_STACK, request(), film(anime=True))[1].anime is True
    assert cases(*ANIME_STACK, series_request(), series(anime=True))[1].anime is True
    told = (*ANIME_STACK, request(), title(), film(file=file))
    assert cases(*told, shoko_file(1, file))[1].anime is True
    assert cases(*told, shoko_file(1, file, matched=False))[1].anime is False
    assert cases(*told, shoko_file(1, replace(file, size=1)))[1].anime is False
    known = {1: journey(1, anime=True)}
    assert cases(*ANIME_STACK, request(), title(), film(), journeys=known)[1].anime is True


def test_same_shoko_file() -> None:
    """The tail of the path and the size tell; a name alone only where nothing contradicts it."""
    file = FileEvidence(path="/anime/Show/Season 1/Show 01.mkv", size=100)
    deep = shoko_file(1, file)
    assert same_shoko_file(deep, file) > same_shoko_file(replace(deep, size=0), file) > 0
    assert not same_shoko_file(replace(deep, size=99), file)
    assert same_shoko_file(replace(deep, paths=("SHOW 01.MKV",), size=0), file)
    assert same_shoko_file(replace(deep, paths=("Elsewhere/Show 01.mkv",)), file)
    assert not same_shoko_file(replace(deep, paths=("Elsewhere/Show 01.mkv",), size=0), file)
    assert not same_shoko_file(replace(deep, paths=("Show/Show 02.mkv",)), file)
    assert same_shoko_file(replace(deep, paths=("New/Name.mkv", "season 1/show 01.mkv")), file)


def test_paths_of_either_slant() -> None:
    """Windows or not, the tail of a path is the same."""
    assert (
        path_tail("C:\\Films\\A (2020)\\A.mkv") == path_tail("/mnt/films/a (2020)/a.MKV") == "a (2020)/a.mkv"
    )
    assert path_name("C:\\Films\\A.mkv") == path_name("/x/A.MKV") == "a.mkv"
    assert shared_tail("/a/b/c.mkv", "/x/b/c.mkv") == 2
    assert make_id(IdKind.IMDB, " TT01 ") == "imdb:tt01"


def test_library_by_hint() -> None:
    """An item without ids is at hand as a hint, once, and with it nothing that proves anything."""
    like = item(name="The Matrix")
    found = cases(*STACK, request(), title(), film(), like, like)[1]
    assert found.library == [like]
    assert only(*STACK, request(), title(), film(), like).stage is Stage.APPROVED
    show = item("s9", ItemKind.SERIES, name="The Matrix")
    assert not cases(*STACK, request(), title(), show)[1].library


def test_library_in_two_jellyfins() -> None:
    """Items of the same id in two Jellyfins are two, each with its own episodes."""
    second = replace(STACK[-1], source="other")
    told = (
        *STACK,
        second,
        series_request(),
        series(episode(1, 1)),
        series_item(),
        episode_item(1, source="other"),
    )
    assert only(*told).stage is Stage.APPROVED
    assert only(*told, series_item(source="other")).stage is Stage.AVAILABLE


def test_bound_by_the_file() -> None:
    """An item is at hand by the name of its file, and of one imported before."""
    old, new = film_file("/movies/The Matrix (1999)/old.mkv"), film_file("/movies/The Matrix (1999)/new.mkv")
    shown = item(files=plays(old))
    imported = event(HistoryKind.IMPORTED, file=old)
    assert cases(*STACK, request(), film(file=new), imported, shown)[1].library == [shown]
    assert cases(*STACK, request(), film(file=new), shown)[1].library == []


def test_empty_evidence() -> None:
    """Nothing told, nothing opened."""
    assert open_cases(Evidence(), {}) == {}
    assert Evidence.merge([Evidence(), evidence(request())]).requests == (request(),)
    found = cases(SEERR, request())[1]
    assert (found.has(Service.RADARR), found.arr_service, found.media) == (False, Service.RADARR, None)
    assert found.request.media_type is MediaType.MOVIE


def test_finished_request_is_left_alone() -> None:
    """What comes for a film asked for anew is the new request's; the old one stays as it was."""
    known = {1: journey(1, Stage.AVAILABLE, finished_at=ago(hours=1))}
    told = (*STACK, request(1), request(2), film(), row(), torrent())
    found = cases(*told, journeys=known)
    assert found[1].superseded
    assert (len(found[1].queue), len(found[2].queue)) == (0, 1)
    assert (found[1].movie, found[2].movie) == (None, film())
    waiting = row(QueueStatus.QUEUED, eta=NOW + timedelta(hours=1))
    assert cases(*STACK, request(1), film(), waiting, journeys=known)[1].queue == [waiting]


def test_other_season_of_an_active_request() -> None:
    """An episode that was not requested belongs to no request."""
    told = (*STACK, series_request(1, 1), series(episode(1, 1), episode(2, 1)))
    found = cases(*told, episode_row(1, episode_id=201), episode_row(1))
    assert [one.episode_id for one in found[1].queue] == [101]


def test_films_own_items() -> None:
    """A film's items are those of its ids, however many."""
    found = cases(*STACK, request(), film_item("a"), film_item("b"), film_item("c", ids=("tmdb_movie:1",)))
    assert [one.item_id for one in found[1].library] == ["a", "b"]
