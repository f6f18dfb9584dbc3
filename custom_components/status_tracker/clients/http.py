"""The HTTP side every client shares: one call with a time limit and the error tree."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, override

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorSSLError,
    ClientError as AiohttpError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
)
import orjson
from yarl import URL

from .errors import (
    BadAnswer,
    CannotConnect,
    ClientError,
    InvalidAuth,
    InvalidUrl,
    NotFound,
    NotReady,
    TimedOut,
    TlsFailed,
    WrongService,
)

TIMEOUT = 20.0
MAX_BYTES = 64 * 1024 * 1024

type Params = Mapping[str, str | int | Sequence[str | int]]


def normalise_url(url: str) -> str:
    """Return an address with scheme and sub-path, no trailing slash; InvalidUrl if it is none."""
    text = url.strip()
    if "://" not in text:
        text = f"http://{text}"
    try:
        parsed = URL(text)
    except ValueError as err:
        raise InvalidUrl("not an address") from err
    if parsed.scheme not in ("http", "https") or not parsed.host or " " in parsed.host:
        raise InvalidUrl("not an http address")
    return str(parsed.with_query(None).with_fragment(None).with_user(None)).rstrip("/")


class HttpClient:
    """One service behind one address; the session is given, never owned."""

    name = "service"

    def __init__(self, session: ClientSession, url: str, *, timeout: float = TIMEOUT) -> None:
        """Keep the address, sub-path included."""
        self.url = normalise_url(url)
        self._base = URL(self.url)
        self._session = session
        self._timeout = timeout
        self.calls = 0
        self.received = 0  # bytes of all answers

    def _headers(self) -> dict[str, str]:
        """Return the headers of every call, the key among them."""
        return {}

    async def version(self) -> str | None:
        """Return the version the service tells of itself, None if it tells none; raises ClientError."""
        return None

    async def _get(self, path: str, params: Params | None = None) -> Any:
        """Return the JSON answer of a GET."""
        return (await self._call("GET", path, params=params))[0]

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        wants_json: bool = True,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> tuple[Any, ClientResponse]:
        """Return the answer (JSON, or text) and its response; raises ClientError, never more."""
        url = self._base.joinpath(path.lstrip("/")) if path else self._base
        if params:
            pairs = [
                (key, str(one))
                for key, value in params.items()
                for one in ([value] if isinstance(value, (str, int)) else value)
            ]
            url = url.with_query(pairs)
        what = f"{self.name}: {method} {path}"
        try:
            async with asyncio.timeout(timeout or self._timeout):
                for _ in range(3):
                    self.calls += 1
                    async with self._session.request(
                        method,
                        url,
                        json=json,
                        data=data,
                        headers={"Accept": "application/json", **self._headers(), **(headers or {})},
                        allow_redirects=False,
                    ) as response:
                        if response.status in (301, 302, 303, 307, 308):
                            url = self._redirect(what, method, url, response)
                            continue
                        body = await self._read(what, response)
                        self._check(what, response, body)
                        return (self._decode(what, response, body) if wants_json else body), response
                raise WrongService(f"{what}: redirects without end")
        except ClientError:
            raise
        except TimeoutError as err:
            raise TimedOut(f"{what}: no answer in time") from err
        except (ClientConnectorCertificateError, ClientConnectorSSLError, ClientSSLError) as err:
            raise TlsFailed(f"{what}: {type(err).__name__}") from err
        except (AiohttpError, OSError, ValueError) as err:
            raise CannotConnect(f"{what}: {type(err).__name__}") from err

    def _redirect(self, what: str, method: str, url: URL, response: ClientResponse) -> URL:
        """Return where to go instead: only the same path of the same host, e.g. http to https."""
        try:
            target = url.join(URL(response.headers.get("Location", "")))
        except ValueError as err:
            raise WrongService(f"{what}: a redirect that leads nowhere") from err
        if (target.host, target.path.rstrip("/")) != (url.host, url.path.rstrip("/")):
            raise WrongService(f"{what}: redirected to another address or path")
        if (url.scheme, target.scheme) == ("https", "http"):
            raise WrongService(f"{what}: redirected away from TLS")
        if method not in ("GET", "HEAD") and response.status not in (307, 308):
            raise WrongService(f"{what}: redirected in a way that loses the body")
        return target

    async def _read(self, what: str, response: ClientResponse) -> str:
        """Return the body as text, refusing one without end."""
        body = bytearray()
        async for chunk in response.content.iter_chunked(1 << 16):
            body += chunk
            self.received += len(chunk)
            if len(body) > MAX_BYTES:
                raise BadAnswer(f"{what}: the answer is too large")
        return body.decode("utf-8", "replace")

    def _check(self, what: str, response: ClientResponse, body: str) -> None:
        """Raise what a status of 400 and more means."""
        status = response.status
        if status < 400:
            return
        if status in (401, 403):
            raise InvalidAuth(f"{what}: refused with {status}")
        if status == 404:
            raise NotFound(f"{what}: not found")
        if status in (429, 502, 503, 504):
            raise NotReady(f"{what}: answered {status}")
        raise BadAnswer(f"{what}: answered {status}")

    def _decode(self, what: str, response: ClientResponse, body: str) -> Any:
        """Return the JSON of a body; a page instead of it is another service."""
        if not body.strip():
            return None
        if body.lstrip().startswith("<"):
            raise WrongService(f"{what}: answered with a web page")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as err:
            raise BadAnswer(f"{what}: answered with what is not JSON") from err


class KeyedClient(HttpClient):
    """A service that takes an API key as `X-Api-Key`."""

    def __init__(self, session: ClientSession, url: str, api_key: str) -> None:
        """Initialize with the address and the key."""
        super().__init__(session, url)
        self._api_key = api_key

    @override
    def _headers(self) -> dict[str, str]:
        """Return the key."""
        return {"X-Api-Key": self._api_key}
