"""What can be wrong with a service, and the end of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..stack.arr import FakeArr
from ..stack.household import Household
from ..stack.jellyfin import FakeJellyfin
from ..stack.qbittorrent import FakeQbittorrent
from ..stack.seerr import FakeSeerr
from ..stack.server import HTML_PAGE, Fault, StackServer

TIME_LIMIT = 0.6  # seconds of a client in these tests
SLOW = 0.05
LARGEST = 1 << 20  # bytes a client takes in these tests
HUGE = LARGEST + 1
RETRY_AFTER = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault; a service with a harmless one goes on as if nothing was wrong."""

    name: str
    start: Callable[[Household, StackServer], None]
    harmless: bool = False
    patience: float = 2.0  # seconds an update waits for its sources
    refuses: bool = False  # the credentials, as far as anybody can tell


def _fault(make: Callable[[], Fault]) -> Callable[[Household, StackServer], None]:
    """Return what breaks a server in one of the ways of the stack."""

    def start(home: Household, server: StackServer) -> None:
        """Break it."""
        server.fault = make()

    return start


def _skew(days: int) -> Callable[[Household, StackServer], None]:
    """Return what puts the clock of a service forward or back."""

    def start(home: Household, server: StackServer) -> None:
        """Set it."""
        home.world.skews[kind_of(server)] = timedelta(days=days)

    return start


def _other_types(value: Any) -> Any:
    """Return JSON in which every text is a number and every number a text, every list an object."""
    match value:
        case dict():
            return {key: _other_types(one) for key, one in value.items()}
        case list():
            return {str(number): _other_types(one) for number, one in enumerate(value)}
        case str():
            return len(value)
        case bool() | None:
            return [value]
    return f"<{value}>"


def _newer(home: Household, server: StackServer) -> None:
    """Let a service be of a version that nobody knows yet."""
    match server:
        case FakeArr():
            server.version_text = "99.1.2.3"
        case FakeSeerr() | FakeQbittorrent() | FakeJellyfin():
            server.version = "99.1.2"
        case _:
            version = {"Server": {"Version": "99.1.2.3"}}
            server.fault = Fault.lying(lambda path, data: version, only="Init/Version")


def kind_of(server: StackServer) -> str:
    """Return the kind of a service, e.g. "radarr"."""
    return server.name.partition("-")[0]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("refused", _fault(Fault.down)),
        Kind("hang", _fault(Fault.hang)),
        Kind("slow", _fault(lambda: Fault.slow(SLOW)), harmless=True, patience=SLOW / 2),
        Kind("reset in mid-body", _fault(Fault.reset)),
        Kind("401", _fault(lambda: Fault.status(401)), refuses=True),
        Kind("403", _fault(lambda: Fault.status(403)), refuses=True),
        Kind("429 with Retry-After", _fault(lambda: Fault.limited(RETRY_AFTER))),
        Kind("500", _fault(lambda: Fault.status(500))),
        Kind("502 with HTML", _fault(lambda: Fault.status(502, HTML_PAGE))),
        Kind("truncated JSON", _fault(Fault.truncated)),
        Kind("wrong types", _fault(lambda: Fault.lying(lambda path, data: _other_types(data)))),
        Kind("huge body", _fault(lambda: Fault.huge(HUGE))),
        Kind("redirect loop", _fault(lambda: Fault.redirect(""))),
        Kind("changed version", _newer, harmless=True),
        Kind("clock +1 day", _skew(1), harmless=True),
        Kind("clock -1 day", _skew(-1), harmless=True),
    )
}


class Versions:
    """The versions of all services as they were, to be restored."""

    def __init__(self, home: Household) -> None:
        """Note them."""
        self._home = home
        self._known = {server.name: self._of(server) for server in home.servers}

    @staticmethod
    def _of(server: StackServer) -> dict[str, Any]:
        """Return the attributes that hold the version of a server."""
        return {name: vars(server)[name] for name in ("version", "version_text") if name in vars(server)}

    def heal(self) -> None:
        """Take away whatever is wrong with anybody."""
        for server in self._home.servers:
            server.fault = None
            vars(server).update(self._known[server.name])
        self._home.world.skews.clear()
        self._home.qbittorrent.gate.lift_ban()
