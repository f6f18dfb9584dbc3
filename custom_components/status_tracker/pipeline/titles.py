"""Search for requests by spoken title: without subtitle, article, accents and punctuation, or similar."""

from collections.abc import Iterable
from difflib import SequenceMatcher
import re

from .correlator import normalise_title
from .requests import Tracked

SHORTEST = 4  # minimum length of a partial title; shorter ones such as "it" and "us" are common words
LIKE = 0.8  # minimum similarity, for speech recognition errors
AT_MOST = 3  # maximum number of titles a partial title may match
_SUBTITLE = re.compile("\\s*[:\uff1a\u2013\u2014]\\s*|\\s+-\\s+")
_ARTICLES = re.compile(
    "^(?:(?:the|an?|der|die|das|les?|la|el|l[ao]s|il|lo|gli|het|de|os?|as)\\s+|l['\u2019])", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"\s*\(?\b((?:18|19|20)\d\d)\)?\s*$")


def spoken_titles(title: str) -> list[str]:
    """Return the spoken forms of a title, the full one first."""
    found = [title]
    main = _SUBTITLE.split(title, maxsplit=1)[0]
    if len(normalise_title(main)) >= SHORTEST:
        found.append(main)
    found += [_ARTICLES.sub("", one) for one in found]
    return list(dict.fromkeys(one.strip() for one in found if one.strip()))


def find_by_title(said: str, requests: Iterable[Tracked]) -> list[Tracked]:
    """Return the requests with a title equal to, similar to or containing the spoken one.

    Empty if too many match; a year at the end selects among equal titles.
    """
    known = list(requests)
    year = _YEAR.search(said)
    if year and (bare := said[: year.start()].strip()):
        of_year = [one for one in known if one.year == int(year[1])]
        return _named(said, known) or find_by_title(bare, of_year)
    return _named(said, known)


def _named(said: str, requests: list[Tracked]) -> list[Tracked]:
    """Return the requests matching a title without a year."""
    words = normalise_title(said)
    if not words:
        return []
    forms = [(one, [normalise_title(form) for form in spoken_titles(one.title)]) for one in requests]
    if exact := [one for one, names in forms if words == names[0]]:
        return exact
    bare = normalise_title(_ARTICLES.sub("", said))
    if said_so := [one for one, names in forms if words in names or bare in names]:
        return said_so
    if len(words) < SHORTEST:
        return []
    nearly = [one for one, names in forms if any(_like(words, name) for name in names)]
    part = [one for one, names in forms if f" {words} " in f" {names[0]} "]
    found = nearly or part
    return found if len({one.title for one in found}) <= AT_MOST else []


def _like(said: str, name: str) -> bool:
    """Return whether a title is similar to the spoken one; numbers in it must be equal."""
    if _NUMBER.findall(said) != _NUMBER.findall(name):
        return False
    return SequenceMatcher(None, said, name, autojunk=False).ratio() >= LIKE
