"""What names a season or an episode reaches only the requests that want it."""

import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase
from custom_components.status_tracker.pipeline.requests import Stage

from .builders.arr import episode, episode_event, series
from .builders.downloads import episode_row, torrent
from .builders.evaluation import look, settled
from .builders.requests import series_request, series_title
from .builders.services import STACK
from .builders.times import ago

FIRST, SECOND = series_request(1, 1), series_request(2, 2)
GRAB = episode_event(1, HistoryKind.GRABBED, ago(minutes=1))


def stages(*pieces: EvidenceBase) -> list[Stage]:
    """Return the stages of the requests for the first and the second season."""
    tracked = look(*STACK, series_title(), FIRST, SECOND, *pieces, memory=settled()).tracked
    return [tracked[1].stage, tracked[2].stage]


@pytest.mark.parametrize("read", [False, True])
def test_a_grab_of_one_season(read: bool) -> None:
    """The webhook's own season decides, also before the series' episodes were read."""
    known = (series(seasons=(1, 2)),) if read else ()
    grab = episode_event(1, HistoryKind.GRABBED, ago(minutes=1), season=1)
    assert stages(*known, grab) == [Stage.INDEXED, Stage.APPROVED]
    assert stages(*known, grab, episode_row(1, season=1), torrent()) == [Stage.DOWNLOADING, Stage.APPROVED]


def test_a_season_that_nothing_tells() -> None:
    """No stage changes until the season of an episode is known."""
    assert stages(GRAB, torrent()) == [Stage.APPROVED, Stage.APPROVED]
    assert stages(GRAB, series(episode(1, 1), seasons=(1, 2))) == [Stage.INDEXED, Stage.APPROVED]


def test_a_queue_row_tells_the_season_of_its_grab() -> None:
    """The history's row has no season, the queue's row for the same episode has."""
    assert stages(GRAB, episode_row(1, season=1)) == [Stage.DOWNLOADING, Stage.APPROVED]


def test_a_pack_over_two_seasons() -> None:
    """One download serves both seasons, each by its own episodes."""
    both = [episode_row(1, season=1), episode_row(101, season=2, row_id=9)]
    assert stages(*both) == [Stage.DOWNLOADING, Stage.DOWNLOADING]
