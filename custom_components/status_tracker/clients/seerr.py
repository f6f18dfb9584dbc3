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
from .seerr_model import (
    ArrServer,
    JellyfinServer,
    MainSettings,
    PublicSettings,
    Request,
    RequestCount,
    RequestList,
    RequestPage,
    SeerrInfo,
    TitleDetails,
    User,
    WebhookSettings,
)

PAGE = 100
SLICE = 20  # rows that are parsed in one step of the event loop
MAX_PAGES = 1000
ALL = "all"
NOT_OVER = "unavailable"  # pending or approved, and the media not (wholly) there: every product knows it
WEBHOOK = "api/v1/settings/notifications/webhook"


class SeerrClient(KeyedClient):
    """One Seerr behind its address, with an API key."""

    name = "Seerr"

    @override
    def _check(self, what: str, response: ClientResponse, body: str) -> None:
        """Tell the CSRF protection from a wrong key: both are 403."""
        if response.status == 403 and "csrf" in body.casefold():
            raise CsrfRequired(f"{what}: refused by the CSRF protection")
        if response.status == 400:
            raise Rejected(f"{what}: a parameter is refused")
        super()._check(what, response, body)

    # Who is there

    async def identify(self) -> SeerrInfo:
        """Return product and version; WrongService for anything else, NotReady before its own setup."""
        try:
            public = PublicSettings.parse(await self._get("api/v1/settings/public"))
            root = await self._get("api/v1")
        except (NotFound, InvalidAuth) as err:
            raise WrongService(f"{self.name}: no Seerr answers at this address") from err
        except BadAnswer as err:
            raise WrongService(f"{self.name}: what answers is not Seerr") from err
        api = str(root.get("api", "")) if isinstance(root, dict) else ""
        if "seerr" not in api.casefold():
            raise WrongService(f"{self.name}: what answers is not Seerr")
        if not public.initialized:
            raise NotReady(f"{self.name}: has not been set up yet")
        version = await self.version()
        return SeerrInfo(
            product=_product(public.media_server_type, api, version),
            version=version,
            title=public.application_title,
            application_url=public.application_url or None,
        )

    @override
    async def version(self) -> str | None:
        """Return the version; None where `/status` fails, as it may without the internet it asks."""
        try:
            status = await self._get("api/v1/status")
        except ClientError:
            return None
        version = status.get("version") if isinstance(status, dict) else None
        return str(version) if version else None

    async def check_key(self) -> User:
        """Return whom the key acts for (`is_admin` says with all rights); InvalidAuth if it is wrong."""
        return User.parse(await self._get("api/v1/auth/me"))

    # Reading

    async def requests(self) -> RequestList:
        """Return every request; one call a hundred."""
        found: dict[int, Request] = {}
        ids: set[int] = set()
        complete = True
        total: int | None = None
        skip = 0
        for _ in range(MAX_PAGES):
            page = await self.request_page(skip)
            before, total = total, page.total
            # A list that changed between two pages may have hidden a row behind the page break.
            complete = complete and page.complete and (skip == 0 or total == before)
            found.update((request.id, request) for request in page.requests)
            ids.update(page.ids)
            skip += page.size
            if page.is_last:
                complete = complete and (total is None or skip >= total)
                return RequestList(requests=tuple(found.values()), ids=frozenset(ids), complete=complete)
        raise BadAnswer(f"{self.name}: the list of requests does not end")

    async def request_page(self, skip: int, filter_by: str = ALL) -> RequestPage:
        """Return a hundred requests, newest first; the parsing lets the event loop go on in between."""
        # The order is not said: by number is the default of all, and Overseerr refuses what it does not know.
        params: dict[str, str | int] = {"take": PAGE, "skip": skip, "filter": filter_by}
        answer = await self._get("api/v1/request", params)
        rows = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise BadAnswer(f"{self.name}: the list of requests is missing")
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
                continue  # its id is in `ids`, and that is what is known of it
        total = _total(answer)
        end = len(rows) < PAGE if total is None else skip + len(rows) >= total
        return RequestPage(
            requests=tuple(requests), ids=tuple(ids), size=len(rows), total=total, is_last=end or not rows
        )

    async def request_count(self) -> RequestCount:
        """Return how many requests there are; NotFound or Rejected where Seerr does not count them."""
        return RequestCount.parse(await self._get("api/v1/request/count"))

    async def request_total(self) -> int | None:
        """Return how many requests the list has, None where it does not say."""
        return _total(await self._get("api/v1/request", {"take": 1, "filter": ALL}))

    async def request(self, request_id: int) -> Request:
        """Return one request; NotFound if it does not exist."""
        return Request.parse(await self._get(f"api/v1/request/{request_id}"))

    async def movie(self, tmdb_id: int) -> TitleDetails:
        """Return a film as TMDB has it."""
        return TitleDetails.parse(await self._get(f"api/v1/movie/{tmdb_id}"))

    async def tv(self, tmdb_id: int) -> TitleDetails:
        """Return a series as TMDB has it."""
        return TitleDetails.parse(await self._get(f"api/v1/tv/{tmdb_id}"))

    # Settings; they need an admin's key

    async def settings_radarr(self) -> list[ArrServer]:
        """Return every Radarr Seerr knows."""
        return ArrServer.parse_list(await self._privileged("GET", "api/v1/settings/radarr"))

    async def settings_sonarr(self) -> list[ArrServer]:
        """Return every Sonarr Seerr knows."""
        return ArrServer.parse_list(await self._privileged("GET", "api/v1/settings/sonarr"))

    async def settings_jellyfin(self) -> JellyfinServer | None:
        """Return Seerr's Jellyfin; None where the product knows none."""
        try:
            server = JellyfinServer.parse(await self._privileged("GET", "api/v1/settings/jellyfin"))
        except NotFound:
            return None
        return server if server.url else None

    async def settings_public(self) -> PublicSettings:
        """Return what needs no key."""
        return PublicSettings.parse(await self._get("api/v1/settings/public"))

    async def settings_main(self) -> MainSettings:
        """Return the main settings."""
        return MainSettings.parse(await self._privileged("GET", "api/v1/settings/main"))

    # The one webhook

    async def webhook(self) -> WebhookSettings:
        """Return what sits in the slot."""
        return _parse_webhook(await self._privileged("GET", WEBHOOK))

    async def set_webhook(self, settings: WebhookSettings) -> None:
        """Overwrite the slot; a wrong template is accepted too, so test it."""
        await self._privileged("POST", WEBHOOK, _webhook_body(settings))

    async def test_webhook(self, settings: WebhookSettings) -> bool:
        """Let Seerr call the webhook, which need not be saved; False if that failed."""
        try:
            await self._privileged("POST", f"{WEBHOOK}/test", _webhook_body(settings))
        except NotAllowed, CsrfRequired:
            raise
        except BadAnswer:
            return False
        return True

    # Acting

    async def approve(self, request_id: int) -> None:
        """Approve a request."""
        await self._privileged("POST", f"api/v1/request/{request_id}/approve")

    async def decline(self, request_id: int) -> None:
        """Decline a request."""
        await self._privileged("POST", f"api/v1/request/{request_id}/decline")

    async def retry(self, request_id: int) -> None:
        """Hand a request to its *arr once more."""
        await self._privileged("POST", f"api/v1/request/{request_id}/retry")

    async def delete(self, request_id: int) -> None:
        """Delete a request; the *arr keeps what it has."""
        await self._privileged("DELETE", f"api/v1/request/{request_id}")

    async def _privileged(self, method: str, path: str, json: Any = None) -> Any:
        """Return an answer that needs rights; NotAllowed where the key is right and the rights lack."""
        try:
            return (await self._call(method, path, json=json))[0]
        except InvalidAuth:
            await self.check_key()  # a wrong key and a lack of rights have one and the same answer
            raise NotAllowed(f"{self.name}: the key has not the rights for this") from None


