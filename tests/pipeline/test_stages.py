"""Every row of the stage table: of a unit, of a series, and what stands in where a service is missing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    ItemKind,
    MediaStatus,
    QueueStatus,
    RequestStatus,
    TorrentState,
)
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase
from custom_components.status_tracker.pipeline.evidence.requests import ClientDownload, SeasonTitle
from custom_components.status_tracker.pipeline.ids import IdKind
from custom_components.status_tracker.pipeline.requests import Stage

from .builders.arr import FILE, GRAB, episode, episode_event, event, film, series
from .builders.downloads import DONE, GB, HASH, OTHER_HASH, episode_row, row, torrent
from .builders.evaluation import only
from .builders.library import episode_item, film_item, ids, item, plays, series_item
from .builders.requests import request, series_request, series_title, title
from .builders.services import CLIENT, JELLYFIN, RADARR, SEERR, SONARR, STACK
from .builders.times import NOW, ago

WITHOUT_LIBRARY = (SEERR, RADARR, SONARR, CLIENT)
SEERR_AND_LIBRARY = (SEERR, JELLYFIN)

FILM_STAGES: list[tuple[str, Stage, tuple[EvidenceBase, ...]]] = [
    ("pending", Stage.REQUESTED, (request(status=RequestStatus.PENDING, service_id=None, external_id=None),)),
    ("approved", Stage.APPROVED, (request(), film())),
    ("grabbed, nothing more known", Stage.INDEXED, (request(), film(), replace(GRAB, at=ago(minutes=1)))),
    ("delayed", Stage.INDEXED, (request(), film(), row(QueueStatus.WAITING, download_id=None))),
    ("queued in the client", Stage.INDEXED, (request(), film(), row(QueueStatus.QUEUED))),
    ("metadata", Stage.INDEXED, (request(), film(), GRAB, torrent(TorrentState.METADATA, 0.0, size=0))),
    ("queued", Stage.INDEXED, (request(), film(), GRAB, torrent(TorrentState.QUEUED, 0.0))),
    ("checking", Stage.INDEXED, (request(), film(), GRAB, torrent(TorrentState.CHECKING, 0.0))),
    (
        "stalled before the first byte",
        Stage.INDEXED,
        (request(), film(), GRAB, torrent(TorrentState.STALLED, 0)),
    ),
    (
        "paused before it began, queue",
        Stage.INDEXED,
        (request(), film(), row(QueueStatus.PAUSED, size_left=8 * GB)),
    ),
    ("paused on the way, queue", Stage.DOWNLOADING, (request(), film(), row(QueueStatus.PAUSED))),
    ("loading by the queue", Stage.DOWNLOADING, (request(), film(), row())),
    ("loading by the client", Stage.DOWNLOADING, (request(), film(), GRAB, torrent())),
    ("stalled on the way", Stage.DOWNLOADING, (request(), film(), GRAB, torrent(TorrentState.STALLED))),
    (
        "waiting for a slot on the way",
        Stage.DOWNLOADING,
        (request(), film(), GRAB, torrent(TorrentState.QUEUED)),
    ),
    ("the client is ahead of the queue", Stage.DOWNLOAD_DONE, (request(), film(), row(), DONE)),
    ("complete", Stage.DOWNLOAD_DONE, (request(), film(), row(QueueStatus.COMPLETED, size_left=0), DONE)),
    (
        "complete, checked again",
        Stage.DOWNLOAD_DONE,
        (request(), film(), GRAB, torrent(TorrentState.CHECKING, 1.0)),
    ),
    ("import pending", Stage.DOWNLOAD_DONE, (request(), film(), row(QueueStatus.IMPORT_PENDING), DONE)),
    ("import blocked", Stage.DOWNLOAD_DONE, (request(), film(), row(QueueStatus.IMPORT_BLOCKED), DONE)),
    ("importing", Stage.IMPORTING, (request(), film(), row(QueueStatus.IMPORTING), DONE)),
    ("imported", Stage.IMPORTING, (request(), film(file=FILE))),
    (
        "imported, told before Radarr was read",
        Stage.IMPORTING,
        (request(), event(HistoryKind.IMPORTED, file=FILE)),
    ),
    ("shown", Stage.AVAILABLE, (request(), film(file=FILE), film_item(files=plays(FILE)))),
    ("shown and not of Radarr", Stage.AVAILABLE, (request(), film(), film_item())),
    ("shown while pending", Stage.AVAILABLE, (request(status=RequestStatus.PENDING), film_item())),
    ("declined", Stage.DECLINED, (request(status=RequestStatus.DECLINED), film_item())),
    ("failed", Stage.FAILED, (request(status=RequestStatus.FAILED, external_id=None),)),
    ("failed, and gone from Radarr", Stage.FAILED, (request(status=RequestStatus.FAILED), film(gone=True))),
    ("failed, lifted by the film", Stage.APPROVED, (request(status=RequestStatus.FAILED), film())),
    (
        "failed, lifted by a grab",
        Stage.INDEXED,
        (request(status=RequestStatus.FAILED), event(HistoryKind.GRABBED, ago(minutes=1))),
    ),
    ("deleted", Stage.DELETED, (request(status=RequestStatus.COMPLETED, media_status=MediaStatus.DELETED),)),
    ("deleted and asked for anew", Stage.APPROVED, (request(media_status=MediaStatus.DELETED), film())),
    ("deleted, and still shown", Stage.AVAILABLE, (request(media_status=MediaStatus.DELETED), film_item())),
]


@pytest.mark.parametrize(
    ("stage", "pieces"), [one[1:] for one in FILM_STAGES], ids=[one[0] for one in FILM_STAGES]
)
def test_film(stage: Stage, pieces: tuple[EvidenceBase, ...]) -> None:
    """A film is as far as its best evidence says."""
    assert only(*STACK, title(), *pieces).stage is stage


def test_virtual_item_proves_nothing() -> None:
    """A missing episode that Jellyfin lists is no file, nor is a series a film."""
    assert only(*STACK, request(), film(file=FILE), film_item(virtual=True)).stage is Stage.IMPORTING
    show = item("s", ItemKind.SERIES, ids=ids((IdKind.TMDB_MOVIE, 603)))
    assert only(*STACK, request(), film(file=FILE), show).stage is Stage.IMPORTING


def test_seerrs_available_is_a_hint_where_jellyfin_is() -> None:
    """Seerr counts files of the *arr: with a Jellyfin that does not show the film it proves nothing."""
    said = request(status=RequestStatus.COMPLETED, media_status=MediaStatus.AVAILABLE)
    assert only(*STACK, said, film(file=FILE)).stage is Stage.IMPORTING
    assert only(*WITHOUT_LIBRARY, said).stage is Stage.AVAILABLE


def test_without_jellyfin_the_arrs_file_is_enough() -> None:
    """Without a media server, an import is the end."""
    assert only(*WITHOUT_LIBRARY, request(), film(file=FILE)).stage is Stage.AVAILABLE
    assert only(*WITHOUT_LIBRARY, request(), film()).stage is Stage.APPROVED


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        (QueueStatus.QUEUED, Stage.INDEXED),
        (QueueStatus.DOWNLOADING, Stage.DOWNLOADING),
        (QueueStatus.IMPORT_PENDING, Stage.DOWNLOAD_DONE),
    ],
)
def test_seerr_stands_in_for_radarr(status: QueueStatus, stage: Stage) -> None:
    """Seerr's own download rows and statuses tell where no Radarr is configured."""
    loading = ClientDownload(download_id=HASH, title="A.Release", status=status, size=100, size_left=40)
    found = only(*SEERR_AND_LIBRARY, request(downloads=(loading,)))
    assert found.stage is stage
    assert found.journey.download_ids == (HASH.casefold(),)
    assert only(*SEERR_AND_LIBRARY, CLIENT, request(downloads=(loading,)), DONE).stage is Stage.DOWNLOAD_DONE
    assert only(*SEERR_AND_LIBRARY, request()).stage is Stage.APPROVED
    there = request(media_status=MediaStatus.AVAILABLE)
    assert only(*SEERR_AND_LIBRARY, there).stage is Stage.IMPORTING
    assert only(*SEERR_AND_LIBRARY, there, film_item()).stage is Stage.AVAILABLE
    # Another Radarr than the one Seerr handed it to is no help.
    elsewhere = request(service_id=7, downloads=(loading,))
    assert only(*STACK, elsewhere).stage is stage


