"""The Sonarr source: series with the wanted episodes, by polls and by webhooks."""

from collections.abc import AsyncIterator
import itertools
import json
from typing import Any

import aiohttp
import pytest

from custom_components.status_tracker.pipeline.enums import HistoryKind, QueueStatus
from custom_components.status_tracker.pipeline.evidence.arr import EpisodeEvidence, SeriesEvidence
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.pipeline.wants import Want
from custom_components.status_tracker.sources.arr.sonarr import SonarrSource
from custom_components.status_tracker.sources.arr.webhook import HookFile
from tests.sources.arr_helpers import START, poll_server, post, settle_source, sonarr_source, want_show
from tests.stack.household import Household
from tests.stack.rows import SeriesRow
from tests.stack.titles import series

SHOW = series("Show", 2020, 3001, 903001, {0: 1, 1: 3, 2: 3})


@pytest.fixture
async def home() -> AsyncIterator[Household]:
    """Give a household whose clock stands."""
    async with Household(jellyfin=False) as home:
        home.world.freeze(START)
        yield home


@pytest.fixture
def source(home: Household, session: aiohttp.ClientSession) -> SonarrSource:
    """Give the source."""
    return sonarr_source(home, session)


@pytest.fixture
async def show(home: Household) -> SeriesRow:
    """Give a series in Sonarr with both seasons monitored."""
    row = await home.world.add_to_arr(home.sonarr.arr, SHOW, seasons=[1, 2])
    assert isinstance(row, SeriesRow)
    return row


def by_id(show: SeriesRow, *seasons: int, **given: Any) -> Want:
    """Return a want whose place in Sonarr is known."""
    return want_show(show.title, *seasons, source="sonarr", media_id=show.id, **given)


def only(source: SonarrSource) -> SeriesEvidence:
    """Return the one series of the evidence."""
    (piece,) = source.evidence.series
    return piece


def episode(source: SonarrSource, season: int, number: int) -> EpisodeEvidence:
    """Return an episode of the one series of the evidence."""
    return next(one for one in only(source).episodes if (one.season, one.number) == (season, number))


async def poll(home: Household, source: SonarrSource, *wants: Want, seconds: float = 15) -> list[str]:
    """Poll once, a little later, and return the paths asked for."""
    return await poll_server(home, home.sonarr, source, *wants, seconds=seconds)


async def settle(home: Household, source: SonarrSource, *wants: Want) -> None:
    """Poll until nothing is left to read."""
    await settle_source(home, home.sonarr, source, *wants)


# What a cycle asks


