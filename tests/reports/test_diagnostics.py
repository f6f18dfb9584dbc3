"""Diagnostics: what a bug report holds, and what it does not."""

from collections.abc import Awaitable
import json
import re
from typing import Any, Protocol

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from syrupy.assertion import SnapshotAssertion

from custom_components.status_tracker.const import CONF_REGISTER_WEBHOOKS
from custom_components.status_tracker.pipeline.ids import shared_tail
from custom_components.status_tracker.reports import case_report
from custom_components.status_tracker.reports.redact import REDACTED, Redactor

from ..common import SetUp, StartHousehold, poll, until
from ..stack.server import Fault
from ..stack.stories import anime_film_story, film_story, sintel
from ..stack.titles import film

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*")
PORT = re.compile(r"(?<=host \d):\d{4,5}\b")


class Diagnose(Protocol):
    """Downloads the diagnostics of an entry, as a person does."""

    def __call__(self, entry: Any) -> Awaitable[dict[str, Any]]:
        """Return them."""


@pytest.fixture
async def diagnose(hass: HomeAssistant, hass_client: Any) -> Diagnose:
    """The way to the diagnostics; it comes before the server listens, which takes no new views then."""
    assert await async_setup_component(hass, "diagnostics", {})

    async def diagnose(entry: Any) -> dict[str, Any]:
        """Ask for them."""
        told: dict[str, Any] = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        return told

    return diagnose


async def no_pace(seconds: float) -> None:
    """Let no time pass."""


def steady(value: Any, key: str = "") -> Any:
    """The same without what differs from run to run: times, ports, counts of polls."""
    if isinstance(value, dict):
        return {name: steady(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [steady(one, key) for one in value]
    if key in ("polls", "calls", "seconds_since_success", "received", "untold", "untold_changes", "last"):
        return None if value is None else "<varies>"
    if isinstance(value, str):
        return PORT.sub(":<port>", TIME.sub("<time>", value))
    return value


async def test_snapshot(
    hass: HomeAssistant,
    diagnose: Diagnose,
    household: StartHousehold,
    setup_entry: SetUp,
    snapshot: SnapshotAssertion,
) -> None:
    """A film that has arrived, and one whose import is blocked while the library is down."""
    home = await household()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})

    async def pace(seconds: float) -> None:
        """Poll at each step, so that the timeline is the same in every run."""
        await poll(hass, entry)

    known = entry.runtime_data.versions.known
    await until(hass, lambda: len(known) == len(home.servers))
    await film_story(home.world, pace)
    await pace(0)
    other = await home.world.request(film("Big Buck Bunny", 2008, 10378), auto_approve=True)
    download = await home.world.grab(other)
    await home.world.complete(download)
    await home.world.block_import(download, ["No files are eligible for import in /downloads/complete/Bunny"])
    await poll(hass, entry)
    home.jellyfin.fault = Fault.down()
    await poll(hass, entry)
    assert steady(await diagnose(entry)) == snapshot


async def test_anime_is_told_from_path_to_proof(
    hass: HomeAssistant, diagnose: Diagnose, household: StartHousehold, setup_entry: SetUp
) -> None:
    """The chain that proves an anime film can be followed: file, Shoko's file, Jellyfin's item."""
    home = await household(shoko=True)
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    request = await anime_film_story(home.world, no_pace)
    await poll(hass, entry, 4)
    told = await diagnose(entry)
    assert told["requests"]["shown"] == 1
    one = told["requests"]["list"][0]
    assert (one["request_id"], one["verdict"]["stage"]) == (request.id, "available")
    (unit,) = one["units"]
    (shoko,) = one["shoko"]["rows"]
    proof = next(item for item in one["library"]["rows"] if item["proves"])
    assert unit["shoko_files"] == [shoko["file_id"]]
    assert shoko["matched"]
    assert unit["proved_by"] == proof["item_id"]
    assert f"shoko_file:{shoko['file_id']}" in proof["shares_ids"]
    # what was equal is still equal, though nobody can read it
    assert shared_tail(unit["file"]["path"], shoko["paths"][0]) >= 2
    assert unit["file"]["path"].endswith(".mkv")
    text = json.dumps(told)
    (file,) = (row for arr in home.world.arrs for row in arr.files.values())
    for part in file.path.strip("/").split("/"):
        assert part not in text
    assert told["sources"]["shoko"]["push_connected"] is True
    assert told["sources"]["jellyfin"]["calls"] > told["sources"]["jellyfin"]["polls"] > 0


