"""A proof is as fresh as its reading: what was read before a request was opened proves nothing of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind, ItemKind, MediaStatus, RequestStatus
from custom_components.status_tracker.pipeline.evidence.arr import FileEvidence
from custom_components.status_tracker.pipeline.ids import IdKind
from custom_components.status_tracker.pipeline.requests import Stage
from custom_components.status_tracker.pipeline.tracker import Memory

from .builders.arr import FILE, episode, event, film, film_4k, series
from .builders.evaluation import look, only, settled
from .builders.library import episode_item, film_item, ids, plays, series_item
from .builders.requests import request, request_4k, series_request
from .builders.services import ANIME_STACK, FOURK_STACK, JELLYFIN, RADARR, SEERR, SONARR, STACK
from .builders.shoko import shoko_file, vfs_item
from .builders.times import NOW, ago

BEFORE, SOON, LATER = ago(minutes=10), NOW + timedelta(seconds=2), NOW + timedelta(minutes=1)
ANIME = shoko_file(7, FILE)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ((*STACK, request()), film_item()),
        ((*FOURK_STACK, request_4k(), film_4k(file=FILE)), film_item(files=plays(FILE))),
        (
            (*ANIME_STACK, request(), film(file=FILE, anime=True), ANIME),
            vfs_item(7, "v7", kind=ItemKind.MOVIE),
        ),
    ],
    ids=["film", "4K", "anime"],
)
def test_an_item_read_before_the_request_proves_nothing(told: tuple[object, ...], shown: object) -> None:
    """It is asked for again; a reading since then proves."""
    old, new = replace(shown, read_at=BEFORE), replace(shown, read_at=SOON)  # type: ignore[type-var]
    memory = settled()
    (one,) = look(*told, old, memory=memory).tracked.values()  # type: ignore[arg-type]
    assert one.stage is not Stage.AVAILABLE
    (want,) = look(*told, old, memory=memory, now=SOON).wants  # type: ignore[arg-type]
    assert want.stale_items == (old.item_id,)  # type: ignore[attr-defined]
    assert want.read_after == want.opened_at == NOW
    outcome = look(*told, new, memory=memory, now=LATER)  # type: ignore[arg-type]
    assert [one.stage for one in outcome.tracked.values()] == [Stage.AVAILABLE]
    assert [want.stale_items for want in outcome.wants] == [()]


def test_episodes_read_before_the_request() -> None:
    """Of a series each episode counts by its own reading; all that are due are asked for together."""
    told = (*STACK, series_request(), series(episode(1, 1), episode(1, 2), episode(1, 3)), series_item())
    items = [episode_item(1), episode_item(2), episode_item(3)]
    old = [replace(item, read_at=BEFORE) for item in items]
    memory = settled()
    first = only(*told, *old, memory=memory)
    assert (first.stage, first.episodes_available) == (Stage.APPROVED, 0)
    (want,) = look(*told, *old, memory=memory, now=SOON).wants
    assert set(want.stale_items) == {item.item_id for item in items}
    some = only(*told, items[0], *old[1:], memory=memory, now=LATER)
    assert (some.stage, some.episodes_available) == (Stage.PARTIALLY_AVAILABLE, 1)
    assert only(*told, *items, memory=memory, now=LATER).stage is Stage.AVAILABLE


def test_a_whole_season_shown_before_the_request() -> None:
    """Without Sonarr's count, episodes read before the request do not make a season available."""
    told = (SEERR, JELLYFIN, series_request(media_status=MediaStatus.PROCESSING, seasons_available=(1,)))
    old, memory = replace(episode_item(1), read_at=BEFORE), settled()
    assert only(*told, series_item(), old, memory=memory).stage is not Stage.AVAILABLE
    (want,) = look(*told, series_item(), old, memory=memory, now=SOON).wants
    assert want.stale_items == (old.item_id,)
    assert only(*told, series_item(), episode_item(1), memory=memory, now=LATER).stage is Stage.AVAILABLE


def test_without_jellyfin_the_arrs_word_is_as_fresh_as_its_reading() -> None:
    """A film or episode that had a file before the request has none until the *arr was read again."""
    memory = settled()
    old = film(file=FILE, read_at=BEFORE)
    assert only(SEERR, RADARR, request(), old, memory=memory).stage is Stage.APPROVED
    assert only(SEERR, RADARR, request(), film(file=FILE), memory=memory, now=LATER).stage is Stage.AVAILABLE
    memory = settled()
    told = (SEERR, SONARR, series_request())
    assert only(*told, series(episode(loaded=True), read_at=BEFORE), memory=memory).stage is Stage.APPROVED
    # A webhook told of the episode since.
    now = series(episode(loaded=True, read_at=SOON), read_at=BEFORE)
    assert only(*told, now, memory=memory, now=LATER).stage is Stage.AVAILABLE


