"""Changes of requests between two evaluations."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from .requests import Stage, Tracked

STUCK = "stuck"
RECOVERED = "recovered"
REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a request: a stage reached, stuck, recovered or removed."""

    kind: str
    request: Tracked
    previous: Stage | None


def changes_of(request: Tracked, stage: Stage | None, stuck: bool) -> list[Change]:
    """Return the changes of a request since a former stage; None if it is new."""
    found: list[Change] = []
    if request.stage is not stage:
        found.append(Change(request.stage, request, stage))
    if request.stuck is not stuck:
        found.append(Change(STUCK if request.stuck else RECOVERED, request, request.stage))
    return found


def changes(
    before: Mapping[int, Tracked], after: Mapping[int, Tracked], done: Container[int] = ()
) -> list[Change]:
    """Return the changes between two evaluations; requests older than the first start are not reported.

    Requests in `done` were hidden after their retention time, which is not a change.
    """
    found: list[Change] = []
    for number, now in after.items():
        if not now.journey.old:
            then = before.get(number)
            found += changes_of(now, then.stage if then else None, then is not None and then.stuck)
    gone = [then for number, then in before.items() if number not in after and number not in done]
    return found + [Change(REMOVED, then, then.stage) for then in gone]
