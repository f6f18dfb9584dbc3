"""Base class of the clients: HTTP requests with a timeout and typed errors."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
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

from .decoding import decode_json
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
    """Return a URL with scheme and path, without trailing slash; raises InvalidUrl."""
    text = url.strip()
    if "://" not in text:
        text = f"http://{text}"
    try:
        parsed = URL(text)
    except ValueError as err:
        raise InvalidUrl("Invalid URL") from err
    if parsed.scheme not in ("http", "https") or not parsed.host or " " in parsed.host:
        raise InvalidUrl("Invalid HTTP URL")
    return str(parsed.with_query(None).with_fragment(None).with_user(None)).rstrip("/")


class HttpClient:
    """HTTP client for one service URL; the session is owned by the caller."""

    name = "service"

    def __init__(self, session: ClientSession, url: str, *, timeout: float = TIMEOUT) -> None:
        """Initialize with the session and the URL, including its path."""
        self.url = normalise_url(url)
        self._base = URL(self.url)
        self._session = session
        self._timeout = timeout
        self.calls = 0
        self.received = 0  # bytes of all responses
        self._parsed: dict[str, tuple[bytes, Any]] = {}  # digest and result of the last response by path

    def _headers(self) -> dict[str, str]:
        """Return the headers of every request, including authentication."""
        return {}

    async def version(self) -> str | None:
        """Return the version of the service, None if it has none; raises ClientError."""
        return None

    async def _get(self, path: str, params: Params | None = None) -> Any:
        """Return the JSON response of a GET request."""
        return (await self._call("GET", path, params=params))[0]

    async def _get_changed(self, path: str, params: Params | None, known: bytes | None) -> tuple[Any, bytes]:
        """Return the JSON response of a GET request, None if its digest is `known`, and the digest."""
        body, response = await self._call("GET", path, params=params, wants_json=False)
        digest = blake2b(body.encode(), digest_size=16).digest()
        return None if digest == known else self._decode(f"{self.name}: GET {path}", response, body), digest

    async def _get_parsed[T](self, path: str, parse: Callable[[Any], T], params: Params | None = None) -> T:
        """Return the parsed JSON response of a GET request; the same object if the response is the same."""
        last = self._parsed.get(path)
        data, digest = await self._get_changed(path, params, last[0] if last else None)
        if last is None or last[0] != digest:
            self._parsed[path] = last = digest, parse(data)
        result: T = last[1]
        return result

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
        """Return the body (JSON or text) and the response; raises only ClientError."""
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
                raise WrongService(f"{what}: too many redirects")
        except ClientError:
            raise
        except TimeoutError as err:
            raise TimedOut(f"{what}: timed out") from err
        except (ClientConnectorCertificateError, ClientConnectorSSLError, ClientSSLError) as err:
            raise TlsFailed(f"{what}: {type(err).__name__}") from err
        except (AiohttpError, OSError, ValueError) as err:
            raise CannotConnect(f"{what}: {type(err).__name__}") from err

    def _redirect(self, what: str, method: str, url: URL, response: ClientResponse) -> URL:
        """Return the target of a redirect; only to the same host and path, e.g. from http to https."""
        try:
            target = url.join(URL(response.headers.get("Location", "")))
        except ValueError as err:
            raise WrongService(f"{what}: invalid redirect") from err
        if (target.host, target.path.rstrip("/")) != (url.host, url.path.rstrip("/")):
            raise WrongService(f"{what}: redirected to another URL")
        if (url.scheme, target.scheme) == ("https", "http"):
            raise WrongService(f"{what}: redirected from HTTPS to HTTP")
        if method not in ("GET", "HEAD") and response.status not in (307, 308):
            raise WrongService(f"{what}: redirect status does not preserve the body")
        return target

    async def _read(self, what: str, response: ClientResponse) -> str:
        """Return the body as text, up to a maximum size."""
        body = bytearray()
        async for chunk in response.content.iter_chunked(1 << 16):
            body += chunk
            self.received += len(chunk)
            if len(body) > MAX_BYTES:
                raise BadAnswer(f"{what}: the response is too large")
        return body.decode("utf-8", "replace")

    def _check(self, what: str, response: ClientResponse, body: str) -> None:
        """Raise the error for a status of 400 and above."""
        status = response.status
        if status < 400:
            return
        if status in (401, 403):
            raise InvalidAuth(f"{what}: failed to authenticate (status {status})")
        if status == 404:
            raise NotFound(f"{what}: not found")
        if status in (429, 502, 503, 504):
            after = response.headers.get("Retry-After", "")
            seconds = float(after[:9]) if after.isdecimal() else 0.0
            raise NotReady(f"{what}: service not ready (status {status})", seconds)
        raise BadAnswer(f"{what}: unexpected status {status}")

    def _decode(self, what: str, response: ClientResponse, body: str) -> Any:
        """Return the JSON of a body; raises WrongService for HTML."""
        if not body.strip():
            return None
        self._reject_html(what, body)
        try:
            return decode_json(body)
        except orjson.JSONDecodeError as err:
            raise BadAnswer(f"{what}: received invalid JSON") from err

    @staticmethod
    def _reject_html(what: str, body: str) -> None:
        """Raise WrongService for HTML."""
        if body.lstrip().startswith("<"):
            raise WrongService(f"{what}: received HTML instead of JSON")


class KeyedClient(HttpClient):
    """HTTP client that sends an API key as `X-Api-Key`."""

    def __init__(self, session: ClientSession, url: str, api_key: str) -> None:
        """Initialize with session, URL and API key."""
        super().__init__(session, url)
        self._api_key = api_key

    @override
    def _headers(self) -> dict[str, str]:
        """Return the API key header."""
        return {"X-Api-Key": self._api_key}
