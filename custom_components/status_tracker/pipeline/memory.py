"""Stored state of requests that the evidence does not contain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from .cases import Case
from .enums import HistoryKind, MediaStatus, RequestStatus
from .evidence import Evidence
from .evidence.requests import RequestEvidence
from .moment import Moment
from .requests import DOWNLOADS_LENGTH, FINISHED, Download, Journey, Limits, Stage, Step, Unit

SETTLING = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
QUIET_STAGES = frozenset(
    {
        Stage.REQUESTED,
        Stage.APPROVED,
        Stage.IMPORTING,
        Stage.ANIME_MATCHING,
        Stage.PARTIALLY_AVAILABLE,
        Stage.AVAILABLE,
    }
)


@dataclass(slots=True)
class Memory:
    """Stored state of requests: the journeys of tracked requests, and requests no longer shown.

    `done` maps request ids to the status in Seerr at that time; a changed status can reopen the request.
    """

    started: datetime | None = None
    journeys: dict[int, Journey] = field(default_factory=dict)
    done: dict[int, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the memory as JSON-serializable data."""
        return {
            "started": self.started.isoformat() if self.started else None,
            "journeys": [journey.to_dict() for journey in self.journeys.values()],
            "done": {str(number): sign for number, sign in self.done.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Memory:
        """Parse data from `to_dict`; raises ValueError if it is invalid."""
        try:
            started = data.get("started")
            journeys = [Journey.from_dict(one) for one in data["journeys"]]
            return cls(
                started=datetime.fromisoformat(started) if started else None,
                journeys={journey.request_id: journey for journey in journeys},
                done={int(number): str(sign) for number, sign in data["done"].items()},
            )
        except (AttributeError, LookupError, TypeError) as err:
            raise ValueError(f"Invalid memory: {type(err).__name__}") from err


def seerr_status(request: RequestEvidence) -> MediaStatus:
    """Return the media status of a request; for a series, of the requested seasons."""
    if request.seasons and {*request.seasons} <= {*request.seasons_available}:
        return MediaStatus.AVAILABLE
    return request.media_status


def sign_of(request: RequestEvidence) -> str:
    """Return the status of a request in Seerr, to detect changes."""
    return f"{request.status}/{seerr_status(request)}"


def over(request: RequestEvidence) -> bool:
    """Return whether Seerr considers a request finished."""
    return request.status in (RequestStatus.COMPLETED, RequestStatus.DECLINED) or (
        seerr_status(request) in (MediaStatus.AVAILABLE, MediaStatus.DELETED, MediaStatus.BLOCKLISTED)
        and request.status is RequestStatus.APPROVED
    )


def start(evidence: Evidence, memory: Memory, now: datetime) -> None:
    """Mark the requests already finished at the first start as done."""
    if memory.started is not None:
        return
    memory.started = now
    for request in evidence.requests:
        if over(request):
            memory.done[request.request_id] = sign_of(request)
            memory.journeys.pop(request.request_id, None)


def forget_gone(evidence: Evidence, memory: Memory) -> None:
    """Remove the memory of requests that Seerr no longer lists."""
    listed = {request.request_id for request in evidence.requests}
    for number in memory.journeys.keys() - listed:
        del memory.journeys[number]
    for number in memory.done.keys() - listed:
        del memory.done[number]


def is_open(request: RequestEvidence, memory: Memory) -> bool:
    """Return whether a request is shown: not done, or reopened since."""
    known = memory.done.get(request.request_id)
    if known is None:
        return True
    if known != sign_of(request) and not over(request):
        del memory.done[request.request_id]
        return True
    return False


MEDIA_ORDER = (
    MediaStatus.UNKNOWN,
    MediaStatus.PENDING,
    MediaStatus.PROCESSING,
    MediaStatus.PARTIALLY_AVAILABLE,
    MediaStatus.AVAILABLE,
)


def _fell_back(sign: str, request: RequestEvidence) -> bool:
    """Return whether the status in Seerr went back, because the request or its media was reopened."""
    status, media = sign.split("/")
    if status in (RequestStatus.COMPLETED, RequestStatus.DECLINED) and request.status in (
        RequestStatus.PENDING,
        RequestStatus.APPROVED,
    ):
        return True
    now = seerr_status(request)
    if now not in MEDIA_ORDER:
        return now != media
    return media in MEDIA_ORDER and MEDIA_ORDER.index(now) < MEDIA_ORDER.index(MediaStatus(media))


def notice(case: Case, now: datetime, *, old: bool) -> None:
    """Update from when evidence counts for a request, before it is evaluated."""
    journey, sign = case.journey, sign_of(case.request)
    if journey is None:
        case.opened_at = None if old else now
        return
    opened, again = journey.opened_at, journey.reread_after
    if journey.sign is not None and journey.sign != sign and _fell_back(journey.sign, case.request):
        if journey.stage in FINISHED and journey.stage is not Stage.AVAILABLE:
            opened = now
        else:
            again = now
    deletions = [event.at for event in case.history if event.kind is HistoryKind.FILE_DELETED]
    deleted = max(deletions, default=None)
    if deleted and (journey.deleted_at is None or deleted > journey.deleted_at):
        again = now
    else:
        deleted = journey.deleted_at
    case.opened_at = opened
    if (opened, again, sign, deleted) != (
        journey.opened_at,
        journey.reread_after,
        journey.sign,
        journey.deleted_at,
    ):
        case.journey = replace(journey, opened_at=opened, reread_after=again, sign=sign, deleted_at=deleted)


def new_journey(case: Case, stage: Stage, now: datetime, *, old: bool) -> Journey:
    """Return the journey of a new request."""
    request = case.request
    early = stage in (Stage.REQUESTED, Stage.APPROVED) and request.requested_at
    since = min(early, now) if early else now
    return Journey(
        request_id=request.request_id,
        stage=stage,
        stage_since=since,
        reason_since=now,
        timeline=(Step(stage=stage, at=since),),
        finished_at=now if stage in FINISHED else None,
        old=old and stage is not Stage.REQUESTED,
        opened_at=case.opened_at,
        sign=sign_of(request),
    )


def remember(
    case: Case, journey: Journey, downloads: Sequence[Download], moment: Moment, *, settling: bool
) -> Journey:
    """Return the journey updated with download ids, when an *arr last listed them, and anime."""
    seen = dict(journey.seen)
    for download in downloads:
        key = download.download_id
        if key and download.rows and (key not in seen or moment.reached(seen[key] + SEEN_EVERY)):
            seen[key] = moment.now
    current = dict.fromkeys(one.download_id for one in downloads if one.download_id)
    current |= dict.fromkeys(sorted(case.torrents))
    former = [key for key in journey.download_ids if key not in current]
    ids = (*former, *current)[-DOWNLOADS_LENGTH:]
    seen = {key: time for key, time in seen.items() if key in ids}
    anime = True if case.anime else journey.anime
    moved = journey.old and (journey.stage not in QUIET_STAGES or not settling)
    if (ids, seen, anime) == (journey.download_ids, journey.seen, journey.anime) and not moved:
        return journey
    return replace(journey, download_ids=ids, seen=seen, anime=anime, old=journey.old and not moved)


def progressed(journey: Journey, units: Iterable[Unit], now: datetime) -> Journey:
    """Return the journey updated with the remaining bytes and when they last changed."""
    loading = {
        unit.download.download_id or id(unit.download): unit.download.left
        for unit in units
        if unit.download and unit.stage is Stage.DOWNLOADING
    }
    left = sum(loading.values()) if loading else None
    if left == journey.left:
        return journey
    return replace(journey, left=left, moved_at=None if left is None else now)


def expired(journey: Journey, limits: Limits, moment: Moment, *, settling: bool) -> bool:
    """Return whether a finished request is no longer shown, or was finished before the first start."""
    if journey.finished_at is None:
        return False
    if journey.old and settling and journey.stage is Stage.AVAILABLE:
        return True
    return moment.reached(journey.finished_at + limits.keep)
