"""When to ask again for what could not be read: later each time."""

from collections.abc import Container, Hashable
from datetime import datetime, timedelta


class Retries[K: Hashable]:
    """What could not be read, with the number of failures and when to try again."""

    def __init__(self, *minutes: int) -> None:
        """Set the delays after the first failure, the second and so on; the last one repeats."""
        self._delays = tuple(timedelta(minutes=one) for one in minutes)
        self._failed: dict[K, tuple[int, datetime]] = {}

    def __contains__(self, key: K) -> bool:
        """Return whether the last attempt failed."""
        return key in self._failed

    def is_due(self, key: K, now: datetime) -> bool:
        """Return whether it may be read now."""
        return key not in self._failed or self._failed[key][1] <= now

    def failed(self, key: K, now: datetime) -> None:
        """Put off the next attempt."""
        count = self._failed[key][0] if key in self._failed else 0
        self._failed[key] = (count + 1, now + self._delays[min(count, len(self._delays) - 1)])

    def succeeded(self, key: K) -> None:
        """Forget earlier failures."""
        self._failed.pop(key, None)

    def keep(self, keys: Container[K]) -> None:
        """Forget everything but these."""
        self._failed = {key: failure for key, failure in self._failed.items() if key in keys}

    def clear(self) -> None:
        """Forget everything, so that all of it may be read now."""
        self._failed.clear()
