"""Status Tracker: where is my request."""

from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .connect import build_client
from .const import CONF_IS_4K, CONF_SEERR_ID, DOMAIN
from .coordinator import StatusTrackerCoordinator, async_store
from .data import StatusTrackerConfigEntry, StatusTrackerData
from .pipeline.evidence import SEERR, Service
from .registration import async_unregister_all
from .reload import async_reload_with_services
from .sources.base import Source
from .sources.jellyfin import JellyfinSource
from .sources.qbittorrent import QBittorrentSource
from .sources.radarr import RadarrSource
from .sources.seerr import SeerrSource
from .sources.shoko import ShokoSource
from .sources.sonarr import SonarrSource
from .webhook import WebhookManager

PLATFORMS: list[Platform] = [Platform.BINARY_SENSOR, Platform.EVENT, Platform.SENSOR]
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

ARRS = {Service.RADARR: RadarrSource, Service.SONARR: SonarrSource}
OTHERS: dict[Service, Any] = {
    Service.QBITTORRENT: QBittorrentSource,
    Service.JELLYFIN: JellyfinSource,
    Service.SHOKO: ShokoSource,
}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what does not belong to one entry."""
    return True


async def async_setup_entry(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> bool:
    """Set up the sources of an entry, judge once, and show the requests."""
    sources = [
        SeerrSource(SEERR, entry.title, build_client(hass, Service.SEERR, entry.data), clock=dt_util.utcnow),
        *(_source(hass, subentry) for subentry in entry.subentries.values()),
    ]
    coordinator = StatusTrackerCoordinator(hass, entry, sources)
    await coordinator.async_config_entry_first_refresh()
    webhooks = WebhookManager(hass, entry, coordinator)
    entry.runtime_data = StatusTrackerData(coordinator=coordinator, webhooks=webhooks)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    for source in sources:
        entry.async_create_background_task(
            hass, source.listen(coordinator.async_news), f"{DOMAIN} listen {source.name}"
        )
    webhooks.async_setup()
    entry.async_on_unload(async_reload_with_services(hass, entry))
    return True


def _source(hass: HomeAssistant, subentry: ConfigSubentry) -> Source:
    """Return the source of a configured service."""
    service = Service(subentry.subentry_type)
    client: Any = build_client(hass, service, subentry.data)
    key, name = subentry.subentry_id, subentry.title
    if arr := ARRS.get(service):
        return arr(
            key,
            name,
            client,
            clock=dt_util.utcnow,
            seerr_id=subentry.data.get(CONF_SEERR_ID),
            is_4k=bool(subentry.data.get(CONF_IS_4K)),
        )
    source: Source = OTHERS[service](key, name, client, clock=dt_util.utcnow)
    return source


async def async_unload_entry(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> bool:
    """Stop polling and listening, and keep what is known for the next start."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        coordinator = entry.runtime_data.coordinator
        await entry.runtime_data.webhooks.async_leave()
        await coordinator.async_save()
        for source in coordinator.sources.values():
            await source.close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> None:
    """Take our webhooks out of the services of a removed entry, and forget everything about it."""
    await async_unregister_all(hass, entry)
    await async_store(hass, entry.entry_id).async_remove()
