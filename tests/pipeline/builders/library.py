"""Items of Jellyfin."""

from typing import Any

from custom_components.status_tracker.pipeline.enums import ItemKind
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.evidence.library import ItemFile, LibraryEvidence
from custom_components.status_tracker.pipeline.ids import IdKind, make_id

from .requests import FILM, SHOW_TVDB
from .times import JUST_READ


def ids(*pairs: tuple[IdKind, int | str]) -> tuple[str, ...]:
    """Return ids in the one spelling."""
    return tuple(make_id(kind, value) for kind, value in pairs)


def item(item_id: str = "m1", kind: ItemKind = ItemKind.MOVIE, **said: Any) -> LibraryEvidence:
    """Return a Jellyfin item without any id."""
    values: dict[str, Any] = {
        "source": "jellyfin",
        "item_id": item_id,
        "kind": kind,
        "name": "The Matrix",
        "year": 1999,
        "url": f"https://jellyfin.example/{item_id}",
        "read_at": JUST_READ,
    }
    return LibraryEvidence(**values | said)


def film_item(item_id: str = "m1", **said: Any) -> LibraryEvidence:
    """Return the film in Jellyfin, by its TMDB id."""
    return item(item_id, **{"ids": ids((IdKind.TMDB_MOVIE, FILM))} | said)


def series_item(**said: Any) -> LibraryEvidence:
    """Return the series in Jellyfin, by its TVDB id."""
    values = {"name": "Game of Thrones", "year": 2011, "ids": ids((IdKind.TVDB_SHOW, SHOW_TVDB))}
    return item("s1", ItemKind.SERIES, **values | said)


def episode_item(number: int, season: int = 1, **said: Any) -> LibraryEvidence:
    """Return an episode of the series in Jellyfin, which has no id of its own."""
    values = {"name": f"Episode {number}", "series_id": "s1", "season": season, "number": number}
    return item(f"e{season}x{number}", ItemKind.EPISODE, **values | said)


def plays(*files: FileEvidence, root: str = "/media", sized: bool = True) -> tuple[ItemFile, ...]:
    """Return *arr files as Jellyfin sees them through another mount."""
    return tuple(ItemFile(path=f"{root}{file.path}", size=file.size if sized else 0) for file in files)
