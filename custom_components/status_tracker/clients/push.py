"""What a push connection is, whatever carries it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import random
from typing import Any, Protocol

type OnEvent = Callable[[str, dict[str, Any]], None]
type Blocking = Callable[[Callable[[], Any]], Awaitable[Any]]


class PushConnection(Protocol):
    """Whatever brings events: another transport needs this and no more."""

    connected: bool

    async def run(self, on_event: OnEvent, on_connected: Callable[[], None]) -> None:
        """Stay connected until cancelled; InvalidAuth if the service refuses the key for good.

        `on_event(name, payload)` and `on_connected()`, after each (re)connect, run in the event loop. The
        payload is the first argument of an event with all its keys in lower case, {} if there is none.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The times of a connection, in seconds; `jitter` gives 0 to 1 and lengthens a back-off by as much."""

    connect: float = 20.0
    handshake: float = 10.0
    ping: float = 15.0
    silence: float = 45.0
    close: float = 5.0
    settled: float = 60.0  # a connection that lasted so long starts the back-off anew
    back_off: float = 5.0
    back_off_max: float = 300.0
    jitter: Callable[[], float] = random.random


PACE = Pace()


def fold_keys(value: Any) -> Any:
    """Return the same with all keys in lower case, however deep."""
    if isinstance(value, dict):
        return {str(key).casefold(): fold_keys(one) for key, one in value.items()}
    if isinstance(value, list):
        return [fold_keys(one) for one in value]
    return value
