"""Client for Sonarr (API v3)."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from .arr import API, ArrClient
from .arr_model import LibraryTitle, MediaFile
from .model import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Season(Answer):
    """Season and whether it is monitored."""

    season_number: int
    monitored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Series(LibraryTitle):
    """Series in the library of Sonarr; an id of 0 means none."""

    tvdb_id: int | None = None
    monitored: bool = True
    series_type: str = "standard"
    next_airing: datetime | None = None
    seasons: list[Season] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode(Answer):
    """Episode; `tvdb_id` is the TVDB id of the episode."""

    id: int
    season_number: int
    episode_number: int
    absolute_episode_number: int | None = None
    tvdb_id: int | None = None
    title: str | None = None
    monitored: bool = True
    air_date_utc: datetime | None = None
    has_file: bool = False
    episode_file_id: int = 0
    episode_file: MediaFile | None = None
    last_search_time: datetime | None = None


class SonarrClient(ArrClient):
    """Client for Sonarr."""

    name = "Sonarr"
    app = "Sonarr"
    owner = "series"
    attached = ("Series", "Episode")

    async def series(self, series_id: int) -> Series:
        """Return a series; raises NotFound if it does not exist."""
        return Series.parse(await self._get(f"{API}/series/{series_id}"))

    async def series_by_tvdb(self, tvdb_id: int) -> Series | None:
        """Return the series with a TVDB id, None if it is not in the library; slow for large libraries."""
        rows = Series.parse_list(await self._list("series", {"tvdbId": tvdb_id}))
        return next((row for row in rows if row.tvdb_id == tvdb_id), None)

    async def episodes(self, series_id: int, season: int | None = None) -> list[Episode]:
        """Return the episodes with their files, of all seasons or one."""
        params: dict[str, str | int] = {"seriesId": series_id, "includeEpisodeFile": "true"}
        if season is not None:
            params["seasonNumber"] = season
        episodes = Episode.parse_list(await self._list("episode", params))
        if not any(episode.has_file and episode.episode_file is None for episode in episodes):
            return episodes
        # Before version 4, files are only available separately.
        files = {file.id: file for file in await self.episode_files(series_id)}
        return [
            replace(episode, episode_file=episode.episode_file or files.get(episode.episode_file_id))
            for episode in episodes
        ]

    async def episode_files(self, series_id: int) -> list[MediaFile]:
        """Return the files of a series."""
        return MediaFile.parse_list(await self._list("episodefile", {"seriesId": series_id}))
