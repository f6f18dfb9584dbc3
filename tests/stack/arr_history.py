"""The history of a simulated *arr."""

from datetime import UTC, datetime
from typing import override

from aiohttp import web

from .arr_part import ArrPart
from .arr_rows import history_resource
from .rows import HistoryRow


class HistoryApi(ArrPart):
    """History rows as REST gives them."""

    @override
    def add_routes(self) -> None:
        """The history part of the API."""
        api = self.server.api
        api("GET", "history", self._history)
        api("GET", "history/since", self._history_since)
        api("GET", f"history/{self.server.owner_key}", self.of_owner)
        api("POST", "history/failed/{id:\\d+}", self._history_failed)

    def history_rows(self, request: web.Request) -> list[HistoryRow]:
        """History filtered as the query wants, newest first. Event types are numbers (names also pass)."""
        rows = sorted(self.server.arr.history, key=lambda row: (row.at, row.id), reverse=True)
        kinds = {
            self.server.event_numbers.get(int(value), "?") if value.isdigit() else value
            for value in request.query.getall("eventType", [])
        }
        if kinds:
            rows = [row for row in rows if row.event in kinds]
        if download_id := request.query.get("downloadId"):
            rows = [row for row in rows if row.download_id == download_id]
        key = f"{self.server.owner_key}Id"
        owners = {int(value) for value in request.query.getall(key, []) + request.query.getall(f"{key}s", [])}
        if owners:
            rows = [row for row in rows if row.owner_id in owners]
        if episode_id := request.query.get("episodeId"):
            rows = [row for row in rows if row.episode_id == int(episode_id)]
        return rows

    async def _history(self, request: web.Request) -> web.StreamResponse:
        """Paged, newest first."""
        rows = [history_resource(self.server.arr, row) for row in self.history_rows(request)]
        if request.query.get("sortDirection", "descending") == "ascending":
            rows.reverse()
        return self.server.paged(request, rows, "date", "descending")

    async def _history_since(self, request: web.Request) -> web.StreamResponse:
        """From a date on, oldest first."""
        try:
            since = datetime.fromisoformat(request.query["date"])
        except KeyError, ValueError:
            return self.server.json(
                [{"propertyName": "date", "errorMessage": "invalid", "severity": "error"}], 400
            )
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        rows = [row for row in reversed(self.history_rows(request)) if row.at.replace(microsecond=0) >= since]
        return self.server.json([history_resource(self.server.arr, row) for row in rows])

    async def of_owner(self, request: web.Request) -> web.StreamResponse:
        """One film's or series' history, newest first, unpaged."""
        rows = self.history_rows(request)
        if (season := request.query.get("seasonNumber")) is not None:
            every = [row for series in self.server.arr.series.values() for row in series.episodes]
            inside = {row.id for row in every if row.episode.season == int(season)}
            rows = [row for row in rows if row.episode_id in inside]
        return self.server.json([history_resource(self.server.arr, row) for row in rows])

    async def _history_failed(self, request: web.Request) -> web.StreamResponse:
        """Mark a grab as failed."""
        number = int(request.match_info["id"])
        row = next((row for row in self.server.arr.history if row.id == number), None)
        if row is None:
            return self.server.json({"message": "NotFound"}, 404)
        for download in list(self.server.arr.downloads.values()):
            if row.download_id in (download.id, download.grab_id):
                await self.server.world.fail_download(download, "Manually marked as failed")
        return self.server.json({})
