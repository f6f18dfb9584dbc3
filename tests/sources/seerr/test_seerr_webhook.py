"""The Seerr source by webhooks, and over restarts."""

import json
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.status_tracker.clients.seerr import SeerrClient
from custom_components.status_tracker.clients.seerr_model import Request
from custom_components.status_tracker.clients.seerr_settings import WebhookSettings
from custom_components.status_tracker.pipeline.enums import MediaStatus, MediaType, RequestStatus
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence, TitleEvidence
from custom_components.status_tracker.sources.base import CALM
from custom_components.status_tracker.sources.seerr.rows import request_evidence
from custom_components.status_tracker.sources.seerr.source import PROVISIONAL, SOON, SeerrSource
from custom_components.status_tracker.sources.seerr.webhook import TEMPLATE, TYPES
from tests.sources.arr_helpers import START, load, seerr_source, want_film, want_show
from tests.stack.household import Household
from tests.stack.server import Fault
from tests.stack.titles import film

from .seerr_helpers import FILM, SHOW, only, poll

# Webhooks


def hook(name: str) -> dict[str, Any]:
    """Return what a real Seerr posted."""
    body: dict[str, Any] = load("seerr", name)["sent"][0]
    return body


async def test_a_story_told_by_the_webhook(
    home: Household, source: SeerrSource, session: aiohttp.ClientSession
) -> None:
    """Our template, filled in by Seerr: each notification is what the next listing says."""
    received: list[dict[str, Any]] = []

    async def receive(request: web.Request) -> web.Response:
        """Keep what is posted."""
        received.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with TestServer(app) as target:
        settings = WebhookSettings(
            enabled=True, types=TYPES, url=str(target.make_url("/hook")), template=TEMPLATE
        )
        assert await source.client.test_webhook(settings)
        assert source.receive(received.pop())
        assert source.evidence.requests == ()
        await source.client.set_webhook(settings)
        await poll(home, source)
        world = home.world

        async def hear(status: RequestStatus) -> None:
            """Hand the source what was posted, and compare with the listing."""
            home.clear_calls()
            while received:
                assert source.receive(received.pop(0))
            assert home.seerr.calls == []
            assert source.due(world.now())
            told = next(one for one in source.evidence.requests if one.request_id == request.id)
            await poll(home, source)
            listed = next(one for one in source.evidence.requests if one.request_id == request.id)
            assert told.status is listed.status is status
            assert (told.tmdb_id, told.seasons, told.is_4k) == (listed.tmdb_id, listed.seasons, listed.is_4k)
            assert told.requested_by == listed.requested_by == "Alice"

        request = await world.request(SHOW, seasons=[1, 2])
        assert "@" not in json.dumps(received)
        await hear(RequestStatus.PENDING)
        await world.approve(request)
        await hear(RequestStatus.APPROVED)
        await world.mark_media(request.media, 5, seasons=[1, 2])
        await hear(RequestStatus.COMPLETED)
        request = await world.request(FILM, is_4k=True)
        await hear(RequestStatus.PENDING)
        await world.decline(request)
        await hear(RequestStatus.DECLINED)
        request = await world.request(film("Lost", 2021, 8), auto_approve=True)
        await world.fail_hand_over(request)
        await hear(RequestStatus.FAILED)
        await world.retry(request)
        await hear(RequestStatus.APPROVED)


