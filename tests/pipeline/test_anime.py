"""Anime: the file is what all share. Each case of the real world, by its real ids."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind, ItemKind, MediaStatus
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase
from custom_components.status_tracker.pipeline.evidence.library import ItemFile
from custom_components.status_tracker.pipeline.ids import IdKind
from custom_components.status_tracker.pipeline.requests import Hint, Reason, Stage

from .anime_titles import (
    DREAMING_GIRL,
    FRIEREN,
    FRIEREN_ANIDB,
    JUJUTSU_0,
    KNAPSACK_KID,
    MUGEN_ARC,
    MUGEN_FILM,
    MUGEN_SERIES,
    ONE_PUNCH_MAN,
    OPM_S3_ANIDB,
    OPM_WRONG_TMDB,
    SPY_COURS,
    SPY_X_FAMILY,
    YOUR_NAME,
    AnimeFilm,
)
from .builders.arr import event
from .builders.downloads import GB
from .builders.evaluation import look, only, settled
from .builders.library import ids, item, plays
from .builders.services import ANIME_STACK, JELLYFIN, SEERR, SHOKO, STACK
from .builders.shoko import vfs_item
from .builders.times import NOW

FILMS = (YOUR_NAME, DREAMING_GIRL, KNAPSACK_KID, JUJUTSU_0, MUGEN_FILM)


def asked(film: AnimeFilm, number: int = 1, *, loaded: bool = True) -> tuple[EvidenceBase, ...]:
    """Return a film asked for and imported."""
    return film.request(number), film.title(), film.in_radarr(loaded=loaded)


@pytest.mark.parametrize("film", FILMS, ids=lambda film: film.name)
def test_film_by_its_shoko_file(film: AnimeFilm) -> None:
    """A film in a films' library carries Shoko's ids alone, and is proved by its file."""
    told = (*ANIME_STACK, *asked(film))
    assert only(*told).stage is Stage.ANIME_MATCHING
    assert only(*told, film.in_shoko(5)).stage is Stage.ANIME_MATCHING
    shown = vfs_item(5, "m5", kind=ItemKind.MOVIE)
    found = only(*told, film.in_shoko(5), shown)
    assert found.stage is Stage.AVAILABLE
    assert {f"anidb_anime:{film.anidb}", f"tmdb_movie:{film.tmdb}", f"imdb:{film.imdb}"} <= {*found.ids}


@pytest.mark.parametrize("film", [DREAMING_GIRL, JUJUTSU_0, KNAPSACK_KID], ids=lambda film: film.name)
def test_film_shown_as_an_episode_of_season_0(film: AnimeFilm) -> None:
    """TVDB and Shokofin file the film as a special of the series: an Episode will do as well."""
    special = vfs_item(5, "e5", season=0, number=6, name=film.name)
    found = only(*ANIME_STACK, *asked(film), film.in_shoko(5), special)
    assert (found.stage, found.jellyfin_url) == (Stage.AVAILABLE, "https://jellyfin.example/e5")


def test_film_filed_as_tv_special_or_extra() -> None:
    """Shoko calls it a TV special, Shokofin shows it as an extra: a Video proves it too."""
    extra = vfs_item(5, "v5", kind=ItemKind.VIDEO, series_id="s1")
    assert only(*ANIME_STACK, *asked(KNAPSACK_KID), KNAPSACK_KID.in_shoko(5), extra).stage is Stage.AVAILABLE


def test_film_and_season_of_the_same_story() -> None:
    """Mugen Train the film and Mugen Train the season: near-equal titles, neither is the other."""
    film_request = asked(MUGEN_FILM, 1)
    show_request = (
        MUGEN_SERIES.request(2, 2),
        MUGEN_SERIES.title(),
        MUGEN_SERIES.in_sonarr(MUGEN_SERIES.episode(2, 1)),
    )
    links = ids((IdKind.TMDB_SHOW, 85937), (IdKind.TVDB_SHOW, 348545))
    shoko_film = MUGEN_FILM.in_shoko(5, *ids((IdKind.TMDB_MOVIE, 635302)))
    shoko_show = MUGEN_SERIES.in_shoko(6, 2, 1, MUGEN_ARC, *links)
    told = (*ANIME_STACK, *film_request, *show_request, shoko_film, shoko_show)
    special = vfs_item(5, "film", season=0, number=1, name="Mugen Train")
    season = vfs_item(6, "show", season=1, number=1, name="Mugen Train")
    stages = lambda *shown: [one.stage for _, one in sorted(look(*told, *shown).tracked.items())]  # noqa: E731  short
    assert stages(special) == [Stage.AVAILABLE, Stage.ANIME_MATCHING]
    assert stages(season) == [Stage.ANIME_MATCHING, Stage.AVAILABLE]
    assert stages(special, season) == [Stage.AVAILABLE, Stage.AVAILABLE]


def test_film_inside_a_requested_series() -> None:
    """Two films of one franchise: each by its own file, though Shoko files both under one series."""
    told = (*ANIME_STACK, *asked(DREAMING_GIRL, 1), *asked(replace(KNAPSACK_KID, radarr=501), 2))
    same = ids((IdKind.SHOKO_SERIES, 345), (IdKind.TMDB_MOVIE, 572154), (IdKind.TMDB_MOVIE, 1086591))
    files = (DREAMING_GIRL.in_shoko(5, *same), KNAPSACK_KID.in_shoko(6, *same))
    found = look(*told, *files, vfs_item(5, "first", *same, kind=ItemKind.MOVIE)).tracked
    assert [found[number].stage for number in (1, 2)] == [Stage.AVAILABLE, Stage.ANIME_MATCHING]


def test_series_with_anidb_ids_only() -> None:
    """By default Shokofin gives no TMDB or TVDB id: AniDB's id of the episode proves it."""
    told = (*ANIME_STACK, FRIEREN.request(), FRIEREN.title(), FRIEREN.in_sonarr(FRIEREN.episode(1, 1)))
    shoko = FRIEREN.in_shoko(5, 1, 1, FRIEREN_ANIDB[0])
    show = item("s1", ItemKind.SERIES, name="Sousou no Frieren", ids=ids((IdKind.ANIDB_ANIME, 17617)))
    plain = item(
        "e1", ItemKind.EPISODE, ids=ids((IdKind.ANIDB_EPISODE, 500)), series_id="s1", season=1, number=1
    )
    assert only(*told, shoko, show).stage is Stage.ANIME_MATCHING
    assert only(*told, shoko, show, plain).stage is Stage.AVAILABLE
    other = replace(plain, ids=ids((IdKind.ANIDB_EPISODE, 501)))
    assert only(*told, shoko, show, other).stage is Stage.ANIME_MATCHING


