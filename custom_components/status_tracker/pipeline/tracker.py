"""From all evidence and the memory of each request to what is shown of it, and what to ask next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from .cases import Case, open_cases
from .evidence import (
    Evidence,
    FileEvidence,
    LibraryEvidence,
    MediaStatus,
    MediaType,
    RequestEvidence,
    RequestStatus,
    SeriesEvidence,
    Want,
)
from .reasons import is_stuck, judge
from .requests import (
    DOWNLOADS_LENGTH,
    FINISHED,
    IN_FLIGHT,
    Download,
    Journey,
    Limits,
    Stage,
    Step,
    Tracked,
    Unit,
    Verdict,
)
from .stages import judge_units, request_stage

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
    """What outlives a restart beside the evidence: journeys, and the requests that are over.

    `done` holds for each of these what Seerr said of it then, so that only news opens it again.
    """

    started: datetime | None = None
    journeys: dict[int, Journey] = field(default_factory=dict)
    done: dict[int, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the memory as plain JSON."""
        return {
            "started": self.started.isoformat() if self.started else None,
            "journeys": [journey.to_dict() for journey in self.journeys.values()],
            "done": {str(number): sign for number, sign in self.done.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Memory:
        """Return the memory `to_dict` wrote; ValueError and KeyError where it is damaged."""
        started = data.get("started")
        journeys = (Journey.from_dict(one) for one in data["journeys"])
        return cls(
            started=datetime.fromisoformat(started) if started else None,
            journeys={journey.request_id: journey for journey in journeys},
            done={int(number): str(sign) for number, sign in data["done"].items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one evaluation gives: requests to show, gone ones, and what the sources should ask."""

    tracked: Mapping[int, Tracked]
    wants: tuple[Want, ...]
    changed: bool


def evaluate(
    evidence: Evidence,
    memory: Memory,
    limits: Limits,
    now: datetime,
    *,
    listed: bool = True,
) -> Outcome:
    """Return where every request is and keep its journey in the memory.

    `listed` says that Seerr's list of requests is complete; only then is an absent one gone.
    """
    before = dict(memory.journeys), dict(memory.done)
    first = memory.started is None
    if listed:
        _start(evidence, memory, now)
        _forget_gone(evidence, memory)
    requests = [request for request in evidence.requests if _is_open(request, memory)]
    cases = open_cases(replace(evidence, requests=tuple(requests)), memory.journeys)
    tracked: dict[int, Tracked] = {}
    for number, case in cases.items():
        one = _track(case, memory, limits, now, old=first)
        if one:
            tracked[number] = one
    wants = tuple(_want(one, cases[number]) for number, one in tracked.items())
    return Outcome(tracked=tracked, wants=wants, changed=before != (memory.journeys, memory.done))


def _sign(request: RequestEvidence) -> str:
    """Return what Seerr says of a request, to tell news by."""
    return f"{request.status}/{request.media_status}"


def _over(request: RequestEvidence) -> bool:
    """Return whether Seerr itself counts a request as over."""
    return request.status in (RequestStatus.COMPLETED, RequestStatus.DECLINED) or (
        request.media_status in (MediaStatus.AVAILABLE, MediaStatus.DELETED, MediaStatus.BLOCKLISTED)
        and request.status is RequestStatus.APPROVED
    )


def _start(evidence: Evidence, memory: Memory, now: datetime) -> None:
    """At the very first list, take what was over long before us as done."""
    if memory.started is not None:
        return
    memory.started = now
    memory.done.update(
        {request.request_id: _sign(request) for request in evidence.requests if _over(request)}
    )


def _forget_gone(evidence: Evidence, memory: Memory) -> None:
    """Drop all memory of requests that Seerr no longer lists."""
    listed = {request.request_id for request in evidence.requests}
    for number in memory.journeys.keys() - listed:
        del memory.journeys[number]
    for number in memory.done.keys() - listed:
        del memory.done[number]


def _is_open(request: RequestEvidence, memory: Memory) -> bool:
    """Return whether a request is to be shown: not done, or opened anew since."""
    sign = memory.done.get(request.request_id)
    if sign is None:
        return True
    if sign != _sign(request) and not _over(request):
        del memory.done[request.request_id]
        return True
    return False


def _track(case: Case, memory: Memory, limits: Limits, now: datetime, *, old: bool) -> Tracked | None:
    """Return the request as it is now, None once it has been finished for long enough."""
    request = case.request
    number = request.request_id
    units = judge_units(case, now)
    stage = request_stage(case, units)
    if case.journey is None:
        case.journey = _depart(request, stage, now, old=old)
    if case.superseded:
        verdict = Verdict(stage=case.journey.stage, reason=case.journey.reason)
    else:
        verdict = judge(case, stage, units, limits, now)
    downloads = _all_downloads(units)
    settling = memory.started is not None and now - memory.started <= SETTLING
    journey = _remember(case, case.journey.advance(verdict, now), downloads, now, settling=settling)
    memory.journeys[number] = case.journey = journey
    if _expired(journey, limits, now, settling=settling):
        del memory.journeys[number]
        memory.done[number] = _sign(request)
        return None
    media, title = case.media, case.title
    proofs = [unit.proof for unit in units if unit.proof]
    return Tracked(
        request=request,
        title=(title.title if title else None) or (media.title if media else None) or f"#{number}",
        year=(title.year if title else None) or (media.year if media else None),
        poster=(title.poster if title else None) or (media.poster if media else None),
        anime=bool(case.anime),
        verdict=verdict,
        journey=journey,
        stuck=is_stuck(verdict, journey, limits, now),
        units=tuple(units),
        downloads=downloads,
        progress=_progress(verdict.stage, units),
        eta=_eta(verdict.stage, units, now),
        imdb_id=request.imdb_id or (title.imdb_id if title else None) or (media.imdb_id if media else None),
        tvdb_id=request.tvdb_id
        or (title.tvdb_id if title else None)
        or (media.tvdb_id if isinstance(media, SeriesEvidence) else None),
        jellyfin_url=_link(case, proofs),
        arr_source=media.source if media else case.source,
        arr_service=case.arr_service if media or case.source else None,
        media_id=_number(case),
        ids=_ids(case, units),
    )


def _depart(request: RequestEvidence, stage: Stage, now: datetime, *, old: bool) -> Journey:
    """Return the journey of a request seen for the first time."""
    early = stage in (Stage.REQUESTED, Stage.APPROVED) and request.requested_at
    since = min(early, now) if early else now
    return Journey(
        request_id=request.request_id,
        stage=stage,
        stage_since=since,
        reason_since=since,
        timeline=(Step(stage=stage, at=since),),
        finished_at=now if stage in FINISHED else None,
        old=old and stage is not Stage.REQUESTED,
    )


def _all_downloads(units: Iterable[Unit]) -> tuple[Download, ...]:
    """Return the request's downloads, each once, in the order of their grabs."""
    found: dict[str, Download] = {}
    for unit in units:
        for download in unit.downloads:
            found[download.download_id or f"{download.release}"] = download
    unknown = datetime.max
    return tuple(
        sorted(
            found.values(),
            key=lambda one: one.grabbed.replace(tzinfo=None) if one.grabbed else unknown,
        )
    )


def _remember(
    case: Case, journey: Journey, downloads: Iterable[Download], now: datetime, *, settling: bool
) -> Journey:
    """Return the journey with what was learnt: download ids, when an *arr last told of them, anime."""
    known = dict.fromkeys(journey.download_ids)
    seen = dict(journey.seen)
    for download in downloads:
        if not (key := download.download_id):
            continue
        known.setdefault(key)
        if download.rows and (key not in seen or now - seen[key] >= SEEN_EVERY):
            seen[key] = now
    for torrent_hash in case.torrents:
        known.setdefault(torrent_hash)
    ids = tuple(known)[-DOWNLOADS_LENGTH:]
    seen = {key: time for key, time in seen.items() if key in ids}
    anime = True if case.anime else journey.anime
    moved = journey.old and (journey.stage not in QUIET_STAGES or not settling)
    if (ids, seen, anime) == (journey.download_ids, journey.seen, journey.anime) and not moved:
        return journey
    return replace(journey, download_ids=ids, seen=seen, anime=anime, old=journey.old and not moved)


def _expired(journey: Journey, limits: Limits, now: datetime, *, settling: bool) -> bool:
    """Return whether a finished request need not be shown any longer, or never had to be."""
    if journey.finished_at is None:
        return False
    if journey.old and settling and journey.stage is Stage.AVAILABLE:
        return True
    return now - journey.finished_at >= limits.keep


def _progress(stage: Stage, units: Iterable[Unit]) -> int | None:
    """Return how much of what is on the way has been loaded, 0 to 100."""
    if stage is Stage.AVAILABLE:
        return 100
    if stage not in IN_FLIGHT:
        return None
    flying = {
        unit.download.download_id or id(unit.download): unit.download
        for unit in units
        if unit.download and unit.stage in IN_FLIGHT
    }
    size = sum(download.size for download in flying.values())
    if not size:
        return 100 if stage in (Stage.IMPORTING, Stage.ANIME_MATCHING) else 0
    left = sum(download.left for download in flying.values())
    return max(0, min(100, int(100 * (size - left) / size)))


def _eta(stage: Stage, units: Iterable[Unit], now: datetime) -> datetime | None:
    """Return when the last of what loads will be there, to the minute."""
    if stage is not Stage.DOWNLOADING:
        return None
    times = []
    for unit in units:
        if unit.stage is not Stage.DOWNLOADING or not unit.download:
            continue
        torrent = unit.download.torrent
        if torrent and torrent.eta is not None:
            times.append(now + timedelta(seconds=torrent.eta))
        elif not torrent:
            times += [row.eta for row in unit.download.rows if row.eta]
    return max(times).replace(second=0, microsecond=0) if times else None


def _link(case: Case, proofs: Iterable[LibraryEvidence]) -> str | None:
    """Return the link to play: the film or single episode, for more the series."""
    found = list(proofs)
    if not found:
        return None
    shows = {item.item_id: item for item in case.library}
    series = {item.series_id for item in found if item.series_id}
    if case.request.media_type is MediaType.TV and len(series) == 1:
        show = shows.get(next(iter(series)))
        if show and show.url:
            return show.url
    return found[0].url


def _number(case: Case) -> int | None:
    """Return the *arr's own id of the title."""
    if case.movie:
        return case.movie.movie_id
    return case.series.series_id if case.series else case.request.external_id


def _ids(case: Case, units: Iterable[Unit]) -> tuple[str, ...]:
    """Return every id known of the request: the title's, its episodes' and Shoko's."""
    ids = set(case.ids())
    for unit in units:
        for file in unit.shoko:
            ids.update(file.ids)
    return tuple(sorted(ids))


def _want(one: Tracked, case: Case) -> Want:
    """Return what the sources should know and ask for a request."""
    request = one.request
    finished = one.stage in FINISHED or case.superseded
    open_files: tuple[FileEvidence, ...] = tuple(
        unit.file for unit in one.units if unit.file and unit.stage is not Stage.AVAILABLE
    )
    return Want(
        request_id=request.request_id,
        media_type=request.media_type,
        is_4k=request.is_4k,
        tmdb_id=request.tmdb_id,
        tvdb_id=one.tvdb_id,
        imdb_id=one.imdb_id,
        title=case.title.title if case.title else None,
        year=one.year,
        seasons=request.seasons,
        source=one.arr_source,
        media_id=one.media_id,
        handed_over=request.status not in (RequestStatus.PENDING, RequestStatus.DECLINED),
        in_flight=one.stage in IN_FLIGHT,
        finished=finished,
        anime=case.anime,
        files=() if finished else open_files,
        ids=one.ids,
        items=tuple(
            dict.fromkeys(
                item
                for unit in one.units
                if unit.proof
                for item in (unit.proof.item_id, unit.proof.series_id)
                if item
            )
        ),
        download_ids=one.journey.download_ids,
    )
