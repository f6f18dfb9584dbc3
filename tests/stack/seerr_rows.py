"""How Seerr, Jellyseerr and Overseerr spell requests, media, people and titles."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .arr_rows import queue_resources
from .rows import MEDIA_BLOCKLISTED, REQUEST_APPROVED, REQUEST_COMPLETED, SeerrMedia, SeerrRequest, User
from .titles import Title
from .world import World

FILTERS = ("all", "approved", "available", "pending", "processing", "unavailable", "failed")


@dataclass(frozen=True, slots=True)
class Flavour:
    """How the products differ in the API."""

    api: str
    version: str
    jellyfin: bool
    completes: bool

    @property
    def filters(self) -> tuple[str, ...]:
        """Allowed values of `filter`."""
        return (*FILTERS, "deleted", "completed") if self.completes else FILTERS


FLAVOURS = {
    "overseerr": Flavour("Overseerr API", "1.34.0", jellyfin=False, completes=False),
    "jellyseerr1": Flavour("Overseerr API", "1.9.2", jellyfin=True, completes=False),
    "jellyseerr": Flavour("Jellyseerr API", "2.7.3", jellyfin=True, completes=True),
    "seerr": Flavour("Seerr API", "3.1.0", jellyfin=True, completes=True),
}


def iso(at: datetime) -> str:
    """Seerr's time."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class SeerrRows:
    """Rows of one world in one flavour."""

    def __init__(self, world: World, flavour: Flavour) -> None:
        """Read from this world."""
        self.world = world
        self.flavour = flavour
        self.download_sync = True
        self._queues: dict[int, list[dict[str, Any]]] = {}
        self._counts: Counter[int] = Counter()

    def refresh(self) -> None:
        """Look at queues and counts anew; called once an answer, as a list of a thousand wants it."""
        self._queues = {}
        self._counts = Counter(request.user.id for request in self.world.requests.values())

    def user(self, user: User) -> dict[str, Any]:
        """A person, e-mail included as Seerr does."""
        name = user.email.partition("@")[0]
        made = "2026-01-01T00:00:00.000Z"
        data: dict[str, Any] = {
            "permissions": user.permissions,
            "warnings": [],
            "id": user.id,
            "email": user.email,
            "plexUsername": None,
            "username": user.display_name,
            "recoveryLinkExpirationDate": None,
            "userType": user.user_type,
            "plexId": None,
            "avatar": f"/avatar/{name}",
            "movieQuotaLimit": None,
            "movieQuotaDays": None,
            "tvQuotaLimit": None,
            "tvQuotaDays": None,
            "createdAt": made,
            "updatedAt": made,
            "requestCount": self._counts[user.id],
            "displayName": user.display_name,
        }
        if self.flavour.jellyfin:
            data |= {
                "jellyfinUsername": None,
                "jellyfinUserId": None,
                "avatarETag": None,
                "avatarVersion": None,
            }
        return data

    def request(self, request: SeerrRequest, *, detail: bool = False) -> dict[str, Any]:
        """A request; only the detail has the media's seasons and the person's settings."""
        made = iso(request.created_at)
        person = self.user(request.user)
        if detail:
            person["settings"] = None
        data: dict[str, Any] = {
            "id": request.id,
            "status": self.request_status(request.status),
            "createdAt": made,
            "updatedAt": made,
            "type": request.title.media_type,
            "is4k": request.is_4k,
            "serverId": request.server_id,
            "profileId": None,
            "rootFolder": None,
            "languageProfileId": None,
            "tags": None,
            "isAutoRequest": False,
            "media": self.media(request.media, detail=detail),
            "seasons": [
                {
                    "id": request.id * 100 + number,
                    "seasonNumber": number,
                    "status": self.request_status(status),
                    "createdAt": made,
                    "updatedAt": made,
                }
                for number, status in request.seasons.items()
            ],
            "modifiedBy": self.user(request.modified_by) if request.modified_by else None,
            "requestedBy": person,
            "seasonCount": len(request.seasons),
        }
        if not detail:
            data["canRemove"] = request.media.service_id is not None or request.media.service_id4k is not None
        return data

    def request_status(self, status: int) -> int:
        """Before COMPLETED existed a fulfilled request stayed APPROVED."""
        if status == REQUEST_COMPLETED and not self.flavour.completes:
            return REQUEST_APPROVED
        return status

    def media(self, media: SeerrMedia, *, detail: bool = False) -> dict[str, Any]:
        """Seerr's media row; `updatedAt` and `mediaAddedAt` are the time of the first request for ever."""
        made = iso(media.created_at)
        title = media.title
        data: dict[str, Any] = {
            "downloadStatus": self._downloads(media, is_4k=False),
            "downloadStatus4k": self._downloads(media, is_4k=True),
            "id": media.id,
            "mediaType": title.media_type,
            "tmdbId": title.tmdb_id,
            "tvdbId": title.tvdb_id if title.media_type == "tv" else None,
            "imdbId": None,
            "status": media.status,
            "status4k": media.status4k,
            "createdAt": made,
            "updatedAt": made,
            "lastSeasonChange": made,
            "mediaAddedAt": made,
            "serviceId": media.service_id,
            "serviceId4k": media.service_id4k,
            "externalServiceId": media.external_id,
            "externalServiceId4k": media.external_id4k,
            "externalServiceSlug": self._slug(title) if media.external_id else None,
            "externalServiceSlug4k": self._slug(title) if media.external_id4k else None,
            "ratingKey": None,
            "ratingKey4k": None,
        }
        if self.flavour.jellyfin:
            data |= {"jellyfinMediaId": media.jellyfin_id, "jellyfinMediaId4k": None}
            if media.jellyfin_id:
                data["mediaUrl"] = f"http://jellyfin.example/web/index.html#!/details?id={media.jellyfin_id}"
        for is_4k, service in ((False, media.service_id), (True, media.service_id4k)):
            arr = self._arr(media, is_4k)
            if service is not None and arr is not None:
                kind = "movie" if title.media_type == "movie" else "series"
                data["serviceUrl4k" if is_4k else "serviceUrl"] = f"{arr.url}/{kind}/{self._slug(title)}"
        if detail:
            numbers = sorted({*media.seasons, *media.seasons4k})
            data["seasons"] = [
                {
                    "id": media.id * 100 + number,
                    "seasonNumber": number,
                    "status": media.seasons.get(number, 1),
                    "status4k": media.seasons4k.get(number, 1),
                    "createdAt": made,
                    "updatedAt": made,
                }
                for number in numbers
            ]
        return data

    def _slug(self, title: Title) -> str:
        """The *arr's slug of a title."""
        return str(title.tmdb_id) if title.media_type == "movie" else title.slug.replace(".", "-").lower()

    def _arr(self, media: SeerrMedia, is_4k: bool) -> Any:
        """The instance Seerr's service id names."""
        number = media.service_id4k if is_4k else media.service_id
        kind = "radarr" if media.title.media_type == "movie" else "sonarr"
        return next((a for a in self.world.arrs if (a.kind, a.server_id) == (kind, number)), None)

    def _downloads(self, media: SeerrMedia, *, is_4k: bool) -> list[dict[str, Any]]:
        """What Seerr saw of the *arr's queue: its first ten rows and no more."""
        arr = self._arr(media, is_4k)
        external = media.external_id4k if is_4k else media.external_id
        if arr is None or not self.download_sync:
            return []
        key = "movieId" if arr.kind == "radarr" else "seriesId"
        rows = self._queues.get(id(arr))
        if rows is None:
            rows = [row for row in queue_resources(self.world, arr) if key in row]
            rows.sort(key=lambda row: row.get("timeleft", "99"))
            rows = self._queues[id(arr)] = rows[:10]
        found = []
        for row in rows:
            if row[key] != external:
                continue
            entry = {
                "externalId": external,
                "estimatedCompletionTime": row.get("estimatedCompletionTime"),
                "mediaType": media.title.media_type,
                "size": row["size"],
                "sizeLeft": row["sizeleft"],
                "status": row["status"],
                "timeLeft": row.get("timeleft"),
                "title": row["title"],
            }
            if (episode := arr.episode(row.get("episodeId", 0))) is not None:
                entry["episode"] = {
                    "seasonNumber": episode.episode.season,
                    "episodeNumber": episode.episode.number,
                    "absoluteEpisodeNumber": episode.episode.absolute,
                    "id": episode.id,
                    "title": episode.episode.title,
                }
            found.append(entry | {"downloadId": row.get("downloadId")})
        return found

    def listed(self) -> list[SeerrRequest]:
        """Requests the list shows, newest first: those of blocklisted media are left out."""
        rows = [r for r in self.world.requests.values() if r.media.get_status(r.is_4k) != MEDIA_BLOCKLISTED]
        return sorted(rows, key=lambda request: request.id, reverse=True)

    def media_info(self, title: Title) -> dict[str, Any] | None:
        """What a title's page says of its media."""
        media = self.world.media_of(title)
        if media is None:
            return None
        requests = [self.request(r) for r in self.world.requests.values() if r.media is media]
        return self.media(media, detail=True) | {"requests": requests}
