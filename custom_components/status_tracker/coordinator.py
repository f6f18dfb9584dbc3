"""Coordinator that polls all sources, each at its own interval, and evaluates the requests."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import timedelta
from threading import get_ident
from typing import Any, cast, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import run_callback_threadsafe

from .clients.errors import InvalidAuth
from .const import (
    CONF_KEEP_FOREVER,
    CONF_KEEP_HOURS,
    CONF_LIMIT_ANIME_MATCHING,
    CONF_LIMIT_APPROVED,
    CONF_LIMIT_DOWNLOAD_DONE,
    CONF_LIMIT_DOWNLOADING,
    CONF_LIMIT_IMPORTING,
    CONF_LIMIT_INDEXED,
    DOMAIN,
    LOGGER,
    OPTIONS,
)
from .pipeline.changes import REMOVED, Change, changes
from .pipeline.enums import SEERR
from .pipeline.incremental import Tracker
from .pipeline.memory import Memory
from .pipeline.overview import Overview
from .pipeline.requests import Limits, Stage, Tracked
from .pipeline.wants import Want
from .sources.base import Source
from .sources.links import tell_links
from .sources.seerr.source import SeerrSource
from .storage.announcements import Announcements
from .storage.durations import Durations
from .storage.store import MemoryStore, StoredMemory

SAVE_DELAY = 30
PATIENCE = 5.0  # seconds an update waits for its sources; slower ones are evaluated when they finish
ROUNDS = 4  # polls per update: the result of one source can make another one due
CONFIRM_AFTER = 1.5
SLICE = 0.004  # maximum seconds of evaluation per iteration of the event loop
CHUNK = 25  # entities written per iteration when all are updated
SLACK = timedelta(seconds=3)  # also poll sources due within this time, to reduce the number of updates
SHORTEST = timedelta(seconds=2)
LONGEST = timedelta(minutes=1)

LIMIT_OPTIONS: Mapping[Stage, str] = {
    Stage.APPROVED: CONF_LIMIT_APPROVED,
    Stage.INDEXED: CONF_LIMIT_INDEXED,
    Stage.DOWNLOADING: CONF_LIMIT_DOWNLOADING,
    Stage.DOWNLOAD_DONE: CONF_LIMIT_DOWNLOAD_DONE,
    Stage.IMPORTING: CONF_LIMIT_IMPORTING,
    Stage.ANIME_MATCHING: CONF_LIMIT_ANIME_MATCHING,
}


def limits_of(options: Mapping[str, Any]) -> Limits:
    """Return the limits set in the options, with the defaults for those not set."""
    chosen = {**OPTIONS, **options}
    keep = timedelta(hours=float(chosen[CONF_KEEP_HOURS]))
    return Limits(
        keep=timedelta.max if chosen[CONF_KEEP_FOREVER] else keep,
        stages={stage: timedelta(minutes=float(chosen[key])) for stage, key in LIMIT_OPTIONS.items()},
    )


class StatusTrackerCoordinator(DataUpdateCoordinator[dict[int, Tracked]]):
    """Coordinator that polls the sources and evaluates the requests; `data` maps request ids to requests."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        sources: Sequence[Source],
        on_refused: Callable[[str | None], None],
    ) -> None:
        """Initialize with all sources including Seerr; `on_refused` starts reauthentication for a source."""
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
        self._on_refused = on_refused
        self.tracker = Tracker(Memory(), limits_of(entry.options))
        self.data = self.tracker.tracked
        self.overview = Overview()
        self.wants: tuple[Want, ...] = ()
        self.changed: Set[int] | None = (
            None  # changed requests while listeners are called; None: any may have changed
        )
        self._store = MemoryStore(hass, entry.entry_id)
        self.announcements = Announcements(hass, entry)
        self.durations = Durations(hass, entry)
        self._beside: tuple[object, ...] = ()
        self._day = dt_util.as_local(dt_util.utcnow()).date()
        self._nameless: set[int] = set()
        self._unshown: set[int] = set()  # requests that changed since their entities were written
        self._by_request: dict[int, list[CALLBACK_TYPE]] = defaultdict(list)
        self._general: dict[CALLBACK_TYPE, CALLBACK_TYPE] = {}
        self._judging: asyncio.Task[None] | None = None
        self._settled = False
        self._stopped = False
        self._refused: set[str] = set()
        self.addresses: dict[str, str] = {}  # in Seerr, when they last matched the configured ones

    @property
    def seerr(self) -> SeerrSource:
        """Return the Seerr source, which every entry has."""
        return cast(SeerrSource, self.sources[SEERR])

    @property
    def memory(self) -> Memory:
        """Return the memory of the requests."""
        return self.tracker.memory

    @property
    def limits(self) -> Limits:
        """Return the limits set in the options."""
        return self.tracker.limits

    # Storage

    @override
    async def _async_setup(self) -> None:
        """Load the stored memory, announcements and durations."""
        await self.announcements.async_load()
        await self.durations.async_load()
        await self._async_restore()
        self.announcements.begin(self.data)

    async def _async_restore(self) -> None:
        """Restore the stored memory and the evidence of the sources."""
        if (stored := await self._store.async_read_as(StoredMemory.from_dict)) is None:
            return
        self.tracker, self.addresses = Tracker(stored.memory, self.limits), stored.addresses
        self.data = self.tracker.tracked
        for key, part in stored.sources.items():
            if source := self.sources.get(key):
                try:
                    source.restore(part)
                except (KeyError, TypeError, ValueError, AttributeError) as err:
                    LOGGER.warning("Failed to restore the data of %s: %s", source.name, type(err).__name__)
        await self._async_evaluate()
        self.announcements.unheard.clear()

    @callback
    def _snapshot(self) -> StoredMemory:
        """Return what is to be stored as it is now."""
        memory = replace(self.memory, journeys=dict(self.memory.journeys), done=dict(self.memory.done))
        parts = {key: source.snapshot(self.wants) for key, source in self.sources.items()}
        return StoredMemory(memory=memory, sources=parts, addresses=dict(self.addresses))

    def _stored(self) -> dict[str, Any]:
        """Return the data to store; the store calls it outside the event loop."""
        if self.hass.loop_thread_id == get_ident():
            return self._snapshot().to_dict()
        return run_callback_threadsafe(self.hass.loop, self._snapshot).result().to_dict()

    async def async_save(self) -> None:
        """Save the memory, announcements and durations immediately."""
        await self.announcements.async_save()
        await self.durations.async_save()
        await self._store.async_save(await self.hass.async_add_executor_job(self._stored))

    # Stop and resume

    @callback
    def async_stop(self) -> None:
        """Stop polling and updating before the entry is unloaded."""
        self._stopped = True

    @callback
    def async_resume(self) -> None:
        """Resume after a failed unload and poll all services again."""
        self._stopped = False
        for source in self.sources.values():
            source.poll_soon()
        self.async_webhooks_received()

    @property
    def is_stopped(self) -> bool:
        """Return whether the entry is being unloaded."""
        return self._stopped

    def _is_stopped(self) -> bool:
        """Return whether the coordinator was stopped during an await."""
        return self._stopped or self._shutdown_requested

    # Update cycle

    @override
    async def _async_update_data(self) -> dict[int, Tracked]:
        """Poll the sources that are due and evaluate the requests, without waiting for slow sources."""
        if self._stopped:
            return self.data
        deadline = self.hass.loop.time() + PATIENCE
        polled: set[str] = set()
        for _ in range(ROUNDS):
            now = dt_util.utcnow()
            due = [
                source
                for source in self.sources.values()
                if (source.due(now + SLACK) and source.key not in polled) or source.needs_poll(self.wants)
            ]
            if not due or self._is_stopped():
                break
            polled.update(source.key for source in due)
            await self._async_poll(due, deadline - self.hass.loop.time())
            await self._async_evaluate()
        if self._is_stopped():
            return self.data
        if not self.seerr.last_success:
            self._raise_unready()
        if not self._settled:
            self._settled = True
            self.announcements.note_quiet(self.data)
            self._log_unreachable()
        self._plan()
        self._show_changes()
        return self.data

    async def async_ask(self, *sources: Source) -> list[Source]:
        """Poll these sources now, then any that become due; return those that failed or timed out."""
        late = await self._async_poll(sources, PATIENCE)
        self.async_evidence_changed()
        await self.async_refresh()
        return [source for source in sources if source.error or source in late]

    async def _async_poll(self, due: Sequence[Source], patience: float) -> list[Source]:
        """Poll the sources concurrently; return those still running after `patience` seconds."""
        tasks = [
            self.config_entry.async_create_background_task(
                self.hass, source.refresh(self.wants), f"{DOMAIN} poll {source.name}", eager_start=True
            )
            for source in due
        ]
        _, late = await asyncio.wait(tasks, timeout=max(patience, 0.1))
        for task in late:
            task.add_done_callback(self._late)
        for source in due:
            self._check_auth(source)
        return [source for source, task in zip(due, tasks, strict=True) if task in late]

    @callback
    def _late(self, task: asyncio.Task[None]) -> None:
        """Evaluate the evidence of a slow source once its poll has finished."""
        if not task.cancelled():
            self.async_evidence_changed()
            for source in self.sources.values():
                self._check_auth(source)

    @callback
    def async_evidence_changed(self) -> None:
        """Evaluate evidence received between polls, without polling."""
        if not self._settled or self._stopped:
            return
        # Not async_set_updated_data: each call postpones the next poll, so frequent calls prevent polling.
        self._take_evidence()
        self._judge()
        self._show_changes()
        self._plan()
        if self.tracker.pending and (self._judging is None or self._judging.done()):
            self._judging = self.config_entry.async_create_task(
                self.hass, self._async_judge_rest(), f"{DOMAIN} evaluate", eager_start=False
            )
        now = dt_util.utcnow()
        if any(source.due(now) or source.needs_poll(self.wants) for source in self.sources.values()):
            self.config_entry.async_create_task(self.hass, self.async_request_refresh())

    @callback
    def async_webhooks_received(self) -> None:
        """Evaluate evidence received by webhook and request a poll of its sources to confirm it."""
        if self._stopped:
            return
        self.async_evidence_changed()
        self.config_entry.async_create_task(self.hass, self.async_request_refresh())

    # Evaluation of changes, in slices to avoid blocking the event loop

    async def _async_evaluate(self) -> None:
        """Evaluate all changes."""
        self._take_evidence()
        self._judge()
        while self.tracker.pending and not self._is_stopped():
            await asyncio.sleep(0)
            self._judge()

    async def _async_judge_rest(self) -> None:
        """Evaluate the changes of a webhook that did not fit into one slice."""
        while self.tracker.pending and not self._is_stopped():
            self._judge()
            self._show_changes()
            await asyncio.sleep(0)
        self._plan()

    @callback
    def _take_evidence(self) -> None:
        """Evaluate every request from the current evidence and queue the changes."""
        if self._stopped:
            return
        tell_links(self.seerr.servers, self.sources.values())
        told = {key: source.evidence for key, source in self.sources.items()}
        self.tracker.take(told, dt_util.utcnow(), listed=self.seerr.complete)

    @callback
    def _judge(self) -> None:
        """Evaluate changes for one slice of time and queue the announcements."""
        if self._stopped:
            return
        loop = self.hass.loop
        until = loop.time() + SLICE
        judged = self.tracker.judge(dt_util.utcnow(), lambda: loop.time() >= until)
        if not judged:
            return
        if judged.wants:
            self.wants = tuple(self.tracker.wants.values())
            for source in self.sources.values():
                source.wants_changed(self.wants, judged.wants)
                source.adjust_interval(self.wants)
        if judged.memory or judged.before:
            self._store.async_delay_save(self._stored, SAVE_DELAY)
        self._unshown |= self.overview.note(judged.before, self.data)
        after = {number: self.data[number] for number in judged.before if number in self.data}
        if not self.tracker.first:  # the first evaluation has no earlier state to compare with
            before = {number: one for number, one in judged.before.items() if one}
            found = changes(before, after, self.memory.done)
            self.announcements.unheard += found
            if self._settled:  # the end time of changes made while Home Assistant was off is unknown
                self.durations.note(found)
        if self._settled:
            self.announcements.note_quiet(after)

    @callback
    def _plan(self) -> None:
        """Schedule the next update for the time the first source is due."""
        now = dt_util.utcnow()
        waits = [source.next_poll - now if source.next_poll else SHORTEST for source in self.sources.values()]
        if any(source.needs_poll(self.wants) for source in self.sources.values()):
            waits.append(SHORTEST)
        self.update_interval = min(max(min(waits), SHORTEST), LONGEST)

    def _raise_unready(self) -> None:
        """Raise the error that prevented the first successful poll of Seerr."""
        error = self.seerr.error
        if isinstance(error, InvalidAuth):
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="auth_failed",
                translation_placeholders={"service": self.seerr.name},
            )
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="seerr_unavailable",
            translation_placeholders={"error": str(error) if error else "no response yet"},
        )

    @callback
    def _check_auth(self, source: Source) -> None:
        """Start reauthentication once when a service rejects its credentials."""
        if self._stopped:
            return
        if not isinstance(source.error, InvalidAuth):
            self._refused.discard(source.key)
        elif source.key not in self._refused and (source.key != SEERR or source.last_success):
            self._refused.add(source.key)
            self._on_refused(None if source.key == SEERR else source.key)

    # Changes

    @override
    @callback
    def async_add_listener(self, update_callback: CALLBACK_TYPE, context: Any = None) -> CALLBACK_TYPE:
        """Add a listener; with a request id as context, it is only called for changes of that request."""
        remove_listener = super().async_add_listener(update_callback, context)
        if isinstance(context, int):
            self._by_request[context].append(update_callback)
        else:
            self._general[remove_listener] = update_callback

        @callback
        def remove() -> None:
            """Remove the listener."""
            remove_listener()
            if not isinstance(context, int):
                del self._general[remove_listener]
                return
            self._by_request[context].remove(update_callback)
            if not self._by_request[context]:
                del self._by_request[context]

        return remove

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Update all entities."""
        self._update(None)

    @callback
    def async_update_requests(self, numbers: Set[int]) -> None:
        """Update the entities of these requests and those shared by all."""
        self._update(numbers)

    @callback
    def _update(self, numbers: Set[int] | None) -> None:
        """Update entities; announce removals before, all other changes after."""
        if self._stopped:
            return
        if self.announcements.waiting and self._is_read():
            self.announcements.settle(self.data)
        self.announcements.announce(lambda change: change.kind == REMOVED, self._named)
        self.changed = numbers
        try:
            if numbers is None:
                super().async_update_listeners()
            else:
                listeners = [one for number in sorted(numbers) for one in self._by_request.get(number, ())]
                for listener in [*listeners, *self._general.values()]:
                    listener()
        finally:
            self.changed = None
        self.announcements.announce(
            lambda change: not self.is_nameless(change.request.request.request_id), self._named
        )

    @callback
    def _show_changes(self) -> None:
        """Update the entities of changed requests and the shared entities that changed."""
        nameless = {number for number in self.overview.untitled if self.is_nameless(number)}
        numbers = self._unshown | (nameless ^ self._nameless)
        states = [source.state for source in self.sources.values()]
        beside = (states, self.seerr.servers, self.seerr.complete)
        today = dt_util.as_local(dt_util.utcnow()).date()  # the status text contains "today" and "tomorrow"
        changed = bool(numbers) or beside != self._beside
        self._unshown, self._nameless, self._beside = set(), nameless, beside
        if changed:
            self._update(numbers)
        if today != self._day:
            self._day = today
            self.config_entry.async_create_task(self.hass, self._async_update_all(), f"{DOMAIN} new day")

    async def _async_update_all(self) -> None:
        """Update all entities in slices."""
        numbers = sorted(self.data)
        for start in range(0, len(numbers), CHUNK):
            self._update(set(numbers[start : start + CHUNK]))
            await asyncio.sleep(0)

    def _is_read(self) -> bool:
        """Return whether every service was read since the start, including the Jellyfin index."""
        return all(source.caught_up(self.wants) for source in self.sources.values())

    def _named(self, change: Change) -> Change:
        """Return a change with the current title of its request."""
        now = self.data.get(change.request.request.request_id)
        if now is None or change.request.titled:
            return change
        request = replace(
            change.request, title=now.title, titled=now.titled, year=now.year, poster=now.poster
        )
        return replace(change, request=request)

    @property
    def titled_requests(self) -> list[Tracked]:
        """Return the requests with a known title."""
        return [request for number, request in self.data.items() if not self.is_nameless(number)]

    def is_nameless(self, number: int) -> bool:
        """Return whether the title of a request is still unknown; announcements and entities wait for it."""
        request = self.data.get(number)
        return request is not None and not request.titled and self.seerr.seeks_title(request.request)

    @callback
    def _log_unreachable(self) -> None:
        """Log the services that are unreachable at startup."""
        for source in self.sources.values():
            if source.error and source.last_success is None:
                LOGGER.warning("Unable to reach %s: %s", source.name, source.error)
