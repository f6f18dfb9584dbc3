"""What the benchmarks report, and where."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path

from _pytest.terminal import TerminalReporter
import pytest

FIGURES = pytest.StashKey[dict[str, float]]()

type Report = Callable[[str, float], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where the figures are to be written as JSON, too."""
    parser.addoption("--figures", type=Path, help="write the figures to this file as JSON")


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Report one figure under a name that tells its unit."""
    figures = request.config.stash.setdefault(FIGURES, {})
    return figures.__setitem__


@pytest.fixture(autouse=True)
async def _as_in_life(enable_event_loop_debug: None) -> None:
    """Let the event loop run as it does outside tests."""
    asyncio.get_running_loop().set_debug(False)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the figures, one a line."""
    config = terminalreporter.config
    figures = config.stash.get(FIGURES, {})
    for name, value in figures.items():
        terminalreporter.write_line(f"{name:<60} {value:>12.3f}")
    # Registered only where the benchmarks are named on the command line.
    if path := config.getoption("--figures", default=None):
        path.write_text(json.dumps(figures, indent=2) + "\n")
