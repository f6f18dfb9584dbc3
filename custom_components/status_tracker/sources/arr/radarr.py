"""Radarr source: polls and webhooks as evidence of movies."""

from dataclasses import replace
from datetime import datetime
from typing import Any, override

from ...clients.radarr import Movie, RadarrClient
from ...pipeline.enums import HistoryKind, MediaType, ReleaseKind, Service
from ...pipeline.evidence import Evidence
from ...pipeline.evidence.arr import FileEvidence, MovieEvidence, ReleaseDay
from ...pipeline.evidence.downloads import QueueEvidence
from ...pipeline.wants import Want
from .rows import file_evidence, hints_at_anime
from .source import ArrSource
from .webhook import Event, HookTitle, Payload


class RadarrSource(ArrSource[MovieEvidence, RadarrClient, Movie]):
    """Source for a Radarr instance."""

    service = Service.RADARR
    media_type = MediaType.MOVIE
    evidence_type = MovieEvidence
    parts = ("movie",)
    added, deleted, file_deleted = Event.MOVIE_ADDED, Event.MOVIE_DELETED, Event.MOVIE_FILE_DELETED

    def __init__(self, key: str, name: str, client: RadarrClient, **options: Any) -> None:
        """Initialize the source."""
        super().__init__(key, name, client, **options)
        self._labels: dict[int, str] = {}

    @override
    def _evidence(self) -> Evidence:
        """Return movies, queue and history."""
        return Evidence(
            movies=tuple(self._shown()),
            queue=tuple(self._with_upgrade(row) for row in self.queue.rows),
            history=self.log.events,
        )

    def _with_upgrade(self, row: QueueEvidence) -> QueueEvidence:
        """Return a row, marked as upgrade if the movie has a file."""
        movie = self._titles.get(row.media_id or 0)
        return replace(row, upgrade=True) if movie and movie.has_file else row

    @override
    def _catalogue_id(self, title: MovieEvidence | Want) -> int | None:
        """Return the TMDB id."""
        return title.tmdb_id or None

    @override
    async def _find(self, catalogue_id: int) -> Movie | None:
        """Look up a movie by its TMDB id."""
        return await self.client.movie_by_tmdb(catalogue_id)

    @override
    async def _read(self, media_id: int, seasons: frozenset[int], found: Movie | None) -> MovieEvidence:
        """Read a movie."""
        read_at = self.clock()
        movie = found or await self.client.movie(media_id)
        if any(tag not in self._labels for tag in movie.tags):
            labels = await self.client.tags()
            self._labels = {tag: labels.get(tag, "") for tag in {*labels, *movie.tags}}
        return self._movie(movie, read_at)

    @override
    async def _reread(self, title: MovieEvidence, part: str, seasons: frozenset[int]) -> MovieEvidence:
        """Read a movie again."""
        read_at = self.clock()
        return self._movie(await self.client.movie(title.movie_id), read_at)

    def _movie(self, movie: Movie, read_at: datetime) -> MovieEvidence:
        """Return a movie as evidence."""
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
        """Return the evidence of a deleted movie that was never read."""
        return MovieEvidence(
            source=self.key,
            movie_id=media_id,
            title=want.title or "" if want else "",
            year=want.year if want else None,
            tmdb_id=want.tmdb_id if want else None,
            gone=True,
        )

    @override
    def _gone(self, title: MovieEvidence, former_files: tuple[FileEvidence, ...]) -> MovieEvidence:
        """Return a movie marked as deleted, with the files it had."""
        return replace(title, gone=True, has_file=False, file=None, former_files=former_files)

    # Webhooks

    @override
    def _title_of(self, told: Payload) -> HookTitle | None:
        """Return the movie."""
        return told.movie

    @override
    def _take_grab(self, told: Payload, title: HookTitle) -> bool:
        """Handle a grabbed release."""
        self._titles[title.id] = self._movie_of(title)
        self._tell(told, HistoryKind.GRABBED, title.id)
        return True

    @override
    def _take_import(self, told: Payload, title: HookTitle) -> bool:
        """Handle an imported file."""
        file = told.movie_file.evidence if told.movie_file else None
        if file is None:
            return False
        self._tell(told, HistoryKind.IMPORTED, title.id, file=file)
        self.queue.tell_imported(told.download_id, title.id, None)
        self._titles[title.id] = replace(
            self._movie_of(title), has_file=True, file=file, read_at=self.clock()
        )
        return True

    @override
    def _take_blocked(self, told: Payload, title: HookTitle) -> bool:
        """Handle a download that requires manual interaction."""
        self._titles[title.id] = self._movie_of(title)
        self._tell_blocked(told, title.id)
        return True

    @override
    def _take_rename(self, told: Payload, title: HookTitle) -> bool:
        """Handle renamed files."""
        movie = self._movie_of(title)
        for one in told.renamed_movie_files:
            if movie.file and one.evidence and one.previous_path == movie.file.path:
                movie = replace(movie, file=one.evidence)
        self._titles[title.id] = movie
        return True

    @override
    def _take_added(self, told: Payload, title: HookTitle) -> bool:
        """Handle an added movie."""
        self._titles[title.id] = replace(self._movie_of(title), gone=False)
        self._retries.succeeded(("catalogue", title.tmdb_id))
        return True

    @override
    def _take_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Handle a deleted movie."""
        self._drop(self._movie_of(title))
        return True

    @override
    def _take_file_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Handle a deleted file; on an upgrade, an import follows, often with the same path."""
        if told.movie_file is None:
            return False
        movie = self._movie_of(title)
        if not told.for_upgrade and movie.file and told.movie_file.path in (None, movie.file.path):
            movie = replace(movie, has_file=False, file=None)
        self._titles[title.id] = movie
        self._tell(told, HistoryKind.FILE_DELETED, title.id)
        return True

    def _movie_of(self, title: HookTitle) -> MovieEvidence:
        """Return the known movie, else one created from the event."""
        return self._titles.get(title.id) or self._from_hook(title)

    def _from_hook(self, movie: HookTitle) -> MovieEvidence:
        """Return a movie created from an event."""
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
    """Return the known release dates of a movie."""
    days = {
        ReleaseKind.CINEMA: movie.in_cinemas,
        ReleaseKind.DIGITAL: movie.digital_release,
        ReleaseKind.PHYSICAL: movie.physical_release,
    }
    return tuple(ReleaseDay(kind=kind, day=day) for kind, day in days.items() if day)
