"""Proof that a unit is playable: matching ids or the same file; a similar title is never a proof."""

from collections.abc import Iterable

from .cases import Case, same_shoko_file
from .definitions import named_definition
from .enums import ItemKind, MediaStatus, MediaType, Service
from .evidence.arr import EpisodeEvidence, FileEvidence
from .evidence.library import LibraryEvidence
from .evidence.shoko import ShokoEvidence
from .file_match import closest_file, is_file_of, is_only_other, same_file
from .ids import IdKind, make_id, of_kind, path_name, path_parts
from .requests import Unit

PLAYABLE = (ItemKind.MOVIE, ItemKind.EPISODE, ItemKind.VIDEO)
SHOKO_KINDS = (IdKind.SHOKO_FILE, IdKind.SHOKO_EPISODE)
SURE = 3  # with less, the copies in the folders of two *arrs can have the same name


class Prover:
    """Indexes the library items of one request and finds those that prove a unit."""

    def __init__(self, case: Case, library: Iterable[LibraryEvidence]) -> None:
        """Index the playable library items by id, file name and episode number."""
        self.case = case
        self.by_shoko = bool(case.anime) and case.has(Service.SHOKO)
        items = [item for item in library if item.kind in PLAYABLE and not item.virtual]
        # Without an *arr for 4K, only Seerr distinguishes 4K from HD.
        self.by_file_alone = case.request.is_4k and case.served
        if case.others and not self.by_file_alone:
            foreign = self._shoko_ids(case.others) - self._shoko_ids(case.files)
            items = [item for item in items if not self._is_foreign(item, foreign)]
        if case.rivals:
            own = self._shoko_ids((*case.files, *case.former))
            items = [item for item in items if self._is_own(item, own) or not self._is_others(item)]
        self.items = items
        self._by_name: dict[str, list[LibraryEvidence]] = {}
        for item in items:
            for name in {path_name(file.path) for file in item.files}:
                self._by_name.setdefault(name, []).append(item)
        self._by_id: dict[str, list[LibraryEvidence]] = {}
        for item in items:
            for key in item.ids:
                self._by_id.setdefault(key, []).append(item)
        self._by_number = self._numbered(items)
        self._owners: dict[str, list[tuple[EpisodeEvidence, FileEvidence]]] = {}
        for episode in case.series.episodes if case.series else ():
            if episode.file:
                self._owners.setdefault(path_name(episode.file.path), []).append((episode, episode.file))
        self.shown = frozenset(item.season for item in items if item.kind is ItemKind.EPISODE)

    def _shoko_ids(self, files: Iterable[FileEvidence]) -> frozenset[str]:
        """Return the ids of the Shoko files that match *arr files."""
        return _shoko_ids(self.case, files)

    def _is_foreign(self, item: LibraryEvidence, foreign: frozenset[str]) -> bool:
        """Return whether an item is only the copy in the other definition."""
        told = of_kind(item.ids, IdKind.SHOKO_FILE)
        if told and told <= foreign:
            return True
        return is_only_other(item, (*self.case.files, *self.case.former), self.case.others)

    def _is_own(self, item: LibraryEvidence, own: frozenset[str]) -> bool:
        """Return whether an item surely plays a file of the request; the *arrs can use the same names."""
        if not own.isdisjoint(item.ids):
            return True
        files = (*self.case.files, *self.case.former)
        closest = max((closest_file(one, files) for one in item.files), default=0)
        return closest >= SURE or (self.by_file_alone and not closest)

    def _is_others(self, item: LibraryEvidence) -> bool:
        """Return whether an item is in the other definition, or may be: its *arrs have not denied that."""
        case = self.case
        paths = [one.path for one in item.files]
        for shoko in case.shoko:
            if make_id(IdKind.SHOKO_FILE, shoko.file_id) in item.ids:
                paths += shoko.paths
        if (named := named_definition(paths)) is not None:
            return named is not case.request.is_4k
        unknown = case.is_contested(item.read_at) or (bool(case.others) and not item.files)
        return unknown and not case.was_available

    def _numbered(
        self, items: Iterable[LibraryEvidence]
    ) -> dict[tuple[int | None, int | None], list[LibraryEvidence]]:
        """Return the episodes of the series by season and number; not Shokofin's (AniDB numbers)."""
        keys = self.case.ids
        shows = {
            (item.source, item.item_id)
            for item in self.case.library
            if item.kind is ItemKind.SERIES and not keys.isdisjoint(item.ids)
        }
        found: dict[tuple[int | None, int | None], list[LibraryEvidence]] = {}
        for item in items if shows else ():
            if (item.source, item.series_id) not in shows or of_kind(item.ids, *SHOKO_KINDS):
                continue
            if item.kind is ItemKind.EPISODE and item.season is not None and item.number is not None:
                for number in range(item.number, (item.number_end or item.number) + 1):
                    found.setdefault((item.season, number), []).append(item)
        return found

    def prove(self, unit: Unit) -> LibraryEvidence | None:
        """Return the Jellyfin item that proves that a unit is playable, None if there is none."""
        if self.by_shoko:
            return self._through_shoko(unit)
        if self.by_file_alone:
            return self._of_file(_own(unit))
        if self.case.request.is_4k and not unit.has_file:
            return None
        return (
            next(
                (item for item in self._all_with(unit_ids(self.case, unit)) if self._may_be(item, unit)), None
            )
            or self._of_number(unit)
            or self._of_file(_own(unit))
        )

    def _of_number(self, unit: Unit) -> LibraryEvidence | None:
        """Return the item with the number of the unit whose ids and files do not match another episode."""
        keys = unit_ids(self.case, unit)
        for item in self._by_number.get((unit.season, unit.number), ()):
            told = of_kind(item.ids, IdKind.TVDB_EPISODE) & self.case.episode_ids
            if self._may_be(item, unit) and (not told or not told.isdisjoint(keys)):
                return item
        return None

    def _may_be(self, item: LibraryEvidence, unit: Unit) -> bool:
        """Return whether the files of an item allow it to be the unit: not all belong to other episodes.

        An item for a file with two episodes counts for both if its episode numbers include them.
        """
        owners: list[EpisodeEvidence] = []
        for played in item.files:
            found = [
                episode
                for episode, file in self._owners.get(path_name(played.path), ())
                if same_file(played, file)
            ]
            if not found or any(_is_of(episode, unit) for episode in found):
                return True
            owners += found
        if not owners or item.season is None or item.number is None:
            return not owners
        span = range(item.number, (item.number_end or item.number) + 1)
        named = any(episode.season == item.season and episode.number in span for episode in owners)
        return named and unit.season == item.season and unit.number in span

    def whole_season(self, unit: Unit) -> bool:
        """Return whether a season without episode list is available in Seerr and partly shown in Jellyfin."""
        if unit.season is None or unit.number is not None:
            return False
        return unit.season in self.case.request.seasons_available and unit.season in self.shown

    def _with(self, keys: Iterable[str]) -> LibraryEvidence | None:
        """Return the first item that has one of the ids."""
        return next(iter(self._all_with(keys)), None)

    def _all_with(self, keys: Iterable[str]) -> Iterable[LibraryEvidence]:
        """Return the items that have one of the ids, in a stable order."""
        return (item for key in sorted(keys) for item in self._by_id.get(key, ()))

    def _of_file(self, files: Iterable[FileEvidence], *, outside: bool = False) -> LibraryEvidence | None:
        """Return the item that plays one of the files; `outside` excludes items of Shokofin."""
        for file in files:
            named = dict.fromkeys(reversed(path_parts(file.path)))  # the file name, then its parent folders
            for item in (one for name in named for one in self._by_name.get(name, ())):
                if outside and of_kind(item.ids, IdKind.SHOKO_FILE):
                    continue
                if is_file_of(item, (file,), self.case.others):
                    return item
        return None

    def _through_shoko(self, unit: Unit) -> LibraryEvidence | None:
        """Return the item proved by Shoko file, Shoko or AniDB episode, path or other ids, in this order."""
        files = frozenset(make_id(IdKind.SHOKO_FILE, file.file_id) for file in unit.shoko)
        return (
            self._with(files)
            or (None if self.by_file_alone else self._of_entry(unit, files))
            or self._of_file(_own(unit), outside=True)
            or (None if self.by_file_alone else self._of_unit(unit, files))
            or self._with(self._shoko_ids(unit.former))
        )

    def _of_entry(self, unit: Unit, files: frozenset[str]) -> LibraryEvidence | None:
        """Return the item of the Shoko episode, AniDB episode or, for a movie, AniDB anime of the files."""
        ours = frozenset(one for file in unit.shoko if file.matched for one in file.ids)
        told = self._all_with(of_kind(ours, IdKind.SHOKO_EPISODE))
        if proof := next((item for item in told if not self._plays_another(item, files)), None):
            return proof
        fitting = [*self._all_with(of_kind(ours, IdKind.ANIDB_EPISODE))]
        if self.case.request.media_type is MediaType.MOVIE:
            anime = self._all_with(of_kind(ours, IdKind.ANIDB_ANIME))
            fitting += [item for item in anime if item.kind is ItemKind.MOVIE]
        fitting = [item for item in fitting if not self._plays_another(item, files)]
        return next((item for item in fitting if not _is_anothers(item, files | ours)), None)

    def _plays_another(self, item: LibraryEvidence, files: frozenset[str]) -> bool:
        """Return whether an item plays another file of the episode, which can be the other definition."""
        told = of_kind(item.ids, IdKind.SHOKO_FILE)
        return bool(self.case.rivals and told and files) and told.isdisjoint(files)

    def _of_unit(self, unit: Unit, files: frozenset[str]) -> LibraryEvidence | None:
        """Return the item with an id of the unit, unless Shoko assigns it to another file."""
        if self.case.request.is_4k and not unit.has_file:
            return None
        ours = files.union(*(file.ids for file in unit.shoko if file.matched))
        fitting = (item for item in self._all_with(unit_ids(self.case, unit)) if self._may_be(item, unit))
        fitting = (item for item in fitting if not self._plays_another(item, files))
        return next((item for item in fitting if not _is_anothers(item, ours)), None)