async def test_many_requests_are_cut_down_and_counted(
    hass: HomeAssistant,
    diagnose: Diagnose,
    household: StartHousehold,
    setup_entry: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A report stays small: active requests first, then new ones, and it says how many are missing."""
    monkeypatch.setattr(case_report, "REQUESTS", 3)
    home = await household()
    entry = await setup_entry(home, **{CONF_REGISTER_WEBHOOKS: False})
    requests = [await home.world.request(film(f"Film {number}", 2000, 100 + number)) for number in range(5)]
    await poll(hass, entry)
    await home.world.decline(requests[-1])
    await poll(hass, entry)
    told = (await diagnose(entry))["requests"]
    assert (told["shown"], told["left_out"]) == (5, 2)
    assert [one["request_id"] for one in told["list"]] == [one.id for one in requests[3:0:-1]]
    assert told["by_stage"] == {"declined": 1, "requested": 4}


async def test_refused_key_is_told_without_it(
    hass: HomeAssistant, diagnose: Diagnose, household: StartHousehold, setup_entry: SetUp
) -> None:
    """Of a service that is not well its error is told, of a secret only that there is one."""
    home = await household()
    await home.world.request(sintel(), auto_approve=True)
    entry = await setup_entry(home)
    home.radarr.fault = Fault.bad_key()
    await poll(hass, entry)
    told = await diagnose(entry)
    assert told["sources"]["radarr-hd"]["reason"] == "invalid_auth"
    assert "failed to authenticate" in told["sources"]["radarr-hd"]["error"]
    assert told["requests"]["list"][0]["verdict"]["blind"] == ["radarr-hd"]
    assert told["entry"]["data"]["api_key"] == REDACTED
    assert told["entry"]["services"]["qbittorrent"]["password"] == REDACTED
    assert told["entry"]["services"]["qbittorrent"]["api_key"] == ""
    assert told["entry"]["data"]["webhooks"] == ["jellyfin", "radarr-hd", "seerr", "sonarr-hd"]
    assert told["webhooks"]["seerr"]["registered"] == "done"


def test_redactor_keeps_what_is_equal_equal() -> None:
    """Aliases tell things apart and nothing else."""
    redactor = Redactor(["key-one", "abc"], ["nas.home"])
    assert redactor.alias("user", "Alice") == redactor.alias("user", "Alice") == "user 1"
    assert redactor.alias("user", "Bob") == "user 2"
    assert redactor.alias("user", "") == ""
    assert redactor.path("/movies/A (2010)/A.mkv") == "1/2/3.mkv"
    assert redactor.path("D:\\Media\\a (2010)\\A.MKV") == "4/5/2/3.mkv"
    assert redactor.path("/movies/A (2010)") == "1/2"
    assert redactor.url("https://nas.home/seerr?x=1") == "https://host 1:443/…"
    assert redactor.url("http://nas.home:5055") == "http://host 1:5055"
    assert redactor.url("nas.home") == REDACTED
    assert redactor.url("http://[nas") == REDACTED
    assert redactor.url("") == ""
    assert redactor.text("abc") == "abc"
    assert redactor.text("key-one at nas.home, 10.0.0.7 by http://nas.home:1/x a@b.example") == (
        f"{REDACTED} at host 1, host 2 by http://host 1:1/… mail 1"
    )
    assert redactor.walk(
        {"requested_by": "Bob", "deep": [{"paths": ("/movies/B",)}], "n": 3, "none": None}
    ) == {
        "requested_by": "user 2",
        "deep": [{"paths": ["1/6"]}],
        "n": 3,
        "none": None,
    }
