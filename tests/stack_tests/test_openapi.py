"""Radarr's and Sonarr's answers against their own OpenAPI documents, where somebody has these at hand."""

import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest

from tests.stack.household import Household
from tests.stack.titles import film, series

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("STATUS_TRACKER_OPENAPI", ROOT.parent / "shared" / "openapi"))

RADARR = {
    "system/status": "SystemResource",
    "queue": "QueueResourcePagingResource",
    "queue/details": "QueueResource",
    "queue/status": "QueueStatusResource",
    "history": "HistoryResourcePagingResource",
    "history/since?date=2020-01-01T00:00:00Z": "HistoryResource",
    "history/movie?movieId=1": "HistoryResource",
    "movie": "MovieResource",
    "movie/1": "MovieResource",
    "moviefile?movieId=1": "MovieFileResource",
    "calendar?start=2000-01-01&end=2100-01-01": "MovieResource",
    "tag": "TagResource",
    "rootfolder": "RootFolderResource",
    "diskspace": "DiskSpaceResource",
    "qualityprofile": "QualityProfileResource",
    "health": "HealthResource",
    "command": "CommandResource",
    "notification": "NotificationResource",
    "notification/schema": "NotificationResource",
    "downloadclient": "DownloadClientResource",
}
SONARR = {
    **{path: name for path, name in RADARR.items() if "movie" not in f"{path} {name}".casefold()},
    "calendar?start=2000-01-01&end=2100-01-01&includeSeries=true": "EpisodeResource",
    "wanted/missing?includeSeries=true": "EpisodeResourcePagingResource",
    "history/series?seriesId=1": "HistoryResource",
    "series": "SeriesResource",
    "series/1": "SeriesResource",
    "episode?seriesId=1&includeEpisodeFile=true": "EpisodeResource",
    "episodefile?seriesId=1": "EpisodeFileResource",
}


def document(name: str) -> dict[str, Any]:
    """An OpenAPI document, or a skip."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        pytest.skip(
            f"no {path.name}: set STATUS_TRACKER_OPENAPI to the folder of the *arrs' OpenAPI documents"
        )
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 in the words of JSON schema; keys are optional, and none may be null."""
    if isinstance(node, list):
        return [as_json_schema(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {key: as_json_schema(value) for key, value in node.items() if key not in ("nullable", "format")}


def schemas_of(kind: str) -> Any:
    """The components of an *arr's document."""
    found = as_json_schema(document(kind)["components"])
    if "HttpUri" in found["schemas"]:
        # The document describes the class; on the wire a converter writes plain text.
        found["schemas"]["HttpUri"] = {"type": "string"}
    return found


async def eventful(home: Household) -> None:
    """Something of everything in every table."""
    world = home.world
    done = await world.request(film("Done", 2020, 1), auto_approve=True)
    download = await world.grab(done)
    await world.complete(download)
    await world.import_(download)
    better = await world.grab(done, quality="Bluray-1080p")
    await world.complete(better)
    await world.import_(better)
    loading = await world.request(film("Loading", 2020, 2), auto_approve=True)
    await world.progress(await world.grab(loading), 0.4)
    stalled = await world.request(film("Stalled", 2020, 3), auto_approve=True)
    await world.stall(await world.grab(stalled))
    waiting = await world.request(film("Waiting", 2020, 4), auto_approve=True)
    await world.delay(waiting)
    failed = await world.request(film("Failed", 2020, 5), auto_approve=True)
    await world.fail_download(await world.grab(failed))
    await world.search_finds_nothing(failed)
    show = await world.request(series("Show", 2020, 6, 7, {0: 1, 1: 3}, anime=True), auto_approve=True)
    pack = await world.grab(show)
    await world.complete(pack)
    await world.import_(pack, episodes=[(1, 1)])
    await world.block_import(pack, ["Unknown Series"])
    for server in (home.radarr, home.sonarr):
        server.arr.tags[1] = "1-alice"
        await world.health_problem(server.arr, "Indexers unavailable due to failures: Example")
        async with aiohttp.ClientSession(headers={"X-Api-Key": server.api_key}) as http:
            body = {"name": "ours", "implementation": "Webhook", "onGrab": True}
            body["fields"] = [{"name": "url", "value": "http://127.0.0.1:9/hook"}]
            await http.post(f"{server.url}/api/v3/notification?forceSave=true", json=body)
            await http.post(f"{server.url}/api/v3/command", json={"name": "RefreshMonitoredDownloads"})


@pytest.mark.parametrize("kind", ["radarr", "sonarr"])
async def test_answers_validate(kind: str) -> None:
    """Every answer fits its schema: no unknown key, no wrong type, no null, no bad enum value."""
    schemas = schemas_of(kind)
    async with Household(jellyfin=False) as home:
        await eventful(home)
        server = home.radarr if kind == "radarr" else home.sonarr
        async with aiohttp.ClientSession(headers={"X-Api-Key": server.api_key}) as http:
            for path, name in (RADARR if kind == "radarr" else SONARR).items():
                async with http.get(f"{server.url}/api/v3/{path}") as answer:
                    assert answer.status == 200, path
                    data = await answer.json()
                rows = data if isinstance(data, list) else [data]
                assert rows, path
                schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
                for row in rows:
                    jsonschema.validate(row, schema)
