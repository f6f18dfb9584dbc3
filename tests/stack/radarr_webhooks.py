"""The webhooks a simulated Radarr sends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, override

from .arr import FakeArr
from .arr_rows import ENGLISH
from .arr_webhooks import common_download, file_payload, release_grabbed
from .rows import Arr, ArrFile, Download, MovieRow

POSTERS = "https://image.tmdb.org/t/p/original"


class RadarrWebhooks(FakeArr):
    """Turns the world's events into Radarr's webhooks."""

    @override
    def listen(self) -> list[Callable[[], None]]:
        """The world's events that Radarr tells of."""
        on = self.world.on
        return [
            on("grabbed", self._on_grabbed),
            on("imported", self._on_imported),
            on("import_blocked", self._on_blocked),
            on("arr_added", self._on_added),
            on("arr_removed", self._on_removed),
            on("file_removed", self._on_file_removed),
            on("renamed", self._on_renamed),
            on("health", self._on_health),
        ]

    async def _tell(
        self, event: str, payload: dict[str, Any], *switches: str, row: MovieRow | None = None
    ) -> None:
        """Post an event with what all have in common."""
        common = {"eventType": event, "instanceName": self.app_name, "applicationUrl": ""}
        if event == "HealthRestored":
            common.pop("applicationUrl")
        await self.connections.notify(payload | common, *switches, tags=row.tags if row else None)

    def _movie_payload(self, row: MovieRow) -> dict[str, Any]:
        """The film in a webhook."""
        title = row.title
        date: datetime | None = title.release or (title.in_cinemas and title.in_cinemas + timedelta(days=90))
        return {
            "id": row.id,
            "title": title.title,
            "year": title.year,
            "releaseDate": f"{date:%Y-%m-%d}" if date else "9999-12-31",
            "folderPath": row.path,
            "tmdbId": title.tmdb_id,
            "imdbId": title.imdb_id,
            "overview": title.overview,
            "genres": ["Drama"],
            "images": self.images(row.id, title.poster, POSTERS),
            "tags": sorted(self.arr.tags.get(tag, str(tag)) for tag in row.tags),
            "originalLanguage": ENGLISH[0],
        }

    def _both(self, row: MovieRow) -> dict[str, Any]:
        """Film and remote film."""
        title = row.title
        remote = {"tmdbId": title.tmdb_id, "imdbId": title.imdb_id, "title": title.title, "year": title.year}
        return {"movie": self._movie_payload(row), "remoteMovie": remote}

    def _row(self, download: Download) -> MovieRow | None:
        """The film of a download of this instance."""
        return self.arr.movies.get(download.owner_id or 0) if download.arr is self.arr else None

    async def _on_grabbed(self, download: Download) -> None:
        """Grab."""
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
                "indexerFlags": [],
            }
            payload = self._both(row) | {"release": release} | common_download(download, download.grab_id)
            await self._tell("Grab", payload, "onGrab", row=row)

    async def _on_imported(
        self, download: Download, owner: MovieRow, file: ArrFile, replaced: ArrFile | None, **_: object
    ) -> None:
        """Download."""
        if row := self._row(download):
            payload = self._both(row) | {
                "movieFile": file_payload(file, "radarr", source=download),
                "isUpgrade": replaced is not None,
                "deletedFiles": [file_payload(replaced, "radarr", recycled=True)] if replaced else None,
                "release": release_grabbed(download, "radarr"),
            }
            switches = ("onDownload", "onUpgrade") if replaced else ("onDownload",)
            await self._tell("Download", payload | common_download(download), *switches, row=row)

    async def _on_blocked(self, download: Download) -> None:
        """ManualInteractionRequired."""
        if download.arr is self.arr:
            row = self._row(download)
            payload = {
                "movie": self._movie_payload(row) if row else None,
                "downloadInfo": {
                    "quality": download.quality,
                    "qualityVersion": 1,
                    "title": download.release,
                    "size": download.size,
                },
                "downloadStatus": (download.tracked_status or "ok").capitalize(),
                "downloadStatusMessages": [{"title": t, "messages": lines} for t, lines in download.messages],
                "release": release_grabbed(download, "radarr"),
            }
            await self._tell(
                "ManualInteractionRequired",
                payload | common_download(download),
                "onManualInteractionRequired",
                row=row,
            )

    async def _on_added(self, arr: Arr, row: MovieRow) -> None:
        """MovieAdded."""
        if arr is self.arr:
            payload = {"movie": self._movie_payload(row), "addMethod": "manual"}
            await self._tell("MovieAdded", payload, "onMovieAdded", row=row)

    async def _on_removed(self, arr: Arr, row: MovieRow, deleted_files: bool) -> None:
        """MovieDelete."""
        if arr is self.arr:
            size = row.file.size if row.file and deleted_files else 0
            payload = {
                "movie": self._movie_payload(row),
                "deletedFiles": deleted_files,
                "movieFolderSize": size,
            }
            await self._tell("MovieDelete", payload, "onMovieDelete", row=row)

    async def _on_file_removed(
        self, arr: Arr, owner: MovieRow, file: ArrFile, reason: str, **_: object
    ) -> None:
        """MovieFileDelete."""
        if arr is self.arr:
            payload = {
                "movie": self._movie_payload(owner),
                "movieFile": file_payload(file, "radarr"),
                "deleteReason": reason,
            }
            more = ("onMovieFileDeleteForUpgrade",) if reason == "upgrade" else ()
            await self._tell("MovieFileDelete", payload, "onMovieFileDelete", *more, row=owner)

    async def _on_renamed(self, arr: Arr, owner: MovieRow, file: ArrFile, before: str) -> None:
        """Rename."""
        if arr is self.arr:
            entry = file_payload(file, "radarr") | {
                "previousPath": before,
                "previousRelativePath": before.removeprefix(f"{owner.path}/"),
            }
            payload = {"movie": self._movie_payload(owner), "renamedMovieFiles": [entry]}
            await self._tell("Rename", payload, "onRename", row=owner)

    async def _on_health(self, arr: Arr, entry: dict[str, str], restored: bool) -> None:
        """Health and HealthRestored."""
        if arr is self.arr:
            payload = {
                "level": entry["type"],
                "message": entry["message"],
                "type": entry["source"],
                "wikiUrl": "https://wiki.servarr.com/radarr/system",
            }
            more = ("includeHealthWarnings",) if entry["type"] == "warning" else ()
            event, switch = (
                ("HealthRestored", "onHealthRestored") if restored else ("Health", "onHealthIssue")
            )
            await self._tell(event, payload, switch, *more)
