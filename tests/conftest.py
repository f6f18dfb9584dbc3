"""What every test of the integration stands on."""

import asyncio
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

# Claims the name custom_components before Home Assistant's own test folder of that name can.
import custom_components.status_tracker  # noqa: F401  imported for that effect
from custom_components.status_tracker.reports import posters

ADDRESSES = posters.addresses

pytest_plugins = ["tests.common", "tests.anime", "tests.faults.report"]


@pytest.fixture(autouse=True)
async def _as_in_life(enable_event_loop_debug: None) -> None:
    """Let the event loop run as it does outside tests, which the plugin debugs."""
    asyncio.get_running_loop().set_debug(False)


@pytest.fixture
async def debugged_event_loop(_as_in_life: None) -> None:
    """Debug the event loop: slower, but finds what uses it from other threads."""
    asyncio.get_running_loop().set_debug(True)


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load this integration, in the tests that start one."""
    # The recorder refuses to come second.
    for name in ("recorder_mock", "hass"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
            request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _no_posters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fetch no posters, and keep them in a folder of the test where a test fetches some."""

    def folder(hass: HomeAssistant, entry_id: str) -> Path:
        """A folder for each entry."""
        return tmp_path / "posters" / entry_id

    monkeypatch.setattr(posters, "poster_folder", folder)
    monkeypatch.setattr(posters, "addresses", lambda url, seerr: [])


@pytest.fixture
def household_posters(monkeypatch: pytest.MonkeyPatch, _no_posters: None) -> None:
    """Fetch posters, from the household alone."""
    monkeypatch.setattr(
        posters,
        "addresses",
        lambda url, seerr: [one for one in ADDRESSES(url, seerr) if one.host == "127.0.0.1"],
    )


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return the snapshot of a test, able to hold Home Assistant's own objects."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)