def _product(media_server_type: int | None, api: str, version: str | None) -> str:
    """Return the product: early Jellyseerr calls itself Overseerr, develop builds have no number."""
    if media_server_type is None:
        return "Overseerr"
    if api.casefold().startswith("seerr"):
        return "Seerr"
    if api.casefold().startswith("jellyseerr"):
        return "Jellyseerr"
    major = (version or "").removeprefix("v").partition(".")[0]
    return "Seerr" if major.isdecimal() and int(major) >= 3 else "Jellyseerr"


def _total(answer: Any) -> int | None:
    """Return how many requests there are in all pages."""
    info = answer.get("pageInfo") if isinstance(answer, dict) else None
    total = info.get("results") if isinstance(info, dict) else None
    return total if isinstance(total, int) else None


def _parse_webhook(data: Any) -> WebhookSettings:
    """Return the slot as Seerr answers it: the template is plain text, or an object where it is broken."""
    options = data.get("options") if isinstance(data, dict) else None
    if not isinstance(options, dict):
        raise BadAnswer("Seerr: the webhook settings are missing")
    template = options.get("jsonPayload")
    types = data.get("types")
    return WebhookSettings(
        enabled=bool(data.get("enabled")),
        types=types if isinstance(types, int) else 0,
        url=str(options.get("webhookUrl") or ""),
        template=template if isinstance(template, str) else None,
        auth_header=str(options["authHeader"]) if options.get("authHeader") else None,
        embed_poster=bool(data.get("embedPoster", True)),
        support_variables=bool(options.get("supportVariables", False)),
    )


def _webhook_body(settings: WebhookSettings) -> dict[str, Any]:
    """Return the slot as Seerr wants it: the text of the template encoded once more than it answers it."""
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
