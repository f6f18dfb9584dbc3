"""Poster cache: fetches posters once, limits their number and serves them under signed paths."""

import asyncio
from collections.abc import Iterable, Set
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.components.http.auth import async_sign_path
from homeassistant.const import CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from yarl import URL

from ..const import DOMAIN, LOGGER
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.requests import Tracked

MAX_POSTERS: Final = 1000
MAX_BYTES: Final = 1024 * 1024
AT_ONCE: Final = 3
TIMEOUT: Final = ClientTimeout(total=20)
RETRY_AFTER: Final = timedelta(hours=1)
LOOK_AGAIN: Final = timedelta(minutes=10)
SHOW_AFTER: Final = 1.0  # seconds during which downloaded posters are collected before an update
SIGNED_FOR: Final = timedelta(days=30)
PATH: Final = f"/api/{DOMAIN}/poster"
TMDB: Final = "image.tmdb.org"
TMDB_WIDTH: Final = "/t/p/w342"
HEADERS: Final = {
    "Cache-Control": "private, max-age=2592000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


class NoPosterError(Exception):
    """The response is not a supported image."""


def picture_type(content: bytes | bytearray) -> str | None:
    """Return the media type of a JPEG, PNG or WebP image from its first bytes, else None."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None


@lru_cache(maxsize=2 * MAX_POSTERS)
def poster_key(url: str) -> str:
    """Return the file name of a poster."""
    return hashlib.sha256(url.encode()).hexdigest()[:32]


def addresses(url: str, seerr_url: str) -> list[URL]:
    """Return the URLs to fetch a poster from, best first: from TMDB through Seerr, in the size of a card."""
    try:
        address = URL(url)
    except ValueError:
        return []
    if address.scheme != "https":
        return []
    if address.host != TMDB:
        return [address]
    path = f"{TMDB_WIDTH}/{address.name}"
    return [URL(f"{seerr_url}/imageproxy/tmdb{path}"), address.with_path(path)]


def poster_folder(hass: HomeAssistant, entry_id: str) -> Path:
    """Return the poster folder of an entry, in the cache, which is excluded from backups."""
    return Path(hass.config.cache_path(DOMAIN, entry_id))


class Posters:
    """Poster cache of the requests of an entry."""

    def __init__(self, hass: HomeAssistant, coordinator: StatusTrackerCoordinator) -> None:
        """Initialize with the folder of the entry."""
        self._hass = hass
        self._coordinator = coordinator
        self._entry = coordinator.config_entry
        self.folder = poster_folder(hass, self._entry.entry_id)
        self._ready: set[str] = set()
        self._failed: dict[str, datetime] = {}
        self._paths: dict[str, str] = {}  # signed paths by poster URL
        self._queue: dict[str, str] = {}
        self._working = 0
        self._look_again = dt_util.utcnow()
        self._oldest = 0  # the request below which no poster is kept
        self._fetched: set[str] = set()  # keys of posters not shown yet
        self._showing: asyncio.TimerHandle | None = None

    async def async_setup(self) -> None:
        """Load existing files, and fetch missing posters from now on."""
        wanted = self._wanted()
        self._ready = await self._hass.async_add_executor_job(_tidy, self.folder, set(wanted))
        self._entry.async_on_unload(self._coordinator.async_add_listener(self._look))
        self._entry.async_on_unload(self._stop)
        self._entry.async_on_unload(
            async_track_time_interval(self._hass, self._sign_anew, SIGNED_FOR / 2, cancel_on_shutdown=True)
        )
        self._look()

    def path(self, request: Tracked) -> str | None:
        """Return the signed path of the poster of a request, None if it is not available."""
        if not (url := request.poster):
            return None
        if not (path := self._paths.get(url)) and (key := poster_key(url)) in self._ready:
            path = self._paths[url] = async_sign_path(
                self._hass, f"{PATH}/{self._entry.entry_id}/{key}", SIGNED_FOR, use_content_user=True
            )
        return path

    @callback
    def _sign_anew(self, now: datetime) -> None:
        """Renew the signed paths before they expire."""
        self._paths.clear()
        self._coordinator.async_update_listeners()

    async def async_read(self, key: str) -> bytes | None:
        """Return the content of a poster, None if there is none."""
        if key not in self._ready:
            return None
        try:
            return await self._hass.async_add_executor_job((self.folder / key).read_bytes)
        except OSError:
            self._ready.discard(key)  # the cache folder was emptied
            self._paths.clear()
            return None

    def _wanted(self) -> dict[str, str]:
        """Return the URLs of the posters to keep, by key: those of the newest requests."""
        newest = sorted(self._coordinator.data, reverse=True)
        self._oldest = newest[MAX_POSTERS - 1] if len(newest) >= MAX_POSTERS else 0
        posters = (self._coordinator.data[number].poster for number in newest)
        return dict([(poster_key(url), url) for url in dict.fromkeys(posters) if url][:MAX_POSTERS])

    @callback
    def _look(self) -> None:
        """Queue missing posters."""
        now, changed = dt_util.utcnow(), self._coordinator.changed
        if changed is not None and now < self._look_again and not self._is_new(changed):
            return
        self._look_again = now + LOOK_AGAIN
        wanted = self._wanted()
        self._forget(wanted.keys())
        for key, url in wanted.items():
            if key in self._ready or key in self._queue or now < self._failed.get(key, now):
                continue
            self._failed[key] = now + RETRY_AFTER
            self._queue[key] = url
        while self._queue and self._working < AT_ONCE:
            self._working += 1
            self._entry.async_create_background_task(
                self._hass, self._async_work(), f"{DOMAIN} posters of {self._entry.title}"
            )

    @callback
    def _forget(self, wanted: Set[str]) -> None:
        """Delete the posters of removed requests."""
        self._failed = {key: until for key, until in self._failed.items() if key in wanted}
        self._queue = {key: url for key, url in self._queue.items() if key in wanted}
        self._paths = {url: path for url, path in self._paths.items() if poster_key(url) in wanted}
        if gone := self._ready - wanted:
            self._ready -= gone
            self._hass.async_add_executor_job(_delete, self.folder, gone)

    def _is_new(self, numbers: Iterable[int]) -> bool:
        """Return whether one of the requests has a poster that was not looked for yet."""
        requests = (self._coordinator.data.get(number) for number in numbers if number >= self._oldest)
        keys = {poster_key(one.poster) for one in requests if one and one.poster}
        return any(key not in self._ready and key not in self._failed for key in keys)

    @callback
    def _stop(self) -> None:
        """Stop showing posters."""
        self._queue.clear()
        if self._showing:
            self._showing.cancel()
            self._showing = None

    async def _async_work(self) -> None:
        """Fetch the queued posters one by one."""
        try:
            while self._queue:
                key = next(iter(self._queue))
                url = self._queue.pop(key)
                await self._async_fetch(key, url)
        finally:
            self._working -= 1

    async def _async_fetch(self, key: str, url: str) -> None:
        """Fetch a poster from the first URL that has it."""
        seerr = self._coordinator.seerr.client.url
        for address in addresses(url, seerr):
            own = str(address).startswith(seerr)
            session = async_get_clientsession(
                self._hass, verify_ssl=bool(self._entry.data.get(CONF_VERIFY_SSL, True)) if own else True
            )
            try:
                content = await _async_download(session, address)
                await self._hass.async_add_executor_job(_write, self.folder, key, content)
            except (NoPosterError, ClientError, TimeoutError, OSError) as err:
                LOGGER.debug("Failed to fetch a poster from %s: %s", address.host, err or type(err).__name__)
                continue
            self._ready.add(key)
            self._fetched.add(key)
            if not self._showing:
                self._showing = self._hass.loop.call_later(SHOW_AFTER, self._show)
            return

    @callback
    def _show(self) -> None:
        """Update the entities with newly fetched posters."""
        self._showing = None
        fetched, self._fetched = self._fetched, set()
        requests = self._coordinator.data.items()
        shown = {number for number, one in requests if one.poster and poster_key(one.poster) in fetched}
        self._coordinator.async_update_requests(shown)


async def _async_download(session: ClientSession, address: URL) -> bytes:
    """Return the image at a URL; raises NoPosterError if it is invalid, too large or redirected."""
    async with session.get(address, timeout=TIMEOUT, allow_redirects=False) as response:
        if response.status != HTTPStatus.OK:
            raise NoPosterError(f"status {response.status}")
        if not response.content_type.startswith("image/"):
            raise NoPosterError(f"content type {response.content_type}")
        content = bytearray()
        async for chunk in response.content.iter_chunked(64 * 1024):
            content += chunk
            if len(content) > MAX_BYTES:
                raise NoPosterError("image too large")
    if picture_type(content) is None:
        raise NoPosterError("unsupported image format")
    return bytes(content)


def _tidy(folder: Path, wanted: set[str]) -> set[str]:
    """Delete posters of removed requests; return the keys of the remaining ones."""
    if not folder.is_dir():
        return set()
    found = set()
    for file in folder.iterdir():
        if file.name in wanted:
            found.add(file.name)
        else:
            file.unlink(missing_ok=True)
    return found


def _delete(folder: Path, keys: Set[str]) -> None:
    """Delete posters."""
    for key in keys:
        with suppress(OSError):  # the next start tries again
            (folder / key).unlink(missing_ok=True)


def _write(folder: Path, key: str, content: bytes) -> None:
    """Write a poster atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{key}.part"
    part.write_bytes(content)
    part.replace(folder / key)


def delete_posters(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the posters of a removed entry."""
    folder = poster_folder(hass, entry_id)
    _tidy(folder, set())
    with suppress(OSError):
        folder.rmdir()


class PosterView(HomeAssistantView):
    """View that serves posters under signed paths."""

    url = PATH + "/{entry_id}/{key}"
    name = f"api:{DOMAIN}:poster"

    async def get(self, request: web.Request, entry_id: str, key: str) -> web.Response:
        """Return a poster."""
        entry = request.app[KEY_HASS].config_entries.async_get_entry(entry_id)
        data = getattr(entry, "runtime_data", None) if entry and entry.domain == DOMAIN else None
        content = await data.posters.async_read(key) if data else None
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type=picture_type(content), headers=HEADERS)
