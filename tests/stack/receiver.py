"""Somebody for webhooks to be posted to, in tests without a Home Assistant."""

from typing import Any

from aiohttp import web

from .server import StackServer


class Receiver(StackServer):
    """A webhook receiver that keeps what it gets."""

    def __init__(self, status: int = 200) -> None:
        """Answer with this status."""
        super().__init__()
        self.status = status
        self.got: list[Any] = []
        self.route("POST", "/hook", self._take)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        """Keep the body."""
        self.got.append(await request.json())
        return web.Response(status=self.status)
