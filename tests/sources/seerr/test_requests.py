"""What of the requests is read in a poll: those that are not over, and whatever has moved."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
import logging
import random

import aiohttp
import pytest

from custom_components.status_tracker.clients.seerr import PAGE
from custom_components.status_tracker.clients.seerr_model import Request
from custom_components.status_tracker.pipeline.enums import MediaStatus, RequestStatus
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence
from custom_components.status_tracker.sources.seerr.requests import (
    ALL_AGAIN,
    ALL_EVERY,
    FINISHED_TURN,
    LOOKUPS,
    WAITING,
)
from custom_components.status_tracker.sources.seerr.rows import MEDIA_STATUS, REQUEST_STATUS
from custom_components.status_tracker.sources.seerr.source import SeerrSource
from tests.common import finished_requests
from tests.sources.arr_helpers import START, seerr_source, want_film
from tests.stack.household import Household
from tests.stack.rows import (
    MEDIA_AVAILABLE,
    MEDIA_BLOCKLISTED,
    MEDIA_DELETED,
    MEDIA_PARTIAL,
    MEDIA_UNKNOWN,
    SeerrRequest,
)
from tests.stack.server import Fault
from tests.stack.titles import film, series

from .seerr_helpers import STEADY, poll


async def ask_for(home: Household, count: int, *, first: int = 1) -> list[SeerrRequest]:
    """Make so many requests that wait for approval."""
    return [await home.world.request(film(f"Film {n}", 2020, n)) for n in range(first, first + count)]


def known(source: SeerrSource) -> dict[int, RequestEvidence]:
    """Return the requests that are told of."""
    return {one.request_id: one for one in source.evidence.requests}


def true(home: Household) -> dict[int, tuple[RequestStatus, MediaStatus]]:
    """Return the statuses of the requests that Seerr lists."""
    return {
        row.id: (
            REQUEST_STATUS[home.seerr.rows.request_status(row.status)],
            MEDIA_STATUS[row.media.get_status(row.is_4k)],
        )
        for row in home.seerr.rows.listed()
    }


def told(source: SeerrSource) -> dict[int, tuple[RequestStatus, MediaStatus]]:
    """Return the statuses the source tells."""
    return {number: (one.status, one.media_status) for number, one in known(source).items()}


# Not over


async def test_pages_in_turn(home: Household, source: SeerrSource) -> None:
    """However many requests there are, a poll reads a page; what is the same stays the same object."""
    made = await ask_for(home, 2 * PAGE + 50)
    await poll(home, source)
    before = known(source)
    made[0].media.external_id = 77
    for _ in range(3):
        assert await poll(home, source) in STEADY
    after = known(source)
    changed = [number for number, one in after.items() if one is not before[number]]
    assert changed == [made[0].id]
    assert after[made[0].id].external_id == 77
    assert {call.query["skip"] for call in home.seerr.calls if "skip" in call.query} == {"200"}


async def test_page_that_is_the_same_overrules_a_webhook(
    home: Household, source: SeerrSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that did not change is not parsed again, unless something else said about its requests."""
    made = await ask_for(home, 3)
    for _ in range(3):
        await poll(home, source)
    parsed = 0
    parse = Request.parse

    def count(row: object) -> Request:
        """Count what is parsed."""
        nonlocal parsed
        parsed += 1
        return parse(row)

    monkeypatch.setattr(Request, "parse", count)
    await poll(home, source)
    assert parsed == 0
    source._requests.tell(replace(known(source)[made[1].id], status=RequestStatus.DECLINED))
    source.evidence_changed()
    assert known(source)[made[1].id].status is RequestStatus.DECLINED
    await poll(home, source)
    await poll(home, source)
    assert told(source) == true(home)
    assert parsed >= 3
    assert await poll(home, source) in STEADY


async def test_what_moves_is_seen_at_once(home: Household, source: SeerrSource) -> None:
    """The counts tell of a new request and of a decision, on whichever page."""
    made = await ask_for(home, 2 * PAGE + 50)
    await poll(home, source)
    for change in (
        lambda: home.world.request(film("New", 2021, 5000)),
        lambda: home.world.approve(made[0]),
        lambda: home.world.decline(made[1]),
        lambda: home.world.fail_hand_over(made[0]),
        lambda: home.world.retry(made[0]),
        lambda: home.world.delete_request(made[2]),
        lambda: home.world.mark_media(made[0].media, MEDIA_AVAILABLE),
    ):
        await change()
        await poll(home, source)
        assert told(source) == true(home)
        assert await poll(home, source) in STEADY


async def test_a_request_that_left_is_read_by_its_number(home: Household, source: SeerrSource) -> None:
    """What is over, or gone, costs one call for each."""
    made = await ask_for(home, 3)
    await finished_requests(home, 2 * PAGE)
    await poll(home, source)
    await home.world.mark_media(made[0].media, MEDIA_AVAILABLE)
    await home.world.delete_request(made[1])
    paths = await poll(home, source)
    assert {f"request/{made[0].id}", f"request/{made[1].id}"} <= set(paths)
    assert len(paths) <= 7
    assert told(source) == true(home)


