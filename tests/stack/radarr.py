"""A simulated Radarr: films, their files, its searches and its webhooks."""

from typing import Any, ClassVar, Literal, override

from aiohttp import web

from .arr_connections import SWITCHES
from .arr_rows import file_resource, is_true, iso, span_of
from .radarr_webhooks import RadarrWebhooks
from .rows import MovieRow


class FakeRadarr(RadarrWebhooks):
    """One Radarr instance."""

    app_name: ClassVar[str] = "Radarr"
    version: ClassVar[str] = "6.0.4.10291"
    kind: ClassVar[Literal["radarr", "sonarr"]] = "radarr"
    owner_key: ClassVar[str] = "movie"
    database: ClassVar[str] = "tmdb"
    event_numbers: ClassVar[dict[int, str]] = {
        1: "grabbed",
        3: "downloadFolderImported",
        4: "downloadFailed",
        6: "movieFileDeleted",
        7: "movieFolderImported",
        8: "movieFileRenamed",
        9: "downloadIgnored",
    }
    switches: ClassVar[tuple[str, ...]] = (
        *SWITCHES,
        "onMovieAdded",
        "onMovieDelete",
        "onMovieFileDelete",
        "onMovieFileDeleteForUpgrade",
    )

    @override
    def owners(self) -> dict[int, Any]:
        """Films by id."""
        return self.arr.movies

    @override
    def add_routes(self) -> None:
        """Films and files."""
        self.api("GET", "moviefile", self._files)
        self.api("GET", "calendar", self._calendar)

    @override
    async def run_search(self, name: str, body: dict[str, Any]) -> bool:
        """MoviesSearch."""
        if name != "MoviesSearch":
            return False
        for number in body.get("movieIds", []):
            if number in self.arr.movies:
                await self.on_search(self.arr.movies[number], None)
        return True

    async def _files(self, request: web.Request) -> web.StreamResponse:
        """Files of one or several films; without an id that is an error."""
        wanted = {int(value) for value in request.query.getall("movieId", [])}
        if not wanted:
            return self.json({"message": "movieId or movieFileIds must be provided"}, 400)
        files = [file for file in self.arr.files.values() if file.owner_id in wanted]
        return self.json([file_resource(file, "radarr") for file in files])

    async def _calendar(self, request: web.Request) -> web.StreamResponse:
        """Films with a date in a span of time, the monitored ones unless asked otherwise."""
        begin, end = span_of(request)
        rows = [
            row
            for row in self.arr.movies.values()
            if (row.monitored or is_true(request, "unmonitored"))
            and any(one and begin <= one <= end for one in (row.title.in_cinemas, row.title.release))
        ]
        return self.json([self.resource(row) for row in rows])

    @override
    def resource(self, row: MovieRow) -> dict[str, Any]:
        """A film as the API shows it."""
        title, file, now = row.title, row.file, self.world.now("radarr")
        released = bool(title.release and title.release <= now)
        in_cinemas = bool(title.in_cinemas and title.in_cinemas <= now)
        status = "released" if released else "inCinemas" if in_cinemas else "announced"
        order = ("tba", "announced", "inCinemas", "released")
        return self.shared_resource(row) | {
            "originalTitle": title.original_title,
            "secondaryYearSourceId": 0,
            "sizeOnDisk": file.size if file else 0,
            "status": status,
            "inCinemas": iso(title.in_cinemas),
            "digitalRelease": iso(title.release),
            "releaseDate": iso(title.release),
            "website": "",
            "youTubeTrailerId": "",
            "studio": "",
            "hasFile": file is not None,
            "movieFileId": file.id if file else 0,
            "minimumAvailability": row.minimum_availability,
            "isAvailable": order.index(status) >= order.index(row.minimum_availability),
            "folderName": row.path,
            "titleSlug": str(title.tmdb_id),
            "rootFolderPath": f"{self.arr.root}/",
            "genres": ["Anime"] if title.anime else ["Drama"],
            "keywords": [],
            "ratings": {},
            "movieFile": file_resource(file, "radarr") if file else None,
            "popularity": 1.0,
            "lastSearchTime": iso(row.last_search),
            "statistics": {
                "movieFileCount": int(file is not None),
                "sizeOnDisk": file.size if file else 0,
                "releaseGroups": ["EXAMPLE"] if file else [],
            },
        }
