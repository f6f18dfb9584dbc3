"""Stages by downloads: packs, upgrades, failures, removals."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    MediaStatus,
    QueueStatus,
    RequestStatus,
    TorrentState,
)
from custom_components.status_tracker.pipeline.requests import ORDER, Download, Reason, Stage, Unit
from custom_components.status_tracker.pipeline.stages import download_stage

from .builders.arr import FILE, GRAB, episode, episode_event, event, film, film_file, series
from .builders.downloads import DONE, GB, HASH, OTHER_HASH, episode_row, row, torrent
from .builders.evaluation import look, only, settled
from .builders.library import episode_item, film_item, plays, series_item
from .builders.requests import SHOW, request, series_request, title
from .builders.services import ANIME_STACK, CLIENT, SEERR, STACK
from .builders.times import NOW, ago

SHOWN = [series_item(), *(episode_item(number) for number in (1, 2, 3))]
LOADED = [episode(1, number, loaded=True) for number in (1, 2, 3)]
OPEN = [episode(1, number) for number in (1, 2, 3)]


def test_season_pack_partly_imported() -> None:
    """A pack's episodes are told apart by their files and events, though they share one download."""
    grabs = [episode_event(number, HistoryKind.GRABBED) for number in (1, 2, 3)]
    rows = [episode_row(number, QueueStatus.IMPORT_PENDING, size_left=0) for number in (1, 2, 3)]
    imported = episode_event(1, HistoryKind.IMPORTED, ago(minutes=1))
    told = (series_request(), series(LOADED[0], *OPEN[1:]), *grabs, *rows, imported, DONE)
    found = only(*STACK, *told)
    assert [unit.stage for unit in found.units] == [Stage.IMPORTING, Stage.DOWNLOAD_DONE, Stage.DOWNLOAD_DONE]
    assert found.stage is Stage.DOWNLOAD_DONE
    assert len(found.downloads) == 1
    assert found.downloads[0].outcome is None
    assert only(*STACK, *told, *SHOWN[:2]).episodes_available == 1


def test_pack_whose_name_sonarr_cannot_read() -> None:
    """A row for no episode is for those it was grabbed for; added by hand, for all that are missing."""
    loose = episode_row(1, episode_id=None)
    grab = episode_event(2, HistoryKind.GRABBED)
    found = only(*STACK, series_request(), series(*OPEN), loose, grab)
    assert [unit.stage for unit in found.units] == [Stage.APPROVED, Stage.DOWNLOADING, Stage.APPROVED]
    found = only(*STACK, series_request(), series(LOADED[0], *OPEN[1:]), loose)
    assert [unit.stage for unit in found.units] == [Stage.IMPORTING, Stage.DOWNLOADING, Stage.DOWNLOADING]


def test_upgrade_leaves_it_available() -> None:
    """What can be watched stays so while a better copy loads, and when that one is imported."""
    found = only(*STACK, request(), film(file=FILE), film_item(files=plays(FILE)), row(upgrade=True))
    assert found.stage is Stage.AVAILABLE
    assert found.progress is None
    better = film_file("/movies/The Matrix (1999)/The Matrix Remux.mkv", 40 * GB)
    assert only(*STACK, request(), film(file=better), film_item(files=plays(FILE))).stage is Stage.AVAILABLE


def test_failed_then_grabbed_again() -> None:
    """A failed download is over; the next grab counts, though it be the same release again."""
    failed = event(HistoryKind.FAILED, ago(minutes=30), message="Password protected")
    told = (*STACK, request(), film(), GRAB, failed)
    assert only(*told, torrent()).stage is Stage.APPROVED
    again = event(HistoryKind.GRABBED, ago(minutes=1), download_id=OTHER_HASH)
    assert only(*told, again).stage is Stage.INDEXED
    same = event(HistoryKind.GRABBED, ago(minutes=1))
    assert only(*told, same, torrent()).stage is Stage.DOWNLOADING


