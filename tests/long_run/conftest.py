"""Nothing is logged that would be kept."""

from collections.abc import Iterator
import logging

import pytest


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Let nothing be logged that would be kept, such as the statements of the database."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
