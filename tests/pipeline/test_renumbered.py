"""An *arr's own number is not for ever: what stands under it may be another title now."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind, ItemKind, MediaType
from custom_components.status_tracker.pipeline.ids import IdKind, other_title
from custom_components.status_tracker.pipeline.requests import Reason, Stage

from .builders.arr import episode, episode_file, event, film, series
from .builders.downloads import episode_row
from .builders.evaluation import only, over_time
from .builders.library import episode_item, ids, item, plays
from .builders.requests import SHOW, request, series_request, series_title
from .builders.services import STACK

MOVIE, TV = MediaType.MOVIE, MediaType.TV
OTHER_SHOW = {"tvdb_id": 55555, "tmdb_id": 77777}


def test_the_arrs_number_is_another_series_now() -> None:
    """After a new database the number Seerr noted is another show: nothing of it is the request's."""
    other = series(episode(loaded=True), **OTHER_SHOW)
    shown = item("s9", ItemKind.SERIES, ids=ids((IdKind.TVDB_SHOW, 55555), (IdKind.TMDB_SHOW, 77777)))
    first = episode_item(1, series_id="s9", files=plays(episode_file(1, 1)))
    grab = event(HistoryKind.GRABBED, source="sonarr", media_id=30, episode_id=101)
    pieces = (*STACK, series_request(), series_title(), other, episode_row(1), grab, shown, first)
    tracked = over_time(*pieces, waited=timedelta(minutes=2))
    assert (tracked.stage, tracked.verdict.reason) == (Stage.APPROVED, Reason.NOT_IN_ARR)
    assert tracked.media_id is None
    assert not [one for one in tracked.ids if "55555" in one or "77777" in one]
    assert tracked.downloads == ()


def test_the_right_series_under_another_number() -> None:
    """What has the request's ids is meant, wherever it stands now."""
    other = series(episode(loaded=True), **OTHER_SHOW)
    right = series(episode(), series_id=7, tmdb_id=SHOW)
    tracked = only(*STACK, series_request(), series_title(), other, right, episode_row(1, media_id=7))
    assert (tracked.stage, tracked.media_id) == (Stage.DOWNLOADING, 7)


@pytest.mark.parametrize(
    ("told", "other"),
    [
        ({"tvdb_id": 55555}, False),  # picked by hand in Seerr
        ({"tvdb_id": 55555, "tmdb_id": SHOW}, False),
        ({"tmdb_id": 77777}, False),  # catalogues cut series differently
        ({"tvdb_id": 55555, "tmdb_id": 77777}, True),
        ({"tvdb_id": 55555, "tmdb_id": 77777, "imdb_id": "TT0944947"}, False),
        ({"tvdb_id": 55555, "tmdb_id": 0, "imdb_id": "tt1"}, True),
    ],
)
def test_which_ids_name_another_series(told: dict[str, Any], other: bool) -> None:
    """Only where several ids can be compared, and none is the same."""
    asked = series_request(imdb_id="tt0944947")
    assert other_title(TV, asked, series(**told)) is other
    assert other_title(MOVIE, request(), film(tmdb_id=2999)) is True
    assert other_title(MOVIE, request(), film(tmdb_id=None)) is False