def test_ignored_download_is_over() -> None:
    """A download the *arr was told to forget is none, though its torrent runs on."""
    ignored = event(HistoryKind.IGNORED, ago(minutes=1))
    assert only(*STACK, request(), film(), GRAB, ignored, torrent()).stage is Stage.APPROVED


def test_removed_torrent_is_lost_after_a_while() -> None:
    """What neither the *arr nor the client has any more is gone, unless one of them is down."""
    memory = settled()
    told = (request(), film(), GRAB)
    assert only(*STACK, *told, row(), torrent(), memory=memory).stage is Stage.DOWNLOADING
    soon, late = NOW + timedelta(minutes=2), NOW + timedelta(minutes=5)
    assert only(*STACK, *told, memory=memory, now=soon).stage is Stage.INDEXED
    asleep = [replace(one, ok=one is not CLIENT) for one in STACK]
    assert only(*asleep, *told, memory=memory, now=late).stage is Stage.INDEXED
    assert only(*STACK, *told, memory=memory, now=late).stage is Stage.APPROVED


def test_removal_of_the_import_is_seen_before_radarr_is_read() -> None:
    """An import whose file was deleted since is none; within a second deletion comes first."""
    imported = event(HistoryKind.IMPORTED, file=FILE)
    deleted = event(HistoryKind.FILE_DELETED, ago(minutes=1))
    assert only(*STACK, request(), imported, deleted).stage is Stage.APPROVED
    swapped = replace(deleted, at=imported.at)
    assert only(*STACK, request(), imported, swapped).stage is Stage.IMPORTING
    assert only(*STACK, request(), imported, film(gone=True)).stage is Stage.APPROVED


def test_deleted_media() -> None:
    """A file that is gone from the *arr and from Jellyfin takes the request back."""
    memory = settled()
    assert only(*STACK, request(), film(file=FILE), film_item(), memory=memory).stage is Stage.AVAILABLE
    found = only(*STACK, request(), film(), memory=memory, now=NOW + timedelta(hours=1))
    assert (found.stage, found.journey.finished_at) == (Stage.APPROVED, None)
    gone = request(status=RequestStatus.COMPLETED, media_status=MediaStatus.DELETED)
    assert only(*STACK, gone, film(gone=True), memory=memory).stage is Stage.DELETED


@pytest.mark.parametrize("state", list(TorrentState))
@pytest.mark.parametrize("progress", [0.0, 0.5, 1.0])
def test_every_torrent_state_has_a_stage(state: TorrentState, progress: float) -> None:
    """No state of a client, however odd, leaves a download without a stage on the way."""
    found = download_stage(Download(download_id=HASH, torrent=torrent(state, progress)))
    assert found is not None
    assert ORDER[Stage.INDEXED] <= ORDER[found] <= ORDER[Stage.DOWNLOAD_DONE]


@pytest.mark.parametrize("status", list(QueueStatus))
def test_every_queue_status_has_a_stage(status: QueueStatus) -> None:
    """Only what has failed is over by its row alone."""
    found = download_stage(Download(download_id=HASH, rows=(row(status),)))
    assert (found is None) is (status is QueueStatus.FAILED)


def test_anime_stage_needs_a_shoko() -> None:
    """Anime is matched only where a Shoko is configured."""
    told = (request(), title(anime=True), film(file=FILE))
    assert only(*ANIME_STACK, *told).stage is Stage.ANIME_MATCHING
    assert only(*STACK, *told).stage is Stage.IMPORTING


def test_nothing_known_at_all() -> None:
    """A request alone is approved, and has a name to be shown by."""
    found = only(SEERR, request(requested_at=None))
    assert (found.stage, found.title, found.year) == (Stage.APPROVED, "#1", None)
    assert look(SEERR).tracked == {}
    assert Unit().stage is Stage.APPROVED


def test_series_without_seasons() -> None:
    """A request that names no season is no more than approved."""
    assert only(*STACK, series_request(seasons=(), tmdb_id=SHOW), series(*LOADED)).stage is Stage.APPROVED


