"""What Jellyfin answers, typed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .model import Answer


@dataclass(slots=True)
class PublicInfo(Answer):
    """What anybody may ask; `id` is the server's own, 32 hex digits."""

    id: str
    version: str = ""
    server_name: str = ""
    product_name: str = ""


@dataclass(slots=True)
class MediaSource(Answer):
    """One file (version) of an item."""

    path: str = ""
    size: int = 0


@dataclass(slots=True)
class Item(Answer):
    """A film, series, season, episode or video as /Items lists it."""

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
        """Return whether it is an entry without a file, e.g. a missing episode."""
        return self.location_type.casefold() == "virtual"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """A page of items; `full` means that another may follow, `date` is the server's own time."""

    items: list[Item]
    rows: int
    full: bool
    date: datetime | None


@dataclass(slots=True)
class TaskResult(Answer):
    """How a task ended the last time."""

    end_time_utc: datetime | None = None


@dataclass(slots=True)
class ScheduledTask(Answer):
    """A task of the server; its key is the same in every language."""

    id: str
    key: str = ""
    state: str = "Idle"
    current_progress_percentage: float | None = None
    last_execution_result: TaskResult = field(default_factory=TaskResult)

    @property
    def running(self) -> bool:
        """Return whether it is at work."""
        return self.state.casefold() == "running"


@dataclass(slots=True)
class Plugin(Answer):
    """An installed plugin."""

    id: str
    name: str = ""
    version: str = ""
    status: str = ""

    @property
    def active(self) -> bool:
        """Return whether it is loaded."""
        return self.status.casefold() == "active"


def plain_guid(value: str) -> str:
    """Return a Guid as 32 lower-case hex digits, whichever way it was written."""
    return value.strip().strip("{}").replace("-", "").casefold()
