"""Listeners by request, to call only those affected by a change."""

from collections.abc import Iterable, Set
from itertools import islice
from typing import Any

from homeassistant.core import CALLBACK_TYPE, callback


class Listeners:
    """Listeners for changes of one request, and for changes of any."""

    def __init__(self) -> None:
        """Initialize without listeners."""
        self.without_sensor: dict[int, None] = {}  # new requests whose sensors are still to be added
        self.outdated: dict[int, None] = {}  # requests whose listeners are still to be called
        self._listeners: dict[int | None, list[CALLBACK_TYPE]] = {}  # None: any request

    def is_waiting(self, number: int) -> bool:
        """Return whether the sensor of a request is still to be added or updated."""
        return number in self.without_sensor or number in self.outdated

    def queue(self, numbers: Iterable[int]) -> None:
        """Add requests to those whose listeners are to be called."""
        self.outdated.update(dict.fromkeys(sorted(numbers)))

    def take(self, count: int) -> set[int]:
        """Return up to so many requests from the queue."""
        taken = set(islice(self.outdated, count))
        for number in taken:
            del self.outdated[number]
        return taken

    @callback
    def add(self, listener: CALLBACK_TYPE, context: Any, on_remove: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Add a listener for the request id in the context, else for any; return a callback to remove it."""
        number = context if isinstance(context, int) else None
        self._listeners.setdefault(number, []).append(listener)

        @callback
        def remove() -> None:
            """Remove the listener."""
            on_remove()
            self._listeners[number].remove(listener)
            if not self._listeners[number]:
                del self._listeners[number]

        return remove

    @callback
    def call(self, numbers: Set[int]) -> None:
        """Call the listeners of these requests, then those of any request."""
        listeners = [one for number in sorted(numbers) for one in self._listeners.get(number, ())]
        for listener in [*listeners, *self._listeners.get(None, ())]:
            listener()
