"""Anime verbs of the world: what Shoko and Shokofin do with a file."""

from .state import WorldState


class AnimeVerbs(WorldState):
    """Verbs of Shoko (detects, hashes, matches, renames) and of Shokofin (shows)."""