@pytest.mark.parametrize(
    ("name", "number", "status", "is_4k", "seasons"),
    [
        ("hook_movie_pending", 2, RequestStatus.PENDING, False, ()),
        ("hook_movie_approved", 2, RequestStatus.APPROVED, False, ()),
        ("hook_movie_available", 2, RequestStatus.COMPLETED, False, ()),
        ("hook_movie_declined", 5, RequestStatus.DECLINED, False, ()),
        ("hook_movie4k_auto_approved", 4, RequestStatus.APPROVED, True, ()),
        ("hook_tv_approved", 3, RequestStatus.APPROVED, False, (1, 2)),
        ("hook_tv_available_both_seasons_in_one_call", 13, RequestStatus.COMPLETED, False, (1, 2)),
    ],
)
async def test_recorded_notifications(
    source: SeerrSource,
    name: str,
    number: int,
    status: RequestStatus,
    is_4k: bool,
    seasons: tuple[int, ...],
) -> None:
    """A request never listed is known by its notification, with a title for the time being."""
    body = hook(name)
    for _ in range(2):
        assert source.receive(body)
        piece = only(source)
        assert (piece.status, piece.is_4k, piece.seasons) == (status, is_4k, seasons)
        assert piece.request_id == int(body["request"]["request_id"]) == number
    (title,) = source.evidence.titles
    assert title.title.startswith("Sample ")
    assert title.year in (2023, 2024)
    assert title.poster == body["image"]


async def test_the_type_counts_not_the_media_status(home: Household, source: SeerrSource) -> None:
    """The media status of a notification is the one before; a failure is a failure whatever it says."""
    request = await home.world.request(FILM, auto_approve=True)
    await poll(home, source)
    body = hook("hook_movie_approved")
    assert body["media"]["status"] == "PENDING"
    body["request"]["request_id"] = str(request.id)
    assert source.receive(body)
    assert only(source).media_status is MediaStatus.PROCESSING
    assert source.receive({**body, "notification_type": "MEDIA_FAILED"})
    assert only(source).status is RequestStatus.FAILED
    assert only(source).updated_at == home.world.now()


async def test_late_notifications(source: SeerrSource) -> None:
    """What was overtaken changes nothing: a request is made once, and what is there stays there."""
    body = hook("hook_movie_approved")
    order = ["MEDIA_APPROVED", "MEDIA_PENDING", "MEDIA_AVAILABLE", "MEDIA_APPROVED", "MEDIA_AUTO_APPROVED"]
    seen = []
    for kind in order:
        assert source.receive({**body, "notification_type": kind})
        seen.append(only(source).status)
    assert seen == [RequestStatus.APPROVED] * 2 + [RequestStatus.COMPLETED] * 3
    assert only(source).media_status is MediaStatus.AVAILABLE


async def test_auto_approval_told_after_the_failure(source: SeerrSource) -> None:
    """The two come in one moment; the failure stands, a retry lifts it."""
    body = hook("hook_movie_approved")
    for kind in ("MEDIA_FAILED", "MEDIA_AUTO_APPROVED"):
        assert source.receive({**body, "notification_type": kind})
    assert only(source).status is RequestStatus.FAILED
    assert source.receive({**body, "notification_type": "MEDIA_APPROVED"})
    assert only(source).status is RequestStatus.APPROVED


async def test_the_listing_has_the_last_word(home: Household, source: SeerrSource) -> None:
    """A notification that the next listing does not confirm is dropped, and so is its title."""
    await poll(home, source)
    assert source.receive(hook("hook_movie_approved"))
    assert only(source).tmdb_id == 2004
    await poll(home, source)
    assert source.evidence.requests == ()
    assert source.evidence.titles == ()


