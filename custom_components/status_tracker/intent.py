"""Intents for custom sentences: the status of a request and lists of requests."""

from abc import abstractmethod
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, intent
import probatio

from .assist.answers import Listing, list_answer, status_answer

INTENT_GET_REQUEST = "StatusTrackerGetRequest"
INTENT_LIST_REQUESTS = "StatusTrackerListRequests"


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Set up the intents."""
    intent.async_register(hass, GetRequestIntent())
    intent.async_register(hass, ListRequestsIntent())


class AnsweringIntent(intent.IntentHandler):
    """Base intent handler that responds with a sentence."""

    @abstractmethod
    def answer(self, hass: HomeAssistant, slots: dict[str, Any]) -> str:
        """Return the answer."""

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Handle the intent."""
        slots = self.async_validate_slots(intent_obj.slots)
        response = intent_obj.create_response()
        response.async_set_speech(self.answer(intent_obj.hass, slots))
        return response


class GetRequestIntent(AnsweringIntent):
    """Intent to get the status of a request by title."""

    intent_type = INTENT_GET_REQUEST
    description = "Tells where a requested movie or TV show is, by its title"
    slot_schema = {probatio.Required("title"): cv.string}

    @override
    def answer(self, hass: HomeAssistant, slots: dict[str, Any]) -> str:
        """Return the status of the request."""
        return status_answer(hass, slots["title"]["value"])


class ListRequestsIntent(AnsweringIntent):
    """Intent to list requests that are stuck, pending, downloading, in progress or ready."""

    intent_type = INTENT_LIST_REQUESTS
    description = "Tells which requested movies and TV shows are stuck, downloading or ready to watch"
    slot_schema = {probatio.Required("listing"): probatio.Coerce(Listing)}

    @override
    def answer(self, hass: HomeAssistant, slots: dict[str, Any]) -> str:
        """Return the requests in the list."""
        return list_answer(hass, slots["listing"]["value"])
