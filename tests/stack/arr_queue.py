"""The queue of a simulated *arr."""

from typing import Any, override

from aiohttp import web

from .arr_part import ArrPart
from .arr_rows import is_true, queue_owner, queue_resources


class QueueApi(ArrPart):
    """Queue rows as REST gives them, and their removal."""

    @override
    def add_routes(self) -> None:
        """The queue part of the API."""
        api = self.server.api
        api("GET", "queue", self._queue)
        api("GET", "queue/details", self._queue_details)
        api("GET", "queue/status", self._queue_status)
        api("DELETE", "queue/bulk", self._queue_delete_bulk)
        api("DELETE", "queue/{id:-?\\d+}", self._queue_delete)

    def queue_rows(self, request: web.Request) -> list[dict[str, Any]]:
        """Queue rows as the query wants them, shortest time left first."""
        key = f"{self.server.owner_key}Id"
        rows = queue_resources(self.server.world, self.server.arr)
        wanted = {int(value) for value in request.query.getall(key, []) + request.query.getall(f"{key}s", [])}
        if wanted:
            rows = [row for row in rows if row.get(key) in wanted]
        episodes = {int(value) for value in request.query.getall("episodeIds", [])}
        if episodes:
            rows = [row for row in rows if row.get("episodeId") in episodes]
        statuses = set(request.query.getall("status", []))
        if statuses:
            rows = [row for row in rows if row["status"] in statuses]
        return sorted(rows, key=lambda row: row.get("timeleft", "99"))

    async def _queue(self, request: web.Request) -> web.StreamResponse:
        """Paged, ten rows unless asked otherwise; unknown items only on demand."""
        key = f"{self.server.owner_key}Id"
        rows = self.queue_rows(request)
        if not is_true(request, f"includeUnknown{self.server.owner_key.capitalize()}Items"):
            rows = [row for row in rows if key in row]
        return self.server.paged(request, rows, "timeleft", "ascending")

    async def _queue_details(self, request: web.Request) -> web.StreamResponse:
        """All rows, unpaged."""
        return self.server.json(self.queue_rows(request))

    async def _queue_status(self, request: web.Request) -> web.StreamResponse:
        """Counts of rows."""
        rows = queue_resources(self.server.world, self.server.arr)
        key = f"{self.server.owner_key}Id"
        known = [row for row in rows if key in row]
        unknown = [row for row in rows if key not in row]

        def any_with(rows: list[dict[str, Any]], status: str) -> bool:
            """Whether a row has this tracked status."""
            return any(row.get("trackedDownloadStatus") == status for row in rows)

        data = {
            "totalCount": len(rows),
            "count": len(known),
            "unknownCount": len(unknown),
            "errors": any_with(known, "error"),
            "warnings": any_with(known, "warning"),
            "unknownErrors": any_with(unknown, "error"),
            "unknownWarnings": any_with(unknown, "warning"),
            "id": 0,
        }
        return self.server.json(data)

    async def _queue_delete(self, request: web.Request) -> web.StreamResponse:
        """Take a download out of the queue, with all its rows."""
        if not await self._drop(int(request.match_info["id"]), request):
            return self.server.json({"message": "NotFound"}, 404)
        return self.server.json({})

    async def _queue_delete_bulk(self, request: web.Request) -> web.StreamResponse:
        """The same for several."""
        for row_id in (await request.json()).get("ids", []):
            await self._drop(row_id, request)
        return self.server.json({})

    async def _drop(self, row_id: int, request: web.Request) -> bool:
        """Remove as the query says; blocklisting searches again unless told not to."""
        download = queue_owner(self.server.arr, row_id)
        if download is None:
            return False
        blocklist = is_true(request, "blocklist")
        keep = request.query.get("removeFromClient", "true").lower() == "false"
        await self.server.world.remove_download(download, from_client=not keep, blocklist=blocklist)
        if blocklist and not is_true(request, "skipRedownload") and download.owner_id in self.server.owners():
            keys = [
                row.episode.key for number in download.episode_ids if (row := self.server.arr.episode(number))
            ]
            await self.server.on_search(self.server.owners()[download.owner_id], keys or None)
        return True
