"""Verbs of imports: files appear in the *arrs, are renamed, and vanish again."""

from .rows import Arr, ArrFile, Download, EpisodeRow, HistoryRow, MovieRow, SeriesRow
from .state import WorldState


class ImportVerbs(WorldState):
    """What the *arrs do with files.

    Events: `imported`, `import_complete`, `import_blocked`, `file_removed`, `renamed`, `arr_removed`, and
    `health`.
    """

    # -- imports ---------------------------------------------------------------------------------------

    async def import_pending(self, download: Download, messages: list[str] | None = None) -> None:
        """Complete, and the *arr waits; with `messages` it refuses silently (warning, but no webhook)."""
        self._tracked(download, "importPending", messages)

    async def block_import(self, download: Download, messages: list[str]) -> None:
        """The import needs a person: ManualInteractionRequired is sent once."""
        again = download.tracked_state == "importBlocked"
        self._tracked(download, "importBlocked", messages)
        if not again:
            await self.emit("import_blocked", download=download)

    async def importing(self, download: Download) -> None:
        """The *arr is moving the files right now."""
        self._tracked(download, "importing", None)

    async def import_(
        self, download: Download, *, episodes: list[tuple[int, int]] | None = None, file_name: str = ""
    ) -> list[ArrFile]:
        """Files appear in the *arr, with history; the queue rows vanish when all of the download is in.

        `episodes` imports only these of a pack. `file_name` replaces the usual name of a single file.
        """
        arr = download.arr
        assert download.owner_id is not None
        made: list[ArrFile] = []
        if arr.kind == "radarr":
            made.append(await self._import_movie(download, arr.movies[download.owner_id], file_name))
        else:
            series = arr.series[download.owner_id]
            for row in series.episodes:
                chosen = (
                    row.episode.key in episodes if episodes is not None else row.id in download.episode_ids
                )
                if chosen and row.id not in download.imported_episode_ids:
                    made.append(await self._import_episode(download, series, row, file_name))
        if set(download.episode_ids) <= download.imported_episode_ids:
            download.tracked_state, download.in_queue = "imported", False
            await self.emit("import_complete", download=download)
        else:
            self._tracked(download, "importing", None)
        return made

    async def _import_movie(self, download: Download, movie: MovieRow, file_name: str) -> ArrFile:
        """One film's file, in place of the one before."""
        name = file_name or f"{movie.title.folder} {download.quality}.mkv"
        old, movie.file = movie.file, self._new_file(download, movie, name)
        await self._imported(download, movie, None, movie.file, old)
        return movie.file

    async def _import_episode(
        self, download: Download, series: SeriesRow, row: EpisodeRow, file_name: str
    ) -> ArrFile:
        """One episode's file, in place of the one before."""
        episode = row.episode
        number = f"S{episode.season:02d}E{episode.number:02d}"
        name = file_name or f"{series.title.clean} - {number} - {episode.title} {download.quality}.mkv"
        old = row.file
        row.file = self._new_file(download, series, f"Season {episode.season:02d}/{name}", row)
        download.imported_episode_ids.add(row.id)
        await self._imported(download, series, row, row.file, old)
        return row.file

    def _new_file(
        self, download: Download, owner: MovieRow | SeriesRow, relative: str, row: EpisodeRow | None = None
    ) -> ArrFile:
        """A file row in the *arr."""
        arr = download.arr
        file = ArrFile(
            id=arr.new_id("file"),
            owner_id=owner.id,
            path=f"{owner.path}/{relative}",
            relative_path=relative,
            size=download.size // max(len(download.episode_ids), 1),
            quality=download.quality,
            date_added=self.now(arr.kind),
            release=download.release,
            episode_ids=[row.id] if row else [],
            season=row.episode.season if row else None,
        )
        arr.files[file.id] = file
        return file

    async def _imported(
        self,
        download: Download,
        owner: MovieRow | SeriesRow,
        row: EpisodeRow | None,
        file: ArrFile,
        old: ArrFile | None,
    ) -> None:
        """History and listeners of one imported file."""
        arr = download.arr
        if old is not None:
            await self._drop_file(arr, owner, row, old, "upgrade")
        arr.history.append(
            HistoryRow(
                id=arr.new_id("history"),
                event="downloadFolderImported",
                at=self.now(arr.kind),
                owner_id=owner.id,
                release=download.release,
                quality=download.quality,
                download_id=download.id or None,
                episode_id=row.id if row else None,
                data={
                    "fileId": str(file.id),
                    "importedPath": file.path,
                    "size": str(file.size),
                    "droppedPath": f"/downloads/{arr.kind}/{download.release}/{download.release}.mkv",
                    "downloadClient": "qBittorrent",
                    "downloadClientName": "qBittorrent",
                    "releaseGroup": "EXAMPLE",
                },
            )
        )
        await self.emit("imported", download=download, owner=owner, row=row, file=file, replaced=old)

    # -- going away ------------------------------------------------------------------------------------

    async def delete_file(
        self, owner: MovieRow | SeriesRow, key: tuple[int, int] | None = None, *, reason: str = "manual"
    ) -> None:
        """The *arr deletes a film's file, or one episode's (season, number); Jellyfin notices at its scan."""
        row = owner.row(*key) if isinstance(owner, SeriesRow) and key else None
        file = row.file if row else owner.file if isinstance(owner, MovieRow) else None
        if file is None:
            return
        if row:
            row.file = None
        elif isinstance(owner, MovieRow):
            owner.file = None
        await self._drop_file(owner.arr, owner, row, file, reason)

    async def _drop_file(
        self, arr: Arr, owner: MovieRow | SeriesRow, row: EpisodeRow | None, file: ArrFile, reason: str
    ) -> None:
        """Take a file row away, with history (reason in PascalCase there) and listeners."""
        arr.files.pop(file.id, None)
        event = "movieFileDeleted" if arr.kind == "radarr" else "episodeFileDeleted"
        arr.history.append(
            HistoryRow(
                id=arr.new_id("history"),
                event=event,
                at=self.now(arr.kind),
                owner_id=owner.id,
                release=file.release,
                quality=file.quality,
                download_id=None,
                episode_id=row.id if row else None,
                data={
                    "reason": reason[:1].upper() + reason[1:],
                    "releaseGroup": "EXAMPLE",
                    "size": str(file.size),
                },
            )
        )
        await self.emit("file_removed", arr=arr, owner=owner, row=row, file=file, reason=reason)

    async def remove_from_arr(self, owner: MovieRow | SeriesRow, *, delete_files: bool = False) -> None:
        """The film or series leaves the *arr, its history with it."""
        arr = owner.arr
        (arr.movies if isinstance(owner, MovieRow) else arr.series).pop(owner.id, None)
        if isinstance(owner, SeriesRow):
            for row in owner.episodes:
                arr.episodes.pop(row.id, None)
        arr.history = [line for line in arr.history if line.owner_id != owner.id]
        for file in [file for file in arr.files.values() if file.owner_id == owner.id]:
            arr.files.pop(file.id)
        for download in arr.downloads.values():
            download.in_queue = download.in_queue and download.owner_id != owner.id
        await self.emit("arr_removed", arr=arr, row=owner, deleted_files=delete_files)

    async def rename_file(self, owner: MovieRow | SeriesRow, file: ArrFile, name: str) -> None:
        """The *arr renames a file; its id stays."""
        before = file.path
        folder, _, _ = file.relative_path.rpartition("/")
        file.relative_path = f"{folder}/{name}" if folder else name
        file.path = f"{owner.path}/{file.relative_path}"
        await self.emit("renamed", arr=owner.arr, owner=owner, file=file, before=before)

    async def health_problem(
        self, arr: Arr, message: str, *, source: str = "IndexerStatusCheck", level: str = "warning"
    ) -> None:
        """The *arr reports a problem of its own."""
        entry = {"source": source, "type": level, "message": message}
        arr.health.append(entry)
        await self.emit("health", arr=arr, entry=entry, restored=False)

    async def health_restored(self, arr: Arr) -> None:
        """All problems of the *arr are over."""
        over, arr.health = arr.health, []
        for entry in over:
            await self.emit("health", arr=arr, entry=entry, restored=True)

    def _tracked(self, download: Download, state: str, messages: list[str] | None) -> None:
        """Set the *arr's import state, with its messages under the release name."""
        download.tracked_state = state
        download.messages = [(download.release, messages)] if messages else []
        download.tracked_status = "warning" if messages else "ok"
