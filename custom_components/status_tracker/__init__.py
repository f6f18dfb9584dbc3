"""The Status Tracker integration."""

from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_VERIFY_SSL, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .assist.sentences import sentences_of
from .automations.names import DATA_NAMES, async_offer_names, async_setup_names
from .automations.relay import async_relay
from .const import CONF_IS_4K, CONF_LIMIT_DOWNLOADING, CONF_LINK_URL, CONF_SEERR_ID, DOMAIN
from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry, StatusTrackerData
from .flows.client_factory import build_client, forget_client, kept_client
from .flows.reauth import async_end_reauth, async_start_reauth
from .frontend.resource import card_resource
from .frontend.websocket import async_register_commands
from .pipeline.enums import SEERR, Service
from .reports.posters import Posters, PosterView, delete_posters
from .services import async_setup_services
from .sources.arr.radarr import RadarrSource
from .sources.arr.sonarr import SonarrSource
from .sources.base import Source
from .sources.jellyfin.source import JellyfinSource
from .sources.qbittorrent import QBittorrentSource
from .sources.seerr.source import SeerrSource
from .sources.shoko.source import ShokoSource
from .storage.store import AnnouncementStore, DurationStore, MemoryStore
from .upkeep.kept_states import async_release_states
from .upkeep.reload import async_reload_with_services
from .upkeep.settings_watch import SettingsWatch, async_clear_offers
from .upkeep.version_watch import VersionWatch
from .webhooks.issues import async_clear
from .webhooks.manager import WebhookManager
from .webhooks.registrars import async_unregister_all

PLATFORMS: list[Platform] = [Platform.BINARY_SENSOR, Platform.CALENDAR, Platform.EVENT, Platform.SENSOR]
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

OLD_LIMIT_DOWNLOADING = 6 * 60


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the parts shared by all entries."""
    async_setup_services(hass)
    hass.http.register_view(PosterView())
    async_register_commands(hass)
    await async_setup_names(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> bool:
    """Set up an entry: its sources, the first update and the platforms."""
    if hass.config_entries.async_get_entry(entry.entry_id) is None:
        # Home Assistant also retries the setup of an entry that was removed while the retry waited.
        return False
    sources = [
        SeerrSource(SEERR, entry.title, build_client(hass, Service.SEERR, entry.data), clock=dt_util.utcnow),
        *(_source(hass, subentry) for subentry in entry.subentries.values()),
    ]
    coordinator = StatusTrackerCoordinator(
        hass,
        entry,
        sources,
        partial(async_start_reauth, hass, entry),
        partial(async_end_reauth, hass, entry),
    )
    await coordinator.async_config_entry_first_refresh()
    async_end_reauth(hass, entry, None)  # started by an earlier attempt that Seerr rejected
    webhooks = WebhookManager(hass, entry, coordinator)
    versions = VersionWatch(hass, entry, coordinator)
    posters = Posters(hass, coordinator)
    entry.runtime_data = StatusTrackerData(
        coordinator=coordinator, posters=posters, webhooks=webhooks, versions=versions
    )
    await posters.async_setup()
    await card_resource(hass).async_register()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_relay(hass, entry, coordinator)
    async_offer_names(hass, entry, coordinator)
    entry.async_on_unload(await sentences_of(hass).async_follow(coordinator))
    for source in sources:
        entry.async_create_background_task(
            hass, source.listen(coordinator.async_evidence_changed), f"{DOMAIN} listen {source.name}"
        )
    webhooks.async_setup()
    versions.async_setup()
    SettingsWatch(hass, entry, coordinator).async_setup()
    entry.async_on_unload(async_reload_with_services(hass, entry))
    entry.async_create_task(hass, coordinator.async_catch_up(), f"{DOMAIN} catch up")
    entry.async_on_unload(async_at_started(hass, coordinator.async_announce))
    return True


def _source(hass: HomeAssistant, subentry: ConfigSubentry) -> Source:
    """Return the source of a configured service."""
    service = Service(subentry.subentry_type)
    source = _source_of(hass, service, subentry)
    source.link_url = subentry.data.get(CONF_LINK_URL)
    return source


def _source_of(hass: HomeAssistant, service: Service, subentry: ConfigSubentry) -> Source:
    """Return the source for a kind of service."""
    client: Any = kept_client(hass, service, subentry)
    key, name, data = subentry.subentry_id, subentry.title, subentry.data
    match service:
        case Service.RADARR | Service.SONARR:
            arr = RadarrSource if service is Service.RADARR else SonarrSource
            return arr(
                key,
                name,
                client,
                clock=dt_util.utcnow,
                seerr_id=data.get(CONF_SEERR_ID),
                is_4k=bool(data.get(CONF_IS_4K)),
            )
        case Service.SHOKO:
            push = client.push(verify_ssl=data[CONF_VERIFY_SSL], run_blocking=hass.async_add_executor_job)
            return ShokoSource(key, name, client, clock=dt_util.utcnow, push=push)
        case Service.QBITTORRENT:
            return QBittorrentSource(key, name, client, clock=dt_util.utcnow)
    return JellyfinSource(key, name, client, clock=dt_util.utcnow)


async def async_migrate_entry(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> bool:
    """Migrate an entry of an older minor version; those of a newer minor version are compatible.

    Home Assistant rejects entries of a newer major version.
    """
    if entry.minor_version < 2:
        # 0.1.0 stored every option, and its default limit of six hours also applied to running downloads.
        options = {
            key: value
            for key, value in entry.options.items()
            if (key, value) != (CONF_LIMIT_DOWNLOADING, OLD_LIMIT_DOWNLOADING)
        }
        hass.config_entries.async_update_entry(entry, options=options, minor_version=2)
    return True


async def _async_unload_platforms(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> bool:
    """Unload the platforms one by one; if one fails, set up the unloaded ones again."""
    unloaded: list[Platform] = []
    for platform in PLATFORMS:
        if not await hass.config_entries.async_unload_platforms(entry, [platform]):
            await hass.config_entries.async_forward_entry_setups(entry, unloaded)
            return False
        unloaded.append(platform)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> bool:
    """Unload an entry: stop polling, unload the platforms and save the state."""
    coordinator, webhooks = entry.runtime_data.coordinator, entry.runtime_data.webhooks
    webhooks.async_stop()
    coordinator.async_stop()
    unloaded = False
    try:
        unloaded = await _async_unload_platforms(hass, entry)
    finally:
        if not unloaded:
            webhooks.async_resume()
            coordinator.async_resume()
    if unloaded:
        hass.async_create_task(async_release_states(hass, entry), f"{DOMAIN} release states")
        await webhooks.async_leave()
        await coordinator.async_save()
        for source in coordinator.sources.values():
            await source.close()
        if entry.disabled_by:
            async_clear(hass, entry.entry_id)
            async_clear_offers(hass, entry.entry_id)
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: StatusTrackerConfigEntry) -> None:
    """Remove the webhooks from the services and delete all data of a removed entry."""
    await async_unregister_all(hass, entry)
    if names := hass.data.get(DATA_NAMES):
        names.update(entry.entry_id, ())
    async_clear_offers(hass, entry.entry_id)
    for key in entry.subentries:
        forget_client(hass, key)
    await MemoryStore(hass, entry.entry_id).async_remove()
    await AnnouncementStore(hass, entry.entry_id).async_remove()
    await DurationStore(hass, entry.entry_id).async_remove()
    await hass.async_add_executor_job(delete_posters, hass, entry.entry_id)
    if not hass.config_entries.async_entries(DOMAIN):
        await card_resource(hass).async_unregister()
