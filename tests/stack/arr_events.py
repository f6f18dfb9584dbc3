"""The webhooks that a simulated Radarr and a simulated Sonarr send alike."""

from collections.abc import Callable
from typing import Any, ClassVar, override

from .arr import FakeArr
from .arr_rows import ENGLISH
from .arr_webhooks import common_download, file_payload, release_grabbed
from .rows import Arr, ArrFile, Download, MovieRow, SeriesRow

type Json = dict[str, Any]
type Owner = MovieRow | SeriesRow


class ArrEvents(FakeArr):
    """Turns the world's events into webhooks; a film or series is the owner of its files."""

    file_key: ClassVar[str]  # of an imported file in a payload
    renamed_key: ClassVar[str]
    without_url: ClassVar[tuple[str, ...]]  # the events that lack the application's address
    release_more: ClassVar[Json] = {}

    def owner_payload(self, row: Any) -> Json:
        """The film or series in a webhook."""
        raise NotImplementedError

    def subject(self, row: Any, episode_ids: list[int]) -> Json:
        """What a webhook is about: the film, or the series with these episodes."""
        raise NotImplementedError

    def blocked_subject(self, row: Owner | None, download: Download) -> Json:
        """The same for a download that waits for a person; the *arr may not know what it is of."""
        return {self.owner_key: self.owner_payload(row) if row else None}

    def removed_payload(self, row: Any, deleted_files: bool) -> Json:
        """What the webhook of a removed film or series holds."""
        return {self.owner_key: self.owner_payload(row), "deletedFiles": deleted_files}

    @override
    def listen(self) -> list[Callable[[], None]]:
        """The world's events that both send webhooks for."""
        on = self.world.on
        return [
            on("grabbed", self._on_grabbed),
            on("imported", self._on_imported),
            on("import_blocked", self._on_blocked),
            on("arr_removed", self._on_removed),
            on("file_removed", self._on_file_removed),
            on("renamed", self._on_renamed),
            on("health", self._on_health),
        ]

    async def tell(self, event: str, payload: Json, *switches: str, row: Owner | None = None) -> None:
        """Post an event with what all have in common."""
        common = {"eventType": event, "instanceName": self.app_name, "applicationUrl": ""}
        if event in self.without_url:
            common.pop("applicationUrl")
        await self.connections.notify(payload | common, *switches, tags=row.tags if row else None)

    def row_of(self, download: Download) -> Any | None:
        """The film or series of a download of this instance."""
        return self.owners().get(download.owner_id or 0) if download.arr is self.arr else None

    def tag_labels(self, row: Owner) -> list[str]:
        """The labels of a row's tags."""
        return sorted(self.arr.tags.get(tag, str(tag)) for tag in row.tags)

    async def _on_grabbed(self, download: Download) -> None:
        """Grab: once a release."""
        if row := self.row_of(download):
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
                **self.release_more,
            }
            payload = self.subject(row, download.episode_ids) | {"release": release}
            await self.tell("Grab", payload | common_download(download, download.grab_id), "onGrab", row=row)

    async def _on_imported(
        self, download: Download, owner: Owner, file: ArrFile, replaced: ArrFile | None, **_: object
    ) -> None:
        """Download: once a file."""
        if row := self.row_of(download):
            kind = self.arr.kind
            payload = self.subject(row, file.episode_ids) | {
                self.file_key: file_payload(file, kind, source=download),
                "isUpgrade": replaced is not None,
                "deletedFiles": [file_payload(replaced, kind, recycled=True)] if replaced else None,
                "release": release_grabbed(download, kind),
            }
            switches = ("onDownload", "onUpgrade") if replaced else ("onDownload",)
            await self.tell("Download", payload | common_download(download), *switches, row=row)

    async def _on_blocked(self, download: Download) -> None:
        """ManualInteractionRequired."""
        if download.arr is self.arr:
            row = self.row_of(download)
            payload = self.blocked_subject(row, download) | {
                "downloadInfo": {
                    "quality": download.quality,
                    "qualityVersion": 1,
                    "title": download.release,
                    "size": download.size,
                },
                "downloadStatus": (download.tracked_status or "ok").capitalize(),
                "downloadStatusMessages": [{"title": t, "messages": lines} for t, lines in download.messages],
                "release": release_grabbed(download, self.arr.kind),
            }
            event = "ManualInteractionRequired"
            await self.tell(event, payload | common_download(download), f"on{event}", row=row)

    async def _on_removed(self, arr: Arr, row: Owner, deleted_files: bool) -> None:
        """MovieDelete or SeriesDelete."""
        if arr is self.arr:
            event = f"{self.owner_key.capitalize()}Delete"
            await self.tell(event, self.removed_payload(row, deleted_files), f"on{event}", row=row)

    async def _on_file_removed(self, arr: Arr, owner: Owner, file: ArrFile, reason: str, **_: object) -> None:
        """MovieFileDelete or EpisodeFileDelete."""
        if arr is self.arr:
            payload = self.subject(owner, file.episode_ids) | {
                self.file_key: file_payload(file, arr.kind),
                "deleteReason": reason,
            }
            payload.pop("remoteMovie", None)
            event = f"{self.file_key[0].upper()}{self.file_key[1:]}Delete"
            more = (f"on{event}ForUpgrade",) if reason == "upgrade" else ()
            await self.tell(event, payload, f"on{event}", *more, row=owner)

    async def _on_renamed(self, arr: Arr, owner: Owner, file: ArrFile, before: str) -> None:
        """Rename."""
        if arr is self.arr:
            entry = file_payload(file, arr.kind) | {
                "previousPath": before,
                "previousRelativePath": before.removeprefix(f"{owner.path}/"),
            }
            payload = {self.owner_key: self.owner_payload(owner), self.renamed_key: [entry]}
            await self.tell("Rename", payload, "onRename", row=owner)

    async def _on_health(self, arr: Arr, entry: dict[str, str], restored: bool) -> None:
        """Health and HealthRestored."""
        if arr is self.arr:
            payload = {
                "level": entry["type"],
                "message": entry["message"],
                "type": entry["source"],
                "wikiUrl": f"https://wiki.servarr.com/{arr.kind}/system",
            }
            more = ("includeHealthWarnings",) if entry["type"] == "warning" else ()
            event, switch = (
                ("HealthRestored", "onHealthRestored") if restored else ("Health", "onHealthIssue")
            )
            await self.tell(event, payload, switch, *more)
