"""Decoding of JSON and texts in which characters can be incomplete, e.g. an emoji cut off in a name."""

import re
from typing import Any

import orjson

_HEX = "[0-9a-fA-F]{2}"
_ESCAPES = re.compile(rf"\\\\|\\u[dD][89abAB]{_HEX}\\u[dD][c-fC-F]{_HEX}|(?P<half>\\u[dD][89a-fA-F]{_HEX})")


def decode_json(body: str | bytes) -> Any:
    """Return decoded JSON, with U+FFFD for halves of characters; raises orjson.JSONDecodeError."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        repaired = _ESCAPES.sub(lambda found: r"\ufffd" if found["half"] else found[0], text)
        if repaired == body:
            raise
    return orjson.loads(repaired)


def whole_text(text: str) -> str:
    """Return a text that can be encoded, with U+FFFD for halves of characters."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
