"""The demo's command line; it needs nothing that has to be installed, so that --help shows at once."""

import argparse
from pathlib import Path

DESCRIPTION = """\
Start a simulated household and a real Home Assistant that tracks it; Ctrl-C ends both.

It opens on a dashboard with a request in every stage, and from there they go on: the
downloads to the library, the others when they are approved. --check ends
by itself once every path has ended in available."""


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(
        prog="script/demo", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--check", action="store_true", help="wait for all paths, print them, exit 0 or 1")
    made.add_argument("--port", type=int, default=0, help="Home Assistant's port (default: a free one)")
    made.add_argument("--config", type=Path, help="Home Assistant's folder (default: a temporary one)")
    made.add_argument("--speed", type=float, default=0.3, help="story seconds in a real second (0.3)")
    return made


if __name__ == "__main__":
    parser().parse_args()
