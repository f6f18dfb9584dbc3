"""Action that polls all services and reads everything again."""

from collections.abc import Iterable

from homeassistant.util.json import JsonValueType

from ..coordinator import StatusTrackerCoordinator
from .requests import failure


async def refresh(coordinators: Iterable[StatusTrackerCoordinator]) -> list[JsonValueType]:
    """Poll all services and read everything again; return those that failed, raise if all did."""
    read, unread = False, list[JsonValueType]()
    names: list[str] = []
    for coordinator in coordinators:
        sources = list(coordinator.sources.values())
        late = await coordinator.async_ask(*sources)
        for source in sources:  # after the poll that tells who is unavailable: this one can take longer
            if source not in late:
                source.read_again()
        await coordinator.async_refresh()
        read = read or len(late) < len(sources)
        names += [source.name for source in late]
        unread += [
            {"service": source.name, "reason": source.error.reason if source.error else "timed_out"}
            for source in late
        ]
    if not read:
        raise failure("refresh_failed", services=", ".join(names))
    return unread
