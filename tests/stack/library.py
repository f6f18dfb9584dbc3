"""What Jellyfin and Shoko store: items, and for anime files, series and episodes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

type ItemType = Literal["Movie", "Series", "Season", "Episode", "Video", "BoxSet"]


@dataclass(slots=True, kw_only=True, eq=False)
class JellyfinItem:
    """One Jellyfin item; `id` is 32 hex digits, `path` Jellyfin's own view, `media_sources` all its paths.

    `sizes` holds the bytes behind a path, where known.
    """

    id: str
    type: ItemType
    name: str
    path: str | None
    date_created: datetime
    date_last_saved: datetime
    provider_ids: dict[str, str] = field(default_factory=dict)
    is_virtual: bool = False
    year: int | None = None
    series_id: str | None = None
    season_id: str | None = None
    series_name: str | None = None
    index_number: int | None = None
    index_number_end: int | None = None
    parent_index_number: int | None = None
    premiere_date: datetime | None = None
    media_sources: list[str] = field(default_factory=list)
    extra_type: str | None = None
    library: str = ""
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class ShokoFile:
    """A file in Shoko: its place below the import folder, and what it was matched to (Shoko episode ids)."""

    id: int
    relative_path: str
    size: int
    created: datetime
    hashed: bool = False
    imported: datetime | None = None
    episode_ids: list[int] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    folder_id: int = 1
    accessible: bool = True
    attempts: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class ShokoEpisode:
    """An episode in Shoko with its ids; lists may be empty."""

    id: int
    series_id: int
    anidb_id: int
    type: str = "Normal"
    number: int = 1
    title: str = ""
    tvdb_ids: list[int] = field(default_factory=list)
    imdb_ids: list[str] = field(default_factory=list)
    tmdb_movie_ids: list[int] = field(default_factory=list)
    tmdb_show_ids: list[int] = field(default_factory=list)
    tmdb_episode_ids: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class ShokoSeries:
    """A series in Shoko (one AniDB entry); `created` is False while only the cross reference exists."""

    id: int
    anidb_id: int
    title: str
    type: str = "TV"
    created: bool = True
    tvdb_ids: list[int] = field(default_factory=list)
    imdb_ids: list[str] = field(default_factory=list)
    tmdb_movie_ids: list[int] = field(default_factory=list)
    tmdb_show_ids: list[int] = field(default_factory=list)
    mal_ids: list[int] = field(default_factory=list)
