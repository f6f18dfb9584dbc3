"""Files of Shoko, and items of Jellyfin as Shokofin shows them."""

from typing import Any

from custom_components.status_tracker.pipeline.enums import ItemKind
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.evidence.library import ItemFile, LibraryEvidence
from custom_components.status_tracker.pipeline.evidence.shoko import ShokoEvidence
from custom_components.status_tracker.pipeline.ids import IdKind, make_id

from .arr import FILE, film
from .library import item
from .requests import request, title


def shoko_file(file_id: int, file: FileEvidence | None = None, *named: str, **said: Any) -> ShokoEvidence:
    """Return a matched Shoko file where the *arr put it, with its own id and those given."""
    paths = (file.path.split("/", 2)[2],) if file else ()
    values: dict[str, Any] = {
        "source": "shoko",
        "file_id": file_id,
        "paths": paths,
        "size": file.size if file else 0,
        "ids": (make_id(IdKind.SHOKO_FILE, file_id), *named),
        "matched": True,
    }
    return ShokoEvidence(**values | said)


def vfs_item(
    file_id: int, item_id: str, *named: str, kind: ItemKind = ItemKind.EPISODE, **said: Any
) -> LibraryEvidence:
    """Return an item as Shokofin shows it: a path of its own, Shoko's and AniDB's ids only."""
    path = f"/config/Shokofin/VFS/library/Show [Shoko Series=1]/Season 01/Show [Shoko File={file_id}].mkv"
    values: dict[str, Any] = {
        "ids": (make_id(IdKind.SHOKO_FILE, file_id), *named),
        "files": (ItemFile(path=path),),
        "season": 1 if kind is ItemKind.EPISODE else None,
        "number": file_id if kind is ItemKind.EPISODE else None,
        "series_id": "s1" if kind is ItemKind.EPISODE else None,
    }
    return item(item_id, kind, **values | said)


HASHING = shoko_file(5, FILE, matched=False)
MATCHED = shoko_file(5, FILE)
ANIME = (request(), title(anime=True), film(file=FILE))
