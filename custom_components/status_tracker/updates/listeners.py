"""Listeners by request, to call only those affected by a change."""

from collections.abc import Set
from typing import Any

from homeassistant.core import CALLBACK_TYPE, callback


class Listeners:
    """Listeners for changes of one request, and for changes of any."""

    def __init__(self) -> None:
        """Initialize without listeners."""
        self._listeners: dict[int | None, list[CALLBACK_TYPE]] = {}  # None: any request

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
