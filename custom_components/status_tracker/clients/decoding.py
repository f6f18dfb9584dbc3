"""Decoding of JSON and texts in which characters can be incomplete, e.g. an emoji cut off in a name."""

from collections.abc import Generator, Iterator
from json import JSONDecodeError, JSONDecoder
import re
from typing import Any

import orjson

_HEX = "[0-9a-fA-F]{2}"
_ESCAPES = re.compile(rf"\\\\|\\u[dD][89abAB]{_HEX}\\u[dD][c-fC-F]{_HEX}|(?P<half>\\u[dD][89a-fA-F]{_HEX})")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[ \t\r\n]*")


def _refuse(constant: str) -> Any:
    """Raise ValueError for NaN and Infinity."""
    raise ValueError(f"Unexpected {constant}")


_DECODER = JSONDecoder(parse_constant=_refuse)


def decode_json(body: str | bytes) -> Any:
    """Return decoded JSON, with U+FFFD for halves of characters; raises orjson.JSONDecodeError."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        repaired = _repaired(text)
        if repaired == body:
            raise
    return orjson.loads(repaired)


def _repaired(text: str) -> str:
    """Return JSON with U+FFFD for halves of characters."""
    return _ESCAPES.sub(lambda found: r"\ufffd" if found["half"] else found[0], text)


class ListBody:
    """A JSON object with a long list under one key; iterating decodes one element at a time.

    `others` has the values of the other keys, after the iteration.
    """

    def __init__(self, body: str, key: str) -> None:
        """Initialize with a body that is not decoded yet."""
        self.others: dict[str, Any] = {}
        self.listed = False  # whether there is a list under the key
        self._text = _repaired(body) if _HALF.search(body) else body
        self._key = key

    def __iter__(self) -> Iterator[Any]:
        """Yield the elements of the list; raises JSONDecodeError."""
        at = self._after(0, "{")
        more = not self._has(at, "}")
        while more:
            key, at = self._value(at)
            at = self._after(at, ":")
            if key == self._key and self._has(at, "["):
                self.listed = True
                at = yield from self._elements(at)
            else:
                self.others[str(key)], at = self._value(at)
            if more := self._has(at, ","):
                at = self._after(at, ",")
        if self._space(self._after(at, "}")) != len(self._text):
            raise JSONDecodeError("Expected the end", self._text, at)

    def _elements(self, at: int) -> Generator[Any, None, int]:
        """Yield the elements of the list that begins here; return where it ends."""
        at = self._after(at, "[")
        more = not self._has(at, "]")
        while more:
            element, at = self._value(at)
            yield element
            if more := self._has(at, ","):
                at = self._after(at, ",")
        return self._after(at, "]")

    def _value(self, at: int) -> tuple[Any, int]:
        """Return the value that begins here, and where it ends."""
        try:
            return _DECODER.raw_decode(self._text, self._space(at))
        except (RecursionError, ValueError) as err:
            raise JSONDecodeError("Invalid value", self._text, at) from err

    def _space(self, at: int) -> int:
        """Return where the space that begins here ends."""
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _has(self, at: int, sign: str) -> bool:
        """Return whether a character is the next one."""
        return self._text.startswith(sign, self._space(at))

    def _after(self, at: int, sign: str) -> int:
        """Return where the next character ends, which must be this one."""
        if not self._has(at, sign):
            raise JSONDecodeError(f"Expected {sign}", self._text, at)
        return self._space(at) + 1


def whole_text(text: str) -> str:
    """Return a text that can be encoded, with U+FFFD for halves of characters."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
