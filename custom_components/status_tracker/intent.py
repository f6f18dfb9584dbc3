"""Intents for custom sentences: where a request is, and which are stuck, downloading or ready."""

from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, intent
import probatio

from .assist.answers import Listing, list_answer, status_answer

INTENT_GET_REQUEST = "StatusTrackerGetRequest"
INTENT_LIST_REQUESTS = "StatusTrackerListRequests"


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intents."""
    intent.async_register(hass, GetRequestIntent())
    intent.async_register(hass, ListRequestsIntent())


class GetRequestIntent(intent.IntentHandler):
    """Answers where a request is, by its title."""

    intent_type = INTENT_GET_REQUEST
    description = "Tells where a requested movie or TV show is, by its title"

    @property
    @override
    def slot_schema(self) -> dict[probatio.Required, object]:
        """Return what it takes."""
        return {probatio.Required("title"): cv.string}

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Answer it."""
        slots = self.async_validate_slots(intent_obj.slots)
        response = intent_obj.create_response()
        response.async_set_speech(status_answer(intent_obj.hass, slots["title"]["value"]))
        return response


class ListRequestsIntent(intent.IntentHandler):
    """Answers which requests are stuck, waiting for approval, downloading, on their way or ready."""

    intent_type = INTENT_LIST_REQUESTS
    description = "Tells which requested movies and TV shows are stuck, downloading or ready to watch"

    @property
    @override
    def slot_schema(self) -> dict[probatio.Required, object]:
        """Return what it takes."""
        return {probatio.Required("listing"): probatio.Coerce(Listing)}

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Answer it."""
        slots = self.async_validate_slots(intent_obj.slots)
        response = intent_obj.create_response()
        response.async_set_speech(list_answer(intent_obj.hass, slots["listing"]["value"]))
        return response
