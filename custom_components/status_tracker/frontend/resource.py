"""The card resource: served under a versioned URL and registered in the frontend."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from homeassistant.components import frontend
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

CARD = Path(__file__).with_name("status-tracker-card.js")
CARD_PATH = f"/{DOMAIN}/{CARD.name}"


class CardResource:
    """The card as dashboard resource, and as module of every page for the more-info dialog.

    Both have the same URL, so that the browser loads the file once.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without registering."""
        self._hass = hass
        self._lock = asyncio.Lock()
        self._served = False
        self.url: str | None = None  # set while registered

    async def async_register(self) -> None:
        """Register the current file, replacing the resource of another version."""
        async with self._lock:
            if self.url:
                return
            content = await self._hass.async_add_executor_job(CARD.read_bytes)
            if not self._served:
                self._served = True
                await self._hass.http.async_register_static_paths(
                    [StaticPathConfig(CARD_PATH, str(CARD), cache_headers=True)]
                )
            url = f"{CARD_PATH}?v={hashlib.sha256(content).hexdigest()[:12]}"
            await self._async_write_resource(url)
            frontend.add_extra_js_url(self._hass, url)
            self.url = url

    async def async_unregister(self) -> None:
        """Unregister the file."""
        async with self._lock:
            if self.url:
                frontend.remove_extra_js_url(self._hass, self.url)
                self.url = None
            await self._async_write_resource(None)

    async def _async_write_resource(self, url: str | None) -> None:
        """Create, update or delete our resource; other resources and YAML mode are unaffected."""
        data = self._hass.data.get(LOVELACE_DATA)
        resources = data.resources if data else None
        if not isinstance(resources, ResourceStorageCollection):
            return
        await resources.async_get_info()  # loads the resources
        ours: list[dict[str, Any]] = [one for one in resources.async_items() if _is_ours(one)]
        for surplus in ours[1:] if url else ours:
            await resources.async_delete_item(surplus["id"])
        if not url:
            return
        wanted = {"res_type": "module", "url": url}
        if not ours:
            await resources.async_create_item(wanted)
        elif (ours[0]["url"], ours[0]["type"]) != (url, "module"):
            await resources.async_update_item(ours[0]["id"], wanted)


def _is_ours(resource: dict[str, Any]) -> bool:
    """Return whether a resource is the card in any version."""
    return str(resource.get("url", "")).partition("?")[0] == CARD_PATH


DATA_CARD: HassKey[CardResource] = HassKey(f"{DOMAIN}_card")


def card_resource(hass: HomeAssistant) -> CardResource:
    """Return the shared instance."""
    return hass.data.setdefault(DATA_CARD, CardResource(hass))
