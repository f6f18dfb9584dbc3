"""For every reason a story that produces it and one that lifts it, as the state machine shows them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.status_tracker.const import (
    CONF_LIMIT_APPROVED,
    CONF_LIMIT_DOWNLOAD_DONE,
    CONF_LIMIT_DOWNLOADING,
    CONF_LIMIT_IMPORTING,
    CONF_LIMIT_INDEXED,
    CONF_REGISTER_WEBHOOKS,
    DOMAIN,
    LIMITS,
)
from custom_components.status_tracker.pipeline.requests import Reason, Stage
from custom_components.status_tracker.reports.text import reason_text, stage_text

from .common import Clock, SetUp, StartHousehold, coordinator_of, poll, state_of
from .stack.household import Household
from .stack.rows import Download, MovieRow, SeerrRequest, SeriesRow
from .stack.server import Fault, StackServer
from .stack.stories import long_way_home, sintel, your_name
from .stack.titles import Episode, Title, film, series

PREFIX = f"component.{DOMAIN}.entity.sensor.request"
MISMATCH = "Movie title mismatch, automatic import is not possible. Manual Import required."


@dataclass
class Scene:
    """A household, the Home Assistant that follows it by polling alone, and one request in it."""

    hass: HomeAssistant
    home: Household
    entry: MockConfigEntry
    clock: Clock
    requests: list[SeerrRequest] = field(default_factory=list)

    @property
    def request(self) -> SeerrRequest:
        """The request the story is about."""
        return self.requests[-1]

    async def ask(self, title: Title | None = None, **options: Any) -> SeerrRequest:
        """Somebody asks for a title, which is approved at once."""
        request = await self.home.world.request(title or sintel(), **{"auto_approve": True, **options})
        self.requests.append(request)
        return request

    async def grab(self, title: Title | None = None) -> Download:
        """Somebody asks for a film, and it is found."""
        return await self.home.world.grab(await self.ask(title))

    async def load(self, title: Title | None = None) -> Download:
        """Somebody asks for a film, and it is loaded."""
        download = await self.grab(title)
        await self.home.world.complete(download)
        return download

    async def wait(self, **span: float) -> None:
        """Let time pass."""
        await poll(self.hass, self.entry)
        self.clock.advance(self.home, **span)
        await poll(self.hass, self.entry)

    async def look(self, rounds: int = 4) -> State:
        """What the request's sensor shows once all have been asked."""
        await poll(self.hass, self.entry, rounds)
        state = state_of(self.hass, self.entry, self.request)
        assert state
        return state

    async def expect(self, stage: str, reason: str | None, **wanted: Any) -> State:
        """See that the sensor shows this stage and reason; `wanted` are further attributes."""
        state = await self.look()
        names = ("reason", *wanted)
        shown = {name: state.attributes.get(name) for name in names}
        assert (state.state, shown) == (stage, {"reason": reason, **wanted})
        problem = self.hass.states.get("binary_sensor.requests_stuck_request")
        assert problem
        assert problem.state == ("on" if state.attributes["stuck"] else "off")
        return state

    async def expect_stuck_past(self, limit: str) -> None:
        """See that it counts as stuck from the stage's limit on, and no sooner."""
        before = await self.look(rounds=2)
        assert before.attributes["stuck"] is False
        self.clock.advance(self.home, minutes=LIMITS[limit] - 2)
        assert (await self.look(rounds=2)).attributes["stuck"] is False
        self.clock.advance(self.home, minutes=3)
        after = await self.look(rounds=2)
        assert after.attributes["stuck"] is True
        reasons = (before.attributes.get("reason"), after.attributes.get("reason"))
        assert (before.state, reasons[0]) == (after.state, reasons[1])


type Story = Callable[[Scene], Awaitable[None]]
STORIES: dict[Story, tuple[Reason, ...]] = {}


def tells_of(*reasons: Reason) -> Callable[[Story], Story]:
    """Say which reasons a story produces and lifts."""

    def enter(story: Story) -> Story:
        """Enter it."""
        STORIES[story] = reasons
        return story

    return enter


