"""A request with all evidence assigned to it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from .correlator import ARR_SERVICE
from .definitions import tells
from .enums import HistoryKind, MediaType, Service
from .evidence.arr import FileEvidence, HistoryEvidence, MovieEvidence, SeriesEvidence
from .evidence.base import ServiceEvidence
from .evidence.downloads import QueueEvidence, TorrentEvidence
from .evidence.library import LibraryEvidence
from .evidence.requests import RequestEvidence, TitleEvidence
from .evidence.shoko import ShokoEvidence
from .ids import IdKind, make_id, path_name, path_parts, shared_tail
from .requests import Journey, Stage

SIZED = 100  # an equal size outweighs any shared path


@dataclass(eq=False)
class Case:
    """A request with its evidence; `others` are files of the title in the other definition (4K or HD).

    `rivals` are the *arrs of the other definition, `rival_media` the title in them. `contested` means that
    only they can tell whose copy the library shows, `unread_rivals` those that have not told since it does.
    """

    request: RequestEvidence
    services: Mapping[Service, tuple[ServiceEvidence, ...]]
    source: str | None = None  # the *arr selected in Seerr
    journey: Journey | None = None
    title: TitleEvidence | None = None
    movie: MovieEvidence | None = None
    series: SeriesEvidence | None = None
    queue: list[QueueEvidence] = field(default_factory=list)
    history: list[HistoryEvidence] = field(default_factory=list)
    torrents: dict[str, TorrentEvidence] = field(default_factory=dict)
    library: list[LibraryEvidence] = field(default_factory=list)
    shoko: list[ShokoEvidence] = field(default_factory=list)
    others: list[FileEvidence] = field(default_factory=list)
    rivals: frozenset[str] = frozenset()
    rival_media: list[MovieEvidence | SeriesEvidence] = field(default_factory=list)
    unread_rivals: frozenset[str] = frozenset()
    contested: bool = False
    contested_at: datetime | None = None  # when the last of the copies was read
    superseded: bool = False
    renumbered: bool = False  # the *arr id stored in Seerr belongs to another title
    opened_at: datetime | None = None  # evidence read before is not a proof; None: no limit

    def has(self, service: Service) -> bool:
        """Return whether a service of the kind is configured."""
        return bool(self.services.get(service))

    def is_fresh(self, read_at: datetime | None) -> bool:
        """Return whether evidence was read since the request was opened."""
        return self.opened_at is None or (read_at is not None and read_at >= self.opened_at)

    def is_contested(self, read_at: datetime | None) -> bool:
        """Return whether a copy read at a time may be that of a rival, which has not told since then."""
        told = {one.source for one in self.rival_media if tells(one, self.request.seasons, read_at)}
        unread = self.rivals - told
        self.contested, self.unread_rivals = True, self.unread_rivals | unread
        self.contested_at = max((at for at in (self.contested_at, read_at) if at), default=None)
        return bool(unread)

    @property
    def was_available(self) -> bool:
        """Return whether the request was available at the last evaluation."""
        return self.journey is not None and self.journey.stage is Stage.AVAILABLE

    @property
    def arr_service(self) -> Service:
        """Return the kind of *arr that handles the request."""
        return ARR_SERVICE[self.request.media_type]

    @property
    def media(self) -> MovieEvidence | SeriesEvidence | None:
        """Return the movie or series in its *arr."""
        return self.movie or self.series

    @property
    def served(self) -> bool:
        """Return whether a configured *arr handles the request; if not, the data of Seerr is used."""
        return self.media is not None or bool(self.arrs)

    @property
    def arrs(self) -> tuple[ServiceEvidence, ...]:
        """Return the *arr that handles the request, or all that could while it is unknown."""
        source = self.media.source if self.media else self.source
        return tuple(
            one
            for one in self.services.get(self.arr_service, ())
            if (one.source == source if source else self._may_serve(one))
        )

    @property
    def telling_arrs(self) -> tuple[ServiceEvidence, ...]:
        """Return the *arr of the request, and those that have to tell whose copy the library shows."""
        arrs = self.services.get(self.arr_service, ())
        return *self.arrs, *(one for one in arrs if one.source in self.unread_rivals)

    def _may_serve(self, arr: ServiceEvidence) -> bool:
        """Return whether an *arr matches the definition of the request and the selection in Seerr."""
        named = self.request.service_id
        return arr.is_4k is self.request.is_4k and (named is None or arr.seerr_id in (None, named))

    @cached_property
    def files(self) -> list[FileEvidence]:
        """Return the current files of the request in its *arr."""
        if self.movie and self.movie.file:
            return [self.movie.file]
        if self.series:
            return [
                episode.file
                for episode in self.series.episodes
                if episode.file and episode.season in self.request.seasons
            ]
        return []

    @property
    def former(self) -> list[FileEvidence]:
        """Return all files its *arr has imported, from its history."""
        return [event.file for event in self.history if event.file and event.kind is HistoryKind.IMPORTED]

    @cached_property
    def twin_sizes(self) -> frozenset[int]:
        """Return the sizes shared by several files, which cannot identify a file."""
        sizes = Counter({file.path: file.size for file in self.files}.values())
        return frozenset(size for size, count in sizes.items() if count > 1)

    @cached_property
    def file_keys(self) -> frozenset[str]:
        """Return keys for the names of current and former files and of their folders."""
        paths = {file.path for file in (*self.files, *self.former)}
        return frozenset(f"name:{name}" for path in paths for name in path_parts(path))

    @cached_property
    def episode_ids(self) -> frozenset[str]:
        """Return the TVDB ids of the requested episodes."""
        return frozenset(
            make_id(IdKind.TVDB_EPISODE, episode.tvdb_id)
            for episode in (self.series.episodes if self.series else ())
            if episode.tvdb_id and episode.season in self.request.seasons
        )

    @cached_property
    def ids(self) -> frozenset[str]:
        """Return all ids of the title from Seerr, the *arr and TMDB."""
        request, film = self.request, self.request.media_type is MediaType.MOVIE
        told = (request, self.title, self.movie, self.series)
        tmdb = {getattr(one, "tmdb_id", None) for one in told if one}
        tvdb = {getattr(one, "tvdb_id", None) for one in told if one}
        imdb = {getattr(one, "imdb_id", None) for one in told if one}
        return frozenset(
            [make_id(IdKind.TMDB_MOVIE if film else IdKind.TMDB_SHOW, one) for one in tmdb if one]
            + [make_id(IdKind.TVDB_MOVIE if film else IdKind.TVDB_SHOW, one) for one in tvdb if one]
            + [make_id(IdKind.IMDB, one) for one in imdb if one]
        )

    @cached_property
    def anime(self) -> bool | None:
        """Return whether the title is anime, from metadata or a file matched by Shoko; None if unknown."""
        if any(one and one.anime for one in (self.title, self.movie, self.series)):
            return True
        if any(
            shoko.matched and same_shoko_file(shoko, file)
            for file in (self.files if self.shoko else ())
            for shoko in self.shoko_named.get(path_name(file.path), ())
        ):
            return True
        if self.journey and self.journey.anime:
            return True
        return False if self.title and self.media else None

    @cached_property
    def shoko_named(self) -> Mapping[str, list[ShokoEvidence]]:
        """Return the Shoko files by their current and former names."""
        named: dict[str, list[ShokoEvidence]] = defaultdict(list)
        for shoko in self.shoko:
            for name in {path_name(path) for path in shoko.paths}:
                named[name].append(shoko)
        return named


def name_keys(paths: Iterable[str]) -> frozenset[str]:
    """Return keys for file names."""
    return frozenset(f"name:{path_name(path)}" for path in paths)


def same_shoko_file(shoko: ShokoEvidence, file: FileEvidence) -> int:
    """Return a match score of a Shoko file and an *arr file: 0 if different, else from path and size."""
    sized = bool(shoko.size and file.size)
    if sized and shoko.size != file.size:
        return 0
    ours, best = path_parts(file.path), 0
    for path in shoko.paths:
        theirs, shared = path_parts(path), shared_tail(file.path, path)
        if shared >= 2 or (shared == 1 and (sized or len(theirs) == 1 or len(ours) == 1)):
            best = max(best, shared + (SIZED if sized else 0))
    return best


def last_event(history: Iterable[HistoryEvidence], *kinds: HistoryKind) -> HistoryEvidence | None:
    """Return the newest of the events (oldest first) of the kinds."""
    return next((event for event in reversed(list(history)) if event.kind in kinds), None)