def test_film_with_anidbs_id_only() -> None:
    """Of a Movie AniDB's id is the film's; of an Episode it would be another thing."""
    told = (*ANIME_STACK, *asked(YOUR_NAME), YOUR_NAME.in_shoko(5))
    shown = item("m", ids=ids((IdKind.ANIDB_ANIME, 11829)))
    assert only(*told, shown).stage is Stage.AVAILABLE
    assert only(*told, replace(shown, kind=ItemKind.EPISODE)).stage is Stage.ANIME_MATCHING
    # One AniDB entry, several films: the item of another file is another film.
    part = vfs_item(6, "m6", *ids((IdKind.ANIDB_ANIME, 11829)), kind=ItemKind.MOVIE)
    assert only(*told, part).stage is Stage.ANIME_MATCHING


def test_no_tmdb_link_in_shoko() -> None:
    """A new entry is linked nowhere: the path is enough. Linked later, nothing changes."""
    bare = replace(YOUR_NAME.in_shoko(5), ids=ids((IdKind.SHOKO_FILE, 5), (IdKind.SHOKO_EPISODE, 50)))
    shown = vfs_item(5, "m5", kind=ItemKind.MOVIE)
    told = (*ANIME_STACK, *asked(YOUR_NAME), shown)
    assert only(*told, bare).stage is Stage.AVAILABLE
    linked = replace(bare, ids=(*bare.ids, *ids((IdKind.TMDB_MOVIE, 372058))))
    assert only(*told, linked).stage is Stage.AVAILABLE


