"""Triggers as the automation editor saves them: each fires through a real automation."""

from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.trigger import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest

from custom_components.status_tracker.automations.names import DATA_NAMES
from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.trigger import TRIGGERS

from ..common import SetUp, StartHousehold, device_of, entity_id_of, poll, state_of
from ..stack.household import Household
from ..stack.stories import long_way_home, sintel, tears_of_steel

POLLING = {"register_webhooks": False}

type Automate = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def automate(hass: HomeAssistant) -> Iterator[Automate]:
    """Set up automations that each keep the variables of their trigger."""
    told: list[dict[str, Any]] = []
    hass.services.async_register("test", "tell", lambda call: told.append({**call.data}))

    async def set_up(*triggers: dict[str, Any]) -> list[dict[str, Any]]:
        """Set up one for each trigger; return what they tell from then on."""
        automations = [
            {
                "alias": f"{number}",
                "mode": "queued",
                "triggers": [{**trigger, "id": trigger["trigger"].partition(".")[2]}],
                "actions": [{"action": "test.tell", "data": {"trigger": "{{ trigger }}"}}],
            }
            for number, trigger in enumerate(triggers)
        ]
        assert await async_setup_component(hass, "automation", {"automation": automations})
        await hass.async_block_till_done()
        assert len(hass.states.async_entity_ids("automation")) == len(triggers)
        return told

    return set_up


async def settle(hass: HomeAssistant, entry: Any) -> None:
    """Poll until everything known has been told."""
    await poll(hass, entry, rounds=4)
    await hass.async_block_till_done()


def ids(told: list[dict[str, Any]]) -> list[str]:
    """Return which triggers fired, and forget it."""
    fired = [one["trigger"]["id"] for one in told]
    told.clear()
    return fired


async def test_a_journey(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    automate: Automate,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """From the request to the evening: each trigger fires in its time, and nothing is logged."""
    home = await household()
    # Automations are there before the entry, as at every start.
    told = await automate(*({"trigger": f"{DOMAIN}.{key}"} for key in TRIGGERS))
    entry = await setup_entry(home, **POLLING)
    await settle(hass, entry)
    assert not told
    request = await home.world.request(sintel())
    await settle(hass, entry)
    assert sorted(ids(told)) == ["awaiting_approval", "requested", "stage_changed"]
    await home.world.approve(request)
    await settle(hass, entry)
    assert ids(told) == ["stage_changed"]
    download = await home.world.grab(request)
    await home.world.complete(download)
    await settle(hass, entry)
    ids(told)
    await home.world.block_import(download, ["Sample"])
    await settle(hass, entry)
    assert ids(told) == ["became_stuck"]
    await home.world.import_(download)
    await settle(hass, entry)
    assert sorted(ids(told)) == ["recovered", "stage_changed"]
    await home.world.library_scan()
    await settle(hass, entry)
    last = {one["trigger"]["id"]: one["trigger"] for one in told}
    assert set(last) == {"became_available", "stage_changed"}
    state = state_of(hass, entry, request)
    assert state
    trigger = last["became_available"]
    assert trigger["jellyfin_url"].startswith(home.jellyfin.url)
    assert datetime.fromisoformat(state.attributes["requested_at"].isoformat())
    assert {
        key: trigger[key] for key in trigger if key not in {"jellyfin_url", "poster", "alias", "idx"}
    } == {
        "id": "became_available",
        "platform": f"{DOMAIN}.became_available",
        "description": "Sintel: available",
        "event_type": "available",
        "request_id": request.id,
        "title": "Sintel",
        "year": 2010,
        "media_type": "movie",
        "is_4k": False,
        "stage": "available",
        "previous_stage": "importing",
        "reason": None,
        "requested_by": "Alice",
        "entity_id": entity_id_of(hass, entry, request),
        "message": "Sintel (2010) is ready to watch.",
        "status": "Ready to watch",
    }
    assert not [
        one.getMessage()
        for one in caplog.records
        if one.levelname in ("WARNING", "ERROR") and one.name != "asyncio"
    ]


async def ready(home: Household, *wanted: Any, **options: Any) -> Any:
    """Return a request that can be watched."""
    request = await home.world.request(*wanted, auto_approve=True, **options)
    download = await home.world.grab(request)
    await home.world.complete(download)
    await home.world.import_(download)
    await home.world.library_scan()
    return request


async def test_options(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, automate: Automate
) -> None:
    """Who asked, film or series, 4K and the stage each narrow it down."""
    home = await household(radarrs=("hd", "4k"))
    options: list[dict[str, Any]] = [
        {"requested_by": ["alice"]},
        {"requested_by": ["Bob", "Carol"]},
        {"requested_by": ""},  # as a blueprint passes on that nobody was chosen
        {"media_type": "movie"},
        {"media_type": ["tv"]},
        {"is_4k": True},
        {"is_4k": False, "requested_by": "Bob"},
        {"stages": ["downloading", "importing"]},
    ]
    told = await automate(
        *(
            {
                "trigger": f"{DOMAIN}.{'stage_changed' if 'stages' in one else 'requested'}",
                "alias": str(one),
                "options": one,
            }
            for one in options
        )
    )
    entry = await setup_entry(home, **POLLING)
    await settle(hass, entry)

    def fired() -> list[dict[str, Any]]:
        """Return the options of those that fired, and forget it."""
        aliases = {one["trigger"]["alias"] for one in told}
        told.clear()
        return [one for one in options if str(one) in aliases]

    await home.world.request(sintel())
    await settle(hass, entry)
    assert fired() == [options[0], options[2], options[3]]
    await home.world.request(long_way_home(), user="Bob", seasons=[1])
    await settle(hass, entry)
    assert fired() == [options[1], options[2], options[4], options[6]]
    request = await home.world.request(tears_of_steel(), is_4k=True)
    await settle(hass, entry)
    assert fired() == [options[0], options[2], options[3], options[5]]
    await home.world.approve(request)
    await settle(hass, entry)
    assert fired() == []
    download = await home.world.grab(request)
    await home.world.progress(download, 0.5)
    await settle(hass, entry)
    assert fired() == [options[7]]


async def test_targets(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, automate: Automate
) -> None:
    """A target is one request, or all of one Seerr by its device or activity."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    first = await home.world.request(sintel())
    second = await home.world.request(tears_of_steel())
    await settle(hass, entry)
    device = device_of(hass, entry)
    activity = next(iter(hass.states.async_entity_ids("event")))
    targets = [
        {"entity_id": entity_id_of(hass, entry, first)},
        {"entity_id": [entity_id_of(hass, entry, second)]},
        {"entity_id": activity},
        {"device_id": device},
        {"entity_id": "sensor.another"},
    ]
    told = await automate(
        *(
            {"trigger": f"{DOMAIN}.stage_changed", "target": target, "alias": str(number)}
            for number, target in enumerate(targets)
        )
    )
    await home.world.approve(first)
    await settle(hass, entry)
    assert sorted(one["trigger"]["alias"] for one in told) == ["0", "2", "3"]


@pytest.mark.parametrize(
    "options", [{"media_type": "book"}, {"stages": ["soon"]}, {"requested_by": [{}]}, {"who": "Alice"}]
)
async def test_wrong_options(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
    options: dict[str, Any],
) -> None:
    """What is no option is refused when the automation is set up."""
    await setup_entry(await household(), **POLLING)
    trigger = {"trigger": f"{DOMAIN}.stage_changed", "options": options}
    config = {"automation": {"alias": "wrong", "triggers": [trigger], "actions": []}}
    assert await async_setup_component(hass, "automation", config)
    automation = hass.states.get("automation.wrong")
    assert automation
    assert automation.state == "unavailable"
    assert next(iter(options)) in caplog.text


async def test_reload_fires_nothing_twice(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, automate: Automate
) -> None:
    """Triggers go on over a reload of the entry, without telling old news."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    told = await automate({"trigger": f"{DOMAIN}.became_available"})
    await ready(home, sintel())
    await settle(hass, entry)
    assert ids(told) == ["became_available"]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass, entry)
    assert not told
    await ready(home, tears_of_steel())
    await settle(hass, entry)
    assert [one["trigger"]["title"] for one in told] == ["Tears of Steel"]


