"""The webhooks a simulated Sonarr sends."""

from collections.abc import Callable
from typing import Any, override

from .arr import FakeArr
from .arr_rows import ENGLISH, iso
from .arr_webhooks import common_download, file_payload, release_grabbed
from .rows import Arr, ArrFile, Download, EpisodeRow, SeriesRow

POSTERS = "https://artworks.thetvdb.com/banners"


class SonarrWebhooks(FakeArr):
    """Turns the world's events into Sonarr's webhooks."""

    @override
    def listen(self) -> list[Callable[[], None]]:
        """The world's events that Sonarr tells of."""
        on = self.world.on
        return [
            on("grabbed", self._on_grabbed),
            on("imported", self._on_imported),
            on("import_complete", self._on_complete),
            on("import_blocked", self._on_blocked),
            on("arr_added", self._on_added),
            on("arr_removed", self._on_removed),
            on("file_removed", self._on_file_removed),
            on("renamed", self._on_renamed),
            on("health", self._on_health),
        ]

    async def _tell(
        self, event: str, payload: dict[str, Any], *switches: str, row: SeriesRow | None = None
    ) -> None:
        """Post an event with what all have in common."""
        common = {"eventType": event, "instanceName": self.app_name, "applicationUrl": ""}
        if event in ("Health", "HealthRestored", "ApplicationUpdate"):
            common.pop("applicationUrl")
        await self.connections.notify(payload | common, *switches, tags=row.tags if row else None)

    def _series_payload(self, row: SeriesRow) -> dict[str, Any]:
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
            "images": self.images(row.id, title.poster, POSTERS),
            "tags": sorted(self.arr.tags.get(tag, str(tag)) for tag in row.tags),
            "originalLanguage": ENGLISH[0],
        }

    def _episodes_payload(self, ids: list[int]) -> list[dict[str, Any]]:
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

    def _row(self, download: Download) -> SeriesRow | None:
        """The series of a download of this instance."""
        return self.arr.series.get(download.owner_id or 0) if download.arr is self.arr else None

    def _both(self, row: SeriesRow, ids: list[int]) -> dict[str, Any]:
        """Series and episodes."""
        return {"series": self._series_payload(row), "episodes": self._episodes_payload(ids)}

    async def _on_grabbed(self, download: Download) -> None:
        """Grab: once a release, with all its episodes."""
        if row := self._row(download):
            release = {
                "quality": download.quality,
                "qualityVersion": 1,
                "releaseGroup": "EXAMPLE",
                "releaseTitle": download.release,
                "indexer": download.indexer,
                "size": download.size,
                "customFormatScore": 0,
                "customFormats": [],
                "languages": ENGLISH,
            }
            payload = self._both(row, download.episode_ids) | {"release": release}
            await self._tell("Grab", payload | common_download(download, download.grab_id), "onGrab", row=row)

    async def _on_imported(
        self, download: Download, owner: SeriesRow, file: ArrFile, replaced: ArrFile | None, **_: object
    ) -> None:
        """Download: once a file."""
        if row := self._row(download):
            payload = self._both(row, file.episode_ids) | {
                "episodeFile": file_payload(file, "sonarr", source=download),
                "isUpgrade": replaced is not None,
                "deletedFiles": [file_payload(replaced, "sonarr", recycled=True)] if replaced else None,
                "release": release_grabbed(download, "sonarr"),
            }
            switches = ("onDownload", "onUpgrade") if replaced else ("onDownload",)
            await self._tell("Download", payload | common_download(download), *switches, row=row)

    async def _on_complete(self, download: Download) -> None:
        """Download again, in its other shape: all files of the release."""
        if row := self._row(download):
            files = [e.file for n in download.episode_ids if (e := self.arr.episode(n)) and e.file]
            payload = self._both(row, download.episode_ids) | common_download(download)
            payload.pop("customFormatInfo")
            payload |= {
                "episodeFiles": [file_payload(file, "sonarr") for file in files],
                "release": release_grabbed(download, "sonarr"),
                "fileCount": len(files),
                "sourcePath": f"/downloads/sonarr/{download.release}",
                "destinationPath": files[0].path.rpartition("/")[0] if files else row.path,
            }
            await self._tell("Download", payload, "onImportComplete", row=row)

    async def _on_blocked(self, download: Download) -> None:
        """ManualInteractionRequired."""
        if download.arr is self.arr:
            row = self._row(download)
            payload = {
                "series": self._series_payload(row) if row else None,
                "episodes": self._episodes_payload(download.episode_ids),
                "downloadInfo": {
                    "quality": download.quality,
                    "qualityVersion": 1,
                    "title": download.release,
                    "size": download.size,
                },
                "downloadStatus": (download.tracked_status or "ok").capitalize(),
                "downloadStatusMessages": [{"title": t, "messages": lines} for t, lines in download.messages],
                "release": release_grabbed(download, "sonarr"),
            }
            await self._tell(
                "ManualInteractionRequired",
                payload | common_download(download),
                "onManualInteractionRequired",
                row=row,
            )

    async def _on_added(self, arr: Arr, row: SeriesRow) -> None:
        """SeriesAdd."""
        if arr is self.arr:
            await self._tell("SeriesAdd", {"series": self._series_payload(row)}, "onSeriesAdd", row=row)

    async def _on_removed(self, arr: Arr, row: SeriesRow, deleted_files: bool) -> None:
        """SeriesDelete."""
        if arr is self.arr:
            payload = {"series": self._series_payload(row), "deletedFiles": deleted_files}
            await self._tell("SeriesDelete", payload, "onSeriesDelete", row=row)

    async def _on_file_removed(
        self, arr: Arr, owner: SeriesRow, row: EpisodeRow | None, file: ArrFile, reason: str
    ) -> None:
        """EpisodeFileDelete."""
        if arr is self.arr:
            payload = self._both(owner, file.episode_ids) | {
                "episodeFile": file_payload(file, "sonarr"),
                "deleteReason": reason,
            }
            more = ("onEpisodeFileDeleteForUpgrade",) if reason == "upgrade" else ()
            await self._tell("EpisodeFileDelete", payload, "onEpisodeFileDelete", *more, row=owner)

    async def _on_renamed(self, arr: Arr, owner: SeriesRow, file: ArrFile, before: str) -> None:
        """Rename."""
        if arr is self.arr:
            entry = file_payload(file, "sonarr") | {
                "previousPath": before,
                "previousRelativePath": before.removeprefix(f"{owner.path}/"),
            }
            payload = {"series": self._series_payload(owner), "renamedEpisodeFiles": [entry]}
            await self._tell("Rename", payload, "onRename", row=owner)

    async def _on_health(self, arr: Arr, entry: dict[str, str], restored: bool) -> None:
        """Health and HealthRestored."""
        if arr is self.arr:
            payload = {
                "level": entry["type"],
                "message": entry["message"],
                "type": entry["source"],
                "wikiUrl": "https://wiki.servarr.com/sonarr/system",
            }
            more = ("includeHealthWarnings",) if entry["type"] == "warning" else ()
            event, switch = (
                ("HealthRestored", "onHealthRestored") if restored else ("Health", "onHealthIssue")
            )
            await self._tell(event, payload, switch, *more)
