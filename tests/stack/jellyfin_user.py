"""What Jellyfin tells a user who signed in with a password, as Home Assistant's own integration does."""

from dataclasses import dataclass
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .jellyfin_items import offered_keys, plain_id

if TYPE_CHECKING:
    from .jellyfin import FakeJellyfin

PASSWORD = "password"


@dataclass(frozen=True, slots=True)
class Device:
    """A device with a user's token."""

    user_id: str
    device_id: str
    client: str
    name: str


class UserApi:
    """The doors of a user: a password opens the first, its token the others."""

    def __init__(self, server: FakeJellyfin) -> None:
        """Answer for this server; nobody has signed in."""
        self.server = server
        self.devices: dict[str, Device] = {}  # by token

    def add_routes(self) -> None:
        """These parts of the API."""
        self.server.route("POST", "/Users/AuthenticateByName", self._sign_in)
        self.server.route("GET", "/DisplayPreferences/{id}", self._preferences)
        self.server.route("GET", "/Sessions", self._sessions)

    async def _sign_in(self, request: web.Request) -> web.Response:
        """A token for a good password; it belongs to the device, which must be told."""
        body = {key.lower(): value for key, value in (await request.json()).items()}
        told = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("Authorization", "")))
        if not {"Client", "Device", "DeviceId", "Version"} <= told.keys():
            return web.Response(status=400)
        users = {name: key for key, name in self.server.users.items()}
        user_id = users.get(body.get("username", ""))
        if user_id is None or body.get("pw") != PASSWORD:
            return web.Response(status=401)
        token = self.server.world.new_hex(f"token {user_id} {told['DeviceId']}")
        self.devices[token] = Device(user_id, told["DeviceId"], told["Client"], told["Device"])
        user = {"Id": user_id, "Name": body["username"], "ServerId": self.server.server_id}
        return web.json_response({"User": user, "AccessToken": token, "ServerId": self.server.server_id})

    def _is_known(self, request: web.Request) -> bool:
        """Whether a call has a token or the key."""
        offered = offered_keys(request, legacy=self.server.legacy_auth)
        return any(one in self.devices or self.server.accepts_key(one) for one in offered)

    async def _preferences(self, request: web.Request) -> web.Response:
        """The display preferences of a user, which are empty."""
        if not self._is_known(request):
            return web.Response(status=401)
        if plain_id(request.query.get("userId", "")) not in self.server.users:
            return web.Response(status=404)
        rows: dict[str, Any] = {"Id": self.server.world.new_hex("preferences"), "CustomPrefs": {}}
        return web.json_response(rows | {"Client": request.query.get("client", "")})

    async def _sessions(self, request: web.Request) -> web.Response:
        """A session for each device that signed in; nothing plays."""
        if not self._is_known(request):
            return web.Response(status=401)
        rows = [
            {
                "Id": self.server.world.new_hex(f"session {token}"),
                "UserId": device.user_id,
                "UserName": self.server.users[device.user_id],
                "Client": device.client,
                "DeviceName": device.name,
                "DeviceId": device.device_id,
                "ServerId": self.server.server_id,
                "IsActive": True,
                "SupportsRemoteControl": False,
            }
            for token, device in self.devices.items()
        ]
        return web.json_response(rows)
