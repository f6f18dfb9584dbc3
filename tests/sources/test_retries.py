"""Test the back-off of failed reads."""

from datetime import UTC, datetime, timedelta

from custom_components.status_tracker.sources.retries import Retries

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def delays(retries: Retries[str], count: int) -> list[int]:
    """Return the delay in minutes after each of a number of failures."""
    found = []
    for _ in range(count):
        retries.failed("title", NOON)
        found.append(next(m for m in range(500) if retries.is_due("title", NOON + timedelta(minutes=m))))
    return found


def test_delay_grows_with_each_failure() -> None:
    """Test that the last delay repeats and a success resets it."""
    retries = Retries[str](1, 5, 60)
    assert delays(retries, 5) == [1, 5, 60, 60, 60]
    retries.succeeded("title")
    assert retries.is_due("title", NOON)
    assert delays(retries, 1) == [1]


def test_only_failed_reads_are_delayed() -> None:
    """Test that other reads are due, and that back-off can be removed."""
    retries = Retries[str](5)
    retries.failed("one", NOON)
    retries.failed("two", NOON)
    assert ("one" in retries, "three" in retries, retries.is_due("three", NOON)) == (True, False, True)
    retries.keep({"two"})
    assert (retries.is_due("one", NOON), retries.is_due("two", NOON)) == (True, False)
    retries.clear()
    assert retries.is_due("two", NOON)
