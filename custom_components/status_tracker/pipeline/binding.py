"""Assignment of evidence to requests; each request with its evidence is a case."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from .cases import Case, name_keys
from .correlator import Clue, Correlator, media_clue, release_title, title_map
from .definitions import other_instances
from .enums import HistoryKind, ItemKind, MediaType, Service
from .evidence import Evidence
from .evidence.arr import FileEvidence, HistoryEvidence, MovieEvidence, SeriesEvidence
from .evidence.base import ServiceEvidence
from .evidence.downloads import QueueEvidence
from .evidence.library import LibraryEvidence
from .evidence.shoko import ShokoEvidence
from .ids import IdKind, of_kind, other_title
from .requests import Journey

ORDER_OF_KINDS = (
    HistoryKind.GRABBED,
    HistoryKind.FILE_DELETED,  # an upgrade removes the old file before it imports the new one
    HistoryKind.IMPORTED,
    HistoryKind.FAILED,
    HistoryKind.IGNORED,
)

type Media = MovieEvidence | SeriesEvidence
type Event = HistoryEvidence | QueueEvidence


def open_cases(evidence: Evidence, journeys: Mapping[int, Journey]) -> dict[int, Case]:
    """Return the cases by request id, with all evidence assigned."""
    services: dict[Service, list[ServiceEvidence]] = defaultdict(list)
    for service in sorted(evidence.services, key=lambda one: one.source):
        services[service.service].append(service)
    by_kind = {kind: tuple(found) for kind, found in services.items()}
    titles = title_map(evidence)
    finished = frozenset(number for number, journey in journeys.items() if journey.finished_at is not None)
    correlator = Correlator(
        evidence.requests,
        (service for found in by_kind.values() for service in found),
        titles,
        finished,
        {number: journey.download_ids for number, journey in journeys.items()},
    )
    cases = {
        request.request_id: Case(
            request=request,
            services=by_kind,
            source=correlator.instance(request),
            journey=journeys.get(request.request_id),
            title=titles.get((request.media_type, request.tmdb_id or 0)),
            superseded=correlator.superseded(request),
        )
        for request in sorted(evidence.requests, key=lambda one: one.request_id)
    }
    _bind_media(evidence, correlator, cases)
    _bind_others(evidence, cases)
    _bind_downloads(evidence, correlator, cases)
    _bind_torrents(evidence, correlator, cases)
    _bind_files(evidence, cases)
    _bind_library(evidence, correlator, cases)
    return cases


def _bind_media(evidence: Evidence, correlator: Correlator, cases: Mapping[int, Case]) -> None:
    """Assign each request its movie or series, preferring existing media and the *arr selected in Seerr."""
    told: list[Media] = [one for one in evidence.movies if not one.absent]
    told += [one for one in evidence.series if not one.absent]
    bound = [(one, correlator.bind(media_clue(one))) for one in told]
    for media, numbers in bound:
        correlator.learn_media(media.source, media.media_id, numbers)
        for number in numbers:
            case = cases[number]
            if case.media is not None and _rank(case, media) >= _rank(case, case.media):
                continue
            if isinstance(media, MovieEvidence):
                case.movie = media
            else:
                case.series = media
    numbered = {(media.source, media.media_id): media for media in told}
    for case in cases.values():
        noted = numbered.get((case.source or "", case.request.external_id or -1))
        case.renumbered = noted is not None and other_title(case.request.media_type, case.request, noted)


def _rank(case: Case, media: Media) -> tuple[bool, bool, str, int]:
    """Return a sort key for the media of a request, the best first."""
    return media.gone, media.source != case.source, media.source, media.media_id


def _bind_others(evidence: Evidence, cases: Mapping[int, Case]) -> None:
    """Assign each request the files of its title in the other definition: 4K for HD and vice versa.

    Former files count as well, because the library may still show them after an upgrade or a deletion.
    """
    former: dict[tuple[str, int | None], list[FileEvidence]] = defaultdict(list)
    for event in evidence.history:
        if event.file and event.kind is HistoryKind.IMPORTED:
            former[event.source, event.media_id].append(event.file)
    fourk = {service.source for service in evidence.services if service.is_4k}
    files: dict[tuple[MediaType, int, bool], list[FileEvidence]] = defaultdict(list)
    told: dict[tuple[MediaType, int], list[Media]] = defaultdict(list)
    media: list[tuple[MediaType, int | None, Media]] = [
        *((MediaType.MOVIE, movie.tmdb_id, movie) for movie in evidence.movies),
        *((MediaType.TV, series.tvdb_id, series) for series in evidence.series),
    ]
    for kind, catalogue_id, one in media:
        if catalogue_id:
            told[kind, catalogue_id].append(one)
            had = (*one.files, *one.former_files, *former[one.source, one.media_id])
            files[kind, catalogue_id, one.source in fourk] += had
    for case in cases.values():
        request, series_id = case.request, case.series.tvdb_id if case.series else None
        film = request.media_type is MediaType.MOVIE
        key = request.tmdb_id if film else request.tvdb_id or series_id
        case.others = list(dict.fromkeys(files.get((request.media_type, key or 0, not request.is_4k), [])))
        case.rivals = other_instances(request, evidence.services, case.arr_service) if key else frozenset()
        copies = told.get((request.media_type, key or 0), ())
        case.rival_media = [one for one in copies if one.source in case.rivals]


def _bind_downloads(evidence: Evidence, correlator: Correlator, cases: Mapping[int, Case]) -> None:
    """Assign each request its history and queue rows, those with only a download id last.

    Events of an episode with an unknown season are not assigned.
    """
    seasons = _seasons(evidence)
    groups: dict[tuple[object, ...], list[Event]] = defaultdict(list)  # one group per season of a pack
    events: list[Event] = [*evidence.history, *evidence.queue]
    for piece in events:
        season = seasons.get((piece.source, piece.episode_id or -1), piece.season)
        if piece.episode_id is not None and season is None:
            continue
        name = None if piece.media_id is not None else _release(piece)
        groups[piece.source, piece.media_id, piece.download_id, season, name].append(piece)
    alike = [(_clue(pieces[0], seasons), pieces) for pieces in groups.values()]
    # Bind all groups before learning download ids, so that the result does not depend on their order.
    named = [(correlator.bind(clue), clue, pieces) for clue, pieces in alike if clue.media_id is not None]
    _place(named, correlator, cases)
    known = {id(pieces) for numbers, _, pieces in named if numbers}
    rest = [(correlator.bind(clue), clue, pieces) for clue, pieces in alike if id(pieces) not in known]
    _place(rest, correlator, cases)
    for case in cases.values():
        case.history.sort(key=_order)
        case.queue.sort(key=lambda row: (row.source, row.row_id))


def _seasons(evidence: Evidence) -> dict[tuple[str, int], int]:
    """Return the season by source and episode id, from the series, else from queue rows and events."""
    told: list[Event] = [*evidence.history, *evidence.queue]
    seasons = {
        (piece.source, piece.episode_id): piece.season
        for piece in told
        if piece.episode_id is not None and piece.season is not None
    }
    seasons.update(
        ((series.source, episode.episode_id), episode.season)
        for series in evidence.series
        for episode in series.episodes
    )
    return seasons


def _release(piece: Event) -> str | None:
    """Return the release name of a queue row or event."""
    return piece.title if isinstance(piece, QueueEvidence) else piece.release


def _clue(piece: Event, seasons: Mapping[tuple[str, int], int]) -> Clue:
    """Return the clue of a queue row or event; its release name only if the *arr has no media for it."""
    season = seasons.get((piece.source, piece.episode_id or -1), piece.season)
    name = _release(piece) if piece.media_id is None else None
    title, year = release_title(name) if name else (None, None)
    return Clue(
        download_id=piece.download_id,
        source=piece.source,
        media_id=piece.media_id,
        title=title,
        year=year,
        seasons=None if season is None else frozenset((season,)),
    )


def _place(
    bound: Iterable[tuple[Iterable[int], Clue, Iterable[Event]]],
    correlator: Correlator,
    cases: Mapping[int, Case],
) -> None:
    """Add events and rows to the cases they are bound to and learn the requests of their download ids."""
    for numbers, clue, pieces in bound:
        for number in numbers:
            for piece in pieces:
                if isinstance(piece, QueueEvidence):
                    cases[number].queue.append(piece)
                else:
                    cases[number].history.append(piece)
            if clue.download_id:
                correlator.learn(clue.download_id, number)


def _order(event: HistoryEvidence) -> tuple[datetime, bool, int, int, str]:
    """Return the sort key of an event: time, then event id, then kind."""
    told = event.event_id is None
    return event.at, told, event.event_id or 0, ORDER_OF_KINDS.index(event.kind), event.download_id or ""


def _bind_torrents(evidence: Evidence, correlator: Correlator, cases: Mapping[int, Case]) -> None:
    """Assign each request the torrents of its download ids; with several clients, the most complete one."""
    for case in cases.values():
        for download in case.request.downloads:
            if download.download_id:
                correlator.learn(download.download_id, case.request.request_id)
    for torrent in sorted(evidence.torrents, key=lambda one: (one.progress, one.source)):
        for one in torrent.hashes:
            for number in correlator.bind(Clue(download_id=one)):
                cases[number].torrents[one] = torrent


def _bind_files(evidence: Evidence, cases: Mapping[int, Case]) -> None:
    """Assign each request the Shoko files that share a name or id with its files or title."""
    by_key: dict[str, list[ShokoEvidence]] = defaultdict(list)
    for shoko in sorted(evidence.shoko, key=lambda one: (one.source, one.file_id)):
        for key in {*name_keys(shoko.paths), *shoko.ids}:
            by_key[key].append(shoko)
    for case in cases.values() if by_key else ():
        keys = {*case.episode_ids, *case.file_keys, *name_keys(file.path for file in case.others)}
        keys |= of_kind(case.ids, IdKind.TMDB_MOVIE, IdKind.TMDB_SHOW, IdKind.TVDB_SHOW, IdKind.IMDB)
        found = {(one.source, one.file_id): one for key in keys for one in by_key.get(key, ())}
        case.shoko = [found[key] for key in sorted(found)]


def _bind_library(evidence: Evidence, correlator: Correlator, cases: Mapping[int, Case]) -> None:
    """Assign each request the Jellyfin items that share an id, file or series with it."""
    by_key: dict[str, list[LibraryEvidence]] = defaultdict(list)
    for item in sorted(evidence.library, key=lambda one: (one.source, one.item_id)):
        for key in {*item.ids, *name_keys(played.path for played in item.files)}:
            by_key[key].append(item)
        if item.series_id:
            by_key[f"child:{item.source}/{item.series_id}"].append(item)
    named = _named_alike(evidence, correlator)
    for number, case in cases.items():
        keys = {*case.ids, *case.episode_ids, *case.file_keys}
        keys.update(one for shoko in case.shoko for one in shoko.ids)
        found = [*(item for key in keys for item in by_key.get(key, ())), *named.get(number, ())]
        shows = {(item.source, item.item_id) for item in found if item.kind is ItemKind.SERIES}
        found += [item for source, show in shows for item in by_key.get(f"child:{source}/{show}", ())]
        items = {(item.source, item.item_id): item for item in found}
        case.library = [items[key] for key in sorted(items)]


def _named_alike(evidence: Evidence, correlator: Correlator) -> Mapping[int, list[LibraryEvidence]]:
    """Return movies and series without ids by the request with a similar title; for hints, not as proof."""
    named: dict[int, list[LibraryEvidence]] = defaultdict(list)
    for item in evidence.library:
        if not item.ids and item.kind in (ItemKind.MOVIE, ItemKind.SERIES):
            media = MediaType.MOVIE if item.kind is ItemKind.MOVIE else MediaType.TV
            for number in correlator.bind(Clue(media_type=media, title=item.name, year=item.year)):
                named[number].append(item)
    return named
