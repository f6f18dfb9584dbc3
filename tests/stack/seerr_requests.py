"""Seerr's requests: listing, one, counting, making, deciding, deleting; and its media."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .rows import (
    MEDIA_AVAILABLE,
    MEDIA_DELETED,
    MEDIA_PARTIAL,
    MEDIA_PENDING,
    MEDIA_PROCESSING,
    MEDIA_UNKNOWN,
    REQUEST_APPROVED,
    REQUEST_COMPLETED,
    REQUEST_DECLINED,
    REQUEST_PENDING,
    SeerrMedia,
    SeerrRequest,
)

if TYPE_CHECKING:
    from .seerr import FakeSeerr

MANAGE_REQUESTS, REQUEST_VIEW, AUTO_APPROVE = 16, 16384, 128
WORDS = {
    "available": MEDIA_AVAILABLE,
    "partial": MEDIA_PARTIAL,
    "processing": MEDIA_PROCESSING,
    "pending": MEDIA_PENDING,
    "unknown": MEDIA_UNKNOWN,
}
PASSES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "approved": ((2,), (1, 2, 3, 4, 5, 7)),
    "pending": ((1,), (1, 2, 3, 4, 5, 7)),
    "processing": ((2,), (1, 2, 3, 4)),
    "unavailable": ((1, 2), (1, 2, 3, 4)),
    "failed": ((4,), (1, 2, 3, 4, 5, 7)),
    "completed": ((5,), (1, 2, 3, 4, 5, 7)),
    "available": ((5,), (5,)),
    "deleted": ((5,), (MEDIA_DELETED,)),
}


class RequestsApi:
    """Everything under /request and /media."""

    def __init__(self, server: FakeSeerr) -> None:
        """Answer for this Seerr."""
        self.server = server
        self.world = server.world
        self.rows = server.rows

    def add_routes(self) -> None:
        """The routes; products without COMPLETED accept fewer query parameters."""
        api = self.server.api
        names: tuple[str, ...] = ("take", "skip", "filter", "sort", "requestedBy")
        if self.server.flavour.completes:
            names += ("sortDirection", "mediaType")
        api("GET", "request", self._list, query=names)
        api("POST", "request", self._create)
        api("GET", "request/count", self._count)
        api("GET", "request/{id:\\d+}", self._one)
        api("DELETE", "request/{id:\\d+}", self._delete)
        for action in ("approve", "decline", "pending", "retry"):
            api("POST", f"request/{{id:\\d+}}/{action}", self._act, permission=MANAGE_REQUESTS)
        api("DELETE", "media/{id:\\d+}", self._media_delete, permission=MANAGE_REQUESTS)
        api("DELETE", "media/{id:\\d+}/file", self._file_delete, permission=MANAGE_REQUESTS, query=("is4k",))
        api("POST", "media/{id:\\d+}/{status}", self._media_status, permission=MANAGE_REQUESTS)

    # -- reading ---------------------------------------------------------------------------------------

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """A page of requests, ten unless asked otherwise; no titles in it."""
        from .seerr import bad_query

        query, user = request.query, self.server.caller(request)
        enums = {
            "filter": self.server.filters,
            "sort": ("added", "modified"),
            "sortDirection": ("asc", "desc"),
            "mediaType": ("movie", "tv", "all"),
        }
        for name, values in enums.items():
            if name in query and query[name] not in values:
                text = f"should be equal to one of the allowed values: {', '.join(values)}"
                return bad_query(name, text, "enum")
        numbers = {}
        for name, default in (("take", 10), ("skip", 0)):
            try:
                numbers[name] = int(query.get(name, default))
            except ValueError:
                return bad_query(name, "should be number,null", "type")
        rows = self._chosen(query)
        assert user is not None
        if not user.permissions & (2 | MANAGE_REQUESTS | REQUEST_VIEW):
            rows = [row for row in rows if row.user is user]
        take, skip = numbers["take"] or 10, numbers["skip"]
        page = rows[skip:] if take < 0 else rows[skip : skip + take]
        info = {
            "pages": -(-len(rows) // take),
            "pageSize": take,
            "results": len(rows),
            "page": -(-skip // take) + 1,
        }
        data: dict[str, Any] = {"pageInfo": info, "results": [self.rows.request(row) for row in page]}
        if self.server.flavour.completes:
            data["serviceErrors"] = self._service_errors()
        return web.json_response(data)

    def _chosen(self, query: Any) -> list[SeerrRequest]:
        """Requests as filter, person, type and order want them."""
        rows = self.rows.listed()
        if (name := query.get("filter", "all")) != "all":
            requests, media = self._passes(name)
            rows = [r for r in rows if self._status(r) in requests and r.media.get_status(r.is_4k) in media]
        if "requestedBy" in query:
            rows = [row for row in rows if str(row.user.id) == query["requestedBy"]]
        if query.get("mediaType", "all") != "all":
            rows = [row for row in rows if row.title.media_type == query["mediaType"]]
        return rows[::-1] if query.get("sortDirection") == "asc" else rows

    def _status(self, row: SeerrRequest) -> int:
        """A request's status as this product spells it."""
        return self.rows.request_status(row.status)

    def _passes(self, name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The statuses of requests and media that pass a filter; not every product has COMPLETED."""
        requests, media = PASSES[name]
        return (
            requests if name != "available" or self.server.flavour.completes else (REQUEST_APPROVED,)
        ), media

    def _service_errors(self) -> dict[str, Any]:
        """The *arrs that do not answer Seerr."""
        errors: dict[str, list[dict[str, Any]]] = {"radarr": [], "sonarr": []}
        for kind, found in errors.items():
            for row in self.server.settings.services(kind):
                name = next(s for s in self.server.services if s.port == row["port"])
                if not name.listening:
                    found.append({"id": row["id"], "name": row["name"]})
        return errors

    async def _one(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        found, user = self._find(request), self.server.caller(request)
        if found is None:
            return self._missing()
        assert user is not None
        if found.user is not user and not user.permissions & (2 | MANAGE_REQUESTS | REQUEST_VIEW):
            return web.json_response(
                {"message": "You do not have permission to view this request."}, status=403
            )
        return web.json_response(self.rows.request(found, detail=True))

    async def _count(self, request: web.Request) -> web.StreamResponse:
        """Counts of all requests, those of blocklisted media too."""
        rows = list(self.world.requests.values())
        statuses = Counter(self._status(row) for row in rows)
        available = sum(
            self._status(row) == REQUEST_APPROVED and row.media.get_status(row.is_4k) == MEDIA_AVAILABLE
            for row in rows
        )
        data = {
            "total": len(rows),
            "movie": sum(row.title.media_type == "movie" for row in rows),
            "tv": sum(row.title.media_type == "tv" for row in rows),
            "pending": statuses[REQUEST_PENDING],
            "approved": statuses[REQUEST_APPROVED],
            "declined": statuses[REQUEST_DECLINED],
            "processing": statuses[REQUEST_APPROVED] - available,
            "available": available,
        }
        if self.server.flavour.completes:
            data["completed"] = statuses[REQUEST_COMPLETED]
        return web.json_response(data)

    # -- changing --------------------------------------------------------------------------------------

    async def _create(self, request: web.Request) -> web.StreamResponse:
        """A new request. Without `is4k` duplicates are not noticed."""
        body, user = await request.json(), self.server.caller(request)
        assert user is not None
        title = self.world.find_title(body.get("mediaType", ""), body.get("mediaId", 0))
        if title is None:
            return web.json_response({"message": "Unable to retrieve movie."}, status=500)
        is_4k = bool(body.get("is4k"))
        active = [
            row
            for row in self.world.requests.values()
            if row.title is title
            and row.is_4k == is_4k
            and row.status not in (REQUEST_DECLINED, REQUEST_COMPLETED)
        ]
        seasons = None
        if title.media_type == "tv":
            if "seasons" not in body:
                text = "Cannot read properties of undefined (reading 'filter')"
                return web.json_response({"message": text}, status=500)
            every = [number for number in (title.tmdb_seasons or title.seasons) if number > 0]
            taken = {number for row in active for number in row.seasons} if "is4k" in body else set()
            wanted = every if body["seasons"] == "all" else body["seasons"]
            seasons = [number for number in wanted if number not in taken]
            if not seasons:
                return web.json_response({"message": "No seasons available to request"}, status=202)
        elif active and "is4k" in body:
            return web.json_response({"message": "Request for this media already exists."}, status=409)
        approve = bool(user.permissions & (2 | MANAGE_REQUESTS | AUTO_APPROVE))
        made = await self.world.request(title, user, seasons=seasons, is_4k=is_4k, auto_approve=approve)
        data = self.rows.request(made)
        side = "status4k" if is_4k else "status"
        data["media"][side] = min(data["media"][side], MEDIA_PENDING)
        return web.json_response(data, status=201)

    async def _act(self, request: web.Request) -> web.StreamResponse:
        """Approve, decline, put back to pending, retry."""
        found, user = self._find(request), self.server.caller(request)
        if found is None:
            return self._missing()
        action = request.path.rpartition("/")[2]
        if action == "approve":
            await self.world.approve(found, user)
        elif action == "decline":
            await self.world.decline(found, user)
        elif action == "retry":
            await self.world.retry(found)
        else:
            found.status = REQUEST_PENDING
        return web.json_response(self.rows.request(found, detail=True))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        """Take a request away: a manager, its owner, or anybody while it is pending."""
        found, user = self._find(request), self.server.caller(request)
        if found is None:
            return self._missing()
        assert user is not None
        manager = user.permissions & (2 | MANAGE_REQUESTS)
        if not manager and found.user is not user and found.status != REQUEST_PENDING:
            return web.json_response(
                {"message": "You do not have permission to delete this request."}, status=401
            )
        await self.world.delete_request(found)
        return web.Response(status=204)

    async def _media_delete(self, request: web.Request) -> web.StreamResponse:
        """Forget a title, with its requests."""
        media = self._media(request)
        if media is None:
            return web.json_response({"message": "Media not found"}, status=404)
        await self.world.delete_media(media)
        return web.Response(status=204)

    async def _file_delete(self, request: web.Request) -> web.StreamResponse:
        """Remove a title from its *arr, with files."""
        media = self._media(request)
        if media is None:
            return web.json_response({"message": "Media not found"}, status=404)
        is_4k = request.query.get("is4k") == "true"
        for arr in self.world.arrs:
            row = arr.movie_of(media.title) or arr.series_of(media.title)
            if arr.is_4k == is_4k and row is not None:
                await self.world.remove_from_arr(row, delete_files=True)
        return web.Response(status=204)

    async def _media_status(self, request: web.Request) -> web.StreamResponse:
        """Set a media's status by hand; a film's request follows, a series' seasons too."""
        media, word = self._media(request), request.match_info["status"]
        if media is None or word not in WORDS:
            return web.json_response({"message": "Media does not exist."}, status=404)
        body = await request.json() if request.can_read_body else {}
        await self.world.mark_media(
            media,
            WORDS[word],
            is_4k=bool(body.get("is4k")),
            seasons=[season["seasonNumber"] for season in body.get("seasons", [])],
        )
        return web.json_response(self.rows.media(media, detail=True))

    # -- helpers ---------------------------------------------------------------------------------------

    def _find(self, request: web.Request) -> SeerrRequest | None:
        """The request of the path."""
        return self.world.requests.get(int(request.match_info["id"]))

    def _media(self, request: web.Request) -> SeerrMedia | None:
        """The media of the path."""
        return self.world.media.get(int(request.match_info["id"]))

    def _missing(self) -> web.Response:
        """No such request."""
        return web.json_response({"message": "Request not found."}, status=404)
