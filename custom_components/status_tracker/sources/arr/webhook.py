"""Webhook payloads of Radarr and Sonarr, with one model for all events."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import re

from ...clients.arr_model import LibraryTitle, StatusMessage
from ...clients.model import Answer
from ...pipeline.evidence.arr import FileEvidence

_EPISODES = re.compile(r"S(\d{1,4})((?:[ ._-]*E\d{1,4})+)", re.IGNORECASE)


PATH_LENGTH = 4096
SIZE_MAX = 2**60
ID_MAX = 2**31


class Event(StrEnum):
    """Event types, case-folded for robustness."""

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
class HookTitle(LibraryTitle):
    """Movie or series of an event; an id of 0 means none. `type` is the series type, `tags` are labels."""

    tvdb_id: int = 0
    type: str = ""
    folder_path: str | None = None
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookEpisode(Answer):
    """Episode of an event."""

    id: int
    season_number: int
    episode_number: int
    title: str | None = None
    tvdb_id: int = 0
    air_date_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFile(Answer):
    """File of an event, with its path in the *arr."""

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
        """Return season and episode numbers parsed from the file name."""
        found = _EPISODES.search(re.split(r"[/\\]", self.path or "")[-1])
        if not found:
            return frozenset()
        season = int(found.group(1))
        return frozenset((season, int(number)) for number in re.findall(r"\d+", found.group(2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRelease(Answer):
    """Release of an event, with all fields on a grab and fewer later."""

    release_title: str | None = None
    quality: str | None = None
    indexer: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDownload(Answer):
    """Download that requires manual interaction."""

    title: str | None = None
    quality: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload(Answer):
    """An event; Sonarr's Download event has `episode_file`, or `episode_files` for a whole release."""

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
        """Return the event type, None if unknown."""
        try:
            return Event(self.event_type.casefold())
        except ValueError:
            return None

    @property
    def for_upgrade(self) -> bool:
        """Return whether a file was deleted for an upgrade."""
        return (self.delete_reason or "").casefold() == "upgrade"

    @property
    def is_sound(self) -> bool:
        """Return whether all ids are in the valid range."""
        numbers = [one.id for one in (self.movie, self.series, *self.episodes) if one]
        sizes = (self.release.size, self.download_info.size)
        return all(0 < one < ID_MAX for one in numbers) and all(0 <= one < SIZE_MAX for one in sizes)
