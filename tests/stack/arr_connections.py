"""The *arrs' webhook connections: their REST side, their delivery and their pause after failures."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .arr_rows import bare, is_true
from .arr_webhooks import test_payload

if TYPE_CHECKING:
    from .arr import FakeArr

MASK = "********"
PAUSES = {2: 5, 3: 15, 4: 30, 5: 60}
GRACE = timedelta(minutes=5)
SWITCHES = (
    "onGrab",
    "onDownload",
    "onUpgrade",
    "onRename",
    "onHealthIssue",
    "includeHealthWarnings",
    "onHealthRestored",
    "onApplicationUpdate",
    "onManualInteractionRequired",
)
FIELDS = ("url", "method", "username", "password", "headers")


@dataclass(slots=True)
class BackOff:
    """The back-off of a connection that failed."""

    level: int = 0
    first: datetime | None = None
    until: datetime | None = None


class Connections:
    """The connections of one *arr."""

    def __init__(self, server: FakeArr) -> None:
        """No connection yet."""
        self.server = server
        self.rows = server.arr.notifications
        self.back_off: dict[int, BackOff] = {}
        self.switches = server.switches
        self.has_headers_field = True

    def add_routes(self) -> None:
        """The notification part of the API."""
        api = self.server.api
        api("GET", "notification", self._list)
        api("GET", "notification/schema", self._schema)
        api("POST", "notification", self._create)
        api("POST", "notification/test", self._test)
        api("GET", "notification/{id:\\d+}", self._get)
        api("PUT", "notification/{id:\\d+}", self._update)
        api("DELETE", "notification/{id:\\d+}", self._delete)

    # -- delivery --------------------------------------------------------------------------------------

    async def notify(self, payload: dict[str, Any], *switches: str, tags: list[int] | None = None) -> None:
        """Post an event to every connection with all these switches on that is not paused."""
        if not self.server.listening:
            return
        for number, row in list(self.rows.items()):
            if row.get("implementation") != "Webhook" or not all(row.get(switch) for switch in switches):
                continue
            if row.get("tags") and not set(row["tags"]) & set(tags or []):
                continue
            state = self.back_off.setdefault(number, BackOff())
            if state.until is not None and self.server.world.now(self.server.kind) < state.until:
                continue
            status = await self._post(row, payload)
            self._settle(state, 200 <= status < 400)

    def _settle(self, state: BackOff, good: bool) -> None:
        """Success lowers the level and lifts the pause; failures after the grace raise it."""
        now = self.server.world.now(self.server.kind)
        if good:
            state.level, state.until = max(state.level - 1, 0), None
            if state.level == 0:
                state.first = None
        elif state.first is None:
            state.level, state.first = 1, now
        elif now - state.first > GRACE:
            state.level = min(state.level + 1, 5)
            state.until = now + timedelta(minutes=PAUSES[state.level])

    async def _post(self, row: dict[str, Any], payload: dict[str, Any], *, force: bool = False) -> int:
        """One call as the connection's fields say."""
        fields = _values(row)
        headers = {"User-Agent": f"{self.server.app_name}/{self.server.version_text} (alpine 3.22)"}
        headers |= {pair["key"]: pair["value"] for pair in fields.get("headers") or []}
        if fields.get("username") or fields.get("password"):
            pair = f"{fields.get('username') or ''}:{fields.get('password') or ''}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode("latin-1", "replace")).decode()
        method = "PUT" if fields.get("method") == 2 else "POST"
        return await self.server.webhooks.send(
            fields.get("url", ""), bare(payload), method=method, headers=headers, force=force
        )

    def health(self) -> list[dict[str, str]]:
        """The health entry about connections that are paused."""
        now = self.server.world.now(self.server.kind)
        paused = [
            self.rows[number]["name"]
            for number, state in self.back_off.items()
            if number in self.rows and state.until is not None and now < state.until
        ]
        if not paused:
            return []
        everything = len(paused) == len(self.rows)
        text = (
            "All notifications are unavailable due to failures"
            if everything
            else f"Notifications unavailable due to failures: {', '.join(paused)}"
        )
        return [
            {
                "source": "NotificationStatusCheck",
                "type": "error" if everything else "warning",
                "message": text,
            }
        ]

    # -- REST ------------------------------------------------------------------------------------------

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """All connections by name."""
        rows = sorted(self.rows.items(), key=lambda pair: pair[1]["name"])
        return self.server.json([self._resource(number, row) for number, row in rows])

    async def _schema(self, request: web.Request) -> web.StreamResponse:
        """Templates of what can be made."""
        template = self._resource(
            0, {"name": "", "implementation": "Webhook", "configContract": "WebhookSettings"}
        )
        other = self._resource(0, {"name": "", "implementation": "Email", "configContract": "EmailSettings"})
        other["fields"] = []
        return self.server.json([other, template])

    async def _get(self, request: web.Request) -> web.StreamResponse:
        """One connection."""
        number = int(request.match_info["id"])
        if number not in self.rows:
            return self.server.json({"message": "NotFound"}, 404)
        return self.server.json(self._resource(number, self.rows[number]))

    async def _create(self, request: web.Request) -> web.StreamResponse:
        """A new connection; tested first unless forceSave."""
        row = await request.json()
        row.pop("id", None)
        if bad := await self._check(row, None, test=not is_true(request, "forceSave")):
            return bad
        number = self.server.arr.new_id("notification")
        self.rows[number] = row
        return self.server.json(self._resource(number, row), 201)

    async def _update(self, request: web.Request) -> web.StreamResponse:
        """A changed connection; tested if anything changed, unless forceSave."""
        number = int(request.match_info["id"])
        if number not in self.rows:
            return self.server.json({"message": "NotFound"}, 404)
        row = await request.json()
        row.pop("id", None)
        self._keep_password(row, self.rows[number])
        changed = _comparable(row) != _comparable(self.rows[number])
        if bad := await self._check(row, number, test=changed and not is_true(request, "forceSave")):
            return bad
        self.rows[number] = row
        return self.server.json(self._resource(number, row), 202)

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        """Remove a connection, and its pause."""
        number = int(request.match_info["id"])
        if self.rows.pop(number, None) is None:
            return self.server.json({"message": "NotFound"}, 404)
        self.back_off.pop(number, None)
        return self.server.json({})

    async def _test(self, request: web.Request) -> web.StreamResponse:
        """A test event; with the id of a stored connection a success lifts its pause."""
        row = await request.json()
        number = row.pop("id", 0)
        if number in self.rows:
            self._keep_password(row, self.rows[number])
        if bad := await self._check(row, number or None, test=True):
            return bad
        if number in self.rows:
            self._settle(self.back_off.setdefault(number, BackOff()), True)
        return self.server.json("{}")

    async def _check(self, row: dict[str, Any], number: int | None, *, test: bool) -> web.Response | None:
        """The validation answer, or None when the connection is fine."""
        name = str(row.get("name", ""))
        if any(
            other["name"].casefold() == name.casefold() for key, other in self.rows.items() if key != number
        ):
            return self._invalid("Name", "Should be unique")
        url = str(_values(row).get("url") or "")
        if row.get("implementation") != "Webhook" or not url.startswith(("http://", "https://")):
            return self._invalid("Url", "Invalid Url")
        if test:
            status = await self._post(
                row, test_payload(self.server.arr.kind, self.server.app_name), force=True
            )
            if status == 0:
                text = "Connection refused"
                return self.server.json({"message": text, "description": text}, 500)
            if status >= 400:
                text = (
                    f"Unable to send test message: Unable to post to webhook: HTTP request failed: [{status}]"
                )
                return self._invalid("Url", f"{text} [POST] at [{url}]")
        return None

    def _invalid(self, name: str, message: str) -> web.Response:
        """A validation failure."""
        entry = {"isWarning": False, "propertyName": name, "errorMessage": message, "severity": "error"}
        return self.server.json([entry], 400)

    def _keep_password(self, row: dict[str, Any], stored: dict[str, Any]) -> None:
        """The mask sent back means the stored password."""
        for field in row.get("fields", []):
            if field.get("name") == "password" and field.get("value") == MASK:
                field["value"] = _values(stored).get("password")

    def _resource(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        """A connection as the API shows it: every switch, every field, the password masked."""
        app = self.server.app_name.lower()
        data: dict[str, Any] = {switch: bool(row.get(switch)) for switch in self.switches}
        data |= {
            "supports" + switch[0].upper() + switch[1:]: True
            for switch in self.switches
            if switch.startswith("on")
        }
        values = {"method": 1, "headers": []} | _values(row)
        if values.get("password"):
            values["password"] = MASK
        names = [name for name in FIELDS if name != "headers" or self.has_headers_field]
        kinds = {"url": "url", "method": "select", "password": "password", "headers": "keyValueList"}
        privacy = {"username": "userName", "password": "password"}
        return data | {
            "id": number,
            "name": row.get("name", ""),
            "fields": [
                {
                    "order": order,
                    "name": name,
                    "label": name.title(),
                    "value": values.get(name),
                    "type": kinds.get(name, "textbox"),
                    "advanced": name == "headers",
                    "privacy": privacy.get(name, "normal"),
                    "isFloat": False,
                }
                for order, name in enumerate(names)
            ],
            "implementationName": row.get("implementation"),
            "implementation": row.get("implementation"),
            "configContract": row.get("configContract"),
            "infoLink": f"https://wiki.servarr.com/{app}/supported#webhook",
            "link": f"https://wiki.servarr.com/{app}/settings#connect",
            "tags": row.get("tags", []),
        }


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """Field values by name."""
    return {
        field["name"]: field.get("value") for field in row.get("fields", []) if field.get("value") is not None
    }


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    """What counts as a change of a connection."""
    switches = {key: value for key, value in row.items() if key.startswith(("on", "include")) and value}
    fields = {key: value for key, value in ({"method": 1} | _values(row)).items() if value not in ("", [])}
    return {"name": row.get("name"), "tags": row.get("tags", []), "fields": fields, **switches}
