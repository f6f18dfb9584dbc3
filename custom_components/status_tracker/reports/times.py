"""Dates and times in Home Assistant's language and time zone."""

from datetime import date, datetime

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .text import common_text

WEEK = 7
HALF_A_YEAR = 183
TWELVE_HOURS = ("en",)  # languages that use the 12-hour clock, also with a region
TWENTY_FOUR_HOURS = ("en-GB",)
UNPADDED = ("es", "ja")  # languages that write 8:05 instead of 08:05


def today() -> date:
    """Return the current local date."""
    return dt_util.as_local(dt_util.utcnow()).date()


def day_text(hass: HomeAssistant, day: date) -> str:
    """Return a date from today on, to follow a verb: "tomorrow", "on Friday", "on December 3"."""
    ahead = (day - today()).days
    if ahead == 0:
        return common_text(hass, "when_today")
    if ahead == 1:
        return common_text(hass, "when_tomorrow")
    if 1 < ahead < WEEK:
        return common_text(hass, f"when_weekday_{day.isoweekday()}")
    number = common_text(hass, "when_first") if day.day == 1 else str(day.day)
    text = common_text(hass, f"when_month_{day.month}", day=number)
    if day.year == today().year or 0 < ahead < HALF_A_YEAR:
        return text
    return common_text(hass, "when_year", when=text, year=str(day.year))


def clock_text(hass: HomeAssistant, time: datetime) -> str:
    """Return a time in the format of the language: "6:24 PM", "18:24", "8:05"."""
    local, language = dt_util.as_local(time), hass.config.language
    base = language.partition("-")[0]
    if base in TWELVE_HOURS and language not in TWENTY_FOUR_HOURS:
        return f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"
    hour = str(local.hour) if base in UNPADDED else f"{local.hour:02}"
    return f"{hour}:{local.minute:02}"


def moment_text(hass: HomeAssistant, time: datetime) -> str:
    """Return a past time in numbers: without the date for today."""
    local = dt_util.as_local(time)
    clock = clock_text(hass, time)
    return clock if local.date() == today() else f"{local.date().isoformat()} {clock}"
