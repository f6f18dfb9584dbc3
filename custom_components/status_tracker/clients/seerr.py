"""Client for Seerr 3, Jellyseerr and Overseerr."""

import asyncio
from typing import Any, override

from aiohttp import ClientResponse
import orjson

from .errors import (
    BadAnswer,
    ClientError,
    CsrfRequired,
    InvalidAuth,
    NotAllowed,
    NotFound,
    NotReady,
    Rejected,
    WrongService,
)
from .http import KeyedClient
from .model import digits
from .seerr_model import Request, RequestCount, RequestList, RequestPage, SeerrInfo, TitleDetails, User
from .seerr_settings import ArrServer, JellyfinServer, MainSettings, PublicSettings, WebhookSettings

PAGE = 100
SLICE = 20  # rows parsed per iteration of the event loop
MAX_PAGES = 1000
ALL = "all"
NOT_OVER = "unavailable"  # pending or approved, and the media not fully available; supported by all products
WEBHOOK = "api/v1/settings/notifications/webhook"


class SeerrClient(KeyedClient):
    """Client for Seerr with URL and API key."""

    name = "Seerr"

    @override
    def _check(self, what: str, response: ClientResponse, body: str) -> None:
        """Distinguish CSRF protection from an invalid API key; both return 403."""
        if response.status == 403 and "csrf" in body.casefold():
            raise CsrfRequired(f"{what}: rejected by the CSRF protection")
        if response.status == 400:
            raise Rejected(f"{what}: a parameter was rejected")
        super()._check(what, response, body)

    # Identification

    async def identify(self) -> SeerrInfo:
        """Return product and version; raises WrongService for another service, NotReady before its setup."""
        try:
            public = PublicSettings.parse(await self._get("api/v1/settings/public"))
            root = await self._get("api/v1")
        except (InvalidAuth, BadAnswer) as err:
            raise WrongService(f"{self.name}: the service is not Seerr") from err
        api = str(root.get("api", "")) if isinstance(root, dict) else ""
        if "seerr" not in api.casefold():
            raise WrongService(f"{self.name}: the service is not Seerr")
        if not public.initialized:
            raise NotReady(f"{self.name}: not set up yet")
        version = await self.version()
        return SeerrInfo(
            product=_product(public.media_server_type, api, version),
            version=version,
            title=public.application_title,
            application_url=public.application_url or None,
        )

    @override
    async def version(self) -> str | None:
        """Return the version; None if `/status` fails, which needs internet access."""
        try:
            status = await self._get("api/v1/status")
        except ClientError:
            return None
        version = status.get("version") if isinstance(status, dict) else None
        return str(version) if version else None

    async def check_key(self) -> User:
        """Return the user of the API key (`is_admin`: with all permissions); raises InvalidAuth."""
        return User.parse(await self._get("api/v1/auth/me"))

    # Reading

    async def requests(self) -> RequestList:
        """Return all requests, 100 per page."""
        found: dict[int, Request] = {}
        ids: set[int] = set()
        complete = True
        total: int | None = None
        skip = 0
        for _ in range(MAX_PAGES):
            page = await self.request_page(skip)
            before, total = total, page.total
            # If the list changed between two pages, a row may be missing at the page boundary.
            complete = complete and page.complete and (skip == 0 or total == before)
            found.update((request.id, request) for request in page.requests)
            ids.update(page.ids)
            skip += page.size
            if page.is_last:
                complete = complete and (total is None or skip >= total)
                return RequestList(requests=tuple(found.values()), ids=frozenset(ids), complete=complete)
        raise BadAnswer(f"{self.name}: the list of requests has too many pages")

    async def request_page(
        self, skip: int, filter_by: str = ALL, known: RequestPage | None = None, *, take: int = PAGE
    ) -> RequestPage:
        """Return a page of requests, newest first; `known` if the response is the same.

        Parsing yields to the event loop.
        """
        # No sort parameter: sorting by id is the default, and Overseerr rejects unknown parameters.
        params: dict[str, str | int] = {"take": take, "skip": skip, "filter": filter_by}
        answer, digest = await self._get_changed("api/v1/request", params, known.digest if known else None)
        if known and digest == known.digest:
            return known
        rows = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise BadAnswer(f"{self.name}: expected a list of requests")
        requests: list[Request] = []
        ids: list[int] = []
        for count, row in enumerate(rows):
            if count and count % SLICE == 0:
                await asyncio.sleep(0)
            number = row.get("id") if isinstance(row, dict) else None
            if not isinstance(number, int):
                continue
            ids.append(number)
            try:
                requests.append(Request.parse(row))
            except BadAnswer:
                continue  # only its id is used
        total = _total(answer)
        end = len(rows) < take if total is None else skip + len(rows) >= total
        return RequestPage(
            requests=tuple(requests),
            ids=tuple(ids),
            size=len(rows),
            total=total,
            is_last=end or not rows,
            digest=digest,
        )

    async def request_count(self) -> RequestCount:
        """Return the numbers of requests; raises NotFound or Rejected if counting is not supported."""
        return RequestCount.parse(await self._get("api/v1/request/count"))

    async def request_total(self) -> int | None:
        """Return the total of the request list, None if it is missing."""
        return _total(await self._get("api/v1/request", {"take": 1, "filter": ALL}))

    async def request(self, request_id: int) -> Request:
        """Return a request; raises NotFound if it does not exist."""
        return Request.parse(await self._get(f"api/v1/request/{request_id}"))

    async def movie(self, tmdb_id: int) -> TitleDetails:
        """Return a movie from TMDB."""
        return TitleDetails.parse(await self._get(f"api/v1/movie/{tmdb_id}"))

    async def tv(self, tmdb_id: int) -> TitleDetails:
        """Return a series from TMDB."""
        return TitleDetails.parse(await self._get(f"api/v1/tv/{tmdb_id}"))

    # Settings, which require the API key of an admin

    async def settings_radarr(self) -> list[ArrServer]:
        """Return the configured Radarr servers."""
        return ArrServer.parse_list(await self._privileged("GET", "api/v1/settings/radarr"))

    async def settings_sonarr(self) -> list[ArrServer]:
        """Return the configured Sonarr servers."""
        return ArrServer.parse_list(await self._privileged("GET", "api/v1/settings/sonarr"))

    async def settings_jellyfin(self) -> JellyfinServer | None:
        """Return the configured Jellyfin; None if the product does not support it."""
        try:
            server = JellyfinServer.parse(await self._privileged("GET", "api/v1/settings/jellyfin"))
        except NotFound:
            return None
        return server if server.url else None

    async def settings_public(self) -> PublicSettings:
        """Return the public settings, which require no API key."""
        return PublicSettings.parse(await self._get("api/v1/settings/public"))

    async def settings_main(self) -> MainSettings:
        """Return the main settings."""
        return MainSettings.parse(await self._privileged("GET", "api/v1/settings/main"))

    # Webhook, of which there is only one

    async def webhook(self) -> WebhookSettings:
        """Return the webhook settings."""
        return _parse_webhook(await self._privileged("GET", WEBHOOK))

    async def set_webhook(self, settings: WebhookSettings) -> None:
        """Replace the webhook settings; an invalid template is accepted as well, so test it."""
        await self._privileged("POST", WEBHOOK, _webhook_body(settings))

    async def test_webhook(self, settings: WebhookSettings) -> bool:
        """Let Seerr send a test webhook with unsaved settings; False if that failed."""
        try:
            await self._privileged("POST", f"{WEBHOOK}/test", _webhook_body(settings))
        except NotAllowed, CsrfRequired:
            raise
        except BadAnswer:
            return False
        return True

    # Actions

    async def approve(self, request_id: int) -> None:
        """Approve a request."""
        await self._privileged("POST", f"api/v1/request/{request_id}/approve")

    async def decline(self, request_id: int) -> None:
        """Decline a request."""
        await self._privileged("POST", f"api/v1/request/{request_id}/decline")

    async def retry(self, request_id: int) -> None:
        """Send a request to its *arr again."""
        await self._privileged("POST", f"api/v1/request/{request_id}/retry")

    async def delete(self, request_id: int) -> None:
        """Delete a request; the title remains in the *arr."""
        await self._privileged("DELETE", f"api/v1/request/{request_id}")

    async def _privileged(self, method: str, path: str, json: Any = None) -> Any:
        """Return the response of a request that requires permissions; raises NotAllowed without them."""
        try:
            return (await self._call(method, path, json=json))[0]
        except InvalidAuth:
            await self.check_key()  # an invalid key and missing permissions return the same status
            raise NotAllowed(f"{self.name}: the API key lacks the required permissions") from None


