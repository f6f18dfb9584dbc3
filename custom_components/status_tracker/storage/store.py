"""Where the memory of an entry is kept: readable by the next versions, harmless where it is not."""

from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER

VERSION = 1
MINOR_VERSION = 1
ASIDE = ".unread"


class MemoryStore(Store[dict[str, Any]]):
    """The stored memory of one entry; one that cannot be read is set aside."""

    suffix: ClassVar[str] = ""

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


class DurationStore(MemoryStore):
    """How long the last journeys of one entry took."""

    suffix = ".durations"
