"""qBittorrent source: one request per poll; only torrents of tracked requests become evidence."""

from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, override

from ..clients.qbittorrent import QBittorrentClient
from ..clients.torrents import NO_ETA, Torrent, TorrentStore
from ..pipeline.enums import Service, TorrentState
from ..pipeline.evidence import Evidence
from ..pipeline.evidence.downloads import TorrentEvidence
from ..pipeline.wants import Want
from .base import Source

STATES = {
    "metaDL": TorrentState.METADATA,
    "forcedMetaDL": TorrentState.METADATA,
    "queuedDL": TorrentState.QUEUED,
    "allocating": TorrentState.CHECKING,
    "checkingDL": TorrentState.CHECKING,
    "checkingResumeData": TorrentState.UNKNOWN,
    "downloading": TorrentState.DOWNLOADING,
    "forcedDL": TorrentState.DOWNLOADING,
    "stalledDL": TorrentState.STALLED,
    "pausedDL": TorrentState.PAUSED,
    "stoppedDL": TorrentState.PAUSED,
    "moving": TorrentState.MOVING,
    "uploading": TorrentState.COMPLETE,
    "forcedUP": TorrentState.COMPLETE,
    "stalledUP": TorrentState.COMPLETE,
    "queuedUP": TorrentState.COMPLETE,
    "checkingUP": TorrentState.COMPLETE,
    "pausedUP": TorrentState.COMPLETE,
    "stoppedUP": TorrentState.COMPLETE,
    "missingFiles": TorrentState.MISSING_FILES,
    "error": TorrentState.ERROR,
    "unknown": TorrentState.UNKNOWN,
}
LOADING = frozenset({TorrentState.DOWNLOADING, TorrentState.STALLED})
MOVING = frozenset({TorrentState.METADATA, TorrentState.DOWNLOADING})
WATCHING = timedelta(seconds=5)


def torrent_state(torrent: Torrent) -> TorrentState:
    """Return the state of a torrent; for unknown states, derived from its remaining bytes."""
    state = STATES.get(torrent.state)
    if state is TorrentState.COMPLETE and not torrent.knows_files:
        return TorrentState.METADATA
    if (state is None or state in LOADING) and torrent.finished:
        return TorrentState.COMPLETE
    return state or TorrentState.UNKNOWN


class QBittorrentSource(Source):
    """Source for the torrents of the tracked requests."""

    service = Service.QBITTORRENT

    def __init__(
        self, key: str, name: str, client: QBittorrentClient, *, clock: Callable[[], datetime]
    ) -> None:
        """Initialize without torrents."""
        super().__init__(key, name, clock=clock)
        self._client = self.http = client
        self._torrents: tuple[TorrentEvidence, ...] = ()
        self._loading = False
        self._loading_of: tuple[object, object] = None, None  # torrents and wants it was determined from
        self._wanted: dict[str, None] = {}  # download ids of the wants
        self._wanted_by: Sequence[Want] | None = None
        self._pieces: dict[str, tuple[Torrent, TorrentEvidence]] = {}

    @override
    def _evidence(self) -> Evidence:
        """Return the tracked torrents as of the last poll."""
        return Evidence(torrents=self._torrents)

    @override
    def need(self, want: Want) -> Hashable:
        """Return the download ids to look for."""
        return want.download_ids or None

    @override
    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return a short interval during downloads, because progress is only available by polling."""
        if self._loading_of[0] is not self._torrents or self._loading_of[1] is not wants:
            self._loading_of = self._torrents, wants
            moving = [torrent for torrent in self._torrents if torrent.state in MOVING]
            awaited = {
                one.casefold()
                for want in (wants if moving else ())
                if want.in_flight
                for one in want.download_ids
            }
            self._loading = any(not awaited.isdisjoint(torrent.hashes) for torrent in moving)
        return WATCHING if self._loading else super().interval(wants)

    @override
    async def _poll(self, wants: Sequence[Want]) -> None:
        """Fetch the changes; removed torrents are removed from the evidence."""
        store = await self._client.maindata()
        same_wants = wants is self._wanted_by
        if not same_wants:
            self._wanted_by = wants
            self._wanted = dict.fromkeys(one for want in wants for one in want.download_ids)
        if same_wants and self._update(store):
            return
        known, self._pieces = self._pieces, {}
        for torrent in map(store.find, self._wanted):
            if torrent is None or torrent.hash in self._pieces:
                continue
            before = known.get(torrent.hash)
            piece = before[1] if before and before[0] is torrent else self._piece(torrent)
            self._pieces[torrent.hash] = torrent, piece
        self._torrents = tuple(piece for _, piece in self._pieces.values())

    def _update(self, store: TorrentStore) -> bool:
        """Update the tracked torrents that changed; False if one was added or removed."""
        if store.changed is None:
            return False
        if changed := store.changed & self._pieces.keys():
            for name in changed:
                self._pieces[name] = store[name], self._piece(store[name])
            self._torrents = tuple(piece for _, piece in self._pieces.values())
        return True

    def _piece(self, torrent: Torrent) -> TorrentEvidence:
        """Return a torrent as evidence; its byte counts are valid only once it has metadata."""
        state = torrent_state(torrent)
        known = torrent.knows_files
        return TorrentEvidence(
            source=self.key,
            hashes=torrent.hashes,
            name=torrent.name,
            state=state,
            progress=min(max(torrent.progress, 0.0), 1.0) if known else 0.0,
            size=max(torrent.size, 0),
            left=max(torrent.amount_left, 0) if known else 0,
            speed=max(torrent.dlspeed, 0) if state is TorrentState.DOWNLOADING else 0,
            eta=torrent.eta if state in LOADING and 0 <= torrent.eta < NO_ETA else None,
            added=datetime.fromtimestamp(torrent.added_on, UTC) if torrent.added_on > 0 else None,
        )

    @override
    def snapshot(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return the torrents of these wants."""
        wanted = {one.strip().casefold() for want in wants for one in want.download_ids}
        return {"torrents": [one for one in self._torrents if wanted.intersection(one.hashes)]}

    @override
    def _restore(self, data: dict[str, Any]) -> None:
        """Restore the torrents, kept until the first successful poll."""
        self._torrents = tuple(TorrentEvidence.from_dict(one) for one in data.get("torrents", ()))
