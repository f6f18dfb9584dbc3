"""The present time of an evaluation, and until when its answers hold."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Moment:
    """The time of an evaluation (aware, UTC). `until` is the next time at which an answer would differ."""

    now: datetime
    until: datetime | None = None

    def reached(self, time: datetime) -> bool:
        """Return whether a time has come; if not, the answer holds until then at most."""
        if time <= self.now:
            return True
        self.holds_until(time)
        return False

    def holds_until(self, time: datetime) -> None:
        """Note that something changes at a time to come."""
        if self.until is None or time < self.until:
            self.until = time
