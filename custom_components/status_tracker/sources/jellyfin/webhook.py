"""Payloads of Jellyfin's webhook plugin, sent with all properties."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ...clients.jellyfin import SCAN_TASK
from ...clients.jellyfin_model import plain_guid
from ...pipeline.enums import ItemKind
from ...pipeline.evidence.library import LibraryEvidence
from ..serialization import read_time
from .ids import KINDS, typed_ids
from .items import item_url

PROVIDER = "provider_"


class Notice(StrEnum):
    """Notification types that are processed."""

    ADDED = "itemadded"
    DELETED = "itemdeleted"
    SCANNED = "scanned"


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryNotice:
    """A notification; without an item for a finished scan. `sent` is by the clock of the server."""

    notice: Notice
    server_id: str
    sent: datetime | None = None
    item: LibraryEvidence | None = None


def read_notice(source: str, url: str, payload: dict[str, Any]) -> LibraryNotice | None:
    """Parse a payload; None if it is invalid or not relevant."""
    kind = str(payload.get("NotificationType", "")).casefold()
    server_id = plain_guid(str(payload.get("ServerId") or ""))
    if kind == "taskcompleted" and payload.get("ResultKey") == SCAN_TASK:
        return LibraryNotice(notice=Notice.SCANNED, server_id=server_id)
    if kind not in (Notice.ADDED, Notice.DELETED):
        return None
    item = _item(source, url, server_id, payload)
    if item is None:
        return None
    sent = read_time(payload.get("UtcTimestamp") or payload.get("Timestamp"))
    return LibraryNotice(notice=Notice(kind), server_id=server_id, sent=sent, item=item)


def _item(source: str, url: str, server_id: str, payload: dict[str, Any]) -> LibraryEvidence | None:
    """Return the item of a payload, which has no path; an episode has only its own ids."""
    kind = KINDS.get(str(payload.get("ItemType", "")).casefold())
    item_id = _guid(payload.get("ItemId"))
    if kind is None or item_id is None:
        return None
    providers = {
        str(key)[len(PROVIDER) :]: value
        for key, value in payload.items()
        if str(key).casefold().startswith(PROVIDER)
    }
    return LibraryEvidence(
        source=source,
        item_id=item_id,
        kind=kind,
        name=str(payload.get("Name") or "").replace('\\"', '"'),
        year=_number(payload.get("Year")),
        ids=typed_ids(kind, providers),
        series_id=_guid(payload.get("SeriesId")) if kind in (ItemKind.SEASON, ItemKind.EPISODE) else None,
        season=_number(payload.get("SeasonNumber")),
        number=_number(payload.get("EpisodeNumber")),
        number_end=_number(payload.get("EpisodeNumberEnd")),
        url=item_url(url, item_id, server_id),
    )


def _guid(value: Any) -> str | None:
    """Return an id as 32 hex digits, None if it is invalid."""
    text = plain_guid(value) if isinstance(value, str) else ""
    return text if len(text) == 32 and all(digit in "0123456789abcdef" for digit in text) else None


def _number(value: Any) -> int | None:
    """Return a small number from a number or text, None if it is invalid."""
    text = str(value).strip() if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if len(text) < 7 and text.isdecimal() else None
