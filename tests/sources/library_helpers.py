"""What the tests of the library share: wants, and a Jellyfin with a clock that is moved by hand."""

from collections.abc import Sequence
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

import aiohttp

from custom_components.status_tracker.clients.jellyfin import JellyfinClient
from custom_components.status_tracker.pipeline.enums import MediaType
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.evidence.library import LibraryEvidence
from custom_components.status_tracker.pipeline.wants import Want
from custom_components.status_tracker.sources.jellyfin.source import JellyfinSource
from tests.stack.jellyfin import FakeJellyfin
from tests.stack.server import Call

FIXTURES = Path(__file__).parent.parent / "fixtures" / "jellyfin"
KEY = "jellyfin-api-key"


def payload(name: str) -> dict[str, Any]:
    """Return what the webhook plugin sends."""
    data: dict[str, Any] = json.loads((FIXTURES / f"webhook_{name}.json").read_text())
    return data


def want(*ids: str, files: Sequence[str | FileEvidence] = (), **given: Any) -> Want:
    """Return a want for a film (or, with seasons, a series) known by these ids."""
    facts: dict[str, Any] = {
        "request_id": 1,
        "media_type": MediaType.TV if given.get("seasons") else MediaType.MOVIE,
        "is_4k": False,
        "tmdb_id": None,
        "tvdb_id": None,
        "imdb_id": None,
        "title": None,
        "year": None,
        "seasons": (),
        "source": None,
        "media_id": None,
        "handed_over": True,
        "in_flight": True,
        "finished": False,
        "anime": None,
        "items": (),
        "download_ids": (),
    }
    shown = tuple(FileEvidence(path=one) if isinstance(one, str) else one for one in files)
    return Want(ids=ids, files=shown, **(facts | given))


class Household:
    """A Jellyfin, the source that watches it, and the one clock of both."""

    def __init__(self, server: FakeJellyfin, session: aiohttp.ClientSession) -> None:
        """Watch the server."""
        self.server = server
        self.world = server.world
        self.client = JellyfinClient(session, server.url, KEY, timeout=2)
        self.source = self.new_source()

    def new_source(self) -> JellyfinSource:
        """Return a source that knows nothing, as after a restart."""
        return JellyfinSource("jf", "Jellyfin", self.client, clock=self.world.now)

    async def poll(self, *wants: Want, seconds: float = 15) -> list[Call]:
        """Poll once, some seconds later; return the calls that took."""
        self.world.advance(seconds)
        self.server.clear_calls()
        await self.source.refresh(wants)
        return list(self.server.calls)

    async def settle(self, *wants: Want) -> None:
        """Poll until nothing is half read, and let the overlap of two minutes pass."""
        await self.poll(*wants)
        for _ in range(50):
            await self.poll(*wants, seconds=130)
            if self.source.interval(wants).total_seconds() > 1 and len(self.server.calls) <= 1:
                return
        raise AssertionError("it never settles")

    @property
    def items(self) -> dict[str, LibraryEvidence]:
        """Return the evidence by the items' names."""
        return {one.name: one for one in self.source.evidence.library}

    def touch(self, name: str) -> None:
        """Let Jellyfin save an item."""
        self.item(name).date_last_saved = self.world.now()

    def item(self, name: str) -> Any:
        """Return an item of the server by its name."""
        return next(item for item in self.world.items.values() if item.name == name)

    def add(self, kind: Any, name: str, path: str | None, **facts: Any) -> Any:
        """Put an item into the library, its providers' ids as `ids`."""
        if "ids" in facts:
            facts["provider_ids"] = facts.pop("ids")
        facts.setdefault("media_sources", [path] if path else [])
        return self.world.add_item(kind, name, name, path, **facts)

    def add_show(self, name: str, ids: dict[str, str], seasons: dict[int, int]) -> Any:
        """Put a series with so many episodes a season into the library."""
        show = self.add("Series", name, f"/media/tv/{name}", ids=ids)
        for season, count in seasons.items():
            for number in range(1, count + 1):
                self.add_episode(show, season, number)
        return show

    def add_episode(self, show: Any, season: int, number: int, **facts: Any) -> Any:
        """Put an episode into the library."""
        name = f"{show.name} S{season:02}E{number:02}"
        facts.setdefault("path", f"/media/tv/{show.name}/Season {season:02}/{name}.mkv")
        return self.add(
            "Episode",
            name,
            series_id=show.id,
            parent_index_number=season,
            index_number=number,
            **facts,
        )

    def later(self, hours: float) -> None:
        """Let time pass without a poll."""
        self.world.advance(timedelta(hours=hours).total_seconds())
