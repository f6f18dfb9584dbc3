"""The first start, keeping and forgetting, and what is written down."""

from dataclasses import replace
from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind, MediaStatus, RequestStatus
from custom_components.status_tracker.pipeline.requests import DOWNLOADS_LENGTH, Stage
from custom_components.status_tracker.pipeline.tracker import Memory

from .builders.arr import FILE, episode, episode_event, film, series
from .builders.downloads import row, torrent
from .builders.evaluation import LIMITS, look, only, settled
from .builders.library import episode_item, film_item, series_item
from .builders.requests import request, series_request
from .builders.services import SEERR, STACK
from .builders.times import NOW, ago

DONE = request(status=RequestStatus.COMPLETED, media_status=MediaStatus.AVAILABLE)
SHOWN = (*STACK, request(), film(file=FILE), film_item())


def test_old_finished_requests_are_silently_done() -> None:
    """At the very first start what was over long ago gets no sensor, by Seerr's word or by Jellyfin's."""
    memory = Memory()
    declined = request(2, tmdb_id=2, status=RequestStatus.DECLINED)
    deleted = request(3, tmdb_id=3, media_status=MediaStatus.DELETED)
    overseerr = request(4, tmdb_id=4, media_status=MediaStatus.AVAILABLE)
    season = series_request(5, 1, seasons_available=(1,), media_status=MediaStatus.PARTIALLY_AVAILABLE)
    unnoticed = request(6)
    told = (*STACK, DONE, declined, deleted, overseerr, season, unnoticed, film_item())
    assert look(*told, memory=memory).tracked == {}
    assert {*memory.done} == {1, 2, 3, 4, 5, 6}
    assert memory.journeys == {}
    assert memory.started == NOW


def test_open_requests_are_shown_at_the_first_start() -> None:
    """What is under way is shown, as something that was there before."""
    memory = Memory()
    found = only(*STACK, request(), film(), row(), memory=memory)
    assert found.stage is Stage.DOWNLOADING
    assert not found.journey.old
    pending = only(*STACK, request(status=RequestStatus.PENDING), memory=Memory())
    assert not pending.journey.old
    waiting = only(*STACK, request(), film(), memory=Memory())
    assert waiting.journey.old


def test_first_start_in_pieces() -> None:
    """Jellyfin is read after Seerr: an old request found in it meanwhile makes no noise, a later one does."""
    memory = Memory()
    told = (*STACK, request(), film(file=FILE))
    assert only(*told, memory=memory).journey.old
    soon, later = NOW + timedelta(minutes=2), NOW + timedelta(hours=2)
    assert look(*told, film_item(), memory=memory, now=soon).tracked == {}
    memory = Memory()
    only(*told, memory=memory)
    assert not only(*told, memory=memory, now=later).journey.old
    assert only(*told, film_item(), memory=memory, now=later).stage is Stage.AVAILABLE


def test_new_request_is_always_shown() -> None:
    """A request made since the start is shown though it be available at once."""
    memory = Memory()
    look(SEERR, memory=memory)
    soon = NOW + timedelta(minutes=1)
    found = only(*STACK, DONE, film_item(), memory=memory, now=soon)
    assert (found.stage, found.journey.old, found.journey.finished_at) == (Stage.AVAILABLE, False, soon)


def test_first_list_incomplete() -> None:
    """A list that is not whole starts nothing; the first whole one does."""
    memory = Memory()
    look(*STACK, DONE, memory=memory, listed=False)
    assert memory.started is None
    assert look(*STACK, DONE, memory=memory).tracked == {}
    assert (memory.started, memory.journeys, {*memory.done}) == (NOW, {}, {1})


# Keeping and forgetting


def test_keep_hours() -> None:
    """A finished request stays for as long as wanted, and is then done."""
    memory = settled()
    assert only(*SHOWN, memory=memory).stage is Stage.AVAILABLE
    last = NOW + timedelta(hours=48)
    assert look(*SHOWN, memory=memory, now=last - timedelta(seconds=1)).tracked
    outcome = look(*SHOWN, memory=memory, now=last)
    assert (outcome.tracked, outcome.wants, outcome.changed) == ({}, (), True)
    assert (memory.journeys, {*memory.done}) == ({}, {1})
    assert not look(*SHOWN, memory=memory, now=last).changed
    at_once = replace(LIMITS, keep=timedelta())
    assert look(*SHOWN, limits=at_once).tracked == {}


def test_declined_is_kept_as_well() -> None:
    """A declined request is shown for a while, too."""
    memory = settled()
    declined = request(status=RequestStatus.DECLINED)
    assert only(*STACK, declined, memory=memory).stage is Stage.DECLINED
    assert look(*STACK, declined, memory=memory, now=NOW + timedelta(hours=49)).tracked == {}


