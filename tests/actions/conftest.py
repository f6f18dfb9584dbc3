"""Fixtures of the tests of actions/."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Look three times whether something took effect, without waiting in between."""
    module = "custom_components.status_tracker"
    pauses = (0.0, 0.0, 0.0)
    with (
        patch(f"{module}.actions.requests.PAUSES", pauses),
        patch(f"{module}.actions.replace_release.PAUSES", pauses),
    ):
        yield