def test_seerr_stands_in_for_sonarr() -> None:
    """Episodes count as TMDB does, each with its own download row; seasons as wholes without a count."""
    first = ClientDownload(download_id=HASH, title="R", season=1, number=1, size=10, size_left=10)
    counted = series_title(
        seasons=(SeasonTitle(number=1, episodes=3, air_date=ago(days=9)), SeasonTitle(number=2, episodes=5))
    )
    asked = series_request(1, 1, downloads=(first,))
    found = only(*SEERR_AND_LIBRARY, asked, counted)
    assert (found.stage, found.episodes_total, found.episodes_available) == (Stage.DOWNLOADING, 3, 0)
    shown = [series_item(), *(episode_item(number) for number in (1, 2))]
    found = only(*SEERR_AND_LIBRARY, series_request(1, 1), counted, *shown)
    assert (found.stage, found.episodes_available) == (Stage.PARTIALLY_AVAILABLE, 2)
    assert (
        only(*SEERR_AND_LIBRARY, series_request(1, 1), counted, *shown, episode_item(3)).stage
        is Stage.AVAILABLE
    )
    # Nobody counts: Seerr's word for the season, and something of it in Jellyfin.
    asked = series_request(1, 1, seasons_available=(1,))
    assert only(*SEERR_AND_LIBRARY, asked).stage is Stage.IMPORTING
    assert only(*SEERR_AND_LIBRARY, asked, series_item(), episode_item(1)).stage is Stage.AVAILABLE
    assert only(*SEERR_AND_LIBRARY, asked, series_item(), episode_item(1, season=2)).stage is Stage.IMPORTING
    assert only(*SEERR_AND_LIBRARY, asked).episodes_available is None


