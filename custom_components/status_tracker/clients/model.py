"""Typed answers that put up with missing, unknown, null and differently cased keys."""

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


def parse_datetime(value: str) -> datetime:
    """Return an aware time in UTC, e.g. from "2026-11-22T06:25:06.0000000Z"; ValueError if none."""
    parsed = datetime.fromisoformat(value)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def parse_text(value: Any) -> str:
    """Return a text, or a number as one; ValueError for objects and lists, whose text would mean nothing."""
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError("a text was expected")


class _Tolerant(Dialect):
    """Take a number where a text is due, and every spelling of a time."""

    serialization_strategy = {
        str: {"deserialize": parse_text, "serialize": str},
        datetime: {"deserialize": parse_datetime, "serialize": datetime.isoformat},
    }


def fold_key(key: str) -> str:
    """Return a key without case and underscores: sizeLeft, sizeleft and SizeLeft are one."""
    return key.replace("_", "").casefold()


class Answer(DataClassDictMixin):
    """Base of every typed answer: a dataclass whose fields are the keys, snake-cased."""

    class Config(BaseConfig):
        """How mashumaro reads an answer."""

        dialect = _Tolerant
        lazy_compilation = True

    @classmethod
    @cache
    def _fields(cls) -> dict[str, str]:
        """Return the folded key of every field."""
        fields: dict[str, Any] = getattr(cls, "__dataclass_fields__", {})
        return {fold_key(field.metadata.get("key", name)): name for name, field in fields.items()}

    @classmethod
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Match keys by their folded name and drop nulls, so that defaults hold."""
        fields = cls._fields()
        return {
            name: value
            for key, value in d.items()
            if value is not None and (name := fields.get(fold_key(str(key))))
        }

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Return the answer; BadAnswer when it is not an object of this kind."""
        if not isinstance(data, dict):
            raise BadAnswer(f"{cls.__name__}: an object was expected")
        try:
            return cls.from_dict(data)
        except (MissingField, InvalidFieldValue, SuitableVariantNotFoundError) as err:
            field = getattr(err, "field_name", "?")
            raise BadAnswer(f"{cls.__name__}: {field} is missing or wrong") from err

    @classmethod
    def parse_list(cls, data: Any) -> list[Self]:
        """Return the answers of a list, leaving out rows that cannot be read; BadAnswer if none can."""
        if not isinstance(data, Iterable) or isinstance(data, (str, dict)):
            raise BadAnswer(f"{cls.__name__}: a list was expected")
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