def test_two_wrong_tmdb_links() -> None:
    """Linked to two shows, one of them not its own: the file decides for both requests."""
    wrong = replace(FRIEREN, name="Another Show", tmdb=OPM_WRONG_TMDB, tvdb=999001, sonarr=701)
    links = ids((IdKind.TMDB_SHOW, 63926), (IdKind.TMDB_SHOW, OPM_WRONG_TMDB))
    told = (
        *ANIME_STACK,
        ONE_PUNCH_MAN.request(1, 3),
        ONE_PUNCH_MAN.title(),
        ONE_PUNCH_MAN.in_sonarr(ONE_PUNCH_MAN.episode(3, 1)),
        wrong.request(2),
        wrong.title(),
        wrong.in_sonarr(wrong.episode(1, 1)),
        ONE_PUNCH_MAN.in_shoko(5, 3, 1, OPM_S3_ANIDB, *links),
    )
    show = item("s1", ItemKind.SERIES, ids=links)
    shown = vfs_item(5, "e5", *ids((IdKind.ANIDB_EPISODE, 500)), season=1, number=1)
    found = look(*told, show, shown).tracked
    assert [found[number].stage for number in (1, 2)] == [Stage.AVAILABLE, Stage.ANIME_MATCHING]
    # The wrong show's own file is known and not it, so even a wrong TMDB id at the item does not count.
    film_a, film_b = YOUR_NAME, replace(JUJUTSU_0, radarr=501)
    both = ids((IdKind.TMDB_MOVIE, film_a.tmdb), (IdKind.TMDB_MOVIE, film_b.tmdb))
    told = (*ANIME_STACK, *asked(film_a, 1), *asked(film_b, 2), film_a.in_shoko(5, *both), film_b.in_shoko(6))
    found = look(*told, vfs_item(5, "m5", *both, kind=ItemKind.MOVIE)).tracked
    assert [found[number].stage for number in (1, 2)] == [Stage.AVAILABLE, Stage.ANIME_MATCHING]


def split_cour(shown: range) -> tuple[EvidenceBase, ...]:
    """Return a season of 24 that AniDB counts as two entries of 12, and what Jellyfin shows of it."""
    pieces: list[EvidenceBase] = [SPY_X_FAMILY.request(), SPY_X_FAMILY.title()]
    pieces.append(SPY_X_FAMILY.in_sonarr(*(SPY_X_FAMILY.episode(1, number) for number in range(1, 25))))
    for number in range(1, 25):
        cour, part = divmod(number - 1, 12)
        pieces.append(SPY_X_FAMILY.in_shoko(number, 1, number, SPY_COURS[cour]))
        if number in shown:
            pieces.append(vfs_item(number, f"e{number}", series_id=f"s{cour}", season=1, number=part + 1))
    return tuple(pieces)


def test_split_cour() -> None:
    """One TVDB season is two AniDB series: it is ready when both are, counted by files."""
    first = only(*ANIME_STACK, *split_cour(range(1, 13)))
    assert (first.stage, first.episodes_available, first.episodes_total) == (Stage.ANIME_MATCHING, 12, 24)
    second = only(*ANIME_STACK, *split_cour(range(13, 25)))
    assert (second.stage, second.episodes_available) == (Stage.ANIME_MATCHING, 12)
    whole = only(*ANIME_STACK, *split_cour(range(1, 25)))
    assert (whole.stage, whole.episodes_available) == (Stage.AVAILABLE, 24)


def test_never_by_season_and_number() -> None:
    """The second cour's first episode is S01E01 in Jellyfin, and not TVDB's S01E01."""
    told = (*ANIME_STACK, SPY_X_FAMILY.request(), SPY_X_FAMILY.title())
    sonarr = SPY_X_FAMILY.in_sonarr(SPY_X_FAMILY.episode(1, 1))
    shoko = SPY_X_FAMILY.in_shoko(1, 1, 1, SPY_COURS[0])
    show = item("s1", ItemKind.SERIES, name="Spy x Family", ids=ids((IdKind.TVDB_SHOW, 405920)))
    second_cour = vfs_item(13, "e13", season=1, number=1)
    assert only(*told, sonarr, shoko, show, second_cour).stage is Stage.ANIME_MATCHING
    # Nor where nobody has said yet that it is anime: the item says whose numbers it has.
    nobody_says = (
        *STACK,
        SPY_X_FAMILY.request(),
        SPY_X_FAMILY.title(anime=False),
        replace(sonarr, anime=False),
    )
    assert only(*nobody_says, show, second_cour).stage is Stage.IMPORTING
    assert only(*nobody_says, SHOKO, show, second_cour).stage is Stage.IMPORTING
    plain = item("e1", ItemKind.EPISODE, series_id="s1", season=1, number=1)
    assert only(*told, sonarr, shoko, show, plain).stage is Stage.ANIME_MATCHING