def test_seerr_alone() -> None:
    """With nothing but Seerr its word is all there is, season by season."""
    partly = series_request(1, 1, 2, media_status=MediaStatus.PARTIALLY_AVAILABLE)
    assert only(SEERR, partly).stage is Stage.PARTIALLY_AVAILABLE
    assert only(SEERR, replace(partly, seasons_available=(1,))).stage is Stage.PARTIALLY_AVAILABLE
    assert only(SEERR, replace(partly, seasons_available=(1, 2))).stage is Stage.AVAILABLE
    other = series_request(1, 2, media_status=MediaStatus.PARTIALLY_AVAILABLE, seasons_available=(1,))
    assert only(SEERR, other).stage is Stage.APPROVED
    assert only(SEERR, series_request(1, 1, media_status=MediaStatus.AVAILABLE)).stage is Stage.AVAILABLE
    unaired = series_title(seasons=(SeasonTitle(number=1, episodes=2, air_date=NOW + timedelta(days=9)),))
    assert only(SEERR, JELLYFIN, series_request(), unaired).stage is Stage.APPROVED


SHOWN = [series_item(), *(episode_item(number) for number in (1, 2, 3))]
LOADED = [episode(1, number, loaded=True) for number in (1, 2, 3)]
OPEN = [episode(1, number) for number in (1, 2, 3)]
UNAIRED = episode(1, 3, air_date=NOW + timedelta(days=7))

