"""Registering webhooks: only where it replaces no other, repaired in place, removed completely."""

from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.clients.jellyfin import JellyfinClient
from custom_components.status_tracker.clients.radarr import RadarrClient
from custom_components.status_tracker.clients.seerr import SeerrClient
from custom_components.status_tracker.clients.sonarr import SonarrClient
from custom_components.status_tracker.webhooks.registrar import Outcome, PreviousWebhook
from custom_components.status_tracker.webhooks.registrar_arr import SWITCHES, ArrRegistrar
from custom_components.status_tracker.webhooks.registrar_jellyfin import JellyfinRegistrar
from custom_components.status_tracker.webhooks.registrar_seerr import SeerrRegistrar
from tests.stack.arr import FakeArr
from tests.stack.arr_connections import BackOff
from tests.stack.household import Household
from tests.stack.receiver import Receiver
from tests.stack.rows import Download
from tests.stack.server import Fault
from tests.stack.titles import film, series

PATH = "/hook"
NAME = "Status Tracker (Home Assistant abc123)"
FOREIGN = {
    "name": "Somebody else",
    "implementation": "Webhook",
    "configContract": "WebhookSettings",
    "tags": [],
    "onGrab": True,
    "fields": [{"name": "url", "value": "http://elsewhere.invalid/hook2"}],
}


class Bench:
    """A household, somebody to be called, and the registrars between them."""

    def __init__(self, home: Household, receiver: Receiver, session: aiohttp.ClientSession) -> None:
        """Take all three."""
        self.home = home
        self.receiver = receiver
        self.session = session
        self.kept: list[PreviousWebhook] = []
        self.common: dict[str, Any] = {"heard": lambda: len(receiver.got), "keep": self.kept.append}

    @property
    def url(self) -> str:
        """Where we are."""
        return f"{self.receiver.url}{PATH}"

    def arr(self, server: FakeArr, **more: Any) -> ArrRegistrar:
        """Our connection in an *arr."""
        kind = RadarrClient if server.arr.kind == "radarr" else SonarrClient
        client = kind(self.session, server.url, server.api_key)
        return ArrRegistrar(client, PATH, NAME, **{**self.common, **more})

    def seerr(self, **more: Any) -> SeerrRegistrar:
        """The slot of the Seerr."""
        client = SeerrClient(self.session, self.home.seerr.url, self.home.seerr.api_key)
        return SeerrRegistrar(client, PATH, NAME, **{**self.common, **more})

    def jellyfin(self, **more: Any) -> JellyfinRegistrar:
        """Our destination in Jellyfin."""
        client = JellyfinClient(self.session, self.home.jellyfin.url, self.home.jellyfin.api_key)
        return JellyfinRegistrar(client, PATH, NAME, **{**self.common, **more})


@pytest.fixture
async def bench(socket_enabled: None) -> AsyncIterator[Bench]:
    """A household and somebody to be called."""
    async with (
        Household(qbittorrent=False) as home,
        Receiver() as receiver,
        aiohttp.ClientSession() as session,
    ):
        yield Bench(home, receiver, session)


def rows(server: FakeArr) -> list[dict[str, Any]]:
    """The connections of an *arr."""
    return list(server.arr.notifications.values())


def url_of(row: dict[str, Any]) -> str:
    """Where a connection posts to."""
    return next(field["value"] for field in row["fields"] if field["name"] == "url")


# Radarr and Sonarr


@pytest.mark.parametrize("kind", ["radarr", "sonarr"])
async def test_adds_one_connection_with_all_switches(bench: Bench, kind: str) -> None:
    """Registering twice leaves one, and every switch the app has is on."""
    server: FakeArr = getattr(bench.home, kind)
    registrar = bench.arr(server)

    assert await registrar.register([bench.url]) is Outcome.DONE
    assert await registrar.register([bench.url]) is Outcome.DONE

    (row,) = rows(server)
    assert (row["name"], url_of(row), row["tags"]) == (NAME, bench.url, [])
    assert all(row[switch] for switch in server.connections.switches)
    assert set(server.connections.switches) <= set(SWITCHES)
    assert bench.kept == [{}]
    assert [call["eventType"] for call in bench.receiver.got] == ["Test", "Test"]


