"""What Shoko does with files: detect, hash, match or not, rename; and series it learns of later."""

from collections.abc import Iterable
from typing import Any

from .library import ShokoEpisode, ShokoFile, ShokoSeries
from .state import WorldState


class ShokoVerbs(WorldState):
    """Verbs of Shoko; each emits `shoko_…` and FakeShoko turns that into its version's words.

    An *arr path such as `/anime/Show/file.mkv` lies in Shoko's folder of that root, as `Show/file.mkv`.
    """

    def __init__(self) -> None:
        """No folder is known yet, and the queue is empty."""
        super().__init__()
        self.shoko_folders: dict[int, str] = {}
        self.shoko_queue: dict[str, Any] = {"waiting": 0, "blocked": 0, "total": 0, "executing": []}

    # -- what AniDB knows ------------------------------------------------------------------------------

    def shoko_add_series(
        self,
        title: str,
        anidb_id: int,
        *,
        kind: str = "TV",
        created: bool = True,
        tvdb: Iterable[int] = (),
        imdb: Iterable[str] = (),
        tmdb_movies: Iterable[int] = (),
        tmdb_shows: Iterable[int] = (),
        mal: Iterable[int] = (),
        episodes: int = 0,
    ) -> ShokoSeries:
        """An AniDB entry with `episodes` normal episodes; `kind` is AniDB's type (`TV`, `Movie`, `OVA` …).

        `created` False: only AniDB knows it, Shoko makes its series later (`shoko_create_series`).
        """
        series = ShokoSeries(
            id=self.new_id("shoko_series") + 10,
            anidb_id=anidb_id,
            title=title,
            type=kind,
            created=created,
            tvdb_ids=list(tvdb),
            imdb_ids=list(imdb),
            tmdb_movie_ids=list(tmdb_movies),
            tmdb_show_ids=list(tmdb_shows),
            mal_ids=list(mal),
        )
        self.shoko_series[series.id] = series
        for number in range(1, episodes + 1):
            self.shoko_add_episode(series, number)
        return series

    def shoko_add_episode(
        self,
        series: ShokoSeries,
        number: int = 1,
        *,
        kind: str = "Normal",
        anidb_id: int | None = None,
        title: str = "",
        tvdb: Iterable[int] = (),
        imdb: Iterable[str] = (),
        tmdb_movies: Iterable[int] = (),
        tmdb_shows: Iterable[int] | None = None,
        tmdb_episodes: Iterable[int] = (),
    ) -> ShokoEpisode:
        """An episode of an AniDB entry, `kind` `Normal` or `Special`; TMDB shows default to the series'."""
        key = self.new_id("shoko_episode") + 600
        episode = ShokoEpisode(
            id=key,
            series_id=series.id,
            anidb_id=anidb_id or series.anidb_id * 16 + key,
            type=kind,
            number=number,
            title=title or f"{series.title} {number}",
            tvdb_ids=list(tvdb),
            imdb_ids=list(imdb),
            tmdb_movie_ids=list(tmdb_movies),
            tmdb_show_ids=list(series.tmdb_show_ids if tmdb_shows is None else tmdb_shows),
            tmdb_episode_ids=list(tmdb_episodes),
        )
        self.shoko_episodes[key] = episode
        return episode

    def shoko_episodes_of(self, series: ShokoSeries) -> list[ShokoEpisode]:
        """The entry's episodes, by number."""
        found = [episode for episode in self.shoko_episodes.values() if episode.series_id == series.id]
        return sorted(found, key=lambda episode: (episode.type != "Normal", episode.number))

    def shoko_file_at(self, path: str) -> ShokoFile | None:
        """The file at an *arr's path."""
        folder, relative = self._shoko_place(path)
        for file in self.shoko_files.values():
            if (file.folder_id, file.relative_path) == (folder, relative):
                return file
        return None

    # -- a file's life ---------------------------------------------------------------------------------

    async def shoko_detect(self, path: str, size: int) -> ShokoFile:
        """Shoko detects a file on disk; REST does not list it before it is hashed."""
        folder, relative = self._shoko_place(path)
        file = ShokoFile(
            id=self.new_id("shoko_file") + 300,
            relative_path=relative,
            size=size,
            created=self.now("shoko"),
            folder_id=folder,
        )
        self.shoko_files[file.id] = file
        await self.emit("shoko_detected", file=file)
        return file

    async def shoko_hash(self, file: ShokoFile) -> None:
        """The file gets its Shoko id, and REST finds it, without cross references."""
        file.hashed = True
        await self.emit("shoko_hashed", file=file)

    async def shoko_match(self, file: ShokoFile, *episodes: ShokoEpisode) -> None:
        """AniDB has the file: it is these episodes."""
        file.hashed = True
        file.episode_ids = [episode.id for episode in episodes]
        file.imported = self.now("shoko")
        await self.emit("shoko_matched", file=file)

    async def shoko_not_match(self, file: ShokoFile, *, udp_banned: bool = False) -> None:
        """AniDB does not have the file (yet)."""
        file.hashed = True
        file.attempts += 1
        await self.emit("shoko_not_matched", file=file, udp_banned=udp_banned)

    async def shoko_link(self, file: ShokoFile, *episodes: ShokoEpisode) -> None:
        """A person links the file by hand; to listeners it looks like a match."""
        await self.shoko_match(file, *episodes)

    async def shoko_unlink(self, file: ShokoFile) -> None:
        """The file's links are taken away."""
        file.episode_ids = []
        file.imported = None
        await self.emit("shoko_unlinked", file=file)

    async def shoko_relocate(
        self, file: ShokoFile, relative_path: str, *, folder_id: int | None = None
    ) -> None:
        """Shoko renames or moves the file, so that the *arr's path tail may stop matching."""
        before, before_folder = file.relative_path, file.folder_id
        file.relative_path = relative_path
        file.folder_id = folder_id or before_folder
        await self.emit("shoko_relocated", file=file, before=before, before_folder=before_folder)

    async def shoko_delete(self, file: ShokoFile) -> None:
        """The file is gone from Shoko."""
        del self.shoko_files[file.id]
        await self.emit("shoko_deleted", file=file)

    async def shoko_take_in(self, path: str, size: int, *episodes: ShokoEpisode) -> ShokoFile:
        """Detect, hash and match in one go."""
        file = await self.shoko_detect(path, size)
        await self.shoko_hash(file)
        if episodes:
            await self.shoko_match(file, *episodes)
        return file

    # -- series and links ------------------------------------------------------------------------------

    async def shoko_create_series(self, series: ShokoSeries) -> None:
        """Shoko makes its series of an AniDB entry; until then the ids in cross references are null."""
        series.created = True
        await self.emit("shoko_series_updated", series=series, reason="Added", source="AniDB")

    async def shoko_link_tmdb(
        self,
        target: ShokoSeries | ShokoEpisode,
        *,
        movies: Iterable[int] = (),
        shows: Iterable[int] = (),
        episodes: Iterable[int] = (),
        tvdb: Iterable[int] = (),
        imdb: Iterable[str] = (),
    ) -> None:
        """Set the TMDB links, right, wrong or (called without any) none; TVDB and IMDb ids come with them."""
        target.tmdb_movie_ids, target.tmdb_show_ids = list(movies), list(shows)
        target.tvdb_ids, target.imdb_ids = list(tvdb), list(imdb)
        if isinstance(target, ShokoEpisode):
            target.tmdb_episode_ids = list(episodes)
            for movie in target.tmdb_movie_ids:
                await self.emit("shoko_movie_updated", movie_id=movie, episode=target, reason="Added")
            await self.emit("shoko_episode_updated", episode=target, reason="Updated", source="TMDB")
            return
        for episode in self.shoko_episodes_of(target):
            episode.tmdb_show_ids = list(target.tmdb_show_ids)
        await self.emit("shoko_series_updated", series=target, reason="Updated", source="Shoko")

    async def shoko_set_queue(
        self, *, waiting: int = 0, blocked: int = 0, executing: Iterable[dict[str, Any]] = ()
    ) -> None:
        """What Shoko's queue shows; blocked means a ban or limit of AniDB."""
        running = list(executing)
        total = waiting + blocked + len(running)
        self.shoko_queue = {"waiting": waiting, "blocked": blocked, "total": total, "executing": running}
        await self.emit("shoko_queue_changed")

    def _shoko_place(self, path: str) -> tuple[int, str]:
        """(folder id, path below it) of an *arr's path; a root seen for the first time becomes a folder."""
        root, _, relative = path.strip("/").partition("/")
        for number, name in self.shoko_folders.items():
            if name == root:
                return number, relative
        number = len(self.shoko_folders) + 1
        self.shoko_folders[number] = root
        return number, relative
