"""Seerr's one webhook: its three spellings of the template, its variables, its types, its delivery."""

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from .rows import SeerrRequest

if TYPE_CHECKING:
    from .seerr import FakeSeerr

BITS = {"pending": 2, "approved": 4, "available": 8, "failed": 16, "declined": 64, "auto_approved": 128}
TYPES = {
    "pending": "MEDIA_PENDING",
    "approved": "MEDIA_APPROVED",
    "available": "MEDIA_AVAILABLE",
    "failed": "MEDIA_FAILED",
    "declined": "MEDIA_DECLINED",
    "auto_approved": "MEDIA_AUTO_APPROVED",
}
EVENTS = {
    "pending": "New {0}{1} Request",
    "approved": "{0}{1} Request Approved",
    "available": "{0}{1} Request Now Available",
    "failed": "{0}{1} Request Failed",
    "declined": "{0}{1} Request Declined",
    "auto_approved": "{0}{1} Request Automatically Approved",
}
STATUS_NAMES = (
    "", "UNKNOWN", "PENDING", "PROCESSING", "PARTIALLY_AVAILABLE", "AVAILABLE", "BLOCKLISTED", "DELETED",
)  # fmt: skip
DEFAULT_TEMPLATE = {
    "notification_type": "{{notification_type}}",
    "event": "{{event}}",
    "subject": "{{subject}}",
    "message": "{{message}}",
    "image": "{{image}}",
    "{{media}}": {
        "media_type": "{{media_type}}",
        "tmdbId": "{{media_tmdbid}}",
        "tvdbId": "{{media_tvdbid}}",
        "status": "{{media_status}}",
        "status4k": "{{media_status4k}}",
    },
    "{{request}}": {
        "request_id": "{{request_id}}",
        "requestedBy_email": "{{requestedBy_email}}",
        "requestedBy_username": "{{requestedBy_username}}",
        "requestedBy_avatar": "{{requestedBy_avatar}}",
    },
    "{{issue}}": {"issue_id": "{{issue_id}}"},
    "{{comment}}": {"comment_message": "{{comment_message}}"},
    "{{extra}}": [],
}
VARIABLES = (
    "notification_type", "event", "subject", "message", "image", "media_tmdbid", "media_tvdbid", "media_type",
    "media_status", "media_status4k", "request_id", "requestedBy_username", "requestedBy_email",
    "requestedBy_avatar", "requestedBy_settings_discordId", "requestedBy_settings_telegramChatId",
    "notifyuser_username", "notifyuser_email", "notifyuser_avatar", "issue_id", "issue_type", "issue_status",
    "comment_message",
)  # fmt: skip


