"""HD and 4K: what tells the copies of a title apart where no *arr does."""

from collections.abc import Iterable
from datetime import datetime
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


def tells(media: MovieEvidence | SeriesEvidence, seasons: Iterable[int], since: datetime | None) -> bool:
    """Return whether an *arr has told since a time which files of a movie or of the seasons it has."""
    if media.gone and not media.absent:
        return True
    if media.read_at is None or (since and media.read_at < since):
        return False
    if isinstance(media, MovieEvidence) or media.absent:
        return True
    listed = {episode.season for episode in media.episodes}
    return all(one in listed or one not in media.seasons for one in seasons)