@tells_of(Reason.AWAITING_APPROVAL, Reason.SEARCHING)
async def pending(scene: Scene) -> None:
    """A request that nobody approves for a day, then somebody does."""
    request = await scene.ask(auto_approve=False)
    await scene.expect("requested", "awaiting_approval", stuck=False, reason_detail=None, expected=None)
    await scene.expect_stuck_past(CONF_LIMIT_APPROVED)
    await scene.home.world.approve(request)
    await scene.expect("approved", "searching", stuck=False)


@tells_of(Reason.NOT_RELEASED)
async def future_film(scene: Scene) -> None:
    """A film that comes out in a month; Radarr waits for the home release."""
    release = datetime(2027, 3, 1, tzinfo=UTC)
    cinemas = datetime(2027, 1, 1, tzinfo=UTC)
    await scene.ask(film("Tomorrow", 2027, 4711, in_cinemas=cinemas, release=release))
    await scene.expect("approved", "not_released", stuck=False, expected=release)
    await scene.wait(days=3)
    await scene.expect("approved", "not_released", stuck=False, expected=release)
    await scene.wait(seconds=(release - scene.clock.now() + timedelta(hours=1)).total_seconds())
    await scene.expect("approved", "searching", expected=None)


@tells_of(Reason.SEARCHING, Reason.NO_RELEASE_FOUND)
async def rare_film(scene: Scene) -> None:
    """A film that is searched for in vain, and found a day later."""
    request = await scene.ask()
    await scene.expect("approved", "searching", stuck=False, reason_detail=None)
    await scene.home.world.search_finds_nothing(request)
    state = await scene.expect("approved", "no_release_found", stuck=False)
    assert state.attributes["reason_detail"].startswith("Last searched ")
    await scene.expect_stuck_past(CONF_LIMIT_APPROVED)
    await scene.home.world.grab(request)
    await scene.expect("indexed", "fetching_metadata", stuck=False)


@tells_of(Reason.SEARCHING)
async def long_search(scene: Scene) -> None:
    """A search nobody hears of again."""
    request = await scene.ask()
    await scene.expect("approved", "searching", stuck=False)
    await scene.expect_stuck_past(CONF_LIMIT_APPROVED)
    await scene.home.world.grab(request)
    await scene.expect("indexed", "fetching_metadata", stuck=False)


@tells_of(Reason.UNAIRED)
async def running_season(scene: Scene) -> None:
    """A season of which one episode is there and the next airs in a week."""
    starts = scene.clock.now() - timedelta(hours=2)
    title = series("Weekly", 2026, 991, 992, {1: 3}, starts={1: starts})
    request = await scene.ask(title, seasons=[1])
    world = scene.home.world
    row = world.row_of(request)
    await world.import_(await world.grab(row, episodes=[(1, 1)]))
    await world.library_scan()
    second, third = (starts.replace(microsecond=0) + timedelta(weeks=weeks) for weeks in (1, 2))
    await scene.expect("partially_available", "unaired", stuck=False, expected=second)
    await scene.wait(days=6)
    await scene.expect("partially_available", "unaired", stuck=False, expected=second)
    await scene.wait(days=1)
    await scene.expect("partially_available", "searching", expected=third)


@tells_of(Reason.UNAIRED)
async def future_season(scene: Scene) -> None:
    """A season that has not begun."""
    starts = scene.clock.now().replace(microsecond=0) + timedelta(days=5)
    await scene.ask(series("Next Year", 2026, 993, 994, {1: 2}, starts={1: starts}), seasons=[1])
    await scene.expect("approved", "unaired", stuck=False, expected=starts)
    await scene.wait(days=3)
    await scene.expect("approved", "unaired", stuck=False, expected=starts)
    await scene.wait(days=2, minutes=1)
    await scene.expect("approved", "searching", expected=starts + timedelta(weeks=1))


@tells_of(Reason.QUEUED)
async def queued(scene: Scene) -> None:
    """A torrent that waits for its turn."""
    download = await scene.grab()
    await scene.home.world.queue(download)
    await scene.expect("indexed", "queued", stuck=False)
    await scene.expect_stuck_past(CONF_LIMIT_INDEXED)
    await scene.home.world.progress(download, 0.1)
    await scene.expect("downloading", None, stuck=False)


