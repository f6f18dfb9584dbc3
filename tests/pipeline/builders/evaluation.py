"""Evaluations of evidence with settled limits and memory."""

from collections.abc import Iterable
from datetime import datetime, timedelta
import random

from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase, ServiceEvidence
from custom_components.status_tracker.pipeline.pieces import KIND_OF
from custom_components.status_tracker.pipeline.requests import Limits, Stage, Tracked
from custom_components.status_tracker.pipeline.tracker import Memory, Outcome, evaluate

from .times import NOW, ago

LIMIT = timedelta(hours=1)
LIMITS = Limits(keep=timedelta(hours=48), stages=dict.fromkeys(Stage, LIMIT))
AT_ONCE = Limits(keep=timedelta(hours=48), stages=dict.fromkeys(Stage, timedelta()))
FIELDS = {ServiceEvidence: "services", **KIND_OF}


def evidence(*pieces: EvidenceBase) -> Evidence:
    """Return pieces of any kind as evidence."""
    parts: dict[str, list[EvidenceBase]] = {field: [] for field in FIELDS.values()}
    for piece in pieces:
        parts[FIELDS[type(piece)]].append(piece)
    return Evidence(**{field: tuple(found) for field, found in parts.items()})  # type: ignore[arg-type]  # by type


def shuffled(told: Evidence, seed: int) -> Evidence:
    """Return the evidence told in another order."""
    dice = random.Random(seed)
    parts = {field: list(getattr(told, field)) for field in FIELDS.values()}
    for part in parts.values():
        dice.shuffle(part)
    return Evidence(**{field: tuple(part) for field, part in parts.items()})


def settled() -> Memory:
    """Return a memory of long ago, so that nothing is taken as old."""
    return Memory(started=ago(days=30))


def look(
    *pieces: EvidenceBase,
    memory: Memory | None = None,
    now: datetime = NOW,
    limits: Limits = LIMITS,
    listed: bool = True,
) -> Outcome:
    """Return what an evaluation gives."""
    known = settled() if memory is None else memory
    return evaluate(evidence(*pieces), known, limits, now, listed=listed)


def only(
    *pieces: EvidenceBase, memory: Memory | None = None, now: datetime = NOW, limits: Limits = LIMITS
) -> Tracked:
    """Return the one request there is."""
    (tracked,) = look(*pieces, memory=memory, now=now, limits=limits).tracked.values()
    return tracked


def over_time(
    *pieces: EvidenceBase, waited: timedelta, limits: Limits = LIMITS, memory: Memory | None = None
) -> Tracked:
    """Return the one request when the same evidence has stood for a time."""
    known = settled() if memory is None else memory
    only(*pieces, memory=known, limits=limits)
    return only(*pieces, memory=known, now=NOW + waited, limits=limits)


def seed_range(count: int) -> Iterable[int]:
    """Return seeds for tests by chance, the same in every run."""
    return range(count)
