"""Episodes of a simulated Sonarr by their dates: those to come, and those that are missing."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from .arr_rows import is_true, span_of
from .rows import EpisodeRow

if TYPE_CHECKING:
    from .sonarr import FakeSonarr


class CalendarApi:
    """The calendar and the list of missing episodes."""

    def __init__(self, server: FakeSonarr) -> None:
        """Answer for this server."""
        self.server = server

    def add_routes(self) -> None:
        """These parts of the API."""
        self.server.api("GET", "calendar", self._calendar)
        self.server.api("GET", "wanted/missing", self._missing)

    def _rows(self) -> list[EpisodeRow]:
        """All episodes."""
        return [row for series in self.server.arr.series.values() for row in series.episodes]

    def _resource(self, row: EpisodeRow, request: web.Request) -> dict[str, Any]:
        """An episode, with its series on demand."""
        found = self.server.episode_resource(row, False)
        if is_true(request, "includeSeries"):
            found["series"] = self.server.resource(self.server.arr.series[row.series_id])
        return found

    async def _calendar(self, request: web.Request) -> web.StreamResponse:
        """Episodes in a span of time, the monitored ones unless asked otherwise."""
        begin, end = span_of(request)
        rows = [
            row
            for row in self._rows()
            if (row.monitored or is_true(request, "unmonitored"))
            and row.episode.air_date
            and begin <= row.episode.air_date <= end
        ]
        return self.server.json([self._resource(row, request) for row in rows])

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        """Monitored episodes that have aired and have no file, in pages."""
        rows = [
            row for row in self._rows() if row.monitored and not row.file and self.server.aired(row.episode)
        ]
        found = [self._resource(row, request) for row in rows]
        return self.server.paged(request, found, "episodes.airDateUtc", "ascending")