async def test_every_event_comes(bench: Bench) -> None:
    """What is registered posts each event of a film's and an episode's life."""
    world = bench.home.world
    await bench.arr(bench.home.radarr).register([bench.url])
    await bench.arr(bench.home.sonarr).register([bench.url])
    bench.receiver.got.clear()

    movie = await world.request(film("Sintel", 2010, 45745), auto_approve=True)
    show = await world.request(series("Home", 2021, 990200, 990100, {1: 1}), seasons=[1], auto_approve=True)
    for request in (movie, show):
        download: Download = await world.grab(request)
        await world.block_import(download, ["Sample"])
        await world.import_(download)
        row = world.row_of(request)
        file = next(iter(world.arr("radarr").movies.values())).file if request is movie else None
        if file:
            await world.rename_file(row, file, "Sintel.mkv")
        await world.remove_from_arr(row, delete_files=True)

    told = [call["eventType"] for call in bench.receiver.got]
    assert set(told) >= {
        "MovieAdded",
        "SeriesAdd",
        "Grab",
        "ManualInteractionRequired",
        "Download",
        "Rename",
        "MovieDelete",
        "SeriesDelete",
    }
    assert any("episodeFiles" in call for call in bench.receiver.got)


async def test_repairs_ours_in_place(bench: Bench) -> None:
    """Another host, a switch that is off, a tag: repaired; a changed name and added headers are kept."""
    server = bench.home.radarr
    registrar = bench.arr(server)
    await registrar.register([bench.url])
    (row,) = rows(server)
    row |= {"name": "Renamed", "tags": [7], "onGrab": False}
    row["fields"] = [
        {"name": "url", "value": f"http://old.invalid:8123{PATH}"},
        {"name": "method", "value": 2},
        {"name": "headers", "value": [{"key": "X-Proxy", "value": "yes"}]},
    ]

    assert await registrar.register([bench.url]) is Outcome.DONE

    (row,) = rows(server)
    values = {field["name"]: field.get("value") for field in row["fields"]}
    assert (row["name"], row["tags"], row["onGrab"]) == ("Renamed", [], True)
    assert (values["url"], values["method"]) == (bench.url, 1)
    assert values["headers"] == [{"key": "X-Proxy", "value": "yes"}]


async def test_lifts_the_pause_after_failures(bench: Bench) -> None:
    """A connection the *arr skips is called again."""
    server = bench.home.radarr
    registrar = bench.arr(server)
    await registrar.register([bench.url])
    (number,) = server.arr.notifications
    now = bench.home.world.now()
    server.connections.back_off[number] = BackOff(level=3, first=now, until=now.replace(year=now.year + 1))

    assert await registrar.register([bench.url]) is Outcome.DONE
    assert server.connections.back_off[number].until is None


async def test_leaves_foreign_connections_alone(bench: Bench) -> None:
    """A foreign one, even of our name, is as it was after registering and after removal."""
    server = bench.home.sonarr
    foreign = deepcopy(FOREIGN) | {"name": NAME.upper()}
    server.arr.notifications[server.arr.new_id("notification")] = foreign
    before = deepcopy(server.arr.notifications)
    registrar = bench.arr(server)

    assert await registrar.register([bench.url]) is Outcome.DONE
    assert [row["name"] for row in rows(server)] == [NAME.upper(), f"{NAME} 2"]
    await registrar.unregister()
    assert server.arr.notifications == before


async def test_removes_doubles_of_ours(bench: Bench) -> None:
    """Two of ours become one."""
    server = bench.home.radarr
    await bench.arr(server).register([bench.url])
    (row,) = rows(server)
    server.arr.notifications[99] = deepcopy(row) | {"name": "Copy"}

    assert await bench.arr(server).register([bench.url]) is Outcome.DONE
    assert len(rows(server)) == 1


