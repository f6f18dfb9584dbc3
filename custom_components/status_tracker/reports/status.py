"""Status text of a request, used in all places."""

from datetime import date

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..pipeline.enums import MediaType
from ..pipeline.requests import Hint, Reason, Stage, Tracked
from .text import common_text, reason_text, stage_text
from .times import clock_text, day_text, moment_text, today

WORDS = 160  # maximum length of a service message in the text

# Reasons shown with the message of the service
QUOTED = {
    Reason.IMPORT_BLOCKED: "status_import_blocked",
    Reason.DOWNLOAD_ERROR: "status_download_error",
    Reason.DOWNLOAD_FAILED: "status_download_failed",
    Reason.SEASON_MISMATCH: "status_season_mismatch",
}
# Reasons shown with the expected date
DATED = {Reason.NOT_RELEASED: "status_not_released", Reason.UNAIRED: "status_unaired"}
# Hints shown instead of stage and reason
HINTS = {
    Hint.SCAN_RUNNING: "status_scan_running",
    Hint.SHOKO_MATCHED: "status_shoko_matched",
    Hint.SHOKO_HASHING: "status_shoko_waiting",
    Hint.SHOKO_UNSEEN: "status_shoko_waiting",
}
# Texts that combine a stage with a reason
SENTENCES = {
    (Stage.INDEXED, Reason.QUEUED): "status_queued",
    (Stage.DOWNLOAD_DONE, Reason.IMPORT_PENDING): "status_import_pending",
    (Stage.IMPORTING, Reason.IMPORT_PENDING): "status_importing",
    (Stage.IMPORTING, Reason.WAITING_FOR_LIBRARY): "status_waiting_for_library",
    (Stage.AVAILABLE, Reason.UPGRADE): "status_upgrade",
    (Stage.AVAILABLE, None): "status_available",
    (Stage.FAILED, Reason.NOT_IN_ARR): "status_failed",
}


def status_text(hass: HomeAssistant, request: Tracked) -> str:
    """Return the status of a request, e.g. "Downloading 37%, ready about 6:24 PM"."""
    verdict = request.verdict
    if verdict.reason is Reason.SERVICE_UNAVAILABLE and verdict.detail:
        return common_text(
            hass,
            "status_service_unavailable",
            status=_by_stage(hass, request),
            services=_shortened(verdict.detail),
        )
    if request.stage is Stage.PARTIALLY_AVAILABLE:
        text = _partially(hass, request)
        return text[:1].upper() + text[1:]
    if request.stage is Stage.DOWNLOADING and verdict.reason is None:
        return _by_stage(hass, request)
    text = _reason(hass, request)
    if request.stage is Stage.DOWNLOADING and request.progress and verdict.reason not in QUOTED:
        return common_text(hass, "status_at", status=text, percent=_percent(hass, request.progress))
    return text


def detail_text(hass: HomeAssistant, request: Tracked) -> str | None:
    """Return details about the reason: the message of the service, or the text of the hint."""
    verdict = request.verdict
    at = moment_text(hass, verdict.at) if verdict.at else ""
    hint = common_text(hass, f"hint_{verdict.hint}", time=at) if verdict.hint else None
    return " ".join(part for part in (hint, verdict.detail) if part) or None


def _reason(hass: HomeAssistant, request: Tracked) -> str:
    """Return the text of the reason, or of the stage if there is none."""
    verdict, stage = request.verdict, request.stage
    reason = verdict.reason
    if reason in QUOTED and verdict.detail:
        return common_text(hass, QUOTED[reason], detail=_shortened(_without_releases(request)))
    if reason in DATED and (day := _expected(request)):
        return common_text(hass, DATED[reason], when=day_text(hass, day))
    if reason is Reason.WAITING_FOR_LIBRARY and verdict.hint in HINTS:
        return common_text(hass, HINTS[verdict.hint])
    if key := SENTENCES.get((stage, reason)):
        return common_text(hass, key)
    return reason_text(hass, reason) if reason else stage_text(hass, stage)


def _by_stage(hass: HomeAssistant, request: Tracked) -> str:
    """Return the text of the stage."""
    if request.stage is Stage.PARTIALLY_AVAILABLE:
        return _episodes(hass, request) or stage_text(hass, request.stage)
    if request.stage is not Stage.DOWNLOADING or request.progress is None:
        return stage_text(hass, request.stage)
    percent = _percent(hass, request.progress)
    if request.episodes_available and (episodes := _episodes(hass, request)):
        return common_text(hass, "status_downloading_episodes", percent=percent, episodes=episodes)
    if when := _ready(hass, request):
        return common_text(hass, "status_downloading_ready", percent=percent, when=when)
    return common_text(hass, "status_downloading", percent=percent)


def _ready(hass: HomeAssistant, request: Tracked) -> str | None:
    """Return when all downloads of a request will finish, None if some have not started."""
    missing = any(unit.stage is Stage.APPROVED and unit.aired for unit in request.units)
    if request.eta is None or missing or request.verdict.reason or request.eta < dt_util.utcnow():
        return None
    day = dt_util.as_local(request.eta).date()
    if day <= today():
        return common_text(hass, "when_about", time=clock_text(hass, request.eta))
    return day_text(hass, day)


def _partially(hass: HomeAssistant, request: Tracked) -> str:
    """Return the number of available episodes, and the reason for the others."""
    episodes = _by_stage(hass, request)
    reason = request.verdict.reason
    if reason is None or (reason is Reason.UNAIRED and _expected(request) is None):
        return episodes
    if reason is Reason.UNAIRED and (day := _expected(request)):
        return common_text(hass, "status_next", status=episodes, when=day_text(hass, day))
    parts = (_reason(hass, request), episodes) if request.stuck else (episodes, _reason(hass, request))
    return " · ".join(parts)


def _episodes(hass: HomeAssistant, request: Tracked) -> str | None:
    """Return the number of available episodes, None if it is unknown."""
    ready, total = request.episodes_available, request.episodes_total
    if ready is None or total is None or total < 2:
        return None
    key = "status_episodes_one" if ready == 1 else "status_episodes_other"
    return common_text(hass, key, ready=str(ready), total=str(total))


def _expected(request: Tracked) -> date | None:
    """Return the date of a future release or airing; without time for a movie."""
    expected = request.verdict.expected
    if expected is None:
        return None
    movie = request.request.media_type is MediaType.MOVIE
    day = (dt_util.as_utc(expected) if movie else dt_util.as_local(expected)).date()
    return day if day >= today() else None


def _percent(hass: HomeAssistant, number: int) -> str:
    """Return a percentage in the format of the language."""
    return common_text(hass, "status_percent", number=str(number))


def _without_releases(request: Tracked) -> str:
    """Return a service message without the name of the release."""
    words = request.verdict.detail or ""
    for download in request.downloads:
        if download.release:
            words = words.replace(f"{download.release}: ", "")
    return words


def _shortened(words: str) -> str:
    """Return a service message shortened to fit into the text."""
    words = " ".join(words.split()).rstrip(".; ")
    return words if len(words) <= WORDS else f"{words[: WORDS - 1].rstrip()}…"
