"""A client session that gives answers without a network, and clients and sources that use it."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, Self

from multidict import CIMultiDict

from custom_components.status_tracker.clients.jellyfin import JellyfinClient
from custom_components.status_tracker.clients.qbittorrent import QBittorrentClient
from custom_components.status_tracker.clients.radarr import RadarrClient
from custom_components.status_tracker.clients.seerr import SeerrClient
from custom_components.status_tracker.clients.seerr_settings import WebhookSettings
from custom_components.status_tracker.clients.shoko import ShokoClient
from custom_components.status_tracker.clients.sonarr import SonarrClient
from custom_components.status_tracker.const import OPTIONS
from custom_components.status_tracker.pipeline.enums import MediaType
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.wants import Want
from custom_components.status_tracker.sources.arr.radarr import RadarrSource
from custom_components.status_tracker.sources.arr.sonarr import SonarrSource
from custom_components.status_tracker.sources.base import Source
from custom_components.status_tracker.sources.jellyfin.source import JellyfinSource
from custom_components.status_tracker.sources.qbittorrent import QBittorrentSource
from custom_components.status_tracker.sources.seerr.source import SeerrSource
from custom_components.status_tracker.sources.shoko.source import ShokoSource
from custom_components.status_tracker.updates.limits import limits_of

from .mutations import SECRET

URL = "http://service.example"
NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
LIMITS = limits_of(OPTIONS)

CLIENTS: dict[str, Callable[[Any], Any]] = {
    "seerr": lambda session: SeerrClient(session, URL, SECRET),
    "radarr": lambda session: RadarrClient(session, URL, SECRET),
    "sonarr": lambda session: SonarrClient(session, URL, SECRET),
    "jellyfin": lambda session: JellyfinClient(session, URL, SECRET),
    "shoko": lambda session: ShokoClient(session, URL, api_key=SECRET),
    "qbittorrent": lambda session: QBittorrentClient(session, URL, username="admin", password=SECRET),
}
ITEM = "0" * 32
CONNECTION = {"id": 3, "name": "Home Assistant"}
HOOK = WebhookSettings(enabled=True, types=2, url="http://home.example/api/webhook/x", template="{}")
ARR = (
    *("version", "status", "health", "queue_details", ("history_since", NOW), ("history_of", 12), "tags"),
    *("root_folders", "download_clients", "notifications", "notification_schema", ("command_status", 7)),
    *(("create_notification", CONNECTION), ("update_notification", CONNECTION), ("delete_notification", 3)),
    *(("test_notification", CONNECTION), ("command", "Search"), ("delete_queue_row", 5), ("mark_failed", 9)),
)
CALLS: dict[str, tuple[Any, ...]] = {
    "seerr": (
        *("identify", "version", "check_key", "requests", "request_count", "request_total", "webhook"),
        *(("request", 1), ("movie", 45745), ("tv", 209867), "settings_public", "settings_main"),
        *("settings_radarr", "settings_sonarr", "settings_jellyfin", ("request_page", 0)),
        *(("set_webhook", HOOK), ("test_webhook", HOOK), ("approve", 1), ("decline", 1)),
        *(("retry", 1), ("delete", 1)),
    ),
    "radarr": (*ARR, ("movie", 12), ("movie_by_tmdb", 45745)),
    "sonarr": (*ARR, ("series", 1), ("series_by_tvdb", 1), ("episodes", 1), ("episode_files", 1)),
    "jellyfin": (
        *("public_info", "version", "check_key", ("page", ["Movie"]), ("changed_since", NOW, ["Movie"])),
        *(("items_by_ids", [ITEM]), ("episodes", ITEM), ("filters_dates", ["Movie"]), "plugins"),
        *("scheduled_tasks", "scan_running", "scan_task", "scan_library", ("run_task", ITEM)),
        *("webhook_configuration", ("set_webhook_configuration", {"ServerUrl": URL})),
    ),
    "shoko": (
        *("status", "version", "major", "check", "queue", ("login", "a", SECRET), ("file", 1)),
        *(("files_by_tail", "/x.mkv"), ("series", 1), ("episode", 1), ("files_of_movie", 1)),
        ("files_of_show", 1),
    ),
    "qbittorrent": ("check", "version", "maindata"),
}
SOURCES: dict[str, Callable[[Any], Source]] = {
    "seerr": lambda client: SeerrSource("seerr", "Seerr", client, clock=lambda: NOW),
    "radarr": lambda client: RadarrSource("radarr", "Radarr", client, clock=lambda: NOW),
    "sonarr": lambda client: SonarrSource("sonarr", "Sonarr", client, clock=lambda: NOW),
    "jellyfin": lambda client: JellyfinSource("jellyfin", "Jellyfin", client, clock=lambda: NOW),
    "shoko": lambda client: ShokoSource("shoko", "Shoko", client, clock=lambda: NOW),
    "qbittorrent": lambda client: QBittorrentSource("qbittorrent", "qBittorrent", client, clock=lambda: NOW),
}


class Answer:
    """What `aiohttp` returns for a request."""

    def __init__(self, body: str, status: int) -> None:
        """Hold a body, halves of characters replaced as by a server that has to encode them."""
        self._body = body.encode("utf-8", "replace")
        self.status = status
        self.headers = CIMultiDict({"Date": "Sun, 22 Nov 2026 07:00:00 GMT", "Content-Type": "text/plain"})
        self.content = self

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        """Yield the body."""
        yield self._body

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""


class Session:
    """Gives one body after the other, again and again."""

    def __init__(self, bodies: Sequence[str], status: int = 200) -> None:
        """Initialize."""
        self.cookie_jar = self
        self._bodies, self._status = cycle(bodies), status

    def clear_domain(self, domain: str) -> None:
        """Hold no cookies."""

    def request(self, *_: object, **__: object) -> Answer:
        """Return the next one."""
        return Answer(next(self._bodies), self._status)


def wants() -> tuple[Want, ...]:
    """Return a film and a series that everything recorded is about."""
    file = FileEvidence(path="/movies/Sintel (2010)/Sintel.mkv", size=9)
    both: dict[str, Any] = {
        "is_4k": False,
        "imdb_id": None,
        "year": 2010,
        "source": None,
        "handed_over": True,
        "in_flight": True,
        "finished": False,
        "anime": True,
        "files": (file,),
        "items": (),
        "download_ids": ("0" * 40,),
        "opened_at": NOW - timedelta(minutes=5),
    }
    movie = Want(
        request_id=1,
        media_type=MediaType.MOVIE,
        tmdb_id=45745,
        tvdb_id=None,
        title="Sintel",
        seasons=(),
        media_id=12,
        ids=("tmdb_movie:45745",),
        **both,
    )
    show = Want(
        request_id=2,
        media_type=MediaType.TV,
        tmdb_id=209867,
        tvdb_id=424536,
        title="Frieren",
        seasons=(1,),
        media_id=1,
        ids=("tvdb_series:424536",),
        **both,
    )
    return movie, show