@tells_of(Reason.QUEUED)
async def delayed(scene: Scene) -> None:
    """A release that a delay profile holds back; then it is taken."""
    request = await scene.ask()
    held = await scene.home.world.delay(request)
    await scene.expect("indexed", "queued", stuck=False)
    held.in_queue = False
    await scene.home.world.progress(await scene.home.world.grab(request), 0.5)
    await scene.expect("downloading", None, stuck=False, progress=50)


@tells_of(Reason.IMPORT_PENDING)
async def pending_import(scene: Scene) -> None:
    """A complete download that its Radarr does not come to."""
    download = await scene.load()
    await scene.home.world.import_pending(download)
    await scene.expect("download_done", "import_pending", stuck=False, reason_detail=None)
    await scene.expect_stuck_past(CONF_LIMIT_DOWNLOAD_DONE)
    await scene.home.world.import_(download)
    await scene.expect("importing", "waiting_for_library", stuck=False)


@tells_of(Reason.WAITING_FOR_LIBRARY)
async def unscanned(scene: Scene) -> None:
    """A file that Jellyfin has not looked at; then it scans, and shows it."""
    await scene.home.world.import_(await scene.load())
    await scene.expect("importing", "waiting_for_library", stuck=False, reason_detail=None)
    await scene.expect_stuck_past(CONF_LIMIT_IMPORTING)
    ended = asyncio.Event()
    scene.home.jellyfin.scanning = scene.home.jellyfin.background(ended.wait())
    await scene.look(rounds=8)  # it is asked now and then
    await scene.expect(
        "importing", "waiting_for_library", stuck=True, reason_detail="Jellyfin is scanning its library."
    )
    ended.set()
    await scene.home.world.library_scan()
    await scene.expect("available", None, stuck=False, reason_detail=None)


@tells_of(Reason.UPGRADE)
async def upgraded(scene: Scene) -> None:
    """A film that can be watched, and of which a better release is loaded."""
    world = scene.home.world
    await world.import_(await scene.load())
    await world.library_scan()
    await scene.expect("available", None, stuck=False)
    better = await world.grab(scene.request, quality="Bluray-1080p", release="Sintel.2010.Remux-EXAMPLE")
    await scene.expect("available", "upgrade", stuck=False)
    await scene.wait(days=1)
    await scene.expect("available", "upgrade", stuck=False)
    await world.complete(better)
    await world.import_(better)
    await world.library_scan()
    await scene.expect("available", None, stuck=False)


@tells_of(Reason.NOT_MONITORED)
async def unmonitored_film(scene: Scene) -> None:
    """A film that somebody stops monitoring in Radarr, and monitors again."""
    row = scene.home.world.row_of(await scene.ask())
    assert isinstance(row, MovieRow)
    await scene.expect("approved", "searching")
    row.monitored = False
    await scene.expect("approved", "not_monitored", stuck=True)
    row.monitored = True
    await scene.expect("approved", "searching", stuck=False)


@tells_of(Reason.NOT_MONITORED)
async def unmonitored_season(scene: Scene) -> None:
    """A season whose episodes are not monitored, though the series is."""
    row = scene.home.world.row_of(await scene.ask(long_way_home(), seasons=[2]))
    assert isinstance(row, SeriesRow)
    for episode in row.episodes:
        episode.monitored = False
    await scene.expect("approved", "not_monitored", stuck=True, episodes_available=0, episodes_total=2)
    for episode in row.episodes:
        episode.monitored = episode.episode.season == 2
    await scene.expect("approved", "searching", stuck=False)


@tells_of(Reason.NOT_IN_ARR)
async def removed_from_radarr(scene: Scene) -> None:
    """A film that somebody takes out of Radarr, and that Seerr hands over again."""
    world = scene.home.world
    row = world.row_of(await scene.ask())
    await scene.expect("approved", "searching")
    await world.remove_from_arr(row)
    await scene.wait(minutes=2)
    await scene.expect("approved", "not_in_arr", stuck=True)
    await world.hand_over(scene.request)
    await scene.wait(minutes=30)
    await scene.expect("approved", "searching", stuck=False)


