"""Base class to register and unregister our webhook in a service without affecting others."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from ..clients.errors import ClientError, CsrfRequired, NotAllowed
from ..clients.http import HttpClient

type PreviousWebhook = Mapping[str, Any]


class Outcome(StrEnum):
    """Result of a registration; with all except the first, only polling is used."""

    DONE = "done"
    TAKEN = "taken"  # the only webhook is used by something else
    SHARED = "shared"  # the webhook belongs to the core integration and serves both
    UNREACHABLE = "unreachable"  # the service cannot reach any of our URLs
    ABSENT = "absent"  # the service has no webhook support
    CSRF = "csrf"
    NOT_ALLOWED = "not_allowed"
    DOWN = "down"  # the service failed to respond correctly, retry later


class SlotOwner(StrEnum):
    """Owner of a webhook that is not ours."""

    OTHER = "other"
    CORE = "core"  # the core integration
    LEFT_BEHIND = "left_behind"  # the core integration, whose entry was removed


class Registrar[C: HttpClient](ABC):
    """The webhook of a service, identified by `path` with any host name.

    `heard` returns the number of requests received, because a success reported by the service is not
    sufficient: Home Assistant also returns 200 for requests it drops for coming from outside, and so does
    another Home Assistant at a wrong URL. `keep` is called before a change with the data to restore later,
    `kept` is the data of the last such call, None if there was none.
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
        """Initialize with client, path, e.g. "/api/webhook/3f2c", and the displayed name."""
        self.client = client
        self.path = path
        self.name = name
        self.heard = heard
        self.keep = keep
        self.kept = kept
        self.error: ClientError | None = None

    async def register(self, urls: Sequence[str]) -> Outcome:
        """Register the first URL the service can reach; never raises ClientError."""
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
        """Register a URL; raises ClientError."""

    async def reaches(self, url: str) -> bool | None:
        """Return whether the service can reach a URL, None if that cannot be tested; raises ClientError."""
        return None

    @abstractmethod
    async def unregister(self) -> None:
        """Unregister the webhook if it exists; raises ClientError."""

    def is_ours(self, url: object) -> bool:
        """Return whether a URL is that of our webhook."""
        return isinstance(url, str) and url.partition("?")[0].rstrip("/").endswith(self.path)

    def _remember(self, kept: PreviousWebhook) -> None:
        """Store the data to restore later."""
        self.kept = kept
        self.keep(kept)
