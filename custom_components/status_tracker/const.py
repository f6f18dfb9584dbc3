"""Names and defaults."""

import logging
from typing import Final

DOMAIN: Final = "status_tracker"
LOGGER = logging.getLogger(__package__)

# Of a service, besides Home Assistant's own url, api_key, username, password and verify_ssl
CONF_SEERR_ID: Final = "seerr_id"  # the number Seerr gives a Radarr or Sonarr, from 0
CONF_IS_4K: Final = "is_4k"
CONF_LINK_URL: Final = "link_url"  # the address links lead to, where it is not that of Home Assistant

# Of an entry's data, both by source: the webhooks' ids, and what registering them took the place of
CONF_WEBHOOKS: Final = "webhooks"
CONF_REGISTERED: Final = "webhooks_registered"

CONF_SLOT_SHARED: Final = "webhook_slot_shared"  # the webhooks of core's Seerr that Seerr's only slot held
CONF_CALLBACK_SKIPPED: Final = "callback_skipped"  # the flow's test failed and the person went on

# Of the flows
CONF_SERVICES: Final = "services"
CONF_SKIP: Final = "skip"
CONF_SUBENTRY_ID: Final = "subentry_id"  # in a reauth flow's context: which service refused, none for Seerr

# Of the options
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

# Minutes a stage may take before its request counts as stuck
LIMITS: Final[dict[str, int]] = {
    CONF_LIMIT_APPROVED: 24 * 60,
    CONF_LIMIT_INDEXED: 60,
    CONF_LIMIT_DOWNLOADING: 60,  # without any data; one that loads is never stuck
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