@tells_of(Reason.NOT_IN_ARR)
async def never_handed_over(scene: Scene) -> None:
    """A film that Seerr approved and did not hand over: a minute's grace, then it is told."""
    world = scene.home.world
    world.hand_over_on_approve = False
    request = await scene.ask(auto_approve=False)
    await scene.expect("requested", "awaiting_approval")
    await world.approve(request)
    await scene.expect("approved", "searching", stuck=False)
    await scene.wait(minutes=2)
    await scene.expect("approved", "not_in_arr", stuck=True)
    await world.hand_over(request)
    await scene.wait(minutes=30)
    await scene.expect("approved", "searching", stuck=False)


@tells_of(Reason.NOT_IN_ARR)
async def failed_hand_over(scene: Scene) -> None:
    """A film that Seerr could not hand over; a retry goes well."""
    world = scene.home.world
    world.hand_over_on_approve = False
    request = await scene.ask()
    await world.fail_hand_over(request)
    await scene.expect("failed", "not_in_arr", stuck=True)
    world.hand_over_on_approve = True
    await world.retry(request)
    await scene.wait(minutes=30)
    await scene.expect("approved", "searching", stuck=False)


@tells_of(Reason.SEASON_MISMATCH)
async def other_seasons(scene: Scene) -> None:
    """A season that TMDB counts and TVDB does not; then TVDB, and so Sonarr, gets it."""
    title = series("Split", 2020, 995, 996, {1: 4})
    title.tmdb_seasons = {1: 2, 2: 2}
    row = scene.home.world.row_of(await scene.ask(title, seasons=[2]))
    assert isinstance(row, SeriesRow)
    await scene.expect("approved", "season_mismatch", stuck=True, reason_detail="2")
    aired = datetime(2021, 1, 1, tzinfo=UTC)
    for number in (1, 2):
        episode = Episode(season=2, number=number, tvdb_id=77000 + number, air_date=aired)
        made = type(row.episodes[0])(id=900 + number, series_id=row.id, episode=episode, monitored=True)
        row.episodes.append(made)
        row.arr.episodes[made.id] = made
    row.season_monitored[2] = True
    await scene.expect("approved", "searching", stuck=False, reason_detail=None)


@tells_of(Reason.FETCHING_METADATA)
async def magnet(scene: Scene) -> None:
    """A magnet link nobody has the metadata of, until somebody does."""
    download = await scene.grab()
    await scene.expect("indexed", "fetching_metadata", stuck=False)
    await scene.expect_stuck_past(CONF_LIMIT_INDEXED)
    await scene.home.world.progress(download, 0.01)
    await scene.expect("downloading", None, stuck=False)


@tells_of(Reason.STALLED)
async def stalled(scene: Scene) -> None:
    """A download without peers; the limit counts from when it stalled."""
    download = await scene.grab()
    await scene.home.world.progress(download, 0.5)
    await scene.expect("downloading", None, stuck=False, progress=50)
    await scene.wait(hours=7)
    await scene.expect("downloading", None, stuck=False)
    await scene.home.world.stall(download)
    await scene.expect("downloading", "stalled", stuck=False)
    await scene.expect_stuck_past(CONF_LIMIT_DOWNLOADING)
    await scene.home.world.resume(download)
    await scene.expect("downloading", None, stuck=False)


@tells_of(Reason.PAUSED)
async def paused(scene: Scene) -> None:
    """A download that somebody pauses and resumes."""
    download = await scene.grab()
    await scene.home.world.progress(download, 0.5)
    await scene.home.world.pause(download)
    await scene.expect("downloading", "paused", stuck=False, progress=50)
    await scene.expect_stuck_past(CONF_LIMIT_DOWNLOADING)
    await scene.home.world.resume(download)
    await scene.expect("downloading", None, stuck=False)


@tells_of(Reason.DOWNLOAD_ERROR)
async def client_error(scene: Scene) -> None:
    """A download its client cannot go on with, the disk being full."""
    download = await scene.grab()
    await scene.home.world.progress(download, 0.5)
    await scene.home.world.error(download)
    await scene.expect("downloading", "download_error", stuck=True)
    await scene.home.world.resume(download)
    await scene.expect("downloading", None, stuck=False)


