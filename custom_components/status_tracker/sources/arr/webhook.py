"""What Radarr and Sonarr post to a webhook; one tolerant shape for all their events."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import re

from ...clients.arr_model import Image, StatusMessage, poster_of
from ...clients.model import Answer
from ...pipeline.evidence.arr import FileEvidence

_EPISODES = re.compile(r"S(\d{1,4})((?:[ ._-]*E\d{1,4})+)", re.IGNORECASE)


PATH_LENGTH = 4096
SIZE_MAX = 2**60
ID_MAX = 2**31


class Event(StrEnum):
    """The events, case-folded, for their spelling may change one day."""

    TEST = "test"
    GRAB = "grab"
    DOWNLOAD = "download"
    BLOCKED = "manualinteractionrequired"
    RENAME = "rename"
    MOVIE_ADDED = "movieadded"
    SERIES_ADDED = "seriesadd"
    MOVIE_DELETED = "moviedelete"
    SERIES_DELETED = "seriesdelete"
    MOVIE_FILE_DELETED = "moviefiledelete"
    EPISODE_FILE_DELETED = "episodefiledelete"
    HEALTH = "health"
    HEALTH_RESTORED = "healthrestored"
    UPDATE = "applicationupdate"


SILENT = frozenset({Event.TEST, Event.HEALTH, Event.HEALTH_RESTORED, Event.UPDATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class HookTitle(Answer):
    """The film or series of an event; ids of 0 are none. `type` is a series' kind, `tags` are labels."""

    id: int
    title: str = ""
    year: int = 0
    tmdb_id: int = 0
    tvdb_id: int = 0
    imdb_id: str | None = None
    type: str = ""
    folder_path: str | None = None
    tags: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)

    @property
    def poster(self) -> str | None:
        """Return the public address of the poster."""
        return poster_of(self.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookEpisode(Answer):
    """An episode of an event."""

    id: int
    season_number: int
    episode_number: int
    title: str | None = None
    tvdb_id: int = 0
    air_date_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFile(Answer):
    """A file of an event, its path as the *arr sees it."""

    path: str | None = None
    previous_path: str | None = None
    size: int = 0
    quality: str | None = None
    date_added: datetime | None = None

    @property
    def evidence(self) -> FileEvidence | None:
        """Return the file as evidence."""
        if not self.path or len(self.path) > PATH_LENGTH:
            return None
        size = min(max(self.size, 0), SIZE_MAX)
        return FileEvidence(path=self.path, size=size, quality=self.quality, added=self.date_added)

    @property
    def numbers(self) -> frozenset[tuple[int, int]]:
        """Return season and number of the episodes its name tells."""
        found = _EPISODES.search(re.split(r"[/\\]", self.path or "")[-1])
        if not found:
            return frozenset()
        season = int(found.group(1))
        return frozenset((season, int(number)) for number in re.findall(r"\d+", found.group(2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRelease(Answer):
    """The release of an event, whole when it is grabbed, later only what the *arr remembers."""

    release_title: str | None = None
    quality: str | None = None
    indexer: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDownload(Answer):
    """The download an event complains of."""

    title: str | None = None
    quality: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload(Answer):
    """An event; Sonarr's Download has one `episode_file`, or `episode_files` of a whole release."""

    event_type: str
    movie: HookTitle | None = None
    series: HookTitle | None = None
    episodes: list[HookEpisode] = field(default_factory=list)
    release: HookRelease = field(default_factory=HookRelease)
    download_info: HookDownload = field(default_factory=HookDownload)
    download_id: str | None = None
    download_client: str | None = None
    download_status_messages: list[StatusMessage] = field(default_factory=list)
    is_upgrade: bool = False
    movie_file: HookFile | None = None
    episode_file: HookFile | None = None
    episode_files: list[HookFile] = field(default_factory=list)
    renamed_movie_files: list[HookFile] = field(default_factory=list)
    renamed_episode_files: list[HookFile] = field(default_factory=list)
    delete_reason: str | None = None

    @property
    def event(self) -> Event | None:
        """Return which event it is, None for one unheard of."""
        try:
            return Event(self.event_type.casefold())
        except ValueError:
            return None

    @property
    def for_upgrade(self) -> bool:
        """Return whether a file was deleted only to make room for a better one."""
        return (self.delete_reason or "").casefold() == "upgrade"

    @property
    def is_sound(self) -> bool:
        """Return whether every number in it is one an *arr can have."""
        numbers = [one.id for one in (self.movie, self.series, *self.episodes) if one]
        sizes = (self.release.size, self.download_info.size)
        return all(0 < one < ID_MAX for one in numbers) and all(0 <= one < SIZE_MAX for one in sizes)
