"""Each piece of evidence bound to the requests it means: the cases, ready to be judged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from .cases import Case
from .correlator import Clue, Correlator, movie_clue, release_title, series_clue, title_map
from .evidence import (
    Evidence,
    FileEvidence,
    HistoryEvidence,
    ItemKind,
    LibraryEvidence,
    MediaType,
    MovieEvidence,
    QueueEvidence,
    SeriesEvidence,
    Service,
    ServiceEvidence,
    ShokoEvidence,
)
from .ids import IdKind, make_id, of_kind, path_parts
from .requests import Journey


def open_cases(evidence: Evidence, journeys: Mapping[int, Journey]) -> dict[int, Case]:
    """Return the cases by request id, every piece of evidence bound where it belongs."""
    services: dict[Service, list[ServiceEvidence]] = defaultdict(list)
    for service in evidence.services:
        services[service.service].append(service)
    by_kind = {kind: tuple(found) for kind, found in services.items()}
    titles = title_map(evidence)
    finished = frozenset(number for number, journey in journeys.items() if journey.finished_at is not None)
    correlator = Correlator(
        evidence.requests,
        evidence.services,
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
        for request in evidence.requests
    }
    _bind_media(evidence, correlator, cases)
    _bind_downloads(evidence, correlator, cases)
    _bind_files(evidence, cases)
    _bind_library(evidence, correlator, cases)
    return cases


def _bind_media(evidence: Evidence, correlator: Correlator, cases: Mapping[int, Case]) -> None:
    """Give each request its film or series; of several, that of the *arr Seerr named."""
    for movie in evidence.movies:
        for number in correlator.bind(movie_clue(movie)):
            case = cases[number]
            if case.movie is None or movie.source == case.source or case.movie.gone:
                case.movie = movie
    for series in evidence.series:
        for number in correlator.bind(series_clue(series)):
            case = cases[number]
            if case.series is None or series.source == case.source or case.series.gone:
                case.series = series
    files: dict[tuple[MediaType, int], list[tuple[str, FileEvidence]]] = defaultdict(list)
    for movie in evidence.movies:
        if movie.file and movie.tmdb_id:
            files[MediaType.MOVIE, movie.tmdb_id].append((movie.source, movie.file))
    for series in evidence.series:
        files[MediaType.TV, series.tvdb_id or 0] += [
            (series.source, episode.file) for episode in series.episodes if episode.file
        ]
    fourk = {service.source for service in evidence.services if service.is_4k}
    for case in cases.values():
        request = case.request
        key = (
            (MediaType.MOVIE, request.tmdb_id or 0)
            if request.media_type is MediaType.MOVIE
            else (MediaType.TV, request.tvdb_id or (case.series and case.series.tvdb_id) or 0)
        )
        case.others = [file for source, file in files.get(key, ()) if (source in fourk) is not request.is_4k]


def _bind_downloads(evidence: Evidence, correlator: Correlator, cases: Mapping[int, Case]) -> None:
    """Give each request its queue rows and history, and by the download ids in them its torrents."""
    episodes = {
        (series.source, episode.episode_id): episode.season
        for series in evidence.series
        for episode in series.episodes
    }
    pieces: tuple[HistoryEvidence | QueueEvidence, ...] = (*evidence.history, *evidence.queue)
    for piece in pieces:
        season = episodes.get((piece.source, piece.episode_id or -1))
        name = piece.title if isinstance(piece, QueueEvidence) else piece.release
        title, year = release_title(name or "") if piece.media_id is None else (None, None)
        numbers = correlator.bind(
            Clue(
                download_id=piece.download_id,
                source=piece.source,
                media_id=piece.media_id,
                title=title or None,
                year=year,
                seasons=None if season is None else frozenset((season,)),
            )
        )
        numbers = numbers or tuple(
            number
            for number, case in cases.items()
            if case.media
            and not case.superseded
            and (case.media.source, _media_id(case.media)) == (piece.source, piece.media_id)
        )
        for number in numbers:
            case = cases[number]
            if isinstance(piece, QueueEvidence):
                case.queue.append(piece)
            else:
                case.history.append(piece)
            if piece.download_id:
                correlator.learn(piece.download_id, number)
    for case in cases.values():
        case.history.sort(key=lambda event: event.at)
        for download in case.request.downloads:
            if download.download_id:
                correlator.learn(download.download_id, case.request.request_id)
    for torrent in evidence.torrents:
        for one in torrent.hashes:
            for number in correlator.bind(Clue(download_id=one)):
                cases[number].torrents[one] = torrent


def _media_id(media: MovieEvidence | SeriesEvidence) -> int:
    """Return the *arr's own id of a film or series."""
    return media.movie_id if isinstance(media, MovieEvidence) else media.series_id


