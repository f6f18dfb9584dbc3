"""Proof that something can be watched: by ids, by the very file, by number where numbers mean the same."""

from dataclasses import replace

import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind, ItemKind, MediaStatus, Service
from custom_components.status_tracker.pipeline.evidence.base import ServiceEvidence
from custom_components.status_tracker.pipeline.evidence.library import ItemFile, LibraryEvidence
from custom_components.status_tracker.pipeline.file_match import is_file_of, is_only_other, same_file
from custom_components.status_tracker.pipeline.ids import IdKind
from custom_components.status_tracker.pipeline.requests import Stage

from .builders.arr import episode, episode_file, event, film, film_4k, film_file, series
from .builders.downloads import GB, episode_row
from .builders.evaluation import look, only, settled
from .builders.library import episode_item, film_item, ids, item, plays, series_item
from .builders.requests import FILM, SHOW, request, request_4k, series_request, title
from .builders.services import FOURK_STACK, JELLYFIN, RADARR_4K, SEERR, SHOKO, STACK
from .builders.shoko import shoko_file, vfs_item
from .builders.times import ago

HD = film_file()
UHD = film_file("/movies4k/The Matrix (1999)/The Matrix (1999).mkv", 50 * GB)


@pytest.mark.parametrize(
    ("named", "stage"),
    [
        (ids((IdKind.TMDB_MOVIE, FILM)), Stage.AVAILABLE),
        (ids((IdKind.IMDB, "TT0133093")), Stage.AVAILABLE),
        (ids((IdKind.TMDB_MOVIE, 1)), Stage.IMPORTING),
        (ids((IdKind.TMDB_SHOW, FILM)), Stage.IMPORTING),
        (ids((IdKind.TMDB_EPISODE, FILM)), Stage.IMPORTING),
        ((), Stage.IMPORTING),
    ],
)
def test_film_by_its_ids(named: tuple[str, ...], stage: Stage) -> None:
    """TMDB's or IMDb's id of the film proves it; a show's number or a like title does not."""
    told = (*STACK, request(imdb_id="tt0133093"), title(), film(file=HD), item(ids=named))
    assert only(*told).stage is stage


def test_film_by_its_file() -> None:
    """Without any id the very file proves it, through whatever mount; another size or folder does not."""
    told = (*STACK, request(), film(file=HD))
    assert only(*told, item(files=plays(HD))).stage is Stage.AVAILABLE
    assert only(*told, item(files=plays(HD, sized=False))).stage is Stage.AVAILABLE
    assert only(*told, item(files=(ItemFile(path=f"/media{HD.path}", size=1),))).stage is Stage.IMPORTING
    elsewhere = (ItemFile(path="/media/Another/The Matrix (1999).mkv"),)
    assert only(*told, item(files=elsewhere)).stage is Stage.IMPORTING
    windows = (ItemFile(path="M:\\FILMS\\The Matrix (1999)\\The Matrix (1999).MKV"),)
    assert only(*told, item(files=windows)).stage is Stage.AVAILABLE


def test_link_of_what_proves_it() -> None:
    """The link leads to the film, of a series to the series, of a lone episode's show to the episode."""
    assert only(*STACK, request(), film_item()).jellyfin_url == "https://jellyfin.example/m1"
    assert only(*STACK, request()).jellyfin_url is None
    told = (*STACK, series_request(), series(episode()), episode_item(1))
    assert only(*told, series_item()).jellyfin_url == "https://jellyfin.example/s1"
    assert only(*told, series_item(url=None)).jellyfin_url == "https://jellyfin.example/e1x1"


def test_episode_by_its_own_id() -> None:
    """An episode's TVDB id proves it wherever Jellyfin counts it."""
    odd = item("e9", ItemKind.EPISODE, ids=ids((IdKind.TVDB_EPISODE, 1001)), season=9, number=9)
    assert only(*STACK, series_request(), series(episode()), odd).stage is Stage.AVAILABLE


def test_episode_by_its_number() -> None:
    """Season and number prove it under the request's series alone."""
    told = (*STACK, series_request(), series(episode()))
    assert only(*told, series_item(), episode_item(1)).stage is Stage.AVAILABLE
    assert (
        only(*told, series_item(ids=ids((IdKind.TMDB_SHOW, SHOW))), episode_item(1)).stage is Stage.AVAILABLE
    )
    assert only(*told, series_item(ids=ids((IdKind.TVDB_SHOW, 9))), episode_item(1)).stage is Stage.APPROVED
    assert only(*told, series_item(), episode_item(1, season=2)).stage is Stage.APPROVED
    assert only(*told, series_item(), replace(episode_item(1), number=None)).stage is Stage.APPROVED
    assert only(*told, series_item(), episode_item(1, virtual=True)).stage is Stage.APPROVED
    assert only(*told, series_item(), episode_item(1, series_id="s2")).stage is Stage.APPROVED


