"""Run the simulated household alone: `python -m tests.stack [--speed S] [--story NAME ...]`."""

import argparse
import asyncio
import contextlib

from .household import Household
from .stories import STORIES, play


async def run(speed: float, names: list[str], *, stay: bool) -> None:
    """Start everything, print addresses and keys, play the stories, stay."""
    async with Household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"), shoko=True) as home:
        for line in home.describe():
            print(line)
        home.world.on("request", lambda request, what: print(f"{request.title.title}: {what}"))
        home.world.on("grabbed", lambda download: print(f"{download.release}: grabbed"))
        home.world.on("imported", lambda file, **_: print(f"{file.relative_path}: imported"))
        home.world.on("item", lambda item, what: print(f"Jellyfin {what} {item.type} {item.name}"))
        playing = asyncio.create_task(play(home.world, speed, names))
        try:
            if stay:
                await asyncio.Event().wait()
            await playing
        finally:
            playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await playing


def main() -> None:
    """Read the command line and run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.stack", description=__doc__)
    parser.add_argument("--speed", type=float, default=1.0, help="story seconds in a real second")
    parser.add_argument("--story", action="append", choices=sorted(STORIES), help="only these, repeatable")
    parser.add_argument("--once", action="store_true", help="end when the stories have ended")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(arguments.speed, arguments.story or list(STORIES), stay=not arguments.once))


if __name__ == "__main__":
    main()
