"""Runtime data of a config entry."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry

if TYPE_CHECKING:
    from .coordinator import StatusTrackerCoordinator
    from .reports.posters import Posters
    from .upkeep.version_watch import VersionWatch
    from .webhooks.manager import WebhookManager


@dataclass(slots=True)
class StatusTrackerData:
    """Runtime data of a config entry."""

    coordinator: StatusTrackerCoordinator
    posters: Posters
    webhooks: WebhookManager
    versions: VersionWatch


type StatusTrackerConfigEntry = ConfigEntry[StatusTrackerData]
