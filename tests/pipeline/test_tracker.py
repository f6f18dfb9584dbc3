"""The whole of it: memory, first start, keeping and forgetting, wants, and that order never matters."""

from dataclasses import replace
from datetime import timedelta

from custom_components.status_tracker.pipeline.enums import HistoryKind, MediaType, QueueStatus, RequestStatus
from custom_components.status_tracker.pipeline.ids import IdKind

from .builders.arr import FILE, episode, episode_file, event, film, series
from .builders.downloads import GB, HASH, OTHER_HASH, episode_row, row, torrent
from .builders.evaluation import look, only
from .builders.library import episode_item, film_item, ids, series_item
from .builders.requests import FILM, request, series_request, title
from .builders.services import ANIME_STACK, SEERR, STACK
from .builders.shoko import shoko_file
from .builders.times import NOW, ago

SHOWN = (*STACK, request(), film(file=FILE), film_item())


# What is shown and wanted


def test_what_is_shown() -> None:
    """Title, year and poster of Seerr, else of the *arr; ids of whoever knows them."""
    found = only(*STACK, request(), title(imdb_id="tt0133093"), film(title="Other", poster="p", year=1))
    assert (found.title, found.year, found.poster) == ("The Matrix", 1999, "https://image.example/matrix.jpg")
    assert (found.imdb_id, found.tvdb_id) == ("tt0133093", None)
    assert (found.arr_source, found.arr_service, found.media_id) == ("radarr", "radarr", 10)
    found = only(*STACK, request(), film(title="Other", poster="p", year=1, imdb_id="tt9"))
    assert (found.title, found.year, found.poster, found.imdb_id) == ("Other", 1, "p", "tt9")
    found = only(*STACK, series_request(tvdb_id=None), series())
    assert (found.tvdb_id, found.media_id) == (121361, 30)
    found = only(SEERR, request(service_id=None, external_id=None))
    assert (found.arr_source, found.arr_service, found.media_id) == (None, None, None)


def test_progress() -> None:
    """So much of what is on the way has come; a pack counts once."""
    assert only(*STACK, request(), film(), row()).progress == 25
    assert only(*STACK, request(), film(), row(), torrent(progress=0.5)).progress == 50
    assert only(*STACK, request(), film()).progress is None
    unsized = row(size=0, size_left=0)
    assert only(*STACK, request(), film(), unsized).progress == 0
    for nothing_loads in (
        (*STACK, request(), film(), event(HistoryKind.GRABBED, ago(minutes=1))),
        (*STACK, request(), film(file=FILE)),
        SHOWN,
    ):
        assert only(*nothing_loads).progress is None
    two = series(episode(1, 1), episode(1, 2), episode(1, 3))
    rows = (episode_row(1), episode_row(2), episode_row(3, download_id=OTHER_HASH, size=8 * GB, size_left=0))
    assert only(*STACK, series_request(), two, *rows).progress == 62


def test_eta() -> None:
    """When the last of what loads will be there, to the minute; only while it loads."""
    minutes = timedelta(minutes=10)
    told = (*STACK, request(), film(), event(HistoryKind.GRABBED))
    assert only(*told, torrent(eta=630)).eta == NOW + minutes
    assert only(*told, torrent()).eta is None
    assert only(*told, row(eta=NOW + minutes)).eta == NOW + minutes
    assert only(*told, row(QueueStatus.QUEUED, eta=NOW + minutes)).eta is None
    rows = (episode_row(1, eta=NOW), episode_row(2, eta=NOW + minutes, download_id=OTHER_HASH))
    loaded = episode(1, 3, loaded=True)
    found = only(*STACK, series_request(), series(episode(1, 1), episode(1, 2), loaded), *rows)
    assert found.eta == NOW + minutes


def test_downloads_in_the_order_of_their_grabs() -> None:
    """Oldest first, those of unknown time last; the one in flight is the current one."""
    first = event(HistoryKind.GRABBED, ago(hours=5))
    failed = event(HistoryKind.FAILED, ago(hours=4))
    found = only(*STACK, request(), film(), row(download_id=OTHER_HASH, added=ago(hours=1)), first, failed)
    assert [one.download_id for one in found.downloads] == [HASH.lower(), OTHER_HASH.lower()]
    assert found.current
    assert found.current.download_id == OTHER_HASH.lower()
    found = only(*STACK, request(), film(), first, failed, row(download_id=None))
    assert [one.download_id for one in found.downloads] == [HASH.lower(), None]
    over = only(*STACK, request(), film(), first, failed)
    assert over.current is over.downloads[0]
    assert only(*STACK, request(), film()).current is None
    told = over.downloads[0]
    assert (told.size, told.left, told.release) == (0, 0, "The.Matrix.1999.1080p-GRP")


def test_wants() -> None:
    """The sources learn what to ask for, and what must be kept."""
    (want,) = look(*STACK, request(), title(), film(file=FILE)).wants
    assert (want.media_type, want.tmdb_id, want.title, want.year) == (
        MediaType.MOVIE,
        FILM,
        "The Matrix",
        1999,
    )
    assert (want.source, want.media_id, want.handed_over, want.in_flight) == ("radarr", 10, True, True)
    assert (want.files, want.items, want.ids, want.anime) == ((FILE,), (), ("tmdb_movie:603",), False)
    (want,) = look(*SHOWN).wants
    assert (want.finished, want.files, want.items, want.in_flight) == (True, (), ("m1",), False)
    (want,) = look(*STACK, request(status=RequestStatus.PENDING)).wants
    assert (want.handed_over, want.anime, want.source) == (False, None, "radarr")
    one, two = episode(1, 1, loaded=True), episode(1, 2, loaded=True)
    told = (*STACK, series_request(), series(one, two), series_item(), episode_item(1))
    (want,) = look(*told).wants
    assert (want.files, want.items, want.seasons) == ((episode_file(1, 2),), ("e1x1", "s1"), (1,))


def test_wants_name_the_replaced_file() -> None:
    """An upgrade imported while Home Assistant was off: what the library still shows is the replaced file."""
    old = replace(FILE, path=f"{FILE.path}.old.mkv", size=GB)
    imports = [
        event(HistoryKind.IMPORTED, ago(minutes=10), file=old),
        event(HistoryKind.IMPORTED, ago(minutes=1), file=FILE),
    ]
    (want,) = look(*STACK, request(), film(file=FILE), *imports).wants
    assert want.files == (FILE, old)


def test_wants_name_shokos_ids() -> None:
    """All ids of a file found in Shoko are looked for in Jellyfin."""
    shoko = shoko_file(5, FILE, *ids((IdKind.ANIDB_ANIME, 11829)))
    (want,) = look(*ANIME_STACK, request(), title(anime=True), film(file=FILE), shoko).wants
    assert want.ids == ("anidb_anime:11829", "shoko_file:5", "tmdb_movie:603")
    assert want.anime is True
