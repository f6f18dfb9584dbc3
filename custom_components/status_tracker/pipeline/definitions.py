"""HD and 4K: what tells the copies of a title apart where no *arr does."""

from collections.abc import Iterable
import re

from .enums import Service
from .evidence.arr import MovieEvidence, SeriesEvidence
from .evidence.base import ServiceEvidence
from .evidence.requests import RequestEvidence

_UHD = re.compile(r"(?<![0-9])(?:2160p|4k|uhd)(?![a-z0-9])", re.IGNORECASE)
_HD = re.compile(r"(?<![0-9])(?:480|576|720|1080)[pi](?![a-z0-9])", re.IGNORECASE)


def named_definition(paths: Iterable[str]) -> bool | None:
    """Return whether the paths name 4K, False if they name a lower definition, None if they do not tell."""
    told = {bool(pattern is _UHD) for path in paths for pattern in (_UHD, _HD) if pattern.search(path)}
    return told.pop() if len(told) == 1 else None


def other_instances(
    request: RequestEvidence, services: Iterable[ServiceEvidence], service: Service
) -> frozenset[str]:
    """Return the sources of the *arrs for the other definition: 4K for an HD request and vice versa."""
    return frozenset(
        one.source for one in services if one.service is service and one.is_4k is not request.is_4k
    )


def is_read(media: MovieEvidence | SeriesEvidence, seasons: Iterable[int]) -> bool:
    """Return whether an *arr has said which files of a movie or of the seasons it has."""
    if media.gone:
        return True
    if isinstance(media, MovieEvidence):
        return media.has_file or media.read_at is not None
    listed = {episode.season for episode in media.episodes}
    return media.read_at is not None and all(one in listed or one not in media.seasons for one in seasons)
