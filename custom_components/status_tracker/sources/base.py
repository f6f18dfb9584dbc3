"""What every source is: its cadence, its health, its last good evidence."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, ClassVar, final

from ..clients.errors import BadAnswer, ClientError, InvalidAuth, TimedOut
from ..clients.http import HttpClient
from ..pipeline.enums import Service
from ..pipeline.evidence import Evidence
from ..pipeline.evidence.base import ServiceEvidence
from ..pipeline.wants import Want

LOGGER = logging.getLogger(__name__)

FAST = timedelta(seconds=15)
CALM = timedelta(minutes=1)
SLOW = timedelta(minutes=5)
BACK_OFF_MAX = timedelta(minutes=10)
POLL_LIMIT = 60.0


class Source(ABC):
    """One service: polled when due, told by webhooks, and its last good evidence stands meanwhile."""

    service: ClassVar[Service]
    http: HttpClient | None = None  # how it asks; each kind of service speaks to its own

    def __init__(
        self,
        key: str,
        name: str,
        *,
        clock: Callable[[], datetime],
        seerr_id: int | None = None,
        is_4k: bool = False,
    ) -> None:
        """Start without evidence and in good faith; the clock gives aware UTC times."""
        self.key = key
        self.name = name
        self.clock = clock
        self.state = ServiceEvidence(
            source=key, service=self.service, name=name, seerr_id=seerr_id, is_4k=is_4k
        )
        self.link_url: str | None = None  # where a person set the address of links
        self.told_link: str | None = None  # what Seerr's settings hold for the same
        self.error: ClientError | None = None
        self.last_success: datetime | None = None
        self.polls = 0
        self.missed_webhooks = 0
        self.missed_since: datetime | None = None
        self._webhooks_since: datetime | None = None
        self._next: datetime | None = None
        self._failures = 0
        self._answered: Hashable = None
        self._poll_again = False
        self._lock = asyncio.Lock()
        self._last_evidence: Evidence | None = None

    @property
    def link_base(self) -> str | None:
        """Return the address people reach the service at: set by hand, of Seerr's settings, else ours."""
        return self.link_url or self.told_link or (self.http.url if self.http else None)

    def tell_link(self, url: str | None) -> None:
        """Take the address people reach the service at, as Seerr's settings hold it."""
        if url != self.told_link:
            self.told_link = url
            self.evidence_changed()

    # What a source says

    @abstractmethod
    def _evidence(self) -> Evidence:
        """Return the last good evidence, without `services`."""

    @final
    @property
    def evidence(self) -> Evidence:
        """Return the last good evidence and how the service is: the same object until something changed."""
        if self._last_evidence is None or self._lock.locked():  # a poll under way changes it
            self._last_evidence = replace(self._evidence(), services=(self.state,))
        elif self._last_evidence.services[0] is not self.state:
            self._last_evidence = replace(self._last_evidence, services=(self.state,))
        return self._last_evidence

    def evidence_changed(self) -> None:
        """Have the evidence made anew: something was polled, told or restored."""
        self._last_evidence = None

    @abstractmethod
    async def _poll(self, wants: Sequence[Want]) -> None:
        """Ask the service what the wants need and keep it; raises ClientError."""

    @final
    def receive(self, payload: dict[str, Any]) -> bool:
        """Take a webhook's payload as evidence, without any call; False if it means nothing here."""
        self.evidence_changed()
        return self._receive(payload)

    def _receive(self, payload: dict[str, Any]) -> bool:
        """Take a webhook's payload as evidence, where the service sends any."""
        return False

    def expect_webhooks(self, expected: bool) -> None:
        """Say that webhooks tell of changes from now on, or that they do not."""
        if expected is not bool(self._webhooks_since):
            self._webhooks_since = self.clock() if expected else None
            self._heard_webhook()

    def _heard_webhook(self) -> None:
        """Take it that webhooks arrive; a test alone does not show it."""
        self.missed_webhooks, self.missed_since = 0, None

    def _note_missed_webhook(self, at: datetime | None = None) -> None:
        """Count a change of this time that a poll shows and a webhook should have told."""
        if self._webhooks_since and (at is None or at > self._webhooks_since):
            self.missed_webhooks += 1
            self.missed_since = self.missed_since or self.clock()

    async def listen(self, changed: Callable[[], None]) -> None:
        """Hold a push connection until cancelled, where the service offers one; calls `changed` on news."""

    async def close(self) -> None:
        """Close what the source holds open."""

    # What survives a restart

    @abstractmethod
    def dump(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return what must survive a restart, as plain JSON, bounded by the wants."""

    @final
    def restore(self, data: dict[str, Any]) -> None:
        """Take back what `dump` gave, as last good evidence."""
        self.evidence_changed()
        self._restore(data)

    @abstractmethod
    def _restore(self, data: dict[str, Any]) -> None:
        """Take back what `dump` gave."""

    # Cadence and health

    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return the time to the next poll: fast while something loads, slow when all is quiet."""
        if any(want.in_flight for want in wants):
            return FAST
        return CALM if any(not want.finished for want in wants) else SLOW

    def due(self, now: datetime) -> bool:
        """Return whether it is time to poll and no poll is under way."""
        return not self._lock.locked() and (self._next is None or now >= self._next)

    def needs(self, wants: Sequence[Want]) -> Hashable:
        """Return what of the wants this service is asked for: a change of it makes a poll due."""
        return frozenset(want.request_id for want in wants)

    def needs_poll(self, wants: Sequence[Want]) -> bool:
        """Return whether the wants have come to need what the last poll was not asked for."""
        return self.state.ok and not self._lock.locked() and self.needs(wants) != self._answered

    def caught_up(self, wants: Sequence[Want]) -> bool:
        """Return whether all that the wants need has been read since the start."""
        return self.last_success is not None and self.state.ok and not self.needs_poll(wants)

    def adjust_interval(self, wants: Sequence[Want]) -> None:
        """Bring the next poll forward if the wants now need a shorter interval."""
        if self.error is None and self._next and self.last_success:
            self._next = min(self._next, self.last_success + self.interval(wants))

    @property
    def next_poll(self) -> datetime | None:
        """Return when the next poll is due, None for at once."""
        return self._next

    def poll_soon(self) -> None:
        """Make the next poll due at once, or another one when the present one has ended."""
        self._next, self._poll_again = None, True

    @final
    async def refresh(self, wants: Sequence[Want]) -> None:
        """Poll within the time limit and keep the verdict as health; never raises ClientError."""
        async with self._lock:
            self.polls += 1
            self._poll_again = False
            self._answered = self.needs(wants)
            error: ClientError | None = None
            try:
                async with asyncio.timeout(POLL_LIMIT):
                    await self._poll(wants)
            except ClientError as err:
                error = err
            except TimeoutError:
                error = TimedOut(f"{self.name}: no answer in time")
            except Exception:
                LOGGER.exception("Unexpected error polling %s", self.name)
                error = BadAnswer(f"{self.name}: unexpected error")
            finally:
                self.evidence_changed()
            self._judge(error, wants)

    def _judge(self, error: ClientError | None, wants: Sequence[Want]) -> None:
        """Set health and the next poll by how the last one went; a change is logged once."""
        now = self.clock()
        was_ok = self.state.ok
        self.error = error
        if error is None:
            self._failures = 0
            self.last_success = now
            self._next = now + self.interval(wants)
        else:
            self._failures += 1
            self._next = now + min(self.interval(wants) * 2**self._failures, BACK_OFF_MAX)
            if isinstance(error, InvalidAuth):
                self._next = now + BACK_OFF_MAX
        if self._poll_again and error is None:
            self._next = None
        reason = error.reason if error else None
        if (error is None, reason) != (was_ok, self.state.reason):
            self.state = replace(self.state, ok=error is None, reason=reason, since=now)
        if was_ok and error:
            # Before the first answer the set-up tells of it, which may be tried again and again
            level = logging.WARNING if self.last_success else logging.DEBUG
            LOGGER.log(level, "%s is unavailable: %s", self.name, error)
        elif not was_ok and error is None:
            LOGGER.info("%s is back", self.name)
