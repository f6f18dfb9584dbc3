"""Evidence from the services: immutable, comparable data the sources pass to the pipeline.

Serialized with `to_dict` and `from_dict` (mashumaro). `source` is the key of the service: the id of a
config subentry, or "seerr".
"""

from dataclasses import dataclass, fields
from typing import Self

from .arr import HistoryEvidence, MovieEvidence, SeriesEvidence
from .base import ServiceEvidence
from .downloads import QueueEvidence, TorrentEvidence
from .library import LibraryEvidence
from .requests import RequestEvidence, TitleEvidence
from .shoko import ShokoEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All evidence at one time, or the part of one source."""

    services: tuple[ServiceEvidence, ...] = ()
    requests: tuple[RequestEvidence, ...] = ()
    titles: tuple[TitleEvidence, ...] = ()
    movies: tuple[MovieEvidence, ...] = ()
    series: tuple[SeriesEvidence, ...] = ()
    queue: tuple[QueueEvidence, ...] = ()
    history: tuple[HistoryEvidence, ...] = ()
    torrents: tuple[TorrentEvidence, ...] = ()
    library: tuple[LibraryEvidence, ...] = ()
    shoko: tuple[ShokoEvidence, ...] = ()

    @classmethod
    def merge(cls, parts: list[Evidence]) -> Self:
        """Return the merged evidence of several sources."""
        return cls(
            **{
                one.name: tuple(piece for part in parts for piece in getattr(part, one.name))
                for one in fields(cls)
            }
        )