async def test_many_that_left_are_read_as_a_list(home: Household, source: SeerrSource) -> None:
    """More than some are not read one by one."""
    made = await ask_for(home, 2 * LOOKUPS)
    await poll(home, source)
    for request in made[1:]:
        await home.world.delete_request(request)
    assert len(await poll(home, source)) < 2 * LOOKUPS
    assert told(source) == true(home)
    assert await poll(home, source) in STEADY


async def test_a_blocklisted_request_is_gone(home: Household, source: SeerrSource) -> None:
    """No list has it, though it is counted and can be read."""
    made = await ask_for(home, 3)
    await poll(home, source)
    made[1].media.status = MEDIA_BLOCKLISTED
    await poll(home, source)
    assert set(known(source)) == {made[0].id, made[2].id}
    assert await poll(home, source) in STEADY
    made[1].media.status = MEDIA_UNKNOWN
    await poll(home, source)
    assert told(source) == true(home)


# Over


async def test_finished_requests_cost_nothing(home: Household, source: SeerrSource) -> None:
    """They are read at the start and once a day."""
    await ask_for(home, 10)
    await finished_requests(home, 5 * PAGE)
    await poll(home, source)
    assert source.complete
    assert len(known(source)) == 10 + 5 * PAGE
    received = []
    for _ in range(3):
        before = source.client.received
        assert await poll(home, source) in STEADY
        received.append(source.client.received - before)
    assert max(received) < 10 * 2000
    assert len(await poll(home, source, seconds=ALL_EVERY.total_seconds())) > 6


async def test_a_request_that_is_over_at_once(home: Household, source: SeerrSource) -> None:
    """What is in no list of open requests is found in the list of all, in its first page."""
    await ask_for(home, 3)
    await finished_requests(home, 5 * PAGE)
    await poll(home, source)
    (new,) = await finished_requests(home, 1, first=200_000)
    assert len(await poll(home, source)) <= 5
    assert known(source)[new.id].status is RequestStatus.COMPLETED
    assert await poll(home, source) in STEADY


async def test_an_old_request_that_is_deleted(home: Household, source: SeerrSource) -> None:
    """All are read to find it, and not again for a while."""
    old = await finished_requests(home, 5 * PAGE)
    await poll(home, source)
    await home.world.delete_request(old[0])
    await poll(home, source)
    assert told(source) == true(home)
    assert await poll(home, source) in STEADY
    # Deleted and counted as before: the list of all is read to its end, and nothing is found.
    home.seerr.fault = Fault.lying(lambda path, data: {**data, "total": 9}, only="count")
    assert len(await poll(home, source)) > 5
    home.seerr.fault = Fault.lying(lambda path, data: {**data, "total": 8}, only="count")
    assert len(await poll(home, source)) <= 5
    home.seerr.fault = Fault.lying(lambda path, data: {**data, "total": 7}, only="count")
    assert len(await poll(home, source, seconds=ALL_AGAIN.total_seconds())) > 5


async def test_what_is_still_shown_stays_right(home: Household, source: SeerrSource) -> None:
    """A finished request is read now and then: no count tells that its media were deleted."""
    await ask_for(home, 3)
    done = await finished_requests(home, 2)
    wants = [want_film(one.title.tmdb_id, request_id=one.id, finished=True, titled=True) for one in done]
    await poll(home, source, *wants)
    done[1].media.status = MEDIA_DELETED
    for _ in range(2 * FINISHED_TURN):
        assert len(await poll(home, source, *wants)) == 2
    assert told(source) == true(home)


async def test_a_deletion_of_what_only_seerr_considers_finished_is_seen_in_the_next_poll(
    home: Household, source: SeerrSource
) -> None:
    """What is finished in Seerr only is read in every poll, some at a time in turn."""
    done = await finished_requests(home, 2 * WAITING)
    wants = [want_film(one.title.tmdb_id, request_id=one.id, finished=False, titled=True) for one in done]
    await poll(home, source)
    await poll(home, source, *wants)
    done[-1].media.status = done[0].media.status = MEDIA_DELETED
    for _ in range(2):
        assert len(await poll(home, source, *wants)) == len(STEADY[0]) + WAITING
    assert told(source) == true(home)


async def test_time_of_a_change(home: Household, source: SeerrSource) -> None:
    """What is read by its number has the time at which it was seen to have changed."""
    made = await ask_for(home, 2)
    await poll(home, source)
    await home.world.decline(made[0])
    await poll(home, source)
    assert known(source)[made[0].id].updated_at == START + timedelta(seconds=30)
    assert known(source)[made[1].id].updated_at is None


