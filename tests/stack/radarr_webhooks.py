"""The webhooks a simulated Radarr sends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, override

from .arr_events import ArrEvents, Json
from .arr_rows import ENGLISH
from .rows import Arr, MovieRow


class RadarrWebhooks(ArrEvents):
    """Turns the world's events into Radarr's webhooks."""

    artwork: ClassVar[str] = "https://image.tmdb.org/t/p/original"
    file_key: ClassVar[str] = "movieFile"
    renamed_key: ClassVar[str] = "renamedMovieFiles"
    without_url: ClassVar[tuple[str, ...]] = ("HealthRestored",)
    release_more: ClassVar[Json] = {"indexerFlags": []}

    @override
    def listen(self) -> list[Callable[[], None]]:
        """The world's events that Radarr sends webhooks for."""
        return [*super().listen(), self.world.on("arr_added", self._on_added)]

    @override
    def owner_payload(self, row: MovieRow) -> Json:
        """The film in a webhook."""
        title = row.title
        date: datetime | None = title.release or (title.in_cinemas and title.in_cinemas + timedelta(days=90))
        return {
            "id": row.id,
            "title": title.title,
            "year": title.year,
            "releaseDate": f"{date:%Y-%m-%d}" if date else "9999-12-31",
            "folderPath": row.path,
            "tmdbId": title.tmdb_id,
            "imdbId": title.imdb_id,
            "overview": title.overview,
            "genres": ["Drama"],
            "images": self.images(row),
            "tags": self.tag_labels(row),
            "originalLanguage": ENGLISH[0],
        }

    @override
    def subject(self, row: MovieRow, episode_ids: list[int]) -> Json:
        """Film and remote film."""
        title = row.title
        remote: dict[str, Any] = {
            "tmdbId": title.tmdb_id, "imdbId": title.imdb_id, "title": title.title, "year": title.year
        }  # fmt: skip
        return {"movie": self.owner_payload(row), "remoteMovie": remote}

    @override
    def removed_payload(self, row: MovieRow, deleted_files: bool) -> Json:
        """The film, with the size of what was deleted."""
        size = row.file.size if row.file and deleted_files else 0
        return super().removed_payload(row, deleted_files) | {"movieFolderSize": size}

    async def _on_added(self, arr: Arr, row: MovieRow) -> None:
        """MovieAdded."""
        if arr is self.arr:
            payload = {"movie": self.owner_payload(row), "addMethod": "manual"}
            await self.tell("MovieAdded", payload, "onMovieAdded", row=row)
