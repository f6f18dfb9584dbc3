"""What Home Assistant showed and told on the way, compared with what the world had until then."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.util import dt as dt_util

from ..stack.rows import MEDIA_DELETED, REQUEST_DECLINED, REQUEST_FAILED, SeerrRequest
from .units import IN_FLIGHT, RANK, Registrar

QUIET = {"stuck", "recovered", "removed"}


class Watch:
    """Notes each stage that is shown or told before the world had it."""

    def __init__(self, hass: HomeAssistant, registrar: Registrar, wrong: Callable[[str], None]) -> None:
        """Listen; nothing was seen yet."""
        self.registrar, self.wrong = registrar, wrong
        self.told: dict[int, list[str]] = defaultdict(list)
        self._had: dict[int, set[str]] = defaultdict(lambda: {"requested", "approved"})
        self._asked: dict[int, SeerrRequest] = {}
        self._events: set[tuple[str, int]] = set()
        self._since = dt_util.utcnow()
        self.close = hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)

    def look(self) -> None:
        """Note which stages the world has had for each request by now."""
        self._asked |= self.registrar.world.requests
        for request in self._asked.values():  # those that are deleted are shown until that is read
            self._had[request.id] |= self._now(request)

    def _now(self, request: SeerrRequest) -> set[str]:
        """The stages of which the world has evidence at the moment."""
        units = self.registrar.units(request)
        ranks = {RANK[unit.stage] for unit in units}
        had = {stage for stage, rank in RANK.items() if rank <= max(ranks) and stage != "available"}
        if any(unit.items for unit in units):
            had.add("partially_available")
        if all(unit.items for unit in units):
            had.add("available")
        if request.status == REQUEST_DECLINED:
            had.add("declined")
        if request.status == REQUEST_FAILED:
            had.add("failed")
        if request.media.get_status(request.is_4k) == MEDIA_DELETED:
            had.add("deleted")
        return had

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        """Look at what was written."""
        state = event.data["new_state"]
        if state is None or "request_id" not in state.attributes:
            return
        self.look()
        if state.entity_id.startswith("sensor."):
            self._support(int(state.attributes["request_id"]), state.state, "shown")
        elif state.entity_id.startswith("event.") and state.state not in ("unknown", "unavailable"):
            self._hear(state)

    def _hear(self, state: State) -> None:
        """Take an event, once."""
        facts: dict[str, Any] = dict(state.attributes)
        number, kind = int(facts["request_id"]), str(facts["event_type"])
        at = dt_util.parse_datetime(state.state, raise_on_error=True)
        if (state.state, number) in self._events or at < self._since:  # restored: nothing new
            return
        self._events.add((state.state, number))
        if kind in QUIET:
            self.told[number].append(kind)
            return
        self._support(number, kind, "told")
        stages = [one for one in self.told[number] if one not in QUIET]
        if stages[-1:] == [kind] and self.told[number][-1:] != ["removed"]:
            self.wrong(f"request {number}: {kind} was told twice, after {self.told[number]}")
        self.told[number].append(kind)

    def _earlier(self, number: int) -> set[str]:
        """What was on its way for an earlier request of the same; a service that is down may still say so."""
        asked = self._asked[number]
        return {
            stage
            for other in self._asked.values()
            if (other.title, other.is_4k) == (asked.title, asked.is_4k)
            if not asked.seasons or other.seasons.keys() & asked.seasons.keys()
            for stage in self._had[other.id] & set(IN_FLIGHT)
        }

    def _support(self, number: int, stage: str, how: str) -> None:
        """A stage must have been the world's before."""
        if stage not in self._had[number] | self._earlier(number) | {"unavailable", "unknown"}:
            self.wrong(f"request {number}: {stage} was {how} before the world had it")
