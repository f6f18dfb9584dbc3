"""How Shokofin presents Shoko's files in Jellyfin: virtual file system, ids of its own, filters, versions."""

from dataclasses import dataclass
from typing import Literal

from .library import ItemType, JellyfinItem, ShokoEpisode, ShokoFile, ShokoSeries
from .shoko_verbs import ShokoVerbs

VFS_ROOT = "/config/data/Shokofin/VFS/0c419071-40d8-02bb-5843-0fed7e2cd79e"
LONGEST_NAME = 64


@dataclass(slots=True, kw_only=True)
class Shokofin:
    """Shokofin's settings with their defaults; `tmdb_key` is `TheMovieDb` where the legacy key is written."""

    library: Literal["shows", "movies", "mixed"] = "shows"
    vfs: bool = True
    add_anidb: bool = True
    add_tmdb: bool = False
    add_tvdb: bool = False
    tmdb_key: str = "Tmdb"
    custom_ids: bool = True
    filter_movies: bool = True
    separate_movies: bool = False
    merge_versions: bool = True
    name_tags: str = ""
    root: str = VFS_ROOT


class ShokofinVerbs(ShokoVerbs):
    """Verbs of Shokofin; new and removed items emit the `item` event, as every item does."""

    def __init__(self) -> None:
        """Default settings."""
        super().__init__()
        self.shokofin = Shokofin()
        self._late_ids: dict[str, dict[str, str]] = {}

    # -- verbs -----------------------------------------------------------------------------------------

    async def shokofin_sync(self) -> list[JellyfinItem]:
        """Show every matched file that is not shown yet, by the rules; the new items of files."""
        shown = {number for item in self.items.values() for number in shown_files(item)}
        found = [file for file in self.shoko_files.values() if file.episode_ids and file.id not in shown]
        items = [await self.shokofin_show(file) for file in found]
        return [item for item in items if item is not None]

    async def shokofin_show(
        self,
        *files: ShokoFile,
        kind: ItemType | None = None,
        show: ShokoSeries | None = None,
        season: int | None = None,
        number: int | None = None,
        ids: bool = True,
    ) -> JellyfinItem | None:
        """Show a matched file (several: the parts of one episode) as the settings want, else as `kind`.

        None when a filter hides it or Shoko has not made its series yet. `show` groups it under another
        series; `ids` False shows the path first, `shokofin_set_ids` adds the ids later. A file of an episode
        that is shown already becomes one more version of that item.
        """
        file = files[0]
        episodes = [self.shoko_episodes[key] for key in file.episode_ids]
        if not episodes:
            return None
        series = self.shoko_series[episodes[0].series_id]
        kind = kind or self.shokofin_kind(series)
        if kind is None or not series.created:
            return None
        top = show or series
        path = self._shokofin_path(files, kind, top, series, episodes[0], season, number)
        for item in self.items.values():
            if path in item.media_sources:
                return item
        if (other := self._version_of(episodes[0], kind)) is not None:
            other.media_sources.append(path)
            other.sizes[path] = file.size
            other.date_last_saved = self.now("jellyfin")
            await self.emit("item", item=other, what="updated")
            return other
        await self._drop_missing(episodes)
        return await self._new_item(file, kind, path, top, series, episodes, season, number, ids=ids)

    async def shokofin_set_ids(self, item: JellyfinItem) -> None:
        """The metadata refresh of an item that was shown by its path only."""
        item.provider_ids = self._late_ids.pop(item.id)
        item.date_last_saved = self.now("jellyfin")
        await self.emit("item", item=item, what="updated")

    def shokofin_show_missing(self, series: ShokoSeries, *, season: int = 1) -> list[JellyfinItem]:
        """Virtual episodes, with ids but no file, for what of the series is not shown. Emits no event."""
        shown = {item.provider_ids.get("Shoko Episode") for item in self.items.values()}
        parent, folder, _ = self._parents(series, series, season)
        made = []
        for episode in self.shoko_episodes_of(series):
            if str(episode.id) in shown:
                continue
            item = self._make("Episode", episode.title, f"missing {episode.id}", None)
            item.is_virtual = True
            item.series_id, item.season_id, item.series_name = parent.id, folder.id, parent.name
            item.index_number, item.parent_index_number = episode.number, season
            item.provider_ids = self._own_ids(None, "Episode", series, [episode])
            made.append(item)
        return made

    async def shokofin_hide(self, file: ShokoFile) -> None:
        """Jellyfin loses the file's item, or the version of it that this file was."""
        for item in list(self.items.values()):
            if file.id not in shown_files(item):
                continue
            rest = [path for path in item.media_sources if not self._is_path_of(path, file)]
            if rest:
                item.media_sources, item.path = rest, rest[0]
                item.date_last_saved = self.now("jellyfin")
                await self.emit("item", item=item, what="updated")
            else:
                self.items.pop(item.id, None)
                self.removed_items.append(item)
                await self.emit("item", item=item, what="removed")

    def shokofin_kind(self, series: ShokoSeries) -> ItemType | None:
        """What a file of this series becomes in the library; None if it is hidden."""
        settings = self.shokofin
        is_film = series.type == "Movie"
        if settings.library == "shows":
            return None if is_film and settings.separate_movies else "Episode"
        if settings.library == "movies":
            return None if not is_film and settings.filter_movies else "Movie"
        return "Movie" if is_film else "Episode"

    # -- inside ----------------------------------------------------------------------------------------

    def _shokofin_path(
        self,
        files: tuple[ShokoFile, ...],
        kind: ItemType,
        top: ShokoSeries,
        series: ShokoSeries,
        episode: ShokoEpisode,
        season: int | None,
        number: int | None,
    ) -> str:
        """Where the item lies: below the VFS root, or at the real path when the VFS is off."""
        file, settings = files[0], self.shokofin
        if not settings.vfs:
            return f"{self.jellyfin_mount}/{self.shoko_folders[file.folder_id]}/{file.relative_path}"
        numbers = ",".join(str(part.id) for part in files)
        tags = f"{settings.name_tags}[Shoko Series={series.id}] [Shoko File={numbers}]"
        end = ".pt1.mkv" if len(files) > 1 else ".mkv"
        name = top.title[:LONGEST_NAME]
        if kind == "Movie":
            folder = f"{settings.root}/{name} [Shoko Series={top.id}] [Shoko Episode={episode.id}]"
            return f"{folder}/Movie {tags}{end}"
        folder = f"{settings.root}/{name} [Shoko Series={top.id}]"
        if kind == "Video":
            return f"{folder}/extras/{episode.title[:LONGEST_NAME]} {tags}{end}"
        place, index = self._numbers(episode, season, number)
        return f"{folder}/Season {place:02d}/{name} S{place:02d}E{index:02d} {tags}{end}"

    @staticmethod
    def _numbers(episode: ShokoEpisode, season: int | None, number: int | None) -> tuple[int, int]:
        """Season and episode as AniDB orders them: specials are season 0."""
        default = 1 if episode.type == "Normal" else 0
        return default if season is None else season, episode.number if number is None else number

    async def _new_item(
        self,
        file: ShokoFile,
        kind: ItemType,
        path: str,
        top: ShokoSeries,
        series: ShokoSeries,
        episodes: list[ShokoEpisode],
        season: int | None,
        number: int | None,
        *,
        ids: bool,
    ) -> JellyfinItem:
        """Make the item with its parents, and emit an event for each new one."""
        fresh: list[JellyfinItem] = []
        name = series.title if kind == "Movie" or series.type == "Movie" else episodes[0].title
        item = self._make(kind, name, path, path)
        item.media_sources, item.sizes = [path], {path: file.size}
        own = self._own_ids(file, kind, series, episodes)
        if ids:
            item.provider_ids = own
        else:
            self._late_ids[item.id] = own
        if kind == "Video":
            item.extra_type = "Unknown"
        if kind == "Episode":
            place, item.index_number = self._numbers(episodes[0], season, number)
            parent, folder, fresh = self._parents(top, series, place)
            item.series_id, item.season_id, item.series_name = parent.id, folder.id, parent.name
            item.parent_index_number = place
            if len(episodes) > 1:
                item.index_number_end = item.index_number + len(episodes) - 1
        for new in [*fresh, item]:
            await self.emit("item", item=new, what="added")
        return item

    def _parents(
        self, top: ShokoSeries, series: ShokoSeries, season: int
    ) -> tuple[JellyfinItem, JellyfinItem, list[JellyfinItem]]:
        """The Jellyfin series and season of a place, and those of them that are new."""
        root = f"{self.shokofin.root}/{top.title[:LONGEST_NAME]} [Shoko Series={top.id}]"
        fresh: list[JellyfinItem] = []
        parent = self.items.get(self.new_hex(f"Series {root}"))
        if parent is None:
            parent = self._make("Series", top.title, root, root)
            parent.provider_ids = self._own_ids(None, "Series", top, [])
            fresh.append(parent)
        path = f"{root}/Season {season:02d}"
        folder = self.items.get(self.new_hex(f"Season {path}"))
        if folder is None:
            folder = self._make("Season", f"Season {season}" if season else "Specials", path, path)
            folder.series_id, folder.series_name, folder.index_number = parent.id, parent.name, season
            folder.provider_ids = self._own_ids(None, "Season", series, [])
            fresh.append(folder)
        return parent, folder, fresh

    def _make(self, kind: ItemType, name: str, seed: str, path: str | None) -> JellyfinItem:
        """An item in Shokofin's library; its id comes from its kind and path, as in Jellyfin."""
        now = self.now("jellyfin")
        key = self.new_hex(f"{kind} {seed}")
        item = JellyfinItem(
            id=key, type=kind, name=name, path=path, date_created=now, date_last_saved=now, library="shokofin"
        )
        self.items[key] = item
        return item

    def _own_ids(
        self, file: ShokoFile | None, kind: ItemType, series: ShokoSeries, episodes: list[ShokoEpisode]
    ) -> dict[str, str]:
        """The provider ids Shokofin writes on an item of this kind."""
        settings = self.shokofin
        ids = {"Shoko Series": str(series.id)}
        custom = f"shoko://series/{series.id}"
        anidb, tmdb, tvdb = series.anidb_id, series.tmdb_show_ids, series.tvdb_ids
        if kind == "Series":
            ids["Shoko Group"] = str(series.id)
        if episodes:
            first = episodes[0]
            ids["Shoko Episode"] = str(first.id)
            custom = f"shoko://episode/{first.id}?seriesId={series.id}"
            anidb = series.anidb_id if kind == "Movie" else first.anidb_id
            tmdb = first.tmdb_movie_ids if kind == "Movie" else first.tmdb_episode_ids
            tvdb = [] if kind == "Movie" else first.tvdb_ids
        if file is not None:
            ids["Shoko File"] = str(file.id)
            keys = ",".join(str(episode.id) for episode in episodes)
            custom = f"shoko://file/{file.id}?seriesId={series.id}&episodeIds={keys}&seasonId={series.id}"
        if settings.custom_ids:
            ids["Custom"] = custom
        if settings.add_anidb and kind != "Video":
            ids["AniDB"] = str(anidb)
        if settings.add_tmdb and tmdb and kind not in ("Season", "Video"):
            ids[settings.tmdb_key] = str(tmdb[0])
        if settings.add_tvdb and tvdb and kind not in ("Season", "Video"):
            ids["Tvdb"] = str(tvdb[0])
        return ids

    def _version_of(self, episode: ShokoEpisode, kind: ItemType) -> JellyfinItem | None:
        """The item a further file of this episode is merged into, if versions are merged."""
        if not self.shokofin.merge_versions:
            return None
        for item in self.items.values():
            same = item.provider_ids.get("Shoko Episode") == str(episode.id)
            if same and item.type == kind and not item.is_virtual:
                return item
        return None

    @staticmethod
    def _is_path_of(path: str, file: ShokoFile) -> bool:
        """Whether a path shows this file, in the VFS or outside of it."""
        return file.id in files_in(path) or path.endswith(f"/{file.relative_path}")

    async def _drop_missing(self, episodes: list[ShokoEpisode]) -> None:
        """Remove the virtual item of an episode once it has a file."""
        keys = {str(episode.id) for episode in episodes}
        for item in list(self.items.values()):
            if item.is_virtual and item.provider_ids.get("Shoko Episode") in keys:
                self.items.pop(item.id)


def files_in(path: str) -> set[int]:
    """The Shoko file ids in the name of a VFS path."""
    listed = path.rpartition("[Shoko File=")[2].partition("]")[0]
    return {int(number) for number in listed.split(",") if number.isdigit()}


def shown_files(item: JellyfinItem) -> set[int]:
    """The Shoko file ids in an item's paths and ids."""
    found = {int(item.provider_ids["Shoko File"])} if item.provider_ids.get("Shoko File") else set()
    return found.union(*(files_in(path) for path in item.media_sources))
