"""The present of the tests, and times before and after it."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
JUST_READ = NOW + timedelta(days=365)  # what is read again at every time a test looks
NEXT_WEEK = NOW + timedelta(days=7)
SOON = timedelta(minutes=2)


def ago(**time: float) -> datetime:
    """Return a time before the tests' present."""
    return NOW - timedelta(**time)
