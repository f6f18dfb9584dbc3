"""Home Assistant with a household of which one service fails, and what must be true of it."""

from datetime import timedelta
import logging

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.status_tracker import coordinator as coordinator_module
from custom_components.status_tracker.const import DOMAIN

from ..common import Clock, coordinator_of, registered, stage_of, until
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from ..stack.server import StackServer
from .kinds import Kind, Versions
from .services import SERVICES

ROUNDS = 40
CONNECTED = "connected"
PAUSE = 11  # minutes, longer than the longest pause of a source
# What the tests themselves cause.
NOISE = ("pytest_homeassistant_custom_component", "homeassistant.loader", "homeassistant.components.http")


class Scene:
    """One service of a household and everything people see of it."""

    def __init__(
        self,
        hass: HomeAssistant,
        home: Household,
        clock: Clock,
        caplog: pytest.LogCaptureFixture,
        service: str,
    ) -> None:
        """Begin without an entry."""
        self.hass, self.home, self.clock, self.caplog, self.service = hass, home, clock, caplog, service
        self.key = SERVICES[service]
        self.entry: MockConfigEntry
        self.versions = Versions(home)

    @property
    def server(self) -> StackServer:
        """The service."""
        return next(one for one in self.home.servers if one.name == self.key)

    @property
    def name(self) -> str:
        """Its name in Home Assistant."""
        return "Seerr" if self.key == "seerr" else self.key

    def break_(self, kind: Kind) -> None:
        """Let the service fail; slow is what takes longer than an update waits."""
        coordinator_module.PATIENCE = kind.patience
        kind.start(self.home, self.server)

    # Time

    async def pass_time(self, minutes: float) -> None:
        """Let time pass, and an update take place as it would then."""
        self.clock.advance(self.home, minutes=minutes)
        coordinator = coordinator_of(self.entry)
        await coordinator.async_refresh()
        await self.hass.async_block_till_done()
        for source in coordinator.sources.values():
            await until(self.hass, lambda source=source: not source._lock.locked())
        await self.hass.async_block_till_done()

    async def heal(self) -> None:
        """Take the fault away and let the service be found well again."""
        self.versions.heal()
        await self.pass_time(PAUSE)
        await self.pass_time(1)

    async def reach(self, request: SeerrRequest, stage: str) -> None:
        """Let time pass until a request is in a stage."""
        for _ in range(ROUNDS):
            if stage_of(self.hass, self.entry, request) == stage:
                return
            await self.pass_time(1)
        state = self.hass.states.get(self.entity_ids()[str(request.id)])
        pytest.fail(f"{request.title.title} is not {stage}: {state}")

    async def wait_for_seerr(self, kind: Kind) -> str:
        """Check that setup is retried, or a new key asked for, until Seerr answers; return the cell."""
        assert not kind.harmless, kind.name
        state = self.entry.state
        assert (state is ConfigEntryState.SETUP_ERROR) == kind.refuses, (kind.name, state)
        assert self.flows() == (["Seerr"] if kind.refuses else []), kind.name
        # Home Assistant warns of the entry once, at most.
        warnings = [line for line in self.said() if line.startswith(("WARNING", "ERROR"))]
        assert len(warnings) <= 1, (kind.name, warnings)
        self.versions.heal()
        if kind.refuses:
            await self.hass.config_entries.async_reload(self.entry.entry_id)  # as a person does
        else:
            async_fire_time_changed(self.hass, dt_util.utcnow() + timedelta(minutes=PAUSE))
        await until(self.hass, lambda: self.entry.state is ConfigEntryState.LOADED)
        await registered(self.hass, self.entry)
        return "asks for a new API key" if kind.refuses else "setup is retried"

    async def restart(self, kind: Kind, request: SeerrRequest) -> None:
        """Set the entry up again while the service fails: everything it had stays."""
        self.caplog.clear()
        before = set(self.entity_ids().values())
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done()
        assert set(self.entity_ids().values()) == before, kind.name
        if self.entry.state is ConfigEntryState.LOADED:
            await self.pass_time(1)
            self.check_broken(kind)
            assert stage_of(self.hass, self.entry, request) == "available", kind.name
            await self.heal()
            self.check_log(kind)
        else:
            for _ in range(0 if kind.refuses else 3):
                async_fire_time_changed(self.hass, dt_util.utcnow() + timedelta(minutes=PAUSE))
                await self.hass.async_block_till_done(wait_background_tasks=True)
            await self.wait_for_seerr(kind)
        self.check_healed(kind, before)
        assert set(self.entity_ids().values()) == before, kind.name
        assert stage_of(self.hass, self.entry, request) == "available", kind.name

    # What people see

    def connection(self, key: str) -> State:
        """The connectivity sensor of a service."""
        state = self.hass.states.get(f"binary_sensor.{key.replace('-', '_')}_connection")
        assert state
        return state

    def shown(self) -> str:
        """What the connectivity sensor says of the service."""
        state = self.connection(self.key)
        return CONNECTED if state.state == "on" else str(state.attributes["reason"])

    def others(self) -> dict[str, str]:
        """The other services that are not connected."""
        found = {key: self.connection(key) for key in SERVICES.values() if key != self.key}
        return {key: str(one.attributes["reason"]) for key, one in found.items() if one.state != "on"}

    def entity_ids(self) -> dict[str, str]:
        """The entities of the entry by the last part of their unique id."""
        entities = er.async_entries_for_config_entry(er.async_get(self.hass), self.entry.entry_id)
        return {one.unique_id.rpartition("_")[2]: one.entity_id for one in entities if not one.disabled}

    def lost(self) -> set[str]:
        """The entities without a state, or unavailable."""
        states = {one: self.hass.states.get(one) for one in self.entity_ids().values()}
        return {one for one, state in states.items() if state is None or state.state == "unavailable"}

    def flows(self) -> list[str]:
        """For which services credentials are asked for, by the name in the title of the flow."""
        flows = self.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        return [flow["context"]["title_placeholders"]["name"].rpartition(": ")[2] for flow in flows]

    def issues(self) -> set[str]:
        """The repair issues, also those that Home Assistant makes of flows."""
        return {key for _, key in ir.async_get(self.hass).issues}

    def said(self) -> list[str]:
        """What was logged at a level that people see."""
        rows = [one for one in self.caplog.records if _is_told(one)]
        assert not [one for one in rows if one.exc_info], rows
        return [f"{one.levelname} {one.getMessage()}" for one in rows]

    # What must be true

    def check_broken(self, kind: Kind) -> str:
        """Check that only this service has failed, if at all; return the cell of the table."""
        assert self.entry.state is ConfigEntryState.LOADED
        shown = self.shown()
        assert (shown == CONNECTED) == kind.harmless, (kind.name, shown)
        assert self.others() == {}, kind.name
        assert self.lost() == set(), kind.name
        return shown

    def check_healed(self, kind: Kind, before: set[str]) -> None:
        """Check that all is as it was, without a reload."""
        assert self.shown() == CONNECTED, (kind.name, self.shown())
        assert self.others() == {}, kind.name
        assert self.lost() == set(), kind.name
        assert before <= set(self.entity_ids().values()), kind.name
        assert self.flows() == [], kind.name
        assert self.issues() == set(), kind.name

    def check_log(self, kind: Kind) -> None:
        """Check that the log tells once that the service has gone, once that it is back, and no more."""
        said = self.said()
        assert len(said) == len(set(said)), (kind.name, said)
        warnings = [line for line in said if line.startswith(("WARNING", "ERROR"))]
        if kind.harmless:
            assert warnings == [], kind.name
            return
        assert len(warnings) == 1, (kind.name, warnings)
        assert self.name in warnings[0], (kind.name, warnings)
        assert said.count(f"INFO {self.name} is available again") == 1, (kind.name, said)


def _is_told(record: logging.LogRecord) -> bool:
    """Return whether people see a record: what the integration tells, and what is wrong with anything."""
    if record.name.startswith(f"custom_components.{DOMAIN}"):
        return record.levelno >= logging.INFO
    # In tests, asyncio warns of every slow callback.
    least = logging.ERROR if record.name == "asyncio" else logging.WARNING
    return record.levelno >= least and not record.name.startswith(NOISE)
