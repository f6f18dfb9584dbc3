"""Conversion of Seerr responses to evidence."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...clients.seerr_model import Download, Request, TitleDetails
from ...clients.seerr_settings import ArrServer, JellyfinServer
from ...pipeline.enums import MediaStatus, MediaType, RequestStatus
from ...pipeline.evidence.requests import ClientDownload, RequestEvidence, SeasonTitle, TitleEvidence
from ..arr.rows import queue_status
from ..serialization import read_time

REQUEST_STATUS = dict(enumerate(RequestStatus, start=1))
MEDIA_STATUS = dict(enumerate(MediaStatus, start=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeerrServers:
    """The services in the settings of Seerr, with addresses and keys."""

    radarr: tuple[ArrServer, ...] = ()
    sonarr: tuple[ArrServer, ...] = ()
    jellyfin: JellyfinServer | None = None
    application_url: str | None = None


def request_evidence(row: Request, base_url: str) -> RequestEvidence | None:
    """Return a request as evidence, for HD or 4K; None for an unknown status or type."""
    status, media = REQUEST_STATUS.get(row.status), row.media
    if status is None or row.type not in set(MediaType):
        return None
    media_type = MediaType(row.type)
    media_status = MEDIA_STATUS.get(media.status4k if row.is4k else media.status, MediaStatus.UNKNOWN)
    seasons = tuple(sorted({season.season_number for season in row.seasons}))
    done = {
        one.season_number for one in row.seasons if REQUEST_STATUS.get(one.status) == RequestStatus.COMPLETED
    }
    service_id = media.service_id4k if row.is4k else media.service_id
    return RequestEvidence(
        request_id=row.id,
        media_type=media_type,
        status=status,
        media_status=media_status,
        is_4k=row.is4k,
        media_id=media.id,
        tmdb_id=media.tmdb_id,
        tvdb_id=media.tvdb_id or None,
        imdb_id=media.imdb_id or None,
        seasons=seasons,
        seasons_available=seasons if status is RequestStatus.COMPLETED else tuple(sorted(done)),
        service_id=row.server_id if service_id is None else service_id,
        external_id=media.external_service_id4k if row.is4k else media.external_service_id,
        requested_by=row.requested_by.name if row.requested_by else None,
        requested_at=row.created_at,
        downloads=tuple(_downloads(media.download_status4k if row.is4k else media.download_status)),
        jellyfin_id=(media.jellyfin_media_id4k if row.is4k else media.jellyfin_media_id) or None,
        url=f"{base_url}/{media_type}/{media.tmdb_id}",
    )


def _downloads(rows: Iterable[Download]) -> Iterable[ClientDownload]:
    """Return the downloads Seerr has read from the *arr queues."""
    for row in rows:
        yield ClientDownload(
            download_id=row.download_id or None,
            title=row.title,
            status=queue_status(row.status, None, None),
            size=int(row.size),
            size_left=int(row.size_left),
            eta=row.estimated_completion_time,
            season=row.episode.season_number if row.episode else None,
            number=row.episode.episode_number if row.episode else None,
        )


def title_evidence(media_type: MediaType, tmdb_id: int, details: TitleDetails) -> TitleEvidence:
    """Return a title as evidence."""
    film = media_type is MediaType.MOVIE
    date = read_time(details.release_date if film else details.first_air_date)
    coming = details.next_episode_to_air
    return TitleEvidence(
        media_type=media_type,
        tmdb_id=tmdb_id,
        title=(details.title if film else details.name) or details.title or details.name or "",
        year=date.year if date else None,
        poster=details.poster,
        imdb_id=details.imdb_id or details.external_ids.imdb_id or None,
        tvdb_id=details.external_ids.tvdb_id or None,
        anime=details.is_anime,
        expected=date if film else read_time(coming.air_date) if coming else None,
        seasons=tuple(
            SeasonTitle(
                number=season.season_number,
                episodes=season.episode_count,
                air_date=read_time(season.air_date),
            )
            for season in details.seasons
        ),
    )


def provisional_title(
    media_type: MediaType, tmdb_id: int, title: str, year: int | None, poster: str
) -> TitleEvidence:
    """Return a title from a webhook, used until it is fetched."""
    return TitleEvidence(
        media_type=media_type,
        tmdb_id=tmdb_id,
        title=title,
        year=year,
        poster=poster if poster.startswith("https://") else None,
    )
