"""A simulated Sonarr: series, episodes, their files and its searches."""

from typing import Any, ClassVar, Literal, override

from aiohttp import web

from .arr_connections import SWITCHES
from .arr_rows import file_resource, iso
from .rows import EpisodeRow, SeriesRow
from .sonarr_calendar import CalendarApi
from .sonarr_webhooks import SonarrWebhooks
from .titles import Episode


class FakeSonarr(SonarrWebhooks):
    """One Sonarr instance."""

    app_name: ClassVar[str] = "Sonarr"
    version: ClassVar[str] = "4.0.19.2979"
    kind: ClassVar[Literal["radarr", "sonarr"]] = "sonarr"
    owner_key: ClassVar[str] = "series"
    database: ClassVar[str] = "tvdb"
    event_numbers: ClassVar[dict[int, str]] = {
        1: "grabbed",
        2: "seriesFolderImported",
        3: "downloadFolderImported",
        4: "downloadFailed",
        5: "episodeFileDeleted",
        6: "episodeFileRenamed",
        7: "downloadIgnored",
    }
    switches: ClassVar[tuple[str, ...]] = (
        *SWITCHES,
        "onImportComplete",
        "onSeriesAdd",
        "onSeriesDelete",
        "onEpisodeFileDelete",
        "onEpisodeFileDeleteForUpgrade",
    )

    @override
    def owners(self) -> dict[int, Any]:
        """Series by id."""
        return self.arr.series

    @override
    def add_routes(self) -> None:
        """Series, episodes and files."""
        self.api("GET", "episode", self._episodes)
        self.api("GET", "episode/{id:\\d+}", self._episode)
        self.api("GET", "episodefile", self._files)
        CalendarApi(self).add_routes()

    @override
    async def run_search(self, name: str, body: dict[str, Any]) -> bool:
        """SeriesSearch, SeasonSearch, EpisodeSearch."""
        if name == "EpisodeSearch":
            chosen: dict[int, list[tuple[int, int]]] = {}
            for number in body.get("episodeIds", []):
                if row := self.arr.episode(number):
                    chosen.setdefault(row.series_id, []).append(row.episode.key)
            for series_id, keys in chosen.items():
                await self.on_search(self.arr.series[series_id], keys)
            return True
        if name not in ("SeriesSearch", "SeasonSearch"):
            return False
        series = self.arr.series.get(body.get("seriesId", 0))
        if series is not None:
            season: list[tuple[int, int]] | None = None
            if name == "SeasonSearch":
                wanted = self.world.wanted(series)
                season = [row.episode.key for row in wanted if row.episode.season == body.get("seasonNumber")]
            await self.on_search(series, season)
        return True

    # -- series ----------------------------------------------------------------------------------------

    @override
    def resource(self, row: SeriesRow) -> dict[str, Any]:
        """A series as the API shows it, with the statistics of each season."""
        title = row.title
        dates = [episode.air_date for episode in title.episodes if episode.air_date]
        ended = bool(dates) and max(dates) < self.world.now("sonarr")
        everything = self._statistics([episode for episode in row.episodes if episode.episode.season > 0])
        seasons = []
        for number, monitored in sorted(row.season_monitored.items()):
            inside = [episode for episode in row.episodes if episode.episode.season == number]
            season: dict[str, Any] = {"seasonNumber": number, "monitored": monitored}
            if inside:
                season["statistics"] = self._statistics(inside) | self._airing(inside)
            seasons.append(season)
        return self.shared_resource(row) | {
            "status": "ended" if ended else "continuing",
            "ended": ended,
            **self._airing(row.episodes),
            "network": "Example",
            "airTime": "21:00",
            "seasons": seasons,
            "seasonFolder": True,
            "monitorNewItems": "all",
            "useSceneNumbering": False,
            "tvdbId": title.tvdb_id or 0,
            "tvRageId": 0,
            "tvMazeId": 0,
            "firstAired": iso(min(dates, default=None)),
            "lastAired": iso(max(dates, default=None)),
            "seriesType": row.series_type,
            "titleSlug": title.slug.replace(".", "-").lower(),
            "rootFolderPath": row.path.rpartition("/")[0] + "/",
            "genres": ["Drama"],
            "ratings": {"votes": 10, "value": 8.0},
            "statistics": {"seasonCount": sum(number > 0 for number in row.season_monitored), **everything},
            "languageProfileId": 1,
        }

    def _statistics(self, rows: list[EpisodeRow]) -> dict[str, Any]:
        """Counts by Sonarr's rules: an episode counts when monitored and aired, or when it has a file."""
        files = [row.file for row in rows if row.file]
        counted = sum(bool(row.file) or (row.monitored and self.aired(row.episode)) for row in rows)
        return {
            "episodeFileCount": len(files),
            "episodeCount": counted,
            "totalEpisodeCount": len(rows),
            "sizeOnDisk": sum(file.size for file in files),
            "releaseGroups": ["EXAMPLE"] if files else [],
            "percentOfEpisodes": len(files) / counted * 100 if counted else 0,
        }

    def _airing(self, rows: list[EpisodeRow]) -> dict[str, Any]:
        """The next and the last air date."""
        dates = sorted(row.episode.air_date for row in rows if row.episode.air_date)
        now = self.world.now("sonarr")
        return {
            "nextAiring": iso(next((date for date in dates if date > now), None)),
            "previousAiring": iso(next((date for date in reversed(dates) if date <= now), None)),
        }

    def aired(self, episode: Episode) -> bool:
        """Whether the episode has aired."""
        return episode.air_date is not None and episode.air_date <= self.world.now("sonarr")

    # -- episodes and files ----------------------------------------------------------------------------

    async def _episodes(self, request: web.Request) -> web.StreamResponse:
        """Episodes of a series, by ids or by file; without any of these a 400."""
        query = request.query
        rows = [row for series in self.arr.series.values() for row in series.episodes]
        if "seriesId" in query:
            rows = [row for row in rows if row.series_id == int(query["seriesId"])]
            if "seasonNumber" in query:
                rows = [row for row in rows if row.episode.season == int(query["seasonNumber"])]
        elif "episodeIds" in query:
            wanted = {int(value) for value in query.getall("episodeIds")}
            rows = [row for row in rows if row.id in wanted]
        elif "episodeFileId" in query:
            rows = [row for row in rows if row.file and row.file.id == int(query["episodeFileId"])]
        else:
            return self.json({"message": "seriesId or episodeIds must be provided"}, 400)
        with_file = query.get("includeEpisodeFile", "").lower() == "true"
        return self.json([self.episode_resource(row, with_file) for row in rows])

    async def _episode(self, request: web.Request) -> web.StreamResponse:
        """One episode, with its file."""
        row = self.arr.episode(int(request.match_info["id"]))
        return self.json(self.episode_resource(row, True)) if row else self.json({"message": "NotFound"}, 404)

    async def _files(self, request: web.Request) -> web.StreamResponse:
        """Files of a series; without an id a 400."""
        query = request.query
        if "seriesId" in query:
            files = [file for file in self.arr.files.values() if file.owner_id == int(query["seriesId"])]
        elif "episodeFileIds" in query:
            wanted = {int(value) for value in query.getall("episodeFileIds")}
            files = [file for file in self.arr.files.values() if file.id in wanted]
        else:
            return self.json({"message": "seriesId or episodeFileIds must be provided"}, 400)
        return self.json([file_resource(file, "sonarr") for file in files])

    def episode_resource(self, row: EpisodeRow, with_file: bool) -> dict[str, Any]:
        """An episode as the API shows it."""
        episode, file = row.episode, row.file
        runtime = self.arr.series[row.series_id].title.runtime
        return {
            "id": row.id,
            "seriesId": row.series_id,
            "tvdbId": episode.tvdb_id,
            "episodeFileId": file.id if file else 0,
            "seasonNumber": episode.season,
            "episodeNumber": episode.number,
            "title": episode.title,
            "airDate": f"{episode.air_date:%Y-%m-%d}" if episode.air_date else None,
            "airDateUtc": iso(episode.air_date),
            "lastSearchTime": iso(row.last_search),
            "runtime": runtime,
            "overview": "…",
            "episodeFile": file_resource(file, "sonarr") if file and with_file else None,
            "hasFile": file is not None,
            "monitored": row.monitored,
            "absoluteEpisodeNumber": episode.absolute,
            "unverifiedSceneNumbering": False,
        }
