"""The Sonarr source: polls and webhooks become evidence of series and their wanted episodes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, override

from ...clients.sonarr import Episode, Series, SonarrClient
from ...pipeline.enums import HistoryKind, MediaType, Service
from ...pipeline.evidence import Evidence
from ...pipeline.evidence.arr import EpisodeEvidence, FileEvidence, HistoryEvidence, SeriesEvidence
from ...pipeline.wants import Want
from ..serialization import deserialize_all
from .rows import file_evidence
from .source import ArrSource
from .webhook import Event, HookEpisode, HookTitle, Payload


class SonarrSource(ArrSource[SeriesEvidence, Series]):
    """One Sonarr.

    A webhook changes a series that was read, and never makes one: of a few episodes told of, a request for
    a season would seem complete.
    """

    service = Service.SONARR
    media_type = MediaType.TV
    parts = ("series", "episodes")

    def __init__(self, key: str, name: str, client: SonarrClient, **options: Any) -> None:
        """Start as every *arr source does."""
        super().__init__(key, name, client, **options)
        self.client = self.http = client

    @override
    def _evidence(self) -> Evidence:
        """Return series, queue and history."""
        return Evidence(series=tuple(self._shown()), queue=self.queue.rows, history=self.log.events)

    @override
    def _wanted_id(self, want: Want) -> int | None:
        """Return the TVDB id."""
        return want.tvdb_id or None

    @override
    def _catalogue_id(self, title: SeriesEvidence) -> int | None:
        """Return the TVDB id."""
        return title.tvdb_id

    @override
    async def _find(self, catalogue_id: int) -> Series | None:
        """Ask for a series by its TVDB id."""
        return await self.client.series_by_tvdb(catalogue_id)

    @override
    async def _read(self, media_id: int, seasons: frozenset[int], found: Series | None) -> SeriesEvidence:
        """Read a series and the episodes of the wanted seasons."""
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
        """Read the episodes of seasons, with one call."""
        if not seasons:
            return ()
        only = next(iter(seasons)) if len(seasons) == 1 else None
        rows = await self.client.episodes(series_id, only)
        return tuple(_episode(row) for row in rows if row.season_number in seasons)

    def _series(
        self, series: Series, episodes: tuple[EpisodeEvidence, ...], read_at: datetime | None
    ) -> SeriesEvidence:
        """Return a series as evidence, with its episodes as they were read."""
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
        """Return a series that is gone and was never read."""
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
    def _gone(self, title: SeriesEvidence) -> SeriesEvidence:
        """Return a series without its episodes, gone."""
        return replace(title, gone=True, episodes=())

    @override
    def _read_back(self, rows: Any) -> list[SeriesEvidence]:
        """Return written series."""
        return [replace(series, source=self.key) for series in deserialize_all(SeriesEvidence, rows)]

    @override
    def _filter(self) -> Callable[[HistoryEvidence], bool]:
        """Return whether an event is of a wanted episode."""
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

    @override
    def _takers(self) -> Mapping[Event, Callable[[Payload, HookTitle], bool]]:
        """Return what takes each event."""
        return {
            Event.GRAB: self._take_grab,
            Event.DOWNLOAD: self._take_import,
            Event.BLOCKED: self._take_blocked,
            Event.RENAME: self._take_rename,
            Event.SERIES_ADDED: self._take_added,
            Event.SERIES_DELETED: self._take_deleted,
            Event.EPISODE_FILE_DELETED: self._take_file_deleted,
        }

    def _meet(self, title: HookTitle) -> None:
        """Remember the number of a series, so that it need not be looked up."""
        if title.tvdb_id:
            self._met.pop(title.tvdb_id, None)
            self._met[title.tvdb_id] = title.id
            self._waits.pop(("catalogue", title.tvdb_id), None)

    def _take_grab(self, told: Payload, title: HookTitle) -> bool:
        """Take that a release went to the client, with all its episodes."""
        self._meet(title)
        for episode in told.episodes:
            self._tell(told, HistoryKind.GRABBED, title.id, episode)
        return bool(told.episodes)

    def _take_import(self, told: Payload, title: HookTitle) -> bool:
        """Take that a file, or all files of a release, came into the library."""
        self._meet(title)
        for episode, file in _files(told):
            self._tell(told, HistoryKind.IMPORTED, title.id, episode, file)
            self.queue.tell_imported(told.download_id, title.id, episode.id)
            self._set_file(title.id, episode, file)
        return bool(told.episodes and (told.episode_file or told.episode_files))

    def _take_blocked(self, told: Payload, title: HookTitle) -> bool:
        """Take that a download waits for a person."""
        self._meet(title)
        for episode in told.episodes:
            self._tell_blocked(told, title.id, episode)
        if not told.episodes:
            self._tell_blocked(told, title.id)
        return True

    def _take_rename(self, told: Payload, title: HookTitle) -> bool:
        """Take that files have new names."""
        for one in told.renamed_episode_files:
            if one.evidence:
                self._rename(title.id, one.previous_path, one.evidence)
        return True

    def _take_added(self, told: Payload, title: HookTitle) -> bool:
        """Take that the series is known now."""
        self._meet(title)
        return True

    def _take_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Take that the series is known no more."""
        if series := self._titles.get(title.id):
            self._titles[title.id] = self._gone(series)
        self._met.pop(title.tvdb_id, None)
        self.log.forget(title.id)
        return True

    def _take_file_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Take that a file is gone; for an upgrade the new one is told of too, often at the same path."""
        if told.episode_file is None:
            return False
        for episode in told.episodes:
            self._tell(told, HistoryKind.FILE_DELETED, title.id, episode)
        if not told.for_upgrade:
            self._drop_file(title.id, told)
        return True

    def _set_file(self, series_id: int, told: HookEpisode, file: FileEvidence | None) -> None:
        """Give an episode its file; one unknown so far comes to a season that was read."""
        series, now = self._titles.get(series_id), self.clock()
        if series is None or series.gone:
            return
        if any(episode.episode_id == told.id for episode in series.episodes):
            self._change(
                series,
                lambda one: (
                    replace(one, has_file=True, file=file, read_at=now) if one.episode_id == told.id else one
                ),
            )
        elif told.season_number in self._known.get(series_id, ()):
            episode = EpisodeEvidence(
                episode_id=told.id,
                season=told.season_number,
                number=told.episode_number,
                tvdb_id=told.tvdb_id or None,
                title=told.title,
                air_date=told.air_date_utc,
                has_file=True,
                file=file,
                read_at=now,
            )
            self._titles[series_id] = replace(series, episodes=(*series.episodes, episode))

    def _rename(self, series_id: int, before: str | None, file: FileEvidence) -> None:
        """Give the episodes of a file its new path."""
        if series := self._titles.get(series_id):
            self._change(
                series, lambda one: replace(one, file=file) if one.file and one.file.path == before else one
            )

    def _drop_file(self, series_id: int, told: Payload) -> None:
        """Take the file from the episodes that have it."""
        ids = {episode.id for episode in told.episodes}
        path = told.episode_file.path if told.episode_file else None
        if series := self._titles.get(series_id):
            self._change(
                series,
                lambda one: (
                    replace(one, has_file=False, file=None)
                    if one.episode_id in ids and (one.file is None or path in (None, one.file.path))
                    else one
                ),
            )

    def _change(self, series: SeriesEvidence, change: Callable[[EpisodeEvidence], EpisodeEvidence]) -> None:
        """Change episodes of a series."""
        episodes = tuple(change(one) for one in series.episodes)
        self._titles[series.series_id] = replace(series, episodes=episodes)


def _episode(row: Episode) -> EpisodeEvidence:
    """Return an episode as evidence."""
    return EpisodeEvidence(
        episode_id=row.id,
        season=row.season_number,
        number=row.episode_number,
        absolute=row.absolute_episode_number,
        tvdb_id=row.tvdb_id or None,
        title=row.title,
        monitored=row.monitored,
        air_date=row.air_date_utc,
        has_file=row.has_file,
        file=file_evidence(row.episode_file),
        last_search=row.last_search_time,
    )


def _files(told: Payload) -> Iterable[tuple[HookEpisode, FileEvidence | None]]:
    """Return the imported episodes with their files, as far as a release's files tell theirs by name."""
    for episode in told.episodes:
        if told.episode_file:
            yield episode, told.episode_file.evidence
        elif len(told.episode_files) == 1:
            yield episode, told.episode_files[0].evidence
        else:
            key = (episode.season_number, episode.episode_number)
            file = next((one for one in told.episode_files if key in one.numbers), None)
            yield episode, file.evidence if file else None
