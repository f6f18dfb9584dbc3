"""What the actions answer, and whom they are aimed at."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
import re
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er, service
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.pipeline.requests import Reason, Stage, Step

from ..common import Clock, SetUp, StartHousehold, coordinator_of, entity_id_of, poll
from ..stack.rows import REQUEST_APPROVED, REQUEST_PENDING, SeerrRequest
from ..stack.server import Fault
from ..stack.stories import anime_series_story, sintel
from ..stack.titles import film
from .acting import Act, Pending, follow, words

# Responses


async def ask(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    """Return the requests."""
    answer = await hass.services.async_call(DOMAIN, "get_requests", data, blocking=True, return_response=True)
    assert answer
    requests: Any = answer["requests"]
    return list(requests)


async def details(hass: HomeAssistant, act: Act, request: SeerrRequest) -> dict[str, Any]:
    """Return all that is known of a request."""
    entity_id = entity_id_of(hass, act.entry, request)
    assert entity_id
    answer: Any = await hass.services.async_call(
        DOMAIN, "get_request", {ATTR_ENTITY_ID: entity_id}, blocking=True, return_response=True
    )
    found: dict[str, Any] = answer[entity_id]
    return found


def steady(value: Any) -> Any:
    """Return a response without what differs from run to run: times and ports."""
    if isinstance(value, dict):
        return {
            key: "<seconds>"
            if key == "seconds"
            else dict.fromkeys(one, "<seconds>")
            if key == "time_in_stages"
            else steady(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [steady(one) for one in value]
    if isinstance(value, str):
        value = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:<port>", value)
        value = re.sub(r"\d+:\d\d [AP]M", "<clock>", value)
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", "<time>", value)
    return value


async def test_get_requests(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """All requests of all entries, those of one, of a stage, the stuck ones, the others."""
    home, other = await household(), await household(jellyfin=False)
    pending = await home.world.request(sintel())
    loading = await home.world.request(film("Loading", 2001, 1), auto_approve=True, user="Bob")
    await home.world.progress(await home.world.grab(loading), 0.25)
    blocked = await home.world.request(film("Blocked", 2002, 2), auto_approve=True)
    download = await home.world.grab(blocked)
    await home.world.complete(download)
    await home.world.block_import(download, ["Sample"])
    await other.world.request(film("Elsewhere", 2003, 3))
    act = await follow(hass, setup_entry, home)
    second = await follow(hass, setup_entry, other)
    for entry in (act.entry, second.entry):
        await poll(hass, entry)

    assert [one["title"] for one in await ask(hass)] == ["Sintel", "Loading", "Blocked", "Elsewhere"]
    assert [one["title"] for one in await ask(hass, config_entry_id=second.entry.entry_id)] == ["Elsewhere"]
    assert [one["title"] for one in await ask(hass, stuck=True)] == ["Blocked"]
    assert [one["title"] for one in await ask(hass, stuck=False, stage=["downloading", "download_done"])] == [
        "Loading"
    ]
    (answer,) = await ask(hass, stage="downloading")
    assert steady(answer) == snapshot
    assert answer["entity_id"] == entity_id_of(hass, act.entry, loading)
    assert [one["title"] for one in await ask(hass, stage="requested")] == [pending.title.title, "Elsewhere"]


async def test_get_request_of_a_film(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """Two releases, the first failed, and the file by its name."""
    home = await household()
    world = home.world
    request = await world.request(sintel(), auto_approve=True)
    act = await follow(hass, setup_entry, home)
    await world.fail_download(await world.grab(request, release="First.Release", hash_="a" * 40))
    await poll(hass, act.entry)
    download = await world.grab(request, release="Second.Release", hash_="b" * 40)
    await world.progress(download, 0.5)
    await poll(hass, act.entry)
    await world.complete(download)
    await world.block_import(download, [f"No files found are eligible for import in {download.arr.root}/x/y"])
    await poll(hass, act.entry)
    blocked = await details(hass, act, request)
    assert blocked["downloads"][1]["messages"] == [
        "Second.Release: No files found are eligible for import in y"
    ]
    await world.import_(download)
    await poll(hass, act.entry)
    await world.library_scan()
    await poll(hass, act.entry)

    answer = await details(hass, act, request)

    assert steady(answer) == snapshot
    assert answer["file"]["name"]
    for text in texts(answer):
        assert "://" in text or not re.search(r"(?<!\w)/\w|\\", text), text
        assert "@" not in text


async def test_get_request_of_anime(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, snapshot: SnapshotAssertion
) -> None:
    """Every id that Shoko brings, each episode, and how long each stage took."""
    home = await household(shoko=True)
    act = await follow(hass, setup_entry, home)

    async def pace(_: float) -> None:
        """Poll at each step."""
        await poll(hass, act.entry)

    request = await anime_series_story(home.world, pace)
    await poll(hass, act.entry)

    answer = await details(hass, act, request)

    assert steady(answer) == snapshot


async def test_time_spent_in_each_stage(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """A stage that was left and reached again counts both times; the present one goes on."""
    home = await household()
    act = await follow(hass, setup_entry, home)
    request = await home.world.request(sintel(), auto_approve=True)
    await poll(hass, act.entry)
    coordinator = coordinator_of(act.entry)
    journey = coordinator.memory.journeys[request.id]
    clock.advance(home, minutes=1)
    now = clock.now()
    steps = [
        (Stage.APPROVED, Reason.SEARCHING, 100),
        (Stage.DOWNLOADING, None, 90),
        (Stage.APPROVED, Reason.DOWNLOAD_FAILED, 60),
        (Stage.APPROVED, journey.reason, 50),
    ]
    timeline = tuple(
        Step(stage=stage, at=now - timedelta(minutes=minutes), reason=reason)
        for stage, reason, minutes in steps
    )
    shown = coordinator.data[request.id]
    coordinator.data[request.id] = replace(shown, journey=replace(journey, timeline=timeline))

    answer = await details(hass, act, request)

    assert [step["seconds"] // 60 for step in answer["timeline"]] == [10, 30, 10, 50]
    assert {stage: spent // 60 for stage, spent in answer["time_in_stages"].items()} == {
        "approved": 70,
        "downloading": 30,
    }


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a response."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


# Targets


async def test_only_requests_are_acted_upon(hass: HomeAssistant, pending: Pending) -> None:
    """A count is refused by name and passed over with its device."""
    _, request, act = pending
    entry_id = act.entry.entry_id
    count = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{entry_id}_active")
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, entry_id), entry_id)
    assert device

    with pytest.raises(ServiceNotSupported):
        await hass.services.async_call(DOMAIN, "approve", {ATTR_ENTITY_ID: count}, blocking=True)
    await hass.services.async_call(DOMAIN, "approve", {"device_id": device.id}, blocking=True)

    assert request.status == REQUEST_APPROVED


async def test_descriptions(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Every action is described, and offers every stage to choose from."""
    await follow(hass, setup_entry, await household())

    described = (await service.async_get_all_descriptions(hass))[DOMAIN]

    assert set(described) == set(hass.services.async_services()[DOMAIN])
    stages = described["get_requests"]["fields"]["stage"]["selector"]["select"]["options"]
    assert stages == list(Stage)
    for action in (
        "get_request",
        "approve",
        "decline",
        "retry",
        "search",
        "replace_release",
    ):
        assert described[action]["target"]["entity"] == [
            {"integration": DOMAIN, "domain": ["sensor"], "device_class": ["enum"]}
        ]


