"""Thousands of messages about things nobody asked for leave nothing behind that grows."""

from collections.abc import Callable
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.status_tracker.clients.push import fold_keys
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.sources.shoko.source import ShokoSource

from .answers import CLIENTS, NOW, SOURCES, Session, wants
from .mutations import ANY_JSON, mutated, recorded

MANY = 3000
EVENTS = [one for one in recorded("shoko").values() if isinstance(one, dict) and "target" in one]
WEBHOOKS = {
    service: [
        one
        for name, recording in recorded(service).items()
        if name.startswith(("webhook_", "hook_"))
        for one in (recording.get("sent", [recording]) if isinstance(recording, dict) else ())
    ]
    for service in ("seerr", "radarr", "sonarr", "jellyfin")
}


def renumbered(value: Any, number: int) -> Any:
    """Return a message about something else: every number, id and path is another."""
    match value:
        case bool() | None:
            return value
        case int():
            return value + number * 1000
        case str():
            return f"{value}{number}" if any(sign.isdigit() for sign in value) and "T" not in value else value
        case dict():
            return {key: renumbered(one, number) for key, one in value.items()}
        case list():
            return [renumbered(one, number) for one in value]
    return value


def size_of(value: Any, seen: set[int]) -> int:
    """Return how many things an object holds, in all that belongs to the integration."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, dict):
        return len(value) + sum(size_of(one, seen) for pair in value.items() for one in pair)
    if isinstance(value, (list, tuple, set, frozenset)) or type(value).__name__ == "deque":
        return len(value) + sum(size_of(one, seen) for one in value)
    if type(value).__module__.startswith("custom_components.status_tracker"):
        names = {name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())}
        held = {**getattr(value, "__dict__", {}), **{name: getattr(value, name, None) for name in names}}
        return size_of(held, seen)
    return 0


def grows(kept: Any, tell: Callable[[int], None]) -> float:
    """Return by which factor something grows if the second thousand comes as well."""
    for number in range(MANY):
        tell(number)
    before = size_of(kept, set())
    for number in range(MANY, 3 * MANY):
        tell(number)
    return size_of(kept, set()) / before


@pytest.mark.parametrize("service", WEBHOOKS)
async def test_webhooks_about_others(service: str) -> None:
    """Nothing that a webhook told stays for ever."""
    source = SOURCES[service](CLIENTS[service](Session(["{}"])))
    messages = WEBHOOKS[service]
    understood = 0

    def tell(number: int) -> None:
        """Receive one after the other."""
        nonlocal understood
        understood += source.receive(renumbered(messages[number % len(messages)], number))

    await source.refresh(wants())
    assert grows(source, tell) < 1.1
    assert understood > MANY // 10


def test_the_measure_sees_what_grows() -> None:
    """A list that keeps everything is found."""
    kept: list[int] = []
    assert grows(kept, kept.append) > 2


class Line:
    """A push connection that hands over what tells of events."""

    connected = True

    async def run(self, on_event: Callable[[str, Any], None], on_connected: Callable[[], None]) -> None:
        """Keep it."""
        self.on_event = on_event


async def listening() -> tuple[Any, Line]:
    """Return Shoko's source, which listens."""
    line = Line()
    source = ShokoSource("shoko", "Shoko", CLIENTS["shoko"](Session(["{}"])), clock=lambda: NOW, push=line)
    await source.listen(lambda: None)
    return source, line


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999"])
async def test_push_events_with_numbers_that_are_none(number: str) -> None:
    """Python's JSON reads them; an id they are not."""
    source, line = await listening()
    line.on_event(
        "ShokoEvent:FileMatched",
        fold_keys(json.loads(f'{{"FileID": 345, "CrossReferences": [{{"EpisodeID": {number}}}]}}')),
    )
    assert orjson.dumps(serialize(source.snapshot(wants())))


async def test_push_events_about_others() -> None:
    """The same for Shoko's push events."""
    source, line = await listening()

    def tell(number: int) -> None:
        """Hear one after the other."""
        message = EVENTS[number % len(EVENTS)]
        told = renumbered(message["arguments"], number)
        line.on_event(message["target"], fold_keys(told[0] if told else {}))

    await source.refresh(wants())
    assert grows(source, tell) < 1.1


@given(data=st.data())
@settings(deadline=None, database=None, max_examples=150, derandomize=True)
async def test_push_events_of_any_shape(data: st.DataObject) -> None:
    """Whatever an event holds, also what Python's JSON lets through: NaN, infinity, halves of characters."""
    source, line = await listening()
    for _ in range(3):
        message = data.draw(st.sampled_from(EVENTS))
        told = data.draw(st.one_of(mutated(message["arguments"]), ANY_JSON))
        payload = fold_keys(json.loads(json.dumps(told[0] if isinstance(told, list) and told else told)))
        line.on_event(message["target"], payload if isinstance(payload, dict) else {})
        orjson.dumps(serialize(source.snapshot(wants())))
