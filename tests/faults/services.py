"""The services that fail, and the request whose journey each is part of."""

from ..stack.household import Household
from ..stack.rows import Download, SeerrRequest
from ..stack.titles import Title, film, series

SERVICES = {
    "Seerr": "seerr",
    "Radarr": "radarr-hd",
    "Sonarr": "sonarr-hd",
    "qBittorrent": "qbittorrent",
    "Jellyfin": "jellyfin",
    "Shoko": "shoko",
}
FIRST = 40_000


def title_of(service: str, number: int) -> Title:
    """Return the title a service has a part in, one for each number."""
    name, tmdb_id = f"Journey {number}", FIRST + number
    if service == "Sonarr":
        return series(name, 2020, tmdb_id, FIRST + tmdb_id, {1: 2})
    return film(name, 2020, tmdb_id, anime=service == "Shoko")


async def ask(home: Household, service: str, number: int) -> SeerrRequest:
    """Ask for the title."""
    return await home.world.request(title_of(service, number), auto_approve=True)


async def arrive(home: Household, request: SeerrRequest, download: Download) -> None:
    """Let a download be completed, imported and shown."""
    world = home.world
    await world.progress(download, 0.5)
    await world.complete(download)
    for file in await world.import_(download):
        if request.title.anime:
            title = request.title
            entry = world.shoko_add_series(title.title, title.tmdb_id, kind="Movie", episodes=1)
            (episode,) = world.shoko_episodes_of(entry)
            await world.shokofin_show(await world.shoko_take_in(file.path, file.size, episode))
    await world.library_scan()
    await world.seerr_scan()