def test_never_by_title() -> None:
    """The very title and year are a hint to show, and nothing more."""
    like = item(name=YOUR_NAME.name, year=YOUR_NAME.year)
    found = only(*STACK, *asked(YOUR_NAME), like)
    assert (found.stage, found.verdict.hint) == (Stage.IMPORTING, Hint.LIKE_TITLE)
    assert only(*ANIME_STACK, *asked(YOUR_NAME), like).stage is Stage.ANIME_MATCHING


def test_anime_without_a_shoko_is_an_ordinary_series() -> None:
    """Where Jellyfin reads TVDB itself, its numbers are Sonarr's."""
    told = (*STACK, SPY_X_FAMILY.request(), SPY_X_FAMILY.in_sonarr(SPY_X_FAMILY.episode(1, 1)))
    show = item("s1", ItemKind.SERIES, ids=ids((IdKind.TVDB_SHOW, 405920)))
    plain = item("e1", ItemKind.EPISODE, series_id="s1", season=1, number=1)
    assert only(*told, show, plain).stage is Stage.AVAILABLE


def test_file_renamed_by_shoko() -> None:
    """Shoko moved the file after the import: its former path, else its size and a shared id, tell."""
    renamed = ("Kimi no Na wa/[Group] Kimi no Na wa.mkv",)
    shown = vfs_item(5, "m5", kind=ItemKind.MOVIE)
    told = (*ANIME_STACK, *asked(YOUR_NAME), shown)
    shoko = YOUR_NAME.in_shoko(5)
    assert only(*told, replace(shoko, paths=(*renamed, *shoko.paths))).stage is Stage.AVAILABLE
    by_size = replace(YOUR_NAME.in_shoko(5, *ids((IdKind.TMDB_MOVIE, 372058))), paths=renamed)
    assert only(*told, by_size).stage is Stage.AVAILABLE
    assert only(*told, replace(by_size, size=1)).stage is Stage.ANIME_MATCHING
    twin = replace(by_size, file_id=6, ids=(*ids((IdKind.SHOKO_FILE, 6)), *by_size.ids[1:]))
    found = only(*ANIME_STACK, *asked(YOUR_NAME), by_size, twin)
    assert found.units[0].shoko == ()


def test_episodes_of_equal_size() -> None:
    """Files of one size are not told apart by it: what Shoko knows of one proves nothing for its twin."""
    twin = lambda one: replace(one, file=replace(one.file, size=GB))  # noqa: E731  short
    episodes = [twin(FRIEREN.episode(1, number)) for number in (1, 2)]
    links = ids((IdKind.TMDB_SHOW, 209867))
    shoko = replace(FRIEREN.in_shoko(6, 1, 2, FRIEREN_ANIDB[0], *links), size=GB)
    told = (*ANIME_STACK, FRIEREN.request(), FRIEREN.title(), FRIEREN.in_sonarr(*episodes), shoko)
    found = only(*told, vfs_item(6, "e6"))
    assert [[one.file_id for one in unit.shoko] for unit in found.units] == [[], [6]]
    assert (found.stage, found.episodes_available) == (Stage.ANIME_MATCHING, 1)


def test_renamed_episode_by_tvdbs_id() -> None:
    """Sonarr's TVDB id of the episode among Shoko's proves it without path or size."""
    episode = FRIEREN.episode(1, 1)
    link = ids((IdKind.TVDB_EPISODE, episode.tvdb_id or 0))
    shoko = replace(FRIEREN.in_shoko(5, 1, 1, FRIEREN_ANIDB[0], *link), paths=("x/y.mkv",), size=1)
    told = (*ANIME_STACK, FRIEREN.request(), FRIEREN.title(), shoko, vfs_item(5, "e5"))
    assert only(*told, FRIEREN.in_sonarr(episode)).stage is Stage.AVAILABLE
    assert only(*told, FRIEREN.in_sonarr(FRIEREN.episode(1, 1, loaded=False))).stage is Stage.APPROVED


def test_ids_null_until_the_series_is_created() -> None:
    """Matched, but Shoko has not made the series: the file is enough, and its ids may come later."""
    early = YOUR_NAME.in_shoko(5, series_pending=True)
    early = replace(early, ids=ids((IdKind.SHOKO_FILE, 5), (IdKind.ANIDB_ANIME, 11829)))
    told = (*ANIME_STACK, *asked(YOUR_NAME))
    found = only(*told, early)
    assert (found.stage, found.verdict.hint) == (Stage.ANIME_MATCHING, Hint.SHOKO_MATCHED)
    assert only(*told, early, vfs_item(5, "m5", kind=ItemKind.MOVIE)).stage is Stage.AVAILABLE
    later = YOUR_NAME.in_shoko(5)
    by_episode = item("m", ids=ids((IdKind.SHOKO_EPISODE, 50)))
    assert only(*told, later, by_episode).stage is Stage.AVAILABLE


