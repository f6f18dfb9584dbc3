"""What Home Assistant has told and shown over all its lives, by its database, and what must be true of it."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from pathlib import Path
import re
import sqlite3

ROWS = """
    SELECT states_meta.entity_id, states.state, shared_attrs, states.last_updated_ts FROM states
    JOIN states_meta ON states_meta.metadata_id = states.metadata_id
    JOIN state_attributes ON state_attributes.attributes_id = states.attributes_id
    WHERE states_meta.entity_id LIKE 'event.%' OR states_meta.entity_id LIKE 'sensor.%'
    ORDER BY states.last_updated_ts
"""
HEARD = "heard:"
LINE = re.compile(rf"{HEARD} (\S+) (\d+) (\w+)")
NO_STATE = {"unknown", "unavailable"}
REMOVED = "removed"
TROUBLE = {"stuck", "recovered"}
# What happens so shortly before a kill may be told again, or not: there was no time to act on it.
MOMENT = timedelta(seconds=0.25)
SAVED = timedelta(seconds=3)  # until a new request is saved


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a request."""

    at: datetime
    request: int
    kind: str


class Activity:
    """All events, and all stages that sensors have shown."""

    def __init__(self, database: Path) -> None:
        """Nothing was read yet."""
        self._database = database
        self.kills: list[datetime] = []
        self.told: dict[Told, None] = {}
        self.shown: dict[int, dict[str, datetime]] = {}  # when each stage was shown first, by request
        self.repeated = self.cut = self.heard = 0
        self.wrong: list[str] = []

    def read(self) -> None:
        """Read the database; the state of the event entity is restored at every start."""
        with contextlib.closing(sqlite3.connect(self._database)) as connection:
            for entity_id, state, attributes, at in connection.execute(ROWS):
                facts = json.loads(attributes)
                if state in NO_STATE or "request_id" not in facts:
                    continue
                number = int(facts["request_id"])
                if entity_id.startswith("sensor."):
                    self.shown.setdefault(number, {}).setdefault(state, datetime.fromtimestamp(at, UTC))
                else:
                    time = datetime.fromisoformat(state).astimezone(UTC)
                    self.told[Told(time, number, facts["event_type"])] = None

    def hear(self, log: str) -> None:
        """Read from a log what an automation has heard, also what the database had no time to keep."""
        for at, number, kind in LINE.findall(log):
            self.heard += 1
            self.told[Told(datetime.fromisoformat(at).astimezone(UTC), int(number), kind)] = None

    def check(self, requests: set[int], deleted: int) -> None:
        """Check what was told of each request that is there, and of the one that was deleted."""
        for number in sorted({*requests, deleted, *self.shown}):
            events = sorted((one for one in self.told if one.request == number), key=lambda one: one.at)
            stages = [one for one in events if one.kind not in TROUBLE]
            last = REMOVED if number == deleted else "available"
            if number == deleted and stages and self._killed_after(stages[0].at, SAVED):
                self.cut += 1  # nothing was saved of it, so that its removal cannot be told
            elif [one.kind for one in stages[-1:]] != [last]:
                self._complain(number, "does not end right", events)
            for stage in self.shown.get(number, {}).keys() - {one.kind for one in stages}:
                if self._killed_after(self.shown[number][stage]):
                    self.cut += 1
                else:
                    self._complain(number, f"lost {stage}", events)
            self._check_once(number, stages)
            self._check_once(number, [one for one in events if one.kind in TROUBLE])
        if not self.heard:
            self.wrong.append("the automation has heard nothing")
        if stray := {one.request for one in self.told} - requests - {deleted}:
            self.wrong.append(f"told of {stray}, which nobody asked for")

    def _check_once(self, number: int, events: list[Told]) -> None:
        """Check that nothing is told twice in a row, but for what was told at the moment of a kill."""
        for one, other in pairwise(events):
            if one.kind != other.kind:
                continue
            if self._killed_after(one.at):
                self.repeated += 1
            else:
                self._complain(number, f"told {one.kind} twice", events)

    def _killed_after(self, at: datetime, within: timedelta = MOMENT) -> bool:
        """Return whether Home Assistant was killed the moment after a time."""
        return any(timedelta() <= kill - at < within for kill in self.kills)

    def _complain(self, number: int, text: str, events: list[Told]) -> None:
        """Note what is wrong with what was told of a request."""
        told = ", ".join(f"{one.at:%H:%M:%S.%f} {one.kind}" for one in events)
        kills = ", ".join(f"{one:%H:%M:%S.%f}" for one in self.kills)
        self.wrong.append(f"request {number} {text}: {told}; kills: {kills}")
