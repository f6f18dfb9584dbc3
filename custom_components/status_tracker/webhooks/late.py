"""Repair issue for services that cannot reach Home Assistant, delayed because polling still works."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..const import CONF_CALLBACK_SKIPPED
from .issues import async_clear_late, async_is_late, async_raise_late

PATIENCE = 3600.0


class LateUpdates:
    """Collects the services whose webhooks fail because they cannot reach Home Assistant."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], names: Callable[[str], str]) -> None:
        """Initialize without results."""
        self._hass = hass
        self._entry = entry
        self._name = names
        self._reached: dict[str, bool] = {}
        self._cancel: CALLBACK_TYPE | None = None

    @property
    def unreached(self) -> list[str]:
        """Return the services that cannot reach Home Assistant."""
        return [key for key, reached in self._reached.items() if not reached]

    @callback
    def async_update(self, key: str, reached: bool | None, services: Mapping[str, str]) -> None:
        """Store whether a service can reach Home Assistant and update the issue once all results are known.

        None means that the service did not respond, which keeps the previous result.
        """
        if reached is None:
            self._reached.setdefault(key, True)
        else:
            self._reached[key] = reached
        if self.unreached:
            self._async_expect()
        elif set(self._reached) >= set(services):
            self.async_stop()
            async_clear_late(self._hass, self._entry.entry_id)
            self._forget_skipped()

    @callback
    def _async_expect(self) -> None:
        """Create the issue immediately if the test was skipped, else after an hour."""
        skipped = self._entry.data.get(CONF_CALLBACK_SKIPPED)
        if skipped or async_is_late(self._hass, self._entry.entry_id):
            self._async_raise()
        elif self._cancel is None:
            self._cancel = async_call_later(self._hass, PATIENCE, self._async_raise)

    @callback
    def _async_raise(self, *_: Any) -> None:
        """Create the issue."""
        self.async_stop()
        async_raise_late(self._hass, self._entry.entry_id, [self._name(key) for key in self.unreached])

    @callback
    def _forget_skipped(self) -> None:
        """Use the delay from now on, because a test has succeeded after the skipped one."""
        if CONF_CALLBACK_SKIPPED in self._entry.data:
            data = {key: value for key, value in self._entry.data.items() if key != CONF_CALLBACK_SKIPPED}
            self._hass.config_entries.async_update_entry(self._entry, data=data)

    @callback
    def async_stop(self) -> None:
        """Cancel the delayed issue."""
        if self._cancel:
            self._cancel()
            self._cancel = None