async def test_several_requests(hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp) -> None:
    """Those an action does not apply to are passed over; it fails where none applies, or one goes wrong."""
    home = await household()
    waiting = [await home.world.request(film(f"Film {number}", 2000, number)) for number in (1, 2)]
    approved = [
        await home.world.request(film(f"Film {number}", 2000, number), auto_approve=True) for number in (3, 4)
    ]
    act = await follow(hass, setup_entry, home)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, act.entry.entry_id), act.entry.entry_id
    )
    assert device

    async def approve(**target: Any) -> None:
        """Approve whatever is meant."""
        await hass.services.async_call(DOMAIN, "approve", target, blocking=True)

    await approve(device_id=device.id)
    assert [request.status for request in waiting] == [REQUEST_APPROVED] * 2

    both = [entity_id_of(hass, act.entry, request) for request in approved]
    with pytest.raises(ServiceValidationError, match=r"Film 3.*Film 4") as error:
        await approve(entity_id=both)
    assert words(error.value) == "none_applies"

    (new, other) = [await home.world.request(film(f"Film {number}", 2000, number)) for number in (5, 6)]
    await poll(hass, act.entry)
    home.seerr.fault = Fault.status(500, only=f"request/{new.id}/approve")
    with pytest.raises(HomeAssistantError, match=r"Film 5 \(2000\)") as failed:
        await approve(device_id=device.id)
    home.seerr.fault = None
    assert words(failed.value) == "one_failed"
    assert (new.status, other.status) == (REQUEST_PENDING, REQUEST_APPROVED)

    home.seerr.fault = Fault.down()
    pair = [entity_id_of(hass, act.entry, request) for request in (new, other)]
    with pytest.raises(HomeAssistantError, match=r"Film 5.*Film 6") as failed:
        await approve(entity_id=pair)
    home.seerr.fault = None
    assert words(failed.value) == "several_failed"
