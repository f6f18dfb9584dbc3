"""Jellyfin items as evidence, and the keys they are found by."""

from dataclasses import replace
from datetime import datetime

from ...clients.jellyfin_model import Item
from ...pipeline.enums import ItemKind
from ...pipeline.evidence.library import ItemFile, LibraryEvidence
from ...pipeline.ids import path_parts, path_tail
from .ids import KINDS, typed_ids

DISC_DEPTH = 3  # a movie folder with e.g. BDMV and STREAM


def path_key(path: str) -> str:
    """Return the key of a file: the last two parts of its path, independent of its mount point."""
    return f"path:{path_tail(path)}"


def file_keys(path: str) -> tuple[str, ...]:
    """Return the keys of a file and its parent folders, because Jellyfin uses the folder for a disc."""
    parts = path_parts(path)
    ends = range(len(parts), max(len(parts) - DISC_DEPTH, 2) - 1, -1)
    return tuple(f"path:{'/'.join(parts[max(end - 2, 0) : end])}" for end in ends) or (path_key(path),)


def item_paths(item: Item) -> tuple[str, ...]:
    """Return the distinct paths of the files of an item."""
    paths = (item.path, *(one.path for one in item.media_sources))
    return tuple(dict.fromkeys(path for path in paths if path))


def item_keys(item: Item) -> tuple[str, ...]:
    """Return the keys of an item: its ids and the path keys of its files."""
    if (kind := KINDS.get(item.type.casefold())) is None:
        return ()
    paths = item_paths(item)
    ids = typed_ids(kind, item.provider_ids, paths)
    return ids if kind is ItemKind.SERIES else (*ids, *map(path_key, paths))


def item_evidence(source: str, item: Item, url: str, read_at: datetime | None) -> LibraryEvidence | None:
    """Return an item as evidence with the time it was read; None for kinds that are not used."""
    if (kind := KINDS.get(item.type.casefold())) is None:
        return None
    sizes = {one.path: one.size for one in item.media_sources}
    paths = item_paths(item)
    episode = kind is ItemKind.EPISODE
    return LibraryEvidence(
        source=source,
        item_id=item.id,
        kind=kind,
        name=item.name,
        year=item.production_year,
        ids=typed_ids(kind, item.provider_ids, paths),
        files=tuple(ItemFile(path=path, size=sizes.get(path, 0)) for path in paths)
        if kind is not ItemKind.SERIES
        else (),
        virtual=item.virtual,
        series_id=item.series_id,
        season=item.parent_index_number if episode else None,
        number=item.index_number if episode else None,
        number_end=item.index_number_end if episode else None,
        url=item_url(url, item.id, item.server_id),
        read_at=read_at,
    )


def relinked(item: LibraryEvidence, url: str) -> LibraryEvidence:
    """Return an item with its link on another base URL."""
    page = (item.url or "").partition("/web/#/")[2]
    return replace(item, url=f"{url}/web/#/{page}") if page else item


def item_url(url: str, item_id: str, server_id: str) -> str:
    """Return the URL of an item in the Jellyfin web client."""
    return f"{url}/web/#/details?id={item_id}&serverId={server_id}"
