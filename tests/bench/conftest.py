"""What the benchmarks report, and where."""

from collections.abc import Callable
import json
from pathlib import Path

from _pytest.terminal import TerminalReporter
import pytest

SIZES = (10, 100, 1000, 5000)  # active requests

# The highest value of a figure at any size; those across sizes are made of others below.
TARGETS = {
    "webhook to written state / bare webhook": 2.0,
    "cycle without news: CPU / decoding": 1.5,
    "cycle without news: longest step of the event loop, ms": 5.0,
    "states written in a cycle / requests that changed": 1.0,
    "calls of a steady cycle, most of one service": 2.0,
    "first load: longest step / decoding the largest body": 2.0,
    "memory of a request with ten episodes / its JSON": 1.0,
    "set-up: time / core's": 1.0,
    "set-up: CPU / core's": 1.0,
    "an hour, quiet: calls / core's": 0.5,
    "an hour, quiet: CPU / core's": 0.5,
    "an hour, while something loads: calls / core's": 1.0,
    "an hour, while something loads: CPU / core's": 1.0,
    "first read of 50,000 items: peak memory / JSON of a page": 5.0,
    "webhook, most active / fewest active": 1.5,
    "changed torrent, most active / fewest active": 1.5,
    "Seerr's bytes, with 5,000 finished / without": 1.2,
}
ACROSS = {
    "webhook, most active / fewest active": "webhook to written state / bare webhook",
    "changed torrent, most active / fewest active": "one changed torrent to its written state, ms",
}
SEERR = "Seerr, 10 active and {} finished: bytes a minute"

FIGURES = pytest.StashKey[dict[str, dict[int, float]]]()

type Report = Callable[[str, int, float], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where the figures are to be written as JSON, too."""
    parser.addoption("--figures", type=Path, help="write the figures to this file as JSON")


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Report one figure for a size, under a name that gives its unit."""
    figures = request.config.stash.setdefault(FIGURES, {})

    def keep(name: str, size: int, value: float) -> None:
        """Keep a figure."""
        figures.setdefault(name, {})[size] = value

    return keep


def _across(figures: dict[str, dict[int, float]]) -> None:
    """Add the figures that compare sizes."""
    for name, of in ACROSS.items():
        found = figures.get(of, {})
        if len(found) > 1:
            figures[name] = {max(found): found[max(found)] / found[min(found)]}
    without, beside = (figures.get(SEERR.format(finished)) for finished in (0, 5000))
    if without and beside:
        figures["Seerr's bytes, with 5,000 finished / without"] = {10: beside[10] / without[10]}


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the figures, one a line, the sizes side by side."""
    config = terminalreporter.config
    if not (figures := config.stash.get(FIGURES, {})):
        return
    _across(figures)
    sizes = "".join(f"{size:>10,}" for size in SIZES)
    terminalreporter.write_line(f"{'active requests':<62}{sizes}{'target':>9}")
    for name, values in figures.items():
        cells = "".join(f"{values[size]:>10.3f}" if size in values else " " * 10 for size in SIZES)
        target = TARGETS.get(name)
        missed = target is not None and max(values.values()) > target
        goal = f"{target:>9.1f}" if target is not None else " " * 9
        terminalreporter.write_line(f"{name:<62}{cells}{goal}{'  missed' if missed else ''}")
    # Registered only where the benchmarks are named on the command line.
    if path := config.getoption("--figures", default=None):
        path.write_text(json.dumps(figures, indent=2) + "\n")
