"""Episodes of a series, read from Sonarr or updated by its webhooks."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from ...clients.sonarr import Episode
from ...pipeline.evidence.arr import EpisodeEvidence, FileEvidence, SeriesEvidence
from .rows import file_evidence
from .webhook import HookEpisode, Payload


def episode_evidence(row: Episode) -> EpisodeEvidence:
    """Return an episode as evidence."""
    return EpisodeEvidence(
        episode_id=row.id,
        season=row.season_number,
        number=row.episode_number,
        absolute=row.absolute_episode_number,
        tvdb_id=row.tvdb_id or None,
        title=row.title,
        monitored=row.monitored,
        air_date=row.air_date_utc,
        has_file=row.has_file,
        file=file_evidence(row.episode_file),
        last_search=row.last_search_time,
    )


def imported_files(told: Payload) -> Iterable[tuple[HookEpisode, FileEvidence | None]]:
    """Return the imported episodes with their files, matched by file name for a release of several files."""
    for episode in told.episodes:
        if told.episode_file:
            yield episode, told.episode_file.evidence
        elif len(told.episode_files) == 1:
            yield episode, told.episode_files[0].evidence
        else:
            key = (episode.season_number, episode.episode_number)
            file = next((one for one in told.episode_files if key in one.numbers), None)
            yield episode, file.evidence if file else None


def with_file(
    series: SeriesEvidence,
    told: HookEpisode,
    file: FileEvidence | None,
    seasons: Collection[int],
    now: datetime,
) -> SeriesEvidence:
    """Return a series with the file of an episode; a new episode is added if its season has been read."""
    if any(episode.episode_id == told.id for episode in series.episodes):
        return _changed(
            series,
            lambda one: (
                replace(one, has_file=True, file=file, read_at=now) if one.episode_id == told.id else one
            ),
        )
    if told.season_number not in seasons:
        return series
    episode = EpisodeEvidence(
        episode_id=told.id,
        season=told.season_number,
        number=told.episode_number,
        tvdb_id=told.tvdb_id or None,
        title=told.title,
        air_date=told.air_date_utc,
        has_file=True,
        file=file,
        read_at=now,
    )
    return replace(series, episodes=(*series.episodes, episode))


def with_renamed_file(series: SeriesEvidence, before: str | None, file: FileEvidence) -> SeriesEvidence:
    """Return a series with the new path of a renamed file."""
    return _changed(
        series, lambda one: replace(one, file=file) if one.file and one.file.path == before else one
    )


def without_file(series: SeriesEvidence, episodes: Collection[int], path: str | None) -> SeriesEvidence:
    """Return a series without a file in the given episodes."""
    return _changed(
        series,
        lambda one: (
            replace(one, has_file=False, file=None)
            if one.episode_id in episodes and (one.file is None or path in (None, one.file.path))
            else one
        ),
    )


def _changed(series: SeriesEvidence, change: Callable[[EpisodeEvidence], EpisodeEvidence]) -> SeriesEvidence:
    """Return a series with updated episodes."""
    return replace(series, episodes=tuple(change(one) for one in series.episodes))