async def test_a_webhook_costs_one_call_more_at_most(home: Household, source: SeerrSource) -> None:
    """A request told by a webhook is read with the page it is on, or by its number, and nothing else is."""
    made = await ask_for(home, 2 * PAGE + 50)
    await poll(home, source)
    body = {
        "notification_type": "MEDIA_APPROVED",
        "request": {"request_id": str(made[0].id)},
        "media": {"media_type": "movie", "tmdbId": str(made[0].title.tmdb_id)},
    }
    await home.world.approve(made[0])
    assert source.receive(body)
    assert await poll(home, source) in [[*one, f"request/{made[0].id}"] for one in STEADY]
    assert told(source) == true(home)
    for _ in range(2):
        await poll(home, source)
    await home.world.approve(made[-1])
    assert source.receive({**body, "request": {"request_id": str(made[-1].id)}})
    assert await poll(home, source) in STEADY
    assert told(source) == true(home)


# Other products


def without_count(home: Household) -> None:
    """Let Seerr take "count" for a number."""
    home.seerr.fault = Fault.status(404, only="request/count")


def without_filter(home: Household) -> None:
    """Let Seerr refuse the filter."""
    home.seerr.filters = ("all", "pending", "approved")


async def test_a_count_that_fails(home: Household, source: SeerrSource) -> None:
    """The list tells how many there are meanwhile, and the counts are asked for again."""
    made = await ask_for(home, 3)
    await poll(home, source)
    home.seerr.fault = Fault.status(500, only="request/count")
    await home.world.delete_request(made[0])
    await poll(home, source)
    assert told(source) == true(home)
    home.seerr.fault = None
    assert await poll(home, source) in STEADY


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        (without_count, "does not support counting requests"),
        (without_filter, "does not support listing unfinished requests"),
    ],
)
async def test_what_an_old_product_lacks(
    home: Household,
    source: SeerrSource,
    caplog: pytest.LogCaptureFixture,
    lack: Callable[[Household], None],
    said: str,
) -> None:
    """It is said once, and requests are followed all the same, at two calls a poll."""
    caplog.set_level(logging.DEBUG, "custom_components.status_tracker")
    made = await ask_for(home, PAGE + 5)
    lack(home)
    await poll(home, source)
    assert len(await poll(home, source)) == 2
    new = await home.world.request(film("New", 2021, 5000))
    await home.world.delete_request(made[4])
    await home.world.mark_media(made[5].media, MEDIA_AVAILABLE)
    for _ in range(3):
        await poll(home, source)
    assert new.id in known(source)
    assert told(source) == true(home)
    assert len(await poll(home, source)) == 2
    assert sum(said in record.getMessage() for record in caplog.records) == 1


def open_or_status(
    statuses: dict[int, tuple[RequestStatus, MediaStatus]],
) -> dict[int, tuple[RequestStatus, MediaStatus | None]]:
    """Return the statuses, without those of the media of requests that are over."""
    over = (RequestStatus.COMPLETED, RequestStatus.DECLINED, RequestStatus.FAILED)
    return {number: (one, None if one in over else media) for number, (one, media) in statuses.items()}


async def something(home: Household, chance: random.Random, number: int) -> None:
    """Let something happen."""
    world, requests = home.world, list(home.world.requests.values())
    one = chance.choice(requests[-20:] if chance.random() < 0.5 else requests)
    show = series("Show", 2022, 400_000 + number, 500_000 + number, {1: 2})
    approved, media = chance.random() < 0.5, chance.choice((MEDIA_PARTIAL, MEDIA_AVAILABLE))
    happens: list[Callable[[], Awaitable[object]]] = [
        lambda: world.request(film("Film", 2022, 300_000 + number), auto_approve=approved),
        lambda: world.request(one.title, is_4k=True, seasons=[*one.seasons]),
        lambda: world.request(show, auto_approve=True),
        lambda: world.approve(one),
        lambda: world.decline(one),
        lambda: world.fail_hand_over(one),
        lambda: world.retry(one),
        lambda: world.delete_request(one),
        lambda: world.mark_media(one.media, media, is_4k=one.is_4k, seasons=[*one.seasons]),
    ]
    await chance.choice(happens)()


@pytest.mark.parametrize("flavour", ["overseerr", "jellyseerr1", "jellyseerr", "seerr"])
@pytest.mark.parametrize("seed", range(2))
async def test_anything_may_happen(session: aiohttp.ClientSession, flavour: str, seed: int) -> None:
    """After whatever has happened one poll tells of it, and the one after it costs two calls."""
    chance = random.Random(seed)
    async with Household(flavour=flavour, qbittorrent=False, jellyfin=False) as home:
        home.world.freeze(START)
        source = seerr_source(home, session)
        await finished_requests(home, 2 * PAGE)
        await ask_for(home, PAGE)
        await poll(home, source)
        for step in range(30):
            for event in range(chance.choice((1, 1, 2, 5))):
                await something(home, chance, 10 * step + event)
            await poll(home, source, seconds=60)
            for _ in range(3):
                if open_or_status(told(source)) != open_or_status(true(home)):
                    await poll(home, source, seconds=60)  # what no count tells is on another page
            assert open_or_status(told(source)) == open_or_status(true(home)), step
            assert await poll(home, source, seconds=60) in STEADY
