"""What is written, and what may be shown of it."""

from collections.abc import Iterator
from typing import Any

HOSTILE = {
    "markup": "<img src=x onerror=\"alert(1)\"><script>alert('x')</script> & [a](javascript:alert(1))",
    "template": "{{ states('sun.sun') }}{% raw %}{# #}${1+1}%s{title}{0}",
    "control": "one\x00two\x07three\x1b[31mfour\r\nfive\ttwo\x7f\x85end",
    "long": "long " * 2000,
    "one word": "w" * 10_000,
    "half": "half \ud83d and \udc00 more",
    "right to left": "abc \u202egnp.exe\u202c \u200f\u05d0\u05d1\u2067x\u2069",
    "blanks": "  \u00a0\u2003 ",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 40,
    "quotes": "\"'`\\\\n\\u0000;DROP TABLE states;--",
    "path": "../../../etc/passwd\\..\\C:\\x",
}
LONGEST = 1000  # characters of any text shown
LONGEST_PATH = 8192
ATTRIBUTES = 16_384  # bytes of attributes that the recorder keeps


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text inside a value."""
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                yield from texts_in(key)
                yield from texts_in(one)
        case list() | tuple() | set() | frozenset():
            for one in value:
                yield from texts_in(one)