def test_an_import_by_hand_ends_the_grab() -> None:
    """An import without a download id ends what was grabbed before it; once deleted, the film is searched."""
    grab = event(HistoryKind.GRABBED, ago(minutes=120))
    by_hand = event(HistoryKind.IMPORTED, ago(minutes=60), download_id=None, file=FILE)
    deleted = event(HistoryKind.FILE_DELETED, ago(minutes=10), download_id=None)
    seeding = torrent(TorrentState.COMPLETE, 1.0)
    tracked = only(*STACK, request(), title(), film(), grab, by_hand, deleted, seeding)
    assert (tracked.stage, tracked.verdict.reason, tracked.stuck) == (Stage.APPROVED, Reason.SEARCHING, False)


def test_an_import_by_hand_leaves_what_is_still_in_the_queue() -> None:
    """What the *arr still loads after an import by hand is an upgrade on its way."""
    grab = event(HistoryKind.GRABBED, ago(minutes=120))
    by_hand = event(HistoryKind.IMPORTED, ago(minutes=60), download_id=None, file=FILE)
    tracked = only(*STACK, request(), title(), film(), grab, by_hand, row(), torrent())
    assert tracked.stage is Stage.DOWNLOADING


def test_an_older_release_is_no_upgrade() -> None:
    """A better grab was imported and is shown: the older one, complete and refused, is not on its way."""
    older = event(HistoryKind.GRABBED, ago(minutes=120))
    better = event(HistoryKind.GRABBED, ago(minutes=60), download_id=OTHER_HASH, release="Better")
    taken = event(HistoryKind.IMPORTED, ago(minutes=30), download_id=OTHER_HASH, release="Better", file=FILE)
    stored = film(file=FILE, has_file=True)
    refused = row(QueueStatus.IMPORT_BLOCKED, messages=("Not a Custom Format upgrade",))
    common = (*STACK, request(), title(), stored, older, better, taken)
    shown = only(*common, film_item(files=plays(FILE)), refused, DONE)
    assert (shown.stage, shown.verdict.reason, shown.stuck) == (Stage.AVAILABLE, None, False)
    waiting = only(*common, row(), torrent())
    assert waiting.stage is Stage.IMPORTING
    assert waiting.progress is None
    assert waiting.current is not None
    assert waiting.current.release == "Better"


def test_a_refused_upgrade_is_none() -> None:
    """What the *arr refuses to import is no upgrade on its way, whenever it was grabbed."""
    taken = event(HistoryKind.IMPORTED, ago(minutes=90), download_id=OTHER_HASH, file=FILE)
    refused = row(QueueStatus.IMPORT_BLOCKED, messages=("Not an upgrade",), upgrade=True)
    common = (
        *STACK,
        request(),
        title(),
        film(file=FILE, has_file=True),
        film_item(files=plays(FILE)),
        taken,
        GRAB,
    )
    assert only(*common, refused, DONE).verdict.reason is None
    assert only(*common, row(upgrade=True), torrent()).verdict.reason is Reason.UPGRADE


def test_hybrid_is_one_download() -> None:
    """A hybrid is grabbed by its v1 hash and imported or ignored by the client's: it is over by either."""
    seeding = torrent(TorrentState.COMPLETE, 1.0, hashes=(OTHER_HASH.lower(), HASH.lower(), "c" * 64))
    told = (*STACK, request(), seeding, event(HistoryKind.GRABBED, ago(minutes=9)))
    assert only(*told, film()).stage is Stage.DOWNLOAD_DONE
    imported = event(HistoryKind.IMPORTED, ago(minutes=1), download_id=OTHER_HASH)
    there = only(*told, film(file=FILE), imported, film_item(files=plays(FILE)))
    assert (there.stage, there.verdict.reason) == (Stage.AVAILABLE, None)
    ignored = event(HistoryKind.IGNORED, ago(minutes=1), download_id=OTHER_HASH)
    assert only(*told, film(), ignored).stage is Stage.APPROVED