@pytest.mark.parametrize("status", [404, 500])
async def test_an_address_that_refuses_is_unreachable(bench: Bench, status: int) -> None:
    """Nothing is left behind, and the second address is taken."""
    server = bench.home.radarr
    async with Receiver(status=status) as wrong:
        bad = f"{wrong.url}{PATH}"
        assert await bench.arr(server).register([bad]) is Outcome.UNREACHABLE
        assert rows(server) == []
        assert await bench.arr(server).register([bad, bench.url]) is Outcome.DONE
        assert url_of(rows(server)[0]) == bench.url


async def test_nobody_at_the_address_is_unreachable(bench: Bench) -> None:
    """Refused connections are an error of the *arr's, but ours to mend."""
    address = f"http://127.0.0.1:1{PATH}"
    assert await bench.arr(bench.home.radarr).register([address]) is Outcome.UNREACHABLE
    assert await bench.seerr().register([address]) is Outcome.UNREACHABLE
    assert bench.home.seerr.webhook.config["enabled"] is False


async def test_another_who_answers_is_unreachable(bench: Bench) -> None:
    """A call that is answered well, but not by us, does not count."""
    async with Receiver() as other:
        address = f"{other.url}{PATH}"
        assert await bench.arr(bench.home.radarr).register([address]) is Outcome.UNREACHABLE
        assert await bench.seerr().register([address]) is Outcome.UNREACHABLE
    assert rows(bench.home.radarr) == []
    assert bench.home.seerr.webhook.config["enabled"] is False
    assert bench.kept == [{}]


@pytest.mark.parametrize("fault", [Fault.down(), Fault.status(503), Fault.bad_key(), Fault.html()])
async def test_a_service_that_does_not_answer_is_down(bench: Bench, fault: Fault) -> None:
    """It is tried again later, and never raises."""
    home = bench.home
    for server in (home.radarr, home.seerr, home.jellyfin):
        server.fault = fault
    for registrar in (bench.arr(home.radarr), bench.seerr(), bench.jellyfin()):
        assert await registrar.register([bench.url]) is Outcome.DOWN
        assert registrar.error is not None
    assert bench.kept == []


# Seerr


@pytest.mark.parametrize("flavour", ["overseerr", "jellyseerr", "seerr"])
async def test_takes_a_free_slot_and_gives_it_back(flavour: str, socket_enabled: None) -> None:
    """The template arrives whole, of people only the name; what a disabled slot held is put back."""
    async with (
        Household(qbittorrent=False, flavour=flavour) as home,
        Receiver() as receiver,
        aiohttp.ClientSession() as session,
    ):
        bench = Bench(home, receiver, session)
        before = deepcopy(home.seerr.webhook.config)
        registrar = bench.seerr()

        assert await registrar.register([bench.url]) is Outcome.DONE
        await home.world.request(film("Sintel", 2010, 45745), user="Alice")
        posted = receiver.got[-1]
        assert posted["notification_type"] == "MEDIA_PENDING"
        assert posted["media"]["tmdbId"] == "45745"
        assert posted["request"]["requestedBy_username"].casefold() == "alice"
        assert "@" not in str(posted)
        assert bench.kept[0]["enabled"] is False

        again = bench.seerr(kept=bench.kept[0])
        assert await again.register([bench.url]) is Outcome.DONE
        assert len(bench.kept) == 1
        await again.unregister()
        after = home.seerr.webhook.config
        assert after["enabled"] is False
        assert after["types"] == before["types"]
        assert after["options"]["webhookUrl"] == before["options"]["webhookUrl"]
        assert after["options"]["jsonPayload"] == before["options"]["jsonPayload"]


async def test_a_slot_in_use_is_untouched(bench: Bench) -> None:
    """Registering and removing leave a foreign webhook byte for byte."""
    config = bench.home.seerr.webhook.config
    config["enabled"] = True
    config["options"]["webhookUrl"] = "http://elsewhere.invalid/notify"
    before = deepcopy(config)

    assert await bench.seerr().register([bench.url]) is Outcome.TAKEN
    await bench.seerr().unregister()

    assert bench.home.seerr.webhook.config == before
    assert bench.kept == []
    assert bench.home.seerr.count(method="POST") == 0


