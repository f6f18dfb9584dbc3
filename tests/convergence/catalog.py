"""What people ask for: titles that share numbers, names, ids and seasons."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..stack.library import ShokoSeries
from ..stack.titles import Title, film, series
from ..stack.world import World

FUTURE = datetime(2199, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one request asks for."""

    title: Title
    seasons: tuple[int, ...] = ()
    is_4k: bool = False


def wishes() -> list[Wish]:
    """All that can be asked for; the films and series are new ones at each call."""
    lost_film = film("Lost", 1980, 100)
    solaris = [film("Solaris", 1972, 593), film("Solaris", 2002, 2103)]
    coming = film("Solaris", 2198, 2104, in_cinemas=FUTURE, release=FUTURE)
    plain = film("A Plain Film", 2011, 734821, imdb_id="")
    lost = series("Lost", 2004, 100, 73739, {1: 3, 2: 2, 3: 1}, starts={3: FUTURE})
    no_tvdb = series("Half Known", 2012, 4607, 73740, {1: 2, 2: 1}, imdb_id="")
    kid = film("Rascal Does Not Dream of a Knapsack Kid", 2023, 1086591, imdb_id="tt28036417", anime=True)
    your_name = film("Your Name.", 2016, 372058, imdb_id="tt5311514", anime=True)
    spy = series("Spy x Family", 2022, 120089, 405920, {1: 3, 2: 2}, anime=True)
    spy_film = film("Spy x Family", 2022, 120089, anime=True)
    return [
        Wish(plain),
        *(Wish(one) for one in solaris),
        Wish(solaris[0], is_4k=True),
        Wish(lost_film),
        Wish(lost_film, is_4k=True),
        Wish(coming),
        Wish(lost, (1,)),
        Wish(lost, (2, 3)),
        Wish(lost, (1, 2), is_4k=True),
        Wish(no_tvdb, (1, 2)),
        Wish(kid),
        Wish(your_name),
        Wish(your_name, is_4k=True),
        Wish(spy_film),
        Wish(spy, (1,)),
        Wish(spy, (2,)),
    ]


@dataclass(slots=True)
class Anidb:
    """AniDB's entries of the anime titles, made when they are first needed: one a film, one a season."""

    world: World
    linked: bool  # whether Shoko knows the ids of TMDB and TVDB
    entries: dict[tuple[Title, int], ShokoSeries] = field(default_factory=dict)

    def entry(self, title: Title, season: int) -> ShokoSeries:
        """The entry of a film (season 0) or of a season."""
        if (title, season) not in self.entries:
            number = 11000 + title.tmdb_id % 1000 * 10 + season + (5 if title.media_type == "tv" else 0)
            made = self.world.shoko_add_series(
                f"{title.title} {season or ''}".strip(), number, kind="TV" if season else "Movie"
            )
            self.entries[title, season] = made
            if season:
                for one in title.seasons[season]:
                    self.world.shoko_add_episode(made, one.number, tvdb=[one.tvdb_id] if self.linked else [])
            else:
                self.world.shoko_add_episode(made, tmdb_movies=[title.tmdb_id] if self.linked else [])
        return self.entries[title, season]
