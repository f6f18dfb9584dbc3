"""One spelling for the ids of every catalogue: "kind:value", and for the tail of a path."""

from enum import StrEnum
import unicodedata


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
