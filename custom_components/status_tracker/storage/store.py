"""Where the memory of an entry is kept: readable by the next versions, harmless where it is not."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER
from ..pipeline.tracker import Memory

VERSION = 1
MINOR_VERSION = 1
ASIDE = ".unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMemory:
    """What outlives a restart: the requests' memory, each source's part, and the addresses in Seerr."""

    memory: Memory
    sources: Mapping[str, Any]
    addresses: dict[str, str]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self | None:
        """Return what was stored, None if that is nothing; raises like `async_read_as` expects if damaged."""
        if not data:
            return None
        return cls(
            memory=Memory.from_dict(data["memory"]),
            sources=dict(data["sources"]),
            addresses={str(key): str(url) for key, url in dict(data.get("addresses", {})).items()},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it for the store."""
        return {
            "memory": self.memory.to_dict(),
            "addresses": self.addresses,
            "sources": dict(self.sources),
        }


class MemoryStore(Store[dict[str, Any]]):
    """The stored memory of one entry; one that cannot be read is set aside."""

    suffix: ClassVar[str] = ""
    content: ClassVar[str] = "memory is"  # for the log

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        key = f"{DOMAIN}.{entry_id}{self.suffix}"
        super().__init__(hass, VERSION, key, private=True, atomic_writes=True, minor_version=MINOR_VERSION)

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, Any]:
        """Return what another version wrote, brought to this one.

        There has been one major version only. A newer minor version adds to it, and is read as it is; a newer
        major version never comes here.
        """
        return old_data

    async def async_read(self) -> dict[str, Any] | None:
        """Return what is stored, None where there is nothing, or nothing that can be read."""
        try:
            return await self.async_load()
        except UnsupportedStorageVersionError as err:
            LOGGER.warning(
                "The stored memory is of version %s, newer than %s: starting anew", err.found_version, VERSION
            )
        except (HomeAssistantError, OSError, KeyError, TypeError, AttributeError) as err:
            LOGGER.warning("The stored memory cannot be read, starting anew: %s", type(err).__name__)
        await self.async_set_aside()
        return None

    async def async_read_as[T](self, parse: Callable[[dict[str, Any]], T]) -> T | None:
        """Return what is stored as `parse` reads it; what is damaged is set aside."""
        if (stored := await self.async_read()) is None:
            return None
        try:
            return parse(stored)
        except (AttributeError, LookupError, TypeError, ValueError) as err:
            LOGGER.warning("The stored %s damaged, starting anew: %s", self.content, type(err).__name__)
            await self.async_set_aside()
            return None

    async def async_set_aside(self) -> None:
        """Keep the file under another name before it is written anew."""

        def rename() -> None:
            """Rename it."""
            with suppress(OSError):  # it is gone already, or the disk is full: then there is nothing to save
                Path(self.path).replace(f"{self.path}{ASIDE}")

        await self.hass.async_add_executor_job(rename)

    @override
    async def async_remove(self) -> None:
        """Remove the file, and the one that was set aside."""
        await super().async_remove()
        await self.hass.async_add_executor_job(lambda: Path(f"{self.path}{ASIDE}").unlink(missing_ok=True))


class AnnouncementStore(MemoryStore):
    """What has been announced of the requests of one entry: small, and written at once."""

    suffix = ".announced"
    content = "announcements are"


class DurationStore(MemoryStore):
    """How long the last journeys of one entry took."""

    suffix = ".durations"
    content = "durations are"
