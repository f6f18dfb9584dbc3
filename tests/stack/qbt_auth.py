"""qBittorrent's front door: cookies, logins, the ban, API keys, Basic auth, Host and Origin checks."""

import base64
import binascii
from dataclasses import dataclass, field
import secrets
import time
from urllib.parse import urlsplit

from aiohttp import web

from .qbt_sync import SyncState

BANNED = "Your IP address has been banned after too many failed authentication attempts."
SESSION_LIMIT = 15
SESSION_SECONDS = 3600


@dataclass(slots=True, eq=False)
class Session:
    """One login session, with the rid that belongs to it."""

    sid: str
    sync: SyncState
    used: float = field(default_factory=time.monotonic)


def text(status: int, body: str) -> web.Response:
    """A plain answer as qBittorrent gives it; an empty one has no content type."""
    if status == 204:
        return web.Response(status=204)
    return web.Response(status=status, body=body.encode(), content_type="text/plain", charset="UTF-8")


class Gate:
    """Authentication. Its settings may be changed at any time."""

    def __init__(
        self,
        *,
        version: tuple[int, ...],
        username: str,
        password: str,
        api_key: str = "",
        login_required: bool = True,
        max_failures: int = 5,
        lossy_sync: bool = False,
    ) -> None:
        """`login_required` False is the bypass for local clients: sessions begin by themselves."""
        self.modern = version >= (5, 2)
        self.username = username
        self.password = password
        self.api_key = api_key
        self.login_required = login_required
        self.max_failures = max_failures
        self.check_host = True
        self.server_domains = "*"
        self.web_port = 0
        self.failed_logins = 0
        self.login_attempts = 0
        self.banned = False
        self.refuse_all = False
        self.sessions: dict[str, Session] = {}
        self.lossy_sync = lossy_sync
        self._key_session = Session("", SyncState(lossy=lossy_sync))

    @property
    def cookie_name(self) -> str:
        """`SID`, from 5.2 on with the server's own web port in it."""
        return f"QBT_SID_{self.web_port}" if self.modern else "SID"

    def expire_sessions(self) -> None:
        """Forget every session, as after the idle time or a restart."""
        self.sessions.clear()
        self._key_session = Session("", SyncState(lossy=self.lossy_sync))

    def lift_ban(self) -> None:
        """Let the banned address in again."""
        self.banned = False
        self.failed_logins = 0

    def cross_site(self, request: web.Request) -> bool:
        """Whether the Host, Origin or Referer header makes this a request to refuse with 401."""
        if not self.check_host:
            return False
        host = urlsplit(f"//{request.headers.get('Host', '')}")
        if host.port is not None and host.port != self.web_port:
            return True
        if self.server_domains != "*" and host.hostname not in ("127.0.0.1", *self.server_domains.split(";")):
            return True
        if self.modern and self._bearer(request) is not None:
            return False
        origin = request.headers.get("Origin") or request.headers.get("Referer")
        return origin is not None and urlsplit(origin).netloc != request.headers.get("Host")

    def enter(self, request: web.Request) -> tuple[Session | None, bool, web.Response | None]:
        """(session, whether its cookie is to be sent, refusal) of a call, before its path is looked at."""
        if self.modern and (token := self._bearer(request)) is not None:
            if self.refuse_all or not self.api_key or token != self.api_key:
                return None, False, text(403, "Forbidden")
            if "/auth/" in request.path:
                return None, False, text(403, "Forbidden")
            return self._key_session, False, None
        if (session := self._by_cookie(request)) is not None:
            return session, False, None
        if not self.login_required:
            return self._open(), True, None
        basic = self._basic(request) if self.modern else None
        if basic is None:
            return None, False, None
        if (refusal := self.check(*basic)) is not None:
            return None, False, refusal
        return self._open(), True, None

    def check(self, username: str, password: str) -> web.Response | None:
        """The refusal of these credentials, counted; the failure that reaches the limit is the ban."""
        self.login_attempts += 1
        if self.banned:
            return text(403, BANNED)
        if not self.refuse_all and (username, password) == (self.username, self.password):
            self.failed_logins = 0
            return None
        self.failed_logins += 1
        self.banned = self.failed_logins >= self.max_failures
        if self.banned:
            return text(403, BANNED)
        return text(401, "Unauthorized") if self.modern else text(200, "Fails.")

    def login(self, session: Session | None, form: dict[str, str]) -> tuple[web.Response, Session | None]:
        """Answer auth/login; a caller with a session is never asked for the password."""
        good = text(204, "") if self.modern else text(200, "Ok.")
        if session is not None:
            return good, None
        refusal = self.check(form.get("username", ""), form.get("password", ""))
        return (good, self._open()) if refusal is None else (refusal, None)

    def set_cookie(self, response: web.Response, session: Session) -> None:
        """Send the session's cookie; the value is base64 with `/` and `+`, unquoted."""
        tail = "SameSite=Lax; path=/" if self.modern else "path=/; SameSite=Strict"
        response.headers["Set-Cookie"] = f"{self.cookie_name}={session.sid}; HttpOnly; {tail}"

    def logout(self, session: Session) -> web.Response:
        """End the session and take its cookie back."""
        self.sessions.pop(session.sid, None)
        response = text(200, "")
        response.headers["Set-Cookie"] = f"{self.cookie_name}=; expires=Thu, 01-Jan-1970 00:00:00 GMT; path=/"
        return response

    def _open(self) -> Session:
        """A new session; beyond the limit the one that was idle longest goes."""
        sid = base64.b64encode(b"\xff\xef" + secrets.token_bytes(22)).decode()
        session = self.sessions[sid] = Session(sid, SyncState(lossy=self.lossy_sync))
        if len(self.sessions) > SESSION_LIMIT:
            del self.sessions[min(self.sessions, key=lambda key: self.sessions[key].used)]
        return session

    def _by_cookie(self, request: web.Request) -> Session | None:
        """The live session whose cookie came along, unchanged and unquoted."""
        for part in request.headers.get("Cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            session = self.sessions.get(value)
            if name != self.cookie_name or session is None:
                continue
            if time.monotonic() - session.used > SESSION_SECONDS:
                del self.sessions[value]
                return None
            session.used = time.monotonic()
            return session
        return None

    @staticmethod
    def _bearer(request: web.Request) -> str | None:
        """The API key offered, if any."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @staticmethod
    def _basic(request: web.Request) -> tuple[str, str] | None:
        """User and password of a Basic Authorization header, if any."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(token).decode().partition(":")
        except binascii.Error, UnicodeDecodeError:
            return None
        return name, password
