"""Speaks with a household in a process of its own, whose cost is not measured along."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import sys
from typing import Any

ROOT = Path(__file__).parents[2]


class FarHousehold:
    """A household elsewhere; `do` takes the commands of `household_process`."""

    def __init__(self, process: Process) -> None:
        """Speak to this process."""
        self._process = process
        self._turn = asyncio.Lock()

    async def do(self, name: str, *arguments: object) -> Any:
        """Let the household do something; return what it answers."""
        assert self._process.stdin
        assert self._process.stdout
        async with self._turn:
            self._process.stdin.write(json.dumps([name, arguments]).encode() + b"\n")
            line = await self._process.stdout.readline()
        assert line, "the household has ended"
        return json.loads(line)


@asynccontextmanager
async def far_household() -> AsyncIterator[FarHousehold]:
    """Start a household; it ends when its input does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.household_process", stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    try:
        yield FarHousehold(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
