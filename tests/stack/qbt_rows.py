"""How a torrent of the world looks in qBittorrent's answers, by version."""

from datetime import datetime
from typing import Any

from .rows import Torrent

type Json = dict[str, Any]

FOREVER = 8_640_000
PIECE = 262_144

META = {"metaDL", "forcedMetaDL"}
PAUSED = {"stoppedDL": "pausedDL", "stoppedUP": "pausedUP"}
COMPLETE = {"uploading", "stalledUP", "queuedUP", "forcedUP", "stoppedUP", "checkingUP"}
RUNNING_DL = {"downloading", "forcedDL"}
LOADING = RUNNING_DL | META | {"stalledDL", "queuedDL", "checkingDL", "stoppedDL", "allocating"}

FILTERS: dict[str, frozenset[str]] = {
    "downloading": frozenset(LOADING),
    "seeding": frozenset(COMPLETE - {"stoppedUP", "checkingUP"}),
    "completed": frozenset(COMPLETE),
    "stalled": frozenset({"stalledDL", "stalledUP"}),
    "stalled_uploading": frozenset({"stalledUP"}),
    "stalled_downloading": frozenset({"stalledDL"}),
    "checking": frozenset({"checkingDL", "checkingUP", "checkingResumeData"}),
    "moving": frozenset({"moving"}),
    "errored": frozenset({"error", "missingFiles"}),
    "active": frozenset(RUNNING_DL | META | {"uploading"}),
}
STOPPED = frozenset(PAUSED)


def selects(name: str, state: str, *, is_v5: bool) -> bool:
    """Whether a filter takes a torrent in this (qBittorrent 5) state; an unknown filter takes everything."""
    if name == ("stopped" if is_v5 else "paused"):
        return state in STOPPED
    if name == ("running" if is_v5 else "resumed"):
        return state not in STOPPED
    if name == "inactive":
        return state not in FILTERS["active"]
    return state in FILTERS[name] if name in FILTERS else True


def has_metadata(torrent: Torrent) -> bool:
    """Whether the client has the torrent's files yet."""
    return torrent.state not in META


def magnet(torrent: Torrent) -> str:
    """The magnet link of either kind of hash, or both."""
    topics = [f"xt=urn:btih:{torrent.hash_v1}"] if torrent.hash_v1 else []
    topics += [f"xt=urn:btmh:1220{torrent.hash_v2}"] if torrent.hash_v2 else []
    return f"magnet:?{'&'.join(topics)}&dn={torrent.name}"


def stamp(at: datetime | None, default: int) -> int:
    """Unix seconds, or the version's own word for never."""
    return int(at.timestamp()) if at else default


