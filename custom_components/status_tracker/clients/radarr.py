"""Client for Radarr (API v3)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .arr import API, ArrClient
from .arr_model import LibraryTitle, MediaFile

# Radarr considers a movie released this long after its cinema release if no other date is known.
CINEMA_WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie(LibraryTitle):
    """Movie in the library of Radarr."""

    monitored: bool = True
    has_file: bool = False
    movie_file: MediaFile | None = None
    minimum_availability: str = ""
    is_available: bool = True
    in_cinemas: datetime | None = None
    digital_release: datetime | None = None
    physical_release: datetime | None = None
    release_date: datetime | None = None
    path: str | None = None
    root_folder_path: str | None = None
    tags: list[int] = field(default_factory=list)
    last_search_time: datetime | None = None

    @property
    def awaited(self) -> datetime | None:
        """Return the date its minimum availability is reached."""
        if self.minimum_availability.casefold() == "incinemas":
            return self.in_cinemas
        if self.minimum_availability.casefold() in ("tba", "announced"):
            return None
        if self.release_date:
            return self.release_date
        if dates := [date for date in (self.digital_release, self.physical_release) if date]:
            return min(dates)
        return self.in_cinemas + CINEMA_WINDOW if self.in_cinemas else None


class RadarrClient(ArrClient):
    """Client for Radarr."""

    name = "Radarr"
    app = "Radarr"
    owner = "movie"
    attached = ("Movie",)

    async def movie(self, movie_id: int) -> Movie:
        """Return a movie; raises NotFound if it does not exist."""
        return Movie.parse(await self._get(f"{API}/movie/{movie_id}"))

    async def movie_by_tmdb(self, tmdb_id: int) -> Movie | None:
        """Return the movie with a TMDB id, None if it is not in the library."""
        movies = Movie.parse_list(await self._list("movie", {"tmdbId": tmdb_id}))
        return next((movie for movie in movies if movie.tmdb_id == tmdb_id), None)
