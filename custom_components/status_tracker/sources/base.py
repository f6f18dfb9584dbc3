"""Base class of the sources: polling interval, availability and last evidence."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, ClassVar, final

from ..clients.errors import BadAnswer, ClientError, InvalidAuth, NotReady, TimedOut
from ..clients.http import HttpClient
from ..pipeline.enums import Service
from ..pipeline.evidence import Evidence
from ..pipeline.evidence.base import ServiceEvidence
from ..pipeline.wants import Want
from .needs import Needs, Pace

LOGGER = logging.getLogger(__name__)

FAST = timedelta(seconds=15)
CALM = timedelta(minutes=1)
SLOW = timedelta(minutes=5)
BACK_OFF_MAX = timedelta(minutes=10)
POLL_LIMIT = 60.0


class Source(ABC):
    """A service that is polled and can receive webhooks; keeps its last evidence while unavailable."""

    service: ClassVar[Service]
    http: HttpClient | None = None  # the client, whose type depends on the service

    def __init__(
        self,
        key: str,
        name: str,
        *,
        clock: Callable[[], datetime],
        seerr_id: int | None = None,
        is_4k: bool = False,
    ) -> None:
        """Initialize without evidence, as available; `clock` returns aware UTC times."""
        self.key = key
        self.name = name
        self.clock = clock
        self.state = ServiceEvidence(
            source=key, service=self.service, name=name, seerr_id=seerr_id, is_4k=is_4k
        )
        self.link_url: str | None = None  # set in the options
        self.told_link: str | None = None  # external address in the settings of Seerr
        self.error: ClientError | None = None
        self.last_success: datetime | None = None
        self.polls = 0
        self.missed_webhooks = 0
        self.missed_since: datetime | None = None
        self._webhooks_since: datetime | None = None
        self._webhooks_heard = False
        self._next: datetime | None = None
        self._failures = 0
        self._needs = Needs(self.need)
        self._poll_again = False
        self._lock = asyncio.Lock()
        self._last_evidence: Evidence | None = None

    @property
    def link_base(self) -> str | None:
        """Return the external address of the service: configured, from Seerr, else that of the client."""
        return self.link_url or self.told_link or (self.http.url if self.http else None)

    def tell_link(self, url: str | None) -> None:
        """Set the external address found in the settings of Seerr."""
        if url != self.told_link:
            self.told_link = url
            self.evidence_changed()

    # Evidence

    @abstractmethod
    def _evidence(self) -> Evidence:
        """Return the last evidence, without `services`."""

    @final
    @property
    def evidence(self) -> Evidence:
        """Return the last evidence and the availability of the service; the same object until it changes."""
        if self._last_evidence is None or self._lock.locked():  # may be changed by the poll in progress
            self._last_evidence = replace(self._evidence(), services=(self.state,))
        elif self._last_evidence.services[0] is not self.state:
            self._last_evidence = replace(self._last_evidence, services=(self.state,))
        return self._last_evidence

    def evidence_changed(self) -> None:
        """Invalidate the cached evidence after a poll, webhook or restore."""
        self._last_evidence = None

    @abstractmethod
    async def _poll(self, wants: Sequence[Want]) -> None:
        """Fetch the data the wants need and store it; raises ClientError."""

    @final
    def receive(self, payload: dict[str, Any]) -> bool:
        """Process a webhook payload without any request; False if it is not relevant."""
        self.evidence_changed()
        return self._receive(payload)

    def _receive(self, payload: dict[str, Any]) -> bool:
        """Process a webhook payload, if the service sends webhooks."""
        return False

    def expect_webhooks(self, expected: bool) -> None:
        """Set whether webhooks about changes are expected from now on."""
        if expected is not bool(self._webhooks_since):
            self._webhooks_since = self.clock() if expected else None
            self._webhooks_heard = False
            self.missed_webhooks, self.missed_since = 0, None

    def _heard_webhook(self) -> None:
        """Reset the count of missed webhooks; a test webhook does not reset it."""
        self._webhooks_heard = self._webhooks_since is not None
        self.missed_webhooks, self.missed_since = 0, None

    def _note_missed_webhook(self, at: datetime | None = None) -> None:
        """Count a change found by a poll that a webhook should have reported before."""
        if self._webhooks_since and (at is None or at > self._webhooks_since):
            self._webhooks_heard = False
            self.missed_webhooks += 1
            self.missed_since = self.missed_since or self.clock()

    @property
    def push_works(self) -> bool:
        """Return whether a webhook of a real event has arrived since registration and none was missed."""
        return self._webhooks_heard

    async def listen(self, changed: Callable[[], None]) -> None:
        """Run the push connection, if there is one, until cancelled; calls `changed` on new evidence."""

    async def close(self) -> None:
        """Release resources."""

    # Storage

    @abstractmethod
    def snapshot(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return the data to store, limited to the wants; pieces of evidence as they are."""

    @final
    def restore(self, data: dict[str, Any]) -> None:
        """Restore data from `snapshot` as the last evidence."""
        self.evidence_changed()
        self._restore(data)

    @abstractmethod
    def _restore(self, data: dict[str, Any]) -> None:
        """Restore data from `snapshot`."""

    # Polling and availability

    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return the time until the next poll: short during downloads, long without open requests.

        Where push works, downloads do not shorten it.
        """
        self._needs.replace(wants)
        if self._needs.has(Pace.IN_FLIGHT) and not self.push_works:
            return FAST
        return CALM if self._needs.has(Pace.OPEN) else SLOW

    def due(self, now: datetime) -> bool:
        """Return whether a poll is due and none is running."""
        return not self._lock.locked() and (self._next is None or now >= self._next)

    def need(self, want: Want) -> Hashable:
        """Return what this service has to be polled for to meet a want, None if nothing."""
        return want.request_id

    @final
    def needs(self, wants: Sequence[Want]) -> Set[Hashable]:
        """Return what this service has to be polled for to meet the wants."""
        self._needs.replace(wants)
        return self._needs.current

    @final
    def wants_changed(self, wants: Sequence[Want], changed: Mapping[int, Want | None]) -> None:
        """Update the needs for changed wants; `changed` has None for requests without a want."""
        self._needs.update(wants, changed)

    def needs_poll(self, wants: Sequence[Want]) -> bool:
        """Return whether the wants need data that the last poll did not cover."""
        self._needs.replace(wants)
        return self.state.ok and not self._lock.locked() and self._needs.differ

    def caught_up(self, wants: Sequence[Want]) -> bool:
        """Return whether all data the wants need has been read since the start."""
        return self.last_success is not None and self.state.ok and not self.needs_poll(wants)

    def adjust_interval(self, wants: Sequence[Want]) -> None:
        """Move the next poll forward if the wants need a shorter interval."""
        if self.error is None and self._next and self.last_success:
            self._next = min(self._next, self.last_success + self.interval(wants))

    @property
    def next_poll(self) -> datetime | None:
        """Return when the next poll is due, None for immediately."""
        return self._next

    def poll_soon(self) -> None:
        """Poll immediately, or again after the poll in progress."""
        self._next, self._poll_again = None, True

    def read_again(self) -> None:
        """Poll immediately, and read all that is otherwise read in turn, as nothing reports its changes."""
        self.poll_soon()

    @final
    async def refresh(self, wants: Sequence[Want]) -> None:
        """Poll within the time limit and update the availability; never raises ClientError."""
        async with self._lock:
            self.polls += 1
            self._poll_again = False
            self._needs.replace(wants)
            self._needs.answer()
            error: ClientError | None = None
            try:
                async with asyncio.timeout(POLL_LIMIT):
                    await self._poll(wants)
            except ClientError as err:
                error = err
            except TimeoutError:
                error = TimedOut(f"{self.name}: timed out")
            except Exception:
                LOGGER.exception("Unexpected error polling %s", self.name)
                error = BadAnswer(f"{self.name}: unknown error")
            finally:
                self.evidence_changed()
            self._judge(error, wants)

    def _judge(self, error: ClientError | None, wants: Sequence[Want]) -> None:
        """Update availability and next poll from the result of a poll; log changes once."""
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
            if isinstance(error, NotReady):
                after = min(timedelta(seconds=error.retry_after), BACK_OFF_MAX)
                self._next = max(self._next, now + after)
        if self._poll_again and error is None:
            self._next = None
        reason = error.reason if error else None
        if (error is None, reason) != (was_ok, self.state.reason):
            self.state = replace(self.state, ok=error is None, reason=reason, since=now)
        if was_ok and error:
            # Before the first success, setup reports the error, and its retries must not repeat it
            level = logging.WARNING if self.last_success else logging.DEBUG
            LOGGER.log(level, "%s is unavailable: %s", self.name, error)
        elif not was_ok and error is None:
            LOGGER.info("%s is available again", self.name)
