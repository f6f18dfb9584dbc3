"""Stories: requests that travel through the household, step by step, for the demo and for trying things out.

A story is `async def story(world, pace) -> SeerrRequest`; `await pace(seconds)` lets story time pass.
"""

import asyncio
from collections.abc import Awaitable, Callable

from .rows import REQUEST_PENDING, Download, SeerrRequest
from .titles import Title, film, series
from .world import World

type Pace = Callable[[float], Awaitable[None]]
type Story = Callable[[World, Pace], Awaitable[SeerrRequest]]


def at_speed(speed: float) -> Pace:
    """A pace at which a story second takes 1 / speed real seconds."""

    async def pace(seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds / speed)

    return pace


async def _load(world: World, pace: Pace, download: Download, steps: int = 5) -> None:
    """Load a download to the end."""
    for step in range(1, steps):
        await world.progress(download, step / steps)
        await pace(2)
    await world.complete(download)
    await pace(2)


async def film_story(
    world: World, pace: Pace, title: Title | None = None, *, is_4k: bool = False
) -> SeerrRequest:
    """A film asked for, approved, found, loaded, imported, played."""
    request = await world.request(title or sintel(), is_4k=is_4k)
    await pace(2)
    await world.approve(request)
    await travel(world, pace, request)
    return request


async def film_4k_story(world: World, pace: Pace) -> SeerrRequest:
    """The same in 4K, through the 4K Radarr."""
    return await film_story(world, pace, tears_of_steel(), is_4k=True)


async def film_4k_disc_story(world: World, pace: Pace) -> SeerrRequest:
    """The same as a disc: Radarr has one file of it, Jellyfin plays its folder."""
    request = await world.request(tears_of_steel(), is_4k=True)
    await world.approve(request)
    await travel(world, pace, request, file_name="BDMV/STREAM/00012.m2ts")
    return request


async def travel(world: World, pace: Pace, request: SeerrRequest, *, file_name: str = "") -> None:
    """From the approval of a film to Jellyfin and back to Seerr."""
    await pace(2)
    quality = "WEBDL-2160p" if request.is_4k else "WEBDL-1080p"
    download = await world.grab(request, quality=quality)
    await pace(3)
    await _load(world, pace, download)
    await world.import_(download, file_name=file_name)
    await pace(3)
    await world.library_scan()
    await pace(2)
    await world.seerr_scan()


async def series_story(world: World, pace: Pace, title: Title | None = None) -> SeerrRequest:
    """A series of two seasons: the first as a pack, the second episode by episode."""
    request = await world.request(title or long_way_home(), seasons=[1, 2], user="Bob")
    await pace(2)
    await world.approve(request)
    row = world.arr("sonarr").series_of(request.title)
    assert row is not None
    await pace(2)
    pack = await world.grab(row, episodes=[e.key for e in request.title.seasons[1]])
    await pace(2)
    await _load(world, pace, pack)
    for episode in request.title.seasons[1]:
        await world.import_(pack, episodes=[episode.key])
        await pace(1)
    await world.import_(pack)
    await world.library_scan()
    for episode in request.title.seasons[2]:
        download = await world.grab(row, episodes=[episode.key])
        await pace(1)
        await _load(world, pace, download, steps=2)
        await world.import_(download)
        await pace(1)
        await world.library_scan()
    await world.seerr_scan()
    return request


async def pending_story(world: World, pace: Pace) -> SeerrRequest:
    """A request that waits for somebody to approve it, and travels when somebody does; declined, it ends."""
    request = await world.request(film("Cosmos Laundromat", 2015, 358332, imdb_id="tt4957236"))
    while request.status == REQUEST_PENDING and request.id in world.requests:
        await pace(1)
    if request.id in world.requests and world.arr("radarr").movie_of(request.title):
        await travel(world, pace, request)
    return request


async def stalled_story(world: World, pace: Pace) -> SeerrRequest:
    """A download that loads a little and stays there; replaced by hand it would be found again."""
    request = await world.request(film("Elephants Dream", 2006, 9761, imdb_id="tt0807840"), auto_approve=True)
    download = await world.grab(request)
    await pace(2)
    await world.progress(download, 0.37)
    await pace(2)
    await world.stall(download)
    return request


