"""WebSocket commands of the card: subscribe to all requests, get details of one."""

from typing import Any, cast

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import probatio

from ..actions.permissions import ADMIN_ACTIONS, admins_only
from ..actions.responses import request_details
from ..const import DOMAIN
from ..data import StatusTrackerConfigEntry
from .feed import News, Row, feed_of
from .rows import request_row


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, subscribe)
    websocket_api.async_register_command(hass, get_request)


def _may(connection: websocket_api.ActiveConnection, entity_id: str | None, policy: str) -> bool:
    """Return whether the user of a connection may read or control a request."""
    permissions = connection.user.permissions
    if permissions.access_all_entities(policy):
        return True
    return entity_id is not None and permissions.check_entity(entity_id, policy)


def _for_user(hass: HomeAssistant, connection: websocket_api.ActiveConnection, row: Row) -> Row:
    """Return a row without the actions the user is not allowed to call."""
    if not row["actions"]:
        return row
    if not (row["entity_id"] and _may(connection, row["entity_id"], POLICY_CONTROL)):
        return {**row, "actions": []}
    entry = hass.config_entries.async_get_entry(row["config_entry_id"])
    if entry and admins_only(entry) and not connection.user.is_admin:
        return {**row, "actions": [one for one in row["actions"] if one not in ADMIN_ACTIONS]}
    return row


@websocket_api.websocket_command({probatio.Required("type"): f"{DOMAIN}/subscribe"})
@websocket_api.async_response
async def subscribe(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send all requests the user may read, then their changes."""
    first = True

    @callback
    def send(news: News) -> None:
        """Send an update, filtered for the user."""
        nonlocal first
        event: dict[str, Any] = {}
        rows = [
            _for_user(hass, connection, row)
            for row in news.changed.values()
            if _may(connection, row["entity_id"], POLICY_READ)
        ]
        if first:
            first = False
            event = {"requests": rows}
        else:
            if rows:
                event["changed"] = rows
            if news.removed:
                event["removed"] = list(news.removed)
        if news.services is not None:
            event["services"] = list(news.services)
        if event:
            connection.send_event(msg["id"], event)

    feed = feed_of(hass)
    connection.subscriptions[msg["id"]] = feed.async_subscribe(send)
    connection.send_result(msg["id"])
    await feed.async_tell_all(send)


@websocket_api.websocket_command(
    {probatio.Required("type"): f"{DOMAIN}/request", probatio.Required(ATTR_ENTITY_ID): str}
)
@callback
def get_request(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Send the details of a request, if the user may read its sensor."""
    entity_id = msg[ATTR_ENTITY_ID]
    entity = er.async_get(hass).async_get(entity_id) if _may(connection, entity_id, POLICY_READ) else None
    entry = hass.config_entries.async_get_entry((entity and entity.config_entry_id) or "")
    loaded = hass.config_entries.async_loaded_entries(DOMAIN)
    number = entity.unique_id.rpartition("_")[2] if entity else ""
    if entry in loaded and entity and entity.domain == "sensor" and number.isdecimal():
        data = cast(StatusTrackerConfigEntry, entry).runtime_data
        if request := data.coordinator.data.get(int(number)):
            details = request_details(data.coordinator, request)
            row = request_row(data.coordinator, request, data.posters.path(request))
            connection.send_result(msg["id"], {**details, **_for_user(hass, connection, row)})
            return
    connection.send_error(msg["id"], websocket_api.ERR_NOT_FOUND, "No such request")