def test_an_import_of_long_ago_proves_nothing_by_itself() -> None:
    """Where no Jellyfin is, a film that was not read yet is not there for what its history says."""
    imported = event(HistoryKind.IMPORTED, ago(minutes=60), file=FILE)
    assert only(SEERR, RADARR, request(), imported).stage is Stage.APPROVED


def test_what_was_there_at_the_very_first_start_counts() -> None:
    """Nothing was opened under our eyes, so every reading counts."""
    shown = [replace(item, read_at=BEFORE) for item in (series_item(), episode_item(1))]
    one = only(*STACK, series_request(), series(episode(1, 1), episode(1, 2)), *shown, memory=Memory())
    assert (one.stage, one.episodes_available) == (Stage.PARTIALLY_AVAILABLE, 1)


@pytest.mark.parametrize(
    "again",
    [
        request(media_status=MediaStatus.DELETED),
        request(status=RequestStatus.DECLINED, media_status=MediaStatus.UNKNOWN),
    ],
    ids=["deleted", "declined"],
)
def test_a_request_that_is_opened_again(again: object) -> None:
    """What was read while it was over proves nothing once it is open."""
    memory = settled()
    look(*STACK, again, memory=memory)  # type: ignore[arg-type]
    shown = replace(film_item(), read_at=SOON)
    opened = request(status=RequestStatus.APPROVED, media_status=MediaStatus.PROCESSING)
    if again.status is RequestStatus.APPROVED:  # type: ignore[attr-defined]
        opened = replace(opened, status=RequestStatus.PENDING)
        memory.journeys[1] = replace(memory.journeys[1], sign="completed/deleted")
    one = only(*STACK, opened, shown, memory=memory, now=LATER)
    assert one.stage in (Stage.APPROVED, Stage.REQUESTED)
    fresh = replace(shown, read_at=LATER)
    assert only(*STACK, opened, fresh, memory=memory, now=LATER).stage is Stage.AVAILABLE


@pytest.mark.parametrize(
    "told",
    [
        (request(media_status=MediaStatus.DELETED),),
        (request(), event(HistoryKind.FILE_DELETED, SOON)),
    ],
    ids=["Seerr", "Radarr"],
)
def test_a_deletion_makes_what_proves_due_to_be_read(told: tuple[object, ...]) -> None:
    """It stays available until that reading, so that it is not announced twice."""
    memory = settled()
    shown = replace(film_item(), read_at=NOW)
    assert (
        only(*STACK, request(media_status=MediaStatus.AVAILABLE), shown, memory=memory).stage
        is Stage.AVAILABLE
    )
    outcome = look(*STACK, *told, shown, memory=memory, now=LATER)  # type: ignore[arg-type]
    assert [one.stage for one in outcome.tracked.values()] == [Stage.AVAILABLE]
    assert [want.stale_items for want in outcome.wants] == [("m1",)]
    again = replace(shown, read_at=LATER)
    outcome = look(*STACK, *told, again, memory=memory, now=LATER)  # type: ignore[arg-type]
    assert [want.stale_items for want in outcome.wants] == [()]


def test_a_second_request_for_what_is_there() -> None:
    """Of two requests the older keeps its proof while the newer waits for a reading."""
    memory = settled()
    shown = replace(series_item(), read_at=NOW), replace(episode_item(1), read_at=NOW)
    told = (*STACK, series(episode()), *shown)
    assert only(*told, series_request(), memory=memory).stage is Stage.AVAILABLE
    outcome = look(*told, series_request(), series_request(2), memory=memory, now=LATER)
    assert outcome.tracked[1].stage is Stage.AVAILABLE
    assert outcome.tracked[2].stage is not Stage.AVAILABLE


def test_the_memory_keeps_when_a_request_was_opened() -> None:
    """After a restart the same readings count as before."""
    memory = settled()
    old = replace(film_item(), read_at=BEFORE)
    look(*STACK, request(), old, memory=memory)
    again = Memory.from_dict(memory.to_dict())
    assert only(*STACK, request(), old, memory=again, now=LATER).stage is Stage.APPROVED


def test_a_4k_file_of_another_definition_stays_unproved() -> None:
    """Freshness alone proves nothing: the item must still play the file."""
    other = FileEvidence(path="/movies/Other (1999)/Other (1999).mkv", size=1)
    told = (*FOURK_STACK, request_4k(), film_4k(file=FILE))
    assert (
        only(*told, film_item(files=plays(other), ids=ids((IdKind.TMDB_MOVIE, 1)))).stage is Stage.IMPORTING
    )
