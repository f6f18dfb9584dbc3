"""What the browser tests have happen in a household with a request in every stage."""

from tests.stack.household import Household
from tests.stack.scene import BLOCKED, EveryStage
from tests.stack.server import Fault
from tests.stack.titles import film

HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "{{ states('sun.sun') }} ${1+1} <b>bold</b>",
    "שלום עולם \u202eevil",
    "A very long title " * 17,
    "cut off \ud83d and \udc00\x1b[31m",
    "w" * 10_000,
)


class Scene(EveryStage):
    """Has things happen, by the title of the request."""

    def __init__(self, home: Household) -> None:
        """Take the household."""
        super().__init__(home)
        self._number = 0

    async def progress(self, title: str, share: float) -> None:
        """Let a download get on."""
        await self.home.world.progress(self.downloads[title], share)

    async def request(self, title: str, number: int = 0) -> None:
        """Ask for a film of this name."""
        self._number += 1
        await self.add(film(title, 2020, 800000 + (number or self._number), imdb_id=""), title)

    async def many(self, count: int) -> None:
        """Ask for many films."""
        for number in range(count):
            await self.request(f"Film {number:03}")

    async def hostile(self) -> None:
        """Ask for titles that try to be more than text, and get an answer of that kind from Radarr."""
        for title in HOSTILE:
            await self.request(title)
        download = await self.grab(film("Quoted", 2020, 890001))
        await self.home.world.complete(download)
        await self.home.world.block_import(download, [HOSTILE[0]])

    async def peace(self) -> None:
        """Delete what was hostile; half a character cannot be sent here as an argument."""
        for title in (*HOSTILE, "Quoted"):
            await self.delete(title)

    async def blocked(self, title: str) -> None:
        """Ask for a film whose import Radarr refuses."""
        self._number += 1
        download = await self.grab(film(title, 2020, 810000 + self._number, imdb_id=""), title)
        await self.home.world.complete(download)
        await self.home.world.block_import(download, [BLOCKED])

    async def not_found(self, title: str) -> None:
        """Request a film that no indexer has."""
        self._number += 1
        request = await self.add(
            film(title, 2020, 820000 + self._number, imdb_id=""), title, auto_approve=True
        )
        await self.home.world.search_finds_nothing(request)

    async def failed(self, title: str) -> None:
        """Ask for a film that Seerr cannot hand over."""
        await self.request(title)
        await self.home.world.fail_hand_over(self.requests[title])

    async def delete(self, title: str) -> None:
        """Delete a request."""
        await self.home.world.delete_request(self.requests[title])

    async def refuse(self, service: str, path: str = "") -> None:
        """Let a service refuse calls whose path contains a text; none: let it answer again."""
        server = getattr(self.home, service)
        server.fault = Fault.status(500, only=path) if path else None

    async def down(self, service: str) -> None:
        """Close a service."""
        getattr(self.home, service).fault = Fault.down()

    async def heal(self, service: str) -> None:
        """Open it again."""
        getattr(self.home, service).fault = None
