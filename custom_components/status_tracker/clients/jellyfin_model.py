"""Models of Jellyfin responses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .model import Answer


@dataclass(slots=True)
class PublicInfo(Answer):
    """Public server information; `id` is the server id with 32 hex digits."""

    id: str
    version: str = ""
    server_name: str = ""
    product_name: str = ""


@dataclass(slots=True)
class MediaSource(Answer):
    """File (version) of an item."""

    path: str = ""
    size: int = 0


@dataclass(slots=True)
class Item(Answer):
    """Movie, series, season, episode or video listed by /Items."""

    id: str
    type: str = ""
    name: str = ""
    server_id: str = ""
    etag: str = ""
    path: str = ""
    location_type: str = "FileSystem"
    provider_ids: dict[str, Any] = field(default_factory=dict)
    media_sources: list[MediaSource] = field(default_factory=list)
    production_year: int | None = None
    series_id: str | None = None
    index_number: int | None = None
    index_number_end: int | None = None
    parent_index_number: int | None = None

    @property
    def virtual(self) -> bool:
        """Return whether the item has no file, e.g. a missing episode."""
        return self.location_type.casefold() == "virtual"


@dataclass(slots=True, kw_only=True)
class ItemPage:
    """Page of items; `full` means that another may follow, `date` is the server time."""

    items: list[Item] = field(default_factory=list)
    rows: int = 0
    parsed: int = 0  # rows that are valid items
    virtual: bool = False  # whether any item is virtual
    full: bool = False
    date: datetime | None


@dataclass(slots=True)
class TaskResult(Answer):
    """Result of the last run of a task."""

    end_time_utc: datetime | None = None


@dataclass(slots=True)
class ScheduledTask(Answer):
    """Scheduled task of the server; `key` is independent of the language."""

    id: str
    key: str = ""
    state: str = "Idle"
    current_progress_percentage: float | None = None
    last_execution_result: TaskResult = field(default_factory=TaskResult)

    @property
    def running(self) -> bool:
        """Return whether the task is running."""
        return self.state.casefold() == "running"


@dataclass(slots=True)
class Plugin(Answer):
    """Installed plugin."""

    id: str
    name: str = ""
    version: str = ""
    status: str = ""

    @property
    def active(self) -> bool:
        """Return whether the plugin is loaded."""
        return self.status.casefold() == "active"


def plain_guid(value: str) -> str:
    """Return a GUID as 32 lower-case hex digits."""
    return value.strip().strip("{}").replace("-", "").casefold()
