"""Common webhook handling of Radarr and Sonarr."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, override

from ...clients.errors import BadAnswer
from ...pipeline.enums import HistoryKind
from ...pipeline.evidence.arr import FileEvidence, HistoryEvidence, MovieEvidence, SeriesEvidence
from .state import UNBOUND_TITLES, ArrState
from .webhook import SILENT, Event, HookEpisode, HookTitle, Payload


class ArrPush[T: MovieEvidence | SeriesEvidence](ArrState[T]):
    """Mixin of an *arr source that handles webhooks without any request."""

    @abstractmethod
    def _title_of(self, told: Payload) -> HookTitle | None:
        """Return the movie or series of an event."""

    @abstractmethod
    def _takers(self) -> Mapping[Event, Callable[[Payload, HookTitle], bool]]:
        """Return the handler of each event; it returns False if the event is invalid."""

    @override
    def receive(self, payload: dict[str, Any]) -> bool:
        """Process a webhook; invalid ones are ignored and counted in `bad`."""
        try:
            told = Payload.parse(payload)
        except BadAnswer:
            self.bad += 1
            return False
        event = told.event
        if event in SILENT:
            return True
        if event is None or not told.is_sound or not self._take(event, told):
            self.bad += 1
            return False
        while len(self._titles) > len(self._bound) + 2 * UNBOUND_TITLES:
            del self._titles[next(one for one in self._titles if one not in self._bound)]
        while len(self._met) > len(self._bound) + 2 * UNBOUND_TITLES:
            del self._met[next(iter(self._met))]
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
        take = self._takers().get(event)
        if take is None or not take(told, title):
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
