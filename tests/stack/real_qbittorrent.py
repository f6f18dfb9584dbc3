"""Real qBittorrents on loopback: a seeder and a leecher, each a process of ours with a folder of its own."""

import asyncio
from asyncio.subprocess import DEVNULL, Process
import base64
from dataclasses import dataclass
import hashlib
import json
import os
from pathlib import Path
import random
import shutil
import socket
import time
from typing import Any, Self

import aiohttp

PROGRAM = "qbittorrent-nox"
USER = "admin"
PASSWORD = "a real password"
PIECE = 128 * 1024
START_LIMIT = 15.0
END_LIMIT = 5.0
CALL_LIMIT = 5.0
CALLS = 8
SETTINGS = """[LegalNotice]
Accepted=true

[BitTorrent]
Session\\Port={peer_port}
Session\\Interface=lo
Session\\InterfaceAddress=127.0.0.1
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false
Session\\QueueingSystemEnabled=false
Session\\Encryption=2
Session\\MultiConnectionsPerIp=true

[Network]
PortForwardingEnabled=false

[Preferences]
Connection\\UPnP=false
WebUI\\UseUPnP=false
WebUI\\Address=127.0.0.1
WebUI\\Port={port}
WebUI\\LocalHostAuth=true
WebUI\\Username={user}
WebUI\\Password_PBKDF2="@ByteArray({password})"
"""