def _bind_files(evidence: Evidence, cases: Mapping[int, Case]) -> None:
    """Give each request the Shoko files that share a name, a size or an episode id with its own."""
    if not evidence.shoko:
        return
    by_name: dict[str, list[ShokoEvidence]] = defaultdict(list)
    by_id: dict[str, list[ShokoEvidence]] = defaultdict(list)
    for shoko in evidence.shoko:
        for name in {parts[-1] for path in shoko.paths if (parts := path_parts(path))}:
            by_name[name].append(shoko)
        for one in shoko.ids:
            by_id[one].append(shoko)
    for case in cases.values():
        found: dict[tuple[str, int], ShokoEvidence] = {}
        wanted = set(of_kind(case.ids(), IdKind.TMDB_MOVIE, IdKind.TMDB_SHOW, IdKind.TVDB_SHOW))
        if case.series:
            wanted |= {
                make_id(IdKind.TVDB_EPISODE, episode.tvdb_id)
                for episode in case.series.episodes
                if episode.tvdb_id and episode.season in case.request.seasons
            }
        names = [parts[-1] for file in case.files if (parts := path_parts(file.path))]
        for shoko in (
            *(one for name in names for one in by_name.get(name, ())),
            *(one for key in wanted for one in by_id.get(key, ())),
        ):
            found[shoko.source, shoko.file_id] = shoko
        case.shoko = list(found.values())


def _bind_library(evidence: Evidence, correlator: Correlator, cases: Mapping[int, Case]) -> None:
    """Give each request the Jellyfin items that share an id, a file or a series with it."""
    by_key: dict[str, list[LibraryEvidence]] = defaultdict(list)
    children: dict[tuple[str, str], list[LibraryEvidence]] = defaultdict(list)
    for item in evidence.library:
        for one in item.ids:
            by_key[one].append(item)
        for played in item.files:
            if parts := path_parts(played.path):
                by_key[f"name:{parts[-1]}"].append(item)
        if item.series_id:
            children[item.source, item.series_id].append(item)
    for case in cases.values():
        keys = set(case.ids())
        for file in case.files:
            if parts := path_parts(file.path):
                keys.add(f"name:{parts[-1]}")
        for shoko in case.shoko:
            keys.update(shoko.ids)
        if case.series:
            keys.update(
                make_id(IdKind.TVDB_EPISODE, episode.tvdb_id)
                for episode in case.series.episodes
                if episode.tvdb_id and episode.season in case.request.seasons
            )
        found: dict[tuple[str, str], LibraryEvidence] = {}
        for item in _items(keys, by_key):
            found[item.source, item.item_id] = item
            if item.kind is ItemKind.SERIES:
                for child in children.get((item.source, item.item_id), ()):
                    found[child.source, child.item_id] = child
        case.library = list(found.values())
    for item in evidence.library:
        if not item.ids and item.kind in (ItemKind.MOVIE, ItemKind.SERIES):
            media = MediaType.MOVIE if item.kind is ItemKind.MOVIE else MediaType.TV
            clue = Clue(media_type=media, title=item.name, year=item.year)
            for number in correlator.bind(clue):
                if item not in cases[number].library:
                    cases[number].library.append(item)


def _items(keys: Iterable[str], by_key: Mapping[str, list[LibraryEvidence]]) -> Iterable[LibraryEvidence]:
    """Return the items found under any of the keys."""
    return (item for key in keys for item in by_key.get(key, ()))
