"""A household with Shoko, by push or by polling alone, and anime with its real ids."""

from dataclasses import dataclass
from functools import partialmethod
from typing import Any, Literal

from homeassistant.core import HomeAssistant, State
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker import coordinator as coordinator_module
from custom_components.status_tracker.clients.push import Pace
from custom_components.status_tracker.clients.shoko import ShokoClient
from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS

from .common import Clock, SetUp, StartHousehold, coordinator_of, poll, state_of, until
from .stack.household import Household
from .stack.library import JellyfinItem, ShokoEpisode, ShokoFile, ShokoSeries
from .stack.rows import ArrFile, SeerrRequest
from .stack.titles import Title, film, series
from .stack.world import World

type Told = Literal["push", "polling"]

QUICK = Pace(back_off=0.05, back_off_max=0.1, ping=0.2)


# Ids as AniDB, TMDB, TVDB and IMDb have them. AniDB's come to Shoko, the others to Seerr and the *arrs.


def knapsack_kid() -> Title:
    """A film, AniDB 17862; for TVDB the special S00E08 of a series."""
    name = "Rascal Does Not Dream of a Knapsack Kid"
    return film(name, 2023, 1086591, imdb_id="tt28036417", anime=True)


def dreaming_girl() -> Title:
    """A film of the same franchise, AniDB 14397."""
    name = "Rascal Does Not Dream of a Dreaming Girl"
    return film(name, 2019, 572154, imdb_id="tt10472884", anime=True)


def jujutsu_0() -> Title:
    """A film, AniDB 16169, that others call a special of the series."""
    return film("Jujutsu Kaisen 0", 2021, 810693, imdb_id="tt14331144", anime=True)


def mugen_film() -> Title:
    """The film of a story, AniDB 15113."""
    name = "Demon Slayer -Kimetsu no Yaiba- The Movie: Mugen Train"
    return film(name, 2020, 635302, imdb_id="tt11032374", anime=True)


def mugen_series() -> Title:
    """The series whose second season, AniDB 16803, tells the same story."""
    return series("Demon Slayer: Kimetsu no Yaiba", 2019, 85937, 348545, {1: 1, 2: 2}, anime=True)


def spy_x_family() -> Title:
    """A series whose first season AniDB counts as two entries of 12 and 13 episodes, 16947 and 17061."""
    return series("Spy x Family", 2022, 120089, 405920, {1: 25}, anime=True)


def one_punch_man() -> Title:
    """A series whose third season, AniDB 17576, Shoko has linked to two TMDB shows, 63926 and 271605."""
    return series("One-Punch Man", 2015, 63926, 293088, {3: 1}, anime=True)