async def test_says_when_seerr_takes_no_changes(bench: Bench) -> None:
    """CSRF protection and a key without rights are told apart."""
    bench.home.seerr.csrf = True
    assert await bench.seerr().register([bench.url]) is Outcome.CSRF
    bench.home.seerr.csrf = False
    bench.home.world.users[1].permissions = 32
    assert await bench.seerr().register([bench.url]) is Outcome.NOT_ALLOWED


async def test_a_template_that_was_not_understood_is_taken_back(bench: Bench) -> None:
    """A Seerr that stores something else than it was given is left as it was."""
    before = deepcopy(bench.home.seerr.webhook.config)
    reads = 0

    def garble(path: str, data: Any) -> Any:
        """Show an object for a template, as if it had been encoded once only."""
        nonlocal reads
        if path.endswith("/webhook") and isinstance(data.get("options", {}).get("jsonPayload"), str):
            reads += 1
            if reads == 3:  # before, the answer to the change, after
                data["options"]["jsonPayload"] = {"wrong": True}
        return data

    bench.home.seerr.fault = Fault.lying(garble)
    assert await bench.seerr().register([bench.url]) is Outcome.DOWN
    bench.home.seerr.fault = None
    assert bench.home.seerr.webhook.config == before


async def test_an_unknown_past_of_the_slot_leaves_it_disabled(bench: Bench) -> None:
    """Ours goes even if it is not known what was there before."""
    await bench.seerr().register([bench.url])
    await bench.seerr(kept={"odd": 1}).unregister()
    config = bench.home.seerr.webhook.config
    assert (config["enabled"], config["options"]["webhookUrl"]) == (False, "")


# Jellyfin


async def test_adds_one_destination_and_removes_it(bench: Bench) -> None:
    """Items are posted as JSON, others' destinations stay, and nothing is left."""
    plugin = bench.home.jellyfin.plugin
    other = {"WebhookName": "Other", "WebhookUri": "http://elsewhere.invalid/x", "NotificationTypes": []}
    plugin.configuration["GenericOptions"] = [other]
    plugin.configuration["DiscordOptions"] = [{"WebhookName": "Chat", "NotificationTypes": []}]
    before = deepcopy(plugin.configuration)
    registrar = bench.jellyfin()

    assert await registrar.register([bench.url]) is Outcome.DONE
    writes = bench.home.jellyfin.count("Configuration", "POST")
    assert await registrar.register([bench.url]) is Outcome.DONE
    assert bench.home.jellyfin.count("Configuration", "POST") == writes
    bench.home.world.add_item("Movie", "Sintel", "sintel", "/media/Sintel.mkv")
    await bench.home.jellyfin.plugin.on_item(next(iter(bench.home.world.items.values())), "removed")
    assert bench.receiver.got[-1]["NotificationType"] == "ItemDeleted"

    await registrar.unregister()
    assert plugin.configuration == before


async def test_an_old_plugin_is_told_nothing_of_deletions(bench: Bench) -> None:
    """It refuses what it does not know, so additions alone are asked for."""
    bench.home.jellyfin.plugin.version = "11.0.0.0"
    assert await bench.jellyfin().register([bench.url]) is Outcome.DONE
    (row,) = bench.home.jellyfin.plugin.configuration["GenericOptions"]
    assert row["NotificationTypes"] == ["ItemAdded"]


async def test_repairs_our_destination(bench: Bench) -> None:
    """Moved, disabled or doubled: one good one remains."""
    await bench.jellyfin().register([bench.url])
    options = bench.home.jellyfin.plugin.configuration["GenericOptions"]
    options[0] |= {"WebhookUri": f"http://old.invalid{PATH}", "EnableWebhook": False}
    options.append(dict(options[0]))

    assert await bench.jellyfin().register([bench.url]) is Outcome.DONE
    (row,) = bench.home.jellyfin.plugin.configuration["GenericOptions"]
    assert (row["WebhookUri"], row["EnableWebhook"]) == (bench.url, True)


async def test_without_the_plugin(bench: Bench) -> None:
    """It is said, and nothing else happens."""
    bench.home.jellyfin.plugin.installed = False
    assert await bench.jellyfin().register([bench.url]) is Outcome.ABSENT
    await bench.jellyfin().unregister()
