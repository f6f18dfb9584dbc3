"""The demo: what it begins with, its help, and what its check takes for a complaint."""

from pathlib import Path
import subprocess
import sys

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.pipeline.enums import MediaType
from custom_components.status_tracker.pipeline.requests import Stage

from .common import SetUp, StartHousehold, coordinator_of, poll
from .demo.instance import NOTICE, complaints
from .stack.scene import EveryStage

START = "2026-11-27 12:00:00.000+00:00 "
OURS = "(MainThread) [custom_components.status_tracker.coordinator] "
FRAME = '  File "/config/custom_components/status_tracker/sensor.py", line 1, in f'


@pytest.mark.parametrize(
    ("log", "count"),
    [
        ("", 0),
        (f"{START}INFO {OURS}Radarr is available again", 0),
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


async def test_every_stage_is_there_from_the_start(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """What the demo opens on: each stage, the two anime paths, a 4K request, and what needs a person."""
    home = await household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"), shoko=True)
    entry = await setup_entry(home, limit_downloading=0)
    stage = EveryStage(home)
    await stage.every_stage()
    await poll(hass, entry)
    await poll(hass, entry)
    requests = coordinator_of(entry).data.values()
    assert {request.stage for request in requests} == set(Stage) - {Stage.FAILED, Stage.DELETED}
    assert {request.title for request in requests if request.stuck} == {"Big Buck Bunny", "Elephants Dream"}
    assert any(request.request.is_4k for request in requests)
    anime = {request.request.media_type for request in requests if request.anime}
    assert anime == set(MediaType)


def test_help_needs_nothing_installed() -> None:
    """A plain Python without any package shows it."""
    arguments = Path(__file__).parent / "demo" / "arguments.py"
    run = subprocess.run(
        [sys.executable, "-I", "-S", arguments, "--help"], capture_output=True, text=True, check=True
    )
    assert "--check" in run.stdout
