"""What can be wrong with a simulated service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

type FaultKind = Literal[
    "down",
    "hang",
    "slow",
    "status",
    "html",
    "garbage",
    "reset",
    "truncated",
    "huge",
    "lying",
    "bad_key",
    "redirect",
]


@dataclass(slots=True, kw_only=True)
class Fault:
    """Something wrong with a server: `only` on paths that contain this text, `times` so many calls."""

    kind: FaultKind
    seconds: float = 0.0
    code: int = 500
    body: str = ""
    location: str = "/login"
    headers: tuple[tuple[str, str], ...] = ()
    size: int = 0
    mutate: Callable[[str, Any], Any] | None = None
    only: str = ""
    times: int | None = None

    @classmethod
    def down(cls) -> Self:
        """Refuse connections: the listening socket is really closed until the fault is taken away."""
        return cls(kind="down")

    @classmethod
    def hang(cls, *, only: str = "", times: int | None = None) -> Self:
        """Accept the call and answer nothing until the fault is taken away."""
        return cls(kind="hang", only=only, times=times)

    @classmethod
    def slow(cls, seconds: float, *, only: str = "", times: int | None = None) -> Self:
        """Answer rightly, but late."""
        return cls(kind="slow", seconds=seconds, only=only, times=times)

    @classmethod
    def status(cls, code: int, body: str = "", *, only: str = "", times: int | None = None) -> Self:
        """Answer with this status and body."""
        return cls(kind="status", code=code, body=body, only=only, times=times)

    @classmethod
    def limited(cls, seconds: int) -> Self:
        """Answer that there were too many requests, and when to come again."""
        return cls(kind="status", code=429, headers=(("Retry-After", str(seconds)),))

    @classmethod
    def html(cls, *, only: str = "", times: int | None = None) -> Self:
        """Answer 200 with a web page, as a proxy's login page or a wrong URL base does."""
        return cls(kind="html", only=only, times=times)

    @classmethod
    def garbage(cls, *, only: str = "", times: int | None = None) -> Self:
        """Answer 200 with something that claims to be JSON and is not."""
        return cls(kind="garbage", only=only, times=times)

    @classmethod
    def reset(cls, *, only: str = "") -> Self:
        """Answer rightly, and reset the connection in the middle of the body."""
        return cls(kind="reset", only=only)

    @classmethod
    def truncated(cls, *, only: str = "") -> Self:
        """Answer rightly, but with half of the body, as if that were all."""
        return cls(kind="truncated", only=only)

    @classmethod
    def huge(cls, size: int, *, only: str = "") -> Self:
        """Answer rightly, with so many blanks after it."""
        return cls(kind="huge", size=size, only=only)

    @classmethod
    def lying(cls, mutate: Callable[[str, Any], Any], *, only: str = "", times: int | None = None) -> Self:
        """Answer rightly, then pass the decoded JSON through `mutate(path, data)` on its way out."""
        return cls(kind="lying", mutate=mutate, only=only, times=times)

    @classmethod
    def bad_key(cls) -> Self:
        """Refuse every credential, as after a changed key."""
        return cls(kind="bad_key")

    @classmethod
    def redirect(cls, location: str = "/login", code: int = 302, *, only: str = "") -> Self:
        """Send every caller somewhere else; with no location to the same address again."""
        return cls(kind="redirect", location=location, code=code, only=only)
