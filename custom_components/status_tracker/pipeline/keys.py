"""Keys that relate pieces of evidence to each other: ids, downloads and file names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .correlator import ARR_SERVICE, normalise_title, release_title
from .enums import ItemKind, MediaType, Service
from .evidence.arr import FileEvidence, HistoryEvidence, MovieEvidence, SeriesEvidence
from .evidence.base import EvidenceBase, ServiceEvidence
from .evidence.downloads import QueueEvidence, TorrentEvidence
from .evidence.library import LibraryEvidence
from .evidence.requests import RequestEvidence, TitleEvidence
from .evidence.shoko import ShokoEvidence
from .ids import IdKind, make_id, path_name, path_parts
from .requests import Journey

type Instances = Mapping[tuple[Service, int], str]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a piece.

    Two pieces are related if both have a key, or if one has a key the other seeks. Pieces that only seek the
    same key, e.g. the folder of their files, are not related.
    """

    has: frozenset[str]
    seeks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Name:
    """A normalized title with its year, compared by similarity."""

    title: str
    year: int


def instances_of(services: Iterable[ServiceEvidence]) -> Instances:
    """Return the source of each Radarr and Sonarr by service and id in Seerr."""
    return {(one.service, one.seerr_id): one.source for one in services if one.seerr_id is not None}


def keys_of(piece: EvidenceBase, instances: Instances, journey: Journey | None = None) -> Keys:
    """Return the keys of a piece; those of a request include the keys of its journey."""
    match piece:
        case RequestEvidence():
            return _of_request(piece, instances, journey)
        case TitleEvidence():
            return Keys(_title_ids(piece.media_type, piece))
        case MovieEvidence():
            files = (piece.file,) if piece.file else ()
            ids = _title_ids(MediaType.MOVIE, piece)
            return _with_files({_media(piece.source, piece.movie_id), *ids}, files)
        case SeriesEvidence():
            return _of_series(piece)
        case QueueEvidence() | HistoryEvidence():
            return _of_event(piece)
        case TorrentEvidence():
            return Keys(frozenset(map(_download, piece.hashes)))
        case LibraryEvidence():
            item = f"item:{piece.source}/{piece.series_id or piece.item_id}"
            return Keys(frozenset((item, *piece.ids, *(_name(file.path) for file in piece.files))))
        case ShokoEvidence():
            return Keys(frozenset((*piece.ids, *map(_name, piece.paths))))
    return Keys(frozenset())


def name_of(piece: EvidenceBase) -> Name | None:
    """Return the name by which a piece without ids is related to similar titles; None if it has ids."""
    match piece:
        case LibraryEvidence(ids=(), kind=ItemKind.MOVIE | ItemKind.SERIES, year=int(year)):
            return Name(normalise_title(piece.name), year)
        case (
            QueueEvidence(media_id=None, title=str(release))
            | HistoryEvidence(media_id=None, release=str(release))
        ):
            title, told = release_title(release)
            return Name(title, told) if told else None
    return None


def _of_request(request: RequestEvidence, instances: Instances, journey: Journey | None) -> Keys:
    """Return the keys of a request: its title, media id and downloads."""
    found = {f"request:{request.request_id}", *_title_ids(request.media_type, request)}
    if request.service_id is not None and request.external_id is not None:
        source = instances.get((ARR_SERVICE[request.media_type], request.service_id))
        if source:
            found.add(_media(source, request.external_id))
    found.update(_download(row.download_id) for row in request.downloads if row.download_id)
    found.update(map(_download, journey.download_ids if journey else ()))
    return Keys(frozenset(found))


def _of_series(series: SeriesEvidence) -> Keys:
    """Return the keys of a series: its own, and those of its episodes and files."""
    found = {_media(series.source, series.series_id), *_title_ids(MediaType.TV, series)}
    for episode in series.episodes:
        found.add(_episode(series.source, episode.episode_id))
        if episode.tvdb_id:
            found.add(make_id(IdKind.TVDB_EPISODE, episode.tvdb_id))
    return _with_files(found, (episode.file for episode in series.episodes if episode.file))


def _of_event(event: QueueEvidence | HistoryEvidence) -> Keys:
    """Return the keys of a queue row or event."""
    found: set[str] = set()
    if event.media_id is not None:
        found.add(_media(event.source, event.media_id))
    if event.episode_id is not None:
        found.add(_episode(event.source, event.episode_id))
    if event.download_id:
        found.add(_download(event.download_id))
    file = event.file if isinstance(event, HistoryEvidence) else None
    return _with_files(found, (file,) if file else ())


def _with_files(found: set[str], files: Iterable[FileEvidence]) -> Keys:
    """Return keys extended by those of files: their names, and their folders as sought keys."""
    folders: set[str] = set()
    for file in files:
        *above, name = path_parts(file.path) or ("",)
        found.add(f"name:{name}")
        folders.update(f"name:{folder}" for folder in above)
    return Keys(frozenset(found), frozenset(folders - found))


def _title_ids(
    media: MediaType, one: RequestEvidence | TitleEvidence | MovieEvidence | SeriesEvidence
) -> frozenset[str]:
    """Return the ids of a movie or series."""
    film = media is MediaType.MOVIE
    ids: tuple[tuple[IdKind, int | str | None], ...] = (
        (IdKind.TMDB_MOVIE if film else IdKind.TMDB_SHOW, one.tmdb_id),
        (IdKind.TVDB_MOVIE if film else IdKind.TVDB_SHOW, getattr(one, "tvdb_id", None)),
        (IdKind.IMDB, one.imdb_id),
    )
    return frozenset(make_id(kind, value) for kind, value in ids if value)


def _media(source: str, media_id: int) -> str:
    """Return the key of a movie or series by its media id."""
    return f"media:{source}/{media_id}"


def _episode(source: str, episode_id: int) -> str:
    """Return the key of an episode by its id."""
    return f"episode:{source}/{episode_id}"


def _download(download_id: str) -> str:
    """Return the key of a download."""
    return f"download:{download_id.casefold()}"


def _name(path: str) -> str:
    """Return the key of a file name."""
    return f"name:{path_name(path)}"
