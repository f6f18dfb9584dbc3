"""The whole day of a busy household; `script/bench --soak` runs this, nothing collects it."""

from collections.abc import Iterator
import tracemalloc
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from ..common import Clock, SetUp, StartHousehold
from .test_busy_day import _small_caches, busy_day

__all__ = ["_small_caches"]


@pytest.fixture(autouse=True)
def _traced() -> Iterator[None]:
    """Trace allocations, which takes three times as long."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.timeout(0)
async def soak_busy_day(
    recorder_mock: object,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    household_posters: None,
) -> None:
    """500 requests come and go."""
    day = await busy_day(hass, household, setup_entry, clock, hass_storage, 500)
    print("busy day:", day)  # noqa: T201
