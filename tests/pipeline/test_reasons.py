"""Every row of the reason table: what produces it, what lifts it, when it is stuck."""

from dataclasses import replace

import pytest

from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    QueueStatus,
    RequestStatus,
    TorrentState,
)
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase
from custom_components.status_tracker.pipeline.in_flight import BROKEN
from custom_components.status_tracker.pipeline.requests import Hint, Reason, Stage

from .builders.arr import FILE, FRESH_GRAB, GRAB, episode, event, film, series
from .builders.downloads import DONE, OTHER_HASH, row, torrent
from .builders.evaluation import LIMIT, only, settled
from .builders.library import episode_item, film_item, series_item
from .builders.requests import request, series_request
from .builders.services import ANIME_STACK, RADARR, SHOKO, STACK
from .builders.shoko import ANIME, HASHING, MATCHED, vfs_item
from .builders.times import NEXT_WEEK, NOW, SOON, ago

REFUSED = replace(HASHING, refused=True)
SHOWN = [series_item(), episode_item(1)]

# reason, the stage it is shown with, what produces it, what lifts it
TABLE: list[tuple[Reason, Stage, tuple[EvidenceBase, ...], tuple[EvidenceBase, ...]]] = [
    (
        Reason.AWAITING_APPROVAL,
        Stage.REQUESTED,
        (request(status=RequestStatus.PENDING),),
        (request(), film()),
    ),
    (
        Reason.NOT_RELEASED,
        Stage.APPROVED,
        (request(), film(available=False, expected=NEXT_WEEK)),
        (request(), film()),
    ),
    (Reason.SEARCHING, Stage.APPROVED, (request(), film()), (request(), film(last_search=ago(minutes=1)))),
    (
        Reason.UNAIRED,
        Stage.PARTIALLY_AVAILABLE,
        (series_request(), series(episode(1, 1), episode(1, 2, air_date=NEXT_WEEK)), *SHOWN),
        (series_request(), series(episode(1, 1), episode(1, 2)), *SHOWN),
    ),
    (Reason.QUEUED, Stage.INDEXED, (request(), film(), row(QueueStatus.QUEUED)), (request(), film(), row())),
    (
        Reason.IMPORT_PENDING,
        Stage.DOWNLOAD_DONE,
        (request(), film(), row(QueueStatus.IMPORT_PENDING), DONE),
        (request(), film(file=FILE)),
    ),
    (
        Reason.WAITING_FOR_LIBRARY,
        Stage.IMPORTING,
        (request(), film(file=FILE)),
        (request(), film(file=FILE), film_item()),
    ),
    (
        Reason.UPGRADE,
        Stage.AVAILABLE,
        (request(), film(file=FILE), film_item(), row(upgrade=True)),
        (request(), film(file=FILE), film_item()),
    ),
    (
        Reason.NO_RELEASE_FOUND,
        Stage.APPROVED,
        (request(), film(last_search=ago(minutes=1))),
        (request(), film(last_search=ago(minutes=1)), FRESH_GRAB, row()),
    ),
    (Reason.NOT_MONITORED, Stage.APPROVED, (request(), film(monitored=False)), (request(), film())),
    (Reason.NOT_IN_ARR, Stage.APPROVED, (request(),), (request(), film())),
    (
        Reason.SEASON_MISMATCH,
        Stage.APPROVED,
        (series_request(1, 3), series(episode(1, 1))),
        (series_request(1, 3), series(episode(1, 1), episode(3, 1))),
    ),
    (
        Reason.FETCHING_METADATA,
        Stage.INDEXED,
        (request(), film(), GRAB, torrent(TorrentState.METADATA, 0.0, size=0)),
        (request(), film(), GRAB, torrent()),
    ),
    (
        Reason.STALLED,
        Stage.DOWNLOADING,
        (request(), film(), GRAB, torrent(TorrentState.STALLED)),
        (request(), film(), GRAB, torrent()),
    ),
    (
        Reason.PAUSED,
        Stage.DOWNLOADING,
        (request(), film(), GRAB, torrent(TorrentState.PAUSED)),
        (request(), film(), GRAB, torrent()),
    ),
    (
        Reason.DOWNLOAD_ERROR,
        Stage.DOWNLOADING,
        (request(), film(), GRAB, torrent(TorrentState.ERROR)),
        (request(), film(), GRAB, torrent()),
    ),
    (
        Reason.MISSING_FILES,
        Stage.DOWNLOADING,
        (request(), film(), GRAB, torrent(TorrentState.MISSING_FILES)),
        (request(), film(), GRAB, torrent(TorrentState.CHECKING)),
    ),
    (
        Reason.DOWNLOAD_FAILED,
        Stage.APPROVED,
        (request(), film(), GRAB, event(HistoryKind.FAILED, ago(minutes=5))),
        (
            request(),
            film(),
            GRAB,
            event(HistoryKind.FAILED, ago(minutes=5)),
            replace(FRESH_GRAB, download_id=OTHER_HASH),
        ),
    ),
    (
        Reason.IMPORT_BLOCKED,
        Stage.DOWNLOAD_DONE,
        (request(), film(), row(QueueStatus.IMPORT_BLOCKED, messages=("Not an upgrade", "Sample")), DONE),
        (request(), film(file=FILE), row(QueueStatus.IMPORT_BLOCKED), DONE),
    ),
    (
        Reason.NOT_TRACKED,
        Stage.DOWNLOAD_DONE,
        (request(), film(), GRAB, DONE),
        (request(), film(file=FILE), GRAB, DONE),
    ),
    (Reason.ANIME_UNMATCHED, Stage.ANIME_MATCHING, (*ANIME, REFUSED, SHOKO), (*ANIME, MATCHED, SHOKO)),
    (
        Reason.SERVICE_UNAVAILABLE,
        Stage.APPROVED,
        (
            request(service_id=5),
            film(source="second"),
            replace(RADARR, source="second", seerr_id=5, ok=False),
        ),
        (request(service_id=5), film(source="second"), replace(RADARR, source="second", seerr_id=5)),
    ),
]


