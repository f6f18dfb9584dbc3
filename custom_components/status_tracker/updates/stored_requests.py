"""Storage of the requests and the evidence of the sources."""

from collections.abc import Callable
from threading import get_ident
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.async_ import run_callback_threadsafe

from ..pipeline.memory import Memory
from ..storage.store import MemoryStore, StoredMemory
from .evaluation import Evaluation

STEP_DELAY = 2.0  # seconds until a request that was added, removed or changed its stage is saved
SAVE_DELAY = 300.0  # the same for any other change, such as progress, which the next poll finds again


class StoredRequests:
    """Restores and saves the data of an evaluation."""

    def __init__(self, hass: HomeAssistant, entry_id: str, evaluation: Evaluation) -> None:
        """Initialize without data."""
        self.addresses: dict[str, str] = {}  # in Seerr, when they last matched the configured ones
        self._hass = hass
        self._store = MemoryStore(hass, entry_id)
        self._evaluation = evaluation
        self._due: float | None = None  # the loop time of the pending save

    async def async_restore(self) -> bool:
        """Restore what was stored; False if there is nothing."""
        if (stored := await self._store.async_read_as(StoredMemory.from_dict)) is None:
            return False
        self.addresses = stored.addresses
        await self._hass.async_add_executor_job(self._evaluation.restore, stored)
        return True

    @callback
    def save_soon(self, *, is_step: bool = True) -> None:
        """Save the data as it is then."""
        delay = STEP_DELAY if is_step else SAVE_DELAY
        due = self._hass.loop.time() + delay
        if self._due is None or due < self._due:  # another call would postpone the save
            self._due = due
            self._store.async_delay_save(self._data, delay)

    async def async_save(self) -> None:
        """Save immediately."""
        await self._store.async_save(await self._hass.async_add_executor_job(self._data))

    def _data(self) -> dict[str, Any]:
        """Return the data to store; the store calls it outside the event loop."""
        memory = self._take(self._memory)
        parts = {key: self._take(part) for key, part in self._evaluation.snapshots().items()}
        return StoredMemory(memory=memory, sources=parts, addresses=dict(self.addresses)).to_dict()

    def _take[T](self, part: Callable[[], T]) -> T:
        """Return a part of the data, each in an iteration of the event loop of its own."""
        if self._hass.loop_thread_id == get_ident():
            return part()
        return run_callback_threadsafe(self._hass.loop, part).result()

    @callback
    def _memory(self) -> Memory:
        """Return the memory as it is now."""
        self._due = None
        return self._evaluation.copy_memory()
