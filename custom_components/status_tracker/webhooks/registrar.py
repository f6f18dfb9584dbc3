"""Adds our webhook to a service and removes it again; nothing else there is touched."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from ..clients.errors import ClientError, CsrfRequired, NotAllowed
from ..clients.http import HttpClient

type PreviousWebhook = Mapping[str, Any]


class Outcome(StrEnum):
    """What came of registering; all but the first leave polling to serve."""

    DONE = "done"
    TAKEN = "taken"  # the only place there is belongs to somebody else
    SHARED = "shared"  # it belongs to Home Assistant's own integration, whose webhook serves both
    UNREACHABLE = "unreachable"  # the service cannot call any of our addresses
    ABSENT = "absent"  # the service lacks what sends webhooks
    CSRF = "csrf"
    NOT_ALLOWED = "not_allowed"
    DOWN = "down"  # the service did not answer, or not as it should: worth another try


class SlotOwner(StrEnum):
    """Whose a webhook is that is not ours."""

    OTHER = "other"
    CORE = "core"  # Home Assistant's own integration
    LEFT_BEHIND = "left_behind"  # by that integration, which is gone


class Registrar[C: HttpClient](ABC):
    """The webhook of one service: ours is whatever is called at `path`, by any host name.

    `heard` tells how many calls have reached us. Home Assistant answers 200 also to what it drops because it
    comes from outside, and so does another Home Assistant at a wrong address. `keep` is called before a thing
    is written, with what has to be put back one day; `kept` is what it got last time, None if never.
    """

    def __init__(
        self,
        client: C,
        path: str,
        name: str,
        *,
        heard: Callable[[], int],
        keep: Callable[[PreviousWebhook], None],
        kept: PreviousWebhook | None = None,
    ) -> None:
        """Take the service, our path, e.g. "/api/webhook/3f2c", and the name people are to see there."""
        self.client = client
        self.path = path
        self.name = name
        self.heard = heard
        self.keep = keep
        self.kept = kept
        self.error: ClientError | None = None

    async def register(self, urls: Sequence[str]) -> Outcome:
        """Register the first address the service can call; never raises ClientError."""
        self.error = None
        outcome = Outcome.UNREACHABLE
        try:
            for url in urls:
                outcome = await self._register(url)
                if outcome is not Outcome.UNREACHABLE:
                    break
        except CsrfRequired as err:
            self.error, outcome = err, Outcome.CSRF
        except NotAllowed as err:
            self.error, outcome = err, Outcome.NOT_ALLOWED
        except ClientError as err:
            self.error, outcome = err, Outcome.DOWN
        return outcome

    @abstractmethod
    async def _register(self, url: str) -> Outcome:
        """Register one address; raises ClientError."""

    async def reaches(self, url: str) -> bool | None:
        """Return whether the service can call an address, None if it cannot be asked; raises ClientError."""
        return None

    @abstractmethod
    async def unregister(self) -> None:
        """Remove our webhook if it exists; raises ClientError."""

    def is_ours(self, url: object) -> bool:
        """Return whether an address is our webhook's."""
        return isinstance(url, str) and url.partition("?")[0].rstrip("/").endswith(self.path)

    def _remember(self, kept: PreviousWebhook) -> None:
        """Have it kept what has to be put back."""
        self.kept = kept
        self.keep(kept)
