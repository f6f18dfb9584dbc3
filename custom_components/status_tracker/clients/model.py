"""Typed responses that tolerate missing, unknown, null and differently cased keys."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig
from mashumaro.dialect import Dialect
from mashumaro.exceptions import (
    InvalidFieldValue,
    MissingField,
    SuitableVariantNotFoundError,
)

from .errors import BadAnswer

TEXT_MAX = 8192  # longer than any path, so that a longer one is recognized as invalid
SPELLINGS_MAX = 1000  # keys remembered for each kind of response
SPELLING_MAX = 64
INT_MAX = (1 << 63) - 1  # larger numbers can be neither stored nor sent as JSON
DIGITS_MAX = 18
NAME_MAX = 255  # as long as the name of a file can be
NAMES = frozenset(
    {
        "display_name",
        "download_client",
        "download_client_name",
        "indexer",
        "name",
        "quality",
        "release_title",
        "requested_by_username",
        "source_title",
        "subject",
        "title",
    }
)
_SPACES = dict.fromkeys((*range(32), *range(127, 160)), " ")


def parse_datetime(value: str) -> datetime:
    """Return an aware UTC time, e.g. from "2026-11-22T06:25:06.0000000Z"; raises ValueError."""
    parsed = datetime.fromisoformat(value)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def clean_text(text: str) -> str:
    """Return a text of limited length, with spaces for control characters."""
    text = text[:TEXT_MAX]
    return text if text.isprintable() else text.translate(_SPACES)


def parse_text(value: Any) -> str:
    """Return a text or a number as text; raises ValueError for objects and lists."""
    if isinstance(value, (str, int, float)):
        return clean_text(str(value))
    raise ValueError("Expected a text")


def parse_int(value: Any) -> int:
    """Return a number; raises ValueError, OverflowError or TypeError if it is invalid or too large."""
    number = int(value)
    if not -INT_MAX <= number <= INT_MAX:
        raise ValueError("Number too large")
    return number


def parse_float(value: Any) -> float:
    """Return a finite number; raises ValueError or TypeError if it is invalid or too large."""
    number = float(value)
    if not -INT_MAX <= number <= INT_MAX:
        raise ValueError("Number too large")
    return number


def digits(text: str) -> int | None:
    """Return the number a text of digits stands for, None for any other text and for too many digits."""
    return int(text) if len(text) <= DIGITS_MAX and text.isascii() and text.isdecimal() else None


class _Tolerant(Dialect):
    """mashumaro dialect that accepts numbers as text and all spellings of a time."""

    serialization_strategy = {
        str: {"deserialize": parse_text, "serialize": str},
        int: {"deserialize": parse_int, "serialize": int},
        float: {"deserialize": parse_float, "serialize": float},
        datetime: {"deserialize": parse_datetime, "serialize": datetime.isoformat},
    }


def fold_key(key: str) -> str:
    """Return a key in lower case without underscores: sizeLeft, sizeleft and size_left are equal."""
    return key.replace("_", "").casefold()


class Answer(DataClassDictMixin):
    """Base class of responses: a dataclass whose fields are the keys in snake case."""

    class Config(BaseConfig):
        """Deserialization options of mashumaro."""

        dialect = _Tolerant
        lazy_compilation = True

    @classmethod
    @cache
    def _fields(cls) -> dict[str, str]:
        """Return the fields by folded key."""
        fields: dict[str, Any] = getattr(cls, "__dataclass_fields__", {})
        return {fold_key(field.metadata.get("key", name)): name for name, field in fields.items()}

    @classmethod
    @cache
    def _spellings(cls) -> dict[Any, str | None]:
        """Return the fields by the keys found in responses so far, None for other keys."""
        return {}

    @classmethod
    def _field(cls, key: Any) -> str | None:
        """Return the field of a key."""
        field, spellings = cls._fields().get(fold_key(str(key))), cls._spellings()
        if len(spellings) < SPELLINGS_MAX and isinstance(key, str) and len(key) <= SPELLING_MAX:
            spellings[key] = field
        return field

    @classmethod
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Map keys to fields, shorten names, and remove nulls, so that defaults apply."""
        spellings = cls._spellings()
        return {
            name: value[:NAME_MAX] if name in NAMES and isinstance(value, str) else value
            for key, value in d.items()
            if value is not None and (name := spellings[key] if key in spellings else cls._field(key))
        }

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Return the parsed object; raises BadAnswer if it is invalid."""
        if not isinstance(data, dict):
            raise BadAnswer(f"{cls.__name__}: expected an object")
        try:
            return cls.from_dict(data)
        except (MissingField, InvalidFieldValue, SuitableVariantNotFoundError) as err:
            field = getattr(err, "field_name", "?")
            raise BadAnswer(f"{cls.__name__}: {field} is missing or invalid") from err

    @classmethod
    def parse_list(cls, data: Any) -> list[Self]:
        """Return the parsed objects of a list, omitting invalid ones; raises BadAnswer if all are invalid."""
        if not isinstance(data, Iterable) or isinstance(data, (str, dict)):
            raise BadAnswer(f"{cls.__name__}: expected a list")
        rows = list(data)
        answers: list[Self] = []
        failed: BadAnswer | None = None
        for row in rows:
            try:
                answers.append(cls.parse(row))
            except BadAnswer as err:
                failed = err
        if failed and not answers:
            raise failed
        return answers
