"""Client for the common API (v3) of Radarr and Sonarr."""

from datetime import UTC, datetime
from typing import Any, ClassVar, override

from aiohttp import ClientResponse
import orjson
from yarl import URL

from .arr_model import (
    Command,
    DownloadClient,
    HealthItem,
    HistoryRow,
    QueueRow,
    RootFolder,
    SystemStatus,
    Tag,
)
from .errors import BadAnswer, Rejected, WrongService
from .http import KeyedClient, Params

API = "api/v3"

type Connection = dict[str, Any]


class ArrClient(KeyedClient):
    """Client for Radarr or Sonarr with URL and API key."""

    app: ClassVar[str]
    owner: ClassVar[str]
    attached: ClassVar[tuple[str, ...]]  # data to exclude from queue rows

    @override
    def _redirect(self, what: str, method: str, url: URL, response: ClientResponse) -> URL:
        """Raise WrongService with a hint if the redirect only adds the URL base missing in the URL."""
        try:
            return super()._redirect(what, method, url, response)
        except WrongService as err:
            location = response.headers.get("Location", "").partition("?")[0].rstrip("/")
            if response.status == 307 and location.endswith(url.path.rstrip("/")):
                raise WrongService(f"{what}: the URL base is missing in the URL") from err
            raise

    @override
    def _check(self, what: str, response: ClientResponse, body: str) -> None:
        """Raise Rejected with the names of the invalid fields for a failed validation."""
        if response.status == 400 and body.lstrip().startswith("["):
            raise Rejected(f"{what}: validation failed", _refused_fields(body))
        super()._check(what, response, body)

    async def _list(self, path: str, params: Params | None = None) -> Any:
        """Return a list from the API."""
        return await self._get(f"{API}/{path}", params)

    # Identification

    @override
    async def version(self) -> str:
        """Return the version, e.g. "5.27.5.10198"."""
        return (await self.status()).version

    async def status(self) -> SystemStatus:
        """Return name and version; raises WrongService for another application."""
        try:
            status = SystemStatus.parse(await self._get(f"{API}/system/status"))
        except BadAnswer as err:
            raise WrongService(f"{self.name}: the service is not {self.app}") from err
        if status.app_name.casefold() != self.app.casefold():
            raise WrongService(f"{self.name}: the service is not {self.app}")
        return status

    async def health(self) -> list[HealthItem]:
        """Return the health issues reported by the *arr."""
        return HealthItem.parse_list(await self._list("health"))

    # Reading

    async def queue_details(self) -> list[QueueRow]:
        """Return the whole queue, including unknown downloads; the same list until it changes."""
        params = {f"include{name}": "false" for name in self.attached}
        return await self._get_parsed(f"{API}/queue/details", QueueRow.parse_list, params)

    async def history_since(self, since: datetime) -> list[HistoryRow]:
        """Return the events at or after a time; the same list until it changes."""
        date = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        params = {"date": date} | {f"include{name}": "false" for name in self.attached}
        return await self._get_parsed(f"{API}/history/since", HistoryRow.parse_list, params)

    async def history_of(self, media_id: int) -> list[HistoryRow]:
        """Return all events of a movie or series."""
        params = {f"{self.owner}Id": media_id} | {f"include{name}": "false" for name in self.attached}
        return HistoryRow.parse_list(await self._list(f"history/{self.owner}", params))

    async def tags(self) -> dict[int, str]:
        """Return the labels of all tags."""
        return {tag.id: tag.label for tag in Tag.parse_list(await self._list("tag"))}

    async def root_folders(self) -> list[RootFolder]:
        """Return the root folders of the library."""
        return RootFolder.parse_list(await self._list("rootfolder"))

    async def download_clients(self) -> list[DownloadClient]:
        """Return the configured download clients."""
        return DownloadClient.parse_list(await self._list("downloadclient"))

    # Connections, complete and untyped because they are written back

    async def notifications(self) -> list[Connection]:
        """Return all connections."""
        return _objects(await self._list("notification"))

    async def notification_schema(self) -> Connection | None:
        """Return the template of a webhook connection."""
        for schema in _objects(await self._list("notification/schema")):
            if schema.get("implementation") == "Webhook":
                return schema
        return None

    async def create_notification(self, body: Connection, *, force: bool = False) -> Connection:
        """Create a connection; without `force` it is tested first, and Rejected names the field "Url"."""
        return await self._write("POST", "notification", body, {"forceSave": str(force).lower()})

    async def update_notification(self, body: Connection, *, force: bool = False) -> Connection:
        """Update a connection with all its fields; raises NotFound if it does not exist."""
        path = f"notification/{int(body['id'])}"
        return await self._write("PUT", path, body, {"forceSave": str(force).lower()})

    async def delete_notification(self, notification_id: int) -> None:
        """Delete a connection."""
        await self._call("DELETE", f"{API}/notification/{notification_id}")

    async def test_notification(self, body: Connection) -> None:
        """Let the *arr send a test webhook; with a stored id, this also ends the pause after failures."""
        await self._call("POST", f"{API}/notification/test", params={"forceTest": "true"}, json=body)

    async def _write(self, method: str, path: str, body: Connection, params: Params) -> Connection:
        """Send an object and return the one in the response."""
        answer, _ = await self._call(method, f"{API}/{path}", params=params, json=body)
        if not isinstance(answer, dict):
            raise BadAnswer(f"{self.name}: expected an object")
        return answer

    # Commands

    async def command(self, name: str, **body: Any) -> Command:
        """Run a command, e.g. `command("MoviesSearch", movieIds=[1])`."""
        answer, _ = await self._call("POST", f"{API}/command", json={"name": name, **body})
        return Command.parse(answer)

    async def command_status(self, command_id: int) -> Command:
        """Return the status of a command."""
        return Command.parse(await self._get(f"{API}/command/{command_id}"))

    async def delete_queue_row(
        self,
        row_id: int,
        *,
        remove_from_client: bool = True,
        blocklist: bool = False,
        skip_redownload: bool = False,
    ) -> None:
        """Remove a download with its data; with `blocklist`, the *arr searches for another release."""
        params = {
            "removeFromClient": str(remove_from_client).lower(),
            "blocklist": str(blocklist).lower(),
            "skipRedownload": str(skip_redownload).lower(),
        }
        await self._call("DELETE", f"{API}/queue/{row_id}", params=params)

    async def mark_failed(self, history_id: int) -> None:
        """Mark a grab as failed, so that its release is blocklisted and another one searched for."""
        await self._call("POST", f"{API}/history/failed/{history_id}")


def _refused_fields(body: str) -> tuple[str, ...]:
    """Return the names of the fields in a list of validation errors."""
    try:
        rows = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ()
    return tuple(str(row["propertyName"]) for row in _objects(rows) if row.get("propertyName"))


def _objects(data: Any) -> list[Connection]:
    """Return the objects of a list."""
    if not isinstance(data, list):
        raise BadAnswer("Expected a list")
    return [row for row in data if isinstance(row, dict)]
