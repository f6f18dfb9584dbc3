"""Proof that a unit can be watched: ids that intersect, or the very same file; never a like title."""

from collections.abc import Iterable, Mapping

from .cases import Case, same_shoko_file
from .evidence import (
    FileEvidence,
    ItemFile,
    ItemKind,
    LibraryEvidence,
    MediaStatus,
    MediaType,
    Service,
    ShokoEvidence,
)
from .ids import IdKind, make_id, of_kind, shared_tail
from .requests import Unit

PLAYABLE = (ItemKind.MOVIE, ItemKind.EPISODE, ItemKind.VIDEO)
SHOKO_KINDS = (IdKind.SHOKO_FILE, IdKind.SHOKO_EPISODE)


def same_file(item: ItemFile, file: FileEvidence) -> int:
    """Return how surely a library's file is an *arr's: 0 not, else the parts of path they share."""
    shared = shared_tail(item.path, file.path)
    if shared < 2:
        return 0
    if item.size and file.size:
        return 100 if item.size == file.size else 0
    return shared


def is_file_of(item: LibraryEvidence, file: FileEvidence, others: Iterable[FileEvidence]) -> bool:
    """Return whether an item plays the file, and not rather one of the others."""
    mine = max((same_file(one, file) for one in item.files), default=0)
    if not mine:
        return False
    rivals = [same_file(one, other) for other in others for one in item.files if same_file(one, file) == mine]
    return mine > max(rivals, default=0)


def is_only_other(item: LibraryEvidence, others: Iterable[FileEvidence]) -> bool:
    """Return whether all an item plays are files of the other definition (HD for 4K and back)."""
    rest = list(others)
    return bool(item.files and rest) and all(
        any(same_file(one, other) for other in rest) for one in item.files
    )


def shoko_files(case: Case, unit: Unit) -> tuple[ShokoEvidence, ...]:
    """Return Shoko's files for a unit: same path tail; else same size or episode id (renamed there)."""
    file = unit.file
    if file and (same := tuple(one for one in case.shoko if same_shoko_file(one, file))):
        return same
    keys = unit_ids(case, unit)
    return tuple(
        one
        for one in case.shoko
        if not keys.isdisjoint(one.ids)
        and (
            (file and file.size and one.size == file.size)
            or any(
                key.startswith(f"{IdKind.TVDB_EPISODE}:") and key in one.ids and unit.has_file for key in keys
            )
        )
    )


def unit_ids(case: Case, unit: Unit) -> frozenset[str]:
    """Return the ids that name the unit itself: those of the film, or the episode's TVDB id."""
    if case.request.media_type is MediaType.MOVIE:
        return case.ids()
    if unit.episode and unit.episode.tvdb_id:
        return frozenset((make_id(IdKind.TVDB_EPISODE, unit.episode.tvdb_id),))
    return frozenset()


def prove(case: Case, unit: Unit) -> LibraryEvidence | None:
    """Return the Jellyfin item that proves a unit to be playable, None if there is none."""
    items = [item for item in case.library if item.kind in PLAYABLE and not item.virtual]
    if case.request.is_4k:
        return _by_file(case, unit, items)
    items = [item for item in items if not is_only_other(item, case.others)]
    if case.anime and case.has(Service.SHOKO):
        return _by_shoko(case, unit, items)
    return _by_unit_ids(case, unit, items) or _by_number(case, unit, items) or _by_file(case, unit, items)


def _by_file(case: Case, unit: Unit, items: Iterable[LibraryEvidence]) -> LibraryEvidence | None:
    """Return the item that plays the unit's own file."""
    if not unit.file:
        return None
    return next((item for item in items if is_file_of(item, unit.file, case.others)), None)


def _by_unit_ids(case: Case, unit: Unit, items: Iterable[LibraryEvidence]) -> LibraryEvidence | None:
    """Return the item that carries an id of the unit."""
    keys = unit_ids(case, unit)
    return next((item for item in items if not keys.isdisjoint(item.ids)), None)


def _by_number(case: Case, unit: Unit, items: Iterable[LibraryEvidence]) -> LibraryEvidence | None:
    """Return the episode of the unit's season and number under the request's series."""
    if unit.season is None or unit.number is None:
        return None
    keys = case.ids()
    shows = {
        (item.source, item.item_id)
        for item in case.library
        if item.kind is ItemKind.SERIES and not keys.isdisjoint(item.ids)
    }
    for item in items:
        if (
            item.kind is ItemKind.EPISODE
            and (item.source, item.series_id) in shows
            and item.season == unit.season
            and item.number is not None
            and item.number <= unit.number <= (item.number_end or item.number)
        ):
            return item
    return None


def _by_shoko(case: Case, unit: Unit, items: list[LibraryEvidence]) -> LibraryEvidence | None:
    """Return the item proved through Shoko: its file, its episode, AniDB, the path, other ids."""
    ours = frozenset(one for file in unit.shoko if file.matched for one in file.ids)
    files = frozenset(make_id(IdKind.SHOKO_FILE, file.file_id) for file in unit.shoko)
    steps = (files, of_kind(ours, IdKind.SHOKO_EPISODE))
    for keys in steps:
        for item in items:
            if not keys.isdisjoint(item.ids):
                return item
    free = [item for item in items if not _is_anothers(item, files, ours)]
    anidb = of_kind(ours, IdKind.ANIDB_EPISODE)
    anime = of_kind(ours, IdKind.ANIDB_ANIME)
    film = case.request.media_type is MediaType.MOVIE
    for item in free:
        if not anidb.isdisjoint(item.ids):
            return item
        if film and item.kind is ItemKind.MOVIE and not anime.isdisjoint(item.ids):
            return item
    outside = [item for item in free if not of_kind(item.ids, IdKind.SHOKO_FILE)]
    if proof := _by_file(case, unit, outside):
        return proof
    return _by_unit_ids(case, unit, outside if case.has(case.arr_service) else free)


def _is_anothers(item: LibraryEvidence, files: frozenset[str], ours: frozenset[str]) -> bool:
    """Return whether Shoko filed an item under another file and episode than the unit's."""
    told = of_kind(item.ids, *SHOKO_KINDS)
    return bool(told) and told.isdisjoint(files | ours)


def available_without_library(case: Case, unit: Unit) -> bool:
    """Return whether a unit counts as available where no Jellyfin is configured."""
    request = case.request
    if unit.has_file or request.media_status is MediaStatus.AVAILABLE:
        return True
    return unit.season is not None and unit.season in request.seasons_available


def whole_season(case: Case, unit: Unit, counted: Mapping[int, int]) -> bool:
    """Return whether a season nobody counts is there: Seerr says so, and Jellyfin shows some of it."""
    if unit.season is None or unit.number is not None:
        return False
    return unit.season in case.request.seasons_available and counted.get(unit.season, 0) > 0
