"""Typed ids of a Jellyfin item, from its provider ids and paths."""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Any

from ...pipeline.enums import ItemKind
from ...pipeline.ids import IdKind, make_id

KINDS = {kind.value: kind for kind in ItemKind}

# The meaning of a provider id depends on the item kind; combinations not listed are ignored.
PROVIDERS: dict[str, dict[ItemKind, IdKind]] = {
    "tmdb": {
        ItemKind.MOVIE: IdKind.TMDB_MOVIE,
        ItemKind.SERIES: IdKind.TMDB_SHOW,
        ItemKind.EPISODE: IdKind.TMDB_EPISODE,
    },
    "tvdb": {
        ItemKind.MOVIE: IdKind.TVDB_MOVIE,
        ItemKind.SERIES: IdKind.TVDB_SHOW,
        ItemKind.EPISODE: IdKind.TVDB_EPISODE,
    },
    "imdb": dict.fromkeys((ItemKind.MOVIE, ItemKind.SERIES, ItemKind.EPISODE), IdKind.IMDB),
    "anidb": {
        ItemKind.MOVIE: IdKind.ANIDB_ANIME,
        ItemKind.SERIES: IdKind.ANIDB_ANIME,
        ItemKind.SEASON: IdKind.ANIDB_ANIME,
        ItemKind.EPISODE: IdKind.ANIDB_EPISODE,
    },
    "shoko file": dict.fromkeys(ItemKind, IdKind.SHOKO_FILE),
    "shoko episode": dict.fromkeys(ItemKind, IdKind.SHOKO_EPISODE),
    "shoko series": dict.fromkeys(ItemKind, IdKind.SHOKO_SERIES),
}
PROVIDERS["themoviedb"] = PROVIDERS["tmdb"]
PROVIDERS["thetvdb"] = PROVIDERS["tvdb"]

SHOKO_FILES = re.compile(r"\[shoko file=(\d+(?:,\d+)*)\]", re.IGNORECASE)
SHOKO_EPISODES = re.compile(r"\[shoko episode=(\d+(?:,\d+)*)\]", re.IGNORECASE)
SHOKO_SERIES = re.compile(r"\[shoko series=([^\]]+)\]", re.IGNORECASE)
CUSTOM = re.compile(r"shoko://(file|episode|series)/(\d+)", re.IGNORECASE)
CUSTOM_SERIES = re.compile(r"[?&]seriesid=(\d+)", re.IGNORECASE)
CUSTOM_EPISODES = re.compile(r"[?&]episodeids=(\d+(?:(?:,|%2c)\d+)*)", re.IGNORECASE)

# With TMDB structure, Shokofin uses TMDB ids with a letter as prefix, in this case.
PREFIXES = {("t", ItemKind.SERIES): IdKind.TMDB_SHOW, ("T", ItemKind.MOVIE): IdKind.TMDB_MOVIE}


def typed_ids(kind: ItemKind, providers: Mapping[str, Any], paths: Iterable[str] = ()) -> tuple[str, ...]:
    """Return all normalized ids of an item, sorted."""
    found: set[str] = set()
    for key, value in providers.items():
        if value is not None and str(value).strip():
            found.update(_of_provider(kind, key.strip().casefold(), str(value).strip()))
    for path in paths:
        found.update(_of_path(kind, path))
    return tuple(sorted(found))


def _of_provider(kind: ItemKind, key: str, value: str) -> Iterator[str]:
    """Yield the ids of a provider id entry."""
    if key == "custom":
        yield from _of_custom(value)
        return
    id_kind = PROVIDERS.get(key, {}).get(kind)
    if id_kind is None:
        return
    if id_kind in (IdKind.SHOKO_FILE, IdKind.SHOKO_EPISODE, IdKind.SHOKO_SERIES):
        yield from _of_shoko(kind, id_kind, value)
    else:
        yield make_id(id_kind, value)


def _of_shoko(kind: ItemKind, id_kind: IdKind, value: str) -> Iterator[str]:
    """Yield the Shoko ids of an entry with one or several; those with a letter as prefix are TMDB ids."""
    for one in (part.strip() for part in value.split(",")):
        if one.isdecimal():
            yield make_id(id_kind, one)
        elif id_kind is IdKind.SHOKO_SERIES and one[1:].isdecimal() and (one[0], kind) in PREFIXES:
            yield make_id(PREFIXES[one[0], kind], one[1:])


def _of_custom(value: str) -> Iterator[str]:
    """Yield the ids of a Shokofin link, e.g. shoko://file/345?seriesId=12&episodeIds=678,679."""
    kinds = {"file": IdKind.SHOKO_FILE, "episode": IdKind.SHOKO_EPISODE, "series": IdKind.SHOKO_SERIES}
    if match := CUSTOM.match(value):
        yield make_id(kinds[match[1].casefold()], match[2])
        if series := CUSTOM_SERIES.search(value):
            yield make_id(IdKind.SHOKO_SERIES, series[1])
        if episodes := CUSTOM_EPISODES.search(value):
            for one in re.split(r",|%2c", episodes[1], flags=re.IGNORECASE):
                yield make_id(IdKind.SHOKO_EPISODE, one)


def _of_path(kind: ItemKind, path: str) -> Iterator[str]:
    """Yield the ids in paths of Shokofin's virtual file system, file name before folder."""
    if "[shoko" not in path.casefold():
        return
    parts = [part for part in path.replace("\\", "/").split("/") if part]
    name, folder = parts[-1], parts[-2] if len(parts) > 1 else ""
    for match in SHOKO_FILES.finditer(name):
        yield from _of_shoko(kind, IdKind.SHOKO_FILE, match[1])
    for match in SHOKO_EPISODES.finditer(f"{folder}/{name}"):
        yield from _of_shoko(kind, IdKind.SHOKO_EPISODE, match[1])
    if series := SHOKO_SERIES.findall(name) or SHOKO_SERIES.findall(folder):
        yield from _of_shoko(kind, IdKind.SHOKO_SERIES, series[-1])
