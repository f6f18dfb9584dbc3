"""Verbs of Jellyfin: what it shows of the *arrs' files, and under which ids."""

from .library import ItemType, JellyfinItem
from .rows import ArrFile, EpisodeRow, MovieRow, SeriesRow
from .state import WorldState
from .titles import Title


class LibraryVerbs(WorldState):
    """What Jellyfin does; emits event `item` (item, what)."""

    async def library_scan(self) -> list[JellyfinItem]:
        """Jellyfin scans: shows every file of the *arrs under its own path, drops what has gone.

        Anime is left to Shokofin when `shoko_library` is set. Returns the new items.
        """
        new: list[JellyfinItem] = []
        self.library_scanning = True
        paths: set[str] = set()
        for arr in self.arrs:
            for movie in arr.movies.values():
                if movie.file and not self._left_to_shokofin(movie.title):
                    paths.add(self.jellyfin_path(movie.file.path))
                    new += self._show_movie(movie, movie.file)
            for series in arr.series.values():
                for row in series.episodes:
                    if row.file and not self._left_to_shokofin(series.title):
                        paths.add(self.jellyfin_path(row.file.path))
                        new += self._show_episode(series, row, row.file)
        gone = [
            item
            for item in self.items.values()
            if item.type in ("Movie", "Episode")
            and not item.is_virtual
            and item.library == "files"
            and item.path not in paths
        ]
        for item in gone:
            await self.remove_item(item)
        self.library_scanning = False
        for item in new:
            await self.emit("item", item=item, what="added")
        return new

    async def remove_item(self, item: JellyfinItem) -> None:
        """Jellyfin drops an item."""
        self.items.pop(item.id, None)
        self.removed_items.append(item)
        await self.emit("item", item=item, what="removed")

    def jellyfin_path(self, path: str) -> str:
        """Where Jellyfin sees a file of the *arrs, under its own mount; a disc is its folder."""
        for inside in ("/BDMV/", "/VIDEO_TS/"):
            path = path.partition(inside)[0]
        return f"{self.jellyfin_mount}{path}"

    def add_item(
        self, item_type: ItemType, name: str, seed: str, path: str | None, **facts: object
    ) -> JellyfinItem:
        """A new Jellyfin item, its id made from the seed; `facts` are its other fields. Emits nothing."""
        item = JellyfinItem(
            id=self.new_hex(f"{item_type} {seed}"),
            type=item_type,
            name=name,
            path=path,
            date_created=self.now("jellyfin"),
            date_last_saved=self.now("jellyfin"),
            **facts,  # type: ignore[arg-type]  # checked by dataclass users
        )
        self.items[item.id] = item
        return item

    def _left_to_shokofin(self, title: Title) -> bool:
        """Whether a title's library is Shokofin's."""
        return self.shoko_library and title.anime

    def _show_movie(self, movie: MovieRow, file: ArrFile) -> list[JellyfinItem]:
        """The film's item, if the path is new."""
        path = self.jellyfin_path(file.path)
        if known := next((item for item in self.items.values() if item.path == path), None):
            known.sizes[path] = file.size
            return []
        return [
            self.add_item(
                "Movie",
                movie.title.title,
                path,
                path,
                provider_ids=provider_ids(movie.title),
                year=movie.title.year,
                media_sources=[path],
                sizes={path: file.size},
                library="files",
            )
        ]

    def _show_episode(self, series: SeriesRow, row: EpisodeRow, file: ArrFile) -> list[JellyfinItem]:
        """The episode's item with its series and season, as far as they are new."""
        path = self.jellyfin_path(file.path)
        same = next((item for item in self.items.values() if item.path == path), None)
        if same is not None:
            same.sizes[path] = file.size
            return []
        new: list[JellyfinItem] = []
        root = self.jellyfin_path(series.path)
        show = self.items.get(self.new_hex(f"Series {root}"))
        if show is None:
            show = self.add_item(
                "Series",
                series.title.title,
                root,
                root,
                year=series.title.year,
                provider_ids=provider_ids(series.title),
                library="files",
            )
            new.append(show)
        number = row.episode.season
        folder = f"{root}/Season {number:02d}"
        season = self.items.get(self.new_hex(f"Season {folder}"))
        if season is None:
            season = self.add_item(
                "Season",
                f"Season {number}",
                folder,
                folder,
                series_id=show.id,
                series_name=show.name,
                index_number=number,
                library="files",
            )
            new.append(season)
        new.append(
            self.add_item(
                "Episode",
                row.episode.title,
                path,
                path,
                series_id=show.id,
                season_id=season.id,
                series_name=show.name,
                index_number=row.episode.number,
                parent_index_number=number,
                provider_ids={"Tvdb": str(row.episode.tvdb_id)},
                premiere_date=row.episode.air_date,
                media_sources=[path],
                sizes={path: file.size},
                library="files",
            )
        )
        return new


def provider_ids(title: Title) -> dict[str, str]:
    """The ids Jellyfin's own metadata providers give a title."""
    known = {"Tmdb": title.tmdb_id, "Imdb": title.imdb_id, "Tvdb": title.tvdb_id}
    return {name: str(value) for name, value in known.items() if value}
