"""Nothing of the event loop's debug mode, which is not there in life."""

from collections.abc import Iterator
import logging

import pytest


@pytest.fixture(autouse=True)
def _as_in_life(as_in_life: None) -> None:
    """Let the event loop run as it does outside tests."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Let nothing be logged that would be kept, such as the statements of the database."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
