"""The card's file: one resource, versioned by its content, removed with the last entry."""

from typing import Any

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS
from custom_components.status_tracker.frontend import resource

from ..common import SetUp, StartHousehold

POLLING = {CONF_REGISTER_WEBHOOKS: False}
FOREIGN = {"res_type": "module", "url": "/hacsfiles/other/other.js"}


@pytest.fixture(name="lovelace")
async def lovelace_fixture(hass: HomeAssistant, callback_url: str, hass_storage: dict[str, Any]) -> Any:
    """Dashboards whose resources are kept in storage, with one of somebody else."""
    assert await async_setup_component(hass, "lovelace", {})
    resources = hass.data[LOVELACE_DATA].resources
    await resources.async_create_item(FOREIGN)
    return resources


def ours(resources: Any) -> list[str]:
    """The addresses of the card among the resources."""
    return [one["url"] for one in resources.async_items() if one["url"].startswith(resource.CARD_PATH)]


async def test_one_resource(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    lovelace: Any,
    hass_client_no_auth: Any,
) -> None:
    """It is registered once however often entries come, and gone with the last of them."""
    first = await setup_entry(await household(), **POLLING)
    second = await setup_entry(await household(), **POLLING)
    await hass.config_entries.async_reload(first.entry_id)
    (url,) = ours(lovelace)
    assert hass.data[DATA_EXTRA_MODULE_URL].urls == {url}
    response = await (await hass_client_no_auth()).get(url)
    assert response.status == 200
    assert response.content_type in ("text/javascript", "application/javascript")
    assert "customElements" in await response.text()
    await hass.config_entries.async_remove(first.entry_id)
    assert ours(lovelace) == [url]
    await hass.config_entries.async_remove(second.entry_id)
    assert ours(lovelace) == []
    assert not hass.data[DATA_EXTRA_MODULE_URL].urls
    assert [one["url"] for one in lovelace.async_items()] == [FOREIGN["url"]]


async def test_a_new_version(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, lovelace: Any
) -> None:
    """An older version is replaced in place, and duplicates of it go."""
    for version in ("old", "older"):
        await lovelace.async_create_item({"res_type": "module", "url": f"{resource.CARD_PATH}?v={version}"})
    await setup_entry(await household(), **POLLING)
    (url,) = ours(lovelace)
    assert "old" not in url
    assert len(lovelace.async_items()) == 2


async def test_it_comes_back(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, lovelace: Any
) -> None:
    """Who adds the integration again without a restart gets the card again."""
    home = await household()
    entry = await setup_entry(home, **POLLING)
    await hass.config_entries.async_remove(entry.entry_id)
    await setup_entry(home, **POLLING)
    assert len(ours(lovelace)) == 1
    assert len(hass.data[DATA_EXTRA_MODULE_URL].urls) == 1


async def test_resources_in_yaml(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, callback_url: str
) -> None:
    """Where the user keeps the resources in YAML, they are left alone; pages still load the card."""
    config = {"lovelace": {"resource_mode": "yaml", "resources": []}}
    assert await async_setup_component(hass, "lovelace", config)
    entry = await setup_entry(await household(), **POLLING)
    assert len(hass.data[DATA_EXTRA_MODULE_URL].urls) == 1
    assert hass.data[LOVELACE_DATA].resources.async_items() == []
    await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.data[DATA_EXTRA_MODULE_URL].urls


def test_it_is_small() -> None:
    """The whole card stays below what every phone loads at once."""
    assert resource.CARD.stat().st_size < 60_000
