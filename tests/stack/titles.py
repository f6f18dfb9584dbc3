"""Films and series as in every catalog: ids, dates, seasons and episodes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

type MediaType = Literal["movie", "tv"]


@dataclass(slots=True, kw_only=True)
class Episode:
    """One episode in TVDB numbering; `absolute` only where the show counts on."""

    season: int
    number: int
    tvdb_id: int
    air_date: datetime | None
    title: str = ""
    absolute: int | None = None
    tmdb_id: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """Season and episode number."""
        return (self.season, self.number)


@dataclass(slots=True, kw_only=True, eq=False)
class Title:
    """A film or a series. `anime` means TMDB's anime keyword; `release` is the home release of a film.

    `episodes` is TVDB's order; `tmdb_seasons` ({season: episodes}) is Seerr's where TMDB disagrees.
    """

    media_type: MediaType
    title: str
    year: int
    tmdb_id: int
    tvdb_id: int | None = None
    imdb_id: str | None = None
    anime: bool = False
    original_title: str = ""
    overview: str = "A story."
    poster: str = ""
    runtime: int = 100
    in_cinemas: datetime | None = None
    release: datetime | None = None
    episodes: list[Episode] = field(default_factory=list)
    tmdb_seasons: dict[int, int] | None = None

    @property
    def seasons(self) -> dict[int, list[Episode]]:
        """Episodes by season number, in order."""
        found: dict[int, list[Episode]] = {}
        for episode in sorted(self.episodes, key=lambda episode: episode.key):
            found.setdefault(episode.season, []).append(episode)
        return found

    @property
    def slug(self) -> str:
        """Title in words joined by dots, as releases spell it."""
        return ".".join("".join(c if c.isalnum() else " " for c in self.title).split())

    @property
    def clean(self) -> str:
        """Title without what file names cannot hold."""
        return self.title.replace(":", " -").replace("/", " ").replace("?", "")

    @property
    def folder(self) -> str:
        """Folder name in a library."""
        return f"{self.clean} ({self.year})"

    def episode(self, season: int, number: int) -> Episode:
        """The episode of this number; KeyError if there is none."""
        for episode in self.episodes:
            if episode.key == (season, number):
                return episode
        raise KeyError((season, number))


def film(
    title: str,
    year: int,
    tmdb_id: int,
    *,
    imdb_id: str | None = None,
    anime: bool = False,
    in_cinemas: datetime | None = None,
    release: datetime | None = None,
    original_title: str = "",
) -> Title:
    """A film, out since its year unless dates say otherwise."""
    return Title(
        media_type="movie",
        title=title,
        year=year,
        tmdb_id=tmdb_id,
        imdb_id=f"tt{tmdb_id:07d}" if imdb_id is None else imdb_id or None,
        anime=anime,
        original_title=original_title or title,
        poster=f"/p{tmdb_id}.jpg",
        in_cinemas=in_cinemas or datetime(year, 3, 1, tzinfo=UTC),
        release=release or datetime(year, 6, 1, tzinfo=UTC),
    )


def series(
    title: str,
    year: int,
    tmdb_id: int,
    tvdb_id: int | None,
    seasons: dict[int, int],
    *,
    imdb_id: str | None = None,
    anime: bool = False,
    starts: dict[int, datetime] | None = None,
    first_episode_id: int | None = None,
    original_title: str = "",
) -> Title:
    """A series; `seasons` = {season: episodes}, one a week from `starts[season]` (else from its year).

    Episode ids at TVDB run from `first_episode_id` (default: a range derived from the series' id).
    """
    made = Title(
        media_type="tv",
        title=title,
        year=year,
        tmdb_id=tmdb_id,
        tvdb_id=tvdb_id,
        imdb_id=f"tt{tmdb_id:07d}" if imdb_id is None else imdb_id or None,
        anime=anime,
        original_title=original_title or title,
        poster=f"/s{tmdb_id}.jpg",
        runtime=24 if anime else 45,
    )
    next_id = first_episode_id or 1_000_000 + (tvdb_id or tmdb_id) % 900_000 * 10
    absolute = 0
    for season, count in sorted(seasons.items()):
        begin = (starts or {}).get(season) or datetime(year + max(season - 1, 0), 1, 6, 20, tzinfo=UTC)
        for number in range(1, count + 1):
            absolute += season > 0
            made.episodes.append(
                Episode(
                    season=season,
                    number=number,
                    tvdb_id=next_id,
                    tmdb_id=next_id + 5_000_000,
                    air_date=begin + timedelta(weeks=number - 1),
                    title=f"Chapter {number}",
                    absolute=absolute if anime and season > 0 else None,
                )
            )
            next_id += 1
    return made