async def blocked_story(world: World, pace: Pace) -> SeerrRequest:
    """A download that is complete and that Radarr does not want."""
    request = await world.request(film("Big Buck Bunny", 2008, 10378, imdb_id="tt1254207"), auto_approve=True)
    download = await world.grab(request)
    await _load(world, pace, download, steps=2)
    await world.block_import(
        download, ["Movie title mismatch, automatic import is not possible. Manual Import required."]
    )
    return request


async def missing_story(world: World, pace: Pace) -> SeerrRequest:
    """A film that no indexer has: searched for, nothing found."""
    request = await world.request(film("Spring", 2019, 593048, imdb_id="tt12324612"), auto_approve=True)
    await pace(2)
    await world.search_finds_nothing(request)
    return request


async def anime_film_story(world: World, pace: Pace, title: Title | None = None) -> SeerrRequest:
    """An anime film: Radarr imports it, Shoko identifies it, Shokofin shows it."""
    request = await world.request(title or your_name())
    await pace(2)
    await world.approve(request)
    entry = world.shoko_add_series(
        "Kimi no Na wa.", 11829, kind="Movie", episodes=1, tmdb_movies=[request.title.tmdb_id]
    )
    await pace(2)
    download = await world.grab(request)
    await pace(2)
    await _load(world, pace, download)
    for file in await world.import_(download):
        await shoko_takes(world, pace, file.path, file.size, entry.id, 0)
    await world.seerr_scan()
    return request


async def anime_series_story(world: World, pace: Pace, title: Title | None = None) -> SeerrRequest:
    """An anime series: Sonarr's season pack, each file identified by Shoko, each shown by Shokofin."""
    request = await world.request(title or frieren(), seasons=[1], user="Bob")
    await pace(2)
    await world.approve(request)
    count = len(request.title.seasons[1])
    entry = world.shoko_add_series("Sousou no Frieren", 17617, episodes=count)
    await pace(2)
    download = await world.grab(request)
    await pace(2)
    await _load(world, pace, download)
    files = await world.import_(download)
    for index, file in enumerate(files):
        await shoko_takes(world, pace, file.path, file.size, entry.id, index)
    await world.seerr_scan()
    return request


async def shoko_takes(world: World, pace: Pace, path: str, size: int, series_id: int, index: int) -> None:
    """Shoko detects, hashes and matches a file with one episode of a series; Shokofin shows it."""
    file = await world.shoko_detect(path, size)
    await pace(1)
    await world.shoko_hash(file)
    await pace(1)
    await world.shoko_match(file, world.shoko_episodes_of(world.shoko_series[series_id])[index])
    await pace(2)
    await world.shokofin_show(file)


def sintel() -> Title:
    """A film that exists."""
    return film("Sintel", 2010, 45745, imdb_id="tt1727587")


def tears_of_steel() -> Title:
    """Another."""
    return film("Tears of Steel", 2012, 133701, imdb_id="tt2285752")


def long_way_home() -> Title:
    """An invented series of two short seasons."""
    return series("The Long Way Home", 2021, 990200, 990100, {1: 4, 2: 2})


def your_name() -> Title:
    """An anime film with its real ids."""
    return film("Your Name.", 2016, 372058, imdb_id="tt5311514", anime=True, original_title="君の名は。")


def frieren() -> Title:
    """An anime series with its real ids, cut short."""
    return series(
        "Frieren: Beyond Journey's End", 2023, 209867, 424536, {1: 3}, imdb_id="tt22248376", anime=True
    )


STORIES: dict[str, Story] = {
    "film": film_story,
    "series": series_story,
    "film_4k": film_4k_story,
    "pending": pending_story,
    "stalled": stalled_story,
    "blocked": blocked_story,
    "missing": missing_story,
    "anime_film": anime_film_story,
    "anime_series": anime_series_story,
}


async def play(world: World, speed: float = 1.0, names: list[str] | None = None, *, gap: float = 3) -> None:
    """Play stories side by side, each `gap` story seconds after the other; returns when all have ended."""
    pace = at_speed(speed)
    async with asyncio.TaskGroup() as group:
        for name in names or list(STORIES):
            group.create_task(_run(STORIES[name], world, pace))
            await pace(gap)


async def _run(story: Story, world: World, pace: Pace) -> None:
    """One story."""
    await story(world, pace)