@tells_of(Reason.MISSING_FILES)
async def lost_files(scene: Scene) -> None:
    """A download whose files somebody moved away, and puts back."""
    download = await scene.grab()
    await scene.home.world.progress(download, 0.5)
    await scene.home.world.error(download, missing_files=True)
    await scene.expect("downloading", "missing_files", stuck=True)
    await scene.home.world.progress(download, 0.75)
    await scene.expect("downloading", None, stuck=False, progress=75)


@tells_of(Reason.DOWNLOAD_FAILED)
async def failed_download(scene: Scene) -> None:
    """A download that Radarr gives up, and another that it grabs instead."""
    download = await scene.grab()
    await scene.home.world.progress(download, 0.5)
    await scene.look()
    await scene.home.world.fail_download(download, "Download contains a dangerous file")
    await scene.expect(
        "approved", "download_failed", stuck=True, reason_detail="Download contains a dangerous file"
    )
    again = await scene.home.world.grab(scene.request, release="Sintel.2010.1080p.Other-EXAMPLE")
    await scene.home.world.progress(again, 0.1)
    await scene.expect("downloading", None, stuck=False, reason_detail=None, progress=10)


@tells_of(Reason.IMPORT_BLOCKED)
async def blocked_import(scene: Scene) -> None:
    """A download that Radarr does not want, until somebody imports it by hand."""
    download = await scene.load()
    await scene.home.world.block_import(download, [MISMATCH])
    await scene.expect(
        "download_done", "import_blocked", stuck=True, reason_detail=f"{download.release}: {MISMATCH}"
    )
    await scene.home.world.import_(download)
    await scene.expect("importing", "waiting_for_library", stuck=False, reason_detail=None)


@tells_of(Reason.IMPORT_BLOCKED)
async def refused_import(scene: Scene) -> None:
    """A download that Radarr goes on refusing without a word to anybody, until its file is right."""
    download = await scene.load()
    await scene.home.world.import_pending(download, ["No files found are eligible for import"])
    words = f"{download.release}: No files found are eligible for import"
    await scene.expect("download_done", "import_blocked", stuck=True, reason_detail=words)
    await scene.home.world.import_pending(download)
    await scene.expect("download_done", "import_pending", stuck=False, reason_detail=None)


@tells_of(Reason.NOT_TRACKED)
async def untracked(scene: Scene) -> None:
    """A complete download that has fallen out of Radarr's queue; a hand puts it in after all."""
    download = await scene.load()
    await scene.expect("download_done", "import_pending", stuck=False)
    await scene.home.world.forget_download(download)
    await scene.expect("download_done", "import_pending", stuck=False)
    await scene.wait(minutes=5)
    await scene.expect("download_done", "not_tracked", stuck=True, reason_detail=download.release)
    await scene.home.world.import_(download)
    await scene.expect("importing", "waiting_for_library", stuck=False)


async def imported_anime(scene: Scene) -> tuple[Any, Any]:
    """An anime film that Radarr has imported and Shoko has hashed; and its episode in AniDB."""
    world = scene.home.world
    title = your_name()
    listed = world.shoko_add_series("Kimi no Na wa.", 11829, kind="Movie", episodes=1)
    (file,) = await world.import_(await scene.load(title))
    await scene.expect("anime_matching", "waiting_for_library", stuck=False)
    known = await world.shoko_detect(file.path, file.size)
    await world.shoko_hash(known)
    await world.shoko_set_queue(waiting=0)
    return known, world.shoko_episodes_of(listed)[0]


@tells_of(Reason.ANIME_UNMATCHED)
async def unknown_anime(scene: Scene) -> None:
    """A file that AniDB does not know, until somebody links it by hand."""
    world = scene.home.world
    file, episode = await imported_anime(scene)
    await world.shoko_not_match(file)
    await scene.wait(minutes=5)
    await scene.wait(minutes=5)
    state = await scene.expect("anime_matching", "anime_unmatched", stuck=True)
    assert "unrecognised" in state.attributes["reason_detail"]
    assert scene.home.shoko.url in state.attributes["reason_detail"]
    await world.shoko_link(file, episode)
    await scene.wait(minutes=1)
    await scene.expect("anime_matching", "waiting_for_library", stuck=False)
    await world.shokofin_show(file)
    await scene.expect("available", None, stuck=False, reason_detail=None)


