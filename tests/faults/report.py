"""Collects what the tests of faults find as tables; prints them at the end, and writes them if asked to."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from _pytest.terminal import TerminalReporter
import pytest

from ..quality.files import ROOT

DOCUMENT = ROOT / "docs" / "faults.md"
WRITE = "--write-faults"
PROPERTY = "fault table"
INTRO = """# Faults of the services

What Status Tracker reports when a service fails, by fault (rows) and service (columns): the `reason`
attribute of its connectivity sensor, or `connected` if the sensor stays on. In every case, the other
services stay connected, no entity is lost, the log contains each change once, the service recovers without a
reload, and requests reach `available`. The same applies to a restart during the failure. Without Seerr at
setup, Home Assistant retries the setup, or asks for a new API key if Seerr rejects it.

`script/test tests/faults --write-faults` writes this file. The tests fail if a result differs.
"""
PHASES = {
    "setup": "At setup",
    "steady": "In steady state",
    "journey": "During a journey",
}

type Table = dict[str, dict[str, str]]  # results by fault and service
type Tables = dict[str, Table]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes the document."""
    parser.addoption(WRITE, action="store_true", help=f"write the tables of faults to {DOCUMENT.name}")


def render(tables: Mapping[str, Table]) -> str:
    """Return tables as Markdown."""
    text = ""
    for phase, heading in PHASES.items():
        table = tables.get(phase)
        if not table:
            continue
        services = list(dict.fromkeys(service for row in table.values() for service in row))
        text += f"\n## {heading}\n\n| Fault | {' | '.join(services)} |\n|{' --- |' * (len(services) + 1)}\n"
        for fault, row in table.items():
            text += f"| {fault} | {' | '.join(row.get(service, '') for service in services)} |\n"
    return text


@cache
def documented() -> Tables:
    """Return the tables of the document."""
    tables: Tables = {}
    names = {f"## {heading}": phase for phase, heading in PHASES.items()}
    services: list[str] = []
    for line in DOCUMENT.read_text().splitlines() if DOCUMENT.exists() else ():
        if line in names:
            table = tables[names[line]] = {}
        elif line.startswith("| Fault "):
            services = [cell.strip() for cell in line.strip("|").split("|")[1:]]
        elif line.startswith("| ") and not line.startswith("| ---"):
            fault, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            table[fault] = dict(zip(services, cells, strict=True))
    return tables


def found(reporter: TerminalReporter, services: tuple[str, ...]) -> Tables:
    """Return the tables of the tests that ran, also in other processes."""
    tables: Tables = {}
    reports: list[Any] = [one for kind in ("passed", "failed") for one in reporter.stats.get(kind, ())]
    columns = [one for report in reports for name, one in report.user_properties if name == PROPERTY]
    for phase, service, cells in sorted(columns, key=lambda one: services.index(one[1])):
        for fault, cell in cells.items():
            tables.setdefault(phase, {}).setdefault(fault, {})[service] = cell
    return tables


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the tables, and write them if asked to."""
    from .services import SERVICES  # not before the plugins of Home Assistant are loaded

    if not (tables := found(terminalreporter, tuple(SERVICES))):
        return
    terminalreporter.section("faults of the services")
    terminalreporter.write(render(tables))
    if terminalreporter.config.getoption(WRITE):
        DOCUMENT.write_text(INTRO + render(tables))