def test_episode_by_its_file() -> None:
    """An episode of a series without ids is proved by its file."""
    shown = episode_item(7, series_id="s7", files=plays(episode_file(1, 1)))
    assert only(*STACK, series_request(), series(episode(loaded=True)), shown).stage is Stage.AVAILABLE


def test_4k_by_its_own_file_alone() -> None:
    """The HD copy has the film's ids, and is not what was asked for."""
    told = (*FOURK_STACK, request_4k(), film(file=HD), film_4k(file=UHD))
    assert only(*told, film_item(files=plays(HD))).stage is Stage.IMPORTING
    assert only(*told, film_item()).stage is Stage.IMPORTING
    assert only(*told, film_item(files=plays(UHD))).stage is Stage.AVAILABLE
    # Both as versions of one item.
    assert only(*told, film_item(files=plays(HD, UHD))).stage is Stage.AVAILABLE
    bare = (*FOURK_STACK, request_4k(), film_4k())
    assert only(*bare, film_item(files=plays(HD))).stage is Stage.APPROVED


def test_hd_not_by_the_4k_copy() -> None:
    """An item that plays nothing but the 4K file does not prove the HD request."""
    told = (*FOURK_STACK, request(), film_4k(file=UHD))
    assert only(*told, film(file=HD), film_item(files=plays(UHD))).stage is Stage.IMPORTING
    assert only(*told, film(), film_item(files=plays(UHD))).stage is Stage.APPROVED
    assert only(*told, film(file=HD), film_item(files=plays(UHD, HD))).stage is Stage.AVAILABLE
    assert only(*told, film(file=HD), film_item(files=plays(HD))).stage is Stage.AVAILABLE


def test_hd_not_by_a_copy_whose_4k_radarr_is_unread() -> None:
    """While the Radarr for 4K has not told what it has, a copy that may be its own proves nothing."""
    told = (*FOURK_STACK, request(), film())
    other = film_file("/other/The Matrix (1999)/The Matrix (1999).mkv", 50 * GB)
    copy = film_item(files=plays(other))
    (want,) = look(*told, copy).wants
    assert (only(*told, copy).stage, want.contested) == (Stage.APPROVED, True)
    assert only(*told, film_4k(file=other), copy).stage is Stage.APPROVED
    # Once it has told that the copy is not its own, it is the one asked for.
    absent = film_4k(movie_id=-FILM, gone=True)
    for known in (film_4k(), film_4k(gone=True), absent):
        assert only(*told, known, copy).stage is Stage.AVAILABLE
    # An item from a webhook, without paths, can be any of the copies.
    assert only(*told, film_4k(file=other), film_item()).stage is Stage.APPROVED
    # What it told before the copy was read, or by a webhook without files, says nothing of the copy.
    for early in (ago(days=1), None):
        assert only(*told, replace(film_4k(), read_at=early), copy).stage is Stage.APPROVED
        assert only(*told, replace(absent, read_at=early), copy).stage is Stage.APPROVED
    down = replace(RADARR_4K, ok=False)
    found = only(*STACK, down, request(), film(file=HD), copy)
    assert (found.stage, found.verdict.blind) == (Stage.IMPORTING, ("Radarr 4K",))


