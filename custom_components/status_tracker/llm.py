"""LLM tools to find requests and get their details."""

from typing import Any, override

from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
    ToolResult,
)
from homeassistant.util.json import JsonValueType
import probatio

from .actions.responses import request_details
from .assist.answers import TESTS, Listing, coordinators
from .const import DOMAIN
from .coordinator import StatusTrackerCoordinator
from .pipeline.requests import Tracked
from .pipeline.titles import find_by_title
from .reports.status import status_text
from .reports.text import request_name

AT_MOST = 50  # maximum number of requests in a response
DETAILS = ("reason_detail", "quality", "release", "expected", "forecast", "downloads", "timeline")
EPISODES = 60  # maximum number of episodes in a response
READ_ONLY = ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)


def _known(hass: HomeAssistant) -> list[tuple[StatusTrackerCoordinator, Tracked]]:
    """Return the titled requests with their coordinators."""
    return [
        (coordinator, request)
        for coordinator in coordinators(hass)
        for request in coordinator.titled_requests
    ]


def _summary(hass: HomeAssistant, request: Tracked) -> dict[str, Any]:
    """Return a summary of a request."""
    return {
        "name": request_name(request, siblings=request.request.is_4k),
        "type": request.request.media_type.value,
        "status": status_text(hass, request),
        "stage": request.stage.value,
        "stuck": request.stuck,
        "requested_by": request.request.requested_by,
    }


class FindRequestsTool(Tool):
    """Tool to find requests."""

    name = "status_tracker__find_requests"
    title = "Find media requests"
    description = (
        "Lists the movies and TV shows requested by the users of this home, with the status of each "
        "request. Use this for questions like 'What is stuck?', 'What is "
        "downloading?', 'What can we watch?' or 'What did Alice request?'."
    )
    annotations = READ_ONLY
    integration = DOMAIN
    parameters = probatio.Schema(
        {
            probatio.Optional(
                "listing", description="Which requests to list", default=Listing.ALL.value
            ): probatio.In([listing.value for listing in Listing]),
            probatio.Optional("requested_by", description="Only requests of the user with this name"): str,
        }
    )

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Call the tool."""
        args = self.parameters(tool_input.tool_args)
        person = (args.get("requested_by") or "").strip().casefold()
        found = [
            request
            for _, request in _known(hass)
            if TESTS[Listing(args["listing"])](request)
            and (not person or person in (request.request.requested_by or "").casefold())
        ]
        requests: list[JsonValueType] = [_summary(hass, request) for request in found[:AT_MOST]]
        return ToolResult(data={"requests": requests, "total": len(found)})


class GetRequestTool(Tool):
    """Tool to get the details of a request."""

    name = "status_tracker__get_request"
    title = "Get media request"
    description = (
        "Gets the status of a requested movie or TV show by title, with the reason why it is not ready, its "
        "downloads, episodes, timeline and the estimated time it will be ready. Use this for questions like "
        "'Where is Sintel?', 'When can we watch it?' or 'Why does it take so long?'."
    )
    annotations = READ_ONLY
    integration = DOMAIN
    parameters = probatio.Schema(
        {probatio.Required("title", description="The title as spoken by the user"): str}
    )

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Call the tool."""
        title = self.parameters(tool_input.tool_args)["title"]
        known = _known(hass)
        found = find_by_title(title, [request for _, request in known])
        if not found:
            return ToolResult(data={"error": "There is no request of this title"}, error=True)
        told: list[JsonValueType] = [
            _request_with_details(coordinator, one)
            for coordinator, one in known
            if any(one is other for other in found)
        ]
        return ToolResult(data={"requests": told})


def _request_with_details(coordinator: StatusTrackerCoordinator, request: Tracked) -> dict[str, Any]:
    """Return the details of a request, without ids and URLs."""
    details = request_details(coordinator, request)
    episodes = [
        {key: one[key] for key in ("season", "number", "title", "air_date", "stage")}
        for one in details["episodes"]
    ]
    return {
        **_summary(coordinator.hass, request),
        **{key: details[key] for key in DETAILS},
        "episodes": episodes[:EPISODES],
    }


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools if an entry is loaded."""
    if api_id != LLM_API_ASSIST or not coordinators(hass):
        return None
    return LLMTools(tools=[FindRequestsTool(), GetRequestTool()])
