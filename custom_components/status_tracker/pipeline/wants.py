"""What the sources should know and ask of each request."""

from .cases import Case
from .evidence import FileEvidence, Want
from .requests import FINISHED, IN_FLIGHT, Stage, Tracked
from .terms import RequestStatus


def want_of(one: Tracked, case: Case) -> Want:
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
        media_id=one.media_id or request.external_id,
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
        opened_at=one.journey.opened_at,
        stale_items=tuple(dict.fromkeys(item.item_id for unit in one.units for item in unit.stale)),
        read_after=max(
            (time for time in (one.journey.opened_at, one.journey.reread_after) if time), default=None
        ),
        titled=one.titled,
    )