@pytest.mark.parametrize(
    ("news", "shown"),
    [
        ({"status": RequestStatus.PENDING}, True),
        ({"status": RequestStatus.APPROVED, "media_status": MediaStatus.PROCESSING}, True),
        ({"media_status": MediaStatus.DELETED}, False),
        ({"status": RequestStatus.APPROVED}, False),
    ],
)
def test_reopened(news: dict[str, Any], shown: bool) -> None:
    """What is done comes back only when Seerr says that it is open again."""
    memory = settled()
    memory.done[1] = "completed/available"
    outcome = look(*STACK, replace(DONE, **news), film(), memory=memory)
    assert bool(outcome.tracked) is shown
    assert (1 in memory.done) is not shown
    assert (
        look(*STACK, DONE, memory=Memory(started=ago(days=1), done={1: "completed/available"})).tracked == {}
    )


def test_other_season_does_not_reopen() -> None:
    """Somebody wants another season: the show's state changes, the finished request's does not."""
    memory = settled()
    over = series_request(1, 1, media_status=MediaStatus.AVAILABLE, seasons_available=(1,))
    told = (*STACK, series(episode(1, 1)), series_item(), episode_item(1))
    assert only(*told, over, memory=memory).stage is Stage.AVAILABLE
    assert look(*told, over, memory=memory, now=NOW + timedelta(days=3)).tracked == {}
    partly = replace(over, media_status=MediaStatus.PARTIALLY_AVAILABLE)
    second = series_request(2, 2, media_status=MediaStatus.PARTIALLY_AVAILABLE)
    outcome = look(*told, partly, second, memory=memory, now=NOW + timedelta(days=4))
    assert {*outcome.tracked} == {2}


def test_gone_only_when_the_list_is_whole() -> None:
    """A request is gone when a complete list lacks it, and not before."""
    memory = settled()
    look(*SHOWN, memory=memory)
    memory.done[7] = "completed/available"
    assert look(SEERR, memory=memory, listed=False).tracked == {}
    assert ({*memory.journeys}, {*memory.done}) == ({1}, {7})
    outcome = look(SEERR, memory=memory)
    assert (memory.journeys, memory.done, outcome.changed) == ({}, {}, True)


def test_superseded_request_stays_as_it_was() -> None:
    """Asked for anew after it was finished: the old request keeps its end, the new one goes its way."""
    memory = settled()
    look(*SHOWN, memory=memory)
    later = NOW + timedelta(hours=1)
    outcome = look(*STACK, request(1), request(2), film(), row(), memory=memory, now=later)
    assert [outcome.tracked[number].stage for number in (1, 2)] == [Stage.AVAILABLE, Stage.DOWNLOADING]
    assert [want.finished for want in outcome.wants] == [True, False]


# Memory


def test_round_trip() -> None:
    """The memory is plain JSON and comes back the same."""
    memory = settled()
    look(*STACK, request(), film(), row(), torrent(), memory=memory)
    memory.done[9] = "declined/unknown"
    again = Memory.from_dict(json.loads(json.dumps(memory.to_dict())))
    assert again == memory
    assert Memory.from_dict(Memory().to_dict()) == Memory()
    outcome = look(*STACK, request(), film(), row(), torrent(), memory=again, listed=False)
    assert not outcome.changed


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"journeys": []},
        {"journeys": None, "done": {}},
        {"journeys": ["x"], "done": {}},
        {"journeys": [{"request_id": 1}], "done": {}},
        {"journeys": [], "done": []},
        {"journeys": [], "done": {"x": "y"}},
        {"journeys": [], "done": {}, "started": "yesterday"},
        {"journeys": [], "done": {}, "started": 5},
        [],
    ],
)
def test_damage(data: Any) -> None:
    """A damaged memory says so in one way, however it is damaged."""
    with pytest.raises(ValueError):  # noqa: PT011  whatever its words
        Memory.from_dict(data)


def test_changed_only_when_something_did() -> None:
    """What need not be written down is not."""
    memory = settled()
    told = (*STACK, request(), film(), row(), torrent())
    assert look(*told, memory=memory).changed
    assert not look(*told, memory=memory).changed
    assert not look(*told, memory=memory, now=NOW + timedelta(seconds=30)).changed
    assert look(*told, memory=memory, now=NOW + timedelta(seconds=90)).changed


def test_bounded_and_steady_downloads() -> None:
    """A request of very many downloads remembers so many, and always the same."""
    memory = settled()
    count = DOWNLOADS_LENGTH + 20
    grabs = [
        episode_event(number, HistoryKind.GRABBED, ago(minutes=number), download_id=f"{number:040X}")
        for number in range(1, count)
    ]
    told = (*STACK, series_request(), series(*(episode(1, number) for number in range(1, count))), *grabs)
    only(*told, memory=memory)
    known = memory.journeys[1].download_ids
    assert len(known) == DOWNLOADS_LENGTH
    assert not look(*told, memory=memory).changed
    assert memory.journeys[1].download_ids == known
    # What was learnt stays when it is told of no more.
    assert look(*STACK, series_request(), memory=memory).wants[0].download_ids == known
