"""Fixtures of the tests of sources/."""

from ..loopback import _loopback, session  # noqa: F401  fixtures
