"""Updates of the entities of changed requests, and the announcements before and after them."""

import asyncio
from collections.abc import Callable, Iterable, Set
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .change_log import ChangeLog
from .evaluation import Evaluation
from .listeners import Listeners

CHUNK = 10  # requests whose entities are updated per iteration of the event loop


class EntityUpdates:
    """Updates entities, a few per iteration of the event loop, and makes the announcements."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        evaluation: Evaluation,
        changes: ChangeLog,
        *,
        update_all: Callable[[], None],
        is_stopped: Callable[[], bool],
    ) -> None:
        """Initialize without listeners; `update_all` calls those of all requests."""
        self.listeners = Listeners()
        self.changed: Set[int] | None = None  # requests changed, while listeners are called; None: any
        self._hass, self._entry = hass, entry
        self._evaluation, self._changes = evaluation, changes
        self._update_all, self._is_stopped = update_all, is_stopped
        self._day = dt_util.as_local(dt_util.utcnow()).date()

    @callback
    def update(self, numbers: Set[int] | None) -> None:
        """Update the entities of these requests, None: all; announce removals before, the rest after."""
        if self._is_stopped():
            return
        self._changes.announce_removed()
        self.changed = numbers
        try:
            if numbers is None:
                self._update_all()
            else:
                self.listeners.call(numbers)
        finally:
            self.changed = None
        self._changes.announce_named(self.listeners.is_waiting)

    @callback
    def show_changes(self) -> None:
        """Update the entities of changed requests and the shared entities that changed."""
        numbers = self._evaluation.take_unshown()
        if numbers is not None or self._changes.is_ready:
            self._update_soon(numbers or ())
        today = dt_util.as_local(dt_util.utcnow()).date()  # the status text contains "today" and "tomorrow"
        if today != self._day:
            self._day = today
            self._update_soon(self._evaluation.requests)

    @callback
    def _update_soon(self, numbers: Iterable[int]) -> None:
        """Update the entities of these requests, in slices if they are many."""
        self.listeners.queue(numbers)
        self.update(self.listeners.take(CHUNK))
        if self.listeners.outdated:
            self._entry.async_create_task(
                self._hass, self._async_update_rest(), f"{DOMAIN} update", eager_start=False
            )

    async def _async_update_rest(self) -> None:
        """Update the entities of the rest of the requests."""
        while self.listeners.outdated and not self._is_stopped():
            self.update(self.listeners.take(CHUNK))
            await asyncio.sleep(0)
