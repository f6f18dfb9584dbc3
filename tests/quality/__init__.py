"""Checks of quality_scale.yaml, one module per tier."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{name}" for name in ("bronze", "files", "gold", "platinum", "silver"))
)
