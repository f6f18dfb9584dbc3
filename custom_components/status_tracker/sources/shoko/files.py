"""Files tracked by the Shoko source, with functions for their ids, matching and back-off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...clients.shoko import CrossReference, ShokoFile, ShokoIds
from ...clients.shoko_events import EventCrossReference
from ...pipeline.enums import MediaType
from ...pipeline.evidence.arr import FileEvidence
from ...pipeline.evidence.shoko import ShokoEvidence
from ...pipeline.ids import IdKind, make_id, of_kind, path_parts, path_tail

FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
FIRST_WAIT_UNHINTED = timedelta(minutes=2)
LONGEST_WAIT_UNHINTED = timedelta(hours=1)
SETTLED_WAIT = timedelta(minutes=30)
PATHS_KEPT = 10
READS = 9  # reads over about 35 minutes, for series and links created after a match
LINKS = (
    IdKind.TMDB_MOVIE,
    IdKind.TMDB_SHOW,
    IdKind.TMDB_EPISODE,
    IdKind.TVDB_SHOW,
    IdKind.TVDB_EPISODE,
    IdKind.IMDB,
)


@dataclass(slots=True, kw_only=True)
class Lookup:
    """Search for an *arr file in Shoko; `due` is None once found.

    `hinted` means that there is a sign that it is anime; `tmdb` are the ids of its requests.
    """

    file: FileEvidence
    due: datetime | None
    hinted: bool = False
    tries: int = 0
    file_id: int | None = None
    requests: set[int] = field(default_factory=set)
    tmdb: set[tuple[MediaType, int]] = field(default_factory=set)

    def tried(self, now: datetime) -> None:
        """Count an attempt and increase the delay, more so without a sign of anime."""
        self.tries += 1
        if self.hinted:
            self.due = now + backed_off(self.tries)
        else:
            self.due = now + backed_off(self.tries, FIRST_WAIT_UNHINTED, LONGEST_WAIT_UNHINTED)

    def found(self, file_id: int) -> None:
        """Stop searching."""
        self.file_id, self.due = file_id, None

    def lost(self, now: datetime) -> None:
        """Search again."""
        self.file_id, self.due, self.tries = None, now, 0


@dataclass(slots=True, kw_only=True)
class Tracked:
    """A Shoko file of a request."""

    evidence: ShokoEvidence
    due: datetime
    since: datetime  # when it was first seen in Shoko
    reads: int = 0
    settled: bool = False
    stirred: bool = False
    refused: bool = False  # rejected by Shoko, or not matched while its queue was empty
    told: frozenset[str] = frozenset()  # cross-reference ids when it was last read
    requests: set[int] = field(default_factory=set)

    @property
    def unsettled(self) -> bool:
        """Return whether the file may still change and the attempts are not exhausted."""
        return not self.settled and self.reads < READS

    def tried(self, now: datetime) -> None:
        """Count a read before it is made, so that a failing one is not repeated immediately."""
        self.stirred = False
        self.reads += 1
        self.due = now + backed_off(self.reads)

    def settle(self, now: datetime) -> None:
        """Increase the delay once match, series and links are complete."""
        if self.stirred:
            return  # changed while it was read
        seen = self.evidence
        self.settled = seen.matched and not seen.series_pending and bool(of_kind(seen.ids, *LINKS))
        if self.settled:
            self.reads, self.due = 0, now + SETTLED_WAIT

    def stir(self, now: datetime) -> None:
        """Read the file again immediately after a change."""
        self.due, self.stirred, self.settled, self.reads = now, True, False, 0


def backed_off(tries: int, first: timedelta = FIRST_WAIT, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """Return the delay after a number of attempts."""
    return min(first * (1 << min(max(tries - 1, 0), 10)), longest)


def tails(path: str) -> tuple[str, ...]:
    """Return the path ends to search for: folder and name, then the name alone, in original case."""
    parts = [part for part in path.replace("\\", "/").split("/") if part]
    return tuple("/" + "/".join(parts[-count:]) for count in (2, 1) if len(parts) >= count)


def same_tail(one: str, other: str) -> bool:
    """Return whether two paths have the same folder and name."""
    return len(path_parts(one)) > 1 and path_tail(one) == path_tail(other)


def at_odds(one: int, other: int) -> bool:
    """Return whether two sizes are known and differ."""
    return bool(one and other and one != other)


def best_file(files: Iterable[ShokoFile], size: int) -> ShokoFile | None:
    """Return the matching file: equal size first, then available in Shoko; None if ambiguous."""
    fitting = [one for one in files if not at_odds(one.size, size)]
    if len(fitting) > 1 and (equal := [one for one in fitting if size and one.size == size]):
        fitting = equal
    if len(fitting) > 1:
        fitting = [one for one in fitting if any(place.is_accessible for place in one.locations)]
    return fitting[0] if len(fitting) == 1 else None


def only_file(files: Iterable[ShokoFile], size: int) -> ShokoFile | None:
    """Return the only file of a size, None if there are several or the size is unknown."""
    equal = {one.id: one for one in files if size and one.size == size}
    return next(iter(equal.values())) if len(equal) == 1 else None


def join_paths(*groups: Iterable[str]) -> tuple[str, ...]:
    """Return distinct normalized relative paths in their order."""
    cleaned = (path.replace("\\", "/").lstrip("/") for group in groups for path in group)
    return tuple(dict.fromkeys(path for path in cleaned if path))[:PATHS_KEPT]


def file_paths(file: ShokoFile) -> list[str]:
    """Return the paths of a file, available locations first."""
    places = sorted(file.locations, key=lambda place: not place.is_accessible)
    return [place.relative_path for place in places]


def is_pending(file: ShokoFile) -> bool:
    """Return whether a file is matched but Shoko has not created all its series and episodes."""
    return any(not one.id for ref in file.series_ids for one in (ref.series_id, *ref.episode_ids))


def file_ids(
    file: ShokoFile, series: Mapping[int, ShokoIds], episodes: Mapping[int, ShokoIds]
) -> tuple[str, ...]:
    """Return all ids of a file, from its cross-references, series and episodes."""
    found = {make_id(IdKind.SHOKO_FILE, file.id): None}
    for ref in file.series_ids:
        shows = [ref.series_id, *_known(series, ref.series_id)]
        parts = [one for part in ref.episode_ids for one in (part, *_known(episodes, part))]
        _add(found, IdKind.SHOKO_SERIES, (one.id for one in shows))
        _add(found, IdKind.SHOKO_EPISODE, (one.id for one in parts))
        _add(found, IdKind.ANIDB_ANIME, (one.anidb for one in shows))
        _add(found, IdKind.ANIDB_EPISODE, (one.anidb for one in parts))
        _add(found, IdKind.TMDB_SHOW, (one for part in (*shows, *parts) for one in part.tmdb.show))
        _add(found, IdKind.TMDB_EPISODE, (one for part in parts for one in part.tmdb.episode))
        _add(found, IdKind.TVDB_SHOW, (one for part in shows for one in part.tvdb))
        _add(found, IdKind.TVDB_EPISODE, (one for part in parts for one in part.tvdb))
        films = {one for part in parts for one in part.tmdb.movie}
        imdb = {one: None for part in parts for one in part.imdb}
        if not films:
            films = _lone_film(shows)
            if films or not any(part.tmdb.movie for part in shows):
                imdb |= {one: None for part in shows for one in part.imdb}
        _add(found, IdKind.TMDB_MOVIE, sorted(films))
        _add(found, IdKind.IMDB, imdb)
    return tuple(found)


def event_ids(file_id: int, references: Iterable[EventCrossReference]) -> tuple[str, ...]:
    """Return the ids of a file in an event."""
    found = {make_id(IdKind.SHOKO_FILE, file_id): None}
    for ref in references:
        _add(found, IdKind.SHOKO_SERIES, (ref.series,))
        _add(found, IdKind.SHOKO_EPISODE, (ref.episode,))
        _add(found, IdKind.ANIDB_ANIME, (ref.anidb_anime,))
        _add(found, IdKind.ANIDB_EPISODE, (ref.anidb_episode,))
    return tuple(found)


def references(file: ShokoFile) -> Iterable[CrossReference]:
    """Return the cross-references with an existing series."""
    return (ref for ref in file.series_ids if ref.series_id.id)


def _lone_film(shows: Iterable[ShokoIds]) -> set[int]:
    """Return the TMDB movie of a series if it is the only one and it has no show."""
    parts = tuple(shows)
    films = {one for part in parts for one in part.tmdb.movie}
    return films if len(films) == 1 and not any(part.tmdb.show for part in parts) else set()


def _known(entries: Mapping[int, ShokoIds], ids: ShokoIds) -> tuple[ShokoIds, ...]:
    """Return the ids of a series or episode in a cross-reference."""
    full = entries.get(ids.id) if ids.id else None
    return (full,) if full else ()


def _add(found: dict[str, None], kind: IdKind, values: Iterable[int | str | None]) -> None:
    """Append ids in order, skipping 0 and None."""
    found.update((make_id(kind, value), None) for value in values if value)
