"""Anime when Shoko is late, renames, is wrong, silent or down: it arrives, and tells why it waits."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.status_tracker.const import CONF_LIMIT_ANIME_MATCHING

from .anime import House, StartHouse, Told, dreaming_girl, jujutsu_0
from .common import coordinator_of, until
from .stack.rows import SeerrRequest
from .stack.server import Fault
from .stack.stories import frieren, your_name
from .stack.titles import film, series

VERSIONS = pytest.mark.parametrize("version", [4, 5, 6])


def options(version: int) -> dict[str, Any]:
    """Return what makes a household with this Shoko."""
    return {"options": {"shoko": {"version": version}}}


# What Shoko does with files


@VERSIONS
async def test_ids_on_the_request(start_house: StartHouse, version: int) -> None:
    """Seerr's ids and Shoko's AniDB, TMDB, TVDB and IMDb ids are kept, late ones too."""
    house = await start_house(**options(version))
    request = await house.ask(dreaming_girl())
    entry = house.world.shoko_add_series("Yumemiru Shoujo no Yume o Minai", 14397, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    await house.reaches(request, "anime_matching")
    episode = house.episode(entry)
    wanted = {
        "tmdb_movie:572154",
        "imdb:tt10472884",
        "anidb_anime:14397",
        f"anidb_episode:{episode.anidb_id}",
        f"shoko_file:{shoko.id}",
        f"shoko_series:{entry.id}",
        f"shoko_episode:{episode.id}",
    }
    await house.polls()
    assert wanted <= house.ids(request)
    await house.world.shoko_link_tmdb(episode, movies=[572154, 999003], tvdb=[7654321], imdb=["tt99"])
    await house.polls()
    linked = {"tmdb_movie:999003", "tvdb_episode:7654321"} if version > 4 else set()
    assert linked | wanted <= house.ids(request)
    await house.shows(shoko)
    await house.reaches(request, "available", tmdb_id="572154", imdb_id="tt10472884")
    assert linked | wanted <= house.ids(request)


@VERSIONS
async def test_ids_null_until_the_series_is_created(start_house: StartHouse, version: int) -> None:
    """Matched with an entry that Shoko has not made a series of yet: Shokofin shows nothing before."""
    house = await start_house(**options(version))
    request = await house.ask(your_name())
    entry = house.world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", created=False, episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    await house.reaches(request, "anime_matching")
    assert await house.world.shokofin_show(shoko) is None
    await house.polls()
    assert f"shoko_series:{entry.id}" not in house.ids(request)
    await house.world.shoko_create_series(entry)
    await house.polls()
    assert {f"shoko_series:{entry.id}", "anidb_anime:11829"} <= house.ids(request)
    await house.shows(shoko)
    await house.reaches(request, "available")


@VERSIONS
@pytest.mark.parametrize("when", ["hashed", "matched", "seen"])
async def test_file_renamed_by_shoko(start_house: StartHouse, version: int, when: str) -> None:
    """Shoko renames and moves what Radarr imported: followed by its id, whenever that happens."""
    house = await start_house(**options(version))
    world = house.world
    request = await house.ask(your_name())
    entry = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await world.shoko_detect(file.path, file.size)
    new_path = "Kimi no Na wa/[Group] Kimi no Na wa [2160p].mkv"
    await world.shoko_hash(shoko)
    await house.polls()
    if when == "hashed":
        await world.shoko_relocate(shoko, new_path)
    await world.shoko_match(shoko, house.episode(entry))
    if when == "matched":
        await world.shoko_relocate(shoko, new_path)
    await house.polls()
    await house.shows(shoko)
    if when == "seen":
        await house.reaches(request, "available")
        await world.shoko_relocate(shoko, new_path)
        await house.stays(request, "available")
    await house.reaches(request, "available")
    assert world.shoko_file_at(file.path) is None


@pytest.mark.parametrize("version", [5, 6])
async def test_file_renamed_before_anybody_asked(start_house: StartHouse, version: int) -> None:
    """No path ever fits: among the files Shoko links to the film the one of equal size is it."""
    house = await start_house(**options(version))
    world = house.world
    request = await house.ask(your_name())
    links = {"kind": "Movie", "episodes": 2, "tmdb_movies": [372058]}
    entry = world.shoko_add_series("Kimi no Na wa.", 11829, **links)
    house.home.shoko.events.muted = True
    (file,) = await house.import_(request)
    shoko = await world.shoko_detect(f"/elsewhere/{file.relative_path}", file.size)
    await world.shoko_relocate(shoko, "Kimi no Na wa/x.mkv")
    await world.shoko_match(shoko, house.episode(entry))
    await world.shoko_take_in("/elsewhere/trailer.mkv", 12, house.episode(entry, 2))
    await house.reaches(request, "anime_matching")
    await house.polls()
    await house.shows(shoko)
    await house.polls()
    await house.reaches(request, "available")


@VERSIONS
async def test_late_discovery(start_house: StartHouse, version: int) -> None:
    """Nothing hints at anime until Shoko recognises a file: routed anew, film and series alike."""
    house = await start_house(**options(version))
    world = house.world
    movie = await house.ask(film("Your Name.", 2016, 372058, imdb_id="tt5311514"))
    show = await house.ask(series("Frieren", 2023, 209867, 424536, {1: 2}), 1)
    plain = await house.ask(film("Sintel", 2010, 45745))
    film_entry = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    entry = world.shoko_add_series("Sousou no Frieren", 17617, episodes=2)
    files = [(await house.import_(movie))[0], *await house.import_(show)]
    await house.import_(plain)
    await house.stays(movie, "importing", anime=False)
    await house.stays(show, "importing", anime=False)
    shoko = [
        await house.takes(files[0], film_entry),
        await house.takes(files[1], entry, 1),
        await house.takes(files[2], entry, 2),
    ]
    await house.reaches(movie, "anime_matching", anime=True)
    await house.reaches(show, "anime_matching", anime=True)
    for one in shoko:
        await house.shows(one)
    await house.reaches(movie, "available")
    await house.reaches(show, "available", episodes_available=2)
    await house.stays(plain, "importing", anime=False)


# What people are told


async def is_unmatched(house: House, request: SeerrRequest) -> None:
    """Check that a request is stuck until its file is linked, with the address where to do so."""
    state = await house.reaches(request, "anime_matching", reason="anime_unmatched", stuck=True)
    assert f"{house.home.shoko.url}/webui/utilities/unrecognized/files" in state.attributes["reason_detail"]


@VERSIONS
async def test_unmatched_then_linked_by_hand(start_house: StartHouse, version: int, told: Told) -> None:
    """An unrecognized file has a link to where it can be matched; matching it there ends the wait."""
    house = await start_house(**options(version))
    world = house.world
    request = await house.ask(your_name())
    entry = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry, matched=False)
    await house.reaches(request, "anime_matching", reason="waiting_for_library", stuck=False)
    await world.shoko_not_match(shoko)
    await is_unmatched(house, request)
    await house.stays(request, "anime_matching", reason="anime_unmatched", stuck=True)
    await world.shoko_link(shoko, house.episode(entry))
    await house.reaches(request, "anime_matching", reason="waiting_for_library", stuck=False)
    await house.shows(shoko)
    await house.reaches(request, "available", reason=None, stuck=False)


async def test_a_ban_of_anidb_is_no_verdict(house: House) -> None:
    """While AniDB refuses to answer and the queue is blocked, the file is not unrecognised."""
    request = await house.ask(your_name())
    (file,) = await house.import_(request)
    await house.world.shoko_set_queue(blocked=3)
    shoko = await house.takes(file, house.world.shoko_add_series("?", 1), matched=False)
    await house.world.shoko_not_match(shoko, udp_banned=True)
    await house.stays(request, "anime_matching", reason="waiting_for_library", stuck=False)


async def test_hidden_in_library(house: House) -> None:
    """Matched and not shown past the limit: the usual causes are named, and showing it lifts it."""
    house.world.shokofin.library = "movies"  # whose filter hides what AniDB does not call a movie
    request = await house.ask(jujutsu_0())
    entry = house.world.shoko_add_series("Gekijouban Jujutsu Kaisen 0", 16169, kind="TVSpecial", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    assert await house.world.shokofin_show(shoko) is None
    await house.reaches(request, "anime_matching", reason="waiting_for_library", stuck=False)
    house.clock.advance(house.home, minutes=61)
    await house.polls()
    state = await house.reaches(request, "anime_matching", reason="hidden_in_library", stuck=True)
    for cause in ("SignalR", "path mapping", "movie filter", "separate movies", "TMDB link"):
        assert cause in state.attributes["reason_detail"]
    house.world.shokofin.filter_movies = False
    await house.shows(shoko)
    await house.reaches(request, "available", reason=None, reason_detail=None, stuck=False)


async def test_hidden_at_once(start_house: StartHouse) -> None:
    """A limit of 0 means at once."""
    house = await start_house(entry_options={CONF_LIMIT_ANIME_MATCHING: 0})
    request = await house.ask(your_name())
    entry = house.world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    await house.reaches(request, "anime_matching", reason="hidden_in_library", stuck=True)
    await house.shows(shoko)
    await house.reaches(request, "available", stuck=False)


async def test_shoko_down(hass: HomeAssistant, house: House) -> None:
    """While it is down it is named and nothing is stuck; missed events are read when it is back."""
    world = house.world
    request = await house.ask(your_name())
    seen = await house.ask(frieren(), 1)
    entry = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    show = world.shoko_add_series("Sousou no Frieren", 17617, episodes=3)
    known = [await house.takes(one, show, number) for number, one in enumerate(await house.import_(seen), 1)]
    await house.reaches(seen, "anime_matching", reason="waiting_for_library")
    await house.polls()
    house.home.shoko.fault = Fault.down()
    (file,) = await house.import_(request)
    await house.polls()
    state = await house.reaches(request, "anime_matching", reason="service_unavailable", stuck=False)
    assert "shoko" in state.attributes["reason_detail"]
    connection = hass.states.get("binary_sensor.shoko_connection")
    assert connection
    assert connection.state == "off"
    house.clock.advance(house.home, minutes=90)
    await house.polls()
    await house.reaches(request, "anime_matching", reason="service_unavailable", stuck=False)
    shoko = await house.takes(file, entry)
    for one in known:
        await house.shows(one)
    # What Shoko had told before stands.
    await house.polls()
    await house.reaches(seen, "available", episodes_available=3)
    await house.shows(shoko)
    house.home.shoko.fault = None
    if house.told == "polling":
        house.home.shoko.kill_hub()
    house.clock.advance(house.home, minutes=11)
    await house.polls()
    await house.reaches(request, "available", stuck=False)
    connection = hass.states.get("binary_sensor.shoko_connection")
    assert connection
    assert connection.state == "on"


# The hub


async def whole_way(house: House, cut: str | None) -> dict[str, Any]:
    """Let a series travel, the hub dying before one of its steps; return what is shown in the end."""
    world = house.world
    shoko = house.home.shoko
    request = await house.ask(frieren(), 1)
    entry = world.shoko_add_series("Sousou no Frieren", 17617, episodes=3)
    files = await house.import_(request)
    await house.reaches(request, "anime_matching")
    found = []
    for step in ("detect", "hash", "match", "link", "show"):
        if step == cut:
            shoko.kill_hub()
        for number, file in enumerate(files, 1):
            episode = house.episode(entry, number)
            match step:
                case "detect":
                    found.append(await world.shoko_detect(file.path, file.size))
                case "hash":
                    await world.shoko_hash(found[number - 1])
                case "match":
                    await world.shoko_match(found[number - 1], episode)
                case "link":
                    await world.shoko_link_tmdb(episode, shows=[209867], tvdb=[10_000 + number])
                case "show":
                    await house.shows(found[number - 1])
    if cut:
        shoko.restore_hub()
    await house.reaches(request, "available")
    await house.polls()
    kept = ("anime", "reason", "stuck", "progress", "episodes_available", "episodes_total")
    state = house.state(request)
    page = state.attributes["jellyfin_url"].partition("#")[2]
    shown = {key: state.attributes.get(key) for key in kept}
    return {"ids": house.ids(request), "stage": state.state, "page": page, **shown}


@pytest.mark.parametrize("told", ["push"])
@pytest.mark.parametrize("cut", ["detect", "hash", "match", "link", "show"])
async def test_hub_killed_in_mid_match_and_back(start_house: StartHouse, cut: str) -> None:
    """Whenever the hub dies and comes back, the end is the one of a hub that never died."""
    calm, house = await start_house(), await start_house()
    assert await whole_way(house, cut) == await whole_way(calm, None)
    await until(house.hass, lambda: house.home.shoko.hub.accepted == 2)
    assert calm.home.shoko.hub.accepted == 1


@pytest.mark.parametrize("told", ["push"])
async def test_matched_while_the_hub_was_down(start_house: StartHouse) -> None:
    """Nothing of the match was heard; the first thing after the hub is back is to ask for it."""
    house = await start_house()
    request = await house.ask(your_name())
    entry = house.world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry, matched=False)
    await house.reaches(request, "anime_matching")
    await house.polls()
    house.home.shoko.kill_hub()
    await house.world.shoko_match(shoko, house.episode(entry))
    await house.shows(shoko)
    house.home.shoko.restore_hub()
    await house.reaches(request, "available")


@pytest.mark.parametrize("told", ["push"])
async def test_discovered_while_the_hub_was_down(start_house: StartHouse) -> None:
    """A file not marked as anime was recognized while the hub was down: it is read on reconnect too."""
    house = await start_house()
    request = await house.ask(film("Your Name.", 2016, 372058, imdb_id="tt5311514"))
    entry = house.world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    await house.stays(request, "importing", anime=False)
    house.home.shoko.kill_hub()
    await house.takes(file, entry)
    house.home.shoko.restore_hub()
    await house.reaches(request, "anime_matching", anime=True)


@pytest.mark.parametrize("told", ["push"])
@VERSIONS
async def test_events_but_no_hub_ever(start_house: StartHouse, version: int) -> None:
    """Webhooks, but a hub that is switched off: Shoko is polled, all others push."""
    house = await start_house(**options(version))
    house.home.shoko.kill_hub()
    request = await house.ask(your_name())
    entry = house.world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await house.import_(request)
    shoko = await house.takes(file, entry)
    await house.reaches(request, "anime_matching")
    await house.shows(shoko)
    for _ in range(2):
        await house.polls()
    assert house.shown(request, "available") == {}
    assert coordinator_of(house.entry).sources["shoko"].state.ok
