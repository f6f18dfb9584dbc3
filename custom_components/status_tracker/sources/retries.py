"""Back-off for reads that failed."""

from collections.abc import Container, Hashable
from datetime import datetime, timedelta


class Retries[K: Hashable]:
    """The failed reads, with the number of failures and the time of the next attempt."""

    def __init__(self, *minutes: int) -> None:
        """Set the delays after each failure; the last one repeats."""
        self._delays = tuple(timedelta(minutes=one) for one in minutes)
        self._failed: dict[K, tuple[int, datetime]] = {}

    def __contains__(self, key: K) -> bool:
        """Return whether the last read failed."""
        return key in self._failed

    def is_due(self, key: K, now: datetime) -> bool:
        """Return whether the back-off of a read has elapsed."""
        return key not in self._failed or self._failed[key][1] <= now

    def failed(self, key: K, now: datetime) -> None:
        """Delay the next read, longer each time."""
        count = self._failed[key][0] if key in self._failed else 0
        self._failed[key] = (count + 1, now + self._delays[min(count, len(self._delays) - 1)])

    def succeeded(self, key: K) -> None:
        """Remove the back-off of a read."""
        self._failed.pop(key, None)

    def keep(self, keys: Container[object]) -> None:
        """Remove the back-off of all other reads."""
        self._failed = {key: failure for key, failure in self._failed.items() if key in keys}

    def clear(self) -> None:
        """Remove the back-off of all reads."""
        self._failed.clear()
