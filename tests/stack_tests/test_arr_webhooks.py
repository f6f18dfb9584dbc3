"""Radarr's and Sonarr's webhook connections: registering, sending, pausing."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.stack.household import Household
from tests.stack.receiver import Receiver
from tests.stack.server import Fault
from tests.stack.titles import film

from .test_arr_habits import call, loading_film, loading_show


@pytest.fixture
async def home() -> AsyncIterator[Household]:
    """A household of *arrs only."""
    async with Household(radarrs=("hd", "4k"), qbittorrent=False, jellyfin=False) as household:
        yield household


def connection(url: str, *switches: str, **more: Any) -> dict[str, Any]:
    """The body of a webhook connection."""
    fields = [{"name": "url", "value": url}, {"name": "method", "value": 1}]
    return {
        "name": "ours",
        "implementation": "Webhook",
        "configContract": "WebhookSettings",
        "fields": fields,
        "tags": [],
        **dict.fromkeys(switches, True),
        **more,
    }


async def test_connections(home: Household, http: aiohttp.ClientSession) -> None:
    """Created with a test, unique by name, password masked, changed by PUT, deleted."""
    radarr = home.radarr
    schema = (await call(http, radarr, "notification/schema"))[1]
    assert {"Webhook", "Email"} == {row["implementation"] for row in schema}
    async with Receiver() as receiver:
        body = connection(f"{receiver.url}/hook", "onGrab")
        body["fields"].append({"name": "password", "value": "secret"})
        status, made = await call(http, radarr, "notification", "POST", json=body)
        assert (status, made["onGrab"], made["onDownload"]) == (201, True, False)
        assert receiver.got[0]["eventType"] == "Test"
        fields = {field["name"]: field.get("value") for field in made["fields"]}
        assert fields["password"] == "********"
        assert (await call(http, radarr, "notification", "POST", json=body | {"name": "OURS"}))[0] == 400
        assert (await call(http, radarr, f"notification/{made['id']}", "PUT", json=made))[0] == 202
        assert len(receiver.got) == 1
        assert (
            await call(http, radarr, f"notification/{made['id']}", "PUT", json=made | {"onDownload": True})
        )[0] == 202
        assert "Authorization" in receiver.calls[1].headers
        receiver.status = 404
        assert (await call(http, radarr, "notification/test", "POST", json=made))[0] == 400
    assert (await call(http, radarr, "notification/test", "POST", json=made))[0] == 500
    assert (await call(http, radarr, f"notification/{made['id']}", "DELETE")) == (200, {})
    assert (await call(http, radarr, "notification"))[1] == []


async def test_webhooks_of_a_season(home: Household, http: aiohttp.ClientSession) -> None:
    """One grab for the pack, a Download for each file, one more in the other shape when all are in."""
    switches = (
        "onGrab",
        "onDownload",
        "onUpgrade",
        "onImportComplete",
        "onManualInteractionRequired",
        "onSeriesAdd",
    )
    async with Receiver() as receiver:
        body = connection(f"{receiver.url}/hook", *switches)
        await call(http, home.sonarr, "notification?forceSave=true", "POST", json=body)
        assert receiver.got == []
        _, download = await loading_show(home.world, 2)
        await home.world.complete(download)
        await home.world.block_import(download, ["Unknown Series"])
        await home.world.block_import(download, ["Unknown Series"])
        await home.world.import_(download)
    kinds = [body["eventType"] for body in receiver.got]
    assert kinds == ["SeriesAdd", "Grab", "ManualInteractionRequired", "Download", "Download", "Download"]
    grab, blocked, first, _, last = receiver.got[1:]
    assert len(grab["episodes"]) == 2
    assert grab["downloadId"] == blocked["downloadId"] == first["downloadId"] == download.id
    assert blocked["downloadStatus"] == "Warning"
    assert first["episodeFile"]["path"].endswith(".mkv")
    assert (last["fileCount"], "episodeFile" in last, "isUpgrade" in last) == (2, False, False)


async def test_webhook_modes(home: Household, http: aiohttp.ClientSession) -> None:
    """Lost, doubled, held and reordered."""
    world, office = home.world, home.radarr.webhooks
    async with Receiver() as receiver:
        body = connection(f"{receiver.url}/hook", "onGrab", "onMovieAdded", "onDownload")
        await call(http, home.radarr, "notification?forceSave=true", "POST", json=body)
        office.mode = "drop"
        await world.request(film("First", 2020, 1), auto_approve=True)
        assert receiver.got == []
        office.mode = "double"
        await world.request(film("Second", 2020, 2), auto_approve=True)
        assert [got["movie"]["title"] for got in receiver.got] == ["Second", "Second"]
        receiver.got.clear()
        office.mode = "hold"
        third = await world.request(film("Third", 2020, 3), auto_approve=True)
        await world.grab(third)
        assert receiver.got == []
        await office.release("reverse")
        assert [got["eventType"] for got in receiver.got] == ["Grab", "MovieAdded"]
        office.mode, office.delay = "late", 0.0
        await world.request(film("Fourth", 2020, 4), auto_approve=True)
        await office.settle()
        assert receiver.got[-1]["movie"]["title"] == "Fourth"


async def test_connections_pause_after_failures(home: Household, http: aiohttp.ClientSession) -> None:
    """The first failures are forgiven for five minutes; then events are lost until a test succeeds."""
    world, radarr = home.world, home.radarr
    async with Receiver(500) as receiver:
        body = connection(f"{receiver.url}/hook", "onMovieAdded")
        made = (await call(http, radarr, "notification?forceSave=true", "POST", json=body))[1]
        number = iter(range(1, 99))

        async def add() -> int:
            """Add a film; how many webhooks were received by now."""
            await world.request(film("A Film", 2020, next(number)), auto_approve=True)
            return len(receiver.got)

        assert [await add(), await add()] == [1, 2]
        world.advance(301)
        assert await add() == 3
        receiver.status = 200
        assert await add() == 3
        health = (await call(http, radarr, "health"))[1]
        assert health[0]["source"] == "NotificationStatusCheck"
        assert (await call(http, radarr, "notification/test", "POST", json=made))[0] == 200
        assert await add() == 5
        assert (await call(http, radarr, "health"))[1] == []


async def test_a_server_that_is_down_sends_nothing(home: Household, http: aiohttp.ClientSession) -> None:
    """Events of that time are lost; the history has them."""
    async with Receiver() as receiver:
        body = connection(f"{receiver.url}/hook", "onGrab")
        await call(http, home.radarr, "notification?forceSave=true", "POST", json=body)
        home.radarr.fault = Fault.down()
        await loading_film(home.world)
        home.radarr.fault = None
        assert receiver.got == []
        assert (await call(http, home.radarr, "history"))[1]["totalRecords"] == 1
