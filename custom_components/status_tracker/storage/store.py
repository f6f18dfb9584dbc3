"""Stores of a config entry; data of newer minor versions is read, unreadable files are renamed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER
from ..pipeline.evidence.base import serialize
from ..pipeline.tracker import Memory

VERSION = 1
MINOR_VERSION = 1
ASIDE = ".unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMemory:
    """Stored memory of the requests, evidence of the sources and service addresses in Seerr.

    The parts of the sources may hold pieces of evidence, which are serialized by `to_dict`.
    """

    memory: Memory
    sources: Mapping[str, Any]
    addresses: dict[str, str]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self | None:
        """Parse stored data, None if empty; raises LookupError, TypeError or ValueError if invalid."""
        if not data:
            return None
        return cls(
            memory=Memory.from_dict(data["memory"]),
            sources=dict(data["sources"]),
            addresses={str(key): str(url) for key, url in dict(data.get("addresses", {})).items()},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the data as JSON-serializable dict."""
        return {
            "memory": self.memory.to_dict(),
            "addresses": self.addresses,
            "sources": {key: serialize(part) for key, part in self.sources.items()},
        }


class MemoryStore(Store[dict[str, Any]]):
    """Store for the memory of an entry; a file that cannot be read is renamed."""

    suffix: ClassVar[str] = ""
    content: ClassVar[str] = "requests"  # used in log messages

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize the store with the key of the entry."""
        key = f"{DOMAIN}.{entry_id}{self.suffix}"
        super().__init__(
            hass,
            VERSION,
            key,
            private=True,
            atomic_writes=True,
            minor_version=MINOR_VERSION,
            serialize_in_event_loop=False,
        )

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, Any]:
        """Return data of another version.

        There is only one major version. Data of a newer minor version is compatible and returned unchanged;
        newer major versions are rejected by Home Assistant before this call.
        """
        return old_data

    async def async_read(self) -> dict[str, Any] | None:
        """Load the stored data; None if there is none or it cannot be read."""
        try:
            return await self.async_load()
        except UnsupportedStorageVersionError as err:
            LOGGER.warning(
                "The stored %s have version %s, newer than the supported %s, starting with no data",
                self.content,
                err.found_version,
                VERSION,
            )
        except (HomeAssistantError, OSError, KeyError, TypeError, AttributeError) as err:
            LOGGER.warning(
                "Failed to load the stored %s, starting with no data: %s", self.content, type(err).__name__
            )
        await self.async_set_aside()
        return None

    async def async_read_as[T](self, parse: Callable[[dict[str, Any]], T]) -> T | None:
        """Load the stored data through `parse`; None, and the file renamed, if it is invalid."""
        if (stored := await self.async_read()) is None:
            return None
        try:
            return await self.hass.async_add_executor_job(parse, stored)
        except (AttributeError, LookupError, TypeError, ValueError) as err:
            LOGGER.warning(
                "Failed to parse the stored %s, starting with no data: %s", self.content, type(err).__name__
            )
            await self.async_set_aside()
            return None

    async def async_set_aside(self) -> None:
        """Rename the file before a new one is written."""

        def rename() -> None:
            """Rename the file."""
            with suppress(OSError):  # the file is missing or the disk is full, nothing to preserve
                Path(self.path).replace(f"{self.path}{ASIDE}")

        await self.hass.async_add_executor_job(rename)

    @override
    async def async_remove(self) -> None:
        """Remove the file and the renamed one."""
        await super().async_remove()
        await self.hass.async_add_executor_job(lambda: Path(f"{self.path}{ASIDE}").unlink(missing_ok=True))


class AnnouncementStore(MemoryStore):
    """Store for announcements; small, and saved immediately."""

    suffix = ".announced"
    content = "announcements"


class DurationStore(MemoryStore):
    """Store for the durations of past requests."""

    suffix = ".durations"
    content = "durations"