def test_path_before_ids() -> None:
    """A new item has its path before its ids; outside Shokofin's folders the tail of it is enough."""
    shown = item("m5", files=plays(YOUR_NAME.file))
    told = (*ANIME_STACK, *asked(YOUR_NAME))
    assert only(*told, shown).stage is Stage.AVAILABLE
    assert only(*told, YOUR_NAME.in_shoko(5), shown).stage is Stage.AVAILABLE
    in_vfs = replace(shown, ids=ids((IdKind.SHOKO_FILE, 6)))
    assert only(*told, YOUR_NAME.in_shoko(5), in_vfs).stage is Stage.ANIME_MATCHING


def test_merged_versions() -> None:
    """Of duplicates merged into one item, any version's file or the episode proves it."""
    told = (*ANIME_STACK, *asked(YOUR_NAME), YOUR_NAME.in_shoko(5))
    first = vfs_item(4, "m4", *ids((IdKind.SHOKO_EPISODE, 50)), kind=ItemKind.MOVIE)
    assert only(*told, first).stage is Stage.AVAILABLE
    listed = vfs_item(4, "m4", *ids((IdKind.SHOKO_FILE, 5)), kind=ItemKind.MOVIE)
    assert only(*told, listed).stage is Stage.AVAILABLE
    assert only(*told, vfs_item(4, "m4", kind=ItemKind.MOVIE)).stage is Stage.ANIME_MATCHING
    assert only(*told, replace(first, virtual=True)).stage is Stage.ANIME_MATCHING


def test_season_pack_is_many_shoko_files() -> None:
    """A pack half matched is half ready, episode by episode."""
    episodes = [FRIEREN.episode(1, number) for number in (1, 2, 3)]
    told = (*ANIME_STACK, FRIEREN.request(), FRIEREN.title(), FRIEREN.in_sonarr(*episodes))
    shoko = [FRIEREN.in_shoko(number, 1, number, 17617, matched=number < 3) for number in (1, 2, 3)]
    found = only(*told, *shoko, vfs_item(1, "e1"))
    assert [unit.stage for unit in found.units] == [
        Stage.AVAILABLE,
        Stage.ANIME_MATCHING,
        Stage.ANIME_MATCHING,
    ]
    assert [[one.file_id for one in unit.shoko] for unit in found.units] == [[1], [2], [3]]
    assert found.episodes_available == 1


def test_tmdb_cuts_seasons_otherwise() -> None:
    """TVDB's second season goes on at TMDB's episode 29 of the first: files know no seasons."""
    told = (*ANIME_STACK, FRIEREN.request(1, 2), FRIEREN.title(), FRIEREN.in_sonarr(FRIEREN.episode(2, 1)))
    shoko = FRIEREN.in_shoko(29, 2, 1, FRIEREN_ANIDB[1], *ids((IdKind.TMDB_SHOW, 209867)))
    assert only(*told, shoko, vfs_item(29, "e29", season=1, number=29)).stage is Stage.AVAILABLE


def test_late_discovery() -> None:
    """Nothing marks it as anime; once Shoko recognizes the file, the request is handled as anime."""
    memory = settled()
    sonarr = FRIEREN.in_sonarr(FRIEREN.episode(1, 1), anime=False)
    told = (*ANIME_STACK, FRIEREN.request(), FRIEREN.title(anime=False), sonarr)
    found = only(*told, memory=memory)
    assert (found.stage, found.anime) == (Stage.IMPORTING, False)
    found = only(*told, FRIEREN.in_shoko(5, 1, 1, 17617, matched=False), memory=memory)
    assert found.stage is Stage.IMPORTING
    found = only(*told, FRIEREN.in_shoko(5, 1, 1, 17617), memory=memory)
    assert (found.stage, found.anime) == (Stage.ANIME_MATCHING, True)
    # Remembered, should Shoko forget it for a while.
    assert only(*told, memory=memory).stage is Stage.ANIME_MATCHING
    assert look(*told, memory=memory).wants[0].anime is True
    assert (
        only(*told, FRIEREN.in_shoko(5, 1, 1, 17617), vfs_item(5, "e5"), memory=memory).stage
        is Stage.AVAILABLE
    )


