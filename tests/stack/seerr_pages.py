"""The pages of Seerr about one title."""

from typing import Any

from .seerr_rows import SeerrRows
from .titles import Title

ANIME_KEYWORD = {"id": 210024, "name": "anime"}


def movie_page(rows: SeerrRows, title: Title) -> dict[str, Any]:
    """A film's page."""
    data = {
        "id": title.tmdb_id,
        "adult": False,
        "genres": [{"id": 18, "name": "Drama"}],
        "originalLanguage": "ja" if title.anime else "en",
        "originalTitle": title.original_title,
        "releaseDate": f"{title.in_cinemas or title.release:%Y-%m-%d}",
        "status": "Released",
        "title": title.title,
        "backdropPath": title.poster.replace("/", "/b"),
        "imdbId": title.imdb_id,
        "overview": title.overview,
        "posterPath": title.poster,
        "runtime": title.runtime,
        "credits": {"cast": [], "crew": []},
        "externalIds": {"imdbId": title.imdb_id},
        "keywords": [ANIME_KEYWORD] if title.anime else [],
    }
    info = rows.media_info(title)
    return data | ({"mediaInfo": info} if info else {})


def tv_page(rows: SeerrRows, title: Title) -> dict[str, Any]:
    """A series' page, in TMDB's seasons."""
    counts = title.tmdb_seasons or {number: len(found) for number, found in title.seasons.items()}
    dates = sorted(episode.air_date for episode in title.episodes if episode.air_date)
    now = rows.world.now("seerr")
    coming = next(
        (episode for episode in title.episodes if episode.air_date and episode.air_date > now), None
    )
    data: dict[str, Any] = {
        "id": title.tmdb_id,
        "name": title.title,
        "originalName": title.original_title,
        "firstAirDate": f"{dates[0]:%Y-%m-%d}" if dates else None,
        "lastAirDate": f"{dates[-1]:%Y-%m-%d}" if dates else None,
        "posterPath": title.poster,
        "backdropPath": title.poster.replace("/", "/b"),
        "overview": title.overview,
        "numberOfEpisodes": sum(count for number, count in counts.items() if number > 0),
        "numberOfSeasons": sum(number > 0 for number in counts),
        "seasons": [
            {
                "airDate": None,
                "episodeCount": count,
                "id": title.tmdb_id * 10 + number,
                "name": f"Season {number}" if number else "Specials",
                "overview": "",
                "seasonNumber": number,
                "posterPath": title.poster,
            }
            for number, count in sorted(counts.items())
        ],
        "status": "Returning Series" if coming else "Ended",
        "externalIds": {"imdbId": title.imdb_id, "tvdbId": title.tvdb_id},
        "keywords": [ANIME_KEYWORD] if title.anime else [],
    }
    if coming and coming.air_date:
        data["nextEpisodeToAir"] = {
            "airDate": f"{coming.air_date:%Y-%m-%d}",
            "episodeNumber": coming.number,
            "seasonNumber": coming.season,
        }
    info = rows.media_info(title)
    return data | ({"mediaInfo": info} if info else {})
