"""The base of all evidence, and the state of each configured service."""

from dataclasses import dataclass
from datetime import datetime

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig

from ..enums import Service


class EvidenceBase(DataClassDictMixin):
    """Base of all evidence."""

    class Config(BaseConfig):
        """How mashumaro writes a piece down."""

        lazy_compilation = True
        omit_none = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvidence(EvidenceBase):
    """One configured service and how it is.

    `seerr_id` is the number Seerr gives a Radarr or Sonarr (from 0), None if Seerr does not know it.
    `reason` is the `reason` of the client error, None while it is well; `stale` counts as unheard-of.
    """

    source: str
    service: Service
    name: str
    ok: bool = True
    reason: str | None = None
    since: datetime | None = None
    seerr_id: int | None = None
    is_4k: bool = False
    busy: bool = False  # Jellyfin: a library scan runs; Shoko: its queue is not empty
