"""Coordinator that polls all sources, each at its own interval, and evaluates the requests."""

import asyncio
from collections.abc import Callable, Sequence, Set
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER
from .pipeline.memory import Memory
from .pipeline.requests import Limits, Tracked
from .pipeline.wants import Want
from .sources.base import Source
from .sources.seerr.source import SeerrSource
from .updates.change_log import ChangeLog
from .updates.entity_updates import EntityUpdates
from .updates.evaluation import Evaluation
from .updates.limits import limits_of
from .updates.polling import LONGEST, Polling
from .updates.stored_requests import StoredRequests

PATIENCE = 5.0  # seconds an update waits for its sources; slower ones are evaluated when they finish
ROUNDS = 4  # polls per update: the result of one source can make another one due
CONFIRM_AFTER = 1.5
SLICE = 0.004  # maximum seconds of evaluation per iteration of the event loop


class StatusTrackerCoordinator(DataUpdateCoordinator[dict[int, Tracked]]):
    """Coordinator that polls the sources and evaluates the requests; `data` maps request ids to requests."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        sources: Sequence[Source],
        on_refused: Callable[[str | None], None],
        on_accepted: Callable[[str | None], None],
    ) -> None:
        """Initialize with all sources including Seerr, and callbacks to start and end reauthentication."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=DOMAIN,
            update_interval=LONGEST,
            always_update=False,
            request_refresh_debouncer=Debouncer(
                hass, LOGGER, cooldown=CONFIRM_AFTER, immediate=False, function=self.async_refresh
            ),
        )
        self.sources = {source.key: source for source in sources}
        self._polling = Polling(
            hass,
            entry,
            self.sources,
            on_late=self.async_evidence_changed,
            on_refused=on_refused,
            on_accepted=on_accepted,
        )
        self._evaluation = Evaluation(self.sources, limits_of(entry.options))
        self._changes = ChangeLog(hass, entry, self._evaluation)
        self._updates = EntityUpdates(
            hass,
            entry,
            self._evaluation,
            self._changes,
            update_all=super().async_update_listeners,
            is_stopped=lambda: self.is_stopped,
        )
        self.listeners = self._updates.listeners
        self._stored = StoredRequests(hass, entry.entry_id, self._evaluation)
        self.data = self._evaluation.requests
        self.overview = self._evaluation.overview
        self.announcements = self._changes.announcements
        self.durations = self._changes.durations
        self._judging: asyncio.Task[None] | None = None

    @property
    def seerr(self) -> SeerrSource:
        """Return the Seerr source, which every entry has."""
        return self._evaluation.seerr

    @property
    def memory(self) -> Memory:
        """Return the memory of the requests."""
        return self._evaluation.tracker.memory

    @property
    def limits(self) -> Limits:
        """Return the limits set in the options."""
        return self._evaluation.tracker.limits

    @property
    def wants(self) -> Sequence[Want]:
        """Return what the requests need from the sources."""
        return self._evaluation.wants

    @property
    def addresses(self) -> dict[str, str]:
        """Return the service addresses in Seerr when they last matched the configured ones."""
        return self._stored.addresses

    @property
    def changed(self) -> Set[int] | None:
        """Return the changed requests while listeners are called; None: any."""
        return self._updates.changed

    @property
    def titled_requests(self) -> list[Tracked]:
        """Return the requests with a known title."""
        return [request for number, request in self.data.items() if not self.is_nameless(number)]

    def is_nameless(self, number: int) -> bool:
        """Return whether the title of a request is still unknown; announcements and entities wait for it."""
        return self._evaluation.is_nameless(number)

    # Storage

    @override
    async def _async_setup(self) -> None:
        """Load the stored memory, announcements and durations."""
        await self._changes.async_load()
        if await self._stored.async_restore():
            self.data = self._evaluation.requests
            await self._async_evaluate()
            self._changes.restored = True
        self.announcements.begin(self.data)

    async def async_save(self) -> None:
        """Save the memory, announcements and durations immediately."""
        await self._changes.async_save()
        await self._stored.async_save()

    # Stop and resume

    @callback
    def async_stop(self) -> None:
        """Stop polling and updating before the entry is unloaded."""
        self._polling.stopped = True

    @callback
    def async_resume(self) -> None:
        """Resume after a failed unload and poll all services again."""
        self._polling.resume()
        self.async_webhooks_received()

    @property
    def is_stopped(self) -> bool:
        """Return whether the entry is being unloaded."""
        return self._polling.stopped

    def _is_stopped(self) -> bool:
        """Return whether the coordinator was stopped during an await."""
        return self.is_stopped or self._shutdown_requested

    # Update cycle

    @override
    async def _async_update_data(self) -> dict[int, Tracked]:
        """Poll the sources that are due and evaluate the requests, without waiting for slow sources."""
        if self.is_stopped:
            return self.data
        deadline = self.hass.loop.time() + PATIENCE
        if not self.seerr.last_success:
            await self._async_poll([self.seerr], deadline)
            if not self.seerr.last_success:
                self._polling.raise_unready()
            return self.data  # the setup does not wait for the other services
        polled: set[str] = set()
        for _ in range(ROUNDS):
            due = self._polling.due(self.wants, polled)
            if not due or self._is_stopped():
                break
            polled.update(source.key for source in due)
            await self._async_poll(due, deadline)
        if self._is_stopped():
            return self.data
        if not self._changes.settled:
            self._changes.settle()
            self._stored.save_soon()
            self._polling.log_unreachable()
        self._plan()
        await asyncio.sleep(0)
        self._updates.show_changes()
        return self.data

    async def _async_poll(self, due: Sequence[Source], deadline: float) -> None:
        """Poll sources until a time of the event loop and evaluate what they tell."""
        await self._polling.async_poll(due, self.wants, deadline - self.hass.loop.time())
        await self._async_evaluate()

    async def async_catch_up(self) -> None:
        """Poll all services for the first time, after the setup, and announce what changed meanwhile."""
        await self.async_refresh()
        self.async_update_requests(set())

    async def async_ask(self, *sources: Source) -> list[Source]:
        """Poll these sources now, then any that become due; return those that failed or timed out."""
        late = await self._polling.async_poll(sources, self.wants, PATIENCE)
        self.async_evidence_changed()
        await self.async_refresh()
        return [source for source in sources if source.error or source in late]

    @callback
    def async_evidence_changed(self) -> None:
        """Evaluate evidence received between polls, without polling."""
        if not self._changes.settled or self.is_stopped:
            return
        # Not async_set_updated_data: each call postpones the next poll, so frequent calls prevent polling.
        self._evaluation.take_evidence(dt_util.utcnow())
        self._judge()
        self._updates.show_changes()
        self._plan()
        if self._evaluation.tracker.pending and (self._judging is None or self._judging.done()):
            self._judging = self.config_entry.async_create_task(
                self.hass, self._async_judge_rest(), f"{DOMAIN} evaluate", eager_start=False
            )
        if self._polling.is_due(self.wants):
            self.config_entry.async_create_task(self.hass, self.async_request_refresh())

    @callback
    def async_webhooks_received(self) -> None:
        """Evaluate evidence received by webhook and request a poll of its sources to confirm it."""
        if self.is_stopped:
            return
        self.async_evidence_changed()
        self.config_entry.async_create_task(self.hass, self.async_request_refresh())

    @callback
    def _plan(self) -> None:
        """Schedule the next update for the time the first source is due."""
        self.update_interval = self._polling.interval(self.wants)

    # Evaluation of changes, in slices to avoid blocking the event loop

    async def _async_evaluate(self) -> None:
        """Evaluate all changes."""
        if self.is_stopped:
            return
        self._evaluation.take_evidence(dt_util.utcnow())
        self._judge()
        while self._evaluation.tracker.pending and not self._is_stopped():
            await asyncio.sleep(0)
            self._judge()

    async def _async_judge_rest(self) -> None:
        """Evaluate the changes of a webhook that did not fit into one slice."""
        while self._evaluation.tracker.pending and not self._is_stopped():
            self._judge()
            await asyncio.sleep(0)
            self._updates.show_changes()
        self._plan()

    @callback
    def _judge(self) -> None:
        """Evaluate changes for one slice of time and queue the announcements."""
        if self.is_stopped:
            return
        loop = self.hass.loop
        until = loop.time() + SLICE
        judged = self._evaluation.judge(dt_util.utcnow(), lambda: loop.time() >= until)
        # Not before: if the setup fails, nothing would cancel the save, not even the removal of the entry.
        if self._changes.settled and (judged.memory or judged.before):
            self._stored.save_soon(is_step=self._evaluation.has_step(judged))
        if judged:
            self._changes.note(judged)

    # Listeners

    @override
    @callback
    def async_add_listener(self, update_callback: CALLBACK_TYPE, context: Any = None) -> CALLBACK_TYPE:
        """Add a listener; with a request id as context, it is only called for changes of that request."""
        remove = super().async_add_listener(update_callback, context)
        return self.listeners.add(update_callback, context, remove)

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Update all entities."""
        self._updates.update(None)

    @callback
    def async_update_requests(self, numbers: Set[int]) -> None:
        """Update the entities of these requests and those shared by all."""
        self._updates.update(numbers)

    @callback
    def async_announce(self, hass: HomeAssistant) -> None:
        """Announce the changes so far once Home Assistant has started."""
        if self._changes.settled:
            self.async_update_requests(set())
