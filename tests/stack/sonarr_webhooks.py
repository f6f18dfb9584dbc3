"""The webhooks a simulated Sonarr sends."""

from collections.abc import Callable
from typing import ClassVar, override

from .arr_events import ArrEvents, Json, Owner
from .arr_rows import ENGLISH, iso
from .arr_webhooks import common_download, file_payload, release_grabbed
from .rows import Arr, Download, SeriesRow


class SonarrWebhooks(ArrEvents):
    """Turns the world's events into Sonarr's webhooks."""

    artwork: ClassVar[str] = "https://artworks.thetvdb.com/banners"
    file_key: ClassVar[str] = "episodeFile"
    renamed_key: ClassVar[str] = "renamedEpisodeFiles"
    without_url: ClassVar[tuple[str, ...]] = ("Health", "HealthRestored", "ApplicationUpdate")

    @override
    def listen(self) -> list[Callable[[], None]]:
        """The world's events that Sonarr sends webhooks for."""
        on = self.world.on
        return [
            *super().listen(),
            on("import_complete", self._on_complete),
            on("arr_added", self._on_added),
        ]

    @override
    def owner_payload(self, row: SeriesRow) -> Json:
        """The series in a webhook."""
        title = row.title
        return {
            "id": row.id,
            "title": title.title,
            "titleSlug": title.slug.replace(".", "-").lower(),
            "path": row.path,
            "tvdbId": title.tvdb_id or 0,
            "tvMazeId": 0,
            "tmdbId": title.tmdb_id,
            "imdbId": title.imdb_id,
            "type": row.series_type,
            "year": title.year,
            "genres": ["Drama"],
            "images": self.images(row),
            "tags": self.tag_labels(row),
            "originalLanguage": ENGLISH[0],
        }

    def _episodes_payload(self, ids: list[int]) -> list[Json]:
        """Episodes in a webhook; no absolute numbers there."""
        rows = [row for number in ids if (row := self.arr.episode(number))]
        return [
            {
                "id": row.id,
                "episodeNumber": row.episode.number,
                "seasonNumber": row.episode.season,
                "title": row.episode.title,
                "overview": "…",
                "airDate": f"{row.episode.air_date:%Y-%m-%d}" if row.episode.air_date else None,
                "airDateUtc": iso(row.episode.air_date),
                "seriesId": row.series_id,
                "tvdbId": row.episode.tvdb_id,
            }
            for row in rows
        ]

    @override
    def subject(self, row: SeriesRow, episode_ids: list[int]) -> Json:
        """Series and episodes."""
        return {"series": self.owner_payload(row), "episodes": self._episodes_payload(episode_ids)}

    @override
    def blocked_subject(self, row: Owner | None, download: Download) -> Json:
        """Series, if known, and episodes."""
        episodes = {"episodes": self._episodes_payload(download.episode_ids)}
        return super().blocked_subject(row, download) | episodes

    async def _on_complete(self, download: Download) -> None:
        """Download again, in its other shape: all files of the release."""
        if row := self.row_of(download):
            files = [e.file for n in download.episode_ids if (e := self.arr.episode(n)) and e.file]
            payload = self.subject(row, download.episode_ids) | common_download(download)
            payload.pop("customFormatInfo")
            payload |= {
                "episodeFiles": [file_payload(file, "sonarr") for file in files],
                "release": release_grabbed(download, "sonarr"),
                "fileCount": len(files),
                "sourcePath": f"/downloads/sonarr/{download.release}",
                "destinationPath": files[0].path.rpartition("/")[0] if files else row.path,
            }
            await self.tell("Download", payload, "onImportComplete", row=row)

    async def _on_added(self, arr: Arr, row: SeriesRow) -> None:
        """SeriesAdd."""
        if arr is self.arr:
            await self.tell("SeriesAdd", {"series": self.owner_payload(row)}, "onSeriesAdd", row=row)
