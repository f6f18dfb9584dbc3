"""Stories of downloads, imports and services that fail."""

from typing import Any

from custom_components.status_tracker.const import CONF_LIMIT_DOWNLOADING, CONF_LIMIT_INDEXED, LIMITS
from custom_components.status_tracker.pipeline.requests import Reason

from ..stack.server import Fault, StackServer
from ..stack.stories import your_name
from .scene import Scene, tells_of

MISMATCH = "Movie title mismatch, automatic import is not possible. Manual Import required."


@tells_of(Reason.FETCHING_METADATA)
async def magnet(scene: Scene) -> None:
    """A magnet link without peers that have its metadata, until one has."""
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
    assert "unrecognized" in state.attributes["reason_detail"]
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
        reason_detail="Shoko has recognized the file.",
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
