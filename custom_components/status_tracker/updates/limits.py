"""Limits of the evaluation, as set in the options."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..const import (
    CONF_KEEP_FOREVER,
    CONF_KEEP_HOURS,
    CONF_LIMIT_ANIME_MATCHING,
    CONF_LIMIT_APPROVED,
    CONF_LIMIT_DOWNLOAD_DONE,
    CONF_LIMIT_DOWNLOADING,
    CONF_LIMIT_IMPORTING,
    CONF_LIMIT_INDEXED,
    OPTIONS,
)
from ..pipeline.requests import Limits, Stage

LIMIT_OPTIONS: Mapping[Stage, str] = {
    Stage.APPROVED: CONF_LIMIT_APPROVED,
    Stage.INDEXED: CONF_LIMIT_INDEXED,
    Stage.DOWNLOADING: CONF_LIMIT_DOWNLOADING,
    Stage.DOWNLOAD_DONE: CONF_LIMIT_DOWNLOAD_DONE,
    Stage.IMPORTING: CONF_LIMIT_IMPORTING,
    Stage.ANIME_MATCHING: CONF_LIMIT_ANIME_MATCHING,
}


def limits_of(options: Mapping[str, Any]) -> Limits:
    """Return the limits set in the options, with the defaults for those not set."""
    chosen = {**OPTIONS, **options}
    keep = timedelta(hours=float(chosen[CONF_KEEP_HOURS]))
    return Limits(
        keep=timedelta.max if chosen[CONF_KEEP_FOREVER] else keep,
        stages={stage: timedelta(minutes=float(chosen[key])) for stage, key in LIMIT_OPTIONS.items()},
    )
