"""Push connection, independent of its transport."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import random
from typing import Any, Protocol

from .decoding import whole_text

type OnEvent = Callable[[str, dict[str, Any]], None]
type Blocking = Callable[[Callable[[], Any]], Awaitable[Any]]


class PushConnection(Protocol):
    """Protocol of a push connection."""

    connected: bool

    async def run(self, on_event: OnEvent, on_connected: Callable[[], None]) -> None:
        """Run the connection until cancelled; raises InvalidAuth if the API key is rejected permanently.

        `on_event(name, payload)` and, after each (re)connect, `on_connected()` run in the event loop. The
        payload is the first argument of an event with keys in lower case, {} if there is none.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Timing of a connection in seconds; `jitter` returns 0 to 1 and extends the back-off by that factor."""

    connect: float = 20.0
    handshake: float = 10.0
    ping: float = 15.0
    silence: float = 45.0
    close: float = 5.0
    settled: float = 60.0  # the back-off is reset after a connection of this duration
    back_off: float = 5.0
    back_off_max: float = 300.0
    jitter: Callable[[], float] = random.random


PACE = Pace()


def fold_keys(value: Any) -> Any:
    """Return a value with all keys in lower case, at any depth, and texts that can be encoded."""
    if isinstance(value, dict):
        return {whole_text(str(key)).casefold(): fold_keys(one) for key, one in value.items()}
    if isinstance(value, list):
        return [fold_keys(one) for one in value]
    return whole_text(value) if isinstance(value, str) else value
