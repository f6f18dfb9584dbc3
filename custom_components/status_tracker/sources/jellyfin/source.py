"""Jellyfin source: reads the library once in pages, then its changes; keeps only items of requests.

An idle poll is one request: for changes, for items used as proof (deletions are not among the changes) or,
while files wait for the library, for a running scan.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, override

from ...clients.jellyfin import JellyfinClient
from ...clients.jellyfin_model import Item
from ...pipeline.enums import Service
from ...pipeline.evidence import Evidence
from ...pipeline.evidence.library import LibraryEvidence
from ...pipeline.wants import Want
from ..base import FAST, Source
from ..needs import Pace
from .changes import ChangeReader
from .index import INDEXED
from .items import item_evidence
from .reader import ItemReader
from .wanted import Wanted
from .webhook import Notice, read_notice
from .webhook_task import WebhookTask

LOGGER = logging.getLogger(__name__)

RECHECK = timedelta(minutes=20)
REBUILD = timedelta(days=1)
GAP_MAX = timedelta(days=7)
BEHIND = timedelta(seconds=1)


class JellyfinSource(Source):
    """Source for the Jellyfin items the wants need."""

    service = Service.JELLYFIN

    def __init__(self, key: str, name: str, client: JellyfinClient, *, clock: Callable[[], datetime]) -> None:
        """Initialize without items."""
        super().__init__(key, name, clock=clock)
        self.client = self.http = client
        self._reader = ItemReader(client, clock, self._as_evidence)
        self._tracked, self._library_index = self._reader.tracked, self._reader.index
        self._built: datetime | None = None
        self._began: datetime | None = None
        self._changes = ChangeReader(name)
        self._webhook_task = WebhookTask()
        self._aim: tuple[Any, ...] = ()
        self._aimed_by: Sequence[Want] | None = None
        self._rechecked: datetime | None = None
        self._turn = 0

    @property
    def filters_dates(self) -> bool | None:
        """Return whether the server applies date filters; None if not tested yet."""
        return self._changes.filters_dates

    @override
    def _evidence(self) -> Evidence:
        """Return the tracked items."""
        return Evidence(library=self._tracked.items.all)

    @override
    def interval(self, wants: Sequence[Want]) -> timedelta:
        """Return a short interval while a read is incomplete or an imported file is expected."""
        if self._changes.under_way or self._reader.under_way:
            return BEHIND
        usual = super().interval(wants)
        # The plugin sends webhooks of new items every 90 seconds only
        return FAST if self._needs.has(Pace.FILES) else usual

    @override
    def caught_up(self, wants: Sequence[Want]) -> bool:
        """Return whether the library is indexed and no read is incomplete."""
        return super().caught_up(wants) and self._built is not None and self.interval(wants) != BEHIND

    @property
    def _base(self) -> str:
        """Return the URL of the web client."""
        return self.link_base or self.client.url

    def _as_evidence(self, item: Item, read_at: datetime | None) -> LibraryEvidence | None:
        """Return an item as evidence with the time it was read; None for kinds that are not used."""
        return item_evidence(self.key, item, self._base, read_at)

    @override
    def tell_link(self, url: str | None) -> None:
        """Set the external address and update the links of all items."""
        if url == self.told_link:
            return
        super().tell_link(url)
        self._tracked.relink(self._base)

    # Polling

    @override
    def needs_poll(self, wants: Sequence[Want]) -> bool:
        """Return whether there are new wants, or items to read again before they prove availability."""
        return super().needs_poll(wants) or (
            self.state.ok
            and self._built is not None
            and not self._lock.locked()
            and bool(self._tracked.outdated(wants))
        )

    @override
    def need(self, want: Want) -> Hashable:
        """Return the ids and files to find."""
        return None if want.finished else (want.ids, want.files, want.seasons)

    @override
    async def _poll(self, wants: Sequence[Want]) -> None:
        """Update the library index, then read the items the wants need."""
        aim = self._aim
        if wants is not self._aimed_by:
            await asyncio.sleep(0)
            aim = tuple(
                (one.finished, one.anime, one.seasons, one.ids, one.files, one.items, one.read_after)
                for one in wants
            )
            await asyncio.sleep(0)
        changed = aim is not self._aim and aim != self._aim
        if changed:
            self._tracked.aim(await Wanted.collect(wants))
        if self._built and self._changes.since:
            await self._cycle(self._built)
        await self._fill()
        if self._built is None:
            return
        if changed and wants:
            # Without wants, the evaluation has not run yet, so restored items are kept.
            self._tracked.prune()
        self._aim, self._aimed_by = aim, wants
        await self._reader.look_up()
        self._reader.read_again(self._tracked.outdated(wants))
        if not await self._reader.read_items() + await self._reader.read_series():
            await self._reader.search_episodes(self._began)

    async def _cycle(self, built: datetime) -> None:
        """Make the one request of an idle poll."""
        now = self.clock()
        self._turn += 1
        if now - built >= REBUILD:
            self._library_index.rebuild()
        if self._rechecked is None or now - self._rechecked >= RECHECK:
            self._rechecked = now
            self._reader.plan_recheck()
        if not self._changes.under_way and self._tracked.wanted.waiting and self._turn % 4 == 0:
            self.see_scan(await self.client.scan_running())
        elif not self._changes.under_way and self._reader.recheck_due and self._turn % 2:
            await self._reader.recheck()
        else:
            await self._read_changes()
        if not self._tracked.wanted.waiting:
            self.see_scan(False)

    async def _fill(self) -> None:
        """Continue building the index of movies and series, if in progress."""
        if not self._library_index.filling:
            return
        began = await self._library_index.go_on(self.client, self.clock())
        if began is None:
            return
        LOGGER.debug("%s: Indexed %d items", self.name, self._library_index.size)
        if self._built is None:
            self._began = began
            if self._changes.since is None or began - self._changes.since > GAP_MAX:
                self._changes.since = began
            # Only items restored after a restart have to be read again at once.
            self._rechecked = None if self._tracked.items else self.clock()
        self._built = self.clock()
        self._changes.filters_dates = None
        self._reader.look_up_again()

    async def _read_changes(self) -> None:
        """Mark changed items that are relevant, to be read with their files."""
        async for fresh, date in self._changes.read(self.client, self.clock()):
            unknown = {
                item.id for item in fresh if item.type in INDEXED and not self._library_index.knows(item)
            }
            self._library_index.put(fresh)
            announced = (
                bool(unknown)
                and self._webhooks_since is not None
                and await self._webhook_task.announces(self.client, date)
            )
            for item in fresh:
                if item.id in unknown and announced:
                    self._note_missed_webhook()
                self._reader.note_changed(item)

    def see_scan(self, busy: bool) -> None:
        """Set whether a library scan is running."""
        if busy != self.state.busy:
            self.state = replace(self.state, busy=busy)

    @override
    def read_again(self) -> None:
        """Poll immediately, and read all tracked items."""
        super().read_again()
        self._reader.read_again(self._tracked.items)

    # Webhooks

    @override
    def _receive(self, payload: dict[str, Any]) -> bool:
        """Process a notification of the webhook plugin, effective immediately and confirmed by a poll."""
        notice = read_notice(self.key, self._base, payload)
        if notice is None or (
            self._library_index.server_id and notice.server_id not in ("", self._library_index.server_id)
        ):
            return False
        self._heard_webhook()
        item = notice.item
        if item is None:
            self.see_scan(False)
            self._rechecked = None
        elif notice.notice is Notice.DELETED:
            self._reader.take_deleted(item)
        else:
            self._reader.take_added(item, sent=notice.sent)
        self.poll_soon()
        return True

    # Storage

    @override
    def snapshot(self, wants: Sequence[Want]) -> dict[str, Any]:
        """Return the items that prove availability, and the time up to which changes were read."""
        proving = {item for want in wants for item in want.items}
        since = self._changes.since
        items = [one for key, one in self._tracked.items.items() if key in proving]
        return {"items": items, "since": since.isoformat() if since else None}

    @override
    def _restore(self, data: dict[str, Any]) -> None:
        """Restore items from `snapshot`, kept until Jellyfin has been read."""
        pieces = (LibraryEvidence.from_dict(one) for one in data.get("items", ()))
        self._tracked.items = {piece.item_id: piece for piece in pieces}
        self._tracked.relink(self._base)
        self._changes.since = datetime.fromisoformat(data["since"]) if data.get("since") else None
