"""Models of the common responses of Radarr and Sonarr (v3), limited to the fields used."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .model import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus(Answer):
    """Name and version of the application; there is no installation id."""

    app_name: str
    version: str = ""
    instance_name: str | None = None
    url_base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityName(Answer):
    """Name of a quality, e.g. "WEBDL-1080p"."""

    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Answer):
    """Quality without its revision."""

    quality: QualityName = field(default_factory=QualityName)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMessage(Answer):
    """Messages why a download is not imported: a title (often a file name) and the reasons."""

    title: str | None = None
    messages: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Answer):
    """Image; `remote_url` is public, the other URL needs the API key."""

    cover_type: str = ""
    remote_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryTitle(Answer):
    """Movie or series, as in the API and webhooks; an id of 0 means none."""

    id: int
    title: str = ""
    year: int = 0
    tmdb_id: int | None = None
    imdb_id: str | None = None
    images: list[Image] = field(default_factory=list)

    @property
    def poster(self) -> str | None:
        """Return the public URL of the poster."""
        for image in self.images:
            if image.cover_type.casefold() == "poster" and (image.remote_url or "").startswith("http"):
                return image.remote_url
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile(Answer):
    """Library file with its path in the *arr and its size in bytes."""

    id: int
    path: str | None = None
    size: int = 0
    date_added: datetime | None = None
    quality: Quality = field(default_factory=Quality)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow(Answer):
    """Queue row of a movie or episode; the sizes are those of the whole download."""

    id: int
    movie_id: int | None = None
    series_id: int | None = None
    episode_id: int | None = None
    season_number: int | None = None
    status: str = ""
    tracked_download_status: str | None = None
    tracked_download_state: str | None = None
    status_messages: list[StatusMessage] = field(default_factory=list)
    error_message: str | None = None
    download_id: str | None = None
    title: str | None = None
    size: float = 0
    size_left: float = 0
    estimated_completion_time: datetime | None = None
    added: datetime | None = None
    quality: Quality = field(default_factory=Quality)
    indexer: str | None = None
    download_client: str | None = None
    episode_has_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryData(Answer):
    """Details of an event, without URLs that can contain the API key of an indexer."""

    indexer: str | None = None
    download_client: str | None = None
    download_client_name: str | None = None
    imported_path: str | None = None
    size: str | None = None
    message: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow(Answer):
    """Event of a movie or episode."""

    id: int
    date: datetime
    event_type: str
    movie_id: int | None = None
    series_id: int | None = None
    episode_id: int | None = None
    source_title: str | None = None
    download_id: str | None = None
    quality: Quality = field(default_factory=Quality)
    data: HistoryData = field(default_factory=HistoryData)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Answer):
    """Tag."""

    id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootFolder(Answer):
    """Root folder of the library."""

    id: int
    path: str = ""
    accessible: bool = True
    free_space: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Answer):
    """Command and its status: queued, started, completed, failed ..."""

    id: int
    name: str = ""
    status: str = ""
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthItem(Answer):
    """Health issue of the *arr; `type` is notice, warning or error."""

    source: str = ""
    type: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField(Answer):
    """Setting of a download client; secrets are masked."""

    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadClient(Answer):
    """Download client of an *arr; `implementation` is its kind, e.g. "QBittorrent"."""

    id: int
    name: str = ""
    implementation: str = ""
    enable: bool = True
    fields: list[SettingField] = field(default_factory=list)

    def setting(self, name: str) -> Any:
        """Return a setting, e.g. "host", "port", "useSsl", "urlBase", "username"; None if it is missing."""
        for one in self.fields:
            if one.name.casefold() == name.casefold():
                return one.value
        return None
