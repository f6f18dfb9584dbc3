"""A household with a request in every stage, and what the tests have happen in it."""

from datetime import UTC, datetime, timedelta

from tests.stack.household import Household
from tests.stack.rows import Download, SeerrRequest
from tests.stack.server import Fault
from tests.stack.stories import (
    frieren,
    long_way_home,
    sintel,
    tears_of_steel,
    your_name,
)
from tests.stack.titles import Title, film, series

BLOCKED = "Movie title mismatch, automatic import is not possible. Manual Import required."
HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "{{ states('sun.sun') }} ${1+1} <b>bold</b>",
    "שלום עולם \u202eevil",
    "A very long title " * 17,
)


class Scene:
    """Makes requests and has things happen to them, by the title of the request."""

    def __init__(self, home: Household) -> None:
        """Take the household."""
        self.home = home
        self.requests: dict[str, SeerrRequest] = {}
        self.downloads: dict[str, Download] = {}
        self._number = 0

    async def add(self, title: Title, name: str = "", **options: object) -> SeerrRequest:
        """Ask for a title."""
        request: SeerrRequest = await self.home.world.request(title, **options)
        self.requests[name or title.title] = request
        return request

    async def grab(self, title: Title, name: str = "", **options: object) -> Download:
        """Ask for a title and let a release of it be found."""
        request = await self.add(title, name, auto_approve=True, **options)
        download: Download = await self.home.world.grab(request)
        self.downloads[name or title.title] = download
        return download

    async def every_stage(self) -> None:
        """Make a request for every stage and the reasons that people meet most."""
        world, now = self.home.world, datetime.now(UTC)
        blocked = await self.grab(film("Big Buck Bunny", 2008, 10378, imdb_id="tt1254207"))
        await world.complete(blocked)
        await world.block_import(blocked, [BLOCKED])
        await self.add(film("Cosmos Laundromat", 2015, 358332, imdb_id="tt4957236"))
        await self.add(film("Glass Half", 2015, 440021), user="Bob")
        stalled = await self.grab(film("Elephants Dream", 2006, 9761, imdb_id="tt0807840"))
        await world.progress(stalled, 0.37)
        await world.stall(stalled)
        await world.progress(await self.grab(sintel()), 0.37)
        await world.progress(await self.grab(tears_of_steel(), is_4k=True, user="Bob"), 0.62)
        await self.grab(film("Caminandes", 2013, 250230))
        await world.complete(await self.grab(film("Agent 327", 2017, 457784), user="Bob"))
        await world.import_(await self.grab(film("Hero", 2018, 520763)))
        (file,) = await world.import_(await self.grab(your_name(), user="Bob"))
        world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1, tmdb_movies=[372058])
        await world.shoko_detect(file.path, file.size)
        home = await self.add(long_way_home(), auto_approve=True, seasons=[1, 2], user="Bob")
        await world.import_(await world.grab(world.row_of(home), episodes=[(1, 1), (1, 2), (1, 3)]))
        await world.progress(await world.grab(world.row_of(home), episodes=[(1, 4)]), 0.5)
        start = now - timedelta(days=25)
        airing = series("Tides of Jupiter", now.year, 991001, 991101, {1: 8}, starts={1: start})
        show = await self.add(airing, auto_approve=True, seasons=[1])
        await world.import_(await world.grab(world.row_of(show), episodes=[(1, 1), (1, 2), (1, 3), (1, 4)]))
        nothing = await self.add(film("Spring", 2019, 593048, imdb_id="tt12324612"), auto_approve=True)
        await world.search_finds_nothing(nothing)
        soon = now + timedelta(days=12)
        await self.add(
            film("Project Gold", soon.year, 990301, in_cinemas=now + timedelta(days=2), release=soon),
            auto_approve=True,
        )
        await self.add(
            film("Sprite Fright", soon.year, 990302, in_cinemas=soon, release=soon + timedelta(days=60)),
            auto_approve=True,
            user="Bob",
        )
        await self.add(frieren(), auto_approve=True, seasons=[1], user="Bob")
        for title in (
            film("Coffee Run", 2020, 717728),
            film("Charge", 2022, 1056360),
            film("Wing It!", 2023, 1173600),
        ):
            await world.import_(await self.grab(title))
        refused = await self.add(film("The Daily Dweebs", 2017, 484468), user="Bob")
        await world.decline(refused)
        await world.library_scan()
        await world.import_(await self.grab(film("Monkaa", 2012, 171212)))
        await world.seerr_scan()

    # What the tests have happen

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

    async def blocked(self, title: str) -> None:
        """Ask for a film whose import Radarr refuses."""
        self._number += 1
        download = await self.grab(film(title, 2020, 810000 + self._number, imdb_id=""), title)
        await self.home.world.complete(download)
        await self.home.world.block_import(download, [BLOCKED])

    async def not_found(self, title: str) -> None:
        """Ask for a film that nobody has."""
        self._number += 1
        request = await self.add(
            film(title, 2020, 820000 + self._number, imdb_id=""), title, auto_approve=True
        )
        await self.home.world.search_finds_nothing(request)

    async def failed(self, title: str) -> None:
        """Ask for a film that Seerr cannot hand over."""
        await self.request(title)
        await self.home.world.fail_hand_over(self.requests[title])

    async def unseen(self, title: str) -> None:
        """Ask for a film that is imported and that Jellyfin has not seen."""
        self._number += 1
        await self.home.world.import_(
            await self.grab(film(title, 2020, 830000 + self._number, imdb_id=""), title)
        )

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
