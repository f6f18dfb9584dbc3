"""Data model of tracked requests: units, downloads, stages, reasons and journeys."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from .enums import Service
from .evidence.arr import EpisodeEvidence, FileEvidence, HistoryEvidence, ReleaseDay
from .evidence.base import EvidenceBase
from .evidence.downloads import QueueEvidence, TorrentEvidence
from .evidence.library import LibraryEvidence
from .evidence.requests import RequestEvidence
from .evidence.shoko import ShokoEvidence


class Stage(StrEnum):
    """Stage of a request or unit; the first nine in order of progress."""

    REQUESTED = "requested"
    APPROVED = "approved"
    INDEXED = "indexed"
    DOWNLOADING = "downloading"
    DOWNLOAD_DONE = "download_done"
    IMPORTING = "importing"
    ANIME_MATCHING = "anime_matching"
    PARTIALLY_AVAILABLE = "partially_available"
    AVAILABLE = "available"
    DECLINED = "declined"
    FAILED = "failed"
    DELETED = "deleted"


ORDER: Mapping[Stage, int] = {stage: rank for rank, stage in enumerate(Stage)}
IN_FLIGHT = frozenset(
    {
        Stage.INDEXED,
        Stage.DOWNLOADING,
        Stage.DOWNLOAD_DONE,
        Stage.IMPORTING,
        Stage.ANIME_MATCHING,
    }
)
FINISHED = frozenset({Stage.AVAILABLE, Stage.DECLINED, Stage.DELETED})


class Reason(StrEnum):
    """Reason why a request is waiting."""

    AWAITING_APPROVAL = "awaiting_approval"
    NOT_RELEASED = "not_released"
    SEARCHING = "searching"
    UNAIRED = "unaired"
    QUEUED = "queued"
    IMPORT_PENDING = "import_pending"
    WAITING_FOR_LIBRARY = "waiting_for_library"
    UPGRADE = "upgrade"
    NO_RELEASE_FOUND = "no_release_found"
    NOT_MONITORED = "not_monitored"
    NOT_IN_ARR = "not_in_arr"
    SEASON_MISMATCH = "season_mismatch"
    FETCHING_METADATA = "fetching_metadata"
    STALLED = "stalled"
    PAUSED = "paused"
    DOWNLOAD_ERROR = "download_error"
    MISSING_FILES = "missing_files"
    DOWNLOAD_FAILED = "download_failed"
    IMPORT_BLOCKED = "import_blocked"
    NOT_TRACKED = "not_tracked"
    ANIME_UNMATCHED = "anime_unmatched"
    HIDDEN_IN_LIBRARY = "hidden_in_library"
    SERVICE_UNAVAILABLE = "service_unavailable"


class Hint(StrEnum):
    """Additional information about a reason, if no service has a message for it."""

    SCAN_RUNNING = "scan_running"
    SHOKO_UNSEEN = "shoko_unseen"
    SHOKO_HASHING = "shoko_hashing"
    SHOKO_MATCHED = "shoko_matched"
    SHOKO_UNRECOGNISED = "shoko_unrecognised"
    HIDDEN_CAUSES = "hidden_causes"
    LIKE_TITLE = "like_title"
    LAST_SEARCH = "last_search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Time after which each stage is stuck (zero: immediately), and how long finished requests are kept."""

    keep: timedelta
    stages: Mapping[Stage, timedelta]

    def of(self, stage: Stage) -> timedelta:
        """Return the limit of a stage, by default that of `approved`."""
        return self.stages.get(stage, self.stages[Stage.APPROVED])


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A download of a request, from its *arr and its client. Sizes in bytes."""

    download_id: str | None
    release: str | None = None
    quality: str | None = None
    indexer: str | None = None
    client: str | None = None
    grabbed: datetime | None = None
    told: datetime | None = None  # when its *arr last listed it
    rows: tuple[QueueEvidence, ...] = ()
    torrent: TorrentEvidence | None = None
    outcome: HistoryEvidence | None = None
    lost: bool = False  # grabbed, but no longer listed by the *arr or the client

    @property
    def size(self) -> int:
        """Return the size in bytes."""
        if self.torrent and self.torrent.size > 0:
            return self.torrent.size
        return max((row.size for row in self.rows), default=0)

    @property
    def left(self) -> int:
        """Return the remaining bytes."""
        if self.torrent and self.torrent.size > 0:
            return min(self.torrent.left, self.torrent.size)
        return min((row.size_left for row in self.rows), default=0)


@dataclass(slots=True, kw_only=True)
class Unit:
    """A movie, an episode (`season`, `number`), or a season whose episodes are unknown.

    Created in each evaluation; `stages` sets its stage.
    """

    season: int | None = None
    number: int | None = None
    episode: EpisodeEvidence | None = None
    title: str | None = None
    aired: bool = True
    air_date: datetime | None = None
    releases: tuple[ReleaseDay, ...] = ()  # of a movie
    monitored: bool = True
    has_file: bool = False
    file: FileEvidence | None = None
    former: tuple[FileEvidence, ...] = ()  # former files of a unit that has a file
    downloads: tuple[Download, ...] = ()
    shoko: tuple[ShokoEvidence, ...] = ()
    proof: LibraryEvidence | None = None
    stale: tuple[LibraryEvidence, ...] = ()  # items to read again: read too long ago to prove availability
    stage: Stage = Stage.APPROVED
    download: Download | None = None  # the download that determines the stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Result of evaluating the evidence of a request, without regard to elapsed time."""

    stage: Stage
    reason: Reason | None = None
    detail: str | None = None
    hint: Hint | None = None
    blind: tuple[str, ...] = ()  # names of unavailable services relevant in the stage
    expected: datetime | None = None
    at: datetime | None = None  # time used in the hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(EvidenceBase):
    """An entry of a timeline."""

    stage: Stage
    at: datetime
    reason: Reason | None = None


