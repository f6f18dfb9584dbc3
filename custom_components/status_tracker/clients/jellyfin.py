"""Jellyfin 10.8 to 12.0 with an API key: items in pages and by change, scans, the webhook plugin."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import batched
from typing import Any, override
from urllib.parse import quote

from aiohttp import ClientSession

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
SCAN_TASK = "RefreshLibrary"
WEBHOOK_TASK = "WebhookItemAdded"
WEBHOOK_PLUGIN = "71552a5a5c5c4350a2aeebe451a30173"

IDS_AND_PATH = "ProviderIds,Path"
IDS_AND_FILES = "ProviderIds,Path,MediaSources"
# The Etag moves with every save, so that an item seen twice in overlapping deltas is known as the same.
IDS_AND_ETAG = "ProviderIds,Path,Etag"


class JellyfinClient(HttpClient):
    """One Jellyfin. With an API key there is no user, so nothing here asks for user data."""

    name = "Jellyfin"

    def __init__(
        self, session: ClientSession, url: str, api_key: str = "", *, timeout: float = TIMEOUT
    ) -> None:
        """Keep the key in the one header every version takes."""
        super().__init__(session, url, timeout=timeout)
        self.ignored: set[str] = set()  # the filters that an answer did not obey
        self._authorization = f'MediaBrowser Token="{quote(api_key.strip(), safe="")}"'

    @override
    def _headers(self) -> dict[str, str]:
        """Return the key."""
        return {"Authorization": self._authorization}

    # Who it is

    async def public_info(self) -> PublicInfo:
        """Return the server's id, name and version; WrongService if it is no Jellyfin. Needs no key."""
        try:
            info = PublicInfo.parse(await self._get("System/Info/Public"))
        except (NotFound, BadAnswer) as err:
            raise WrongService(f"{self.name}: nothing there tells of a Jellyfin") from err
        if "jellyfin" not in info.product_name.casefold():
            raise WrongService(f"{self.name}: the product is another one")
        info.id = plain_guid(info.id)
        return info

    @override
    async def version(self) -> str:
        """Return the version, e.g. "10.11.2"."""
        return (await self.public_info()).version

    async def check_key(self) -> None:
        """Return if the key is good; InvalidAuth otherwise."""
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
    ) -> ItemPage:
        """Return a page of items with a file, oldest first, or those saved since a time, newest first."""
        params: dict[str, str | int] = {
            "recursive": "true",
            # Without a user the server's default is true: members of a collection are left out, and 10.10 and
            # 10.11 ignore the dates.
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
            # Of the two parameters that mean this, the one that works in every version.
            params["minDateLastSavedForUser"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        page = await self._page("Items", params, limit)
        if any(item.virtual for item in page.items):
            self.ignored.add("excludeLocationTypes")
        return page

    async def changed_since(
        self, since: datetime, types: Sequence[str], start: int = 0, limit: int = DELTA_PAGE
    ) -> ItemPage:
        """Return a page of what was created or saved since a time of the server's clock."""
        return await self.page(types, start, limit, fields=IDS_AND_ETAG, since=since)

    async def filters_dates(self, types: Sequence[str]) -> bool:
        """Return whether the server obeys the date it is asked for: nothing was saved in the far future."""
        obeyed = not (await self.page(types, limit=1, since=FAR_FUTURE)).items
        if obeyed:
            self.ignored.discard("minDateLastSavedForUser")
        else:
            self.ignored.add("minDateLastSavedForUser")
        return obeyed

    async def items_by_ids(self, ids: Iterable[str], *, fields: str = IDS_AND_FILES) -> list[Item]:
        """Return the items with these ids, 100 a call; those that do not exist are left out."""
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
        """Return a series' episodes that have a file; NotFound if the series does not exist."""
        try:
            return await self._episodes(f"Shows/{series_id}/Episodes", {})
        except NotFound:
            raise
        except BadAnswer:
            # A server that wants a user for this route: ask by the parent. An unknown parent would mean
            # everything, so the series is compared.
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
        """Return the real episodes of all pages."""
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
        raise BadAnswer(f"{self.name}: the list of episodes does not end")

    def _real(self, items: Sequence[Item]) -> list[Item]:
        """Return the items that have a file; the others were not asked for."""
        real = [item for item in items if not item.virtual]
        if len(real) < len(items):
            self.ignored.add("isMissing")
        return real

    async def _page(self, path: str, params: Params, limit: int) -> ItemPage:
        """Return a list of items with the server's date; ids are unified. BadAnswer if it is another page."""
        start = params.get("startIndex", 0)
        if isinstance(start, int) and start >= ROWS_MAX:
            raise BadAnswer(f"{self.name}: the list of items does not end")
        data, response = await self._call("GET", path, params=params)
        rows = data.get("Items") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise BadAnswer(f"{self.name}: a list of items was expected")
        if rows and data.get("StartIndex", start) != start:
            raise BadAnswer(f"{self.name}: another page of the list was expected")
        items = Item.parse_list(rows)
        for item in items:
            item.id = plain_guid(item.id)
            item.server_id = plain_guid(item.server_id)
            item.series_id = plain_guid(item.series_id) if item.series_id else None
        return ItemPage(
            items=items, rows=len(rows), full=len(rows) >= limit, date=_date(response.headers.get("Date"))
        )

    # Scans

    async def scheduled_tasks(self) -> list[ScheduledTask]:
        """Return the server's tasks."""
        return ScheduledTask.parse_list(await self._get("ScheduledTasks"))

    async def scan_running(self) -> bool:
        """Return whether the library is being scanned."""
        return any(task.running for task in await self.scheduled_tasks() if task.key == SCAN_TASK)

    async def run_task(self, task_id: str) -> None:
        """Start a task; returns at once."""
        await self._call("POST", f"ScheduledTasks/Running/{task_id}", wants_json=False)

    async def scan_task(self) -> ScheduledTask:
        """Return the task that scans the library; NotFound if the server has none."""
        for task in await self.scheduled_tasks():
            if task.key == SCAN_TASK:
                return task
        raise NotFound(f"{self.name}: has no task that scans the library")

    async def scan_library(self) -> None:
        """Start a scan of the library, unless one runs; NotFound if the server has no such task."""
        task = await self.scan_task()
        if not task.running:
            await self.run_task(task.id)

    # The webhook plugin

    async def plugins(self) -> list[Plugin]:
        """Return the installed plugins, ids unified."""
        plugins = Plugin.parse_list(await self._get("Plugins"))
        for plugin in plugins:
            plugin.id = plain_guid(plugin.id)
        return plugins

    async def webhook_configuration(self) -> dict[str, Any] | None:
        """Return the webhook plugin's whole configuration as it is; None where the plugin is absent."""
        try:
            data = await self._get(f"Plugins/{WEBHOOK_PLUGIN}/Configuration")
        except NotFound:
            return None
        if not isinstance(data, dict):
            raise BadAnswer(f"{self.name}: the webhook plugin's configuration was expected")
        return data

    async def set_webhook_configuration(self, configuration: dict[str, Any]) -> None:
        """Replace the webhook plugin's whole configuration."""
        path = f"Plugins/{WEBHOOK_PLUGIN}/Configuration"
        await self._call("POST", path, json=configuration, wants_json=False)


def _date(value: str | None) -> datetime | None:
    """Return the time of a Date header, None where it tells none."""
    try:
        parsed = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
