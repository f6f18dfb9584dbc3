"""A simulated Radarr: films, their files, its searches and its webhooks."""

from typing import Any, ClassVar, override

from aiohttp import web

from .arr_rows import ENGLISH, file_resource, iso
from .radarr_webhooks import POSTERS, RadarrWebhooks
from .rows import Arr, MovieRow
from .world import World


class FakeRadarr(RadarrWebhooks):
    """One Radarr instance."""

    app_name: ClassVar[str] = "Radarr"
    version: ClassVar[str] = "6.0.4.10291"
    owner_key: ClassVar[str] = "movie"
    event_numbers: ClassVar[dict[int, str]] = {
        1: "grabbed",
        3: "downloadFolderImported",
        4: "downloadFailed",
        6: "movieFileDeleted",
        7: "movieFolderImported",
        8: "movieFileRenamed",
        9: "downloadIgnored",
    }

    def __init__(self, world: World, arr: Arr | None = None, **options: Any) -> None:
        """Serve an instance of the world; a new one is added if none is given."""
        super().__init__(world, arr or world.add_arr("radarr"), **options)
        self.connections.switches = (
            "onGrab",
            "onDownload",
            "onUpgrade",
            "onRename",
            "onMovieAdded",
            "onMovieDelete",
            "onMovieFileDelete",
            "onMovieFileDeleteForUpgrade",
            "onHealthIssue",
            "includeHealthWarnings",
            "onHealthRestored",
            "onApplicationUpdate",
            "onManualInteractionRequired",
        )

    @override
    def owners(self) -> dict[int, Any]:
        """Films by id."""
        return self.arr.movies

    @override
    def add_routes(self) -> None:
        """Films and files."""
        self.api("GET", "movie", self._movies)
        self.api("GET", "movie/{id:\\d+}", self._movie)
        self.api("DELETE", "movie/{id:\\d+}", self._movie_delete)
        self.api("GET", "moviefile", self._files)

    @override
    async def run_search(self, name: str, body: dict[str, Any]) -> bool:
        """MoviesSearch."""
        if name != "MoviesSearch":
            return False
        for number in body.get("movieIds", []):
            if number in self.arr.movies:
                await self.on_search(self.arr.movies[number], None)
        return True

    async def _movies(self, request: web.Request) -> web.StreamResponse:
        """All films, or the one of a TMDB id."""
        rows = list(self.arr.movies.values())
        if wanted := request.query.get("tmdbId"):
            rows = [row for row in rows if str(row.title.tmdb_id) == wanted]
        return self.json([self.resource(row) for row in rows])

    async def _movie(self, request: web.Request) -> web.StreamResponse:
        """One film."""
        row = self.arr.movies.get(int(request.match_info["id"]))
        return self.json(self.resource(row)) if row else self.json({"message": "NotFound"}, 404)

    async def _movie_delete(self, request: web.Request) -> web.StreamResponse:
        """Remove a film."""
        row = self.arr.movies.get(int(request.match_info["id"]))
        if row is None:
            return self.json({"message": "NotFound"}, 404)
        await self.world.remove_from_arr(row, delete_files=request.query.get("deleteFiles") == "true")
        return self.json({})

    async def _files(self, request: web.Request) -> web.StreamResponse:
        """Files of one or several films; without an id that is an error."""
        wanted = {int(value) for value in request.query.getall("movieId", [])}
        if not wanted:
            return self.json({"message": "movieId or movieFileIds must be provided"}, 400)
        files = [file for file in self.arr.files.values() if file.owner_id in wanted]
        return self.json([file_resource(file, "radarr") for file in files])

    def resource(self, row: MovieRow) -> dict[str, Any]:
        """A film as the API shows it."""
        title, file, now = row.title, row.file, self.world.now()
        released = bool(title.release and title.release <= now)
        in_cinemas = bool(title.in_cinemas and title.in_cinemas <= now)
        status = "released" if released else "inCinemas" if in_cinemas else "announced"
        order = ("tba", "announced", "inCinemas", "released")
        return {
            "id": row.id,
            "title": title.title,
            "originalTitle": title.original_title,
            "originalLanguage": ENGLISH[0],
            "alternateTitles": [],
            "secondaryYearSourceId": 0,
            "sortTitle": title.title.lower(),
            "sizeOnDisk": file.size if file else 0,
            "status": status,
            "overview": title.overview,
            "inCinemas": iso(title.in_cinemas),
            "digitalRelease": iso(title.release),
            "releaseDate": iso(title.release),
            "images": self.images(row.id, title.poster, POSTERS),
            "website": "",
            "year": title.year,
            "youTubeTrailerId": "",
            "studio": "",
            "path": row.path,
            "qualityProfileId": 1,
            "hasFile": file is not None,
            "movieFileId": file.id if file else 0,
            "monitored": row.monitored,
            "minimumAvailability": row.minimum_availability,
            "isAvailable": order.index(status) >= order.index(row.minimum_availability),
            "folderName": row.path,
            "runtime": title.runtime,
            "cleanTitle": title.slug.replace(".", "").lower(),
            "imdbId": title.imdb_id,
            "tmdbId": title.tmdb_id,
            "titleSlug": str(title.tmdb_id),
            "rootFolderPath": f"{self.arr.root}/",
            "genres": ["Anime"] if title.anime else ["Drama"],
            "keywords": [],
            "tags": row.tags,
            "added": iso(row.added),
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
