"""Polling of the sources, each at its own interval."""

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ..clients.errors import InvalidAuth
from ..const import DOMAIN, LOGGER
from ..pipeline.enums import SEERR
from ..pipeline.wants import Want
from ..sources.base import Source

SLACK = timedelta(seconds=3)  # also poll sources due within this time, to reduce the number of updates
SHORTEST = timedelta(seconds=2)
LONGEST = timedelta(minutes=1)
FIRST_PATIENCE = 30.0  # seconds to wait for the first response of Seerr, without which the setup fails


class Polling:
    """Polls the sources that are due, without waiting for slow ones."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        sources: Mapping[str, Source],
        *,
        on_late: Callable[[], None],
        on_refused: Callable[[str | None], None],
        on_accepted: Callable[[str | None], None],
    ) -> None:
        """Initialize; `on_late` is called after a slow poll.

        `on_refused` starts reauthentication for a source, `on_accepted` ends it without new credentials.
        """
        self.stopped = False
        self._hass = hass
        self._entry = entry
        self._sources = sources
        self._on_late = on_late
        self._on_refused = on_refused
        self._on_accepted = on_accepted
        self._refused: set[str] = set()
        self._reauthenticating: set[str] = set()

    @callback
    def resume(self) -> None:
        """Poll all services again after a stop."""
        self.stopped = False
        for source in self._sources.values():
            source.poll_soon()

    def due(self, wants: Sequence[Want], polled: Set[str]) -> list[Source]:
        """Return the sources to poll in this update; `polled` are those already polled in it."""
        soon = dt_util.utcnow() + SLACK
        return [
            source
            for source in self._sources.values()
            if (source.due(soon) and source.key not in polled) or source.needs_poll(wants)
        ]

    def is_due(self, wants: Sequence[Want]) -> bool:
        """Return whether any source is due now."""
        now = dt_util.utcnow()
        return any(source.due(now) or source.needs_poll(wants) for source in self._sources.values())

    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return the time until the first source is due."""
        now = dt_util.utcnow()
        waits = [
            source.next_poll - now if source.next_poll else SHORTEST for source in self._sources.values()
        ]
        if any(source.needs_poll(wants) for source in self._sources.values()):
            waits.append(SHORTEST)
        return min(max(min(waits), SHORTEST), LONGEST)

    async def async_poll(self, due: Sequence[Source], wants: Sequence[Want], patience: float) -> list[Source]:
        """Poll the sources concurrently; return those still running after `patience` seconds.

        The first response of Seerr is waited for longer: a retry of the setup would start all over again.
        """
        tasks = [
            self._entry.async_create_background_task(
                self._hass, source.refresh(wants), f"{DOMAIN} poll {source.name}", eager_start=True
            )
            for source in due
        ]
        _, late = await asyncio.wait(tasks, timeout=max(patience, 0.1))
        first = [
            task
            for source, task in zip(due, tasks, strict=True)
            if task in late and source.key == SEERR and not source.last_success
        ]
        if first:
            await asyncio.wait(first, timeout=FIRST_PATIENCE)
            late = {task for task in late if not task.done()}
        for task in late:
            task.add_done_callback(self._late)
        for source in due:
            self._check_auth(source)
        return [source for source, task in zip(due, tasks, strict=True) if task in late]

    @callback
    def _late(self, task: asyncio.Task[None]) -> None:
        """Evaluate the evidence of a slow source once its poll has finished."""
        if not task.cancelled():
            self._on_late()
            for source in self._sources.values():
                self._check_auth(source)

    @callback
    def _check_auth(self, source: Source) -> None:
        """Start reauthentication once when a service rejects its credentials, end it when it accepts them."""
        if self.stopped:
            return
        subentry_id = None if source.key == SEERR else source.key
        if not isinstance(source.error, InvalidAuth):
            self._refused.discard(source.key)
        elif source.key not in self._refused and (source.key != SEERR or source.last_success):
            self._refused.add(source.key)
            self._reauthenticating.add(source.key)
            self._on_refused(subentry_id)
        if source.error is None and source.key in self._reauthenticating:
            self._reauthenticating.discard(source.key)
            self._on_accepted(subentry_id)

    def raise_unready(self) -> None:
        """Raise the error that prevented the first successful poll of Seerr."""
        seerr = self._sources[SEERR]
        error = seerr.error
        if isinstance(error, InvalidAuth):
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="auth_failed",
                translation_placeholders={"service": seerr.name},
            )
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="seerr_unavailable",
            translation_placeholders={"error": str(error) if error else "no response yet"},
        )

    @callback
    def log_unreachable(self) -> None:
        """Log the services that are unreachable at startup."""
        for source in self._sources.values():
            if source.error and source.last_success is None:
                LOGGER.warning("Unable to reach %s: %s", source.name, source.error)
