"""The simulated webhook plugin of Jellyfin: configuration, queue and posts."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.stack.jellyfin import FakeJellyfin
from tests.stack.jellyfin_hook import PLUGIN_ID
from tests.stack.server import StackServer
from tests.stack.world import World

from .test_jellyfin import add, get

RECORDED = Path(__file__).parent.parent / "fixtures" / "jellyfin"


class Receiver(StackServer):
    """Something that takes webhooks."""

    def __init__(self) -> None:
        """Remember what came."""
        super().__init__()
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.route("POST", "/hook", self._take)

    async def _take(self, request: web.Request) -> web.Response:
        """Take one."""
        self.got.append((request.content_type, json.loads(await request.text())))
        return web.Response()


def destination(url: str, **changes: Any) -> dict[str, Any]:
    """A generic destination of the plugin."""
    return {
        "NotificationTypes": ["ItemAdded", "ItemDeleted", "TaskCompleted"], "WebhookName": "ours",
        "WebhookUri": f"{url}/hook", "EnableMovies": True, "EnableEpisodes": True, "EnableSeries": True,
        "EnableSeasons": True, "EnableVideos": True, "SendAllProperties": True, "EnableWebhook": True,
        "Template": "", "Headers": [], **changes,
    }  # fmt: skip


async def test_plugin_configuration(world: World, http: aiohttp.ClientSession) -> None:
    """It is replaced as a whole; what it cannot read changes nothing; absent it is 404."""
    path = f"/Plugins/{PLUGIN_ID}/Configuration"
    async with FakeJellyfin(world, plugin_version="12.0.0.0") as jellyfin:
        headers = {"Authorization": f'MediaBrowser Token="{jellyfin.api_key}"'}

        async def post(body: Any) -> int:
            """Status of writing the configuration."""
            async with http.post(f"{jellyfin.url}{path}", json=body, headers=headers) as answer:
                return answer.status

        before = await get(http, jellyfin, path)
        mine = destination("http://h")
        assert await post(before | {"GenericOptions": [mine]}) == 500
        assert await get(http, jellyfin, path) == before
        mine["NotificationTypes"] = ["ItemAdded", 11]
        assert await post(before | {"GenericOptions": [mine], "Unknown": 1}) == 204
        after = await get(http, jellyfin, path)
        assert after["GenericOptions"][0]["NotificationTypes"] == ["ItemAdded", "TaskCompleted"]
        assert "Unknown" not in after
        assert (await get(http, jellyfin, "/Plugins"))[0]["Status"] == "Active"
        jellyfin.plugin.enabled = False
        assert await get(http, jellyfin, path) == 404
        assert await post(before) == 404


async def test_plugin_posts(world: World, http: aiohttp.ClientSession) -> None:
    """Added, deleted and scanned are told as text/plain, with the ids of the item and without its path."""
    async with Receiver() as receiver, FakeJellyfin(world) as jellyfin:
        jellyfin.plugin.configuration["GenericOptions"] = [destination(receiver.url)]
        item = add(world, 'Say "Heat"', provider_ids={"Tmdb": "949", "Shoko File": "7"}, year=1995)
        await world.emit("item", item=item, what="added")
        kind, body = receiver.got[0]
        assert kind == "text/plain"
        assert (body["NotificationType"], body["ItemId"], body["ItemType"]) == ("ItemAdded", item.id, "Movie")
        assert (body["Provider_tmdb"], body["Provider_shoko file"]) == ("949", "7")
        assert body["Name"] == 'Say \\"Heat\\"'
        real = json.loads((RECORDED / "webhook_itemadded_movie.json").read_text())
        allowed = {key for key in real if not key.startswith(("Video_", "Audio_"))} | {"Provider_shoko file"}
        assert body.keys() <= allowed
        await world.remove_item(item)
        await jellyfin.scan()
        assert [got["NotificationType"] for _, got in receiver.got[1:]] == ["ItemDeleted", "TaskCompleted"]
        assert receiver.got[-1][1]["ResultKey"] == "RefreshLibrary"
        jellyfin.webhooks.mode = "double"
        again = add(world, "Ran", provider_ids={"Tmdb": "1"})
        await world.emit("item", item=again, what="added")
        assert [got["ItemId"] for _, got in receiver.got[-2:]] == [again.id] * 2


async def test_plugin_queue(world: World) -> None:
    """Items without ids wait for them; an item that is gone ends the round; virtual ones are never told."""
    async with Receiver() as receiver, FakeJellyfin(world) as jellyfin:
        plugin = jellyfin.plugin
        plugin.configuration["GenericOptions"] = [destination(receiver.url)]
        plugin.draining = False
        bare, gone = add(world, "Bare"), add(world, "Gone", provider_ids={"Tmdb": "1"})
        last = add(world, "Last", provider_ids={"Tmdb": "2"})
        hidden = add(world, "Hidden", provider_ids={"Tmdb": "3"}, is_virtual=True)
        for item in (bare, gone, last, hidden):
            await world.emit("item", item=item, what="added")
        del world.items[gone.id]
        await plugin.drain()
        assert receiver.got == []
        await plugin.drain()
        assert [body["Name"] for _, body in receiver.got] == ["Last"]
        bare.provider_ids = {"Tmdb": "4"}
        await plugin.drain()
        assert [body["Name"] for _, body in receiver.got] == ["Last", "Bare"]
        assert plugin.queue == []


async def test_plugin_headers_templates_and_filters(world: World) -> None:
    """A Content-Type with a charset sends nothing; a template is filled in; an unwanted type is not sent."""
    template = base64.b64encode(b'{"id": "{{ItemId}}", "file": "{{[Provider_shoko file]}}"}').decode()
    async with Receiver() as receiver, FakeJellyfin(world) as jellyfin:
        plain = {"Key": "Content-Type", "Value": "application/json"}
        jellyfin.plugin.configuration["GenericOptions"] = [
            destination(receiver.url, Headers=[plain | {"Value": "application/json; charset=utf-8"}]),
            destination(receiver.url, EnableMovies=False),
            destination(receiver.url, Headers=[plain], SendAllProperties=False, Template=template),
        ]
        item = add(world, provider_ids={"Shoko File": "7"})
        await world.emit("item", item=item, what="added")
        assert receiver.got == [("application/json", {"id": item.id, "file": "7"})]


async def test_a_server_that_is_down_tells_nobody(world: World) -> None:
    """And what it had queued is lost."""
    async with Receiver() as receiver:
        jellyfin = await FakeJellyfin(world).start()
        jellyfin.plugin.configuration["GenericOptions"] = [destination(receiver.url)]
        jellyfin.plugin.draining = False
        item = add(world, provider_ids={"Tmdb": "1"})
        await world.emit("item", item=item, what="added")
        await jellyfin.stop()
        await world.emit("item", item=item, what="added")
        await asyncio.sleep(0)
        assert (jellyfin.plugin.queue, receiver.got) == ([], [])
