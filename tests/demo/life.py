"""What goes on in the demo: downloads end, anime is identified, what is approved travels, more comes."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.stack.rows import REQUEST_PENDING, Download
from tests.stack.scene import EveryStage
from tests.stack.stories import Pace, film_story, shoko_takes, travel
from tests.stack.titles import film

MORE = (
    ("Nosferatu", 1922, 653),
    ("Metropolis", 1927, 19),
    ("The General", 1926, 961),
    ("His Girl Friday", 1940, 3085),
    ("Night of the Living Dead", 1968, 10331),
    ("Charade", 1963, 4808),
    ("The Gold Rush", 1925, 962),
    ("Safety Last!", 1923, 22596),
)
PENDING = ("Cosmos Laundromat", "Glass Half")
BETWEEN = 25  # story seconds


class Life:
    """Lets the requests of a household with one in every stage go on."""

    def __init__(self, stage: EveryStage, pace: Pace, say: Callable[[str], None]) -> None:
        """Take the household, its pace, and what prints a line."""
        self.stage, self.pace, self.say = stage, pace, say
        self.world = stage.home.world

    async def go_on(self) -> None:
        """Let all of it happen side by side; a person may change anything meanwhile."""
        lives = [
            self._guarded("Sintel", self._download(self.stage.downloads["Sintel"], 0.37)),
            self._guarded("Tears of Steel", self._download(self.stage.downloads["Tears of Steel"], 0.62)),
            self._guarded("Caminandes", self._download(self.stage.downloads["Caminandes"], 0.0)),
            self._guarded("Agent 327", self._import(self.stage.downloads["Agent 327"])),
            self._guarded("Your Name.", self._identify()),
            self._guarded("Frieren", self._series()),
            *(self._guarded(title, self._when_approved(title)) for title in PENDING),
            self._guarded("the next requests", self._more()),
        ]
        await asyncio.gather(*lives)

    async def _guarded(self, name: str, life: Awaitable[None]) -> None:
        """Say where something could not go on: somebody deleted or replaced it."""
        try:
            await life
        except (KeyError, ValueError, RuntimeError, AssertionError, StopIteration) as err:
            self.say(f"  {name} goes on no further: {type(err).__name__}: {err}")

    async def _download(self, download: Download, share: float) -> None:
        """Load a download to its end and bring it into the library."""
        await self.pace(4)
        while (share := share + 0.04) < 1:
            await self.world.progress(download, share)
            await self.pace(2)
        await self.world.complete(download)
        await self._import(download)

    async def _import(self, download: Download) -> None:
        """Import a download, and scan the library."""
        await self.pace(8)
        await self.world.import_(download)
        await self.pace(6)
        await self.world.library_scan()
        await self.world.seerr_scan()

    async def _identify(self) -> None:
        """Have Shoko identify the anime film."""
        await self.pace(12)
        series = next(iter(self.world.shoko_series.values()))
        file = next(iter(self.world.shoko_files.values()))
        await self.world.shoko_hash(file)
        await self.world.shoko_match(file, self.world.shoko_episodes_of(series)[0])
        await self.pace(6)
        await self.world.shokofin_show(file)
        await self.world.seerr_scan()

    async def _series(self) -> None:
        """Find, load and identify the anime series, episode by episode."""
        await self.pace(20)
        request = self.stage.requests["Frieren: Beyond Journey's End"]
        count = len(request.title.seasons[1])
        entry = self.world.shoko_add_series("Sousou no Frieren", 17617, episodes=count)
        download = await self.world.grab(request)
        for step in range(20):
            await self.world.progress(download, step / 20)
            await self.pace(2)
        await self.world.complete(download)
        await self.pace(4)
        for index, file in enumerate(await self.world.import_(download)):
            await shoko_takes(self.world, self.pace, file.path, file.size, entry.id, index)
            await self.pace(6)
        await self.world.seerr_scan()

    async def _when_approved(self, title: str) -> None:
        """Let a request travel once somebody approves it; declined, it ends."""
        request = self.stage.requests[title]
        while request.status == REQUEST_PENDING and request.id in self.world.requests:
            await self.pace(0.3)
        if request.id in self.world.requests and self.world.arr("radarr").movie_of(request.title):
            await travel(self.world, self.pace, request)

    async def _more(self) -> None:
        """Request further films, one after the other."""
        for title in MORE:
            await self.pace(BETWEEN)
            await film_story(self.world, self.pace, film(*title))