@dataclass(kw_only=True)
class House:
    """A household and the Home Assistant that follows it."""

    hass: HomeAssistant
    home: Household
    entry: MockConfigEntry
    clock: Clock
    told: Told

    @property
    def world(self) -> World:
        """Return the scripted world."""
        return self.home.world

    async def ask(self, title: Title, *seasons: int) -> SeerrRequest:
        """Ask for a title, approved at once."""
        return await self.world.request(title, seasons=list(seasons) or None, auto_approve=True)

    async def import_(self, request: SeerrRequest) -> list[ArrFile]:
        """Have a request found, loaded and imported; return its files, by their numbers."""
        download = await self.world.grab(request)
        await self.world.complete(download)
        return await self.world.import_(download)

    async def takes(
        self, file: ArrFile, entry: ShokoSeries, number: int = 1, *, matched: bool = True
    ) -> ShokoFile:
        """Shoko detects and hashes an *arr's file, and matches it with an episode of an AniDB entry."""
        episodes = [self.episode(entry, number)] if matched else []
        return await self.world.shoko_take_in(file.path, file.size, *episodes)

    def episode(self, entry: ShokoSeries, number: int = 1) -> ShokoEpisode:
        """Return an episode of an AniDB entry."""
        return self.world.shoko_episodes_of(entry)[number - 1]

    async def shows(self, *files: ShokoFile, **how: Any) -> JellyfinItem:
        """Shokofin shows a file in Jellyfin."""
        item = await self.world.shokofin_show(*files, **how)
        assert item is not None
        return item

    # What Home Assistant shows

    def state(self, request: SeerrRequest) -> State:
        """Return the state of a request's sensor."""
        state = state_of(self.hass, self.entry, request)
        assert state is not None
        return state

    def ids(self, request: SeerrRequest) -> set[str]:
        """Return all ids kept on a request."""
        return {*coordinator_of(self.entry).data[request.id].ids}

    def shown(self, request: SeerrRequest, stage: str, **attributes: Any) -> dict[str, tuple[Any, Any]]:
        """Return where a request differs from what is wanted, as (shown, wanted); empty if nowhere."""
        state = state_of(self.hass, self.entry, request)
        if state is None:
            return {"state": (None, stage)}
        there = {"state": state.state, **state.attributes}
        wanted = {"state": stage, **attributes}
        return {key: (there.get(key), value) for key, value in wanted.items() if there.get(key) != value}

    async def reaches(self, request: SeerrRequest, stage: str, **attributes: Any) -> State:
        """Wait until a request is in a stage, by push or at one of the next polls."""
        if self.told == "push":
            try:
                await until(self.hass, lambda: not self.shown(request, stage, **attributes), 8)
            except TimeoutError:
                assert self.shown(request, stage, **attributes) == {}
        for _ in range(12):
            if not self.shown(request, stage, **attributes):
                break
            await self.polls()
        assert self.shown(request, stage, **attributes) == {}
        return self.state(request)

    async def stays(self, request: SeerrRequest, stage: str, **attributes: Any) -> State:
        """See that a request is in a stage and does not leave it, whoever is asked."""
        await self.reaches(request, stage, **attributes)
        for _ in range(3):
            await self.polls()
        assert self.shown(request, stage, **attributes) == {}
        return self.state(request)

    async def polls(self) -> None:
        """Let the time of a few polls pass, and poll every service."""
        self.clock.advance(self.home, minutes=1)
        await poll(self.hass, self.entry)


class StartHouse:
    """Starts houses; takes what `Household` takes, and options of the entry."""

    def __init__(
        self, hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, told: Told
    ) -> None:
        """Keep what makes one."""
        self.told = told
        self._hass, self._household, self._setup, self._clock = hass, household, setup_entry, clock

    async def __call__(self, *, entry_options: dict[str, Any] | None = None, **options: Any) -> House:
        """Start one; it has heard Shoko's hub, or never will."""
        home = await self._household(shoko=True, **options)
        push = self.told == "push"
        if not push:
            home.shoko.kill_hub()
        chosen = {CONF_REGISTER_WEBHOOKS: push, **(entry_options or {})}
        entry = await self._setup(home, **chosen)
        if push:
            await until(self._hass, lambda: home.shoko.hub.accepted)
        return House(hass=self._hass, home=home, entry=entry, clock=self._clock, told=self.told)


@pytest.fixture(name="told", params=["push", "polling"])
def told_fixture(request: pytest.FixtureRequest) -> Told:
    """Return how the services tell of changes; each test runs both ways."""
    told: Told = request.param
    return told


@pytest.fixture(name="start_house")
def start_house_fixture(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> StartHouse:
    """Return what starts houses, whose pauses are short."""
    monkeypatch.setattr(coordinator_module, "CONFIRM_AFTER", 0.1)
    monkeypatch.setattr(ShokoClient, "push", partialmethod(ShokoClient.push, pace=QUICK))
    return StartHouse(hass, household, setup_entry, clock, told)


@pytest.fixture(name="house")
async def house_fixture(start_house: StartHouse) -> House:
    """Return a house like most."""
    return await start_house()