async def test_first_sight_by_tvdb_id(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """A series is looked up once by its TVDB id; one wanted season is asked for by its number."""
    paths = await poll(home, source, want_show(SHOW, 1))
    assert paths == ["queue/details", "history/since", "series", "episode", "history/series"]
    assert home.sonarr.calls[2].query == {"tvdbId": "903001"}
    assert home.sonarr.calls[3].query["seasonNumber"] == "1"
    piece = only(source)
    assert (piece.series_id, piece.tvdb_id, piece.tmdb_id, piece.year) == (show.id, 903001, 3001, 2020)
    assert (piece.seasons, piece.seasons_monitored) == ((0, 1, 2), (1, 2))
    assert [(one.season, one.number) for one in piece.episodes] == [(1, 1), (1, 2), (1, 3)]
    assert piece.episodes[0].tvdb_id == SHOW.episode(1, 1).tvdb_id


async def test_two_seasons_are_one_call(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """Several wanted seasons are read at once; an unwanted season is left out."""
    paths = await poll(home, source, by_id(show, 1), by_id(show, 2, request_id=7))
    assert paths.count("episode") == 1
    assert {one.season for one in only(source).episodes} == {1, 2}


async def test_a_season_more(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """A second request for another season has the series read again, its history too."""
    await home.world.grab(show, episodes=[(2, 1)])
    await settle(home, source, by_id(show, 1))
    wants = (by_id(show, 1), by_id(show, 2, request_id=7))
    assert source.needs(wants) != source.needs(wants[:1])
    paths = await poll(home, source, *wants)
    assert paths[-3:] == [f"series/{show.id}", "episode", "history/series"]
    assert {one.season for one in only(source).episodes} == {1, 2}
    assert episode(source, 2, 1).episode_id in {event.episode_id for event in source.evidence.history}


@pytest.mark.parametrize("count", [5, 1000])
async def test_a_steady_cycle_costs_two_calls(home: Household, source: SonarrSource, count: int) -> None:
    """However many series are wanted, a quiet cycle is two calls and never the library."""
    wants = []
    for number in range(1, count + 1):
        title = series(f"Show {number}", 2020, number, 900000 + number, {1: 1})
        row = await home.world.add_to_arr(home.sonarr.arr, title)
        assert isinstance(row, SeriesRow)
        wants.append(by_id(row, 1, in_flight=False))
    await settle(home, source, *wants)
    assert len(source.evidence.series) == count
    calls = [await poll(home, source, *wants) for _ in range(20)]
    assert {len(paths) for paths in calls} == {2}
    assert all("series" not in paths for paths in calls)


async def test_an_audit_reads_series_and_episodes_in_turn(
    home: Household, source: SonarrSource, show: SeriesRow
) -> None:
    """Monitoring of a season and of an episode is noticed, one call at a time."""
    wanted = by_id(show, 1)
    await settle(home, source, wanted)
    show.season_monitored[2] = False
    show.row(1, 2).monitored = False
    seen = [await poll(home, source, wanted) for _ in range(4)]
    assert sorted(paths[1] for paths in seen) == [
        "episode",
        "history/since",
        "history/since",
        f"series/{show.id}",
    ]
    assert only(source).seasons_monitored == (1,)
    assert not episode(source, 1, 2).monitored


async def test_a_want_without_seasons(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """Episodes that are not wanted are not read."""
    assert "episode" not in await poll(home, source, by_id(show))
    assert only(source).episodes == ()


# What it tells


async def test_a_pack(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """A pack is a row and an event for each episode, and files come one by one."""
    download = await home.world.grab(show, episodes=[(1, 1), (1, 2), (1, 3)])
    await settle(home, source, by_id(show, 1))
    assert len(source.evidence.queue) == len(source.evidence.history) == 3
    assert {row.download_id for row in source.evidence.queue} == {download.id}
    await home.world.complete(download)
    await home.world.import_(download, episodes=[(1, 1)])
    await settle(home, source, by_id(show, 1))
    assert [one.has_file for one in only(source).episodes] == [True, False, False]
    first = episode(source, 1, 1)
    assert first.file is not None
    assert first.file.size > 0
    imported = [event for event in source.evidence.history if event.kind is HistoryKind.IMPORTED]
    assert [(event.episode_id, event.file.path) for event in imported if event.file] == [
        (first.episode_id, first.file.path)
    ]


async def test_events_of_other_seasons_are_not_kept(
    home: Household, session: aiohttp.ClientSession, show: SeriesRow
) -> None:
    """Of a long series only what the wants are about is written down."""
    await home.world.grab(show, episodes=[(1, 1)])
    await home.world.grab(show, episodes=[(2, 1)])
    source = sonarr_source(home, session)
    wanted = by_id(show, 1)
    await settle(home, source, wanted)
    kept = json.loads(json.dumps(serialize(source.snapshot((wanted,)))))
    assert [row["episode_id"] for row in kept["history"]] == [episode(source, 1, 1).episode_id]
    again = sonarr_source(home, session)
    again.restore(kept)
    assert again.evidence.series == source.evidence.series


async def test_anime(home: Household, source: SonarrSource) -> None:
    """Sonarr's own kind of series tells, and anime episodes are counted on."""
    title = series("Anime", 2020, 3002, 903002, {1: 2, 2: 2}, anime=True)
    row = await home.world.add_to_arr(home.sonarr.arr, title)
    assert isinstance(row, SeriesRow)
    await poll(home, source, by_id(row, 2))
    assert only(source).anime
    assert [one.absolute for one in only(source).episodes] == [3, 4]


async def test_a_series_that_is_gone(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """A 404 leaves the series as gone, whether it was ever read or not."""
    wanted = by_id(show, 1)
    await settle(home, source, wanted)
    await home.world.remove_from_arr(show)
    for _ in range(3):
        await poll(home, source, wanted)
    assert (only(source).gone, only(source).episodes) == (True, ())
    other = sonarr_source(home, source.client._session)
    await poll(home, other, want_show(SHOW, 1, source="sonarr", media_id=77))
    assert (only(other).gone, only(other).title, only(other).tvdb_id) == (True, "", 903001)


# Webhooks


def hook(home: Household) -> None:
    """Have Sonarr post every event; nothing is delivered, `posted` tells what was."""
    home.sonarr.webhooks.mode = "drop"
    home.sonarr.arr.notifications[1] = {
        **dict.fromkeys(home.sonarr.connections.switches, True),
        "name": "ours",
        "implementation": "Webhook",
        "fields": [{"name": "url", "value": "http://127.0.0.1:9/hook"}],
        "tags": [],
    }


def facts(source: SonarrSource) -> tuple[Any, ...]:
    """Return what the evidence says, whichever way it was told."""
    evidence = source.evidence
    return (
        {
            (one.episode_id, one.has_file, one.file.path if one.file else None)
            for show in evidence.series
            for one in show.episodes
        },
        {show.gone for show in evidence.series},
        {(row.status, row.episode_id, row.download_id) for row in evidence.queue},
        {(event.kind, event.episode_id, event.download_id) for event in evidence.history},
    )


async def test_a_story_told_by_webhooks_alone(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """Each event changes the evidence at once, without a call, to what a poll then finds."""
    wanted = by_id(show, 1)
    await settle(home, source, wanted)
    hook(home)
    world, told = home.world, 0

    async def hear() -> None:
        """Hand the source what was posted, and compare with what polls bring."""
        nonlocal told
        home.clear_calls()
        bodies = [json.loads(json.dumps(sent.body)) for sent in home.sonarr.webhooks.sent]
        assert bodies[told:]
        for body in bodies[told:]:
            assert source.receive(body)
        told = len(bodies)
        assert home.sonarr.calls == []
        heard = facts(source)
        await settle(home, source, wanted)
        assert facts(source) == heard

    download = await world.grab(show, episodes=[(1, 1), (1, 2)])
    await hear()
    assert len(source.evidence.queue) == 2
    await world.complete(download)
    await world.block_import(download, ["Not an upgrade"])
    await hear()
    assert {row.status for row in source.evidence.queue} == {QueueStatus.IMPORT_BLOCKED}
    await world.importing(download)
    await settle(home, source, wanted)
    files = await world.import_(download)
    await hear()
    assert [one.has_file for one in only(source).episodes] == [True, True, False]
    await world.rename_file(show, files[0], "Renamed S01E01.mkv")
    await hear()
    await world.delete_file(show, (1, 1))
    await hear()
    assert not episode(source, 1, 1).has_file
    await world.remove_from_arr(show)
    await hear()
    assert only(source).gone


EVENTS = [
    "grab_season_pack",
    "manual_interaction_required",
    "import_complete_season_pack",
    "download",
]


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)))
async def test_any_order_ends_the_same(source: SonarrSource, order: tuple[str, ...]) -> None:
    """Webhooks late, doubled or out of order: what was imported is imported, once an episode."""
    for name in (*order, *order):
        assert source.receive(post("sonarr", name))
    history = source.evidence.history
    imported = [event.episode_id for event in history if event.kind is HistoryKind.IMPORTED]
    assert sorted(set(imported)) == [1001, 1002, 1003]
    assert source.evidence.queue == ()
    by_episode: dict[int | None, list[HistoryKind]] = {}
    for event in history:
        if event.download_id == "9F9165D9A281A9B8E782CD5176BBCC8256FD1871":
            by_episode.setdefault(event.episode_id, []).append(event.kind)
    assert all(kinds == [HistoryKind.GRABBED, HistoryKind.IMPORTED] for kinds in by_episode.values()), (
        by_episode
    )


async def test_the_season_of_a_grab(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """A webhook tells the season, and what the history tells of the same grab later keeps it; so do rows."""
    hook(home)
    await home.world.grab(show, episodes=[(1, 1), (1, 2)])
    for sent in home.sonarr.webhooks.sent:
        assert source.receive(json.loads(json.dumps(sent.body)))
    assert {event.season for event in source.evidence.history} == {1}
    assert {row.season for row in source.evidence.queue} == {1}
    await settle(home, source, by_id(show, 1))
    assert {(event.season, event.event_id is None) for event in source.evidence.history} == {(1, False)}
    assert {row.season for row in source.evidence.queue} == {1}


async def test_a_webhook_makes_no_series(source: SonarrSource) -> None:
    """Of one episode told of, a season would seem complete: events leave, a series does not."""
    assert source.receive(post("sonarr", "download"))
    assert source.evidence.series == ()
    (event,) = source.evidence.history
    assert (event.kind, event.media_id, event.episode_id) == (HistoryKind.IMPORTED, 5, 1003)


async def test_an_added_series_is_not_looked_up(
    home: Household, source: SonarrSource, show: SeriesRow
) -> None:
    """SeriesAdd tells the number, so that the dear look-up is spared."""
    body = post("sonarr", "series_add")
    body["series"].update(id=show.id, tvdbId=SHOW.tvdb_id)
    assert source.receive(body)
    paths = await poll(home, source, want_show(SHOW, 1))
    assert "series" not in paths
    assert only(source).series_id == show.id


async def test_the_files_of_a_release_find_their_episodes(
    home: Household, source: SonarrSource, show: SeriesRow
) -> None:
    """Import complete has files and episodes side by side: names tell which is whose."""
    await settle(home, source, by_id(show, 1))
    body = post("sonarr", "import_complete_season_pack", show.id)
    for told, number in zip(body["episodes"], (3, 1, 2), strict=True):
        told.update(id=show.row(1, number).id, episodeNumber=number)
    assert source.receive(body)
    for number in (1, 2, 3):
        file = episode(source, 1, number).file
        assert file is not None
        assert f"S01E0{number}" in file.path
    for told in body["episodeFiles"]:
        told["path"] = "/tv/Show/unnamed.mkv"
    assert source.receive(body)
    assert (episode(source, 1, 1).has_file, episode(source, 1, 1).file) == (True, None)
    body["episodeFiles"] = body["episodeFiles"][:1]
    assert source.receive(body)
    assert {one.file.path for one in only(source).episodes if one.file} == {"/tv/Show/unnamed.mkv"}


@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("/tv/Show/Season 01/Show - S01E02 - Two.mkv", {(1, 2)}),
        ("D:\\tv\\Show\\show.s01e02e03.mkv", {(1, 2), (1, 3)}),
        ("/tv/Show S02E01/Show - S01E02-E03.mkv", {(1, 2), (1, 3)}),
        ("/tv/Show S02E01/two.mkv", set()),
        (None, set()),
    ],
)
def test_numbers_in_a_name(path: str | None, numbers: set[tuple[int, int]]) -> None:
    """Season and episode are read from the file's own name."""
    assert HookFile(path=path).numbers == numbers


async def test_a_new_episode_of_a_season_that_was_read(
    home: Household, source: SonarrSource, show: SeriesRow
) -> None:
    """An episode Sonarr has learnt of since comes with its import; one of another season does not."""
    await settle(home, source, by_id(show, 1))
    body = post("sonarr", "download", show.id)
    (told,) = body["episodes"]
    for season in (1, 2):
        told.update(id=990 + season, seasonNumber=season, episodeNumber=9)
        assert source.receive(body)
    assert episode(source, 1, 9).has_file
    assert {one.season for one in only(source).episodes} == {1}


async def test_upgrades_keep_a_file(home: Household, source: SonarrSource, show: SeriesRow) -> None:
    """The deletion that makes room for a better file takes nothing away."""
    await settle(home, source, by_id(show, 1))
    for name in ("download", "download_upgrade", "episode_file_delete_upgrade"):
        body = post("sonarr", name, show.id)
        body["episodes"][0]["id"] = show.row(1, 3).id
        assert source.receive(body)
    assert episode(source, 1, 3).has_file
    body["deleteReason"] = "missingFromDisk"
    assert source.receive(body)
    assert not episode(source, 1, 3).has_file


async def test_a_blocked_download_without_episodes(source: SonarrSource) -> None:
    """A series that matches without its episodes is one row; nothing matched is known by its download."""
    body = post("sonarr", "manual_interaction_required", episodes=[])
    assert source.receive(body)
    (row,) = source.evidence.queue
    assert (row.media_id, row.episode_id, row.status) == (5, None, QueueStatus.IMPORT_BLOCKED)
    del body["series"]
    assert source.receive({**body, "downloadId": "ABC"})
    assert source.evidence.queue[-1].media_id is None


@pytest.mark.parametrize("name", ["test", "health", "health_restored", "application_update"])
async def test_events_that_move_nothing(source: SonarrSource, name: str) -> None:
    """They are understood and change nothing."""
    before = source.evidence
    assert source.receive(post("sonarr", name))
    assert source.evidence == before


@pytest.mark.parametrize("name", ["grab_anime", "download_anime", "download_untracked", "series_add_anime"])
async def test_anime_and_untracked_events(source: SonarrSource, name: str) -> None:
    """They are as good as any other."""
    assert source.receive(post("sonarr", name))


@pytest.mark.parametrize(
    "body",
    [
        {"eventType": "Grab", "series": {"id": 1}},
        {"eventType": "Grab", "series": {"id": 1}, "episodes": [{"id": 1}]},
        {
            "eventType": "Grab",
            "series": {"id": 1},
            "episodes": [{"id": 0, "seasonNumber": 1, "episodeNumber": 1}],
        },
        {"eventType": "Download", "series": {"id": 1}, "episodes": []},
        {"eventType": "Download", "series": {"id": 1}, "episodeFile": {}},
        {"eventType": "EpisodeFileDelete", "series": {"id": 1}, "episodes": []},
        {"eventType": "MovieAdded", "series": {"id": 1}},
        {"eventType": "MovieAdded", "movie": {"id": 1}},
        {"eventType": "Rename", "series": [1]},
    ],
)
async def test_odd_posts(source: SonarrSource, body: Any) -> None:
    """Anything odd is counted, changes nothing and raises nothing."""
    before = source.evidence
    assert source.receive(body) is False
    assert source.evidence == before