def torrent_row(torrent: Torrent, now: datetime, version: tuple[int, ...]) -> Json:
    """The torrent as `torrents/info` shows it, without `hash`."""
    is_v5 = version >= (5,)
    known = has_metadata(torrent)
    state = torrent.state if is_v5 else PAUSED.get(torrent.state, torrent.state)
    never = -1 if is_v5 else 0
    finished = known and torrent.progress >= 1
    done = torrent.size - torrent.left if known else 0
    running = torrent.state in RUNNING_DL
    speed = torrent.speed if running else 0
    seconds = int((now - torrent.added).total_seconds())
    active = 0 if torrent.state in STOPPED or torrent.state == "queuedDL" else seconds
    seeding = int((now - torrent.completed).total_seconds()) if torrent.completed else 0
    content = torrent.content_path or f"{torrent.save_path}/{torrent.name}"
    row: Json = {
        "added_on": stamp(torrent.added, 0),
        "amount_left": torrent.left if known else 0,
        "auto_tmm": False,
        "availability": -1 if finished else 1.5 if speed else 0,
        "category": torrent.category,
        "completed": done,
        "completion_on": stamp(torrent.completed, never),
        "content_path": content if known else "",
        "dl_limit": 0,
        "dlspeed": speed,
        "download_path": "",
        "downloaded": done,
        "downloaded_session": done,
        "eta": torrent.left // speed if speed else FOREVER,
        "f_l_piece_prio": False,
        "force_start": torrent.state.startswith("forced"),
        "infohash_v1": torrent.hash_v1,
        "infohash_v2": torrent.hash_v2,
        "last_activity": stamp(now if speed else torrent.added, 0),
        "magnet_uri": magnet(torrent),
        "max_ratio": -1,
        "max_seeding_time": -1,
        "name": torrent.name if known else torrent.name or torrent.hash,
        "num_complete": 3 if speed else 0,
        "num_incomplete": 0,
        "num_leechs": 0,
        "num_seeds": 2 if speed else 0,
        "priority": 0 if finished else 1,
        "progress": (1 if finished else round(torrent.progress, 6)) if known else 0,
        "ratio": 0,
        "ratio_limit": -2,
        "save_path": torrent.save_path,
        "seeding_time": seeding,
        "seeding_time_limit": -2,
        "seen_complete": never,
        "seq_dl": False,
        "size": torrent.size if known else 0,
        "state": state,
        "super_seeding": False,
        "tags": "",
        "time_active": active,
        "total_size": torrent.size if known else -1,
        "tracker": "",
        "trackers_count": 0,
        "up_limit": 0,
        "uploaded": 0,
        "uploaded_session": 0,
        "upspeed": 0,
    }
    if is_v5:
        row |= {
            "comment": "",
            "has_metadata": known,
            "inactive_seeding_time_limit": -2,
            "max_inactive_seeding_time": -1,
            "popularity": 0,
            "private": False if known else None,
            "reannounce": 0,
            "root_path": "",
        }
    if version >= (5, 2):
        row |= {
            "connections_count": row["num_seeds"],
            "connections_limit": 100,
            "created_by": "",
            "creation_date": -1,
            "piece_size": PIECE if known else -1,
            "pieces_have": done // PIECE,
            "pieces_num": -(-torrent.size // PIECE) if known else -1,
            "share_limit_action": "Default",
            "share_limits_mode": "Default",
            "total_wasted": 0,
        }
    if version >= (5, 3):
        row |= {"has_other_announce_error": False, "has_tracker_error": False, "has_tracker_warning": False}
    return row


def properties(torrent: Torrent, now: datetime, version: tuple[int, ...]) -> Json:
    """The torrent as `torrents/properties` shows it, where several names differ."""
    row = torrent_row(torrent, now, version)
    return {
        "addition_date": row["added_on"],
        "comment": "",
        "completion_date": -1 if row["completion_on"] <= 0 else row["completion_on"],
        "created_by": "",
        "creation_date": -1,
        "dl_limit": -1,
        "dl_speed": row["dlspeed"],
        "download_path": row["download_path"],
        "eta": row["eta"],
        "hash": torrent.hash,
        "infohash_v1": torrent.hash_v1,
        "infohash_v2": torrent.hash_v2,
        "name": row["name"],
        "pieces_have": row["completed"] // PIECE,
        "pieces_num": -(-torrent.size // PIECE) if row["size"] else -1,
        "save_path": torrent.save_path,
        "seeds": row["num_seeds"],
        "share_ratio": row["ratio"],
        "time_elapsed": row["time_active"],
        "total_downloaded": row["downloaded"],
        "total_size": row["total_size"],
        "up_speed": 0,
    }


def category_row(name: str, version: tuple[int, ...]) -> Json:
    """A category; 5.2 and later say more about it."""
    row: Json = {"name": name, "savePath": ""}
    if version >= (5, 2):
        row |= {
            "download_path": None,
            "inactive_seeding_time_limit": -2,
            "ratio_limit": -2,
            "seeding_time_limit": -2,
            "share_limit_action": "Default",
            "share_limits_mode": "Default",
        }
    return row


def server_state(torrents: list[Torrent], version: tuple[int, ...]) -> Json:
    """The client as a whole."""
    speed = sum(torrent.speed for torrent in torrents if torrent.state in RUNNING_DL)
    state: Json = {
        "alltime_dl": 0,
        "alltime_ul": 0,
        "average_time_queue": 20,
        "connection_status": "connected",
        "dht_nodes": 0,
        "dl_info_data": 0,
        "dl_info_speed": speed,
        "dl_rate_limit": 0,
        "free_space_on_disk": 75_000_000_000,
        "global_ratio": "-",
        "queued_io_jobs": 0,
        "queueing": False,
        "refresh_interval": 1500,
        "total_peer_connections": 0,
        "up_info_data": 0,
        "up_info_speed": 0,
        "up_rate_limit": 0,
        "use_alt_speed_limits": False,
    }
    if version < (5, 2):
        state["use_subcategories"] = False
    if version >= (5, 3):
        state |= {"queued_tracker_announces": 0, "request_latency": 0, "session_state": False}
    return state
