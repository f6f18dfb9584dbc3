"""Evidence from Jellyfin."""

from dataclasses import dataclass
from datetime import datetime

from ..enums import ItemKind
from .base import EvidenceBase


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFile(EvidenceBase):
    """A file of a Jellyfin item; size in bytes, 0 if unknown."""

    path: str
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryEvidence(EvidenceBase):
    """A Jellyfin item; `ids` are "kind:value" as created by `ids.py`."""

    source: str
    item_id: str
    kind: ItemKind
    name: str
    year: int | None = None
    ids: tuple[str, ...] = ()
    files: tuple[ItemFile, ...] = ()
    virtual: bool = False
    series_id: str | None = None
    season: int | None = None
    number: int | None = None
    number_end: int | None = None
    url: str | None = None
    read_at: datetime | None = None  # local time before the request that read it
