"""Anime verbs of the world: what Shoko and Shokofin do with a file."""

from .shoko_verbs import ShokoVerbs
from .shokofin import ShokofinVerbs


class AnimeVerbs(ShokofinVerbs, ShokoVerbs):
    """Verbs of Shoko (detects, hashes, matches, renames) and of Shokofin (shows)."""
