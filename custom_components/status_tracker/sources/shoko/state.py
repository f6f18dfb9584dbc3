"""State of the Shoko source: files to find, tracked files, and changes from events."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...clients.shoko_events import ShokoEvent, ShokoEventKind as Kind
from ...pipeline.evidence.arr import FileEvidence
from ...pipeline.evidence.shoko import ShokoEvidence
from ...pipeline.ids import IdKind, make_id
from ...pipeline.wants import Want
from ..serialization import deserialize_all
from .files import FIRST_WAIT, Lookup, Tracked, at_odds, event_ids, join_paths, same_tail

RECENT_KEPT = 200
FILE_EVENTS = (Kind.HASHED, Kind.MATCHED, Kind.NOT_MATCHED, Kind.RELOCATED)


class ShokoState:
    """Files by request, limited to the wants and the latest untracked files from events."""

    def __init__(self, source: str, url: str, clock: Callable[[], datetime]) -> None:
        """Initialize without files; `url` is the page to link unrecognized files."""
        self.tracked: dict[int, Tracked] = {}
        self.lookups: dict[tuple[str, int], Lookup] = {}
        self.recent: OrderedDict[int, ShokoEvidence] = OrderedDict()
        self._source = source
        self._url = url
        self._clock = clock

    # Wants

    def follow(self, wants: Sequence[Want]) -> None:
        """Update the lookups from the wants and drop files without a request."""
        now = self._clock()
        before, self.lookups = self.lookups, {}
        hinted = {key for key, one in before.items() if one.hinted}
        for want in wants:
            for file in () if want.finished else want.files:
                self._want(want, file, before, now)
        for key, lookup in self.lookups.items():
            if lookup.hinted and key not in hinted and lookup.file_id is None:
                lookup.lost(now)  # now there is a sign of anime
            self._adopt(lookup)
        keep = self.of(wants)
        self.tracked = {key: one for key, one in self.tracked.items() if key in keep}

    def of(self, wants: Sequence[Want]) -> set[int]:
        """Return the files of a want, by the request they were found for or by id."""
        requests = {want.request_id for want in wants}
        ids = {one for want in wants for one in want.ids}
        return {
            key
            for key, one in self.tracked.items()
            if one.requests & requests or make_id(IdKind.SHOKO_FILE, key) in ids
        }

    def has_own_size(self, lookup: Lookup) -> bool:
        """Return whether the size of a file is unique among the files to find."""
        size = lookup.file.size
        return bool(size) and sum(one.file.size == size for one in self.lookups.values()) == 1

    def open(self) -> list[Tracked]:
        """Return the files to read: not found in Jellyfin yet, just changed, or with pending ids."""
        wanted = {one.file_id for one in self.lookups.values()}
        return [one for key, one in self.tracked.items() if key in wanted or one.stirred or one.unsettled]

    def _want(
        self, want: Want, file: FileEvidence, before: dict[tuple[str, int], Lookup], now: datetime
    ) -> None:
        """Add a lookup for a file of a want; a different size at the same path is a new file."""
        key = (file.path, file.size)
        if (lookup := self.lookups.get(key)) is None:
            lookup = before.get(key) or Lookup(file=file, due=now)
            lookup.requests, lookup.tmdb, lookup.hinted = set(), set(), False
            self.lookups[key] = lookup
        lookup.requests.add(want.request_id)
        if want.tmdb_id:
            lookup.tmdb.add((want.media_type, want.tmdb_id))
        lookup.hinted = lookup.hinted or want.anime is True

    def _adopt(self, lookup: Lookup) -> None:
        """Resolve a lookup with a file known from another request or an event."""
        if lookup.file_id is None:
            known = (*(one.evidence for one in self.tracked.values()), *self.recent.values())
            for one in known:
                fits = any(same_tail(path, lookup.file.path) for path in one.paths)
                if fits and not at_odds(one.size, lookup.file.size):
                    lookup.found(one.file_id)
                    break
        if lookup.file_id is None:
            return
        if lookup.file_id in self.recent:
            self.track(self.recent.pop(lookup.file_id))
        if (tracked := self.tracked.get(lookup.file_id)) is None:
            lookup.lost(self._clock())
        else:
            tracked.requests |= lookup.requests

    # Files

    def track(self, evidence: ShokoEvidence) -> Tracked:
        """Track a file and read it in the next poll."""
        now = self._clock()
        tracked = Tracked(evidence=evidence, due=now, since=now, refused=evidence.refused)
        self.tracked[evidence.file_id] = tracked
        return tracked

    def found(self, lookup: Lookup, file_id: int, *, former_path: bool) -> Tracked:
        """Track the file found by a lookup; `former_path` is the path before Shoko renamed it."""
        lookup.found(file_id)
        if (tracked := self.tracked.get(file_id)) is None:
            tracked = self.track(self.recent.pop(file_id) if file_id in self.recent else self._new(file_id))
        tracked.requests |= lookup.requests
        if former_path:
            paths = join_paths(tracked.evidence.paths, (lookup.file.path,))
            tracked.evidence = replace(tracked.evidence, paths=paths)
        return tracked

    def release_misfits(self, file_id: int, size: int) -> None:
        """Resume lookups whose file turned out to be another one, by its size."""
        for lookup in self.lookups.values():
            if lookup.file_id == file_id and at_odds(lookup.file.size, size):
                lookup.lost(self._clock() + FIRST_WAIT)
                self.tracked[file_id].requests -= lookup.requests

    def withdraw(self, file_id: int) -> None:
        """Remove a file deleted in Shoko."""
        self.tracked.pop(file_id, None)
        for lookup in self.lookups.values():
            if lookup.file_id == file_id:
                lookup.lost(self._clock() + FIRST_WAIT)

    def stir_all(self) -> None:
        """Mark all pending files to be read and searched again."""
        now = self._clock()
        for tracked in self.open():
            tracked.stir(now)
        for lookup in self.lookups.values():
            if lookup.file_id is None:
                lookup.due = now

    def _new(self, file_id: int) -> ShokoEvidence:
        """Return the evidence of a new file."""
        ids = (make_id(IdKind.SHOKO_FILE, file_id),)
        return ShokoEvidence(source=self._source, file_id=file_id, paths=(), ids=ids, url=self._url)

    # Events

    def apply(self, event: ShokoEvent) -> bool:
        """Apply an event as evidence and mark files to be read; return whether any file is affected."""
        if event.kind is Kind.METADATA:
            return self._stir(self._with_metadata(event))
        if event.kind is Kind.DETECTED:
            return self._await_hash(event)
        if event.file_id is None:
            return event.kind is Kind.UNLINKED and self._stir(self.open())
        if event.file_id not in self.tracked and not self._first_heard(event.file_id, event):
            return False
        tracked = self.tracked[event.file_id]
        if event.kind in FILE_EVENTS:
            tracked.evidence = self._told(tracked.evidence, event)
            tracked.refused = tracked.evidence.refused
        # A deletion can be of one copy, an unlinking part of a correction, so read the file to decide.
        return self._stir([tracked])

    def _first_heard(self, file_id: int, event: ShokoEvent) -> bool:
        """Add an unknown file; return whether a request wants it, otherwise it is kept for later."""
        known = self.recent.pop(file_id, None)
        if event.kind not in FILE_EVENTS:
            return False
        evidence = self._told(known or self._new(file_id), event)
        if not evidence.paths:
            return self._await_hash(event)
        self.recent[file_id] = evidence
        while len(self.recent) > RECENT_KEPT:
            self.recent.popitem(last=False)
        for lookup in self.lookups.values():
            if lookup.file_id is None:
                self._adopt(lookup)
        return file_id in self.tracked

    def _told(self, known: ShokoEvidence, event: ShokoEvent) -> ShokoEvidence:
        """Return the evidence of a file updated with the fields of an event."""
        here = (event.path,) if event.path else ()
        former = (event.former_path,) if event.former_path else ()
        evidence = replace(known, paths=join_paths(here, known.paths, former))
        if event.kind is Kind.MATCHED and (refs := event.cross_references):
            ids = event_ids(known.file_id, refs)
            return replace(
                evidence,
                ids=known.ids if set(ids) <= set(known.ids) else ids,
                matched=True,
                refused=False,
                series_pending=any(one.series is None or one.episode is None for one in refs),
                url=None,
            )
        if event.kind is Kind.NOT_MATCHED and not known.matched:
            return replace(evidence, refused=event.refused)
        return evidence

    def _await_hash(self, event: ShokoEvent) -> bool:
        """Search again soon for files an event may be about; without a path, for all anime files."""
        soon = self._clock() + FIRST_WAIT
        for lookup in self.lookups.values():
            if lookup.file_id is not None:
                continue
            if event.path is None and lookup.hinted and lookup.due:
                lookup.due = min(lookup.due, soon)
            elif event.path is not None and same_tail(event.path, lookup.file.path):
                lookup.due, lookup.tries = soon, 0
        return False

    def _with_metadata(self, event: ShokoEvent) -> Iterable[Tracked]:
        """Return the files with the series or episodes of an event."""
        ids = {make_id(IdKind.SHOKO_SERIES, number) for number in event.series}
        ids |= {make_id(IdKind.SHOKO_EPISODE, number) for number in event.episodes}
        if event.anidb_anime:
            ids.add(make_id(IdKind.ANIDB_ANIME, event.anidb_anime))
        if event.anidb_episode:
            ids.add(make_id(IdKind.ANIDB_EPISODE, event.anidb_episode))
        return [one for one in self.tracked.values() if not ids.isdisjoint(one.evidence.ids)]

    def _stir(self, files: Iterable[Tracked]) -> bool:
        """Mark files to be read immediately; return whether there are any."""
        stirred = list(files)
        for one in stirred:
            one.stir(self._clock())
        return bool(stirred)

    # Storage

    def snapshot(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return the files of the wants with the requests they were found for."""
        kept = [self.tracked[key] for key in sorted(self.of(wants))]
        return {
            "files": [one.evidence for one in kept],
            "requests": {str(one.evidence.file_id): sorted(one.requests) for one in kept},
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Restore files from `snapshot`; each is read again in the next poll."""
        requests = data.get("requests", {})
        for evidence in deserialize_all(ShokoEvidence, data.get("files")):
            tracked = self.track(replace(evidence, source=self._source))
            tracked.requests.update(requests.get(str(evidence.file_id), ()))
