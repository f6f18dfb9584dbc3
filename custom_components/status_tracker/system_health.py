"""System health: availability of the services as of the last poll."""

from collections import defaultdict
from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .data import StatusTrackerConfigEntry
from .sources.base import Source
from .webhooks.registrar import Outcome


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register system health callbacks."""
    register.async_register_info(async_info)


async def async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the state of the services of all entries by kind, without names and URLs."""
    entries: list[StatusTrackerConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    failed = sum(
        entry.state is not ConfigEntryState.LOADED and entry.disabled_by is None
        for entry in hass.config_entries.async_entries(DOMAIN)
    )
    kinds: dict[str, list[tuple[Source, str | None]]] = defaultdict(list)
    requests = stuck = hooks = registered = 0
    for entry in entries:
        data = entry.runtime_data
        for key, source in data.coordinator.sources.items():
            kinds[source.service].append((source, data.versions.known.get(key)))
        requests += len(data.coordinator.data)
        stuck += sum(one.stuck for one in data.coordinator.data.values())
        hooks += len(entry.data.get("webhooks", {}))
        outcomes = data.webhooks.registration.outcomes.values()
        registered += sum(one in (Outcome.DONE, Outcome.SHARED) for one in outcomes)
    told: dict[str, Any] = {"not_loaded": failed} if failed else {}
    told |= {kind: _told(sources) for kind, sources in kinds.items()}
    return told | {"requests": requests, "stuck": stuck, "webhooks": f"{registered}/{hooks}"}


def _told(sources: list[tuple[Source, str | None]]) -> str | dict[str, str]:
    """Return the state of the services of a kind; failures in the format of Home Assistant."""
    words = ", ".join(_word(source, version) for source, version in sources)
    if all(source.state.ok for source, _ in sources):
        return words
    return {"type": "failed", "error": words}


def _word(source: Source, version: str | None) -> str:
    """Return the state of a service with its version, if known."""
    word = "ok" if source.state.ok else source.state.reason or "unknown"
    return f"{word} ({version})" if version else word
