"""Verbs of the *arrs and the download client: searching, grabbing, loading, failing."""

from datetime import timedelta

from .queue_rules import mirror
from .rows import Arr, Download, EpisodeRow, HistoryRow, MovieRow, SeerrRequest, SeriesRow, Torrent
from .state import WorldState

type Target = SeerrRequest | MovieRow | SeriesRow
GIB = 1 << 30


class DownloadVerbs(WorldState):
    """Search to complete. Events: `searched`, `grabbed` (download), `torrent` (torrent, what), `failed`."""

    # -- searching and grabbing ------------------------------------------------------------------------

    async def search_finds_nothing(
        self, target: Target, *, episodes: list[tuple[int, int]] | None = None
    ) -> None:
        """The *arr searches and takes nothing; only the time of the last search shows it."""
        row = self.row_of(target)
        if isinstance(row, MovieRow):
            row.last_search = self.now(row.arr.kind)
        else:
            for episode in self.wanted(target, episodes):
                episode.last_search = self.now(row.arr.kind)
        await self.emit("searched", arr=row.arr, row=row)

    async def grab(
        self,
        target: Target,
        *,
        episodes: list[tuple[int, int]] | None = None,
        release: str = "",
        quality: str = "WEBDL-1080p",
        indexer: str = "Example Indexer",
        size: int = 0,
        hash_: str = "",
        hybrid: bool = False,
        in_client: bool = True,
    ) -> Download:
        """A release is handed to the client. For a series: `episodes`, else all wanted ones as one pack.

        A `hybrid` torrent is told by its v1 hash at the grab and filed under its truncated v2 hash.
        """
        row = self.row_of(target)
        rows = [] if isinstance(row, MovieRow) else self.wanted(target, episodes)
        release = release or self.release_name(row, rows, quality)
        size = size or (4 * GIB if isinstance(row, MovieRow) else GIB * max(len(rows), 1))
        v1 = (hash_ or self.new_hex(f"{release} {self.new_id('torrent')}", 40)).lower()
        v2 = self.new_hex(f"v2 {v1}", 64) if hybrid else ""
        filed = v2[:40] if hybrid else v1
        name = release if in_client else ""
        torrent = None
        if name:
            path = f"/downloads/{row.arr.kind}"
            torrent = Torrent(
                hash=filed,
                hash_v1=v1,
                hash_v2=v2,
                name=name,
                size=size,
                added=self.now("qbittorrent"),
                category=row.arr.kind,
                save_path=path,
                content_path=f"{path}/{name}",
            )
            self.torrents[filed] = torrent
        upgrade = row.file is not None if isinstance(row, MovieRow) else any(e.file for e in rows)
        download = Download(
            id=filed.upper(),
            grab_id=v1.upper(),
            arr=row.arr,
            owner_id=row.id,
            release=release,
            quality=quality,
            indexer=indexer,
            size=size,
            left=size,
            added=self.now(row.arr.kind),
            torrent=torrent,
            upgrade=upgrade,
            episode_ids=[episode.id for episode in rows],
        )
        row.arr.downloads[download.id] = download
        self.write_history(download, "grabbed", {"indexer": indexer, "torrentInfoHash": v1})
        self._mirror(download)
        if torrent:
            await self.emit("torrent", torrent=torrent, what="added")
        await self.emit("grabbed", download=download)
        return download

    async def delay(
        self,
        target: Target,
        *,
        episodes: list[tuple[int, int]] | None = None,
        status: str = "delay",
        hours: float = 1,
    ) -> Download:
        """A release is found but held back by a delay profile: a queue row without download id."""
        row = self.row_of(target)
        rows = [] if isinstance(row, MovieRow) else self.wanted(target, episodes)
        size = 4 * GIB
        download = Download(
            id="",
            grab_id="",
            arr=row.arr,
            owner_id=row.id,
            release=self.release_name(row, rows, "WEBDL-1080p"),
            quality="WEBDL-1080p",
            indexer="Example Indexer",
            size=size,
            left=size,
            added=self.now(row.arr.kind),
            torrent=None,
            episode_ids=[episode.id for episode in rows],
            status=status,
            tracked_status=None,
            tracked_state=None,
            seconds_left=round(hours * 3600),
        )
        row.arr.downloads[f"pending-{self.new_id('pending')}"] = download
        return download

    # -- loading ---------------------------------------------------------------------------------------

    async def progress(self, download: Download, share: float, *, speed: int = 10_000_000) -> None:
        """Loaded this far, 0 to 1, and going on at `speed` bytes a second."""
        await self.set_torrent(download, "downloading", progress=share, speed=speed)

    async def queue(self, download: Download) -> None:
        """The client keeps it waiting for its turn."""
        await self.set_torrent(download, "queuedDL")

    async def stall(self, download: Download) -> None:
        """No peers: nothing arrives."""
        await self.set_torrent(download, "stalledDL")

    async def fetch_metadata(self, download: Download) -> None:
        """A magnet without metadata yet."""
        await self.set_torrent(download, "metaDL", progress=0.0)

    async def pause(self, download: Download) -> None:
        """Stopped by somebody in the client."""
        await self.set_torrent(download, "stoppedDL")

    async def resume(self, download: Download) -> None:
        """Going on."""
        await self.set_torrent(download, "downloading", speed=10_000_000)

    async def error(self, download: Download, *, missing_files: bool = False) -> None:
        """The client reports an error, or that the files are gone."""
        await self.set_torrent(download, "missingFiles" if missing_files else "error")

    async def complete(self, download: Download) -> None:
        """All loaded and seeding; the *arr has seen it and will import."""
        if download.torrent is not None:
            download.torrent.completed = self.now("qbittorrent")
        await self.set_torrent(download, "stalledUP", progress=1.0)
        download.left = 0

    async def set_torrent(
        self, download: Download, state: str, *, progress: float | None = None, speed: int = 0
    ) -> None:
        """Put the torrent into any qBittorrent 5 state; the *arr's queue follows unless it is frozen."""
        torrent = download.torrent
        if torrent is not None:
            torrent.state, torrent.speed = state, speed
            torrent.progress = torrent.progress if progress is None else progress
            self._mirror(download)
            await self.emit("torrent", torrent=torrent, what="changed")

    async def remove_torrent(self, download: Download) -> None:
        """Somebody deletes the torrent in the client; the *arr's row just vanishes."""
        torrent, download.torrent = download.torrent, None
        if torrent is not None:
            self.torrents.pop(torrent.hash, None)
            await self.emit("torrent", torrent=torrent, what="removed")
        if not download.arr.frozen_queue:
            download.in_queue = False

    def refresh_queue(self, arr: Arr) -> None:
        """The *arr asks its client now, also when its queue is frozen (RefreshMonitoredDownloads)."""
        for download in arr.downloads.values():
            if download.torrent is not None:
                mirror(download)
            elif download.id:
                download.in_queue = False

    # -- going wrong -----------------------------------------------------------------------------------

    async def fail_download(self, download: Download, message: str = "Failed download detected") -> None:
        """The *arr gives it up: history, blocklist, gone from queue and client. No webhook is sent."""
        row = self.write_history(download, "downloadFailed", {"message": message})
        download.arr.blocklist.append(row)
        download.status, download.tracked_state, download.in_queue = "failed", "failed", False
        if download.torrent is not None:
            await self.remove_torrent(download)
        await self.emit("failed", download=download)

    async def remove_download(
        self, download: Download, *, from_client: bool = True, blocklist: bool = False
    ) -> None:
        """Somebody takes the row out of the *arr's queue."""
        if blocklist:
            row = self.write_history(download, "downloadFailed", {"message": "Manually marked as failed"})
            download.arr.blocklist.append(row)
        elif not from_client:
            self.write_history(download, "downloadIgnored", {"message": "Manually ignored"})
        download.in_queue = False
        if from_client and download.torrent is not None:
            await self.remove_torrent(download)

    async def forget_download(self, download: Download) -> None:
        """The *arr loses track of it while the client keeps it."""
        download.in_queue = False

    # -- helpers ---------------------------------------------------------------------------------------

    def row_of(self, target: Target) -> MovieRow | SeriesRow:
        """The *arr row of a request (HD or 4K as asked), or the row itself; KeyError if it is in no *arr."""
        if not isinstance(target, SeerrRequest):
            return target
        for arr in self.arrs:
            if arr.is_4k == target.is_4k and (
                row := arr.movie_of(target.title) or arr.series_of(target.title)
            ):
                return row
        raise KeyError(target.title.title)

    def wanted(self, target: Target, episodes: list[tuple[int, int]] | None = None) -> list[EpisodeRow]:
        """Named episodes, else those monitored, aired and without file (of the request's seasons)."""
        row = self.row_of(target)
        if isinstance(row, MovieRow):
            return []
        if episodes is not None:
            return [row.row(*key) for key in episodes]
        seasons = target.seasons if isinstance(target, SeerrRequest) else row.season_monitored
        return [
            episode
            for episode in row.episodes
            if episode.monitored
            and episode.file is None
            and episode.episode.season in seasons
            and episode.episode.air_date is not None
            and episode.episode.air_date <= self.now(row.arr.kind)
        ]

    def release_name(self, row: MovieRow | SeriesRow, episodes: list[EpisodeRow], quality: str) -> str:
        """A scene-like name for what is grabbed."""
        tail = f"{quality.rsplit('-', maxsplit=1)[-1]}.WEB-DL.H264-EXAMPLE"
        if isinstance(row, MovieRow):
            return f"{row.title.slug}.{row.title.year}.{tail}"
        first = episodes[0].episode if episodes else None
        number = f"S{first.season:02d}" if first else "S01"
        if first and len(episodes) == 1:
            number += f"E{first.number:02d}"
        return f"{row.title.slug}.{number}.{tail}"

    def write_history(self, download: Download, event: str, data: dict[str, str]) -> HistoryRow:
        """History rows as the *arr writes them: one, or one an episode; the last one is returned."""
        arr = download.arr
        row = None
        for episode_id in download.units:
            row = HistoryRow(
                id=arr.new_id("history"),
                event=event,
                at=self.now(arr.kind),
                owner_id=download.owner_id or 0,
                release=download.release,
                quality=download.quality,
                download_id=(download.grab_id if event == "grabbed" else download.id) or None,
                episode_id=episode_id,
                data={
                    "downloadClient": "qBittorrent",
                    "downloadClientName": "qBittorrent",
                    "releaseGroup": "EXAMPLE",
                    "size": str(download.size),
                    **data,
                },
            )
            arr.history.append(row)
        assert row is not None
        return row

    def _mirror(self, download: Download) -> None:
        """The *arr's view follows the client, unless a test has frozen it."""
        if not download.arr.frozen_queue:
            mirror(download)

    def eta(self, download: Download) -> str | None:
        """When the download should be there, ISO; None if unknown."""
        if download.seconds_left is None:
            return None
        return (self.now(download.arr.kind) + timedelta(seconds=download.seconds_left)).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