class SeerrWebhook:
    """The webhook agent of one Seerr. `config` is what is stored; the template in it is base64.

    `takes_plain_templates` is a Seerr that understands a template that was not encoded twice, which is what
    Home Assistant's own integration sends.
    """

    def __init__(self, server: FakeSeerr) -> None:
        """Disabled, with the default template."""
        self.server = server
        self.config: dict[str, Any] = {}
        self.takes_plain_templates = False
        self.reset()

    def reset(self) -> None:
        """As on a fresh Seerr."""
        text = json.dumps(json.dumps(DEFAULT_TEMPLATE, indent=2))
        self.config = {
            "enabled": False,
            "embedPoster": True,
            "types": 0,
            "options": {
                "webhookUrl": "",
                "jsonPayload": base64.b64encode(text.encode()).decode(),
                "supportVariables": False,
            },
        }

    def add_routes(self) -> None:
        """The settings and their test."""
        path = "settings/notifications/webhook"
        self.server.api("GET", path, self._get, permission=2)
        self.server.api("POST", path, self._post, permission=2)
        self.server.api("POST", f"{path}/test", self._test, permission=2)

    # -- settings --------------------------------------------------------------------------------------

    async def _get(self, request: web.Request) -> web.StreamResponse:
        """The stored settings; the template decoded once, so text if it was encoded twice, else an object."""
        options = dict(self.config["options"])
        text = base64.b64decode(options["jsonPayload"]).decode()
        options["jsonPayload"] = json.loads(text)
        if self.takes_plain_templates and not isinstance(options["jsonPayload"], str):
            options["jsonPayload"] = text
        return web.json_response(self.config | {"options": options})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        """Store; whatever parses as JSON once is accepted, right or wrong."""
        config = self._stored(await request.json())
        if config is None:
            return web.json_response(
                {"message": "Unexpected token in template, it is not valid JSON"}, status=500
            )
        self.config = config
        return web.json_response(config)

    async def _test(self, request: web.Request) -> web.StreamResponse:
        """Send a test with the settings in the body, stored or not."""
        config = self._stored(await request.json())
        facts = {"notification_type": "TEST_NOTIFICATION", "event": "", "subject": "Test Notification",
                 "message": "Check check, 1, 2, 3. Are we coming in clear?"}  # fmt: skip
        if config is not None and await self._send(config, facts, {}, test=True):
            return web.Response(status=204)
        return web.json_response({"message": "Failed to send webhook notification."}, status=500)

    def _stored(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """The body as it is stored; None if the template is not even JSON. Unknown options are dropped."""
        given = body.get("options", {})
        text = given.get("jsonPayload", "")
        try:
            json.loads(text)
        except ValueError, TypeError:
            return None
        options = {
            "jsonPayload": base64.b64encode(text.encode()).decode(),
            "webhookUrl": given.get("webhookUrl", ""),
        }
        if given.get("authHeader"):
            options["authHeader"] = given["authHeader"]
        if self.server.flavour.completes:
            options["supportVariables"] = given.get("supportVariables", False)
        config = {"enabled": body.get("enabled", False), "types": body.get("types", 0), "options": options}
        return config | (
            {"embedPoster": body.get("embedPoster", True)} if self.server.flavour.completes else {}
        )

    # -- delivery --------------------------------------------------------------------------------------

    async def on_request(self, request: SeerrRequest, what: str) -> None:
        """The world's event `request`: one POST if the webhook is enabled for this type, and no retry."""
        config = self.config
        if not (self.server.listening and config["enabled"] and config["types"] & BITS[what]):
            return
        if self.server.tmdb_down:
            return
        title, media = request.title, request.media
        noun = "Movie" if title.media_type == "movie" else "Series"
        name = request.user.email.partition("@")[0]
        facts = {
            "notification_type": TYPES[what],
            "event": EVENTS[what].format("4K " if request.is_4k else "", noun),
            "subject": f"{title.title} ({title.year})",
            "message": title.overview,
            "image": f"https://image.tmdb.org/t/p/w600_and_h900_bestv2{title.poster}",
            "media_tmdbid": str(title.tmdb_id),
            "media_tvdbid": str(title.tvdb_id or "") if title.media_type == "tv" else "",
            "media_type": title.media_type,
            "media_status": STATUS_NAMES[media.status],
            "media_status4k": STATUS_NAMES[media.status4k],
            "request_id": str(request.id),
            "requestedBy_username": request.user.display_name,
            "requestedBy_email": request.user.email,
            "requestedBy_avatar": f"/avatar/{name}",
        }
        extra = []
        if request.seasons:
            extra = [{"name": "Requested Seasons", "value": ", ".join(map(str, request.seasons))}]
        await self._send(config, facts, {"media": True, "request": True, "extra": extra})

    async def _send(
        self, config: dict[str, Any], facts: dict[str, str], blocks: dict[str, Any], *, test: bool = False
    ) -> bool:
        """Render and post; False when the template does not render or the receiver does not answer 2xx."""
        options = config["options"]
        template = json.loads(base64.b64decode(options["jsonPayload"]))
        if isinstance(template, str):
            template = json.loads(template)
        elif not self.takes_plain_templates:
            return False
        body = self._render(template, facts, blocks)
        url = options["webhookUrl"]
        if options.get("supportVariables"):
            for name in VARIABLES:
                value = "test" if test else facts.get(name) or "test"
                url = url.replace("{{" + name + "}}", quote(value, safe=""))
        headers = {"User-Agent": "axios/1.13.3"}
        if options.get("authHeader"):
            headers["Authorization"] = options["authHeader"]
        status = await self.server.webhooks.send(url, body, headers=headers, force=test)
        return 200 <= status < 300

    def _render(self, node: Any, facts: dict[str, str], blocks: dict[str, Any]) -> Any:
        """Fill in a template: block keys become their name, variables become text, once in each string."""
        if isinstance(node, dict):
            out = {}
            for key, value in node.items():
                name = key.strip("{}")
                if key == "{{extra}}":
                    out["extra"] = blocks.get("extra", [])
                elif key in ("{{media}}", "{{request}}", "{{issue}}", "{{comment}}"):
                    out[name] = self._render(value, facts, blocks) if blocks.get(name) else None
                else:
                    out[key] = self._render(value, facts, blocks)
            return out
        if isinstance(node, list):
            return [self._render(value, facts, blocks) for value in node]
        if isinstance(node, str):
            for name in VARIABLES:
                node = node.replace("{{" + name + "}}", facts.get(name, ""), 1)
        return node
