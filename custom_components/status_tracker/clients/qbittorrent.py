"""Client for qBittorrent 4.1 to 5.3, polling `sync/maindata` and limiting logins to avoid a ban."""

import asyncio
from collections.abc import Mapping
from typing import Any, override

from aiohttp import ClientResponse, ClientSession

from .errors import BadAnswer, Banned, ClientError, HostRefused, InvalidAuth, NotFound, NotReady, WrongService
from .http import TIMEOUT, HttpClient
from .torrents import TorrentStore

API = "api/v2"
LOGIN = f"{API}/auth/login"
VERSION = f"{API}/app/version"
MAINDATA = f"{API}/sync/maindata"

UNANSWERED_MAX = 3
UNANSWERED_PAUSE = 3600.0


class _NoSession(InvalidAuth):
    """Status 403: a session is required, or this IP address is banned."""


class QBittorrentClient(HttpClient):
    """Client for qBittorrent with API key (5.2+), username and password, or without login.

    The client stores the session cookies and returns them unchanged, because cookie jars drop those of plain
    IP addresses or quote their values. Rejected credentials are not sent again by the same client, because
    qBittorrent bans an IP address after five attempts.
    """

    name = "qBittorrent"

    def __init__(
        self,
        session: ClientSession,
        url: str,
        *,
        username: str = "",
        password: str = "",
        api_key: str = "",
        timeout: float = TIMEOUT,
    ) -> None:
        """Initialize without a session cookie; the aiohttp session must only be shared by these clients."""
        super().__init__(session, url, timeout=timeout)
        self.torrents = TorrentStore()
        self._username = username
        self._password = password
        self._api_key = api_key.strip()
        self._cookies: dict[str, str] = {}
        self._refused = False
        self._unanswered = 0
        self._last_login = 0.0
        self._rid = 0
        self._lock = asyncio.Lock()

    async def check(self) -> str:
        """Return the version, e.g. "v5.3.0"; raises WrongService if it is not qBittorrent."""
        try:
            return await self.version()
        except NotFound as err:
            raise WrongService(f"{self.name}: the service is not qBittorrent, {VERSION} not found") from err

    @override
    async def version(self) -> str:
        """Return the version, e.g. "v4.5.2"."""
        text = str(await self._ask(VERSION, wants_json=False)).strip()
        if not (text.startswith("v") and text[1:2].isdigit() and len(text) < 40):
            raise WrongService(f"{self.name}: the service is not qBittorrent, unexpected version")
        return text

    async def maindata(self) -> TorrentStore:
        """Update the torrents with one request and return them; after a failure, they are read completely."""
        rid, self._rid = self._rid, 0
        # Only a fully processed response sets the rid for the next poll.
        data = await self._ask(MAINDATA, {"rid": rid}, {"rid": 0})
        self._rid = self.torrents.take(data)
        return self.torrents

    async def _ask(
        self,
        path: str,
        params: Mapping[str, int] | None = None,
        params_after_login: Mapping[str, int] | None = None,
        *,
        wants_json: bool = True,
    ) -> Any:
        """Return the response of a GET request, logging in once if required."""
        async with self._lock:
            if self._refused:
                raise InvalidAuth(f"{self.name}: username or password were rejected before")
            try:
                return await self._fetch(path, params, wants_json)
            except _NoSession:
                self._cookies.clear()
                self._rid = 0
                await self._login()
            try:
                return await self._fetch(path, params_after_login, wants_json)
            except _NoSession as err:
                raise BadAnswer(f"{self.name}: logged in, but the session was rejected") from err

    async def _fetch(self, path: str, params: Mapping[str, int] | None, wants_json: bool) -> Any:
        """Return the response of a GET request and store its cookies."""
        self._forget_jar()
        answer, response = await self._call("GET", path, params=params, wants_json=wants_json)
        self._keep_cookies(response)
        return answer

    async def _login(self) -> None:
        """Log in once; raises InvalidAuth for rejected credentials, Banned for a banned IP address."""
        if self._api_key:
            raise InvalidAuth(f"{self.name}: the API key was rejected")
        if not self._username and not self._password:
            raise InvalidAuth(f"{self.name}: username and password are required")
        now = asyncio.get_running_loop().time()
        if self._unanswered >= UNANSWERED_MAX and now - self._last_login < UNANSWERED_PAUSE:
            # Each of these attempts may have counted as a wrong password without a response.
            raise NotReady(f"{self.name}: no response to login attempts")
        self._unanswered += 1
        self._last_login = now
        self._forget_jar()
        form = {"username": self._username, "password": self._password}
        try:
            body, response = await self._call("POST", LOGIN, data=form, wants_json=False)
        except HostRefused as err:
            # The previous request passed the host and port check, so this is about the password.
            self._refuse(err)
        except _NoSession as err:
            self._unanswered = 0
            raise Banned(f"{self.name}: this IP address is temporarily banned") from err
        except (NotFound, WrongService) as err:
            self._unanswered = 0
            raise WrongService(f"{self.name}: the service is not qBittorrent, login not found") from err
        if body.strip().rstrip(".").casefold() == "fails":
            self._refuse(None)
        self._unanswered = 0
        if response.status != 204 and body.strip().rstrip(".").casefold() != "ok":
            raise WrongService(f"{self.name}: unexpected response to the login")
        self._keep_cookies(response)

    def _refuse(self, cause: ClientError | None) -> None:
        """Remember that the credentials were rejected and raise InvalidAuth."""
        self._unanswered = 0
        self._refused = True
        raise InvalidAuth(f"{self.name}: username or password were rejected") from cause

    def _keep_cookies(self, response: ClientResponse) -> None:
        """Store cookies unmodified; an empty value removes a cookie."""
        for header in response.headers.getall("Set-Cookie", ()):
            name, _, value = header.partition(";")[0].partition("=")
            if value.strip():
                self._cookies[name.strip()] = value.strip()
            else:
                self._cookies.pop(name.strip(), None)

    def _forget_jar(self) -> None:
        """Clear the session's cookies for this host: with a valid cookie, a login accepts any password."""
        self._session.cookie_jar.clear_domain(self._base.host or "")

    @override
    def _headers(self) -> dict[str, str]:
        """Return the API key or cookies; no Origin or Referer header, which qBittorrent would validate."""
        if self._api_key:
            return {"Authorization": f"Bearer {self._api_key}"}
        if self._cookies:
            return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        return {}

    @override
    def _check(self, what: str, response: ClientResponse, body: str) -> None:
        """Distinguish a rejected host (401), a missing session (403) and another service's login page."""
        if response.status in (401, 403):
            if body.lstrip()[:1] in ("<", "{", "[") or "WWW-Authenticate" in response.headers:
                raise WrongService(f"{what}: another service requires a login")
            if response.status == 401:
                raise HostRefused(f"{what}: the host name or port was rejected")
            raise _NoSession(f"{what}: status 403")
        super()._check(what, response, body)
