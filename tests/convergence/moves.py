"""What can happen next to one request: every verb of the world that its state allows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from ..stack.household import Household
from ..stack.rows import (
    MEDIA_DELETED,
    REQUEST_APPROVED,
    REQUEST_COMPLETED,
    REQUEST_FAILED,
    REQUEST_PENDING,
    ArrFile,
    Download,
    MovieRow,
    SeerrRequest,
    SeriesRow,
)
from .catalog import Anidb
from .units import Registrar

type Move = tuple[str, int, Callable[[], Awaitable[object]]]  # its name, how likely it is, and the verb

BLOCKED = ["Movie title mismatch, automatic import is not possible. Manual Import required."]
MIB = 1 << 20


@dataclass(slots=True)
class Moves:
    """The moves of requests in one household; `dice` decides what the world leaves open."""

    home: Household
    registrar: Registrar
    anidb: Anidb
    dice: Random

    def of(self, request: SeerrRequest) -> list[Move]:
        """The moves that are open to a request."""
        world = self.home.world
        if request.id not in world.requests:
            return []
        row = self.registrar.row_of(request)
        if request.status == REQUEST_PENDING:
            return [
                ("approve", 9, partial(world.approve, request)),
                ("decline", 1, partial(world.decline, request)),
                ("delete request", 1, partial(world.delete_request, request)),
            ]
        moves: list[Move] = []
        if request.status == REQUEST_FAILED:
            moves.append(("retry", 5, partial(world.retry, request)))
        if request.status == REQUEST_APPROVED:
            moves.append(("delete request", 1, partial(world.delete_request, request)))
            if row is None and request.media.get_status(request.is_4k) != MEDIA_DELETED:
                moves.append(("hand over", 5, partial(world.hand_over, request)))
                moves.append(("fail", 1, partial(world.fail_hand_over, request)))
        if row is not None:
            moves += self._searches(request, row)
            for download in list(row.arr.downloads.values()):
                if download.owner_id == row.id:
                    moves += self._loads(download)
            for file in [one for one in row.arr.files.values() if one.owner_id == row.id]:
                moves += self._shows(request, file)
        if request.status in (REQUEST_APPROVED, REQUEST_COMPLETED):
            moves.append(("Seerr's scan", 1, world.seerr_scan))
            if any(unit.items for unit in self.registrar.units(request)):
                moves.append(("delete everywhere", 1, partial(self._delete, request)))
        return moves

    def _searches(self, request: SeerrRequest, row: MovieRow | SeriesRow) -> list[Move]:
        """Searching and grabbing."""
        world = self.home.world
        wanted = [one for one in world.wanted(request) if not self.registrar.flying(row, one)]
        if isinstance(row, MovieRow):
            if self.registrar.flying(row, row):
                return []
            if row.file is not None:
                if row.file.quality.startswith("Bluray"):
                    return []
                return [("upgrade", 1, partial(self._grab, request, kind="Bluray"))]
        elif not wanted:
            return []
        keys = [one.episode.key for one in wanted]
        if len(keys) > 1 and self.dice.random() < 0.5:
            keys = keys[: self.dice.randint(1, len(keys) - 1)]
        some = keys if isinstance(row, SeriesRow) else None
        moves: list[Move] = [
            ("grab", 12, partial(self._grab, request, episodes=some)),
            ("grab a hybrid", 2, partial(self._grab, request, episodes=some, hybrid=True)),
            ("find nothing", 2, partial(world.search_finds_nothing, request)),
            ("switch monitoring", 1, partial(self._monitor, request, row)),
        ]
        again = next((one for one in row.arr.downloads.values() if one.owner_id == row.id and one.id), None)
        if again and not again.in_queue and again.torrent is None and isinstance(row, MovieRow):
            moves.append(("grab again", 3, partial(self._grab, request, hash_=again.grab_id)))
        return moves

    async def _grab(self, request: SeerrRequest, *, kind: str = "WEBDL", **how: Any) -> None:
        """A release of the definition that was asked for; no two are of one size."""
        quality = f"{kind}-{'2160p' if request.is_4k else '1080p'}"
        size = (4000 + self.home.world.new_id("size")) * MIB * (3 if request.is_4k else 1)
        await self.home.world.grab(request, quality=quality, size=size, **how)

    async def _monitor(self, request: SeerrRequest, row: MovieRow | SeriesRow) -> None:
        """A person switches off, or on, what is to be searched for."""
        if isinstance(row, MovieRow):
            row.monitored = not row.monitored
            return
        for episode in row.episodes:
            if episode.episode.season in request.seasons:
                episode.monitored = not episode.monitored

    def _loads(self, download: Download) -> list[Move]:
        """Loading and importing."""
        world = self.home.world
        torrent, dice = download.torrent, self.dice
        if torrent is None or download.tracked_state in ("imported", "failed"):
            return []
        gone: list[Move] = [
            ("fail the download", 1, partial(world.fail_download, download)),
            ("remove the torrent", 1, partial(world.remove_torrent, download)),
            (
                "take out of the queue",
                1,
                partial(world.remove_download, download, blocklist=dice.random() < 0.5),
            ),
            ("ignore", 1, partial(world.remove_download, download, from_client=False)),
        ]
        if not download.in_queue:
            return [("remove the torrent", 1, partial(world.remove_torrent, download))]
        if torrent.progress < 1:
            return [
                ("load", 6, partial(world.progress, download, dice.choice((0.1, 0.5, 0.9)))),
                ("complete", 12, partial(world.complete, download)),
                ("fetch metadata", 1, partial(world.fetch_metadata, download)),
                ("queue", 1, partial(world.queue, download)),
                ("stall", 1, partial(world.stall, download)),
                ("pause", 1, partial(world.pause, download)),
                ("break", 1, partial(world.error, download, missing_files=dice.random() < 0.5)),
                ("forget", 1, partial(world.forget_download, download)),
                *gone,
            ]
        some = self._some(download)
        return [
            ("import", 16, partial(world.import_, download)),
            ("import some", 3, partial(world.import_, download, episodes=some))
            if some
            else ("import", 1, partial(world.import_, download)),
            ("wait for the import", 1, partial(world.import_pending, download, dice.choice((None, BLOCKED)))),
            ("block the import", 1, partial(world.block_import, download, BLOCKED)),
            ("start the import", 1, partial(world.importing, download)),
            *gone,
        ]

    def _some(self, download: Download) -> list[tuple[int, int]]:
        """The first episode of a pack that is not imported; empty for a film, and for the last one."""
        left = [one for one in download.episode_ids if one not in download.imported_episode_ids]
        if len(left) < 2:
            return []
        row = download.arr.episode(left[0])
        return [row.episode.key] if row else []

    def _shows(self, request: SeerrRequest, file: ArrFile) -> list[Move]:
        """How a file comes to the library."""
        world = self.home.world
        if not (request.title.anime and world.shoko_library):
            path = world.jellyfin_path(file.path)
            if any(path in item.media_sources for item in world.items.values()):
                return []
            return [("scan the library", 10, world.library_scan)]
        known = world.shoko_file_at(file.path)
        if known is None:
            return [("Shoko detects", 10, partial(world.shoko_detect, file.path, file.size))]
        if not known.hashed:
            return [("Shoko hashes", 10, partial(world.shoko_hash, known))]
        if not known.episode_ids:
            season, number = 0, 1
            if file.episode_ids and (row := request.title and self.registrar.by_shoko[known.id][2]):
                season, number = row
            entry = self.anidb.entry(request.title, season)
            episode = world.shoko_episodes_of(entry)[number - 1]
            return [
                ("Shoko matches", 10, partial(world.shoko_match, known, episode)),
                ("Shoko does not match", 1, partial(world.shoko_not_match, known)),
            ]
        shown = any(
            f"[Shoko File={known.id}]" in path for item in world.items.values() for path in item.media_sources
        )
        return [] if shown else [("Shokofin shows", 10, partial(self._show, file))]

    async def _show(self, file: ArrFile) -> None:
        """Shokofin shows a file, and drops what it replaced."""
        world = self.home.world
        known = world.shoko_file_at(file.path)
        assert known is not None
        await world.shokofin_show(known)
        unit = self.registrar.by_shoko[known.id]
        for old in [one for one in world.shoko_files.values() if one is not known]:
            if self.registrar.by_shoko.get(old.id) == unit:
                await world.shokofin_hide(old)
                await world.shoko_delete(old)

    async def _delete(self, request: SeerrRequest) -> None:
        """A person deletes a title everywhere; Seerr may keep the finished request."""
        world = self.home.world
        row = self.registrar.row_of(request)
        forgotten = self.dice.random() < 0.5
        arr = self.registrar.arr_of(request)
        gone = {
            path
            for path, unit in self.registrar.by_path.items()
            if unit[:2] == (f"{arr.kind}-{arr.name}", request.title)
        }
        if row is not None:
            await world.remove_from_arr(row, delete_files=True)
        for file in list(world.shoko_files.values()):
            if self.registrar.by_shoko.get(file.id, ("", None, None))[:2] == (
                f"{arr.kind}-{arr.name}",
                request.title,
            ):
                await world.shokofin_hide(file)
                await world.shoko_delete(file)
        paths = {world.jellyfin_path(path) for path in gone}
        for item in list(world.items.values()):
            if paths.intersection(item.media_sources):
                await world.remove_item(item)
        if forgotten:
            await world.delete_media(request.media)
        else:
            seasons = list(request.media.seasons4k if request.is_4k else request.media.seasons)
            await world.mark_media(request.media, MEDIA_DELETED, is_4k=request.is_4k, seasons=seasons)