def program() -> str | None:
    """The program's path, None where it is not installed."""
    return shutil.which(PROGRAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class TorrentFile:
    """A .torrent of one file, and what is in that file."""

    name: str
    content: bytes
    data: bytes
    hash: str


def make_torrent(name: str, size: int, seed: int = 1) -> TorrentFile:
    """A torrent (version 1) of random bytes, the same for the same seed; it names no tracker."""
    content = random.Random(seed).randbytes(size)
    pieces = b"".join(
        hashlib.sha1(content[start : start + PIECE], usedforsecurity=False).digest()
        for start in range(0, size, PIECE)
    )
    info = {"length": size, "name": name, "piece length": PIECE, "pieces": pieces}
    digest = hashlib.sha1(bencode(info), usedforsecurity=False).hexdigest()
    return TorrentFile(name=name, content=content, data=bencode({"info": info}), hash=digest)


def bencode(value: int | str | bytes | dict[str, Any]) -> bytes:
    """A value in BitTorrent's own coding; the keys of a dictionary in order."""
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    return b"d" + b"".join(bencode(key) + bencode(value[key]) for key in sorted(value)) + b"e"


class RealQbittorrent:
    """`async with RealQbittorrent(folder) as client`: a process with a login, its torrents, and its verbs."""

    def __init__(self, folder: Path) -> None:
        """Nothing starts yet; all it writes goes into the folder."""
        self.folder = folder
        self.port, self.peer_port = _free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: Process | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Start it, and log in once it answers."""
        path = program()
        assert path is not None
        config = self.folder / "qBittorrent" / "config"
        config.mkdir(parents=True)
        (self.folder / "files").mkdir()
        (config / "qBittorrent.conf").write_text(
            SETTINGS.format(peer_port=self.peer_port, port=self.port, user=USER, password=_digest(PASSWORD))
        )
        self._process = await asyncio.create_subprocess_exec(
            path,
            f"--profile={self.folder}",
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            env={"HOME": str(self.folder), "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        )
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        try:
            await self._log_in()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the process, and see that it is gone."""
        if self._session is not None:
            await self._session.close()
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(END_LIMIT):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _log_in(self) -> None:
        """Wait until it listens, and open a session."""
        until = time.monotonic() + START_LIMIT
        while True:
            try:
                answer = await self.post("auth/login", username=USER, password=PASSWORD)
            except aiohttp.ClientConnectionError:
                assert self._process is not None
                if self._process.returncode is not None or time.monotonic() > until:
                    raise
                await asyncio.sleep(0.05)
            else:
                assert answer in ("Ok.", ""), answer
                return

    async def post(self, action: str, **form: str) -> str:
        """The answer to a changing call."""
        assert self._session is not None
        async with self._session.post(f"{self.url}/api/v2/{action}", data=form) as response:
            response.raise_for_status()
            return await response.text()

    async def torrent(self, torrent: TorrentFile) -> dict[str, Any]:
        """What it says of a torrent, empty if it has none such."""
        assert self._session is not None
        url = f"{self.url}/api/v2/torrents/info"
        async with self._session.get(url, params={"hashes": torrent.hash}) as response:
            response.raise_for_status()
            rows: list[dict[str, Any]] = await response.json()
        return rows[0] if rows else {}

    # -- verbs -----------------------------------------------------------------------------------------

    async def seed(self, torrent: TorrentFile) -> None:
        """Have a torrent with all its content."""
        (self.folder / "files" / torrent.name).write_bytes(torrent.content)
        await self._add(torrent, skip_checking="true")

    async def load(self, torrent: TorrentFile, seeder: RealQbittorrent, *, limit: int) -> None:
        """Load a torrent from a seeder, at most `limit` bytes a second."""
        await self._add(torrent, dlLimit=str(limit))
        await self.meet(torrent, seeder)

    async def meet(self, torrent: TorrentFile, seeder: RealQbittorrent) -> None:
        """Connect it to a seeder, on another port where it does not call: it calls a port once a minute."""
        for _ in range(CALLS):
            await self.post("torrents/addPeers", hashes=torrent.hash, peers=f"127.0.0.1:{seeder.peer_port}")
            if await self._connected(torrent):
                return
            await seeder.move()
        raise TimeoutError(f"no connection to the seeder after {CALLS} calls: {await self.torrent(torrent)}")

    async def _connected(self, torrent: TorrentFile) -> bool:
        """Whether it has a seeder, or has loaded everything, within a few seconds."""
        until = time.monotonic() + CALL_LIMIT
        while time.monotonic() < until:
            row = await self.torrent(torrent)
            if row.get("num_seeds") or row.get("progress") == 1:
                return True
            await asyncio.sleep(0.1)
        return False

    async def pause(self, torrent: TorrentFile) -> None:
        """Stop a torrent, which was called pausing before 5.0."""
        await self._verb("pause", "stop", torrent)

    async def resume(self, torrent: TorrentFile) -> None:
        """Let a torrent go on."""
        await self._verb("resume", "start", torrent)

    async def delete(self, torrent: TorrentFile) -> None:
        """Remove a torrent with its files."""
        await self.post("torrents/delete", hashes=torrent.hash, deleteFiles="true")

    async def move(self) -> None:
        """Listen for peers elsewhere: one that was just left is not called again for a minute."""
        (self.peer_port,) = _free_ports(1)
        await self.post("app/setPreferences", json=json.dumps({"listen_port": self.peer_port}))
        async with asyncio.timeout(30):
            while True:  # it answers before it listens, and a peer that is refused is left alone, too
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.peer_port)
                except OSError:
                    await asyncio.sleep(0.1)
                    continue
                writer.close()
                return

    async def _verb(self, before: str, now: str, torrent: TorrentFile) -> None:
        """Call a verb by its name in this version."""
        try:
            await self.post(f"torrents/{now}", hashes=torrent.hash)
        except aiohttp.ClientResponseError as err:
            if err.status != 404:
                raise
            await self.post(f"torrents/{before}", hashes=torrent.hash)

    async def _add(self, torrent: TorrentFile, **options: str) -> None:
        """Add a torrent, and wait until it is there."""
        assert self._session is not None
        form = aiohttp.FormData({"savepath": str(self.folder / "files"), **options})
        form.add_field("torrents", torrent.data, filename=f"{torrent.name}.torrent")
        async with self._session.post(f"{self.url}/api/v2/torrents/add", data=form) as response:
            response.raise_for_status()
        while True:
            if await self.torrent(torrent):
                return
            await asyncio.sleep(0.05)


def _free_ports(count: int) -> list[int]:
    """Ports that are free now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _digest(password: str) -> str:
    """A password as the configuration holds it: PBKDF2 with a salt."""
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 100_000, 64)
    return ":".join(base64.b64encode(part).decode() for part in (salt, key))
