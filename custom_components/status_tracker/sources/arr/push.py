"""What the webhooks of Radarr and Sonarr share: each becomes the evidence a poll would bring."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, override

from ...clients.errors import BadAnswer
from ...pipeline.enums import HistoryKind
from ...pipeline.evidence.arr import FileEvidence, HistoryEvidence, MovieEvidence, SeriesEvidence
from .state import UNBOUND_TITLES, ArrState
from .webhook import SILENT, Event, HookEpisode, HookTitle, Payload


class ArrPush[T: MovieEvidence | SeriesEvidence](ArrState[T]):
    """The listening side of one *arr source; it calls nobody."""

    @abstractmethod
    def _title_of(self, told: Payload) -> HookTitle | None:
        """Return the film or series an event is about."""

    @abstractmethod
    def _takers(self) -> Mapping[Event, Callable[[Payload, HookTitle], bool]]:
        """Return what takes each event; it answers False where the event makes no sense."""

    @override
    def _receive(self, payload: dict[str, Any]) -> bool:
        """Take a webhook as evidence; what is odd changes nothing and is counted in `bad`."""
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
        """Take an event; False if it makes no sense."""
        title = self._title_of(told)
        if title is None:
            # A download that matches nothing may wait for a person, too.
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
        """Keep what happened as the history will tell it."""
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
        """Have a download wait for a person, unless it has got further since."""
        now = self.clock()
        if self.log.result(told.download_id, media_id, episode.id if episode else None, now) is None:
            self.queue.tell_blocked(told, media_id, episode, now)
