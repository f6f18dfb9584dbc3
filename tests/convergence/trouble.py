"""What disturbs journeys: lost and late webhooks, services down, restarts, other options and keys."""

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Literal

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_KEEP_HOURS, CONF_LIMIT_DOWNLOADING, DOMAIN
from custom_components.status_tracker.flows.client_factory import forget_client

from ..common import Clock, poll, until
from ..stack.household import Household
from ..stack.qbittorrent import FakeQbittorrent
from ..stack.server import Fault, StackServer

MODES: list[Literal["deliver", "drop", "double", "hold", "late"]] = [
    "deliver",
    "drop",
    "double",
    "hold",
    "late",
]


def faults() -> list[Fault]:
    """Everything that may be wrong with a service for a while."""
    return [
        Fault.down(),
        Fault.status(500),
        Fault.status(503),
        Fault.status(429),
        Fault.html(),
        Fault.garbage(),
        Fault.slow(0.05),
        Fault.hang(times=1),
        Fault.status(502, times=2),
        Fault.bad_key(),
    ]


@dataclass(slots=True)
class Trouble:
    """The disturbances of one household; `dice` decides which."""

    hass: HomeAssistant
    home: Household
    entry: MockConfigEntry
    clock: Clock
    storage: dict[str, Any]
    dice: Random
    changed: dict[str, StackServer] = field(default_factory=dict)  # with a key that was not entered yet
    refused: object = None  # the errors of the last form that did not take a key

    async def poll(self, rounds: int = 1) -> None:
        """Poll, if the entry is set up; if it is not, Home Assistant or a person tries again."""
        await self._try_again()
        if self.entry.state is ConfigEntryState.LOADED:
            await poll(self.hass, self.entry, rounds)

    async def _try_again(self) -> None:
        """Set the entry up, if its last setup failed."""
        # Home Assistant may be trying again just now
        await until(self.hass, lambda: self.entry.state is not ConfigEntryState.SETUP_IN_PROGRESS)
        if self.entry.state in (ConfigEntryState.SETUP_RETRY, ConfigEntryState.SETUP_ERROR):
            await self.hass.config_entries.async_reload(self.entry.entry_id)
            await self.hass.async_block_till_done()

    async def happen(self) -> str:
        """One disturbance; return its name."""
        server = self.dice.choice(self.home.servers)
        kinds: list[tuple[str, int, Callable[[], Awaitable[None]]]] = [
            ("poll", 8, self.poll),
            ("time", 4, self._time),
            (f"webhooks of {server.name}", 8, partial(self._webhooks, server)),
            ("release", 4, partial(self._release, server)),
            (f"fault of {server.name}", 4, partial(self._fault, server)),
            ("heal", 3, partial(self._heal, server)),
            ("hub", 2, self._hub),
            ("reload", 1, self._reload),
            ("restart", 1, self._restart),
            ("kill", 1, self._kill),
            ("option", 1, self._option),
            (f"another key of {server.name}", 1, partial(self._change_key, server)),
            ("reauthenticate", 2, self._reauthenticate),
        ]
        (name, _, trouble), *_ = self.dice.choices(kinds, [one[1] for one in kinds])
        await trouble()
        return name

    async def end(self) -> None:
        """Everything is up again and says what it still holds, or has lost."""
        for server in self.home.servers:
            server.fault = None
            await self._release(server)
            if hooks := getattr(server, "webhooks", None):
                hooks.mode = "deliver"
                await hooks.settle()
        self.home.shoko.restore_hub()
        self._wait_for_ban()
        await self._try_again()
        await self._reauthenticate()
        # An entry that only the new key of Seerr let set up has asked for the others since.
        await self._reauthenticate()
        assert not self.changed, f"the new keys of {[*self.changed]} were refused: {self.refused}"

    def _wait_for_ban(self) -> None:
        """Let the hour pass after five starts with a password that was refused each time."""
        if self.home.qbittorrent.gate.banned:
            self.clock.advance(self.home, minutes=60)
            self.home.qbittorrent.gate.lift_ban()

    async def _time(self) -> None:
        """Minutes pass."""
        await self._write()
        self.clock.advance(self.home, minutes=self.dice.choice((1, 4, 20)))

    async def _webhooks(self, server: StackServer) -> None:
        """The webhooks of a service are delivered in another way from now on."""
        if hooks := getattr(server, "webhooks", None):
            hooks.mode = self.dice.choice(MODES)

    async def _release(self, server: StackServer) -> None:
        """What a service held comes in any order, some of it twice, some of it never."""
        if (hooks := getattr(server, "webhooks", None)) and hooks.held and server.listening:
            count = len(hooks.held)
            await hooks.release([self.dice.randrange(count) for _ in range(self.dice.randint(0, count + 1))])

    async def _fault(self, server: StackServer) -> None:
        """Something is wrong with a service."""
        server.fault = self.dice.choice(faults())

    async def _heal(self, server: StackServer) -> None:
        """It is well again."""
        server.fault = None

    async def _hub(self) -> None:
        """Shoko's hub goes, or comes back."""
        if self.home.shoko.hub.enabled:
            self.home.shoko.kill_hub()
        else:
            self.home.shoko.restore_hub()

    async def _reload(self) -> None:
        """A person reloads the entry."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def _restart(self) -> None:
        """Home Assistant is stopped, which writes its files, and starts from them."""
        await self._write()
        await self._start_anew()

    async def _kill(self) -> None:
        """Home Assistant is killed and starts from what it has written so far."""
        if f"{DOMAIN}.{self.entry.entry_id}" not in self.storage:
            await self._write()
        await self._start_anew()

    async def _write(self) -> None:
        """Home Assistant writes what has changed, as it does seconds after a change and at its end."""
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await self.hass.async_block_till_done()

    async def _start_anew(self) -> None:
        """Start as a new process does: only with the files as they are now, and before all is started."""
        disk = {key: deepcopy(data) for key, data in self.storage.items() if self.entry.entry_id in key}
        if self.entry.state is ConfigEntryState.LOADED:
            await self.hass.config_entries.async_unload(self.entry.entry_id)
            await self.hass.async_block_till_done()
            for key in [key for key in self.storage if self.entry.entry_id in key]:
                del self.storage[key]
            self.storage.update(disk)
            for subentry in self.entry.subentries:
                forget_client(self.hass, subentry)
            self.hass.set_state(CoreState.starting)
            await self.hass.config_entries.async_setup(self.entry.entry_id)
            self.hass.set_state(CoreState.running)
            self.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
            await self.hass.async_block_till_done()

    # Keys

    async def _change_key(self, server: StackServer) -> None:
        """Somebody makes a new key in a service; a person enters it when Home Assistant asks, or unasked."""
        if isinstance(server, FakeQbittorrent):
            return
        server.api_key = f"{self.dice.getrandbits(128):032x}"
        self.changed[server.name] = server
        if self.dice.random() < 0.5:
            await self.poll()
            await self._reauthenticate()

    async def _reauthenticate(self) -> None:
        """A person enters the new keys of services that are up."""
        client = self.home.qbittorrent
        if self._asked(client):  # a rejected login is not tried again, because qBittorrent bans for that
            self.changed[client.name] = client
        for name, server in list(self.changed.items()):
            if server.fault is None and await self._enter_key(server):
                self.changed.pop(name)

    def _asked(self, server: StackServer) -> list[str]:
        """Return the flows that ask for the credentials of a service."""
        subentry = None if server is self.home.seerr else server.name
        return [
            flow["flow_id"]
            for flow in self.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
            if flow["context"]["source"] == SOURCE_REAUTH and flow["context"].get("subentry_id") == subentry
        ]

    async def _enter_key(self, server: StackServer) -> bool:
        """Complete the reauthentication of a service, or reconfigure it; return whether that went well."""
        flows = self.hass.config_entries.flow
        subentry = None if server is self.home.seerr else server.name
        asked = self._asked(server)
        key: dict[str, Any] = {"api_key": server.api_key}
        if server is self.home.shoko:
            key = {"api_key_instead": key}
        elif isinstance(server, FakeQbittorrent):
            key = {"username": server.gate.username, "password": server.gate.password}
        result: Mapping[str, Any]
        if asked:
            result = await flows.async_configure(asked[0], key)
        elif subentry:
            begun = await self.entry.start_subentry_reconfigure_flow(self.hass, subentry)
            whole = key | {"url": server.url, "verify_ssl": True}
            result = await self.hass.config_entries.subentries.async_configure(begun["flow_id"], whole)
        else:
            start = await self.entry.start_reconfigure_flow(self.hass)
            result = await flows.async_configure(
                start["flow_id"], key | {"url": server.url, "verify_ssl": True}
            )
        await self.hass.async_block_till_done()
        if result["type"] is FlowResultType.FORM:
            self.refused = result.get("errors")
            manager = flows if asked or not subentry else self.hass.config_entries.subentries
            manager.async_abort(result["flow_id"])
        return result["type"] is FlowResultType.ABORT

    async def _option(self) -> None:
        """A person changes an option, which reloads the entry where it must."""
        change = self.dice.choice(({CONF_KEEP_HOURS: 24}, {CONF_LIMIT_DOWNLOADING: 5}, {CONF_KEEP_HOURS: 48}))
        self.hass.config_entries.async_update_entry(self.entry, options={**self.entry.options, **change})
        await self.hass.async_block_till_done()
