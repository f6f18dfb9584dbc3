"""How an *arr's queue row follows the torrent's state in the client."""

from .rows import Download

STATUS = {
    "error": "warning",
    "stalledDL": "warning",
    "missingFiles": "warning",
    "stoppedDL": "paused",
    "queuedDL": "queued",
    "checkingDL": "queued",
    "checkingUP": "queued",
    "checkingResumeData": "queued",
    "metaDL": "queued",
    "forcedMetaDL": "queued",
    "downloading": "downloading",
    "forcedDL": "downloading",
    "moving": "downloading",
    "uploading": "completed",
    "stalledUP": "completed",
    "queuedUP": "completed",
    "forcedUP": "completed",
    "stoppedUP": "completed",
}
MESSAGES = {
    "error": "qBittorrent is reporting an error",
    "stalledDL": "The download is stalled with no connections",
    "missingFiles": "qBittorrent is reporting missing files",
}


def mirror(download: Download) -> None:
    """Bring status, sizes and messages up to date with the torrent; an import under way is left alone."""
    torrent = download.torrent
    if torrent is None:
        return
    download.status = STATUS.get(torrent.state, "downloading")
    download.error_message = MESSAGES.get(torrent.state)
    download.left = torrent.left
    download.seconds_left = torrent.eta if torrent.eta < 8_640_000 else None
    if download.status == "completed":
        download.seconds_left = 0
        if download.tracked_state == "downloading":
            download.tracked_state = "importPending"
    if download.tracked_state in ("downloading", "importPending") and not download.messages:
        download.tracked_status = "warning" if download.status == "warning" else "ok"
