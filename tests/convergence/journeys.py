"""Many requests on their way through one household, disturbed, and compared with the truth at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
import logging
from random import Random
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_RESTORED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import CONF_CALLBACK_URL, DOMAIN

from ..common import Clock, entity_id_of, entry_of
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from .catalog import Anidb, Wish, wishes
from .moves import Moves
from .trouble import Trouble
from .truth import LOST_AFTER, REREAD_WITHIN, is_reread, truth_of
from .units import Registrar
from .watch import Watch

NUMBERS = count(1)  # of entries, so that none inherits the files of another
UNAVAILABLE = (
    " is unavailable: ",
    "Unable to reach ",
    " failed to authenticate",
    " could not authenticate: ",
)


@dataclass(slots=True)
class Tally:
    """What was played so far."""

    plays: int = 0
    journeys: int = 0
    steps: int = 0
    prompt: int = 0  # plays in which all was right after one poll
    refreshed: int = 0  # plays in which somebody refreshed
    failures: list[list[str]] = field(default_factory=list)  # what happened in those that failed

    def add(self, play: Play) -> None:
        """Count a play."""
        if play.wrong:
            self.failures.append(play.trace)
        self.plays += 1
        self.prompt += play.prompt
        self.refreshed += play.refreshed
        self.journeys += play.journeys
        self.steps += play.steps


@dataclass(frozen=True, slots=True)
class Difference:
    """What is shown otherwise than it is; `reread` if no event tells of it, so that it is read in turn."""

    text: str
    reread: bool


class Play:
    """One household and its requests, from the first to the comparison at the end."""

    def __init__(
        self,
        hass: HomeAssistant,
        clock: Clock,
        storage: dict[str, Any],
        caplog: pytest.LogCaptureFixture,
        callback_url: str,
    ) -> None:
        """Take what a test has."""
        self.hass, self.clock, self.storage, self.caplog = hass, clock, storage, caplog
        self.callback_url = callback_url
        self.dice = Random(0)
        self.trace: list[str] = []
        self.wrong: list[str] = []
        self.asked: list[SeerrRequest] = []
        self.journeys = self.steps = 0
        self.prompt = self.refreshed = False

    async def run(self, plan: Sequence[int]) -> None:
        """Play a plan."""
        self.caplog.clear()
        home = Household(radarrs=("hd", "4k"), sonarrs=("hd", "4k"), shoko=True)
        home.world.advance(self.clock.ahead.total_seconds())
        async with home:
            self._look_for_files()
            entry = entry_of(home, next(NUMBERS), **{CONF_CALLBACK_URL: self.callback_url})
            entry.add_to_hass(self.hass)
            await self.hass.config_entries.async_setup(entry.entry_id)
            await self.hass.async_block_till_done()
            registrar = Registrar(home)
            watch = Watch(self.hass, registrar, self._complain)
            trouble = Trouble(self.hass, home, entry, self.clock, self.storage, self.dice)
            try:
                await self._travel(home, registrar, watch, trouble, plan)
                await self._settle(home, entry, registrar, watch, trouble)
            finally:
                watch.close()
                await self.hass.config_entries.async_remove(entry.entry_id)
                await self.hass.async_block_till_done()
        for one in self._complaints():
            self._complain(one)

    def _look_for_files(self) -> None:
        """See that removed entries have left no file."""
        for key in self.storage:
            if key.startswith(f"{DOMAIN}.0"):
                self._complain(f"{key} is left of a removed entry")

    def _complain(self, text: str) -> None:
        """Note that something is not as it should be."""
        self.wrong.append(text)
        self.trace.append(f"WRONG: {text}")

    async def _travel(
        self,
        home: Household,
        registrar: Registrar,
        watch: Watch,
        trouble: Trouble,
        plan: Sequence[int],
    ) -> None:
        """Requests are made and go on, step by step, in any order."""
        self.dice.seed(plan[0])
        home.world.shokofin.library = self.dice.choice(("shows", "mixed"))
        moves = Moves(home, registrar, Anidb(home.world, linked=self.dice.random() < 0.7), self.dice)
        open_wishes = wishes()
        self.dice.shuffle(open_wishes)
        for step in filter(None, plan[1:]):
            self.dice.seed(step)
            if self.dice.random() < 0.25:
                self.trace.append(await trouble.happen())
                continue
            self.steps += 1
            if open_wishes and (not self.asked or self.dice.random() < 0.15):
                await self._ask(home, open_wishes.pop())
            else:
                await self._move(moves, self.dice.choice(self.asked))
            watch.look()

    async def _ask(self, home: Household, wish: Wish) -> None:
        """Somebody asks for something."""
        home.world.hand_over_on_approve = self.dice.random() < 0.9
        request = await home.world.request(
            wish.title,
            self.dice.choice(("Alice", "Bob")),
            seasons=[*wish.seasons] or None,
            is_4k=wish.is_4k,
            auto_approve=self.dice.random() < 0.5,
        )
        self.asked.append(request)
        self.journeys += 1
        self.trace.append(f"request {request.id}: {_name(request)}")

    async def _move(self, moves: Moves, request: SeerrRequest) -> None:
        """A request goes on; where it is gone, the same may be asked for again."""
        home = moves.home
        found = moves.of(request)
        if not found:
            if request.id not in home.world.requests and self.dice.random() < 0.5:
                self.asked.remove(request)
                seasons = tuple(request.seasons)
                await self._ask(home, Wish(request.title, seasons, request.is_4k))
            return
        (name, _, move), *_ = self.dice.choices(found, [one[1] for one in found])
        self.trace.append(f"{name} ({request.id})")
        await move()

    async def _settle(
        self, home: Household, entry: MockConfigEntry, registrar: Registrar, watch: Watch, trouble: Trouble
    ) -> None:
        """All is up again; after one poll all is as it should be, except what takes its time by design.

        If somebody refreshes once that time has passed, all is.
        """
        await trouble.end()
        watch.look()
        await trouble.poll(2)
        if entry.state is not ConfigEntryState.LOADED:
            self._complain(f"the entry is not set up: {entry.state}, {entry.reason}")
        wrong = self._differences(home, entry, registrar)
        self.prompt = not wrong
        self.refreshed = self.dice.random() < 0.5 and entry.state is ConfigEntryState.LOADED
        if self.refreshed:
            self.clock.advance(home, minutes=LOST_AFTER)
            await trouble.poll()
            await self.hass.services.async_call(DOMAIN, "refresh", {}, blocking=True)
            await self.hass.async_block_till_done()
            wrong = self._differences(home, entry, registrar)
        wrong += self._untold(home, entry, watch)
        late = 0  # polls since there is anything that is not read again in turn, or follows from such
        for _ in range(0 if self.refreshed else REREAD_WITHIN):
            if not wrong or late >= LOST_AFTER:
                break
            self.clock.advance(home, minutes=1)
            await trouble.poll()
            wrong = self._differences(home, entry, registrar) + self._untold(home, entry, watch)
            late = 0 if all(one.reread for one in wrong) else late + 1
        for one in wrong:
            self._complain(one.text)
        registry = er.async_get(self.hass)
        ids = {f"{entry.entry_id}_{number}" for number in home.world.requests}
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
            number = entity.unique_id.removeprefix(f"{entry.entry_id}_")
            if entity.domain == "sensor" and number.isdecimal() and entity.unique_id not in ids:
                self._complain(f"request {number} is gone and its sensor is not")

    def _untold(self, home: Household, entry: MockConfigEntry, watch: Watch) -> list[Difference]:
        """Where the last stage that was told is not the one that is shown."""
        found: list[Difference] = []
        for request in home.world.requests.values():
            stages = [one for one in watch.told[request.id] if one not in ("stuck", "recovered", "removed")]
            entity_id = entity_id_of(self.hass, entry, request)
            state = self.hass.states.get(entity_id) if entity_id else None
            if state and stages and stages[-1] != state.state:
                text = f"{_name(request)}: {state.state} is shown and {stages[-1]} was told last"
                found.append(Difference(text, reread=False))
        return found

    def _differences(self, home: Household, entry: MockConfigEntry, registrar: Registrar) -> list[Difference]:
        """Where what is shown differs from the truth."""
        found: list[Difference] = []
        for request in home.world.requests.values():
            for text in self._difference(home, entry, registrar, request):
                entity_id = entity_id_of(self.hass, entry, request)
                state = self.hass.states.get(entity_id) if entity_id else None
                reread = state is not None and is_reread(state.state, truth_of(registrar, request))
                found.append(Difference(f"{_name(request)}: {text}", reread))
        return found

    def _difference(
        self, home: Household, entry: MockConfigEntry, registrar: Registrar, request: SeerrRequest
    ) -> list[str]:
        """Where one request differs from the truth."""
        truth = truth_of(registrar, request)
        entity_id = entity_id_of(self.hass, entry, request)
        state = self.hass.states.get(entity_id) if entity_id else None
        if state is None or state.attributes.get(ATTR_RESTORED):
            return ["it has no sensor"]
        shown = state.attributes
        found = []
        if state.state not in truth.stages:
            units = [(unit.key, unit.stage) for unit in truth.units]
            found.append(f"{state.state} ({shown.get('reason')}) instead of {truth.stages}, units {units}")
            return found
        if truth.reasons and shown.get("reason") not in truth.reasons:
            found.append(f"{state.state} because of {shown.get('reason')} instead of {truth.reasons}")
        if not truth.reasons or state.state == "declined":
            return found
        counts = shown.get("episodes_total"), shown.get("episodes_available")
        if counts != (truth.total, truth.available):
            found.append(f"episodes {counts} instead of {(truth.total, truth.available)}")
        link = str(shown.get("jellyfin_url") or "")
        shows = {home.world.items[one].series_id for one in truth.items} - {None}
        if bool(link) is not bool(truth.items) or (
            link and not any(f"id={one}&" in link for one in {*truth.items, *shows})
        ):
            found.append(f"{state.state} with the link {link!r} and {len(truth.items)} items")
        if shown.get("seerr_url") != f"{home.seerr.url}/{request.title.media_type}/{request.title.tmdb_id}":
            found.append(f"the link {shown.get('seerr_url')!r}")
        return found

    def _complaints(self) -> list[str]:
        """What we logged above INFO, or anyone with an exception, except that a service is unavailable."""
        return [
            f"{one.levelname} {one.name}: {one.getMessage()} {one.exc_text or ''}"
            for one in self.caplog.get_records("call")
            if (one.name.startswith(f"custom_components.{DOMAIN}") and one.levelno > logging.INFO)
            or (one.levelno >= logging.ERROR and DOMAIN in f"{one.getMessage()} {one.exc_text}")
            if not any(text in one.getMessage() for text in UNAVAILABLE)
        ]


def _name(request: SeerrRequest) -> str:
    """A request as a person names it."""
    seasons = f" seasons {list(request.seasons)}" if request.seasons else ""
    return (
        f"{request.id} {request.title.title} ({request.title.year}){' 4K' if request.is_4k else ''}{seasons}"
    )
