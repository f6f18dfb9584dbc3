"""Units of a request: its movie or episodes, with their files and downloads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from .availability import seerr_has
from .cases import Case, last_event
from .enums import HistoryKind, MediaType, Service
from .evidence.arr import EpisodeEvidence, FileEvidence, HistoryEvidence, SeriesEvidence
from .evidence.downloads import QueueEvidence
from .evidence.requests import ClientDownload
from .moment import Moment
from .requests import Download, Unit

GRACE = timedelta(minutes=3)  # an *arr refreshes its queue every minute, its client may be restarting
SEERR_ROW = -1
OUTCOMES = (HistoryKind.IMPORTED, HistoryKind.FAILED, HistoryKind.IGNORED)


def units_of(case: Case, moment: Moment) -> list[Unit]:
    """Return the units of a request with their evidence."""
    if case.request.media_type is MediaType.MOVIE:
        return [_film(case, moment)]
    if case.series and not case.series.gone:
        return _episodes(case, case.series, moment)
    return [unit for season in case.request.seasons for unit in _season(case, season, moment)]


def _film(case: Case, moment: Moment) -> Unit:
    """Return the unit of a movie."""
    movie = case.movie
    downloads = (
        _downloads(case, moment, case.queue, case.history)
        if case.served
        else _seerr_downloads(case, case.request.downloads)
    )
    if movie is None or movie.gone:
        imported = _imported(case.history) if movie is None else None
        if imported and not (case.has(Service.JELLYFIN) or case.is_fresh(imported.at)):
            imported = None  # without Jellyfin the file is the only proof, so the movie has to be read first
        unit = Unit(
            title=case.title.title if case.title else None,
            has_file=imported is not None,
            file=imported.file if imported else None,
            downloads=downloads,
        )
        return replace(unit, has_file=unit.has_file or (not case.served and seerr_has(case, unit)))
    has_file = movie.has_file and case.is_fresh(movie.read_at)
    return Unit(
        title=movie.title,
        releases=movie.releases,
        monitored=movie.monitored,
        has_file=has_file,
        file=movie.file if has_file else None,
        former=_former(case.history, movie.file) if has_file else (),
        downloads=downloads,
    )


def _imported(history: Iterable[HistoryEvidence]) -> HistoryEvidence | None:
    """Return the last import, None if its file was deleted since."""
    last = last_event(history, HistoryKind.IMPORTED, HistoryKind.FILE_DELETED)
    return last if last and last.kind is HistoryKind.IMPORTED else None


def _former(history: Iterable[HistoryEvidence], now: FileEvidence | None) -> tuple[FileEvidence, ...]:
    """Return the files an *arr imported before the current one, newest first."""
    files = [event.file for event in history if event.kind is HistoryKind.IMPORTED and event.file]
    return tuple(dict.fromkeys(file for file in reversed(files) if file != now))


def _episodes(case: Case, series: SeriesEvidence, moment: Moment) -> list[Unit]:
    """Return a unit for each requested episode in Sonarr, and TMDB's episodes for seasons Sonarr lacks."""
    rows: dict[int | None, list[QueueEvidence]] = defaultdict(list)
    for row in case.queue:
        rows[row.episode_id].append(row)
    events: dict[int | None, list[HistoryEvidence]] = defaultdict(list)
    for event in case.history:
        events[event.episode_id].append(event)
    grabs: dict[str, set[int | None]] = defaultdict(set)
    for event in case.history:
        if event.kind is HistoryKind.GRABBED and event.download_id:
            grabs[event.download_id.casefold()].add(event.episode_id)
    units = []
    for episode in series.episodes:
        if episode.season not in case.request.seasons:
            continue
        mine = events[episode.episode_id]
        loose = [row for row in rows[None] if _means(row, episode, grabs)]
        has_file = episode.has_file and (case.is_fresh(series.read_at) or case.is_fresh(episode.read_at))
        units.append(
            Unit(
                season=episode.season,
                number=episode.number,
                episode=episode,
                title=episode.title,
                aired=episode.air_date is not None and moment.reached(episode.air_date),
                air_date=episode.air_date,
                monitored=series.monitored and episode.monitored,
                has_file=has_file,
                file=episode.file if has_file else None,
                former=_former(mine, episode.file) if has_file else (),
                downloads=_downloads(case, moment, [*rows[episode.episode_id], *loose], mine),
            )
        )
    counted = {unit.season for unit in units}
    for season in case.request.seasons:
        if season not in counted:
            # If Sonarr lists episodes of other seasons, a season without any has not been announced.
            announced = season not in series.seasons or not series.episodes
            units += [
                unit if announced else replace(unit, aired=False) for unit in _season(case, season, moment)
            ]
    return sorted(units, key=lambda unit: (unit.season or 0, unit.number or 0))


