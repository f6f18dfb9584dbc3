"""Evidence from Shoko."""

from dataclasses import dataclass

from .base import EvidenceBase


@dataclass(frozen=True, slots=True, kw_only=True)
class ShokoEvidence(EvidenceBase):
    """A file in Shoko; `paths` are relative, the current one first, followed by former ones.

    `ids` are "kind:value" (ids.py) of its file, episodes, series, AniDB, TMDB, TVDB and IMDb entries.
    `matched` means cross-referenced, `refused` that Shoko searched without a match.
    """

    source: str
    file_id: int
    paths: tuple[str, ...]
    size: int = 0
    ids: tuple[str, ...] = ()
    matched: bool = False
    refused: bool = False
    series_pending: bool = False  # matched, but its series is not created yet
    url: str | None = None
