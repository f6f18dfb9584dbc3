"""The blueprints: each loads, and does what it says when the event entity fires, through the stack."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
import shutil
from typing import Any

from homeassistant.components import frontend
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.clients.decoding import whole_text
from custom_components.status_tracker.clients.model import clean_text
from custom_components.status_tracker.const import DOMAIN

from .common import SetUp, StartHousehold, entity_id_of, poll, stage_of, until
from .hostile.texts import HOSTILE
from .stack.household import Household
from .stack.receiver import Receiver
from .stack.stories import long_way_home, sintel
from .stack.titles import film

BLUEPRINTS = Path(__file__).parents[1] / "blueprints"
FILES = sorted(path.name for path in BLUEPRINTS.rglob("*.yaml"))
ACTION = "mobile_app_notification_action"

type Automate = Callable[..., Awaitable[None]]


class Phone:
    """A phone with the app, and what Home Assistant has pushed to it."""

    def __init__(self, hass: HomeAssistant, push: Receiver) -> None:
        """Know its device, and where its notifications arrive."""
        (entry,) = hass.config_entries.async_entries("mobile_app")
        (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        self.id = device.id
        self._push = push

    def told(self) -> list[dict[str, Any]]:
        """Return what was sent, and forget it."""
        told = [*self._push.got]
        self._push.got.clear()
        return told


@pytest.fixture(name="folder")
def folder_fixture(hass: HomeAssistant, tmp_path: Path) -> None:
    """Lay the blueprints where a person's Home Assistant looks for them."""
    hass.config.config_dir = str(tmp_path)
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints")


@pytest.fixture
async def app(hass: HomeAssistant) -> None:
    """Home Assistant's side of the app, there before its HTTP server listens."""
    hass.data[frontend.DATA_EXTRA_MODULE_URL] = frontend.UrlManager(lambda *_: None, [])
    for component in ("notify", "mobile_app"):
        assert await async_setup_component(hass, component, {})
    await hass.async_block_till_done()


@pytest.fixture
async def home(app: None, household: StartHousehold, setup_entry: SetUp, folder: None) -> Household:
    """A household that is followed, without webhooks."""
    home = await household()
    await setup_entry(home, register_webhooks=False)
    return home


@pytest.fixture
async def phone(hass: HomeAssistant, home: Household) -> AsyncIterator[Phone]:
    """A phone, renamed since it was registered."""
    async with Receiver(status=201) as push:
        entry = MockConfigEntry(
            domain="mobile_app",
            title="My phone",
            data={
                "app_data": {"push_token": "token", "push_url": f"{push.url}/hook"},
                "app_id": "io.example",
                "app_name": "Home Assistant",
                "app_version": "1",
                "device_id": "1",
                "device_name": "My phone",
                "manufacturer": "Example",
                "model": "Phone",
                "os_name": "OS",
                "os_version": "1",
                "supports_encryption": False,
                "user_id": "1",
                "webhook_id": "phone",
            },
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, lambda: hass.services.has_service("notify", "mobile_app_my_phone"))
        phone = Phone(hass, push)
        dr.async_get(hass).async_update_device(phone.id, name_by_user="Kitchen phone", name="Another name")
        yield phone
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def automate(hass: HomeAssistant, phone: Phone) -> Automate:
    """Make an automation of a blueprint, as the editor writes it."""

    async def make(file: str, **inputs: Any) -> None:
        """Make one."""
        given = {"phone": phone.id, **inputs}
        use = {"path": f"{DOMAIN}/{file}", "input": given}
        config = {"automation": {"id": "one", "alias": "One", "use_blueprint": use}}
        assert await async_setup_component(hass, "automation", config)
        await hass.async_block_till_done()
        state = hass.states.get("automation.one")
        assert state
        assert state.state == "on"

    return make


def the_entry(hass: HomeAssistant) -> Any:
    """Return the entry that is set up."""
    return hass.config_entries.async_entries(DOMAIN)[0]


@pytest.mark.parametrize("file", FILES)
async def test_blueprint_loads(hass: HomeAssistant, folder: None, file: str) -> None:
    """Home Assistant reads each, and it names itself, where it is from and what every input is."""
    assert await async_setup_component(hass, "automation", {})
    blueprint = await async_get_blueprints(hass).async_get_blueprint(f"{DOMAIN}/{file}")
    assert isinstance(blueprint, Blueprint)
    assert blueprint.validate() is None
    about = blueprint.metadata
    assert about["source_url"].endswith(f"/blueprints/automation/{DOMAIN}/{file}")
    assert about["description"]
    assert all(one["name"] and one["selector"] for one in blueprint.inputs.values())


async def test_tells_that_it_can_be_watched(
    hass: HomeAssistant, home: Household, phone: Phone, automate: Automate
) -> None:
    """The person who asked is told, once, with poster and link; what others asked for stays quiet."""
    await automate("notify_available.yaml", person=" alice ")
    for user in ("Alice", "Bob"):
        request = await home.world.request(sintel(), user=user, is_4k=user == "Bob", auto_approve=True)
        if user == "Alice":
            download = await home.world.grab(request)
            await home.world.complete(download)
            await home.world.import_(download)
    await poll(hass, the_entry(hass))
    assert phone.told() == []
    await home.world.library_scan()
    await poll(hass, the_entry(hass))
    (told,) = phone.told()
    assert told["title"] == "Sintel"
    assert told["message"] == "Sintel (2010) is ready to watch."
    assert told["data"]["image"].endswith(".jpg")
    assert told["data"]["url"].startswith(home.jellyfin.url)


