"""The films of a simulated Radarr or the series of a simulated Sonarr."""

from typing import override

from aiohttp import web

from .arr_part import ArrPart


class OwnersApi(ArrPart):
    """Films or series as REST gives them, and their removal."""

    @override
    def add_routes(self) -> None:
        """The part of the API named after films or series."""
        api, key = self.server.api, self.server.owner_key
        api("GET", key, self._list)
        api("GET", f"{key}/{{id:\\d+}}", self._get)
        api("DELETE", f"{key}/{{id:\\d+}}", self._delete)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """All, or the one of a TMDB or TVDB id."""
        rows = list(self.server.owners().values())
        if wanted := request.query.get(f"{self.server.database}Id"):
            rows = [row for row in rows if str(getattr(row.title, f"{self.server.database}_id")) == wanted]
        return self.server.json([self.server.resource(row) for row in rows])

    async def _get(self, request: web.Request) -> web.StreamResponse:
        """One."""
        row = self.server.owners().get(int(request.match_info["id"]))
        if row is None:
            return self.server.json({"message": "NotFound"}, 404)
        return self.server.json(self.server.resource(row))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        """Remove one, with its files on demand."""
        row = self.server.owners().get(int(request.match_info["id"]))
        if row is None:
            return self.server.json({"message": "NotFound"}, 404)
        delete_files = request.query.get("deleteFiles") == "true"
        await self.server.world.remove_from_arr(row, delete_files=delete_files)
        return self.server.json({})