SERIES_STAGES: list[tuple[str, Stage, tuple[EvidenceBase, ...]]] = [
    ("nothing yet", Stage.APPROVED, (series(*OPEN),)),
    ("all shown", Stage.AVAILABLE, (series(*LOADED), *SHOWN)),
    ("all imported", Stage.IMPORTING, (series(*LOADED),)),
    ("some shown, the rest missing", Stage.PARTIALLY_AVAILABLE, (series(*OPEN), *SHOWN[:2])),
    ("some shown, the rest imported", Stage.IMPORTING, (series(*LOADED), *SHOWN[:3])),
    ("some shown, one loading", Stage.DOWNLOADING, (series(*OPEN), *SHOWN[:3], episode_row(3))),
    (
        "the least advanced of those in flight",
        Stage.INDEXED,
        (
            series(LOADED[0], *OPEN[1:]),
            episode_row(2),
            episode_row(3, QueueStatus.QUEUED, download_id=OTHER_HASH),
        ),
    ),
    ("missing ones do not hold back those in flight", Stage.IMPORTING, (series(LOADED[0], *OPEN[1:]),)),
    ("unaired is not in flight", Stage.PARTIALLY_AVAILABLE, (series(*LOADED[:2], UNAIRED), *SHOWN[:3])),
    ("unaired, and nothing else", Stage.APPROVED, (series(UNAIRED),)),
    (
        "no air date is unaired",
        Stage.PARTIALLY_AVAILABLE,
        (series(*LOADED[:2], episode(1, 3, air_date=None)), *SHOWN[:3]),
    ),
    ("aired or not, it is shown", Stage.AVAILABLE, (series(*LOADED[:2], UNAIRED), *SHOWN)),
    ("episodes nobody asked for do not count", Stage.AVAILABLE, (series(*LOADED, episode(2, 1)), *SHOWN)),
    ("gone from Sonarr", Stage.APPROVED, (series(*LOADED, gone=True),)),
    (
        "told before Sonarr was read",
        Stage.INDEXED,
        (episode_event(1, HistoryKind.GRABBED, ago(minutes=1), season=1),),
    ),
    (
        "told of another season before Sonarr was read",
        Stage.APPROVED,
        (episode_event(1, HistoryKind.GRABBED, ago(minutes=1), season=2),),
    ),
    (
        "told of a season that nothing tells",
        Stage.APPROVED,
        (episode_event(1, HistoryKind.GRABBED, ago(minutes=1)), episode_row(2)),
    ),
    (
        "double episode",
        Stage.AVAILABLE,
        (series(*LOADED), SHOWN[0], SHOWN[1], episode_item(2, number_end=3)),
    ),
]


@pytest.mark.parametrize(
    ("stage", "pieces"), [one[1:] for one in SERIES_STAGES], ids=[one[0] for one in SERIES_STAGES]
)
def test_series(stage: Stage, pieces: tuple[EvidenceBase, ...]) -> None:
    """A series is what its wanted episodes add up to."""
    assert only(*STACK, series_title(), series_request(), *pieces).stage is stage


def test_count_of_episodes() -> None:
    """Progress is counted per episode, over all wanted seasons."""
    found = only(*STACK, series_request(1, 1, 2), series(*LOADED, episode(2, 1), episode(3, 1)), *SHOWN[:3])
    assert (found.episodes_available, found.episodes_total) == (2, 4)
    assert only(*STACK, request(), film()).episodes_total is None
    assert only(*STACK, request(), film()).episodes_available is None


def test_a_season_sonarr_lacks_keeps_the_request_open() -> None:
    """Seerr's second season is none of Sonarr's: what is there is only a part."""
    sonarr = series(*LOADED)
    found = only(*STACK, series_request(1, 1, 2), sonarr, *SHOWN)
    assert found.stage is Stage.PARTIALLY_AVAILABLE
    announced = replace(sonarr, seasons=(0, 1, 2))
    assert only(*STACK, series_request(1, 1, 2), announced, *SHOWN).stage is Stage.PARTIALLY_AVAILABLE
    # Jellyfin counts as TMDB does and has it: then it is there.
    counted = series_title(seasons=(SeasonTitle(number=2, episodes=1, air_date=ago(days=1)),))
    second = episode_item(1, season=2)
    found = only(*STACK, series_request(1, 1, 2), counted, sonarr, *SHOWN, second)
    assert (found.stage, found.episodes_total) == (Stage.AVAILABLE, 4)
