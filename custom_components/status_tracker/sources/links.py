"""External addresses of the services from the settings of Seerr."""

from collections.abc import Iterable

from ..pipeline.enums import Service
from .base import Source
from .seerr.rows import SeerrServers


def tell_links(servers: SeerrServers | None, sources: Iterable[Source]) -> None:
    """Set the external address from Seerr for each *arr and the Jellyfin it uses.

    An *arr is identified by its id in Seerr; a Jellyfin only if it is the only one configured.
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
