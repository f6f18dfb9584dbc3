"""Shoko's REST v3 answers, by version: File, Series, Episode, queue and folders."""

from datetime import datetime
from typing import Any

from .library import ShokoEpisode, ShokoFile, ShokoSeries
from .shoko_verbs import ShokoVerbs

type Json = dict[str, Any]


def iso(at: datetime | None) -> str | None:
    """UTC as Shoko writes it; null when it has not happened."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


class ShokoRows:
    """Makes answers of one major version from the world."""

    def __init__(self, world: ShokoVerbs, major: int) -> None:
        """`major` is 4, 5 or 6."""
        self.world = world
        self.major = major

    @property
    def folder_key(self) -> str:
        """What this version calls an import folder's id."""
        return "ManagedFolderID" if self.major >= 6 else "ImportFolderID"

    def absolute_path(self, file: ShokoFile) -> str:
        """Where Shoko itself sees the file: never where the *arr does."""
        return f"/mnt/shoko/{self.world.shoko_folders[file.folder_id]}/{file.relative_path}"

    def ed2k(self, file: ShokoFile) -> str:
        """A made-up ED2K hash."""
        return self.world.new_hex(f"ed2k {file.id}").upper()

    def location(self, file: ShokoFile, *, absolute: bool) -> Json:
        """The file's place; the absolute path only on request, and never in Shoko 4."""
        row: Json = {
            "ID": file.id + 56,
            "FileID": file.id,
            self.folder_key: file.folder_id,
            "RelativePath": file.relative_path,
        }
        if absolute and self.major >= 5:
            row["AbsolutePath"] = self.absolute_path(file)
        return row | {"IsAccessible": file.accessible}

    def file(self, file: ShokoFile, *, xrefs: bool, absolute: bool) -> Json:
        """File; `SeriesIDs` only with cross references, and empty when Shoko has not matched it."""
        ed2k = self.ed2k(file)
        row: Json = {"ID": file.id}
        if xrefs:
            row["SeriesIDs"] = self.cross_references(file)
        return row | {
            "Size": file.size,
            "IsVariation": False,
            "IsIgnored": False,
            "Hashes": (
                [{"Type": "ED2K", "Value": ed2k}]
                if self.major >= 6
                else {"ED2K": ed2k, "SHA1": None, "CRC32": None, "MD5": None}
            ),
            "Locations": [self.location(file, absolute=absolute)],
            "Resolution": "1080p",
            "Duration": "00:24:00.0000000",
            "ResumePosition": None,
            "Viewed": None,
            "Watched": None,
            "Imported": iso(file.imported),
            "Created": iso(file.created),
            "Updated": iso(file.imported or file.created),
        }

    def cross_references(self, file: ShokoFile) -> list[Json]:
        """The file's series and episodes; Shoko's own ids are null until the series is made."""
        found: dict[int, Json] = {}
        for key in file.episode_ids:
            episode = self.world.shoko_episodes[key]
            series = self.world.shoko_series[episode.series_id]
            ids: Json = {"ID": series.id if series.created else None, "AniDB": series.anidb_id}
            if self.major == 4:
                ids["TvDB"] = series.tvdb_ids
            else:
                ids["TMDB"] = {"Movie": series.tmdb_movie_ids, "Show": series.tmdb_show_ids}
            entry = found.setdefault(series.id, {"SeriesID": ids, "EpisodeIDs": []})
            row: Json = {"ID": episode.id if series.created else None, "AniDB": episode.anidb_id}
            if self.major == 4:
                row["TvDB"] = episode.tvdb_ids
            else:
                row |= {
                    "TMDB": self._episode_tmdb(episode),
                    "ReleaseGroup": 17000,
                    "ED2K": self.ed2k(file),
                    "FileSize": file.size,
                    "Percentage": {"Start": 0, "End": 100, "Size": 100, "Group": 1},
                    "Source": "AniDB",
                }
            entry["EpisodeIDs"].append(row)
        return list(found.values())

    def series(self, series: ShokoSeries) -> Json:
        """Series with its ids; Shoko 4 has a plain TMDB list and no IMDb."""
        ids: Json = {
            "ID": series.id,
            "ParentGroup": series.id,
            "TopLevelGroup": series.id,
            "AniDB": series.anidb_id,
            "TvDB": series.tvdb_ids,
        }
        if self.major == 4:
            ids["TMDB"] = series.tmdb_movie_ids
        else:
            ids["IMDB"] = series.imdb_ids
            ids["TMDB"] = {"Movie": series.tmdb_movie_ids, "Show": series.tmdb_show_ids}
        episodes = self.world.shoko_episodes_of(series)
        return {
            "IDs": ids | {"MAL": series.mal_ids},
            "Name": series.title,
            "AniDB": {"ID": series.anidb_id, "Type": series.type, "EpisodeCount": len(episodes)},
        }

    def episode(self, episode: ShokoEpisode) -> Json:
        """Episode with its ids."""
        ids: Json = {
            "ID": episode.id,
            "ParentSeries": episode.series_id,
            "AniDB": episode.anidb_id,
            "TvDB": episode.tvdb_ids,
        }
        if self.major >= 5:
            ids |= {"IMDB": episode.imdb_ids, "TMDB": self._episode_tmdb(episode)}
        return {
            "IDs": ids,
            "Name": episode.title,
            "AniDB": {"Type": episode.type, "EpisodeNumber": episode.number},
        }

    def queue(self) -> Json:
        """State of the queue."""
        queue = self.world.shoko_queue
        row: Json = {"Running": True, "WaitingCount": queue["waiting"], "BlockedCount": queue["blocked"]}
        if self.major >= 6:
            row["ScheduledCount"] = 0
        row |= {"TotalCount": queue["total"], "ThreadCount": 4, "CurrentlyExecuting": queue["executing"]}
        if self.major >= 6:
            row["Pools"] = []
        return row

    def folders(self) -> list[Json]:
        """Import folders, managed ones from 6 on."""
        return [
            {"ID": number, "Name": name, "Path": f"/mnt/shoko/{name}/", "DropFolderType": "None"}
            for number, name in self.world.shoko_folders.items()
        ]

    @staticmethod
    def _episode_tmdb(episode: ShokoEpisode) -> Json:
        """The episode's TMDB ids."""
        return {
            "Episode": episode.tmdb_episode_ids,
            "Movie": episode.tmdb_movie_ids,
            "Show": episode.tmdb_show_ids,
        }
