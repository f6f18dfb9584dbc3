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


def changes(
    before: Mapping[int, Tracked], after: Mapping[int, Tracked], done: Container[int] = ()
) -> list[Change]:
    """Return the changes between two evaluations; requests older than the first start are not reported.

    Requests in `done` were hidden after their retention time, which is not a change.
    """
    found: list[Change] = []
    for number, now in after.items():
        then = before.get(number)
        if now.journey.old:
            continue
        if then is None or then.stage is not now.stage:
            found.append(Change(now.stage, now, then.stage if then else None))
        if now.stuck and not (then and then.stuck):
            found.append(Change(STUCK, now, now.stage))
        elif then and then.stuck and not now.stuck:
            found.append(Change(RECOVERED, now, now.stage))
    gone = [then for number, then in before.items() if number not in after and number not in done]
    return found + [Change(REMOVED, then, then.stage) for then in gone]