def test_4k_not_by_a_copy_whose_radarr_is_unread() -> None:
    """The mirror case: without sizes, the HD copy of the same name passes for the file of the 4K instance."""
    told = (*FOURK_STACK, request_4k(), film_4k(file=UHD))
    assert only(*told, film_item(files=plays(HD, sized=False))).stage is Stage.IMPORTING
    assert only(*told, film(file=HD), film_item(files=plays(HD, sized=False))).stage is Stage.IMPORTING
    assert only(*told, film_item(files=plays(UHD))).stage is Stage.AVAILABLE
    assert only(*told, film_item(files=plays(UHD, sized=False))).stage is Stage.AVAILABLE
    elsewhere = film_item(files=(ItemFile(path="/4k/The Matrix (1999)/The Matrix (1999).mkv"),))
    assert only(*told, elsewhere).stage is Stage.AVAILABLE
    (want,) = look(*told, film_item(files=(ItemFile(path="/media/another/The Matrix.mkv"),))).wants
    assert not want.contested  # no answer of Radarr would make it the file


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("/media/films/The Matrix (1999) WEBDL-1080p.mkv", Stage.AVAILABLE),
        ("/media/films/The Matrix (1999) [2160p].mkv", Stage.APPROVED),
        ("/media/films-4K/The Matrix (1999).mkv", Stage.APPROVED),
        ("/media/films4k/The Matrix (1999) 1080p.mkv", Stage.APPROVED),
        ("/media/films/14k 1080p.mkv", Stage.AVAILABLE),
        ("/media/films-4K/The Matrix (1999) 1080p.mkv", Stage.APPROVED),
    ],
)
def test_definition_named_by_the_path(path: str, stage: Stage) -> None:
    """With the Radarr for 4K down, the path of a copy can tell that it is HD."""
    told = (*STACK, replace(RADARR_4K, ok=False), request(), film())
    assert only(*told, film_item(files=(ItemFile(path=path),))).stage is stage


def test_what_is_available_needs_no_other_instance() -> None:
    """After an update the other instance has not told anything; what was available stays so."""
    memory = settled()
    told = (*STACK, request(), film(), film_item())
    assert only(*told, memory=memory).stage is Stage.AVAILABLE
    found = look(*told, RADARR_4K, memory=memory)
    assert [one.stage for one in found.tracked.values()] == [Stage.AVAILABLE]
    assert [want.contested for want in found.wants] == [True]


def test_episodes_not_by_copies_whose_4k_sonarr_is_unread() -> None:
    """The other Sonarr has told of a season when it lists its episodes, or says that it lacks it."""
    told = (*FOURK_STACK, series_request(), series(episode()), series_item(), episode_item(1))
    other = {"source": "sonarr4k", "series_id": 31}
    assert only(*told).stage is Stage.APPROVED
    assert only(*told, series(**other)).stage is Stage.APPROVED
    for known in (series(episode(), **other), series(seasons=(2,), **other), series(gone=True, **other)):
        assert only(*told, known).stage is Stage.AVAILABLE


@pytest.mark.parametrize("number", [1, 2])
def test_same_name_in_both_roots(number: int) -> None:
    """Where Jellyfin tells no sizes the longer common tail tells HD and 4K of the same name apart."""
    told = (*FOURK_STACK, request(1), request_4k(2), film(file=HD), film_4k(file=UHD))
    shown = film_item(files=plays((HD, UHD)[number - 1], sized=False))
    found = only(*(one for one in told if getattr(one, "request_id", number) == number), shown)
    other = film_item(files=plays((UHD, HD)[number - 1], sized=False))
    missed = only(*(one for one in told if getattr(one, "request_id", number) == number), other)
    assert (found.stage, missed.stage) == (Stage.AVAILABLE, Stage.IMPORTING)


def test_4k_series() -> None:
    """An episode in 4K is proved by the 4K instance's file, not by its number."""
    uhd = replace(episode_file(1, 1), path="/tv4k/Game of Thrones/Season 1/E01 2160p.mkv", size=9 * GB)
    told = (
        *FOURK_STACK,
        series_request(1, is_4k=True, service_id=1, external_id=31),
        series(episode(loaded=True)),
        series(episode(file=uhd), source="sonarr4k", series_id=31),
        series_item(),
    )
    assert only(*told, episode_item(1, files=plays(episode_file(1, 1)))).stage is Stage.IMPORTING
    assert only(*told, episode_item(1, files=plays(uhd))).stage is Stage.AVAILABLE


def test_4k_where_only_seerr_knows() -> None:
    """Without the 4K instance Seerr's word for its file counts, and the item must not be HD's alone."""
    there = request_4k(media_status=MediaStatus.AVAILABLE)
    assert only(*STACK, there, film(), film_item()).stage is Stage.AVAILABLE
    assert only(*STACK, there, film_item()).stage is Stage.IMPORTING  # Radarr has not told of its file yet
    assert only(*STACK, there).stage is Stage.IMPORTING
    assert only(*STACK, there, film(file=HD), film_item(files=plays(HD))).stage is Stage.IMPORTING
    assert only(*STACK, request_4k(), film_item()).stage is Stage.APPROVED


