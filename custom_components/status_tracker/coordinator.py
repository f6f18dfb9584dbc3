"""One coordinator for all sources: each polls at its own cadence, the pipeline decides, entities look."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .clients.errors import InvalidAuth
from .const import (
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
from .pipeline.evidence import Evidence, Want
from .pipeline.requests import Limits, Stage, Tracked
from .pipeline.terms import SEERR
from .pipeline.tracker import Memory, evaluate
from .sources.base import Source
from .sources.links import tell_links
from .sources.seerr.source import SeerrSource
from .storage.announcements import Announcements
from .storage.durations import Durations
from .storage.store import MemoryStore

SAVE_DELAY = 30
PATIENCE = 5.0  # an update waits this long for its sources; slower ones are taken in when they come
ROUNDS = 4  # what one source tells can make another one due
CONFIRM_AFTER = 1.5
JUDGE_EVERY = timedelta(seconds=30)  # by the same evidence, for then only time can tell anything new
SLACK = timedelta(seconds=3)  # those that will be due this soon come along, so that few updates serve all
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
    """Return the limits the options set, or their defaults."""
    chosen = {**OPTIONS, **options}
    return Limits(
        keep=timedelta(hours=float(chosen[CONF_KEEP_HOURS])),
        stages={stage: timedelta(minutes=float(chosen[key])) for stage, key in LIMIT_OPTIONS.items()},
    )


class StatusTrackerCoordinator(DataUpdateCoordinator[dict[int, Tracked]]):
    """Keeps the sources going and the requests judged; its data are the requests by their number."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        sources: Sequence[Source],
        on_refused: Callable[[str | None], None],
    ) -> None:
        """Take the sources, Seerr's among them, and what asks for new credentials of one of them."""
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
        self.memory = Memory()
        self.wants: tuple[Want, ...] = ()
        self.limits = limits_of(entry.options)
        self._store = MemoryStore(hass, entry.entry_id)
        self._announcements = Announcements(hass, entry)
        self.durations = Durations(hass, entry)
        self._change_listeners: list[Callable[[Change], None]] = []
        self._beside: tuple[object, ...] = ()
        self.names: Counter[tuple[str, int | None]] = Counter()
        self._unheard: list[Change] = []
        self._basis: tuple[Evidence, bool] | None = None
        self._judged = dt_util.utcnow()
        self._settled = False
        self._stopped = False
        self._refused: set[str] = set()
        self.addresses: dict[str, str] = {}  # of Seerr's settings, as they were when ours agreed

    @property
    def seerr(self) -> SeerrSource:
        """Return the one source that every entry has."""
        return cast(SeerrSource, self.sources[SEERR])

    # The memory

    @override
    async def _async_setup(self) -> None:
        """Read back what was known before the restart, and what had been announced of it."""
        await self._announcements.async_load()
        await self.durations.async_load()
        await self._async_restore()
        self._announcements.begin(self.data or {})

    async def _async_restore(self) -> None:
        """Take back the stored memory and the sources' evidence."""
        stored = await self._store.async_read()
        if not stored:
            return
        try:
            self.memory = Memory.from_dict(stored["memory"])
            parts = dict(stored["sources"])
            self.addresses = {str(key): str(url) for key, url in dict(stored.get("addresses", {})).items()}
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            LOGGER.warning("The stored memory is damaged, starting anew: %s", type(err).__name__)
            self.memory = Memory()
            await self._store.async_set_aside()
            return
        for key, part in parts.items():
            if source := self.sources.get(key):
                try:
                    source.restore(part)
                except (KeyError, TypeError, ValueError, AttributeError) as err:
                    LOGGER.warning("What was stored of %s is damaged: %s", source.name, type(err).__name__)
        self._judge_anew()
        self._unheard.clear()

    @callback
    def _stored(self) -> dict[str, Any]:
        """Return what must outlive a restart."""
        return {
            "memory": self.memory.to_dict(),
            "addresses": self.addresses,
            "sources": {key: source.dump(self.wants) for key, source in self.sources.items()},
        }

    async def async_save(self) -> None:
        """Write the memory down at once."""
        await self._announcements.async_save()
        await self.durations.async_save()
        await self._store.async_save(self._stored())

    # Stopping

    @callback
    def async_stop(self) -> None:
        """Judge, poll and show nothing more: the entry is being unloaded. The next start catches up."""
        self._stopped = True

    @callback
    def async_resume(self) -> None:
        """Go on after an unload that failed, and poll every service for what has happened meanwhile."""
        self._stopped = False
        for source in self.sources.values():
            source.poll_soon()
        self.async_webhooks_received()

    def _is_stopped(self) -> bool:
        """Return whether it has been stopped since it began."""
        return self._stopped or self._shutdown_requested

    # The cycle

    @override
    async def _async_update_data(self) -> dict[int, Tracked]:
        """Poll what is due, wait a moment for it, and judge by what came."""
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
            self._judge_anew()
        if self._is_stopped():
            return self.data
        if not self.seerr.last_success:
            self._raise_unready()
        if not self._settled:
            self._settled = True
            self._tell_of_silent()
        self._plan()
        beside = (
            [source.state for source in self.sources.values()],
            self.seerr.servers,
            self.seerr.complete,
            [number for number in self.data if self.is_nameless(number)],
        )
        if beside != self._beside:
            self._beside = beside
            self.async_update_listeners()
        return self.data

    async def async_ask(self, *sources: Source) -> list[Source]:
        """Poll sources anew, due or not, then those that come to be due; return which did not answer."""
        late = await self._async_poll(sources, PATIENCE)
        self.async_evidence_changed()
        await self.async_refresh()
        return [source for source in sources if source.error or source in late]

    async def _async_poll(self, due: Sequence[Source], patience: float) -> list[Source]:
        """Poll the sources side by side; return those that are late: they are taken in when they are done."""
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
        """Take in what a slow source brought after all."""
        if not task.cancelled():
            self.async_evidence_changed()
            for source in self.sources.values():
                self._check_auth(source)

    @callback
    def async_evidence_changed(self) -> None:
        """Judge anew at once, without asking anybody: evidence has come in between."""
        if not self._settled or self._stopped:
            return
        # Not async_set_updated_data: each call of it puts off the next poll, many would put it off for ever.
        self._judge_anew()
        self.async_update_listeners()
        self._plan()
        now = dt_util.utcnow()
        if any(source.due(now) or source.needs_poll(self.wants) for source in self.sources.values()):
            self.config_entry.async_create_task(self.hass, self.async_request_refresh())

    @callback
    def async_webhooks_received(self) -> None:
        """Judge by what webhooks have told their sources; a poll of those confirms it soon."""
        if self._stopped:
            return
        self.async_evidence_changed()
        self.config_entry.async_create_task(self.hass, self.async_request_refresh())

    @callback
    def _judge_anew(self) -> None:
        """Judge every request by the evidence at hand, and note what has changed."""
        if self._stopped:
            return
        tell_links(self.seerr.servers, self.sources.values())
        evidence = Evidence.merge([source.evidence for source in self.sources.values()])
        now, basis = dt_util.utcnow(), (evidence, self.seerr.complete)
        if basis == self._basis and timedelta() <= now - self._judged < JUDGE_EVERY:
            return
        news = self.memory.started is not None
        outcome = evaluate(evidence, self.memory, self.limits, now, listed=self.seerr.complete)
        # What has changed by being judged may make a difference the next time.
        self._basis, self._judged = None if outcome.changed else basis, now
        self.wants = outcome.wants
        for source in self.sources.values():
            source.adjust_interval(self.wants)
        if outcome.changed:
            self._store.async_delay_save(self._stored, SAVE_DELAY)
        before, self.data = self.data or {}, dict(outcome.tracked)
        self.names = Counter((request.title, request.year) for request in self.data.values())
        if news:  # at the very first look nothing has happened
            found = changes(before, self.data, self.memory.done)
            self._unheard += found
            if self._settled:  # when something ended while Home Assistant was off is not known
                self.durations.note(found)

    @callback
    def _plan(self) -> None:
        """Set the next update to when the first source is due."""
        now = dt_util.utcnow()
        waits = [source.next_poll - now if source.next_poll else SHORTEST for source in self.sources.values()]
        if any(source.needs_poll(self.wants) for source in self.sources.values()):
            waits.append(SHORTEST)
        self.update_interval = min(max(min(waits), SHORTEST), LONGEST)

    def _raise_unready(self) -> None:
        """Raise why Seerr could not be read even once."""
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
            translation_placeholders={"error": str(error) if error else "no answer yet"},
        )

    @callback
    def _check_auth(self, source: Source) -> None:
        """Ask the person once for a new key when a service refuses the one we have."""
        if self._stopped:
            return
        if not isinstance(source.error, InvalidAuth):
            self._refused.discard(source.key)
        elif source.key not in self._refused and (source.key != SEERR or source.last_success):
            self._refused.add(source.key)
            self._on_refused(None if source.key == SEERR else source.key)

    # What happened

    @callback
    def async_add_change_listener(self, listener: Callable[[Change], None]) -> CALLBACK_TYPE:
        """Call the listener with every change, at the next update with those that nobody has heard of yet."""
        self._change_listeners.append(listener)
        return lambda: self._change_listeners.remove(listener)

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Update the entities; tell who leaves while the entity is there, the rest when all have come."""
        if self._stopped:
            return
        if self._announcements.waiting and self._is_read():
            others = [change for change in self._unheard if not self._announcements.holds(change)]
            self._unheard = others + self._announcements.settle(self.data)
        self._tell(lambda change: change.kind == REMOVED)
        super().async_update_listeners()
        self._tell(lambda change: not self.is_nameless(change.request.request.request_id))

    @callback
    def _tell(self, fit: Callable[[Change], bool]) -> None:
        """Tell of the changes nobody has heard of, as far as they are fit to be told now."""
        if not self._change_listeners:
            return
        unheard, self._unheard = self._unheard, []
        for change in unheard:
            if self._announcements.holds(change):
                continue
            if not fit(change):
                self._unheard.append(change)
                continue
            for listener in list(self._change_listeners):
                listener(self._named(change))
            self._announcements.note(change)

    def _is_read(self) -> bool:
        """Return whether every service has been read since the start, Jellyfin's index included."""
        return all(source.caught_up(self.wants) for source in self.sources.values())

    def _named(self, change: Change) -> Change:
        """Return a change of a request that has got its title since with that."""
        now = self.data.get(change.request.request.request_id)
        if now is None or change.request.titled:
            return change
        request = replace(
            change.request, title=now.title, titled=now.titled, year=now.year, poster=now.poster
        )
        return replace(change, request=request)

    def is_nameless(self, number: int) -> bool:
        """Return whether the title of a request is still on its way; entity ids and messages wait for it."""
        request = self.data.get(number)
        return request is not None and not request.titled and self.seerr.seeks_title(request.request)

    @callback
    def _tell_of_silent(self) -> None:
        """Log once, at the start, which services do not answer."""
        for source in self.sources.values():
            if source.error and source.last_success is None:
                LOGGER.warning("%s does not answer: %s", source.name, source.error)