def test_already_in_the_library_by_tmdbs_id() -> None:
    """With TMDB ids switched on in Shokofin the film is there before Radarr has loaded anything."""
    shown = vfs_item(5, "m5", *ids((IdKind.TMDB_MOVIE, 372058)), kind=ItemKind.MOVIE)
    assert only(*ANIME_STACK, *asked(YOUR_NAME, loaded=False), shown).stage is Stage.AVAILABLE
    other = vfs_item(5, "m5", *ids((IdKind.TMDB_MOVIE, 810693)), kind=ItemKind.MOVIE)
    assert only(*ANIME_STACK, *asked(YOUR_NAME, loaded=False), other).stage is Stage.APPROVED


def test_without_radarr() -> None:
    """Where Seerr stands in for Radarr, Shoko's links to TMDB name the file."""
    told = (SEERR, JELLYFIN, SHOKO, YOUR_NAME.request(), YOUR_NAME.title())
    shoko = replace(YOUR_NAME.in_shoko(5, *ids((IdKind.TMDB_MOVIE, 372058))), paths=("x/y.mkv",))
    special = vfs_item(5, "e5", season=0, number=1)
    assert only(*told, shoko, special).stage is Stage.AVAILABLE
    assert only(*told, replace(shoko, matched=False), special).stage is Stage.APPROVED
    there = (*told[:3], replace(YOUR_NAME.request(), media_status=MediaStatus.AVAILABLE), YOUR_NAME.title())
    assert only(*there, shoko).stage is Stage.ANIME_MATCHING


def test_upgrade_before_shoko_has_seen_it() -> None:
    """While the new file is hashed the old one is still shown, and it stays available."""
    old = replace(YOUR_NAME.file, path="/anime films/Your Name (2016)/old.mkv", size=1)
    imported = event(HistoryKind.IMPORTED, media_id=YOUR_NAME.radarr, file=old)
    shoko = replace(YOUR_NAME.in_shoko(4), paths=("Your Name (2016)/old.mkv",), size=1)
    told = (*ANIME_STACK, *asked(YOUR_NAME), imported, shoko, vfs_item(4, "m4", kind=ItemKind.MOVIE))
    found = only(*told)
    assert found.stage is Stage.AVAILABLE
    assert {*shoko.ids} <= {*found.ids}  # Jellyfin is searched for its series
    assert only(*told, YOUR_NAME.in_shoko(5, matched=False)).stage is Stage.AVAILABLE


def test_unrecognised_then_linked_by_hand() -> None:
    """A link made by hand in Shoko lifts it by itself."""
    memory = settled()
    told = (*ANIME_STACK, *asked(YOUR_NAME))
    refused = YOUR_NAME.in_shoko(5, matched=False, refused=True, url="https://shoko.example/unrecognised")
    refused = replace(refused, ids=ids((IdKind.SHOKO_FILE, 5)))
    found = only(*told, refused, memory=memory)
    assert (found.verdict.reason, found.stuck) == (Reason.ANIME_UNMATCHED, True)
    assert found.verdict.detail == "https://shoko.example/unrecognised"
    found = only(*told, YOUR_NAME.in_shoko(5), memory=memory, now=NOW + timedelta(minutes=1))
    assert (found.verdict.reason, found.stuck) == (Reason.WAITING_FOR_LIBRARY, False)
    shown = vfs_item(5, "m5", kind=ItemKind.MOVIE)
    assert only(*told, YOUR_NAME.in_shoko(5), shown, memory=memory).stage is Stage.AVAILABLE


def test_two_parts_in_one_file() -> None:
    """A file of two episodes proves both."""
    file = FRIEREN.file(1, 1)
    episodes = [replace(FRIEREN.episode(1, number), file=file) for number in (1, 2)]
    told = (*ANIME_STACK, FRIEREN.request(), FRIEREN.title(), FRIEREN.in_sonarr(*episodes))
    shown = vfs_item(5, "e5", files=(ItemFile(path="/vfs/Show [Shoko File=5].mkv"),))
    assert only(*told, FRIEREN.in_shoko(5, 1, 1, 17617), shown).stage is Stage.AVAILABLE
