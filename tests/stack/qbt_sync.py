"""The state of `sync/maindata` for one session: its last answer, and the one the client has."""

from typing import Any

type Json = dict[str, Any]

MAPS = ("torrents", "categories")
LISTS = ("tags",)


class SyncState:
    """The rid of one session. `lossy` overwrites a torrent's unacknowledged changes, as 5.1.0 may do."""

    def __init__(self, *, lossy: bool = False) -> None:
        """Nothing was sent yet."""
        self.lossy = lossy
        self.last_sent = 0
        self.accepted = 0
        self._snapshot: Json = {}
        self._pending: Json = {}

    def answer(self, rid: int, now: Json) -> Json:
        """The body for this rid, `now` being `{torrents, categories, tags, server_state}` at this moment."""
        known = rid > 0 and rid in (self.last_sent, self.accepted)
        if known and rid == self.last_sent:
            self.accepted = rid
            self._pending = {}
        if known:
            self._collect(now)
            body = {key: value for key, value in self._pending.items() if value}
        else:
            self.accepted = 0
            self._pending = {}
            body = {key: value for key, value in now.items() if value} | {"full_update": True}
        self._snapshot = {
            "torrents": {key: dict(row) for key, row in now["torrents"].items()},
            "categories": {key: dict(row) for key, row in now["categories"].items()},
            "tags": list(now["tags"]),
            "server_state": dict(now["server_state"]),
        }
        self.last_sent += 1
        return {"rid": self.last_sent, **body}

    def _collect(self, now: Json) -> None:
        """Add what changed since the last answer to what the client has not acknowledged."""
        pending = self._pending
        for kind in MAPS:
            rows: Json = pending.setdefault(kind, {})
            gone: list[str] = pending.setdefault(f"{kind}_removed", [])
            for key, row in now[kind].items():
                before = self._snapshot[kind].get(key, {})
                changed = {name: value for name, value in row.items() if before.get(name, row) != value}
                if not changed:
                    continue
                keep = before and not self.lossy
                rows[key] = {**rows.get(key, {}), **changed} if keep else changed
                if key in gone:
                    gone.remove(key)
            for key in self._snapshot[kind]:
                if key not in now[kind]:
                    rows.pop(key, None)
                    gone.append(key)
        for kind in LISTS:
            added: list[str] = pending.setdefault(kind, [])
            removed: list[str] = pending.setdefault(f"{kind}_removed", [])
            added += [name for name in now[kind] if name not in self._snapshot[kind]]
            removed += [name for name in self._snapshot[kind] if name not in now[kind]]
        state: Json = pending.setdefault("server_state", {})
        old = self._snapshot["server_state"]
        state.update({name: value for name, value in now["server_state"].items() if old.get(name) != value})
