"""Fixtures of the tests of clients/."""

from ..loopback import _loopback, session  # noqa: F401  fixtures