@tells_of(Reason.HIDDEN_IN_LIBRARY)
async def hidden_anime(scene: Scene) -> None:
    """A file that Shoko knows and Shokofin hides, until somebody changes its settings."""
    world = scene.home.world
    file, episode = await imported_anime(scene)
    await world.shoko_match(file, episode)
    await scene.wait(minutes=1)
    await scene.expect(
        "anime_matching",
        "waiting_for_library",
        stuck=False,
        reason_detail="Shoko has recognised the file.",
    )
    await scene.wait(minutes=LIMITS["limit_anime_matching"])
    state = await scene.expect("anime_matching", "hidden_in_library", stuck=True)
    assert "SignalR" in state.attributes["reason_detail"]
    await world.shokofin_show(file)
    await scene.expect("available", None, stuck=False)


async def is_down(scene: Scene, server: StackServer, stage: str, lifted: str | None) -> None:
    """See that a service which is down is the reason, by its name, never stuck, and gone with it."""
    server.fault = Fault.down()
    await scene.expect(stage, "service_unavailable", stuck=False, reason_detail=server.name)
    await scene.wait(days=1)
    await scene.expect(stage, "service_unavailable", stuck=False, reason_detail=server.name)
    server.fault = None
    await scene.expect(stage, lifted, reason_detail=None)


@tells_of(Reason.SERVICE_UNAVAILABLE)
async def no_radarr(scene: Scene) -> None:
    """Radarr is down while it should search."""
    await scene.ask()
    await scene.expect("approved", "searching")
    await is_down(scene, scene.home.radarr, "approved", "searching")


@tells_of(Reason.SERVICE_UNAVAILABLE)
async def no_client(scene: Scene) -> None:
    """The client is down while it loads."""
    await scene.home.world.progress(await scene.grab(), 0.5)
    await scene.expect("downloading", None, progress=50)
    await is_down(scene, scene.home.qbittorrent, "downloading", None)


@tells_of(Reason.SERVICE_UNAVAILABLE)
async def no_import(scene: Scene) -> None:
    """Radarr is down while it should import."""
    await scene.load()
    await scene.expect("download_done", "import_pending")
    await is_down(scene, scene.home.radarr, "download_done", "import_pending")


@tells_of(Reason.SERVICE_UNAVAILABLE)
async def no_library(scene: Scene) -> None:
    """Jellyfin is down while it should show a film."""
    await scene.home.world.import_(await scene.load())
    await scene.expect("importing", "waiting_for_library")
    await is_down(scene, scene.home.jellyfin, "importing", "waiting_for_library")


@tells_of(Reason.SERVICE_UNAVAILABLE)
async def no_shoko(scene: Scene) -> None:
    """Shoko is down while it should recognise a film."""
    await scene.home.world.import_(await scene.load(your_name()))
    await scene.expect("anime_matching", "waiting_for_library")
    scene.home.shoko.fault = Fault.down()
    await scene.expect("anime_matching", "service_unavailable", stuck=False, reason_detail="shoko")
    scene.home.shoko.fault = None
    await scene.expect("anime_matching", "waiting_for_library", stuck=False)


async def follow(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    **options: Any,
) -> Scene:
    """Start a household, and a Home Assistant that polls it."""
    home = await household(shoko=True)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False, **options})
    return Scene(hass, home, entry, clock)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_reason_comes_and_goes(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock, story: Story
) -> None:
    """Each reason of the design is produced by a story, and lifted by how it goes on."""
    scene = await follow(hass, household, setup_entry, clock)
    shown: list[str | None] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        """Note a reason that the request's sensor shows."""
        if (state := event.data["new_state"]) and "request_id" in state.attributes:
            shown.append(state.attributes.get("reason"))

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    await story(scene)
    await hass.async_block_till_done()
    for reason in STORIES[story]:
        assert reason in shown
        assert reason != shown[-1] or reason == Reason.SEARCHING


def test_no_reason_is_without_a_story() -> None:
    """Every reason there is has its story."""
    assert {reason for reasons in STORIES.values() for reason in reasons} == set(Reason)


