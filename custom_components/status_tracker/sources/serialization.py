"""Serialization of evidence as JSON."""

from datetime import datetime
from typing import Any

from mashumaro.exceptions import InvalidFieldValue, MissingField

from ..clients.model import parse_datetime
from ..pipeline.evidence.base import EvidenceBase


def deserialize_all[P: EvidenceBase](kind: type[P], rows: Any) -> list[P]:
    """Return pieces of evidence from serialized data, skipping those that are invalid."""
    pieces: list[P] = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        try:
            pieces.append(kind.from_dict(row))
        except MissingField, InvalidFieldValue:
            continue
    return pieces


def read_time(value: Any) -> datetime | None:
    """Return a stored or received time as UTC, None if it is missing or invalid."""
    if not isinstance(value, str):
        return None
    try:
        return parse_datetime(value)
    except ValueError, OverflowError:
        return None
