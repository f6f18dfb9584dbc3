"""Nothing of the event loop's debug mode, which is not there in life."""

import asyncio
import logging

import pytest


@pytest.fixture(autouse=True)
async def _as_in_life(enable_event_loop_debug: None) -> None:
    """Let the event loop run as it does outside tests."""
    asyncio.get_running_loop().set_debug(False)


@pytest.fixture(autouse=True)
def _no_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database log no statements, which would be kept."""
    monkeypatch.setattr(logging.getLogger("sqlalchemy.engine"), "level", logging.WARNING)
