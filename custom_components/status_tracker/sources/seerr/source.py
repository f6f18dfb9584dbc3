"""Seerr source: polls and webhooks as evidence of requests and titles."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, override

from ...clients.errors import BadAnswer, NotReady, TimedOut
from ...clients.seerr import SeerrClient
from ...pipeline.enums import MediaStatus, MediaType, RequestStatus, Service
from ...pipeline.evidence import Evidence
from ...pipeline.evidence.requests import RequestEvidence
from ...pipeline.wants import Want
from ..base import CALM, Source
from ..serialization import deserialize_all
from .requests import Requests
from .rows import SeerrServers, provisional_title
from .titles import Titles, title_keys
from .webhook import FIRST, TEST, Payload

TITLE_FAILURES = 3  # failed attempts after which a title is no longer waited for
NEXT_TITLES = timedelta(seconds=1)
SETTINGS_EVERY = timedelta(hours=6)
SETTINGS_RETRY = timedelta(hours=1)
SOON = timedelta(seconds=1)
PROVISIONAL = 50


class SeerrSource(Source):
    """Source for the requests of Seerr and the titles of those tracked.

    `complete` means that all requests have been listed at least once since the start.
    `servers` are the services in the settings of Seerr, None until read.
    """

    service = Service.SEERR

    def __init__(self, key: str, name: str, client: SeerrClient, *, clock: Callable[[], datetime]) -> None:
        """Initialize without requests."""
        super().__init__(key, name, clock=clock)
        self.client = self.http = client
        self.servers: SeerrServers | None = None
        self._requests = Requests(client, clock, self._note_missed_webhook)
        self._titles = Titles(client, clock)
        self._settings_due: datetime | None = None
        self._requests_at: datetime | None = None
        self._rest = CALM
        self._shown_by: Sequence[Want] | None = None
        self._finished: dict[int, bool] = {}

    @property
    def complete(self) -> bool:
        """Return whether all requests have been listed since the start."""
        return self._requests.complete

    @override
    def _evidence(self) -> Evidence:
        """Return requests and titles."""
        return Evidence(
            requests=self._requests.known.all,
            titles=self._titles.all,
        )

    @override
    def need(self, want: Want) -> Hashable:
        """Return the title to fetch."""
        return next(iter(title_keys((want,))), None)

    @override
    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return one minute, less while titles are missing or after a webhook."""
        if self._requests.overtaken:
            return SOON
        return NEXT_TITLES if self._titles.incomplete else self._rest

    def seeks_title(self, request: RequestEvidence) -> bool:
        """Return whether the title of a request is still to be fetched, within few attempts."""
        key = (request.media_type, request.tmdb_id or 0)
        tried = self._titles.is_tried(key)
        return bool(request.tmdb_id) and not tried and self._failures < TITLE_FAILURES

    # Update cycle

    @property
    def public_url(self) -> str:
        """Return the external address of Seerr."""
        return (self.servers and self.servers.application_url) or self.client.url

    @override
    def poll_soon(self) -> None:
        """Poll immediately, including the requests."""
        super().poll_soon()
        self._requests_at = None

    @override
    def read_again(self) -> None:
        """Poll immediately, and read all requests."""
        super().read_again()
        self._requests.read_all_again()

    @override
    async def _poll(self, wants: Sequence[Want]) -> None:
        """Read the settings periodically, missing titles, and the requests unless only titles are due."""
        await self._read_settings()
        now = self.clock()
        fresh = self.error is None and self._requests_at and now - self._requests_at < CALM
        if not (fresh and self._titles.missing(wants, self.needs(wants))):
            self._requests_at = now
            await self._requests.read(self.public_url, self._shown(wants))
        self._rest = max(SOON, (self._requests_at or now) + CALM - now)
        await self._titles.read(wants, self.needs(wants), self._requests.known)

    def _shown(self, wants: Sequence[Want]) -> Mapping[int, bool]:
        """Return the requests and whether they are finished; the same object for the same wants."""
        if self._shown_by is not wants:
            self._shown_by, self._finished = wants, {want.request_id: want.finished for want in wants}
        return self._finished

    def read_settings_again(self) -> None:
        """Read the settings in the next poll, because they may have changed."""
        self._settings_due = None

    async def _read_settings(self) -> None:
        """Read the services from the settings, if due; requires admin rights."""
        now = self.clock()
        if self._settings_due and now < self._settings_due:
            return
        self._settings_due = now + SETTINGS_RETRY
        try:
            radarr, sonarr, jellyfin, main = await asyncio.gather(
                self.client.settings_radarr(),
                self.client.settings_sonarr(),
                self.client.settings_jellyfin(),
                self.client.settings_main(),
            )
        except BadAnswer, TimedOut, NotReady:
            return  # keep the previous settings and retry in an hour
        self.servers = SeerrServers(
            radarr=tuple(radarr),
            sonarr=tuple(sonarr),
            jellyfin=jellyfin,
            application_url=(main.application_url or "").rstrip("/") or None,
        )
        self._settings_due = now + SETTINGS_EVERY

    # Webhooks

    @override
    def _receive(self, payload: dict[str, Any]) -> bool:
        """Process a notification; invalid ones are ignored."""
        try:
            told = Payload.parse(payload)
        except BadAnswer:
            return False
        if told.kind == TEST:
            return True
        number, status = told.request_id, told.status
        if number is None or status is None:
            return False
        self._heard_webhook()
        old = self._requests.known.get(number)
        if old is None and not self._requests.is_new(number):
            self._requests.ask(number)
            self.poll_soon()
            return True
        if old is None:
            old = self._provide(number, status, told)
            if old is None:
                return False
        elif self._is_late(old.status, told):
            return True
        self._requests.tell(self._moved(old, status))
        self.poll_soon()
        return True

    @staticmethod
    def _is_late(status: RequestStatus, told: Payload) -> bool:
        """Return whether a notification is older than the known state."""
        if told.kind in FIRST:
            return status is not RequestStatus.PENDING or told.status is status
        return status is RequestStatus.COMPLETED and told.status is not RequestStatus.COMPLETED

    def _moved(self, request: RequestEvidence, status: RequestStatus) -> RequestEvidence:
        """Return a request with the status of a notification."""
        if status is RequestStatus.COMPLETED:
            done = replace(request, media_status=MediaStatus.AVAILABLE, seasons_available=request.seasons)
        else:
            done = request
        if request.status is status and done == request:
            return request
        return replace(done, status=status, updated_at=self.clock())

    def _provide(self, number: int, status: RequestStatus, told: Payload) -> RequestEvidence | None:
        """Return a request created from a notification; None if it lacks required data."""
        kind = told.media.media_type.casefold() if told.media else ""
        tmdb_id = told.tmdb_id
        if kind not in set(MediaType) or tmdb_id is None or len(self._requests.told) >= PROVISIONAL:
            return None
        media_type, (title, year) = MediaType(kind), told.title
        if title:
            self._titles.provide(provisional_title(media_type, tmdb_id, title, year, told.image))
        now = self.clock()
        return RequestEvidence(
            request_id=number,
            media_type=media_type,
            status=status,
            media_status=MediaStatus.UNKNOWN,
            is_4k=told.is_4k,
            tmdb_id=tmdb_id,
            tvdb_id=told.tvdb_id,
            seasons=told.seasons,
            requested_by=told.requested_by,
            requested_at=now,
            updated_at=now,
            url=f"{self.public_url}/{media_type}/{tmdb_id}",
        )

    # Storage

    @override
    def snapshot(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return the requests and titles of the wants."""
        numbers, keys = {want.request_id for want in wants}, set(title_keys(wants))
        return {
            "requests": [one for number, one in self._requests.known.items() if number in numbers],
            "titles": self._titles.snapshot(keys),
        }

    @override
    def _restore(self, data: dict[str, Any]) -> None:
        """Restore data from `snapshot`, kept until the first listing."""
        for request in deserialize_all(RequestEvidence, data.get("requests")):
            self._requests.known[request.request_id] = request
        self._titles.restore(data.get("titles"))
