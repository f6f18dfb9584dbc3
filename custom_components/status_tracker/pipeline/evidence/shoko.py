"""Evidence from Shoko."""

from dataclasses import dataclass

from .base import EvidenceBase


@dataclass(frozen=True, slots=True, kw_only=True)
class ShokoEvidence(EvidenceBase):
    """A file Shoko knows. `paths` are its relative paths, the present one first, former ones after.

    `ids` are "kind:value" (ids.py) of its file, episodes, series, AniDB, TMDB, TVDB and IMDb entries.
    `matched` means cross-referenced; `refused` that Shoko searched and recognised nothing.
    """

    source: str
    file_id: int
    paths: tuple[str, ...]
    size: int = 0
    ids: tuple[str, ...] = ()
    matched: bool = False
    refused: bool = False
    series_pending: bool = False  # matched, but Shoko has not created the series yet
    url: str | None = None
