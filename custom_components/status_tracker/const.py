"""Constants for Status Tracker."""

import logging
from typing import Final

DOMAIN: Final = "status_tracker"
LOGGER = logging.getLogger(__package__)

# Data of a service, in addition to url, api_key, username, password and verify_ssl of Home Assistant
CONF_SEERR_ID: Final = "seerr_id"  # id of a Radarr or Sonarr in Seerr, from 0
CONF_IS_4K: Final = "is_4k"
CONF_LINK_URL: Final = "link_url"  # URL for links, if it differs from the one Home Assistant uses

# Data of an entry by source: webhook ids, and settings to restore when unregistering
CONF_WEBHOOKS: Final = "webhooks"
CONF_REGISTERED: Final = "webhooks_registered"

CONF_SLOT_SHARED: Final = "webhook_slot_shared"  # webhooks of the core integration
CONF_CALLBACK_SKIPPED: Final = "callback_skipped"  # the user has skipped a failed test

# Flows
CONF_SERVICES: Final = "services"
CONF_SKIP: Final = "skip"
CONF_SUBENTRY_ID: Final = "subentry_id"  # context of a reauth flow: the service, None for Seerr

# Options
CONF_KEEP_HOURS: Final = "keep_hours"
CONF_KEEP_FOREVER: Final = "keep_forever"
CONF_LIMIT_APPROVED: Final = "limit_approved"
CONF_LIMIT_INDEXED: Final = "limit_indexed"
CONF_LIMIT_DOWNLOADING: Final = "limit_downloading"
CONF_LIMIT_DOWNLOAD_DONE: Final = "limit_download_done"
CONF_LIMIT_IMPORTING: Final = "limit_importing"
CONF_LIMIT_ANIME_MATCHING: Final = "limit_anime_matching"
CONF_ADMINS_ONLY: Final = "admins_only"
CONF_CALLBACK_URL: Final = "callback_url"
CONF_REGISTER_WEBHOOKS: Final = "register_webhooks"
CONF_WEBHOOKS_LOCAL_ONLY: Final = "webhooks_local_only"

# Minutes after which a request in a stage is stuck
LIMITS: Final[dict[str, int]] = {
    CONF_LIMIT_APPROVED: 24 * 60,
    CONF_LIMIT_INDEXED: 60,
    CONF_LIMIT_DOWNLOADING: 60,  # without any progress
    CONF_LIMIT_DOWNLOAD_DONE: 30,
    CONF_LIMIT_IMPORTING: 30,
    CONF_LIMIT_ANIME_MATCHING: 60,
}

OPTIONS: Final[dict[str, int | str | bool]] = {
    CONF_KEEP_HOURS: 48,
    CONF_KEEP_FOREVER: False,
    CONF_ADMINS_ONLY: True,
    **LIMITS,
    CONF_CALLBACK_URL: "",
    CONF_REGISTER_WEBHOOKS: True,
    CONF_WEBHOOKS_LOCAL_ONLY: True,
}