async def stuck_from_the_start(scene: Scene) -> list[str]:
    """The reasons that count as stuck at once, of requests that have just begun to wait for each."""
    world = scene.home.world
    titles = [film(f"Film {number}", 2000 + number, 800 + number) for number in range(6)]
    await scene.ask(titles[0], auto_approve=False)
    await scene.ask(titles[1])
    await world.queue(await scene.grab(titles[2]))
    download = await scene.grab(titles[3])
    await world.progress(download, 0.5)
    await world.pause(download)
    await world.import_pending(await scene.load(titles[4]))
    await world.import_(await scene.load(titles[5]))
    await poll(scene.hass, scene.entry, rounds=4)
    states = [state_of(scene.hass, scene.entry, request) for request in scene.requests]
    assert [state.attributes.get("reason") for state in states if state] == [
        "awaiting_approval",
        "searching",
        "queued",
        "paused",
        "import_pending",
        "waiting_for_library",
    ]
    return [state.attributes.get("reason") for state in states if state and state.attributes["stuck"]]


@pytest.mark.parametrize(
    ("limits", "stuck"),
    [
        ({}, []),
        (
            dict.fromkeys(LIMITS, 0),
            [
                "awaiting_approval",
                "searching",
                "queued",
                "paused",
                "import_pending",
                "waiting_for_library",
            ],
        ),
        ({CONF_LIMIT_APPROVED: 0}, ["awaiting_approval", "searching"]),
        ({CONF_LIMIT_INDEXED: 0}, ["queued"]),
        ({CONF_LIMIT_DOWNLOADING: 0}, ["paused"]),
        ({CONF_LIMIT_DOWNLOAD_DONE: 0}, ["import_pending"]),
        ({CONF_LIMIT_IMPORTING: 0}, ["waiting_for_library"]),
    ],
)
async def test_a_limit_of_zero_means_at_once(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    clock: Clock,
    limits: dict[str, int],
    stuck: list[str],
) -> None:
    """The options say how long an ordinary wait may take before somebody should look, each for its stage."""
    scene = await follow(hass, household, setup_entry, clock, **limits)
    assert await stuck_from_the_start(scene) == stuck
    count = hass.states.get("sensor.requests_stuck_requests")
    assert count
    assert count.state == str(len(stuck))


async def test_a_limit_passes_without_any_news(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """Though no service says anything new, not even Seerr, the next cycle after the limit tells it."""
    scene = await follow(hass, household, setup_entry, clock, **{CONF_LIMIT_APPROVED: 30})
    await scene.ask()
    await scene.expect("approved", "searching", stuck=False)
    clock.advance(scene.home, minutes=31)
    await coordinator_of(scene.entry).async_refresh()
    state = state_of(hass, scene.entry, scene.request)
    assert state
    assert state.attributes["stuck"] is True


async def test_texts_are_in_the_language_of_the_house(
    hass: HomeAssistant, household: StartHousehold, setup_entry: SetUp, clock: Clock
) -> None:
    """What people read is the text of stage and reason in their language, never a bare key."""
    messages: dict[str, str] = {}
    details: dict[str, str] = {}
    for language in ("en", "de", "tlh"):
        hass.config.language = language
        strings = await async_get_translations(hass, language, "entity", {DOMAIN})
        scene = await follow(hass, household, setup_entry, clock)
        for stage in Stage:
            assert stage_text(hass, stage) == strings[f"{PREFIX}.state.{stage}"]
        for reason in Reason:
            assert reason_text(hass, reason) == strings[f"{PREFIX}.state_attributes.reason.state.{reason}"]
        download = await scene.load()
        await scene.home.world.block_import(download, [MISMATCH])
        state = await scene.look()
        details[language] = state.attributes["reason_detail"]
        event = hass.states.get("event.requests_request_activity")
        assert event
        messages[language] = event.attributes["message"]
        assert MISMATCH.rstrip(".") in messages[language]
        assert state.attributes["status"] in messages[language]
        assert await hass.config_entries.async_remove(scene.entry.entry_id)
    assert all(MISMATCH in detail for detail in details.values())
    assert messages["tlh"] == messages["en"]
