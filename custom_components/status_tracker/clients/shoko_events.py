"""Push events of Shoko 4, 5 and 6, parsed from a common table of names."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .model import clean_text, parse_int


class ShokoEventKind(StrEnum):
    """Kinds of events, independent of the version."""

    DETECTED = "detected"  # found on disk, without an id yet
    HASHED = "hashed"
    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    RELOCATED = "relocated"
    DELETED = "deleted"
    UNLINKED = "unlinked"
    METADATA = "metadata"  # a series, episode or movie, or its links, were added or changed
    QUEUE = "queue"


EVENTS: dict[str, ShokoEventKind] = {
    # Shoko 4.2 and 5
    "ShokoEvent:FileDetected": ShokoEventKind.DETECTED,
    "ShokoEvent:FileHashed": ShokoEventKind.HASHED,
    "ShokoEvent:FileMatched": ShokoEventKind.MATCHED,
    "ShokoEvent:FileNotMatched": ShokoEventKind.NOT_MATCHED,
    "ShokoEvent:FileMoved": ShokoEventKind.RELOCATED,
    "ShokoEvent:FileRenamed": ShokoEventKind.RELOCATED,
    "ShokoEvent:FileDeleted": ShokoEventKind.DELETED,
    "ShokoEvent:SeriesUpdated": ShokoEventKind.METADATA,
    "ShokoEvent:EpisodeUpdated": ShokoEventKind.METADATA,
    "ShokoEvent:MovieUpdated": ShokoEventKind.METADATA,
    "Queue:OnConnected": ShokoEventKind.QUEUE,
    "Queue:QueueStateChanged": ShokoEventKind.QUEUE,
    # Shoko 6
    "file:detected": ShokoEventKind.DETECTED,
    "file:hashed": ShokoEventKind.HASHED,
    "file:relocated": ShokoEventKind.RELOCATED,
    "file:deleted": ShokoEventKind.DELETED,
    "release:saved": ShokoEventKind.MATCHED,
    "release:search.completed": ShokoEventKind.NOT_MATCHED,
    "release:removed": ShokoEventKind.UNLINKED,
    **{
        f"metadata:{what}.{reason}": ShokoEventKind.METADATA
        for what in ("series", "episode", "movie")
        for reason in ("none", "added", "updated", "removed")
    },
    "queue:connected": ShokoEventKind.QUEUE,
    "queue:state.changed": ShokoEventKind.QUEUE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCrossReference:
    """Cross-reference of a file; Shoko ids are None until the series is created."""

    series: int | None = None
    episode: int | None = None
    anidb_anime: int | None = None
    anidb_episode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShokoEvent:
    """Event independent of the version; paths are relative to the folders of Shoko.

    `refused` means that Shoko searched without a match; `busy` is None if unknown.
    """

    kind: ShokoEventKind
    file_id: int | None = None
    path: str | None = None
    former_path: str | None = None
    cross_references: tuple[EventCrossReference, ...] = ()
    refused: bool = False
    series: tuple[int, ...] = ()
    episodes: tuple[int, ...] = ()
    anidb_anime: int | None = None
    anidb_episode: int | None = None
    busy: bool | None = None


def parse_event(name: str, payload: dict[str, Any]) -> ShokoEvent | None:
    """Parse an event, None if it is unknown; payload keys are in lower case."""
    kind = EVENTS.get(name)
    if kind is None:
        return None
    if kind is ShokoEventKind.QUEUE:
        total = payload.get("totalcount")
        return ShokoEvent(kind=kind, busy=total > 0 if isinstance(total, int) else None)
    if kind is ShokoEventKind.METADATA:
        return _metadata(kind, payload)
    if kind is ShokoEventKind.NOT_MATCHED and (payload.get("issaved") or payload.get("hascrossreferences")):
        kind = ShokoEventKind.MATCHED
    return ShokoEvent(
        kind=kind,
        file_id=_number(payload.get("fileid")),
        path=_text(payload.get("relativepath")),
        former_path=_former_path(payload),
        cross_references=tuple(
            EventCrossReference(
                series=_number(row.get("seriesid")),
                episode=_number(row.get("episodeid")),
                anidb_anime=_number(row.get("anidbanimeid")),
                anidb_episode=_number(row.get("anidbepisodeid")),
            )
            for row in _rows(payload.get("crossreferences") or payload.get("crossrefs"))
        ),
        refused=kind is ShokoEventKind.NOT_MATCHED
        and not any(payload.get(key) for key in ("isudpbanned", "iscancelled", "exceptionmessage")),
    )


def _metadata(kind: ShokoEventKind, payload: dict[str, Any]) -> ShokoEvent:
    """Return an event about changed metadata; SeriesID and EpisodeID are ids of the source in the event."""
    rows = _rows(payload.get("episodes"))
    anidb = str(payload.get("source")).casefold() == "anidb"
    return ShokoEvent(
        kind=kind,
        series=_numbers(payload.get("shokoseriesids")),
        episodes=_numbers(payload.get("shokoepisodeids"))
        + tuple(number for row in rows for number in _numbers(row.get("shokoepisodeids"))),
        anidb_anime=_number(payload.get("seriesid")) if anidb else None,
        anidb_episode=_number(payload.get("episodeid")) if anidb else None,
    )


def _former_path(payload: dict[str, Any]) -> str | None:
    """Return the former path of a file; a rename event contains only the former name."""
    if former := _text(payload.get("previousrelativepath")):
        return former
    path, name = _text(payload.get("relativepath")), _text(payload.get("previousfilename"))
    if path is None or name is None:
        return None
    return "/".join((*path.replace("\\", "/").split("/")[:-1], name))


def _text(value: Any) -> str | None:
    """Return a non-empty text, else None."""
    return clean_text(value) if isinstance(value, str) and value else None


def _number(value: Any) -> int | None:
    """Return an id, None for 0 and null."""
    try:
        return parse_int(value) or None
    except OverflowError, TypeError, ValueError:  # the push connection accepts Infinity
        return None


def _numbers(value: Any) -> tuple[int, ...]:
    """Return the ids of a list."""
    rows = value if isinstance(value, list) else []
    return tuple(number for row in rows if (number := _number(row)))


def _rows(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