def test_4k_anime_by_its_shoko_file() -> None:
    """In Shokofin's folders HD and 4K of an episode share all but the file's id."""
    shoko_hd, shoko_uhd = (
        shoko_file(number, file, *ids((IdKind.SHOKO_EPISODE, 9))) for number, file in ((1, HD), (2, UHD))
    )
    told = (*FOURK_STACK, SHOKO, film(file=HD), film_4k(file=UHD), shoko_hd, shoko_uhd)
    hd_item = vfs_item(1, "hd", *ids((IdKind.SHOKO_EPISODE, 9)), kind=ItemKind.MOVIE)
    uhd_item = vfs_item(2, "uhd", *ids((IdKind.SHOKO_EPISODE, 9)), kind=ItemKind.MOVIE)
    merged = replace(hd_item, ids=(*hd_item.ids, *ids((IdKind.SHOKO_FILE, 2))))
    for asked, own, other in ((request(), hd_item, uhd_item), (request_4k(), uhd_item, hd_item)):
        assert only(*told, asked, own).stage is Stage.AVAILABLE
        assert only(*told, asked, other).stage is Stage.ANIME_MATCHING
        assert only(*told, asked, merged).stage is Stage.AVAILABLE


def test_upgrade_before_the_library_noticed() -> None:
    """While Jellyfin still shows the file before an upgrade, a 4K film stays available."""
    better = film_file("/movies4k/The Matrix (1999)/The Matrix Remux.mkv", 80 * GB)
    imported = event(HistoryKind.IMPORTED, source="radarr4k", media_id=20, file=UHD)
    told = (*FOURK_STACK, request_4k(), imported, film_item(files=plays(UHD)))
    assert only(*told, film_4k(file=better)).stage is Stage.AVAILABLE
    assert only(*told, film_4k()).stage is Stage.APPROVED


def test_other_items_do_not_count() -> None:
    """Someone else's film in the same library proves nothing."""
    assert only(*STACK, request(), film(file=HD), film_item(ids=("tmdb_movie:9",))).stage is Stage.IMPORTING


def test_same_file() -> None:
    """Two parts of the path at least, and no contradiction in size."""
    assert same_file(plays(HD)[0], HD) > same_file(plays(HD, sized=False)[0], HD) >= 2
    assert same_file(ItemFile(path="/elsewhere/The Matrix (1999).mkv"), HD) == 0
    assert same_file(ItemFile(path=HD.path, size=HD.size + 1), HD) == 0
    both = film_item(files=plays(HD, UHD))
    assert is_file_of(both, (HD,), (UHD,))
    assert is_file_of(both, (UHD,), (HD,))
    assert not is_file_of(both, (), (UHD,))
    assert is_only_other(film_item(files=plays(UHD)), (HD,), (UHD,))
    assert not is_only_other(both, (HD,), (UHD,))
    assert not is_only_other(film_item(), (HD,), (UHD,))


def test_video_extra_is_playable() -> None:
    """A film may be an extra of something else."""
    extra = item("v1", ItemKind.VIDEO, files=plays(HD))
    assert only(*STACK, request(), film(file=HD), extra).stage is Stage.AVAILABLE


def test_two_jellyfins() -> None:
    """Either of two libraries is enough."""
    second = ServiceEvidence(source="jellyfin2", service=Service.JELLYFIN, name="Upstairs")
    told = (SEERR, JELLYFIN, second, request())
    assert only(*told, film_item(source="jellyfin2")).stage is Stage.AVAILABLE


def test_a_name_in_another_normal_form() -> None:
    """A Mac's disk tells names decomposed; they are the same names."""
    composed = film_file("/movies/Sh\u014dgun (1980)/Sh\u014dgun (1980).mkv")
    decomposed = film_file("/movies/Sho\u0304gun (1980)/SHO\u0304GUN (1980).mkv")
    found = item("m1", files=plays(decomposed))
    assert is_file_of(found, (composed,), ())
    tracked = only(*STACK, request(), film(file=composed, has_file=True), found)
    assert tracked.stage is Stage.AVAILABLE


@pytest.mark.parametrize(
    ("played", "stage"),
    [
        ("/media/movies4k/The Matrix (1999)", Stage.AVAILABLE),
        ("/media/movies4k/The Matrix (1999)/BDMV", Stage.AVAILABLE),
        ("/media/movies/The Matrix (1999)", Stage.IMPORTING),
        ("/media/The Matrix (1999)", Stage.IMPORTING),
        ("/media/movies4k", Stage.IMPORTING),
        ("/media/movies4k/The Matrix Reloaded (2003)", Stage.IMPORTING),
    ],
)
def test_a_folder_is_the_film(played: str, stage: Stage) -> None:
    """Jellyfin plays a disc's folder, the *arr's file lies in it: two parts of the path must agree."""
    file = film_file("/movies4k/The Matrix (1999)/BDMV/STREAM/00012.m2ts", 50 * GB)
    disc = film_item(files=(ItemFile(path=played),))
    tracked = only(*FOURK_STACK, request_4k(), film_4k(file=file, has_file=True), disc)
    assert tracked.stage is stage


