"""Base class of evidence and the availability of the services."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig

from ..enums import Service


class EvidenceBase(DataClassDictMixin):
    """Base class of evidence."""

    class Config(BaseConfig):
        """Serialization options of mashumaro."""

        lazy_compilation = True
        omit_none = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvidence(EvidenceBase):
    """A configured service and its availability.

    `seerr_id` is the id of a Radarr or Sonarr in Seerr (from 0), None if Seerr does not have it.
    `reason` is the `reason` of the client error, None without an error.
    """

    source: str
    service: Service
    name: str
    ok: bool = True
    reason: str | None = None
    since: datetime | None = None
    seerr_id: int | None = None
    is_4k: bool = False
    busy: bool = False  # Jellyfin: library scan running; Shoko: queue not empty


def serialize(data: Any) -> Any:
    """Return data as JSON-serializable, the pieces of evidence in it as dicts."""
    if isinstance(data, EvidenceBase):
        return data.to_dict()
    if isinstance(data, dict):
        return {key: serialize(value) for key, value in data.items()}
    return [serialize(value) for value in data] if isinstance(data, list) else data
