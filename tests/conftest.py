"""What every test of the integration stands on."""

import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

# Claims the name custom_components before Home Assistant's own test folder of that name can.
import custom_components.status_tracker  # noqa: F401  imported for that effect

pytest_plugins = ["tests.common", "tests.anime"]


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load this integration, in the tests that start one."""
    # The recorder refuses to come second.
    for name in ("recorder_mock", "hass"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
            request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return the snapshot of a test, able to hold Home Assistant's own objects."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)
