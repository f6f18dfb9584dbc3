"""Stories of requests that wait, or that are not monitored."""

import asyncio
from datetime import UTC, datetime, timedelta

from custom_components.status_tracker.const import (
    CONF_LIMIT_APPROVED,
    CONF_LIMIT_DOWNLOAD_DONE,
    CONF_LIMIT_IMPORTING,
    CONF_LIMIT_INDEXED,
)
from custom_components.status_tracker.pipeline.requests import Reason

from ..stack.rows import MovieRow, SeriesRow
from ..stack.stories import long_way_home
from ..stack.titles import Episode, film, series
from .scene import Scene, tells_of


@tells_of(Reason.AWAITING_APPROVAL, Reason.SEARCHING)
async def pending(scene: Scene) -> None:
    """A request that is approved after a day."""
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
    """A search without a result, until a release is grabbed."""
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
