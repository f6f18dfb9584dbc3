"""Webhook connection in Radarr or Sonarr."""

from typing import Any, override

from ..clients.arr import ArrClient, Connection
from ..clients.errors import BadAnswer, NotFound, Rejected, TimedOut
from .registrar import Outcome, Registrar

KIND = "Webhook"
POST = 1
# Fields of both applications; unknown ones are ignored.
SWITCHES = (
    "onGrab",
    "onDownload",
    "onUpgrade",
    "onImportComplete",
    "onRename",
    "onMovieAdded",
    "onMovieDelete",
    "onMovieFileDelete",
    "onMovieFileDeleteForUpgrade",
    "onSeriesAdd",
    "onSeriesDelete",
    "onEpisodeFileDelete",
    "onEpisodeFileDeleteForUpgrade",
    "onHealthIssue",
    "includeHealthWarnings",
    "onHealthRestored",
    "onApplicationUpdate",
    "onManualInteractionRequired",
)


class ArrRegistrar(Registrar[ArrClient]):
    """A connection identified by our path, even if renamed."""

    @override
    async def _register(self, url: str) -> Outcome:
        """Create, update or test the connection; a successful test ends the pause after failures."""
        rows = await self.client.notifications()
        ours = [row for row in rows if self._is_our_row(row)]
        for double in ours[1:]:
            await self._delete(double)
        if self.kept is None:
            self._remember({})
        before = self.heard()
        try:
            if not ours:
                row = await self.client.create_notification(self._new(url, rows))
            else:
                row = ours[0]
                if wanted := _repaired(row, url):
                    row = await self.client.update_notification(wanted)
                await self.client.test_notification(row)
        except Rejected as err:
            if "url" in (field.casefold() for field in err.fields):
                return Outcome.UNREACHABLE
            raise
        except NotFound:
            raise
        except BadAnswer, TimedOut:
            # The *arr responds, but cannot resolve or connect to our URL.
            return Outcome.UNREACHABLE
        if self.heard() == before:
            if not ours:
                await self._delete(row)
            return Outcome.UNREACHABLE
        return Outcome.DONE

    @override
    async def reaches(self, url: str) -> bool:
        """Return whether the *arr can reach a URL."""
        before = self.heard()
        try:
            await self.client.test_notification(self._new(url, await self.client.notifications()))
        except Rejected as err:
            if "url" in (field.casefold() for field in err.fields):
                return False
            raise
        except NotFound:
            raise
        except BadAnswer, TimedOut:
            return False
        return self.heard() != before

    @override
    async def unregister(self) -> None:
        """Delete the connection."""
        for row in await self.client.notifications():
            if self._is_our_row(row):
                await self._delete(row)

    async def _delete(self, row: Connection) -> None:
        """Delete a connection, unless it has been deleted already."""
        try:
            await self.client.delete_notification(int(row["id"]))
        except NotFound:
            return

    def _is_our_row(self, row: Connection) -> bool:
        """Return whether a connection is ours."""
        return row.get("implementation") == KIND and self.is_ours(_field(row, "url"))

    def _new(self, url: str, rows: list[Connection]) -> Connection:
        """Return a new connection with an unused name."""
        taken = {str(row.get("name", "")).casefold() for row in rows}
        names = (self.name if count == 1 else f"{self.name} {count}" for count in range(1, len(rows) + 2))
        return {
            "name": next(name for name in names if name.casefold() not in taken),
            "implementation": KIND,
            "configContract": "WebhookSettings",
            "tags": [],
            "fields": [{"name": "url", "value": url}, {"name": "method", "value": POST}],
            **dict.fromkeys(SWITCHES, True),
        }


def _field(row: Connection, name: str) -> Any:
    """Return the value of a field."""
    fields = row.get("fields")
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, dict) and field.get("name") == name:
            return field.get("value")
    return None


def _repaired(row: Connection, url: str) -> Connection | None:
    """Return the connection with missing settings added, None if it is complete; other settings are kept."""
    fields = [
        {**field, "value": {"url": url, "method": POST}[field["name"]]}
        if field.get("name") in ("url", "method")
        else field
        for field in row["fields"]
    ]
    off = [switch for switch in SWITCHES if row.get(switch) is False]
    wanted = {**row, "fields": fields, "tags": [], **dict.fromkeys(off, True)}
    return wanted if wanted != row else None
