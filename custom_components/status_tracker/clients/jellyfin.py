"""Client for Jellyfin 10.8 to 12.0 with an API key: items, scans and the webhook plugin."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import batched
from json import JSONDecodeError
from typing import Any, override
from urllib.parse import quote

from aiohttp import ClientSession

from .decoding import ListBody
from .errors import BadAnswer, NotFound, WrongService
from .http import TIMEOUT, HttpClient, Params
from .jellyfin_model import Item, ItemPage, Plugin, PublicInfo, ScheduledTask, plain_guid

PAGE = 1000
DELTA_PAGE = 500
FAR_FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
EPISODE_PAGE = 200
IDS_PAGE = 100
ROWS_MAX = 1_000_000
EPISODES_MAX = 20_000
ROWS_AT_ONCE = 50  # parsed per iteration of the event loop
SCAN_TASK = "RefreshLibrary"
WEBHOOK_TASK = "WebhookItemAdded"
WEBHOOK_PLUGIN = "71552a5a5c5c4350a2aeebe451a30173"

IDS_AND_PATH = "ProviderIds,Path"
IDS_AND_FILES = "ProviderIds,Path,MediaSources"
# The Etag changes with every save and identifies items returned again in overlapping reads.
IDS_AND_ETAG = "ProviderIds,Path,Etag"


class JellyfinClient(HttpClient):
    """Client for Jellyfin; an API key has no user, so no user data is requested."""

    name = "Jellyfin"

    def __init__(
        self, session: ClientSession, url: str, api_key: str = "", *, timeout: float = TIMEOUT
    ) -> None:
        """Initialize with the API key, sent in the header supported by all versions."""
        super().__init__(session, url, timeout=timeout)
        self.ignored: set[str] = set()  # filters that a response did not apply
        self._authorization = f'MediaBrowser Token="{quote(api_key.strip(), safe="")}"'

    @override
    def _headers(self) -> dict[str, str]:
        """Return the API key header."""
        return {"Authorization": self._authorization}

    # Identification

    async def public_info(self) -> PublicInfo:
        """Return id, name and version of the server, which needs no API key; raises WrongService."""
        try:
            info = PublicInfo.parse(await self._get("System/Info/Public"))
        except (NotFound, BadAnswer) as err:
            raise WrongService(f"{self.name}: the service is not Jellyfin") from err
        if "jellyfin" not in info.product_name.casefold():
            raise WrongService(f"{self.name}: the service is not Jellyfin")
        info.id = plain_guid(info.id)
        return info

    @override
    async def version(self) -> str:
        """Return the version, e.g. "10.11.2"."""
        return (await self.public_info()).version

    async def check_key(self) -> None:
        """Validate the API key; raises InvalidAuth."""
        PublicInfo.parse(await self._get("System/Info"))

    # Items

    async def page(
        self,
        types: Sequence[str],
        start: int = 0,
        limit: int = PAGE,
        *,
        fields: str = IDS_AND_PATH,
        since: datetime | None = None,
        take: Callable[[Item], None] | None = None,
    ) -> ItemPage:
        """Return a page of items with files, oldest first, or those saved since a time, newest first.

        With `take`, the page has no items: each is passed on as soon as it is parsed, to save memory.
        """
        params: dict[str, str | int] = {
            "recursive": "true",
            # Without a user, the default is true: members of collections are omitted, 10.10 and 10.11 ignore
            # date filters.
            "collapseBoxSetItems": "false",
            "includeItemTypes": ",".join(types),
            "fields": fields,
            "excludeLocationTypes": "Virtual",
            "enableImages": "false",
            "enableUserData": "false",
            "enableTotalRecordCount": "false",
            "sortBy": "DateCreated",
            "sortOrder": "Descending" if since else "Ascending",
            "startIndex": start,
            "limit": limit,
        }
        if since:
            # Two parameters have this effect, this one works in all versions.
            params["minDateLastSavedForUser"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        page = await self._page("Items", params, limit, take)
        if page.virtual:
            self.ignored.add("excludeLocationTypes")
        return page

    async def changed_since(
        self, since: datetime, types: Sequence[str], start: int = 0, limit: int = DELTA_PAGE
    ) -> ItemPage:
        """Return a page of items created or saved since a server time."""
        return await self.page(types, start, limit, fields=IDS_AND_ETAG, since=since)

    async def filters_dates(self, types: Sequence[str]) -> bool:
        """Return whether the server applies date filters, tested with a date in the far future."""
        obeyed = not (await self.page(types, limit=1, since=FAR_FUTURE)).items
        if obeyed:
            self.ignored.discard("minDateLastSavedForUser")
        else:
            self.ignored.add("minDateLastSavedForUser")
        return obeyed

    async def items_by_ids(self, ids: Iterable[str], *, fields: str = IDS_AND_FILES) -> list[Item]:
        """Return the items with these ids, 100 per request; missing ones are omitted."""
        found: list[Item] = []
        for batch in batched(ids, IDS_PAGE, strict=False):
            params: Params = {
                "ids": ",".join(batch),
                "collapseBoxSetItems": "false",
                "fields": fields,
                "enableImages": "false",
                "enableUserData": "false",
                "enableTotalRecordCount": "false",
            }
            wanted = {plain_guid(one) for one in batch}
            page = await self._page("Items", params, IDS_PAGE)
            found += [item for item in page.items if item.id in wanted]
        return found

    async def episodes(self, series_id: str) -> list[Item]:
        """Return the episodes of a series that have a file; raises NotFound for an unknown series."""
        try:
            return await self._episodes(f"Shows/{series_id}/Episodes", {})
        except NotFound:
            raise
        except BadAnswer:
            # Some versions need a user for this route, so query by parent. An unknown parent would return
            # all items, so the series id is compared.
            params = {
                "parentId": series_id,
                "recursive": "true",
                "collapseBoxSetItems": "false",
                "includeItemTypes": "Episode",
                "sortBy": "DateCreated",
                "sortOrder": "Ascending",
                "enableTotalRecordCount": "false",
            }
            items = await self._episodes("Items", params)
            return [item for item in items if item.series_id == plain_guid(series_id)]

    async def _episodes(self, path: str, more: dict[str, str]) -> list[Item]:
        """Return the episodes with files of all pages."""
        found: list[Item] = []
        for start in range(0, EPISODES_MAX, EPISODE_PAGE):
            params: Params = {
                **more,
                "isMissing": "false",
                "fields": IDS_AND_FILES,
                "enableImages": "false",
                "enableUserData": "false",
                "startIndex": start,
                "limit": EPISODE_PAGE,
            }
            page = await self._page(path, params, EPISODE_PAGE)
            found += page.items
            if not page.full:
                return self._real(found)
        raise BadAnswer(f"{self.name}: the list of episodes has too many pages")

    def _real(self, items: Sequence[Item]) -> list[Item]:
        """Return the items that have a file."""
        real = [item for item in items if not item.virtual]
        if len(real) < len(items):
            self.ignored.add("isMissing")
        return real

    async def _page(
        self, path: str, params: Params, limit: int, take: Callable[[Item], None] | None = None
    ) -> ItemPage:
        """Return a page of items with the server time and normalized ids; raises BadAnswer."""
        start = params.get("startIndex", 0)
        if isinstance(start, int) and start >= ROWS_MAX:
            raise BadAnswer(f"{self.name}: the list of items has too many pages")
        text, response = await self._call("GET", path, params=params, wants_json=False)
        self._reject_html(f"{self.name}: GET {path}", text)
        body = ListBody(text, "Items")
        del text
        page = ItemPage(date=_date(response.headers.get("Date")))
        failed: BadAnswer | None = None
        try:
            for row in body:
                page.rows += 1
                try:
                    item = _item(row)
                except BadAnswer as err:
                    failed = err
                else:
                    page.parsed += 1
                    page.virtual |= item.virtual
                    (take or page.items.append)(item)
                if not page.rows % ROWS_AT_ONCE:
                    await asyncio.sleep(0)
        except JSONDecodeError as err:
            raise BadAnswer(f"{self.name}: received invalid JSON") from err
        if not body.listed:
            raise BadAnswer(f"{self.name}: expected a list of items")
        if failed and not page.parsed:
            raise failed
        if page.rows and body.others.get("StartIndex", start) != start:
            raise BadAnswer(f"{self.name}: received an unexpected page")
        page.full = page.rows >= limit
        return page

    # Scans

    async def scheduled_tasks(self) -> list[ScheduledTask]:
        """Return the scheduled tasks."""
        return ScheduledTask.parse_list(await self._get("ScheduledTasks"))

    async def scan_running(self) -> bool:
        """Return whether a library scan is running."""
        return any(task.running for task in await self.scheduled_tasks() if task.key == SCAN_TASK)

    async def run_task(self, task_id: str) -> None:
        """Start a task without waiting for it."""
        await self._call("POST", f"ScheduledTasks/Running/{task_id}", wants_json=False)

    async def scan_task(self) -> ScheduledTask:
        """Return the library scan task; raises NotFound if there is none."""
        for task in await self.scheduled_tasks():
            if task.key == SCAN_TASK:
                return task
        raise NotFound(f"{self.name}: no library scan task found")

    async def scan_library(self) -> None:
        """Start a library scan unless one is running; raises NotFound without a scan task."""
        task = await self.scan_task()
        if not task.running:
            await self.run_task(task.id)

    # Webhook plugin

    async def plugins(self) -> list[Plugin]:
        """Return the installed plugins with normalized ids."""
        plugins = Plugin.parse_list(await self._get("Plugins"))
        for plugin in plugins:
            plugin.id = plain_guid(plugin.id)
        return plugins

    async def webhook_configuration(self) -> dict[str, Any] | None:
        """Return the unmodified configuration of the webhook plugin; None if it is not installed."""
        try:
            data = await self._get(f"Plugins/{WEBHOOK_PLUGIN}/Configuration")
        except NotFound:
            return None
        if not isinstance(data, dict):
            raise BadAnswer(f"{self.name}: expected the configuration of the webhook plugin")
        return data

    async def set_webhook_configuration(self, configuration: dict[str, Any]) -> None:
        """Replace the whole configuration of the webhook plugin."""
        path = f"Plugins/{WEBHOOK_PLUGIN}/Configuration"
        await self._call("POST", path, json=configuration, wants_json=False)


def _item(row: Any) -> Item:
    """Return a parsed item with normalized ids; raises BadAnswer."""
    item = Item.parse(row)
    item.id = plain_guid(item.id)
    item.server_id = plain_guid(item.server_id)
    item.series_id = plain_guid(item.series_id) if item.series_id else None
    return item


def _date(value: str | None) -> datetime | None:
    """Return the time of a Date header, None if it is missing or invalid."""
    try:
        parsed = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
