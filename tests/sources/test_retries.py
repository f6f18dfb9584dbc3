"""When what could not be read is tried again."""

from datetime import UTC, datetime, timedelta

from custom_components.status_tracker.sources.retries import Retries

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def delays(retries: Retries[str], count: int) -> list[int]:
    """Return after how many minutes each of some failures may be followed by another attempt."""
    found = []
    for _ in range(count):
        retries.failed("title", NOON)
        found.append(next(m for m in range(500) if retries.is_due("title", NOON + timedelta(minutes=m))))
    return found


def test_each_failure_puts_the_next_attempt_off_further() -> None:
    """The last delay repeats; a success begins anew."""
    retries = Retries[str](1, 5, 60)
    assert delays(retries, 5) == [1, 5, 60, 60, 60]
    retries.succeeded("title")
    assert retries.is_due("title", NOON)
    assert delays(retries, 1) == [1]


def test_only_what_failed_has_to_wait() -> None:
    """Others are due, and what is not kept is forgotten."""
    retries = Retries[str](5)
    retries.failed("one", NOON)
    retries.failed("two", NOON)
    assert ("one" in retries, "three" in retries, retries.is_due("three", NOON)) == (True, False, True)
    retries.keep({"two"})
    assert (retries.is_due("one", NOON), retries.is_due("two", NOON)) == (True, False)
    retries.clear()
    assert retries.is_due("two", NOON)