def _means(row: QueueEvidence, episode: EpisodeEvidence, grabs: Mapping[str, set[int | None]]) -> bool:
    """Return whether a queue row without an episode (Sonarr could not parse its name) can be for this one.

    It is for the episodes it was grabbed for or, if added manually, for all missing ones.
    """
    grabbed = grabs.get((row.download_id or "").casefold())
    return episode.episode_id in grabbed if grabbed else not episode.has_file


def _season(case: Case, number: int, moment: Moment) -> list[Unit]:
    """Return the units of a season not in Sonarr: the number TMDB lists, else one for the whole season."""
    known = next((one for one in case.title.seasons if one.number == number), None) if case.title else None
    air_date = known.air_date if known else None
    base = Unit(season=number, aired=air_date is None or moment.reached(air_date), air_date=air_date)
    has_file = not case.served and base.aired and seerr_has(case, base)
    # Events from webhooks received before the series was read; their episodes are assigned later.
    early = _early(case, number, moment)
    units = [replace(base, number=one + 1) for one in range(known.episodes if known else 0)] or [base]
    return [
        replace(
            unit,
            has_file=has_file,
            downloads=early
            if case.served
            else _seerr_downloads(
                case,
                [
                    row
                    for row in case.request.downloads
                    if row.season in (None, number)
                    and (unit.number is None or row.number in (None, unit.number))
                ],
            ),
        )
        for unit in units
    ]


def _early(case: Case, season: int, moment: Moment) -> tuple[Download, ...]:
    """Return the downloads of a season before its episodes were read."""
    pieces: list[QueueEvidence | HistoryEvidence] = [*case.queue, *case.history]
    known = {(one.source, one.episode_id): one.season for one in pieces if one.season is not None}

    def meant(piece: QueueEvidence | HistoryEvidence) -> bool:
        """Return whether an event or row is about the season, or about no particular episode."""
        told = known.get((piece.source, piece.episode_id)) if piece.episode_id else piece.season
        return told == season or (told is None and case.series is None)

    rows, events = filter(meant, case.queue), filter(meant, case.history)
    return _downloads(case, moment, rows, events)


def _downloads(
    case: Case, moment: Moment, rows: Iterable[QueueEvidence], events: Iterable[HistoryEvidence]
) -> tuple[Download, ...]:
    """Return the downloads of a unit, sorted by grab time.

    A hybrid torrent is grabbed with one hash and listed, imported or failed with another.
    """
    by_id: dict[str, list[QueueEvidence]] = defaultdict(list)
    for row in rows:
        by_id[_same(case, (row.download_id or f"row {row.row_id}").casefold())].append(row)
    grabs: dict[str, HistoryEvidence] = {}
    outcomes: dict[str, HistoryEvidence] = {}
    for event in events:
        if not event.download_id:
            if event.kind is HistoryKind.IMPORTED:
                # Imported manually: earlier grabs are finished unless the *arr still has them in its queue.
                outcomes |= {key: event for key in grabs if key not in outcomes and key not in by_id}
            continue
        key = _same(case, event.download_id.casefold())
        if event.kind is HistoryKind.GRABBED:
            grabs.pop(key, None)
            grabs[key] = event
            outcomes.pop(key, None)
        elif event.kind in OUTCOMES:
            outcomes[key] = event
    keys = list(dict.fromkeys((*grabs, *outcomes, *by_id)))
    return tuple(
        _download(case, key, grabs.get(key), outcomes.get(key), tuple(by_id.get(key, ())), moment)
        for key in keys
    )


def _same(case: Case, key: str) -> str:
    """Return the first known hash of the torrent with this hash; the key itself without a torrent."""
    torrent = case.torrents.get(key)
    return next((one for one in torrent.hashes if one in case.torrents), key) if torrent else key


def _download(
    case: Case,
    key: str,
    grab: HistoryEvidence | None,
    outcome: HistoryEvidence | None,
    rows: tuple[QueueEvidence, ...],
    moment: Moment,
) -> Download:
    """Return a download from its queue rows, events and torrent."""
    row, event = (rows[0] if rows else None), grab or outcome
    torrent = case.torrents.get(key)
    source = row.source if row else event.source if event else ""
    seen = case.journey.seen.get(key) if case.journey else None
    last = max((time for time in (event.at if event else None, seen) if time), default=moment.now)
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
        lost=not (rows or torrent or outcome) and moment.reached(last + GRACE) and _watched(case, source),
    )


def _watched(case: Case, source: str) -> bool:
    """Return whether the *arr of a download and all clients are available."""
    return all(
        service.ok
        for kind in (case.arr_service, Service.QBITTORRENT)
        for service in case.services.get(kind, ())
        if kind is Service.QBITTORRENT or service.source == source
    )


def _seerr_downloads(case: Case, rows: Iterable[ClientDownload]) -> tuple[Download, ...]:
    """Return downloads from the rows of Seerr."""
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
    return tuple(downloads)
