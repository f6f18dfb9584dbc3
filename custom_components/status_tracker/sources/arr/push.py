"""Common webhook handling of Radarr and Sonarr."""

from abc import abstractmethod
from typing import Any, ClassVar, override

from ...clients.arr import ArrClient
from ...clients.errors import BadAnswer
from ...pipeline.enums import HistoryKind
from ...pipeline.evidence.arr import FileEvidence, HistoryEvidence, MovieEvidence, SeriesEvidence
from .state import UNBOUND_TITLES, ArrState
from .webhook import SILENT, Event, HookEpisode, HookTitle, Payload


class ArrPush[T: MovieEvidence | SeriesEvidence, C: ArrClient](ArrState[T, C]):
    """Mixin of an *arr source that handles webhooks without any request."""

    added: ClassVar[Event]
    deleted: ClassVar[Event]
    file_deleted: ClassVar[Event]

    @abstractmethod
    def _title_of(self, told: Payload) -> HookTitle | None:
        """Return the movie or series of an event."""

    # Event handlers; they return False if the event is invalid

    @abstractmethod
    def _take_grab(self, told: Payload, title: HookTitle) -> bool:
        """Handle a grabbed release."""

    @abstractmethod
    def _take_import(self, told: Payload, title: HookTitle) -> bool:
        """Handle imported files."""

    @abstractmethod
    def _take_blocked(self, told: Payload, title: HookTitle) -> bool:
        """Handle a download that requires manual interaction."""

    @abstractmethod
    def _take_rename(self, told: Payload, title: HookTitle) -> bool:
        """Handle renamed files."""

    @abstractmethod
    def _take_added(self, told: Payload, title: HookTitle) -> bool:
        """Handle an added title."""

    @abstractmethod
    def _take_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Handle a deleted title."""

    @abstractmethod
    def _take_file_deleted(self, told: Payload, title: HookTitle) -> bool:
        """Handle a deleted file; on an upgrade, an import follows, often with the same path."""

    @override
    def _receive(self, payload: dict[str, Any]) -> bool:
        """Process a webhook; invalid ones are ignored."""
        try:
            told = Payload.parse(payload)
        except BadAnswer:
            return False
        event = told.event
        if event in SILENT:
            return True
        if event is None or not told.is_sound or not self._take(event, told):
            return False
        while len(self._titles) > len(self._bound) + 2 * UNBOUND_TITLES:
            del self._titles[next(one for one in self._titles if one not in self._bound)]
        while len(self._met) > len(self._bound) + 2 * UNBOUND_TITLES:
            del self._met[next(iter(self._met))]
        while len(self._dirty) > len(self._bound) + 2 * UNBOUND_TITLES:  # while polls fail
            del self._dirty[next(one for one in self._dirty if one not in self._bound)]
        self._heard_webhook()
        self.poll_soon()
        return True

    def _take(self, event: Event, told: Payload) -> bool:
        """Process an event; False if it is invalid."""
        title = self._title_of(told)
        if title is None:
            # A download without a matching title can also require manual interaction.
            if event is not Event.BLOCKED or not told.download_id or told.movie or told.series:
                return False
            self.queue.tell_blocked(told, None, None, self.clock())
            return True
        takers = {
            Event.GRAB: self._take_grab,
            Event.DOWNLOAD: self._take_import,
            Event.BLOCKED: self._take_blocked,
            Event.RENAME: self._take_rename,
            self.added: self._take_added,
            self.deleted: self._take_deleted,
            self.file_deleted: self._take_file_deleted,
        }
        if event not in takers:
            return False
        # Ids are assigned only once, so what is told of a deleted title is late; if it is there, it is read.
        late = self._titles.is_gone(title.id) and event not in (self.added, self.deleted)
        if not late and not takers[event](told, title):
            return False
        self._mark(title.id)
        return True

    def _tell(
        self,
        told: Payload,
        kind: HistoryKind,
        media_id: int,
        episode: HookEpisode | None = None,
        file: FileEvidence | None = None,
    ) -> HistoryEvidence:
        """Add an event to the history."""
        deleted = kind is HistoryKind.FILE_DELETED
        event = HistoryEvidence(
            source=self.key,
            kind=kind,
            at=self.clock(),
            media_id=media_id,
            episode_id=episode.id if episode else None,
            season=episode.season_number if episode else None,
            download_id=None if deleted else told.download_id,
            release=told.release.release_title,
            quality=told.release.quality or (file.quality if file else None),
            indexer=told.release.indexer,
            client=told.download_client,
            file=file,
            message=told.delete_reason if deleted else None,
            upgrade=told.is_upgrade or told.for_upgrade,
        )
        if self.log.tell(event) and kind is HistoryKind.GRABBED and self.log.outcome(event) is None:
            self.queue.tell_grab(event, told.release.size)
        return event

    def _tell_blocked(self, told: Payload, media_id: int, episode: HookEpisode | None = None) -> None:
        """Mark a download as requiring manual interaction, unless it has progressed since."""
        now = self.clock()
        if self.log.result(told.download_id, media_id, episode.id if episode else None, now) is None:
            self.queue.tell_blocked(told, media_id, episode, now)
