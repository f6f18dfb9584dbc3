"""A whole household: the world and every server that shows it, connected to each other."""

from contextlib import AsyncExitStack
from typing import Any, Self

from .jellyfin import FakeJellyfin
from .qbittorrent import FakeQbittorrent
from .radarr import FakeRadarr
from .seerr import FakeSeerr
from .server import StackServer
from .shoko import FakeShoko
from .sonarr import FakeSonarr
from .world import World


class Household:
    """`async with Household(...) as home`: a Seerr and what it uses, on free loopback ports.

    `radarrs` and `sonarrs` name the instances (`hd`, `4k`, ...); `options` has keyword arguments for servers
    by kind, or kind and name: `options={"seerr": {"csrf": True}, "radarr-4k": {"url_base": "/radarr4k"}}`.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        radarrs: tuple[str, ...] = ("hd",),
        sonarrs: tuple[str, ...] = ("hd",),
        qbittorrent: bool = True,
        jellyfin: bool = True,
        shoko: bool = False,
        flavour: str = "seerr",
        options: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        """Make the servers; none listens yet. With `shoko`, anime libraries are Shokofin's."""
        self.world = world or World()
        self.world.shoko_library = shoko
        given = options or {}

        def of(*names: str) -> dict[str, Any]:
            """The options of these names, later ones first in rank."""
            merged: dict[str, Any] = {}
            for name in names:
                merged |= given.get(name, {})
            return merged

        self.seerr = FakeSeerr(self.world, **{"flavour": flavour, **of("seerr")})
        self.radarrs = {
            name: FakeRadarr(self.world, self.world.add_arr("radarr", name), **of("radarr", f"radarr-{name}"))
            for name in radarrs
        }
        self.sonarrs = {
            name: FakeSonarr(self.world, self.world.add_arr("sonarr", name), **of("sonarr", f"sonarr-{name}"))
            for name in sonarrs
        }
        self._qbittorrent = FakeQbittorrent(self.world, **of("qbittorrent")) if qbittorrent else None
        self._jellyfin = FakeJellyfin(self.world, **of("jellyfin")) if jellyfin else None
        self._shoko = FakeShoko(self.world, **of("shoko")) if shoko else None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start every server and wire Seerr to them."""
        for arr in (*self.radarrs.values(), *self.sonarrs.values()):
            arr.download_client = self._qbittorrent
            arr.download_user = self._qbittorrent.gate.username if self._qbittorrent else ""
        async with AsyncExitStack() as stack:
            for server in self.servers:
                await stack.enter_async_context(server)
            self._stack = stack.pop_all()
        self.seerr.services = [*self.radarrs.values(), *self.sonarrs.values()]
        self.seerr.jellyfin = self._jellyfin
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop every server."""
        await self._stack.aclose()

    # -- the servers -----------------------------------------------------------------------------------

    @property
    def servers(self) -> list[StackServer]:
        """All there are."""
        some = (self._qbittorrent, self._jellyfin, self._shoko)
        everyone = (*self.radarrs.values(), *self.sonarrs.values(), *some)
        return [self.seerr, *(server for server in everyone if server is not None)]

    @property
    def radarr(self) -> FakeRadarr:
        """The first Radarr."""
        return next(iter(self.radarrs.values()))

    @property
    def sonarr(self) -> FakeSonarr:
        """The first Sonarr."""
        return next(iter(self.sonarrs.values()))

    @property
    def qbittorrent(self) -> FakeQbittorrent:
        """The download client."""
        assert self._qbittorrent is not None
        return self._qbittorrent

    @property
    def jellyfin(self) -> FakeJellyfin:
        """The media server."""
        assert self._jellyfin is not None
        return self._jellyfin

    @property
    def shoko(self) -> FakeShoko:
        """The anime server."""
        assert self._shoko is not None
        return self._shoko

    # -- counting calls --------------------------------------------------------------------------------

    def clear_calls(self) -> None:
        """Forget every server's call log."""
        for server in self.servers:
            server.clear_calls()

    def calls(self) -> dict[str, int]:
        """Calls since then, by server name (`seerr`, `radarr-hd`, `qbittorrent`, ...)."""
        return {server.name: len(server.calls) for server in self.servers}

    def describe(self) -> list[str]:
        """One line a server: name, address, key or login."""
        lines = []
        for server in self.servers:
            login = ""
            if isinstance(server, FakeQbittorrent):
                login = f"user {server.gate.username}, password {server.gate.password}"
            lines.append(f"{server.name:14} {server.url:40} {login or f'key {server.api_key}'}")
        return lines