@pytest.mark.parametrize(("parts", "told"), [(True, 1), (False, 0)])
async def test_tells_of_parts_if_asked_to(
    hass: HomeAssistant, home: Household, phone: Phone, automate: Automate, parts: bool, told: int
) -> None:
    """The first part of a series is announced only if that is wanted."""
    await automate("notify_available.yaml", parts=parts)
    title = long_way_home()
    await home.world.request(title, seasons=[1, 2], auto_approve=True)
    row = home.world.arr("sonarr").series_of(title)
    assert row
    pack = await home.world.grab(row, episodes=[episode.key for episode in title.seasons[1]])
    await home.world.complete(pack)
    await home.world.import_(pack)
    await home.world.library_scan()
    await poll(hass, the_entry(hass))
    assert len(phone.told()) == told


@pytest.mark.parametrize("ignored", [[], ["not_monitored"]])
async def test_tells_that_it_is_stuck(
    hass: HomeAssistant, home: Household, phone: Phone, automate: Automate, ignored: list[str]
) -> None:
    """What is stuck is told with its reason, and taken back when it goes on; some reasons may be ignored."""
    await automate("notify_stuck.yaml", ignored=ignored)
    blocked = await home.world.request(sintel(), auto_approve=True)
    download = await home.world.grab(blocked)
    await home.world.complete(download)
    await home.world.block_import(download, ["Not an upgrade"])
    other = await home.world.request(long_way_home(), seasons=[1])
    await home.world.approve(other)
    row = home.world.arr("sonarr").series_of(other.title)
    assert row
    row.monitored = False
    await poll(hass, the_entry(hass))
    told = {one["title"]: one for one in phone.told()}
    assert set(told) == {"Sintel"} | ({"The Long Way Home"} if not ignored else set())
    assert "Import blocked: Not an upgrade" in told["Sintel"]["message"]
    assert told["Sintel"]["data"]["url"] == f"entityId:{entity_id_of(hass, the_entry(hass), blocked)}"
    await home.world.import_(download)
    await poll(hass, the_entry(hass))
    back = [one for one in phone.told() if one["data"]["tag"] == told["Sintel"]["data"]["tag"]]
    assert [one["message"] for one in back] == ["clear_notification"]


@pytest.mark.parametrize("name", HOSTILE)
async def test_tells_hostile_titles_as_they_are(
    hass: HomeAssistant, home: Household, phone: Phone, automate: Automate, name: str
) -> None:
    """No template in a title is rendered, nothing breaks the notification, and it is of a phone's size."""
    await automate("approve_from_phone.yaml")
    await home.world.request(film(f"New {HOSTILE[name]}", 2020, 77_000))
    await poll(hass, the_entry(hass))
    (told,) = phone.told()
    title = clean_text(whole_text(f"New {HOSTILE[name]}"))[:255]
    assert " ".join(told["message"].split()) == " ".join(f"Alice requested {title} (2020).".split())
    assert len(told["message"]) < 400
    assert not [sign for sign in told["message"] if ord(sign) < 32]


@pytest.mark.parametrize("name", HOSTILE)
async def test_tells_hostile_messages_as_they_are(
    hass: HomeAssistant, home: Household, phone: Phone, automate: Automate, name: str
) -> None:
    """The same for what Radarr says of a download, under a hostile name of a hostile person."""
    text = HOSTILE[name]
    user = next(iter(home.world.users.values()))
    user.display_name = text
    await automate("notify_stuck.yaml")
    request = await home.world.request(film(text, 2020, 77_001), user=user)
    await home.world.approve(request)
    download = await home.world.grab(request, release=text, indexer=text, quality=text)
    await home.world.complete(download)
    await home.world.block_import(download, [f"No: {text}", text])
    await poll(hass, the_entry(hass))
    (told,) = phone.told()
    for part in (told.get("title", ""), told["message"]):  # a title of blanks is none
        assert len(part) < 600
        assert not [sign for sign in part if ord(sign) < 32]
    assert "below_horizon" not in told["message"]
    if name in ("markup", "template", "quotes"):
        assert text in told["message"]


@pytest.mark.parametrize(("index", "stage"), [(0, "approved"), (1, "declined")])
async def test_approves_from_the_phone(
    hass: HomeAssistant, home: Household, phone: Phone, automate: Automate, index: int, stage: str
) -> None:
    """A new request comes with two buttons; one pressed here does it, and the notification goes."""
    await automate("approve_from_phone.yaml", approve_label="Yes", decline_label="No")
    request = await home.world.request(sintel())
    await poll(hass, the_entry(hass))
    (told,) = phone.told()
    assert told["message"] == "Alice requested Sintel (2010)."
    assert [button["title"] for button in told["data"]["actions"]] == ["Yes", "No"]
    pressed = told["data"]["actions"][index]["action"]
    # Another phone's button, somebody else's action, and one on what is no request: nothing of ours.
    for odd in (
        pressed.replace(phone.id, "0"),
        "REPLY",
        None,
        f"status_tracker/{phone.id}/approve/sensor.x",
        pressed.replace("approve", "retry").replace("decline", "retry"),
    ):
        hass.bus.async_fire(ACTION, {"action": odd})
        await hass.async_block_till_done()
    assert stage_of(hass, the_entry(hass), request) == "requested"
    hass.bus.async_fire(ACTION, {"action": pressed})
    await until(hass, lambda: stage_of(hass, the_entry(hass), request) == stage)
    await poll(hass, the_entry(hass))
    assert [(one["message"], one["data"]["tag"]) for one in phone.told()] == [
        ("clear_notification", told["data"]["tag"])
    ]