def _product(media_server_type: int | None, api: str, version: str | None) -> str:
    """Return the product name: early Jellyseerr reports Overseerr, develop builds have no version number."""
    if media_server_type is None:
        return "Overseerr"
    if api.casefold().startswith("seerr"):
        return "Seerr"
    if api.casefold().startswith("jellyseerr"):
        return "Jellyseerr"
    major = digits((version or "").removeprefix("v").partition(".")[0])
    return "Seerr" if major is not None and major >= 3 else "Jellyseerr"


def _total(answer: Any) -> int | None:
    """Return the total number of requests."""
    info = answer.get("pageInfo") if isinstance(answer, dict) else None
    total = info.get("results") if isinstance(info, dict) else None
    return total if isinstance(total, int) else None


def _parse_webhook(data: Any) -> WebhookSettings:
    """Parse the webhook settings; the template is text, or an object if it is invalid."""
    options = data.get("options") if isinstance(data, dict) else None
    if not isinstance(options, dict):
        raise BadAnswer("Seerr: expected the webhook settings")
    template = options.get("jsonPayload")
    types, enabled, url = data.get("types"), data.get("enabled"), options.get("webhookUrl")
    if not isinstance(enabled, bool | None) or not isinstance(url, str | None):
        raise BadAnswer("Seerr: the webhook settings are invalid")
    return WebhookSettings(
        enabled=bool(enabled),
        types=types if isinstance(types, int) else 0,
        url=url or "",
        template=template if isinstance(template, str) else None,
        auth_header=str(options["authHeader"]) if options.get("authHeader") else None,
        embed_poster=bool(data.get("embedPoster", True)),
        support_variables=bool(options.get("supportVariables", False)),
    )


def _webhook_body(settings: WebhookSettings) -> dict[str, Any]:
    """Return the webhook settings to send, with the template encoded once more than in the response."""
    options: dict[str, Any] = {
        "webhookUrl": settings.url,
        "jsonPayload": orjson.dumps(settings.template or "{}").decode(),
    }
    if settings.auth_header:
        options["authHeader"] = settings.auth_header
    if settings.support_variables:
        options["supportVariables"] = True
    return {
        "enabled": settings.enabled,
        "embedPoster": settings.embed_poster,
        "types": settings.types,
        "options": options,
    }
