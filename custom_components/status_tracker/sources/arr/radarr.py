"""The Radarr source: polls and webhooks become evidence of films."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, override

from ...clients.radarr import Movie, RadarrClient
from ...pipeline.enums import HistoryKind, MediaType, ReleaseKind, Service
from ...pipeline.evidence import Evidence
from ...pipeline.evidence.arr import MovieEvidence, ReleaseDay
from ...pipeline.evidence.downloads import QueueEvidence
from ...pipeline.wants import Want
from ..serialization import deserialize_all
from .rows import file_evidence, hints_at_anime
from .source import ArrSource
from .webhook import Event, HookTitle, Payload


class RadarrSource(ArrSource[MovieEvidence, Movie]):
    """One Radarr."""

    service = Service.RADARR
    media_type = MediaType.MOVIE
    parts = ("movie",)

    def __init__(self, key: str, name: str, client: RadarrClient, **options: Any) -> None:
        """Start as every *arr source does."""
        super().__init__(key, name, client, **options)
        self.client = self.http = client
        self._labels: dict[int, str] = {}

    @override
    def _evidence(self) -> Evidence:
        """Return films, queue and history."""
        return Evidence(
            movies=tuple(self._shown()),
            queue=tuple(self._with_upgrade(row) for row in self.queue.rows),
            history=self.log.events,
        )

    def _with_upgrade(self, row: QueueEvidence) -> QueueEvidence:
        """Return a row, marked as upgrade if the film has a file already."""
        movie = self._titles.get(row.media_id or 0)
        return replace(row, upgrade=True) if movie and movie.has_file else row

    @override
    def _wanted_id(self, want: Want) -> int | None:
        """Return the TMDB id."""
        return want.tmdb_id or None

    @override
    def _catalogue_id(self, title: MovieEvidence) -> int | None:
        """Return the TMDB id."""
        return title.tmdb_id

    @override
    async def _find(self, catalogue_id: int) -> Movie | None:
        """Ask for a film by its TMDB id."""
        return await self.client.movie_by_tmdb(catalogue_id)

    @override
    async def _read(self, media_id: int, seasons: frozenset[int], found: Movie | None) -> MovieEvidence:
        """Read a film."""
        read_at = self.clock()
        movie = found or await self.client.movie(media_id)
        if any(tag not in self._labels for tag in movie.tags):
            labels = await self.client.tags()
            self._labels = {tag: labels.get(tag, "") for tag in {*labels, *movie.tags}}
        return self._movie(movie, read_at)

    @override
    async def _reread(self, title: MovieEvidence, part: str, seasons: frozenset[int]) -> MovieEvidence:
        """Read a film again."""
        read_at = self.clock()
        return self._movie(await self.client.movie(title.movie_id), read_at)

    def _movie(self, movie: Movie, read_at: datetime) -> MovieEvidence:
        """Return a film as evidence."""
        labels = [self._labels.get(tag, "") for tag in movie.tags]
        return MovieEvidence(
            source=self.key,
            movie_id=movie.id,
            title=movie.title,
            year=movie.year or None,
            tmdb_id=movie.tmdb_id or None,
            imdb_id=movie.imdb_id or None,
            monitored=movie.monitored,
            available=movie.is_available,
            expected=None if movie.is_available else movie.awaited,
            releases=_releases(movie),
            file=file_evidence(movie.movie_file),
            has_file=movie.has_file or movie.movie_file is not None,
            anime=hints_at_anime(labels, movie.root_folder_path, movie.path),
            last_search=movie.last_search_time,
            poster=movie.poster,
            read_at=read_at,
        )

    @override
    def _missing(self, media_id: int, want: Want | None) -> MovieEvidence:
        """Return a film that is gone and was never read."""
        return MovieEvidence(
            source=self.key,
            movie_id=media_id,
            title=want.title or "" if want else "",
            year=want.year if want else None,
            tmdb_id=want.tmdb_id if want else None,
            gone=True,
        )

    @override
    def _gone(self, title: MovieEvidence) -> MovieEvidence:
        """Return a film without its file, gone."""
        return replace(title, gone=True, has_file=False, file=None)

    @override
    def _read_back(self, rows: Any) -> list[MovieEvidence]:
        """Return written films."""
        return [replace(movie, source=self.key) for movie in deserialize_all(MovieEvidence, rows)]

    # Webhooks

    @override
    def _title_of(self, told: Payload) -> HookTitle | None:
        """Return the film."""
        return told.movie

    @override
    def _takers(self) -> Mapping[Event, Callable[[Payload, HookTitle], bool]]:
        """Return what takes each event."""
        return {
            Event.GRAB: self._take_grab,
            Event.DOWNLOAD: self._take_import,
            Event.BLOCKED: self._take_blocked,
            Event.RENAME: self._take_rename,
            Event.MOVIE_ADDED: self._take_added,
            Event.MOVIE_DELETED: self._take_deleted,
            Event.MOVIE_FILE_DELETED: self._take_file_deleted,
        }

    def _take_grab(self, told: Payload, title: HookTitle) -> bool:
        """Take that a release went to the client."""
        self._titles[title.id] = self._movie_of(title)
        self._tell(told, HistoryKind.GRABBED, title.id)
        return True

    def _take_import(self, told: Payload, title: HookTitle) -> bool:
        """Take that a file came into the library."""
        file = told.movie_file.evidence if told.movie_file else None
        if file is None:
            return False
        self._tell(told, HistoryKind.IMPORTED, title.id, file=file)
        self.queue.tell_imported(told.download_id, title.id, None)
        self._titles[title.id] = replace(
            self._movie_of(title), has_file=True, file=file, gone=False, read_at=self.clock()
        )
        return True

    def _take_blocked(self, told: Payload, title: HookTitle) -> bool:
        """Take that a download waits for a person."""
        self._titles[title.id] = self._movie_of(title)
        self._tell_blocked(told, title.id)
        return True

    def _take_rename(self, told: Payload, title: HookTitle) -> bool:
        """Take that files have new names."""
        movie = self._movie_of(title)
        for one in told.renamed_movie_files:
            if movie.file and one.evidence and one.previous_path == movie.file.path:
                movie = replace(movie, file=one.evidence)
        self._titles[title.id] = movie
        return True

    def _take_added(self, told: Payload, title: HookTitle) -> bool:
        """Take that the film is known now."""
        self._titles[title.id] = replace(self._movie_of(title), gone=False)
        self._waits.pop(("catalogue", title.tmdb_id), None)
        return True

    def _take_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Take that the film is known no more."""
        self._titles[title.id] = self._gone(self._movie_of(title))
        self.log.forget(title.id)
        return True

    def _take_file_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Take that a file is gone; for an upgrade the new one is told of too, often at the same path."""
        if told.movie_file is None:
            return False
        movie = self._movie_of(title)
        if not told.for_upgrade and movie.file and told.movie_file.path in (None, movie.file.path):
            movie = replace(movie, has_file=False, file=None)
        self._titles[title.id] = movie
        self._tell(told, HistoryKind.FILE_DELETED, title.id)
        return True

    def _movie_of(self, title: HookTitle) -> MovieEvidence:
        """Return the film as it is known, else what the event tells of it."""
        return self._titles.get(title.id) or self._from_hook(title)

    def _from_hook(self, movie: HookTitle) -> MovieEvidence:
        """Return what an event tells of a film that was never read."""
        return MovieEvidence(
            source=self.key,
            movie_id=movie.id,
            title=movie.title,
            year=movie.year if 1800 < movie.year < 3000 else None,
            tmdb_id=movie.tmdb_id or None,
            imdb_id=movie.imdb_id or None,
            anime=hints_at_anime(movie.tags, None, movie.folder_path),
            poster=movie.poster,
        )


def _releases(movie: Movie) -> tuple[ReleaseDay, ...]:
    """Return the days a film comes out, as far as Radarr knows them."""
    days = {
        ReleaseKind.CINEMA: movie.in_cinemas,
        ReleaseKind.DIGITAL: movie.digital_release,
        ReleaseKind.PHYSICAL: movie.physical_release,
    }
    return tuple(ReleaseDay(kind=kind, day=day) for kind, day in days.items() if day)
