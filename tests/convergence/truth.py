"""What must be shown of every request, from where its units are; nothing of the integration is used."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..stack.rows import (
    MEDIA_DELETED,
    REQUEST_APPROVED,
    REQUEST_DECLINED,
    REQUEST_FAILED,
    REQUEST_PENDING,
    SeerrRequest,
)
from .units import BROKEN, IN_FLIGHT, RANK, Registrar, UnitTruth

# What one poll does not show, by design:
# - A download that nobody lists any more counts as lost after three minutes: the *arr refreshes its queue
#   once a minute, and its client may be restarting. Failed look-ups are repeated within these minutes, and
#   what is finished in Seerr only is read some at a time. What changed while Home Assistant was off is told
#   when every service has been read.
# - What no event and no count tells is read again in turn, one a poll, so that the calls of a poll do not
#   grow with the requests: whether a title is monitored, is in the *arr at all and was searched for without
#   a result, and whether what is imported or available is still there, and under which number.
LOST_AFTER = 5  # minutes, and polls
REREAD_WITHIN = 90
UNTOLD = {"approved", "partially_available", "available"}
KEPT = {"importing", "anime_matching", "partially_available", "available", "deleted"}


@dataclass(slots=True)
class Truth:
    """What must be shown of a request; `stages` has several where the world does not determine it."""

    stages: set[str]
    reasons: set[str | None]
    total: int | None
    available: int | None
    items: set[str]
    units: list[UnitTruth]


def is_reread(shown: str, truth: Truth) -> bool:
    """Return whether the difference of what is shown can be one that is read again in turn only."""
    if shown in truth.stages:
        return shown in UNTOLD
    return shown in KEPT and all(unit.stage == "approved" for unit in truth.units)


def truth_of(registrar: Registrar, request: SeerrRequest) -> Truth:
    """What must be shown of a request."""
    units = registrar.units(request)
    film = request.title.media_type == "movie"
    stage = _stage(registrar, request, units)
    stages, reasons = {stage}, _reasons(request, stage, units)
    if _superseded(registrar, request):
        stages, reasons = {"available", "deleted", "partially_available"} | stages, set()
    available = [unit for unit in units if unit.stage == "available"]
    return Truth(
        stages=stages,
        reasons=reasons,
        total=None if film else len(units),
        available=None if film else len(available),
        items=set().union(*(unit.items for unit in units)),
        units=units,
    )


def _superseded(registrar: Registrar, request: SeerrRequest) -> bool:
    """Whether the same was asked for again since."""
    return any(
        other.id > request.id
        and other.media is request.media
        and other.is_4k == request.is_4k
        and (not request.seasons or other.seasons.keys() & request.seasons.keys())
        for other in registrar.world.requests.values()
    )


def _stage(registrar: Registrar, request: SeerrRequest, units: list[UnitTruth]) -> str:
    """The stage of a request by those of its units."""
    stages = [unit.stage for unit in units]
    if request.status == REQUEST_DECLINED:
        return "declined"
    if all(stage == "available" for stage in stages):
        return "available"
    flying = [stage for stage in stages if stage in IN_FLIGHT]
    if flying:
        return min(flying, key=RANK.__getitem__)
    if request.media.get_status(request.is_4k) == MEDIA_DELETED and not _wanted(registrar, request):
        return "deleted"
    if "available" in stages:
        return "partially_available"
    if request.status == REQUEST_FAILED and registrar.row_of(request) is None:
        return "failed"
    return "requested" if request.status == REQUEST_PENDING else "approved"


def _wanted(registrar: Registrar, request: SeerrRequest) -> bool:
    """Whether what was deleted is to be searched for again."""
    row = registrar.row_of(request)
    return request.status in (REQUEST_PENDING, REQUEST_APPROVED) and row is not None and row.monitored


def _reasons(request: SeerrRequest, stage: str, units: list[UnitTruth]) -> set[str | None]:
    """The reasons that may be given."""
    if stage in IN_FLIGHT:
        told = [unit.reasons for unit in units if unit.stage == stage]
        every: set[str | None] = set().union(*told)
        if any(one <= BROKEN for one in told):
            return every & BROKEN
        return every - {None} or every
    if stage == "available":
        return {"upgrade" if any("upgrade" in unit.reasons for unit in units) else None}
    if stage in ("approved", "partially_available"):
        return {_waiting([unit for unit in units if unit.stage == "approved"])}
    return {"requested": {"awaiting_approval"}, "failed": {"not_in_arr"}}.get(stage, {None})  # type: ignore[return-value]


def _waiting(units: Sequence[UnitTruth]) -> str | None:
    """The reason of a request of which some is absent: the first that holds, in order of gravity."""
    told = [reason for unit in units for reason in unit.reasons]
    missing = [reason for unit in units if unit.aired for reason in unit.reasons]
    if "not_in_arr" in told:
        return "not_in_arr"
    if max((unit.last for unit in units if unit.aired), default=(0, ""))[1] == "downloadFailed":
        return "download_failed"
    if all(reason == "not_monitored" for reason in missing or told):
        return "not_monitored"
    if not missing:
        return "unaired"
    if "not_released" in missing:
        return "not_released"
    return "no_release_found" if all(reason == "no_release_found" for reason in missing) else "searching"
