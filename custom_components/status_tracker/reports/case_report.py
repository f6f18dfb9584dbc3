"""Diagnostics of requests: their evidence, and how stage and reason result from it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..coordinator import StatusTrackerCoordinator
from ..pipeline.binding import open_cases
from ..pipeline.cases import Case
from ..pipeline.evidence import Evidence
from ..pipeline.evidence.base import EvidenceBase
from ..pipeline.evidence.library import LibraryEvidence
from ..pipeline.file_match import is_file_of
from ..pipeline.requests import FINISHED, Download, Journey, Tracked, Unit
from ..pipeline.stages import download_stage
from .redact import Redactor

REQUESTS = 50
ROWS = 50  # per kind of evidence

type Report = dict[str, Any]


def report(coordinator: StatusTrackerCoordinator, redactor: Redactor) -> Report:
    """Return the shown requests, active and newest first, and the number omitted."""
    tracked = coordinator.data
    evidence = Evidence.merge([source.evidence for source in coordinator.sources.values()])
    requests = tuple(one for one in evidence.requests if one.request_id in tracked)
    cases = open_cases(replace(evidence, requests=requests), coordinator.memory.journeys)
    names = {source.name: key for key, source in coordinator.sources.items()}
    chosen = sorted(tracked.values(), key=_urgency)[:REQUESTS]
    return {
        "listed_by_seerr": len(evidence.requests),
        "shown": len(tracked),
        "left_out": len(tracked) - len(chosen),
        "by_stage": _counts(one.stage for one in tracked.values()),
        "limits_minutes": {
            stage: limit.total_seconds() / 60 for stage, limit in coordinator.limits.stages.items()
        },
        "list": [
            _request(one, cases[one.request.request_id], names, redactor)
            for one in chosen
            if one.request.request_id in cases
        ],
    }


def _urgency(one: Tracked) -> tuple[bool, int]:
    """Return the sort key of requests: active before finished, newest first."""
    return one.stage in FINISHED, -one.request.request_id


def _counts(values: Iterable[str]) -> dict[str, int]:
    """Return the count of each value."""
    return dict(sorted(Counter(str(value) for value in values).items()))


def _time(at: datetime | None) -> str | None:
    """Return a time as text."""
    return at.isoformat() if at else None


def _rows(pieces: Sequence[EvidenceBase], redactor: Redactor, *, last: bool = False) -> Report:
    """Return some pieces of evidence and their total number."""
    chosen = pieces[-ROWS:] if last else pieces[:ROWS]
    return {"count": len(pieces), "rows": redactor.walk([piece.to_dict() for piece in chosen])}


def _request(one: Tracked, case: Case, names: dict[str, str], redactor: Redactor) -> Report:
    """Return a request with its verdict and evidence."""
    media = case.media.to_dict() if case.media else None
    if media:
        media.pop("episodes", None)  # included in the units
    return {
        "request_id": one.request.request_id,
        "name": redactor.text(one.title),
        "year": one.year,
        "verdict": _verdict(one, names, redactor),
        "request": redactor.walk(case.request.to_dict()),
        "title": redactor.walk(case.title.to_dict()) if case.title else None,
        "arr": {
            "named_by_seerr": case.source,
            "serves": one.arr_source,
            "media_id": one.media_id,
            "media": redactor.walk(media),
        },
        "anime": case.anime,
        "superseded": case.superseded,
        "ids": sorted(one.ids),
        "units": _units(one.units, redactor),
        "queue": _rows(case.queue, redactor),
        "history": {
            "kinds": _counts(event.kind for event in case.history),
            **_rows(case.history, redactor, last=True),
        },
        "torrents": _rows(list({id(one): one for one in case.torrents.values()}.values()), redactor),
        "shoko": _rows(case.shoko, redactor),
        "library": _library(one, case, redactor),
        "other_definition": _rows(case.others, redactor),
        "journey": _journey(one.journey, redactor),
    }


def _verdict(one: Tracked, names: dict[str, str], redactor: Redactor) -> Report:
    """Return stage and reason with the data they are based on."""
    verdict = one.verdict
    detail = verdict.detail or ""
    for name, key in names.items():
        detail = detail.replace(name, key)  # service names chosen by the user can be personal
    return {
        "stage": verdict.stage,
        "since": _time(one.journey.stage_since),
        "reason": verdict.reason,
        "reason_since": _time(one.journey.reason_since),
        "detail": redactor.text(detail) or None,
        "hint": verdict.hint,
        "hint_at": _time(verdict.at),
        "stuck": one.stuck,
        "blind": [names.get(name, "?") for name in verdict.blind],
        "expected": _time(verdict.expected),
        "progress": one.progress,
        "units_by_stage": _counts(unit.stage for unit in one.units),
        "episodes": [one.episodes_available, one.episodes_total],
    }


def _units(units: Sequence[Unit], redactor: Redactor) -> list[Report]:
    """Return the units with their evidence, the least advanced ones if there are too many."""
    chosen = sorted(units, key=lambda unit: unit.proof is not None)[:ROWS]
    return [_unit(unit, redactor) for unit in units if any(unit is one for one in chosen)]


def _unit(unit: Unit, redactor: Redactor) -> Report:
    """Return a movie or episode."""
    return {
        "season": unit.season,
        "number": unit.number,
        "stage": unit.stage,
        "monitored": unit.monitored,
        "aired": unit.aired,
        "air_date": _time(unit.air_date),
        "tvdb_id": unit.episode.tvdb_id if unit.episode else None,
        "has_file": unit.has_file,
        "file": redactor.walk(unit.file.to_dict()) if unit.file else None,
        "former_files": [redactor.path(file.path) for file in unit.former],
        "downloads": [_download(one, unit.download, redactor) for one in unit.downloads[-5:]],
        "shoko_files": [file.file_id for file in unit.shoko],
        "proved_by": unit.proof.item_id if unit.proof else None,
    }


def _download(one: Download, deciding: Download | None, redactor: Redactor) -> Report:
    """Return a download of a unit, and whether it determines the stage."""
    return {
        "download_id": redactor.alias("download", (one.download_id or "").casefold()) or None,
        "stage": download_stage(one),
        "decides": one is deciding,
        "grabbed": _time(one.grabbed),
        "told": _time(one.told),
        "queue": [row.status for row in one.rows],
        "torrent": one.torrent.state if one.torrent else None,
        "progress": one.torrent.progress if one.torrent else None,
        "outcome": one.outcome.kind if one.outcome else None,
        "lost": one.lost,
    }


def _library(one: Tracked, case: Case, redactor: Redactor) -> Report:
    """Return the candidate Jellyfin items, and which of them are a proof."""
    proofs = {unit.proof.item_id for unit in one.units if unit.proof}
    items = sorted(case.library, key=lambda item: item.item_id not in proofs)
    return {
        "count": len(items),
        "rows": [_item(item, item.item_id in proofs, one, case, redactor) for item in items[:ROWS]],
    }


def _item(item: LibraryEvidence, proves: bool, one: Tracked, case: Case, redactor: Redactor) -> Report:
    """Return an item with the ids and files it shares with the request."""
    return {
        "proves": proves,
        "shares_ids": sorted({*item.ids} & {*one.ids, *case.episode_ids}),
        "plays_its_file": is_file_of(item, (*case.files, *case.former), case.others),
        **redactor.walk(item.to_dict()),
    }


def _journey(journey: Journey, redactor: Redactor) -> Report:
    """Return the journey of a request."""
    told = journey.to_dict()
    seen = told.pop("seen", {})
    return {
        **redactor.walk(told),
        "seen": {redactor.alias("download", key.casefold()): at for key, at in seen.items()},
    }
