"""Nothing of the event loop's debug mode, which is not there in life."""

import asyncio
from collections.abc import Iterator
import logging

import pytest


@pytest.fixture(autouse=True)
async def _as_in_life(enable_event_loop_debug: None) -> None:
    """Let the event loop run as it does outside tests."""
    asyncio.get_running_loop().set_debug(False)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Let nothing be logged that would be kept, such as the statements of the database."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
