"""Requests and titles as Seerr has them, of one film and one series."""

from typing import Any

from custom_components.status_tracker.pipeline.enums import MediaStatus, MediaType, RequestStatus
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence, TitleEvidence

from .times import ago

FILM, SHOW, SHOW_TVDB = 603, 1399, 121361


def request(number: int = 1, **said: Any) -> RequestEvidence:
    """Return an approved request for the film, handed to the first Radarr."""
    values: dict[str, Any] = {
        "request_id": number,
        "media_type": MediaType.MOVIE,
        "status": RequestStatus.APPROVED,
        "media_status": MediaStatus.PROCESSING,
        "tmdb_id": FILM,
        "service_id": 0,
        "external_id": 10,
        "requested_by": "Ada",
        "requested_at": ago(minutes=5),
    }
    return RequestEvidence(**values | said)


def request_4k(number: int = 1, **said: Any) -> RequestEvidence:
    """Return an approved request for the film in 4K."""
    return request(number, **{"is_4k": True, "service_id": 1, "external_id": 20} | said)


def series_request(number: int = 1, *seasons: int, **said: Any) -> RequestEvidence:
    """Return an approved request for seasons (the first, if none are given) of the series."""
    values: dict[str, Any] = {
        "media_type": MediaType.TV,
        "tmdb_id": SHOW,
        "tvdb_id": SHOW_TVDB,
        "seasons": seasons or (1,),
        "external_id": 30,
    }
    return request(number, **values | said)


def title(**said: Any) -> TitleEvidence:
    """Return the film's title."""
    values: dict[str, Any] = {
        "media_type": MediaType.MOVIE,
        "tmdb_id": FILM,
        "title": "The Matrix",
        "year": 1999,
        "poster": "https://image.example/matrix.jpg",
    }
    return TitleEvidence(**values | said)


def series_title(**said: Any) -> TitleEvidence:
    """Return the series' title."""
    values: dict[str, Any] = {
        "media_type": MediaType.TV,
        "tmdb_id": SHOW,
        "title": "Game of Thrones",
        "year": 2011,
        "poster": None,
    }
    return title(**values | said)
