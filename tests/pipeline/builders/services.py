"""The services, and the sets of services that most tests run with."""

from custom_components.status_tracker.pipeline.enums import Service
from custom_components.status_tracker.pipeline.evidence.base import ServiceEvidence

SEERR = ServiceEvidence(source="seerr", service=Service.SEERR, name="Seerr")
RADARR = ServiceEvidence(source="radarr", service=Service.RADARR, name="Radarr", seerr_id=0)
RADARR_4K = ServiceEvidence(
    source="radarr4k", service=Service.RADARR, name="Radarr 4K", seerr_id=1, is_4k=True
)
SONARR = ServiceEvidence(source="sonarr", service=Service.SONARR, name="Sonarr", seerr_id=0)
SONARR_4K = ServiceEvidence(
    source="sonarr4k", service=Service.SONARR, name="Sonarr 4K", seerr_id=1, is_4k=True
)
CLIENT = ServiceEvidence(source="qbit", service=Service.QBITTORRENT, name="qBittorrent")
JELLYFIN = ServiceEvidence(source="jellyfin", service=Service.JELLYFIN, name="Jellyfin")
SHOKO = ServiceEvidence(source="shoko", service=Service.SHOKO, name="Shoko")
STACK = (SEERR, RADARR, SONARR, CLIENT, JELLYFIN)
ANIME_STACK = (*STACK, SHOKO)
FOURK_STACK = (*STACK, RADARR_4K, SONARR_4K)
