"""Anime by its real ids: AniDB, TVDB, TMDB and IMDb number the same tales differently."""

from dataclasses import dataclass

from custom_components.status_tracker.pipeline.evidence.arr import (
    EpisodeEvidence,
    FileEvidence,
    MovieEvidence,
    SeriesEvidence,
)
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence, TitleEvidence
from custom_components.status_tracker.pipeline.evidence.shoko import ShokoEvidence
from custom_components.status_tracker.pipeline.ids import IdKind, make_id

from .builders.arr import film, series
from .builders.downloads import GB
from .builders.requests import request, series_request, series_title, title
from .builders.shoko import shoko_file
from .builders.times import ago


@dataclass(frozen=True, kw_only=True)
class AnimeFilm:
    """A film, and the AniDB entry it is."""

    name: str
    year: int
    tmdb: int
    anidb: int
    imdb: str | None = None
    radarr: int = 500

    @property
    def file(self) -> FileEvidence:
        """Return the file Radarr imported."""
        folder = f"{self.name} ({self.year})"
        return FileEvidence(path=f"/anime films/{folder}/{folder} 1080p.mkv", size=5 * GB + self.tmdb)

    def request(self, number: int = 1) -> RequestEvidence:
        """Return the request."""
        return request(number, tmdb_id=self.tmdb, external_id=self.radarr)

    def title(self) -> TitleEvidence:
        """Return what TMDB knows."""
        return title(tmdb_id=self.tmdb, title=self.name, year=self.year, imdb_id=self.imdb, anime=True)

    def in_radarr(self, *, loaded: bool = True) -> MovieEvidence:
        """Return the film in Radarr."""
        return film(
            movie_id=self.radarr,
            tmdb_id=self.tmdb,
            imdb_id=self.imdb,
            title=self.name,
            file=self.file if loaded else None,
        )

    def in_shoko(self, file_id: int, *links: str, **said: object) -> ShokoEvidence:
        """Return Shoko's file: its own and AniDB's ids, and such links as Shoko has."""
        own = (
            make_id(IdKind.SHOKO_SERIES, self.anidb * 10),
            make_id(IdKind.SHOKO_EPISODE, file_id * 10),
            make_id(IdKind.ANIDB_ANIME, self.anidb),
            make_id(IdKind.ANIDB_EPISODE, file_id * 100),
        )
        return shoko_file(file_id, self.file, *own, *links, **said)


YOUR_NAME = AnimeFilm(name="Your Name", year=2016, tmdb=372058, anidb=11829, imdb="tt5311514")
DREAMING_GIRL = AnimeFilm(
    name="Rascal Does Not Dream of a Dreaming Girl", year=2019, tmdb=572154, anidb=14397, imdb="tt10472884"
)
KNAPSACK_KID = AnimeFilm(
    name="Rascal Does Not Dream of a Knapsack Kid", year=2023, tmdb=1086591, anidb=17862, imdb="tt28036417"
)
JUJUTSU_0 = AnimeFilm(name="Jujutsu Kaisen 0", year=2021, tmdb=810693, anidb=16169, imdb="tt14331144")
MUGEN_FILM = AnimeFilm(
    name="Demon Slayer -Kimetsu no Yaiba- The Movie: Mugen Train",
    year=2020,
    tmdb=635302,
    anidb=15113,
    imdb="tt11032374",
)


@dataclass(frozen=True, kw_only=True)
class AnimeSeries:
    """A series in TVDB's seasons; which AniDB entry an episode is of, is Shoko's to say."""

    name: str
    tmdb: int
    tvdb: int
    sonarr: int = 700

    def file(self, season: int, number: int) -> FileEvidence:
        """Return the file of an episode."""
        return FileEvidence(
            path=f"/anime/{self.name}/Season {season}/{self.name} - S{season:02}E{number:02}.mkv",
            size=GB + season * 1000 + number,
        )

    def episode(self, season: int, number: int, *, loaded: bool = True) -> EpisodeEvidence:
        """Return an episode in Sonarr."""
        return EpisodeEvidence(
            episode_id=season * 100 + number,
            season=season,
            number=number,
            absolute=number,
            tvdb_id=self.tvdb * 100 + season * 50 + number,
            air_date=ago(days=300),
            has_file=loaded,
            file=self.file(season, number) if loaded else None,
        )

    def request(self, number: int = 1, *seasons: int) -> RequestEvidence:
        """Return a request for seasons, the first if none are given."""
        return series_request(number, *seasons, tmdb_id=self.tmdb, tvdb_id=self.tvdb, external_id=self.sonarr)

    def title(self, *, anime: bool = True) -> TitleEvidence:
        """Return what TMDB knows."""
        return series_title(tmdb_id=self.tmdb, title=self.name, year=2020, anime=anime)

    def in_sonarr(self, *episodes: EpisodeEvidence, anime: bool = True) -> SeriesEvidence:
        """Return the series in Sonarr."""
        return series(*episodes, series_id=self.sonarr, tvdb_id=self.tvdb, title=self.name, anime=anime)

    def in_shoko(
        self, file_id: int, season: int, number: int, anidb: int, *links: str, **said: object
    ) -> ShokoEvidence:
        """Return Shoko's file of an episode, of an AniDB entry."""
        own = (
            make_id(IdKind.SHOKO_SERIES, anidb * 10),
            make_id(IdKind.SHOKO_EPISODE, file_id * 10),
            make_id(IdKind.ANIDB_ANIME, anidb),
            make_id(IdKind.ANIDB_EPISODE, file_id * 100),
        )
        return shoko_file(file_id, self.file(season, number), *own, *links, **said)


SPY_X_FAMILY = AnimeSeries(name="Spy x Family", tmdb=120089, tvdb=405920)
SPY_COURS = (16947, 17061)
MUGEN_SERIES = AnimeSeries(name="Demon Slayer - Kimetsu no Yaiba", tmdb=85937, tvdb=348545)
MUGEN_ARC = 16803
FRIEREN = AnimeSeries(name="Frieren", tmdb=209867, tvdb=424536)
FRIEREN_ANIDB = (17617, 18886)
ONE_PUNCH_MAN = AnimeSeries(name="One-Punch Man", tmdb=63926, tvdb=293088)
OPM_S3_ANIDB, OPM_WRONG_TMDB = 17576, 271605
