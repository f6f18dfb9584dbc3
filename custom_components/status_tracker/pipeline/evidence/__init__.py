"""What the services say, in one vocabulary: all that crosses from the sources to the pipeline.

Every piece is immutable, comparable, and can be written down (`to_dict`) and read back (`from_dict`).
`source` is always the key of the service that said it (a config subentry's id, or "seerr").
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
    """All that is known at one moment, or the part of it one source holds."""

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
        """Return the evidence of several sources as one."""
        return cls(
            **{
                one.name: tuple(piece for part in parts for piece in getattr(part, one.name))
                for one in fields(cls)
            }
        )
