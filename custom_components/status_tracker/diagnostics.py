"""Diagnostics of an entry and its services; those of the requests are in `case_report`."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_API_KEY, CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from yarl import URL

from .const import CONF_CALLBACK_URL, CONF_REGISTERED, CONF_WEBHOOKS
from .coordinator import StatusTrackerCoordinator
from .data import StatusTrackerConfigEntry
from .reports.case_report import report
from .reports.redact import REDACTED, Redactor
from .sources.base import Source
from .sources.shoko.source import ShokoSource
from .storage.store import MINOR_VERSION, VERSION

SECRETS = frozenset({CONF_API_KEY, CONF_PASSWORD, CONF_USERNAME})
WEBHOOK_DATA = frozenset({CONF_WEBHOOKS, CONF_REGISTERED})  # webhook ids and previous settings, by source
URLS = frozenset({CONF_URL, CONF_CALLBACK_URL})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: StatusTrackerConfigEntry
) -> dict[str, Any]:
    """Return redacted diagnostics for a config entry."""
    coordinator = entry.runtime_data.coordinator
    redactor = _redactor(entry)
    return {
        "now": dt_util.utcnow().isoformat(),
        "entry": {
            "version": f"{entry.version}.{entry.minor_version}",
            "data": _settings(entry.data, redactor),
            "options": _settings(entry.options, redactor),
            "services": {
                key: {"service": subentry.subentry_type, **_settings(subentry.data, redactor)}
                for key, subentry in entry.subentries.items()
            },
        },
        "sources": {
            key: {"version": entry.runtime_data.versions.known.get(key), **_health(source, redactor)}
            for key, source in coordinator.sources.items()
        },
        "webhooks": entry.runtime_data.webhooks.diagnostics_data,
        "memory": _memory(coordinator),
        "requests": report(coordinator, redactor),
    }


def _redactor(entry: StatusTrackerConfigEntry) -> Redactor:
    """Return a redactor with the secrets and hosts of an entry."""
    settings = [entry.data, entry.options, *(subentry.data for subentry in entry.subentries.values())]
    secrets = {str(data.get(key) or "") for data in settings for key in (CONF_API_KEY, CONF_PASSWORD)}
    secrets.update(entry.data.get(CONF_WEBHOOKS, {}).values())
    urls = [str(data[key]) for data in settings for key in URLS if data.get(key)]
    return Redactor(secrets, (URL(url).host or "" for url in urls))


def _settings(data: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """Return redacted settings; empty values are unchanged because they are informative."""
    told: dict[str, Any] = {}
    for key, value in data.items():
        if key in WEBHOOK_DATA:
            told[key] = sorted(value)
        elif key in SECRETS:
            told[key] = REDACTED if value else value
        elif key in URLS:
            told[key] = redactor.url(value)
        else:
            told[key] = redactor.walk(value, key)
    return told


def _health(source: Source, redactor: Redactor) -> dict[str, Any]:
    """Return the availability and statistics of a service."""
    state, last, due = source.state, source.last_success, source.next_poll
    return {
        "service": state.service,
        "ok": state.ok,
        "reason": state.reason,
        "error": redactor.text(str(source.error)) if source.error else None,
        "since": state.since.isoformat() if state.since else None,
        "busy": state.busy,
        "seerr_id": state.seerr_id,
        "is_4k": state.is_4k,
        "polls": source.polls,
        "calls": source.http.calls if source.http else None,
        "last_success": last.isoformat() if last else None,
        "seconds_since_success": round((source.clock() - last).total_seconds()) if last else None,
        "next_poll": due.isoformat() if due else None,
        "push_connected": source.push_connected if isinstance(source, ShokoSource) else None,
        "untold_changes": source.missed_webhooks,
        "filters_dates": getattr(source, "filters_dates", None),
        "ignored_filters": sorted(getattr(source.http, "ignored", ())),
    }


def _memory(coordinator: StatusTrackerCoordinator) -> dict[str, Any]:
    """Return the size of the memory."""
    memory = coordinator.memory
    return {
        "version": f"{VERSION}.{MINOR_VERSION}",
        "started": memory.started.isoformat() if memory.started else None,
        "listing_complete": coordinator.seerr.complete,
        "journeys": len(memory.journeys),
        "done": len(memory.done),
    }
