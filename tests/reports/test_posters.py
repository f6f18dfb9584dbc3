"""Posters: fetched once, kept in bounds, served to who holds a signed path, never a broken picture."""

from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS
from custom_components.status_tracker.reports import posters

from ..common import Clock, SetUp, StartHousehold, poll, state_of, until
from ..conftest import ADDRESSES
from ..stack.household import Household
from ..stack.rows import SeerrRequest
from ..stack.server import Fault
from ..stack.stories import frieren, sintel

POLLING = {CONF_REGISTER_WEBHOOKS: False}
PROXY = "/imageproxy"


def picture(hass: HomeAssistant, *found: Any) -> str | None:
    """The entity picture of a request."""
    state = state_of(hass, *found)
    assert state
    path: str | None = state.attributes.get("entity_picture")
    return path


async def fetched(hass: HomeAssistant, home: Household, entry: Any) -> None:
    """Wait until the household has been asked for a poster and the answer has been taken in."""
    await until(hass, lambda: home.seerr.count(PROXY))
    held = entry.runtime_data.posters
    await until(hass, lambda: not held._working and not held._queue)


type WithPoster = tuple[Household, SeerrRequest, MockConfigEntry]


@pytest.fixture
async def with_poster(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, household_posters: None
) -> WithPoster:
    """Return a household, a request whose poster is shown, and the entry that shows it."""
    home = await household()
    request = await home.world.request(sintel())
    entry = await setup_entry(home, **POLLING)
    await until(hass, lambda: picture(hass, entry, request))
    return home, request, entry


async def test_served_by_signed_path_alone(
    hass: HomeAssistant, with_poster: WithPoster, hass_client_no_auth: Any
) -> None:
    """The signed path gives the picture to anybody; without its signature it gives nothing."""
    _, request, entry = with_poster
    path = picture(hass, entry, request)
    assert path
    client = await hass_client_no_auth()
    response = await client.get(path)
    assert response.status == 200
    assert response.content_type == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert posters.picture_type(await response.read()) == "image/png"
    assert (await client.get(path.partition("?")[0])).status == 401
    other = path.replace(path.partition("?")[0], f"{posters.PATH}/{entry.entry_id}/{'0' * 32}")
    assert (await client.get(other)).status == 401


async def test_fetched_once_in_a_life(hass: HomeAssistant, with_poster: WithPoster) -> None:
    """Neither further polls nor a restart fetch it again; files that are not needed are deleted."""
    home, request, entry = with_poster
    await poll(hass, entry)
    folder = posters.poster_folder(hass, entry.entry_id)
    (folder / "left-over").write_bytes(b"x")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert picture(hass, entry, request)
    assert home.seerr.count(PROXY) == 1
    assert len(list(folder.iterdir())) == 1
    await hass.config_entries.async_remove(entry.entry_id)
    assert not folder.exists()


@pytest.mark.usefixtures("household_posters")
@pytest.mark.parametrize(
    "fault",
    [
        Fault.status(404, only=PROXY),
        Fault.html(only=PROXY),
        Fault.garbage(only=PROXY),
        Fault.redirect("/login", only=PROXY),
    ],
    ids=lambda fault: fault.kind,
)
async def test_no_picture_is_no_poster(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, fault: Fault
) -> None:
    """What is no picture is not kept, the stage's icon stays, and it is not asked for again at once."""
    home = await household()
    home.seerr.fault = fault
    request = await home.world.request(sintel())
    entry = await setup_entry(home, **POLLING)
    await fetched(hass, home, entry)
    await poll(hass, entry, rounds=3)
    assert picture(hass, entry, request) is None
    assert home.seerr.count(PROXY) == 1
    assert not posters.poster_folder(hass, entry.entry_id).exists()


@pytest.mark.usefixtures("household_posters")
@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(posters.MAX_BYTES),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"",
    ],
    ids=["large", "script", "empty"],
)
async def test_no_picture_we_would_serve(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    body: bytes,
) -> None:
    """Nothing larger than the limit, and nothing that can hold a script, whatever it is called."""
    monkeypatch.setattr("tests.stack.posters.dot", lambda: body)
    home = await household()
    request = await home.world.request(sintel())
    entry = await setup_entry(home, **POLLING)
    await fetched(hass, home, entry)
    assert picture(hass, entry, request) is None


@pytest.mark.usefixtures("household_posters")
async def test_no_more_than_the_limit(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest requests have a poster, the others their icon."""
    monkeypatch.setattr(posters, "MAX_POSTERS", 1)
    home = await household()
    first = await home.world.request(sintel())
    second = await home.world.request(frieren(), seasons=[1])
    entry = await setup_entry(home, **POLLING)
    await until(hass, lambda: picture(hass, entry, second))
    assert picture(hass, entry, first) is None


async def test_the_poster_of_a_removed_request_is_deleted(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, household_posters: None, clock: Clock
) -> None:
    """Without a restart, and with everything that was remembered of it; that of another request stays."""
    home = await household()
    first, second = [await home.world.request(title) for title in (sintel(), frieren())]
    entry = await setup_entry(home, **POLLING)
    await until(hass, lambda: picture(hass, entry, first) and picture(hass, entry, second))
    held, folder = entry.runtime_data.posters, posters.poster_folder(hass, entry.entry_id)
    await home.world.delete_request(first)
    clock.advance(home, minutes=11)
    await poll(hass, entry)
    await until(hass, lambda: len(list(folder.iterdir())) == 1)
    assert len(held._ready) == len(held._failed) == len(held._paths) == 1
    assert picture(hass, entry, second)


async def test_an_emptied_cache(
    hass: HomeAssistant, with_poster: WithPoster, hass_client_no_auth: Any
) -> None:
    """If the files are deleted, the path answers 404 and the poster is fetched again."""
    home, request, entry = with_poster
    for file in posters.poster_folder(hass, entry.entry_id).iterdir():
        file.unlink()
    client = await hass_client_no_auth()
    assert (await client.get(picture(hass, entry, request))).status == 404
    held = entry.runtime_data.posters
    held._failed.clear()
    await poll(hass, entry)
    entry.runtime_data.coordinator.async_update_listeners()
    await until(hass, lambda: home.seerr.count(PROXY) == 2)


def test_addresses() -> None:
    """TMDB's small picture, through Seerr first; others only where they are encrypted."""
    tmdb = "https://image.tmdb.org/t/p/w600_and_h900_bestv2/p1.jpg"
    assert ADDRESSES(tmdb, "http://seerr:5055") == [
        URL("http://seerr:5055/imageproxy/tmdb/t/p/w342/p1.jpg"),
        URL("https://image.tmdb.org/t/p/w342/p1.jpg"),
    ]
    tvdb = "https://artworks.thetvdb.com/banners/s1.jpg"
    assert ADDRESSES(tvdb, "http://seerr:5055") == [URL(tvdb)]
    for odd in ("http://192.168.1.1/admin.jpg", "file:///etc/passwd", "https://[", ""):
        assert ADDRESSES(odd, "http://seerr:5055") == []


def test_a_picture_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    """Only what every browser shows and no script can hide in."""
    assert posters.picture_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert posters.picture_type(b"RIFF\x00\x00\x00\x00WAVE") is None
    assert posters.picture_type(b"<svg>") is None
