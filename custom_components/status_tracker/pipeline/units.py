"""What a request consists of: its film or episodes, each with its file and its downloads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from .cases import Case
from .evidence import (
    ClientDownload,
    HistoryEvidence,
    HistoryKind,
    MediaType,
    QueueEvidence,
    Service,
    ServiceEvidence,
)
from .requests import Download, Unit

GRACE = timedelta(minutes=10)  # an *arr renews its queue every minute, its client may be restarting
SEERR_ROW = -1
OUTCOMES = (HistoryKind.IMPORTED, HistoryKind.FAILED, HistoryKind.IGNORED)


def units_of(case: Case, now: datetime) -> list[Unit]:
    """Return the request's units with what has been learnt of each."""
    if case.request.media_type is MediaType.MOVIE:
        return [_film(case, now)]
    if case.series and not case.series.gone:
        return _episodes(case, now)
    return _from_seasons(case, now)


def _film(case: Case, now: datetime) -> Unit:
    """Return the one unit of a film."""
    movie = case.movie
    downloads = tuple(_downloads(case, None, now))
    if movie is None or movie.gone:
        imported = _imported(case.history)
        return Unit(
            title=case.title.title if case.title else None,
            has_file=imported is not None and (movie is None or not movie.gone),
            file=imported.file if imported and movie is None else None,
            downloads=downloads,
        )
    return Unit(
        title=movie.title,
        monitored=movie.monitored,
        has_file=movie.has_file,
        file=movie.file,
        downloads=downloads,
    )


def _imported(history: Iterable[HistoryEvidence]) -> HistoryEvidence | None:
    """Return the import that stands: not followed by the deletion of its file."""
    last = next(
        (
            event
            for event in reversed(list(history))
            if event.kind in (HistoryKind.IMPORTED, HistoryKind.FILE_DELETED)
        ),
        None,
    )
    return last if last and last.kind is HistoryKind.IMPORTED else None


def _episodes(case: Case, now: datetime) -> list[Unit]:
    """Return a unit for each episode of the requested seasons that Sonarr knows."""
    series = case.series
    assert series is not None
    rows: dict[int | None, list[QueueEvidence]] = defaultdict(list)
    for row in case.queue:
        rows[row.episode_id].append(row)
    events: dict[int | None, list[HistoryEvidence]] = defaultdict(list)
    for event in case.history:
        events[event.episode_id].append(event)
    units = []
    for episode in series.episodes:
        if episode.season not in case.request.seasons:
            continue
        mine = _downloads(case, episode.episode_id, now, rows[episode.episode_id], events[episode.episode_id])
        units.append(
            Unit(
                season=episode.season,
                number=episode.number,
                episode=episode,
                title=episode.title,
                aired=episode.air_date is not None and episode.air_date <= now,
                air_date=episode.air_date,
                monitored=series.monitored and episode.monitored,
                has_file=episode.has_file,
                file=episode.file,
                downloads=tuple(mine),
            )
        )
    return sorted(units, key=lambda unit: (unit.season or 0, unit.number or 0))


def _from_seasons(case: Case, now: datetime) -> list[Unit]:
    """Return the units where no Sonarr counts: as TMDB does, else a whole season each."""
    counted = {season.number: season for season in case.title.seasons} if case.title else {}
    units: list[Unit] = []
    for number in case.request.seasons:
        season = counted.get(number)
        aired = season is None or season.air_date is None or season.air_date <= now
        base = Unit(season=number, aired=aired, air_date=season.air_date if season else None)
        episodes = [replace(base, number=one + 1) for one in range(season.episodes if season else 0)]
        for unit in episodes or [base]:
            rows = [
                row for row in _seerr_rows(case) if row.season == number and unit.number in (None, row.number)
            ]
            units.append(replace(unit, downloads=tuple(_seerr_downloads(case, rows))))
    return units


def _downloads(
    case: Case,
    episode_id: int | None,
    now: datetime,
    rows: Iterable[QueueEvidence] | None = None,
    events: Iterable[HistoryEvidence] | None = None,
) -> Iterable[Download]:
    """Return a unit's downloads, oldest grab first, those no *arr tells of from Seerr."""
    queue = list(case.queue if rows is None else rows)
    history = list(case.history if events is None else events)
    by_id: dict[str, list[QueueEvidence]] = defaultdict(list)
    for row in queue:
        by_id[(row.download_id or f"row {row.row_id}").casefold()].append(row)
    grabs: dict[str, HistoryEvidence] = {}
    outcomes: dict[str, HistoryEvidence] = {}
    for event in history:
        if not event.download_id:
            continue
        key = event.download_id.casefold()
        if event.kind is HistoryKind.GRABBED:
            grabs.pop(key, None)
            grabs[key] = event
            outcomes.pop(key, None)
        elif event.kind in OUTCOMES:
            outcomes[key] = event
    keys = list(dict.fromkeys((*grabs, *outcomes, *by_id)))
    if not keys and episode_id is None and not case.has(case.arr_service):
        return _seerr_downloads(case, _seerr_rows(case))
    return [
        _download(case, key, grabs.get(key), outcomes.get(key), tuple(by_id.get(key, ())), now)
        for key in keys
    ]


def _download(
    case: Case,
    key: str,
    grab: HistoryEvidence | None,
    outcome: HistoryEvidence | None,
    rows: tuple[QueueEvidence, ...],
    now: datetime,
) -> Download:
    """Return one download with all that is known of it."""
    row, event = (rows[0] if rows else None), grab or outcome
    torrent = case.torrents.get(key)
    source = row.source if row else event.source if event else ""
    seen = case.journey.seen.get(key) if case.journey else None
    last = max((time for time in (event.at if event else None, seen) if time), default=now)
    watched = _well(case.services, case.arr_service, source) and _well(case.services, Service.QBITTORRENT)
    return Download(
        download_id=key if not key.startswith("row ") else None,
        release=(row and row.title) or (event and event.release) or (torrent and torrent.name) or None,
        quality=(row and row.quality) or (event and event.quality) or None,
        indexer=(row and row.indexer) or (event and event.indexer) or None,
        client=(row and row.client) or (event and event.client) or None,
        grabbed=grab.at if grab else (row.added if row else None),
        told=last if event or seen else None,
        rows=rows,
        torrent=torrent,
        outcome=outcome,
        lost=not rows and torrent is None and outcome is None and watched and now - last > GRACE,
    )


def _well(services: Mapping[Service, tuple[ServiceEvidence, ...]], kind: Service, source: str = "") -> bool:
    """Return whether the services of a kind (or the one named) all answer."""
    return all(service.ok for service in services.get(kind, ()) if not source or service.source == source)


def _seerr_rows(case: Case) -> tuple[ClientDownload, ...]:
    """Return Seerr's own download rows, where no *arr of ours knows better."""
    return () if case.has(case.arr_service) else case.request.downloads


def _seerr_downloads(case: Case, rows: Iterable[ClientDownload]) -> list[Download]:
    """Return downloads made of Seerr's own rows."""
    downloads = []
    for row in rows:
        key = (row.download_id or "").casefold()
        downloads.append(
            Download(
                download_id=key or None,
                release=row.title,
                rows=(
                    QueueEvidence(
                        source="seerr",
                        row_id=SEERR_ROW,
                        status=row.status,
                        download_id=row.download_id,
                        title=row.title,
                        size=row.size,
                        size_left=row.size_left,
                        eta=row.eta,
                    ),
                ),
                torrent=case.torrents.get(key),
            )
        )
    return downloads
