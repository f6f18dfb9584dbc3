"""What Shoko says over SignalR, by version: names, feeds, casing and bodies."""

from typing import Any

from .library import ShokoEpisode, ShokoFile, ShokoSeries
from .shoko_rows import Json, ShokoRows, iso
from .shoko_verbs import ShokoVerbs
from .signalr_hub import HubConnection, SignalRHub

FEEDS = {
    4: ("anidb", "queue", "shoko"),
    5: ("anidb", "avdump", "network", "queue", "shoko"),
    6: (
        "anidb",
        "avdump",
        "configuration",
        "file",
        "group",
        "managedfolder",
        "metadata",
        "network",
        "plugin",
        "queue",
        "release",
        "user",
        "userdata",
    ),
}


def camel(value: Any) -> Any:
    """The same with the first letter of every key in lower case, as Shoko 4 writes."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: camel(entry) for key, entry in value.items()}
    return [camel(entry) for entry in value] if isinstance(value, list) else value


class ShokoEvents:
    """Turns the world's events into events of the hub."""

    def __init__(self, world: ShokoVerbs, rows: ShokoRows, major: int) -> None:
        """Subscribe to every event of Shoko."""
        self.world = world
        self.rows = rows
        self.major = major
        self.hub: SignalRHub | None = None
        self.muted = False
        for name in (
            "detected",
            "hashed",
            "matched",
            "not_matched",
            "unlinked",
            "relocated",
            "deleted",
            "series_updated",
            "episode_updated",
            "movie_updated",
            "queue_changed",
        ):
            world.on(f"shoko_{name}", getattr(self, f"on_{name}"))

    def greet(self, connection: HubConnection) -> None:
        """The first messages of a connection, by feed."""
        if self.major < 6 and "shoko" in connection.feeds:
            connection.post({"type": 1, "target": "ShokoEvent:OnConnected", "arguments": [None]})
        if "queue" in connection.feeds:
            target = "queue:connected" if self.major >= 6 else "Queue:OnConnected"
            connection.post({"type": 1, "target": target, "arguments": [self._cased(self.rows.queue())]})

    def say(self, feed: str, subject: str, body: Json, *, legacy: str | None = None) -> None:
        """Send `<feed>:<subject>` (6) or `ShokoEvent:<legacy>` (4 and 5; None: those say nothing)."""
        if self.hub is None or self.muted:
            return
        if self.major >= 6:
            self.hub.broadcast(f"{feed}:{subject}", body, feed=feed)
        elif legacy is not None:
            self.hub.broadcast(f"ShokoEvent:{legacy}", self._cased(body), feed="shoko")

    # -- files -----------------------------------------------------------------------------------------

    def on_detected(self, file: ShokoFile) -> None:
        """Seen on disk: there is no file id yet."""
        body = {"RelativePath": file.relative_path, self.rows.folder_key: file.folder_id}
        self.say("file", "detected", body, legacy="FileDetected")

    def on_hashed(self, file: ShokoFile) -> None:
        """Hashed: the id is known."""
        body = self._place(file)
        if self.major >= 6:
            hashes = [{"Type": "ED2K", "Value": self.rows.ed2k(file), "Metadata": None}]
            body = {
                "UsedExistingHashes": False,
                "IsNewVideo": True,
                "IsNewFile": True,
                "Hashes": hashes,
            } | body
        self.say("file", "hashed", body, legacy="FileHashed")

    def on_matched(self, file: ShokoFile) -> None:
        """Matched; 6 says it with a release and without a path."""
        if self.major >= 6:
            self.say("release", "saved", {"FileID": file.id, "Release": self._release(file)})
            return
        body = self._place(file)
        if self.major == 4:
            body["CrossRefs"] = [
                {"EpisodeID": episode.id, "SeriesID": series.id, "GroupID": series.id}
                for episode, series in self._links(file)
                if series.created
            ]
        self.say("", "", body, legacy="FileMatched")

    def on_not_matched(self, file: ShokoFile, udp_banned: bool) -> None:
        """Not found at AniDB."""
        if self.major >= 6:
            provider = "00000000-0000-0000-0000-000000000001"
            self.say(
                "release",
                "search.completed",
                {
                    "FileID": file.id,
                    "IsSaved": False,
                    "IsAutomatic": True,
                    "AttemptedProviders": [provider],
                    "SelectedProvider": None,
                    "ReleaseInfo": None,
                    "IsCancelled": False,
                    "ExceptionMessage": None,
                    "StartedAt": iso(self.world.now("shoko")),
                    "CompletedAt": iso(self.world.now("shoko")),
                },
            )
            return
        body = {
            "AutoMatchAttempts": file.attempts,
            "HasCrossReferences": bool(file.episode_ids),
            "IsUDPBanned": udp_banned,
        }
        self.say("", "", body | self._place(file), legacy="FileNotMatched")

    def on_unlinked(self, file: ShokoFile) -> None:
        """Links removed; only version 6 sends an event."""
        self.say("release", "removed", {"FileID": file.id, "Release": self._release(file)})

    def on_relocated(self, file: ShokoFile, before: str, before_folder: int) -> None:
        """Moved, renamed or both: one message in 6, one each before."""
        old_dir, _, old_name = before.rpartition("/")
        new_dir, _, new_name = file.relative_path.rpartition("/")
        moved, renamed = (old_dir, before_folder) != (new_dir, file.folder_id), old_name != new_name
        earlier: Json = {"PreviousRelativePath": before, f"Previous{self.rows.folder_key}": before_folder}
        if self.major >= 6:
            self.say("file", "relocated", {"Moved": moved, "Renamed": renamed} | earlier | self._place(file))
            return
        if moved:
            self.say("", "", earlier | self._place(file), legacy="FileMoved")
        if renamed:
            names = {"FileName": new_name, "PreviousFileName": old_name}
            self.say("", "", names | self._place(file), legacy="FileRenamed")

    def on_deleted(self, file: ShokoFile) -> None:
        """Gone."""
        self.say("file", "deleted", self._place(file), legacy="FileDeleted")

    # -- metadata and queue ----------------------------------------------------------------------------

    def on_series_updated(self, series: ShokoSeries, reason: str, source: str) -> None:
        """A series was made or changed; SeriesID is the id in `source`."""
        episodes = self.world.shoko_episodes_of(series)
        body: Json = {
            "Source": source,
            "Reason": reason,
            "SeriesID": series.anidb_id if source == "AniDB" else series.id,
            "ShokoSeriesIDs": [series.id],
            "Episodes": [
                {
                    "Reason": reason,
                    "EpisodeID": episode.anidb_id if source == "AniDB" else episode.id,
                    "ShokoEpisodeIDs": [episode.id],
                }
                for episode in episodes
            ],
        }
        self.say("metadata", f"series.{reason.lower()}", body, legacy="SeriesUpdated")

    def on_episode_updated(self, episode: ShokoEpisode, reason: str, source: str) -> None:
        """An episode changed."""
        body = {
            "Source": source,
            "Reason": reason,
            "EpisodeID": (episode.tmdb_episode_ids or [0])[0] if source == "TMDB" else episode.anidb_id,
            "SeriesID": self.world.shoko_series[episode.series_id].anidb_id,
            "ShokoEpisodeIDs": [episode.id],
            "ShokoSeriesIDs": [episode.series_id],
        }
        self.say("metadata", f"episode.{reason.lower()}", body, legacy="EpisodeUpdated")

    def on_movie_updated(self, movie_id: int, episode: ShokoEpisode, reason: str) -> None:
        """A TMDB film was linked to an episode; Shoko 4 never says so."""
        body = {
            "Source": "TMDB",
            "Reason": reason,
            "MovieID": movie_id,
            "ShokoEpisodeIDs": [episode.id],
            "ShokoSeriesIDs": [episode.series_id],
        }
        legacy = "MovieUpdated" if self.major >= 5 else None
        self.say("metadata", f"movie.{reason.lower()}", body, legacy=legacy)

    def on_queue_changed(self) -> None:
        """The queue moved."""
        if self.hub is None or self.muted:
            return
        target = "queue:state.changed" if self.major >= 6 else "Queue:QueueStateChanged"
        self.hub.broadcast(target, self._cased(self.rows.queue()), feed="queue")

    # -- bodies ----------------------------------------------------------------------------------------

    def _cased(self, body: Json) -> Json:
        """The body in this version's casing."""
        cased: Json = camel(body) if self.major == 4 else body
        return cased

    def _links(self, file: ShokoFile) -> list[tuple[ShokoEpisode, ShokoSeries]]:
        """Episodes of a file with their series."""
        episodes = [self.world.shoko_episodes[key] for key in file.episode_ids]
        return [(episode, self.world.shoko_series[episode.series_id]) for episode in episodes]

    def _place(self, file: ShokoFile) -> Json:
        """Ids, folder and path, from 5 on with the cross references."""
        body: Json = {"FileID": file.id}
        if self.major >= 5:
            body["FileLocationID"] = file.id + 56
        body |= {self.rows.folder_key: file.folder_id, "RelativePath": file.relative_path}
        if self.major >= 5:
            body["CrossReferences"] = [
                {
                    "EpisodeID": episode.id if series.created else None,
                    "AnidbEpisodeID": episode.anidb_id,
                    "SeriesID": series.id if series.created else None,
                    "AnidbAnimeID": series.anidb_id,
                    "GroupID": series.id if series.created else None,
                }
                for episode, series in self._links(file)
            ]
        return body

    def _release(self, file: ShokoFile) -> Json:
        """Shoko 6's release: AniDB ids as text in a dictionary, no Shoko ids."""
        return {
            "ID": f"anidb://file/{3_000_000 + file.id}",
            "ProviderName": "AniDB",
            "Version": 1,
            "FileSize": file.size,
            "Source": "Web",
            "CrossReferences": [
                {
                    "ProviderIDs": {
                        "AniDB_Episode": str(episode.anidb_id),
                        "AniDB_Anime": str(series.anidb_id),
                    },
                    "PercentageStart": None,
                    "PercentageEnd": None,
                }
                for episode, series in self._links(file)
            ],
            "Updated": iso(file.imported),
            "Created": iso(file.imported),
        }
