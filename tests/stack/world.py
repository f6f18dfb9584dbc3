"""The scripted world of the simulated stack: one state, changed by verbs and shown by servers."""

from .anime import AnimeVerbs
from .verbs_downloads import DownloadVerbs
from .verbs_imports import ImportVerbs
from .verbs_library import LibraryVerbs
from .verbs_requests import RequestVerbs


class World(RequestVerbs, DownloadVerbs, ImportVerbs, LibraryVerbs, AnimeVerbs):
    """A household: state in `state.py`, rows in `rows.py` and `library.py`, verbs in the classes mixed in."""
