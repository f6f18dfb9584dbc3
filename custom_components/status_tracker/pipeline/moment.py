"""Time of an evaluation, and how long its result is valid."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Moment:
    """Time of an evaluation (aware, UTC); `until` is the next time at which its result may change."""

    now: datetime
    until: datetime | None = None

    def reached(self, time: datetime) -> bool:
        """Return whether a time has been reached; if not, the result is only valid until then."""
        if time <= self.now:
            return True
        self.holds_until(time)
        return False

    def holds_until(self, time: datetime) -> None:
        """Limit the validity of the result to a future time."""
        if self.until is None or time < self.until:
            self.until = time
