"""qBittorrent 4.1 to 5.3: one login try at a time, never a ban, and the cheap `sync/maindata` poll."""

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
    """Answered with 403: a session is needed, or this address is banned."""


class QBittorrentClient(HttpClient):
    """One qBittorrent: with an API key (5.2+), with user and password, or without a login.

    The client keeps the session cookie by itself and sends it back unchanged, whatever its name, because
    cookie jars drop those of plain addresses or quote their values. Refused credentials are never tried
    again by the same client: qBittorrent bans an address after five.
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
        """Start without a session of its own; the aiohttp session should be used by these clients only."""
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
        """Return the version, e.g. "v5.3.0"; WrongService when it is no qBittorrent."""
        try:
            return await self.version()
        except NotFound as err:
            raise WrongService(f"{self.name}: has no {VERSION}") from err

    @override
    async def version(self) -> str:
        """Return the version, e.g. "v4.5.2"."""
        text = str(await self._ask(VERSION, wants_json=False)).strip()
        if not (text.startswith("v") and text[1:2].isdigit() and len(text) < 40):
            raise WrongService(f"{self.name}: the version is not one of qBittorrent")
        return text

    async def maindata(self) -> TorrentStore:
        """Bring the store up to date with one call and return it; after any failure it is read again."""
        rid, self._rid = self._rid, 0
        # From here on only an answer that was taken whole brings the next poll a rid.
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
        """Return the answer of a GET, logging in once where that is needed."""
        async with self._lock:
            if self._refused:
                raise InvalidAuth(f"{self.name}: user or password were refused before")
            try:
                return await self._fetch(path, params, wants_json)
            except _NoSession:
                self._cookies.clear()
                self._rid = 0
                await self._login()
            try:
                return await self._fetch(path, params_after_login, wants_json)
            except _NoSession as err:
                raise BadAnswer(f"{self.name}: the login went well, its session is not accepted") from err

    async def _fetch(self, path: str, params: Mapping[str, int] | None, wants_json: bool) -> Any:
        """Return the answer of one GET and keep the cookie it may bring."""
        self._forget_jar()
        answer, response = await self._call("GET", path, params=params, wants_json=wants_json)
        self._keep_cookies(response)
        return answer

    async def _login(self) -> None:
        """Try to log in, once; InvalidAuth for good when refused, Banned while the address is."""
        if self._api_key:
            raise InvalidAuth(f"{self.name}: the API key was refused")
        if not self._username and not self._password:
            raise InvalidAuth(f"{self.name}: a login is needed")
        now = asyncio.get_running_loop().time()
        if self._unanswered >= UNANSWERED_MAX and now - self._last_login < UNANSWERED_PAUSE:
            # Each of those tries may have counted as a wrong password without telling us.
            raise NotReady(f"{self.name}: does not answer logins")
        self._unanswered += 1
        self._last_login = now
        self._forget_jar()
        form = {"username": self._username, "password": self._password}
        try:
            body, response = await self._call("POST", LOGIN, data=form, wants_json=False)
        except HostRefused as err:
            # The call before came past the check of host and port: this is about the password.
            self._refuse(err)
        except _NoSession as err:
            self._unanswered = 0
            raise Banned(f"{self.name}: this address is banned for a while") from err
        except (NotFound, WrongService) as err:
            self._unanswered = 0
            raise WrongService(f"{self.name}: has no login") from err
        if body.strip().rstrip(".").casefold() == "fails":
            self._refuse(None)
        self._unanswered = 0
        if response.status != 204 and body.strip().rstrip(".").casefold() != "ok":
            raise WrongService(f"{self.name}: answered the login with something else")
        self._keep_cookies(response)

    def _refuse(self, cause: ClientError | None) -> None:
        """Remember that the credentials are wrong."""
        self._unanswered = 0
        self._refused = True
        raise InvalidAuth(f"{self.name}: user or password were refused") from cause

    def _keep_cookies(self, response: ClientResponse) -> None:
        """Keep each cookie as it came; an empty one is taken back."""
        for header in response.headers.getall("Set-Cookie", ()):
            name, _, value = header.partition(";")[0].partition("=")
            if value.strip():
                self._cookies[name.strip()] = value.strip()
            else:
                self._cookies.pop(name.strip(), None)

    def _forget_jar(self) -> None:
        """Empty the session's jar for this host: with a valid cookie any password passes the login."""
        self._session.cookie_jar.clear_domain(self._base.host or "")

    @override
    def _headers(self) -> dict[str, str]:
        """Return the key or the cookies; neither Origin nor Referer, which would be checked."""
        if self._api_key:
            return {"Authorization": f"Bearer {self._api_key}"}
        if self._cookies:
            return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        return {}

    @override
    def _check(self, what: str, response: ClientResponse, body: str) -> None:
        """Tell a refused host (401) from a missing session (403), and both from a foreign page."""
        if response.status in (401, 403):
            if body.lstrip()[:1] in ("<", "{", "[") or "WWW-Authenticate" in response.headers:
                raise WrongService(f"{what}: another login stands before it")
            if response.status == 401:
                raise HostRefused(f"{what}: the host name or port is not accepted")
            raise _NoSession(f"{what}: refused with 403")
        super()._check(what, response, body)