async def test_without_the_event_entity(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, automate: Automate
) -> None:
    """Triggers need no entity: the event may be disabled."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    registry = er.async_get(hass)
    activity = registry.async_get_entity_id("event", DOMAIN, f"{entry.entry_id}_activity")
    assert activity
    registry.async_update_entity(activity, disabled_by=er.RegistryEntryDisabler.USER)
    assert await hass.config_entries.async_reload(entry.entry_id)
    told = await automate({"trigger": f"{DOMAIN}.requested"})
    await home.world.request(sintel())
    await settle(hass, entry)
    assert ids(told) == ["requested"]


async def test_names_to_choose_from(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The editor offers the people who have requested something, as they come and go."""
    home = await household()
    entry = await setup_entry(home, **POLLING)

    async def offered(key: str = "became_available") -> list[str]:
        """Return what the editor offers for `requested_by`."""
        descriptions = await async_get_all_descriptions(hass)
        description = descriptions[f"{DOMAIN}.{key}"]
        assert description
        options: list[str] = description["fields"]["requested_by"]["selector"]["select"]["options"]
        return options

    before = await async_get_all_descriptions(hass)
    assert await offered() == []
    await home.world.request(sintel(), user="Bob")
    await home.world.request(tears_of_steel(), user="Alice")
    before = await async_get_all_descriptions(hass)
    await settle(hass, entry)
    assert await offered() == ["Alice", "Bob"]
    assert await offered("stage_changed") == ["Alice", "Bob"]
    # Home Assistant keeps what it has sent for as long as this is the same object.
    assert await async_get_all_descriptions(hass) is not before
    assert set(await async_get_all_descriptions(hass)) >= set(before)
    await hass.config_entries.async_remove(entry.entry_id)
    assert await offered() == []
    hass.data[DATA_NAMES].update("another", ["Zoe", None, ""])
    assert await offered() == ["Zoe"]


async def test_descriptions_are_as_home_assistant_reads_them(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp
) -> None:
    """But for the names, what the editor gets is what Home Assistant makes of triggers.yaml."""
    assert await async_setup_component(hass, "automation", {})
    home = await household()
    await setup_entry(home, **POLLING)
    read = {**await async_get_all_descriptions(hass)}
    assert set(read) >= {f"{DOMAIN}.{key}" for key in TRIGGERS}
    await home.world.request(sintel())
    await settle(hass, hass.config_entries.async_entries(DOMAIN)[0])
    ours = await async_get_all_descriptions(hass)
    for key in TRIGGERS:
        expected, found = deepcopy(read[f"{DOMAIN}.{key}"]), deepcopy(ours[f"{DOMAIN}.{key}"])
        assert expected
        assert found
        select = expected["fields"]["requested_by"]["selector"]["select"]
        assert select["options"] == []
        select["options"] = ["Alice"]
        assert found == expected