LOADED_3, LOADING_7 = episode(1, 3, loaded=True), episode(1, 7)
FILE_3 = episode_file(1, 3)


def stages_of(*items: LibraryEvidence) -> dict[int | None, Stage]:
    """Return the stages of a third episode that is loaded and a seventh that is loading."""
    show = series(LOADED_3, LOADING_7)
    tracked = only(*STACK, series_request(), show, episode_row(7), series_item(), *items)
    return {unit.number: unit.stage for unit in tracked.units}


@pytest.mark.parametrize("own", [(), ids((IdKind.TVDB_EPISODE, LOADING_7.tvdb_id or 0))])
def test_the_file_of_another_episode_proves_that_one(own: tuple[str, ...]) -> None:
    """Numbers and ids (DVD order, a misread name) never outweigh what an item's file is."""
    misread = episode_item(7, files=plays(FILE_3), ids=own)
    assert stages_of(misread) == {3: Stage.AVAILABLE, 7: Stage.DOWNLOADING}


def test_a_file_with_two_episodes_proves_both() -> None:
    """An item whose numbers span both episodes is both."""
    both = episode_item(3, number_end=7, files=plays(FILE_3))
    assert stages_of(both) == {3: Stage.AVAILABLE, 7: Stage.AVAILABLE}


def test_a_file_that_nobody_knows_keeps_its_number() -> None:
    """A file that no *arr has imported says nothing against the item's number."""
    copied = episode_item(7, files=(ItemFile(path="/media/tv/Game of Thrones/extra.mkv"),))
    assert stages_of(copied)[7] is Stage.AVAILABLE


def test_an_item_with_the_id_of_another_episode_does_not_prove_by_number() -> None:
    """The item's own id names another wanted episode."""
    named = episode_item(7, ids=ids((IdKind.TVDB_EPISODE, LOADED_3.tvdb_id or 0)))
    assert stages_of(named) == {3: Stage.AVAILABLE, 7: Stage.DOWNLOADING}
    right = replace(episode_item(7, ids=ids((IdKind.TVDB_EPISODE, LOADING_7.tvdb_id or 0))), item_id="z")
    assert stages_of(named, right)[7] is Stage.AVAILABLE


def test_anime_not_by_another_file_of_its_episode() -> None:
    """With two Radarrs, an item that Shoko and its Radarr have lost can be the 4K copy, not yet removed."""
    own = shoko_file(5, HD, *ids((IdKind.SHOKO_EPISODE, 601)))
    told = (request(), title(anime=True), film(file=HD), own)
    left = item(ids=ids((IdKind.SHOKO_FILE, 9), (IdKind.SHOKO_EPISODE, 601)))
    gone = film_4k(gone=True)
    assert only(*FOURK_STACK, SHOKO, *told, gone, left).stage is Stage.ANIME_MATCHING
    assert only(*STACK, SHOKO, *told, left).stage is Stage.AVAILABLE
    shown = item(ids=ids((IdKind.SHOKO_FILE, 5), (IdKind.SHOKO_EPISODE, 601)))
    assert only(*FOURK_STACK, SHOKO, *told, gone, shown).stage is Stage.AVAILABLE


def test_anime_not_by_another_file_of_its_anidb_episode() -> None:
    """Neither does the AniDB episode that both copies have prove the one that is not shown yet."""
    episode = ((IdKind.SHOKO_EPISODE, 601), (IdKind.ANIDB_EPISODE, 185881))
    own = shoko_file(305, HD, *ids(*episode))
    told = (request(), title(anime=True), film(file=HD), film_4k(file=UHD), own)
    linked = (ItemFile(path="/vfs/The Matrix/The Matrix [Shoko File=301].mkv", size=UHD.size),)
    other = item(ids=ids((IdKind.SHOKO_FILE, 301), *episode), files=linked)
    assert only(*FOURK_STACK, SHOKO, *told, other).stage is Stage.ANIME_MATCHING
    shown = item(ids=ids((IdKind.SHOKO_FILE, 305), *episode))
    assert only(*FOURK_STACK, SHOKO, *told, shown).stage is Stage.AVAILABLE
