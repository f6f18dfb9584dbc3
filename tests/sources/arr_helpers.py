"""What the tests of the *arr sources share: a household, its sources on its clock, wants and posts."""

from datetime import UTC, datetime
import json
from pathlib import Path
import re
from typing import Any

import aiohttp

from custom_components.status_tracker.clients.radarr import RadarrClient
from custom_components.status_tracker.clients.seerr import SeerrClient
from custom_components.status_tracker.clients.sonarr import SonarrClient
from custom_components.status_tracker.pipeline.enums import MediaType
from custom_components.status_tracker.pipeline.wants import Want
from custom_components.status_tracker.sources.arr.radarr import RadarrSource
from custom_components.status_tracker.sources.arr.sonarr import SonarrSource
from custom_components.status_tracker.sources.arr.state import SOON
from custom_components.status_tracker.sources.base import Source
from custom_components.status_tracker.sources.seerr.source import SeerrSource
from tests.sources.library_helpers import want
from tests.stack.household import Household
from tests.stack.server import StackServer
from tests.stack.titles import Title

FIXTURES = Path(__file__).parent.parent / "fixtures"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def load(kind: str, name: str) -> Any:
    """Return a recorded or derived body."""
    return json.loads((FIXTURES / kind / f"{name}.json").read_text())


def post(kind: str, name: str, owner_id: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return the webhook of an *arr, about the film or series of an id, with changes."""
    payload: dict[str, Any] = load(kind, f"webhook_{name}")
    if owner_id is not None:
        payload["movie" if kind == "radarr" else "series"]["id"] = owner_id
    return {**payload, **changes}


def radarr_source(home: Household, session: aiohttp.ClientSession, **options: Any) -> RadarrSource:
    """Return a source of the household's Radarr."""
    client = RadarrClient(session, home.radarr.url, home.radarr.api_key)
    return RadarrSource("radarr", "Radarr", client, clock=home.world.now, **options)


def sonarr_source(home: Household, session: aiohttp.ClientSession, **options: Any) -> SonarrSource:
    """Return a source of the household's Sonarr."""
    client = SonarrClient(session, home.sonarr.url, home.sonarr.api_key)
    return SonarrSource("sonarr", "Sonarr", client, clock=home.world.now, **options)


def seerr_source(home: Household, session: aiohttp.ClientSession) -> SeerrSource:
    """Return a source of the household's Seerr."""
    client = SeerrClient(session, home.seerr.url, home.seerr.api_key)
    return SeerrSource("seerr", "Seerr", client, clock=home.world.now)


async def poll_server(
    home: Household, server: StackServer, source: Source, *wants: Want, seconds: float = 15
) -> list[str]:
    """Poll a source once, some seconds later, and return the paths it requested from its server."""
    home.world.advance(seconds)
    home.clear_calls()
    await source.refresh(wants)
    assert source.error is None
    return [re.sub(r"^/api/v\d+/", "", call.path) for call in server.calls]


async def settle_source(home: Household, server: StackServer, source: Source, *wants: Want) -> None:
    """Poll until nothing is left to read."""
    for _ in range(20):
        await poll_server(home, server, source, *wants)
        if source.interval(wants) > SOON:
            return
    raise AssertionError("the source never has everything read")


def want_film(tmdb_id: int, **given: Any) -> Want:
    """Return a want for a film."""
    return want(**{"tmdb_id": tmdb_id, "request_id": tmdb_id, **given})


def want_show(title: Title, *seasons: int, **given: Any) -> Want:
    """Return a want for seasons of a series."""
    facts = {
        "media_type": MediaType.TV,
        "tmdb_id": title.tmdb_id,
        "tvdb_id": title.tvdb_id,
        "request_id": title.tmdb_id,
        "seasons": seasons,
    }
    return want(**{**facts, **given})