def _is_of(episode: EpisodeEvidence, unit: Unit) -> bool:
    """Return whether a unit is the episode."""
    return (episode.season, episode.number) == (unit.season, unit.number)


def _is_anothers(item: LibraryEvidence, ours: frozenset[str]) -> bool:
    """Return whether an item has Shoko ids and none of them belongs to the unit."""
    told = of_kind(item.ids, *SHOKO_KINDS)
    return bool(told and ours) and told.isdisjoint(ours)


def _own(unit: Unit) -> tuple[FileEvidence, ...]:
    """Return the file of the unit and those it replaced, which the library may still show."""
    return ((unit.file,) if unit.file else ()) + unit.former


def shoko_files(case: Case, unit: Unit) -> tuple[ShokoEvidence, ...]:
    """Return the Shoko files of a unit: by path, else by size (renamed files), else by TVDB episode id."""
    if not case.shoko:
        return ()
    keys = unit_ids(case, unit)
    if unit.file is None and not case.served:
        return tuple(one for one in case.shoko if one.matched and not keys.isdisjoint(one.ids))
    if unit.file:
        if same := _likeliest(case, unit.file):
            return same
        size, ours = unit.file.size, keys | case.ids
        sized = tuple(one for one in case.shoko if one.size == size and not ours.isdisjoint(one.ids))
        if size and size not in case.twin_sizes and len(sized) == 1:
            return sized
    own = of_kind(keys, IdKind.TVDB_EPISODE)
    if not unit.has_file or case.request.is_4k:
        return ()
    return tuple(one for one in case.shoko if not own.isdisjoint(one.ids))


