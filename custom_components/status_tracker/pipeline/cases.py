"""Each request with all the evidence bound to it: a case, ready to be judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .correlator import ARR_SERVICE
from .evidence import (
    FileEvidence,
    HistoryEvidence,
    HistoryKind,
    LibraryEvidence,
    MediaType,
    MovieEvidence,
    QueueEvidence,
    RequestEvidence,
    SeriesEvidence,
    Service,
    ServiceEvidence,
    ShokoEvidence,
    TitleEvidence,
    TorrentEvidence,
)
from .ids import IdKind, make_id, path_parts
from .requests import Journey


@dataclass(slots=True)
class Case:
    """One request and what is known of it; `others` are files of the same title for 4K, or not."""

    request: RequestEvidence
    services: Mapping[Service, tuple[ServiceEvidence, ...]]
    source: str | None = None  # the *arr Seerr named
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
    superseded: bool = False

    def has(self, service: Service) -> bool:
        """Return whether such a service is configured."""
        return bool(self.services.get(service))

    @property
    def arr_service(self) -> Service:
        """Return the kind of *arr that serves the request."""
        return ARR_SERVICE[self.request.media_type]

    @property
    def media(self) -> MovieEvidence | SeriesEvidence | None:
        """Return the film or series in its *arr."""
        return self.movie or self.series

    @property
    def files(self) -> list[FileEvidence]:
        """Return the files its *arr has imported for it."""
        if self.movie and self.movie.file:
            return [self.movie.file]
        if self.series:
            return [
                episode.file
                for episode in self.series.episodes
                if episode.file and episode.season in self.request.seasons
            ]
        return []

    def ids(self) -> frozenset[str]:
        """Return all ids of the title itself, Seerr's, the *arr's and TMDB's alike."""
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

    @property
    def anime(self) -> bool | None:
        """Return whether it is anime: a hint says so, or Shoko recognised one of its files."""
        if any(one and one.anime for one in (self.title, self.movie, self.series)):
            return True
        if any(file.matched and self._is_ours(file) for file in self.shoko):
            return True
        if self.journey and self.journey.anime:
            return True
        return False if self.title and self.media else None

    def _is_ours(self, shoko: ShokoEvidence) -> bool:
        """Return whether a Shoko file is one of the request's files."""
        return any(same_shoko_file(shoko, file) for file in self.files)


def same_shoko_file(shoko: ShokoEvidence, file: FileEvidence) -> bool:
    """Return whether Shoko's file is the *arr's: a shared path tail, sizes not at odds."""
    if shoko.size and file.size and shoko.size != file.size:
        return False
    ours = path_parts(file.path)
    for path in shoko.paths:
        theirs = path_parts(path)
        shared = 0
        while shared < min(len(ours), len(theirs)) and ours[-1 - shared] == theirs[-1 - shared]:
            shared += 1
        if shared >= 2 or (shared == 1 and (len(theirs) == 1 or (shoko.size and file.size))):
            return True
    return False


def last_event(history: Iterable[HistoryEvidence], *kinds: HistoryKind) -> HistoryEvidence | None:
    """Return the newest of the events (oldest first) of the kinds."""
    return next((event for event in reversed(list(history)) if event.kind in kinds), None)
