"""A household in which a story about one request is played."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import HomeAssistant, State
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import LIMITS
from custom_components.status_tracker.pipeline.requests import Reason

from ..common import Clock, poll, state_of
from ..stack.household import Household
from ..stack.rows import Download, SeerrRequest
from ..stack.stories import sintel
from ..stack.titles import Title


@dataclass
class Scene:
    """A household, the Home Assistant that follows it by polling alone, and one request in it."""

    hass: HomeAssistant
    home: Household
    entry: MockConfigEntry
    clock: Clock
    requests: list[SeerrRequest] = field(default_factory=list)

    @property
    def request(self) -> SeerrRequest:
        """The request the story is about."""
        return self.requests[-1]

    async def ask(self, title: Title | None = None, **options: Any) -> SeerrRequest:
        """Somebody asks for a title, which is approved at once."""
        request = await self.home.world.request(title or sintel(), **{"auto_approve": True, **options})
        self.requests.append(request)
        return request

    async def grab(self, title: Title | None = None) -> Download:
        """Somebody asks for a film, and it is found."""
        return await self.home.world.grab(await self.ask(title))

    async def load(self, title: Title | None = None) -> Download:
        """Somebody asks for a film, and it is loaded."""
        download = await self.grab(title)
        await self.home.world.complete(download)
        return download

    async def wait(self, **span: float) -> None:
        """Let time pass."""
        await poll(self.hass, self.entry)
        self.clock.advance(self.home, **span)
        await poll(self.hass, self.entry)

    async def look(self, rounds: int = 4) -> State:
        """What the request's sensor shows once all have been asked."""
        await poll(self.hass, self.entry, rounds)
        state = state_of(self.hass, self.entry, self.request)
        assert state
        return state

    async def expect(self, stage: str, reason: str | None, **wanted: Any) -> State:
        """See that the sensor shows this stage and reason; `wanted` are further attributes."""
        state = await self.look()
        names = ("reason", *wanted)
        shown = {name: state.attributes.get(name) for name in names}
        assert (state.state, shown) == (stage, {"reason": reason, **wanted})
        problem = self.hass.states.get("binary_sensor.requests_stuck_request")
        assert problem
        assert problem.state == ("on" if state.attributes["stuck"] else "off")
        return state

    async def expect_stuck_past(self, limit: str) -> None:
        """See that it counts as stuck from the stage's limit on, and no sooner."""
        before = await self.look(rounds=2)
        assert before.attributes["stuck"] is False
        self.clock.advance(self.home, minutes=LIMITS[limit] - 2)
        assert (await self.look(rounds=2)).attributes["stuck"] is False
        self.clock.advance(self.home, minutes=3)
        after = await self.look(rounds=2)
        assert after.attributes["stuck"] is True
        reasons = (before.attributes.get("reason"), after.attributes.get("reason"))
        assert (before.state, reasons[0]) == (after.state, reasons[1])


type Story = Callable[[Scene], Awaitable[None]]
STORIES: dict[Story, tuple[Reason, ...]] = {}


def tells_of(*reasons: Reason) -> Callable[[Story], Story]:
    """Say which reasons a story produces and lifts."""

    def enter(story: Story) -> Story:
        """Enter it."""
        STORIES[story] = reasons
        return story

    return enter
