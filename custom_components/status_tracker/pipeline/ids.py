"""One spelling for the ids of every catalogue: "kind:value", and for the tail of a path."""

from enum import StrEnum
from typing import Protocol
import unicodedata

from .enums import MediaType


class IdKind(StrEnum):
    """What an id names; TMDB and TVDB number films, shows and episodes apart, AniDB too."""

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
    """Return the one spelling of an id, e.g. "tmdb_movie:603"."""
    if isinstance(value, int):
        return f"{kind.value}:{value}"
    return f"{kind.value}:{value.strip().casefold()}"


def of_kind(ids: tuple[str, ...] | frozenset[str], *kinds: IdKind) -> frozenset[str]:
    """Return those ids that are of the kinds."""
    heads = tuple(f"{kind}:" for kind in kinds)
    return frozenset(one for one in ids if one.startswith(heads))


class HasIds(Protocol):
    """What is known by the ids of a film or series."""

    @property
    def tmdb_id(self) -> int | None:
        """Return TMDB's id."""

    @property
    def imdb_id(self) -> str | None:
        """Return IMDb's id."""


def other_title(media: MediaType, one: HasIds, other: HasIds) -> bool:
    """Return whether ids name two titles: films by TMDB's, series by all ids they share, several at least.

    Catalogues cut series differently, and people pick a series by hand, so a single id may differ.
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
    """Return the parts of a path in one normal form, whichever way its slashes lean."""
    return tuple(part for part in _normal_form(path).split("/") if part)


def path_name(path: str) -> str:
    """Return the name at the end of a path in one normal form."""
    return _normal_form(path).rstrip("/").rpartition("/")[2]


def _normal_form(path: str) -> str:
    """Return a path composed and case-folded: a Mac's disk tells its names decomposed."""
    path = path.replace("\\", "/")
    return path.casefold() if path.isascii() else unicodedata.normalize("NFC", path.casefold())


def path_tail(path: str, parts: int = 2) -> str:
    """Return the last parts of a path, e.g. "film (2020)/film.mkv", equal for every mount of it."""
    return "/".join(path_parts(path)[-parts:])


def shared_tail(one: str, other: str) -> int:
    """Return how many parts two paths share, counted from the end."""
    count = 0
    for left, right in zip(reversed(path_parts(one)), reversed(path_parts(other)), strict=False):
        if left != right:
            break
        count += 1
    return count


def lies_in(path: str, folder: str) -> int:
    """Return how many parts a folder shares with one that a path lies in, counted from the folder's end."""
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