async def test_a_notification_during_a_listing(home: Household, source: SeerrSource) -> None:
    """What comes while an older answer is on its way stands till the next listing, which is soon."""
    request = await home.world.request(FILM)
    await poll(home, source)
    known, new = hook("hook_movie_approved"), hook("hook_tv_approved")
    known["request"]["request_id"] = str(request.id)

    def lie(path: str, data: Any) -> Any:
        """Let the webhook overtake the answer."""
        source.receive(known)
        source.receive(new)
        return data

    home.seerr.fault = Fault.lying(lie, only="/request", times=1)
    await poll(home, source)
    by_id = {one.request_id: one.status for one in source.evidence.requests}
    assert by_id == {request.id: RequestStatus.APPROVED, 3: RequestStatus.APPROVED}
    assert source.interval(()) == SOON
    await poll(home, source)
    assert only(source).status is RequestStatus.PENDING
    assert source.interval(()) == CALM


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"notification_type": 5},
        {"notification_type": "MEDIA_APPROVED"},
        {"notification_type": "MEDIA_APPROVED", "request": {"request_id": "1"}},
        {"notification_type": "MEDIA_APPROVED", "request": {"request_id": "x"}, "media": {}},
        {"notification_type": "MEDIA_APPROVED", "request": 7},
        {
            "notification_type": "MEDIA_APPROVED",
            "request": {"request_id": "9" * 40},
            "media": {"media_type": "movie", "tmdbId": "5"},
        },
        {
            "notification_type": "MEDIA_APPROVED",
            "request": {"request_id": "1"},
            "media": {"media_type": "music", "tmdbId": "5"},
        },
        {
            "notification_type": "MEDIA_APPROVED",
            "request": {"request_id": "1"},
            "media": {"media_type": "movie", "tmdbId": "٣"},
        },
    ],
)
async def test_odd_posts(source: SeerrSource, body: Any) -> None:
    """Anything odd is counted, changes nothing and raises nothing."""
    assert source.receive(body) is False
    assert (source.evidence.requests, source.evidence.titles) == ((), ())


async def test_other_notifications(source: SeerrSource) -> None:
    """Issues are none of our business, and nothing is wrong with them."""
    assert source.receive(hook("hook_issue_created")) is False
    assert (source.evidence.requests, source.evidence.titles) == ((), ())
    assert source.receive(hook("webhook_test_ours"))


async def test_a_flood_leaves_little(home: Household, source: SeerrSource) -> None:
    """Made-up requests are taken in small number only, till the next listing."""
    body = hook("hook_movie_approved")
    body["subject"] = ""
    for number in range(1, 5000):
        body["request"]["request_id"] = str(number)
        source.receive(body)
    assert len(source.evidence.requests) == PROVISIONAL
    assert source.evidence.titles == ()
    await poll(home, source)
    assert source.evidence.requests == ()


# Restart


async def test_restart(home: Household, session: aiohttp.ClientSession, source: SeerrSource) -> None:
    """What is kept is plain JSON of the wants alone, and stands till the first listing."""
    request = await home.world.request(FILM)
    await home.world.request(SHOW)
    wanted = want_film(2004, request_id=request.id)
    await poll(home, source, wanted, want_show(SHOW, 1))
    kept = json.loads(json.dumps(serialize(source.snapshot((wanted,)))))
    again = seerr_source(home, session)
    again.restore(kept)
    assert again.evidence.requests == tuple(
        one for one in source.evidence.requests if one.request_id == request.id
    )
    assert [title.title for title in again.evidence.titles] == ["Film"]
    assert not again.complete
    assert "movie/2004" not in await poll(home, again, wanted)
    assert len(again.evidence.requests) == 2
    again.restore({"requests": [{"x": 1}], "titles": 5})
    assert len(again.evidence.requests) == 2


def test_evidence_can_be_written_down() -> None:
    """Pieces come back the same from JSON."""
    row = load("seerr", "request_movie_downloading")["body"]
    piece = request_evidence(Request.parse(row), "http://s")
    assert piece is not None
    assert RequestEvidence.from_dict(json.loads(json.dumps(piece.to_dict()))) == piece
    title = TitleEvidence(media_type=MediaType.TV, tmdb_id=1, title="x", expected=START)
    assert TitleEvidence.from_dict(json.loads(json.dumps(title.to_dict()))) == title


async def test_a_refused_key(home: Household, session: aiohttp.ClientSession) -> None:
    """A wrong key is the reason told."""
    source = SeerrSource(
        "seerr", "Seerr", SeerrClient(session, home.seerr.url, "wrong"), clock=home.world.now
    )
    await source.refresh(())
    assert (source.state.ok, source.state.reason) == (False, "invalid_auth")
