"""Ids of all catalogues as "kind:value", and normalized paths."""

from enum import StrEnum
from typing import Protocol
import unicodedata

from .enums import MediaType


class IdKind(StrEnum):
    """Kinds of ids; TMDB, TVDB and AniDB have separate numbers for movies, shows and episodes."""

    TMDB_MOVIE = "tmdb_movie"
    TMDB_SHOW = "tmdb_show"
    TMDB_EPISODE = "tmdb_episode"
    TVDB_MOVIE = "tvdb_movie"
    TVDB_SHOW = "tvdb_show"
    TVDB_EPISODE = "tvdb_episode"
    IMDB = "imdb"
    ANIDB_ANIME = "anidb_anime"
    ANIDB_EPISODE = "anidb_episode"
    SHOKO_FILE = "shoko_file"
    SHOKO_EPISODE = "shoko_episode"
    SHOKO_SERIES = "shoko_series"


def make_id(kind: IdKind, value: int | str) -> str:
    """Return a normalized id, e.g. "tmdb_movie:603"."""
    if isinstance(value, int):
        return f"{kind.value}:{value}"
    return f"{kind.value}:{value.strip().casefold()}"


def of_kind(ids: tuple[str, ...] | frozenset[str], *kinds: IdKind) -> frozenset[str]:
    """Return the ids of the kinds."""
    heads = tuple(f"{kind}:" for kind in kinds)
    return frozenset(one for one in ids if one.startswith(heads))


class HasIds(Protocol):
    """A movie or series with ids."""

    @property
    def tmdb_id(self) -> int | None:
        """Return the TMDB id."""

    @property
    def imdb_id(self) -> str | None:
        """Return the IMDb id."""


def other_title(media: MediaType, one: HasIds, other: HasIds) -> bool:
    """Return whether the ids belong to different titles: movies by TMDB id, series by all ids both have.

    For a series, at least two ids must differ, because catalogues split series differently.
    """
    if media is MediaType.MOVIE:
        return bool(one.tmdb_id and other.tmdb_id) and one.tmdb_id != other.tmdb_id
    pairs = (
        (one.tmdb_id, other.tmdb_id),
        (getattr(one, "tvdb_id", None), getattr(other, "tvdb_id", None)),
        ((one.imdb_id or "").casefold(), (other.imdb_id or "").casefold()),
    )
    shared = [left == right for left, right in pairs if left and right]
    return len(shared) > 1 and not any(shared)


def path_parts(path: str) -> tuple[str, ...]:
    """Return the parts of a normalized path, with either kind of slash."""
    return tuple(part for part in _normal_form(path).split("/") if part)


def path_name(path: str) -> str:
    """Return the last part of a normalized path."""
    return _normal_form(path).rstrip("/").rpartition("/")[2]


def _normal_form(path: str) -> str:
    """Return a path in NFC and case-folded; macOS returns decomposed names."""
    path = path.replace("\\", "/")
    return path.casefold() if path.isascii() else unicodedata.normalize("NFC", path.casefold())


def path_tail(path: str, parts: int = 2) -> str:
    """Return the last parts of a path, e.g. "film (2020)/film.mkv", independent of its mount point."""
    return "/".join(path_parts(path)[-parts:])


def shared_tail(one: str, other: str) -> int:
    """Return the number of parts two paths share, counted from the end."""
    count = 0
    for left, right in zip(reversed(path_parts(one)), reversed(path_parts(other)), strict=False):
        if left != right:
            break
        count += 1
    return count


def lies_in(path: str, folder: str) -> int:
    """Return the number of parts a folder shares with a parent of the path, counted from the folder's end."""
    ours, theirs = path_parts(path), path_parts(folder)
    best = 0
    for end in range(1, len(ours)):
        count = 0
        for left, right in zip(reversed(ours[:end]), reversed(theirs), strict=False):
            if left != right:
                break
            count += 1
        best = max(best, count)
    return best
