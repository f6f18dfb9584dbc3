"""The addresses people reach the services at, as Seerr's settings hold them."""

from collections.abc import Iterable

from ..pipeline.enums import Service
from .base import Source
from .seerr.rows import SeerrServers


def tell_links(servers: SeerrServers | None, sources: Iterable[Source]) -> None:
    """Tell each *arr and the Jellyfin Seerr uses its external address.

    An *arr is known by its number in Seerr; a Jellyfin is Seerr's only where it is the only one here.
    """
    if servers is None:
        return
    found = list(sources)
    jellyfins = [source for source in found if source.service is Service.JELLYFIN]
    for kind, rows in ((Service.RADARR, servers.radarr), (Service.SONARR, servers.sonarr)):
        links = {row.id: row.link for row in rows}
        for source in found:
            if source.service is kind and source.state.seerr_id is not None:
                source.tell_link(links.get(source.state.seerr_id))
    if len(jellyfins) == 1:
        jellyfins[0].tell_link(servers.jellyfin.link if servers.jellyfin else None)
