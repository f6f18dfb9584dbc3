"""What the check of the demo takes for a complaint in Home Assistant's log."""

import pytest

from .demo.instance import NOTICE, complaints

START = "2026-11-27 12:00:00.000+00:00 "
OURS = "(MainThread) [custom_components.status_tracker.coordinator] "
FRAME = '  File "/config/custom_components/status_tracker/sensor.py", line 1, in f'


@pytest.mark.parametrize(
    ("log", "count"),
    [
        ("", 0),
        (f"{START}INFO {OURS}Radarr is back", 0),
        (f"{START}WARNING {OURS}Radarr is unavailable", 1),
        (f"{START}ERROR (MainThread) [homeassistant] Error doing job\nTraceback:\n{FRAME}\nKeyError", 1),
        (f"{START}ERROR (MainThread) [homeassistant.components.camera] No library", 0),
        (f"{START}ERROR (MainThread) [homeassistant] Another's\n{START}INFO {OURS}Fine\n{FRAME}", 0),
        (
            f"{START}WARNING (SyncWorker_0) [homeassistant.loader] {NOTICE} which has not been tested",
            0,
        ),
        (f"{START}WARNING {OURS}One\n{START}DEBUG {OURS}Two\n{START}ERROR {OURS}Three", 2),
    ],
)
def test_complaints(log: str, count: int) -> None:
    """Ours from a warning up, a traceback through our files, and nothing of anybody else."""
    assert len(complaints(log)) == count


def test_records_of_2026_10() -> None:
    """An older Home Assistant writes no offset from UTC."""
    assert len(complaints(f"2026-11-27 12:00:00.000 WARNING {OURS}Radarr is unavailable")) == 1


def test_a_log_that_cannot_be_read() -> None:
    """A log in another form is not taken for a clean one."""
    with pytest.raises(ValueError, match="no records"):
        complaints("WARNING: Status Tracker failed")
