"""What disturbs journeys: lost and late webhooks, services down, restarts, other options and keys."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Literal

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_KEEP_HOURS, CONF_LIMIT_DOWNLOADING, DOMAIN

from ..common import Clock, poll
from ..stack.household import Household
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
    done: list[str] = field(default_factory=list)

    async def poll(self, rounds: int = 1) -> None:
        """Poll, if the entry is set up; if it is not, Home Assistant or a person tries again."""
        if self.entry.state in (ConfigEntryState.SETUP_RETRY, ConfigEntryState.SETUP_ERROR):
            await self.hass.config_entries.async_reload(self.entry.entry_id)
            await self.hass.async_block_till_done()
        if self.entry.state is ConfigEntryState.LOADED:
            await poll(self.hass, self.entry, rounds)

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
        self.home.shoko.restore_hub()

    async def _time(self) -> None:
        """Minutes pass."""
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
        """Home Assistant is stopped, the household goes on a little, Home Assistant starts."""
        await self._away(None)

    async def _kill(self) -> None:
        """The same, but what was not saved yet is lost."""
        key = f"{DOMAIN}.{self.entry.entry_id}"
        await self._away(deepcopy({one: self.storage[one] for one in (key,) if one in self.storage}))

    async def _away(self, files: dict[str, Any] | None) -> None:
        """Unload, put older files back, set up."""
        if self.entry.state is ConfigEntryState.LOADED:
            await self.hass.config_entries.async_unload(self.entry.entry_id)
            self.storage.update(files or {})
            await self.hass.config_entries.async_setup(self.entry.entry_id)
            await self.hass.async_block_till_done()

    async def _option(self) -> None:
        """A person changes an option, which reloads the entry where it must."""
        change = self.dice.choice(({CONF_KEEP_HOURS: 24}, {CONF_LIMIT_DOWNLOADING: 5}, {CONF_KEEP_HOURS: 48}))
        self.hass.config_entries.async_update_entry(self.entry, options={**self.entry.options, **change})
        await self.hass.async_block_till_done()