TIMELINE_LENGTH = 100
DOWNLOADS_LENGTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey(EvidenceBase):
    """Stored progress of a request: stage times, and when downloads were last seen.

    Evidence read before `opened_at` is not a proof; items read before `reread_after` (a deletion of the media
    or a file) are read again. `sign` is the status in Seerr, to detect changes.
    """

    request_id: int
    stage: Stage
    stage_since: datetime
    reason: Reason | None = None
    reason_since: datetime
    timeline: tuple[Step, ...] = ()
    finished_at: datetime | None = None
    anime: bool | None = None
    download_ids: tuple[str, ...] = ()
    seen: dict[str, datetime] = field(default_factory=dict)
    old: bool = False  # existed before the first start, without progress since
    opened_at: datetime | None = None
    reread_after: datetime | None = None
    sign: str | None = None
    deleted_at: datetime | None = None  # last deletion in the history of the *arr, in its time
    left: int | None = None  # remaining bytes while downloading
    moved_at: datetime | None = None  # when `left` last changed

    def advance(self, verdict: Verdict, now: datetime) -> Journey:
        """Return the journey updated with a verdict; every transition is allowed."""
        moved = verdict.stage is not self.stage
        if not moved and verdict.reason is self.reason:
            return self
        return replace(
            self,
            stage=verdict.stage,
            stage_since=now if moved else self.stage_since,
            reason=verdict.reason,
            reason_since=now if moved or verdict.reason is not self.reason else self.reason_since,
            timeline=_shortened((*self.timeline, Step(stage=verdict.stage, at=now, reason=verdict.reason))),
            finished_at=(self.finished_at if not moved else now) if verdict.stage in FINISHED else None,
        )


def _shortened(timeline: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return a timeline of limited length, dropping changes of reason before changes of stage."""
    if len(timeline) <= TIMELINE_LENGTH:
        return timeline
    pairs = enumerate(pairwise(timeline), start=1)
    drop = next((at for at, (before, after) in pairs if before.stage is after.stage), 0)
    return timeline[:drop] + timeline[drop + 1 :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A request with all data shown by entities and actions."""

    request: RequestEvidence
    title: str
    titled: bool  # False if the title is only the request number
    year: int | None
    poster: str | None
    anime: bool
    verdict: Verdict
    journey: Journey
    stuck: bool
    units: tuple[Unit, ...]
    downloads: tuple[Download, ...]
    progress: int | None
    eta: datetime | None
    imdb_id: str | None
    tvdb_id: int | None
    jellyfin_url: str | None
    arr_source: str | None
    arr_service: Service | None
    media_id: int | None
    ids: tuple[str, ...]

    @property
    def stage(self) -> Stage:
        """Return the stage."""
        return self.verdict.stage

    @property
    def episodes_total(self) -> int | None:
        """Return the number of requested episodes, None for a movie or if unknown."""
        return sum(unit.number is not None for unit in self.units) or None

    @property
    def episodes_available(self) -> int | None:
        """Return the number of available episodes, None for a movie or if unknown."""
        if self.episodes_total is None:
            return None
        return sum(unit.stage is Stage.AVAILABLE and unit.number is not None for unit in self.units)

    @property
    def current(self) -> Download | None:
        """Return the download in flight, else the last one."""
        flying = [unit.download for unit in self.units if unit.download and unit.stage in IN_FLIGHT]
        return flying[0] if flying else (self.downloads[-1] if self.downloads else None)
