"""Sonarr source: polls and webhooks as evidence of series and their requested episodes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import override

from ...clients.sonarr import Series, SonarrClient
from ...pipeline.enums import HistoryKind, MediaType, Service
from ...pipeline.evidence import Evidence
from ...pipeline.evidence.arr import EpisodeEvidence, FileEvidence, HistoryEvidence, SeriesEvidence
from ...pipeline.wants import Want
from .episodes import episode_evidence, imported_files, with_file, with_renamed_file, without_file
from .source import ArrSource
from .webhook import Event, HookTitle, Payload


class SonarrSource(ArrSource[SeriesEvidence, SonarrClient, Series]):
    """Source for a Sonarr instance.

    A webhook only updates a series that has been read: with only the episodes of the webhook, a requested
    season would appear complete.
    """

    service = Service.SONARR
    media_type = MediaType.TV
    evidence_type = SeriesEvidence
    parts = ("series", "episodes")
    added, deleted, file_deleted = Event.SERIES_ADDED, Event.SERIES_DELETED, Event.EPISODE_FILE_DELETED

    @override
    def _evidence(self) -> Evidence:
        """Return series, queue and history."""
        return Evidence(series=tuple(self._shown()), queue=self.queue.rows, history=self.log.events)

    @override
    def _catalogue_id(self, title: SeriesEvidence | Want) -> int | None:
        """Return the TVDB id."""
        return title.tvdb_id or None

    @override
    async def _find(self, catalogue_id: int) -> Series | None:
        """Look up a series by its TVDB id."""
        return await self.client.series_by_tvdb(catalogue_id)

    @override
    async def _read(self, media_id: int, seasons: frozenset[int], found: Series | None) -> SeriesEvidence:
        """Read a series and the episodes of the requested seasons."""
        read_at = self.clock()
        series = found or await self.client.series(media_id)
        return self._series(series, await self._episodes(media_id, seasons), read_at)

    @override
    async def _reread(self, title: SeriesEvidence, part: str, seasons: frozenset[int]) -> SeriesEvidence:
        """Read a series, or its episodes, again."""
        if part == "series":
            return self._series(await self.client.series(title.series_id), title.episodes, title.read_at)
        read_at = self.clock()
        return replace(title, episodes=await self._episodes(title.series_id, seasons), read_at=read_at)

    async def _episodes(self, series_id: int, seasons: frozenset[int]) -> tuple[EpisodeEvidence, ...]:
        """Read the episodes of seasons with one request."""
        if not seasons:
            return ()
        only = next(iter(seasons)) if len(seasons) == 1 else None
        rows = await self.client.episodes(series_id, only)
        return tuple(episode_evidence(row) for row in rows if row.season_number in seasons)

    def _series(
        self, series: Series, episodes: tuple[EpisodeEvidence, ...], read_at: datetime | None
    ) -> SeriesEvidence:
        """Return a series as evidence, with its episodes."""
        return SeriesEvidence(
            source=self.key,
            series_id=series.id,
            title=series.title,
            year=series.year or None,
            tvdb_id=series.tvdb_id or None,
            tmdb_id=series.tmdb_id or None,
            imdb_id=series.imdb_id or None,
            monitored=series.monitored,
            anime=series.series_type.casefold() == "anime",
            poster=series.poster,
            next_airing=series.next_airing,
            seasons=tuple(season.season_number for season in series.seasons),
            seasons_monitored=tuple(season.season_number for season in series.seasons if season.monitored),
            episodes=episodes,
            read_at=read_at,
        )

    @override
    def _missing(self, media_id: int, want: Want | None) -> SeriesEvidence:
        """Return the evidence of a deleted series that was never read."""
        return SeriesEvidence(
            source=self.key,
            series_id=media_id,
            title=want.title or "" if want else "",
            year=want.year if want else None,
            tvdb_id=want.tvdb_id if want else None,
            tmdb_id=want.tmdb_id if want else None,
            gone=True,
        )

    @override
    def _gone(self, title: SeriesEvidence, former_files: tuple[FileEvidence, ...]) -> SeriesEvidence:
        """Return a series marked as deleted, with the files it had."""
        return replace(title, gone=True, episodes=(), former_files=former_files)

    @override
    def _filter(self) -> Callable[[HistoryEvidence], bool]:
        """Return whether an event is about a requested episode."""
        wanted = super()._filter()
        episodes = {one.episode_id for series in self._titles.values() for one in series.episodes}
        unread = {one for one in self._bound if one not in self._titles or not self._titles[one].episodes}
        return lambda event: (
            wanted(event)
            and (event.episode_id is None or event.episode_id in episodes or event.media_id in unread)
        )

    # Webhooks

    @override
    def _title_of(self, told: Payload) -> HookTitle | None:
        """Return the series."""
        return told.series

    def _meet(self, title: HookTitle) -> None:
        """Store the id of a series to avoid looking it up."""
        if title.tvdb_id:
            self._met.pop(title.tvdb_id, None)
            self._met[title.tvdb_id] = title.id
            self._retries.succeeded(("catalogue", title.tvdb_id))

    @override
    def _take_grab(self, told: Payload, title: HookTitle) -> bool:
        """Handle a grabbed release with all its episodes."""
        self._meet(title)
        for episode in told.episodes:
            self._tell(told, HistoryKind.GRABBED, title.id, episode)
        return bool(told.episodes)

    @override
    def _take_import(self, told: Payload, title: HookTitle) -> bool:
        """Handle the import of one file or of all files of a release."""
        self._meet(title)
        for episode, file in imported_files(told):
            self._tell(told, HistoryKind.IMPORTED, title.id, episode, file)
            self.queue.tell_imported(told.download_id, title.id, episode.id)
            if series := self._titles.get(title.id):
                seasons = self._known.get(title.id, frozenset())
                self._titles[title.id] = with_file(series, episode, file, seasons, self.clock())
        return bool(told.episodes and (told.episode_file or told.episode_files))

    @override
    def _take_blocked(self, told: Payload, title: HookTitle) -> bool:
        """Handle a download that requires manual interaction."""
        self._meet(title)
        for episode in told.episodes:
            self._tell_blocked(told, title.id, episode)
        if not told.episodes:
            self._tell_blocked(told, title.id)
        return True

    @override
    def _take_rename(self, told: Payload, title: HookTitle) -> bool:
        """Handle renamed files."""
        for one in told.renamed_episode_files:
            if one.evidence and (series := self._titles.get(title.id)):
                self._titles[title.id] = with_renamed_file(series, one.previous_path, one.evidence)
        return True

    @override
    def _take_added(self, told: Payload, title: HookTitle) -> bool:
        """Handle an added series."""
        self._meet(title)
        return True

    @override
    def _take_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Handle a deleted series."""
        if series := self._titles.get(title.id):
            self._drop(series)
        else:
            self.log.forget(title.id)
        self._met.pop(title.tvdb_id, None)
        return True

    @override
    def _take_file_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Handle a deleted file; on an upgrade, an import follows, often with the same path."""
        if told.episode_file is None:
            return False
        for episode in told.episodes:
            self._tell(told, HistoryKind.FILE_DELETED, title.id, episode)
        if not told.for_upgrade and (series := self._titles.get(title.id)):
            episodes = {episode.id for episode in told.episodes}
            self._titles[title.id] = without_file(series, episodes, told.episode_file.path)
        return True