def _likeliest(case: Case, file: FileEvidence) -> tuple[ShokoEvidence, ...]:
    """Return the Shoko files with the highest score for an *arr file."""
    sure = [(same_shoko_file(one, file), one) for one in case.shoko_named.get(path_name(file.path), ())]
    best = max((score for score, _ in sure), default=0)
    return tuple(one for score, one in sure if score == best and best)


def shoko_files_of(case: Case, files: Iterable[FileEvidence]) -> Iterable[ShokoEvidence]:
    """Return the Shoko files that match *arr files."""
    return (one for file in files for one in _likeliest(case, file)) if case.shoko else ()


def _shoko_ids(case: Case, files: Iterable[FileEvidence]) -> frozenset[str]:
    """Return the ids of the Shoko files that match *arr files."""
    return frozenset(make_id(IdKind.SHOKO_FILE, one.file_id) for one in shoko_files_of(case, files))


def unit_ids(case: Case, unit: Unit) -> frozenset[str]:
    """Return the ids of the unit itself: those of the movie, or the TVDB id of the episode."""
    if case.request.media_type is MediaType.MOVIE:
        return case.ids
    if unit.episode and unit.episode.tvdb_id:
        return frozenset((make_id(IdKind.TVDB_EPISODE, unit.episode.tvdb_id),))
    return frozenset()


def available_without_library(case: Case, unit: Unit) -> bool:
    """Return whether a unit is available when no Jellyfin is configured."""
    return unit.has_file or seerr_has(case, unit)


def seerr_has(case: Case, unit: Unit) -> bool:
    """Return whether Seerr reports a unit as available, which is based on the files of the *arr."""
    request = case.request
    if request.media_status is MediaStatus.AVAILABLE:
        return True
    return unit.season is not None and unit.season in request.seasons_available