@pytest.mark.parametrize(("reason", "stage", "told", "lifted"), TABLE, ids=[one[0] for one in TABLE])
def test_table(
    reason: Reason, stage: Stage, told: tuple[EvidenceBase, ...], lifted: tuple[EvidenceBase, ...]
) -> None:
    """Each reason comes from evidence, is stuck as the table says, and goes with the evidence."""
    memory = settled()
    only(*STACK, *told, memory=memory)
    found = only(*STACK, *told, memory=memory, now=NOW + SOON)
    assert (found.verdict.reason, found.stage) == (reason, stage)
    assert found.stuck is (reason in BROKEN)
    late = only(*STACK, *told, memory=memory, now=NOW + LIMIT + SOON)
    assert late.verdict.reason is reason
    dated = reason in (Reason.NOT_RELEASED, Reason.UNAIRED)
    assert late.stuck is not (dated or reason in (Reason.SERVICE_UNAVAILABLE, Reason.UPGRADE))
    after = only(*STACK, *lifted, memory=memory, now=NOW + LIMIT + SOON)
    assert after.verdict.reason is not reason


def test_table_is_whole() -> None:
    """No reason is left out; the one that time alone produces has a test of its own."""
    assert {one[0] for one in TABLE} | {Reason.HIDDEN_IN_LIBRARY} == set(Reason)


def test_hidden_in_library() -> None:
    """Matched and not shown past the limit: something hides it; showing it lifts that."""
    told = (*ANIME_STACK, *ANIME, MATCHED)
    memory = settled()
    found = only(*told, memory=memory)
    assert (found.verdict.reason, found.verdict.hint, found.stuck) == (
        Reason.WAITING_FOR_LIBRARY,
        Hint.SHOKO_MATCHED,
        False,
    )
    found = only(*told, memory=memory, now=NOW + LIMIT)
    assert (found.verdict.reason, found.verdict.hint, found.stuck) == (
        Reason.HIDDEN_IN_LIBRARY,
        Hint.HIDDEN_CAUSES,
        True,
    )
    shown = vfs_item(5, "m5")
    found = only(*told, shown, memory=memory, now=NOW + LIMIT)
    assert (found.stage, found.verdict.reason, found.stuck) == (Stage.AVAILABLE, None, False)
