"""What the tests of the Seerr source share."""

from typing import Any

from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence
from custom_components.status_tracker.sources.seerr.source import SeerrSource
from tests.stack.household import Household
from tests.stack.titles import film, series

FILM = film("Film", 2020, 2004)
# The counts, or in turn the newest request, and a page of unfinished requests.
STEADY = (["request/count", "request"], ["request", "request"])
SHOW = series("Show", 2020, 3001, 903001, {0: 1, 1: 2, 2: 3}, anime=True)


async def poll(home: Household, source: SeerrSource, *wants: Any, seconds: float = 15) -> list[str]:
    """Poll once, a little later, and return the paths asked for."""
    home.world.advance(seconds)
    home.clear_calls()
    source.poll_soon()
    await source.refresh(wants)
    assert source.error is None
    return [call.path.removeprefix("/api/v1/") for call in home.seerr.calls]


def only(source: SeerrSource) -> RequestEvidence:
    """Return the one request of the evidence."""
    (piece,) = source.evidence.requests
    return piece
