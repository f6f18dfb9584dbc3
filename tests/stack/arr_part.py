"""A part of the API of a simulated Radarr or Sonarr."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .arr import FakeArr


class ArrPart:
    """Answers some of the routes of one server."""

    def __init__(self, server: FakeArr) -> None:
        """Answer for this server."""
        self.server = server

    def add_routes(self) -> None:
        """Register the routes."""
        raise NotImplementedError
