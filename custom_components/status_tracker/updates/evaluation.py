"""Evaluation of the requests from the evidence of the sources."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, cast

from ..const import LOGGER
from ..pipeline.changes import Change
from ..pipeline.enums import SEERR
from ..pipeline.incremental import Judged, Tracker
from ..pipeline.memory import Memory
from ..pipeline.overview import Overview
from ..pipeline.requests import Limits, Tracked
from ..pipeline.wants import Want, Wants
from ..sources.base import Source
from ..sources.links import tell_links
from ..sources.seerr.source import SeerrSource
from ..storage.store import StoredMemory


class Evaluation:
    """The requests evaluated so far, what they need from the sources, and which of them changed."""

    def __init__(self, sources: Mapping[str, Source], limits: Limits) -> None:
        """Initialize with all sources including Seerr, without requests."""
        self.sources = sources
        self.seerr = cast(SeerrSource, sources[SEERR])
        self.tracker = Tracker(Memory(), limits)
        self.overview = Overview()
        self.wants: Sequence[Want] = Wants({})
        self._unshown: set[int] = set()  # requests that changed since their entities were written
        self._nameless: set[int] = set()
        self._beside: tuple[object, ...] = ()

    @property
    def requests(self) -> dict[int, Tracked]:
        """Return the requests by id."""
        return self.tracker.tracked

    # Storage

    def restore(self, stored: StoredMemory) -> None:
        """Restore the stored memory and the evidence of the sources."""
        self.tracker = Tracker(stored.memory, self.tracker.limits)
        for key, part in stored.sources.items():
            if source := self.sources.get(key):
                try:
                    source.restore(part)
                except (KeyError, TypeError, ValueError, AttributeError) as err:
                    LOGGER.warning("Failed to restore the data of %s: %s", source.name, type(err).__name__)

    def copy_memory(self) -> Memory:
        """Return the memory, which later changes do not affect."""
        memory = self.tracker.memory
        return replace(memory, journeys=dict(memory.journeys), done=dict(memory.done))

    def snapshots(self) -> dict[str, Callable[[], dict[str, Any]]]:
        """Return functions for the data of each source to store, which later changes do not affect."""
        return {key: partial(source.snapshot, self.wants) for key, source in self.sources.items()}

    # Evaluation

    def take_evidence(self, now: datetime) -> None:
        """Process the current evidence of all sources."""
        tell_links(self.seerr.servers, self.sources.values())
        told = {key: source.evidence for key, source in self.sources.items()}
        self.tracker.take(told, now, listed=self.seerr.complete)

    def judge(self, now: datetime, enough: Callable[[], bool]) -> Judged:
        """Evaluate the requests affected by new evidence until `enough` returns True; return the changes."""
        judged = self.tracker.judge(now, enough)
        if judged.wants:
            self.wants = Wants(self.tracker.wants)
            for source in self.sources.values():
                source.wants_changed(self.wants, judged.wants)
                source.adjust_interval(self.wants)
        self._unshown |= self.overview.note(judged.before, self.requests)
        return judged

    def has_step(self, judged: Judged) -> bool:
        """Return whether a request was added, removed or changed its stage."""
        return any(
            before is None or (now := self.requests.get(number)) is None or now.stage is not before.stage
            for number, before in judged.before.items()
        )

    def take_unshown(self) -> Set[int] | None:
        """Return the requests to update since the last call; None if no entity is affected."""
        nameless = {number for number in self.overview.untitled if self.is_nameless(number)}
        numbers = self._unshown | (nameless ^ self._nameless)
        states = [source.state for source in self.sources.values()]
        beside = (states, self.seerr.servers, self.seerr.complete)
        changed = bool(numbers) or beside != self._beside
        self._unshown, self._nameless, self._beside = set(), nameless, beside
        return numbers if changed else None

    def is_read(self, *, but_failed: bool) -> bool:
        """Return whether every service was read since the start, including the Jellyfin index.

        With `but_failed`, services that are unavailable do not matter.
        """
        return all(
            source.caught_up(self.wants) or bool(but_failed and source.error)
            for source in self.sources.values()
        )

    # Titles

    def is_nameless(self, number: int) -> bool:
        """Return whether the title of a request is still unknown; announcements and entities wait for it."""
        request = self.requests.get(number)
        return request is not None and not request.titled and self.seerr.seeks_title(request.request)

    def named(self, change: Change) -> Change:
        """Return a change with the current title of its request."""
        now = self.requests.get(change.request.request.request_id)
        if now is None or change.request.titled:
            return change
        request = replace(
            change.request, title=now.title, titled=now.titled, year=now.year, poster=now.poster
        )
        return replace(change, request=request)
