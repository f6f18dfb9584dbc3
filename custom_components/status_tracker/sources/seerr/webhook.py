"""Webhook of Seerr: the configured template and the model of its payloads."""

from dataclasses import dataclass, field
import re

import orjson

from ...clients.model import Answer
from ...clients.seerr_model import shown_name
from ...pipeline.enums import RequestStatus

TYPES = 2 + 4 + 8 + 16 + 64 + 128  # pending, approved, available, failed, declined, auto-approved

# Names in double braces are variables of Seerr; a key such as "{{media}}" is replaced by an object or null.
# Of the requesting user, only the name is included.
TEMPLATE = orjson.dumps(
    {
        "status_tracker": 1,
        "notification_type": "{{notification_type}}",
        "event": "{{event}}",
        "subject": "{{subject}}",
        "image": "{{image}}",
        "{{media}}": {
            "media_type": "{{media_type}}",
            "tmdbId": "{{media_tmdbid}}",
            "tvdbId": "{{media_tvdbid}}",
        },
        "{{request}}": {
            "request_id": "{{request_id}}",
            "requestedBy_username": "{{requestedBy_username}}",
        },
        "{{extra}}": [],
    }
).decode()

TEST = "TEST_NOTIFICATION"
STATUS = {
    "MEDIA_PENDING": RequestStatus.PENDING,
    "MEDIA_APPROVED": RequestStatus.APPROVED,
    "MEDIA_AUTO_APPROVED": RequestStatus.APPROVED,
    "MEDIA_AVAILABLE": RequestStatus.COMPLETED,
    "MEDIA_FAILED": RequestStatus.FAILED,
    "MEDIA_DECLINED": RequestStatus.DECLINED,
}
# Sent once when a request is made; late deliveries are outdated.
FIRST = frozenset({"MEDIA_PENDING", "MEDIA_AUTO_APPROVED"})
SEASONS = "requested seasons"

_SUBJECT = re.compile(r"^(?P<title>.+?)(?: \((?P<year>\d{4})\))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookMedia(Answer):
    """The title; all values are text, empty if unknown."""

    media_type: str = ""
    tmdb_id: str = ""
    tvdb_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest(Answer):
    """The request, with its id as text; the name can be an e-mail address."""

    request_id: str = ""
    requested_by_username: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookExtra(Answer):
    """An extra field of a notification, e.g. "Requested Seasons": "1, 2"."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload(Answer):
    """A notification with our or the default template; its media status can be outdated and is ignored."""

    notification_type: str
    event: str = ""
    subject: str = ""
    image: str = ""
    media: HookMedia | None = None
    request: HookRequest | None = None
    extra: list[HookExtra] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Return the notification type."""
        return self.notification_type.upper()

    @property
    def status(self) -> RequestStatus | None:
        """Return the request status for the type, None if it is not about a status."""
        return STATUS.get(self.kind)

    @property
    def request_id(self) -> int | None:
        """Return the id of the request."""
        return _number(self.request.request_id) if self.request else None

    @property
    def requested_by(self) -> str | None:
        """Return the display name of the requesting user."""
        return shown_name(self.request.requested_by_username) if self.request else None

    @property
    def is_4k(self) -> bool:
        """Return whether the request is for 4K, which only the event text contains."""
        return "4K" in self.event.upper().split()

    @property
    def tmdb_id(self) -> int | None:
        """Return the TMDB id."""
        return _number(self.media.tmdb_id) if self.media else None

    @property
    def tvdb_id(self) -> int | None:
        """Return the TVDB id."""
        return _number(self.media.tvdb_id) if self.media else None

    @property
    def seasons(self) -> tuple[int, ...]:
        """Return the requested seasons."""
        text = next((one.value for one in self.extra if one.name.casefold() == SEASONS), "")
        return tuple(sorted({int(one) for one in re.findall(r"\d{1,4}", text[:2000])}))

    @property
    def title(self) -> tuple[str, int | None]:
        """Return title and year of the subject, e.g. of "Some Film (2020)"."""
        found = _SUBJECT.match(self.subject.strip()[:300])
        if not found:
            return "", None
        return found["title"], int(found["year"]) if found["year"] else None


def _number(text: str) -> int | None:
    """Return a text as a number, None if it is not a valid id."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 10 and int(text) else None
