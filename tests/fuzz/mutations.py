"""Strategies of what may come instead of JSON that was recorded."""

from functools import cache
import json
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, strategies as st

FIXTURES = Path(__file__).parents[1] / "fixtures"
SERVICES = ("seerr", "radarr", "sonarr", "qbittorrent", "jellyfin", "shoko")

SECRET = "0123456789abcdef-secret"  # of every client here, which a service can repeat in its answers

TEXTS = [
    "",
    "\ud83d",
    "\udc00x",
    "\u0000\u001b[31m",
    "\u202etxet\u202c",
    "{{ states('sun.sun') }}",
    "<script>alert(1)</script>",
    "9" * 5000,
    "x" * 10_000,
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-02-30",
    "../../etc/passwd",
    "C:\\",
    "nan",
    f"http://service.example/?apikey={SECRET}",
]
NUMBERS = [0, -1, 2**31, 2**63, -(2**63), 10**30, 10**400, 1e308, -0.0]
NO_NUMBERS = [float("nan"), float("inf"), float("-inf")]
NESTED: list[Any] = [[], {}, [[]], [None], {"": None}, [{}] * 50, {"id": {"id": {}}}]
ODD_TEXTS = st.sampled_from(TEXTS)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.sampled_from(NO_NUMBERS),
    ODD_TEXTS,
    st.text(max_size=8),
    st.sampled_from(NESTED),
)
ANY_JSON = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | ODD_TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)


@cache
def recorded(service: str) -> dict[str, Any]:
    """Return the recordings of a service by file name."""
    return {path.stem: json.loads(path.read_text()) for path in sorted((FIXTURES / service).glob("*.json"))}


def body_of(recording: Any) -> Any:
    """Return the body in a recording, which can come with its request."""
    if isinstance(recording, dict):
        for key in ("body", "json", "answer", "response"):
            if key in recording:
                return body_of(recording[key])
    return recording


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to all values inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, part in inside for one in _paths(part, (*path, key)))]


def _changed(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """Return a value with a part at a path changed; `change` is `...` to drop it, or a function."""
    if not path:
        return None if change is ... else change(value)
    key, *rest = path
    if isinstance(value, dict):
        if change is ... and not rest:
            return {name: one for name, one in value.items() if name != key}
        return {
            name: _changed(one, tuple(rest), change) if name == key else one for name, one in value.items()
        }
    if change is ... and not rest:
        return [one for number, one in enumerate(value) if number != key]
    return [_changed(one, tuple(rest), change) if number == key else one for number, one in enumerate(value)]


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """Return a value with up to four of its parts dropped, replaced, nested, repeated or of another type."""
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(_paths(value)))
        odd = draw(ODD)
        change = draw(
            st.sampled_from(
                [
                    ...,
                    lambda _, odd=odd: odd,
                    lambda old: [old],
                    lambda old: {"value": old},
                    lambda old: [old, old, old] if isinstance(old, list) else str(old),
                    lambda old: len(old) if isinstance(old, (str, list, dict)) else f"{old}",
                ]
            )
        )
        value = _changed(value, path, change)
    return value


def spoiled(value: Any, dice: Random) -> Any:
    """Return a value with some of its parts dropped or replaced, by dice; JSON of a server."""
    odd = [None, True, *TEXTS, *NUMBERS, *NESTED]
    for _ in range(dice.randint(1, 4)):
        replaced = dice.choice(odd)
        change = dice.choice([..., lambda _, replaced=replaced: replaced, lambda old: [old], repr])
        value = _changed(value, dice.choice(_paths(value)), change)
    return value


def drawn[T](strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """Return so many examples of a strategy, the same in every run."""
    found: list[T] = []

    @given(strategy)
    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def take(example: T) -> None:
        """Keep one."""
        found.append(example)

    take()
    return found


@st.composite
def bodies(draw: st.DrawFn, service: str) -> str:
    """Return the text of an answer of a service: a changed recording, or anything else."""
    name = draw(st.sampled_from(sorted(recorded(service))))
    real = body_of(recorded(service)[name])
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.sampled_from(["", "null", "<html>", "[" * 5000, '{"a":', "NaN", "\x00", "\ufeff{}"]))
    value = draw(ANY_JSON) if kind == 1 else draw(mutated(real))
    text = json.dumps(value, allow_nan=True)
    return text[: len(text) // 2] if kind == 2 else text
