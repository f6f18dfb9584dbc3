"""A household with a request in every stage at once: for the demo to begin with and browser tests to see."""

from datetime import UTC, datetime, timedelta
from typing import Any

from .household import Household
from .rows import Download, SeerrRequest
from .stories import frieren, long_way_home, sintel, tears_of_steel, your_name
from .titles import Title, film, series

BLOCKED = "Movie title mismatch, automatic import is not possible. Manual Import required."


class EveryStage:
    """Makes requests and has things happen to them, by the title of the request."""

    def __init__(self, home: Household) -> None:
        """Take the household."""
        self.home = home
        self.requests: dict[str, SeerrRequest] = {}
        self.downloads: dict[str, Download] = {}

    async def add(self, title: Title, name: str = "", **options: Any) -> SeerrRequest:
        """Ask for a title."""
        request: SeerrRequest = await self.home.world.request(title, **options)
        self.requests[name or title.title] = request
        return request

    async def grab(self, title: Title, name: str = "", **options: Any) -> Download:
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
