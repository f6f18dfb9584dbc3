"""Assignment of evidence to requests in up to six steps; the first match with an active request is used."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
import re
import unicodedata

from .enums import MediaType, RequestStatus, Service
from .evidence import Evidence
from .evidence.arr import MovieEvidence, SeriesEvidence
from .evidence.base import ServiceEvidence
from .evidence.requests import RequestEvidence, TitleEvidence
from .ids import other_title

LIKE = 0.9
_YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)(?!\d)")
_NOISE = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")

ARR_SERVICE = {MediaType.MOVIE: Service.RADARR, MediaType.TV: Service.SONARR}
MEDIA_TYPE = {service: media for media, service in ARR_SERVICE.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """Properties of a piece of evidence that identify its request."""

    download_id: str | None = None
    source: str | None = None
    media_id: int | None = None
    media_type: MediaType | None = None
    is_4k: bool | None = None
    tmdb_id: int | None = None
    tvdb_id: int | None = None
    imdb_id: str | None = None
    title: str | None = None
    year: int | None = None
    seasons: frozenset[int] | None = None
    lasting: bool = False  # a state that applies to every request of the title, unlike an event


def normalise_title(title: str) -> str:
    """Return a title in lower case without accents and punctuation: "Amélie!" becomes "amelie"."""
    plain = unicodedata.normalize("NFKD", title.replace("&", " and "))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _NOISE.sub(" ", plain.casefold()).strip()


def release_title(release: str) -> tuple[str, int | None]:
    """Return title and year of a release name: ("some film", 2020) for "Some.Film.2020.1080p"."""
    years = list(_YEAR.finditer(release))
    if not years:
        return normalise_title(release), None
    last = years[-1] if years[-1].start() else years[0]
    head = release[: last.start()] if last.start() else release
    return normalise_title(head), int(last.group())


def like_titles(one: str, other: str) -> bool:
    """Return whether two normalised titles are similar; numbers in them must be equal."""
    if one == other:
        return True
    total = len(one) + len(other)
    if 2 * min(len(one), len(other)) < LIKE * total or _NUMBER.findall(one) != _NUMBER.findall(other):
        return False
    # The number of common letters is an upper bound of the ratio and faster to compute.
    common = (Counter(one) & Counter(other)).total()
    return 2 * common >= LIKE * total and SequenceMatcher(None, one, other, autojunk=False).ratio() >= LIKE


@dataclass(slots=True)
class _Index:
    """Requests indexed by their ids and titles."""

    downloads: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    media: dict[tuple[str, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    tmdb: dict[tuple[MediaType, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    tvdb: dict[tuple[MediaType, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    imdb: dict[tuple[MediaType, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    titles: dict[int | None, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))


class Correlator:
    """Finds the requests of evidence; of their stages it uses only whether they are finished."""

    def __init__(
        self,
        requests: Iterable[RequestEvidence],
        services: Iterable[ServiceEvidence],
        titles: Mapping[tuple[MediaType, int], TitleEvidence],
        finished: frozenset[int],
        downloads: Mapping[int, Iterable[str]],
    ) -> None:
        """Index the requests; `finished` are the ids of finished ones, `downloads` the known download ids."""
        self._requests = {request.request_id: request for request in requests}
        self._finished = finished
        self._declined = frozenset(
            number for number, one in self._requests.items() if one.status is RequestStatus.DECLINED
        )
        self._over = finished | self._declined
        self._services = {service.source: service for service in services}
        self._instances = {
            (service.service, service.seerr_id): service.source
            for service in self._services.values()
            if service.seerr_id is not None
        }
        self._index = _Index()
        for request in self._requests.values():
            self._add(request, titles.get((request.media_type, request.tmdb_id or 0)))
        for request_id, ids in downloads.items():
            for one in ids:
                self.learn(one, request_id)

    def _add(self, request: RequestEvidence, title: TitleEvidence | None) -> None:
        """Index a request by its own ids and those of its title."""
        index, number, media = self._index, request.request_id, request.media_type
        if (source := self.instance(request)) and request.external_id is not None:
            index.media[source, request.external_id].add(number)
        if request.tmdb_id:
            index.tmdb[media, request.tmdb_id].add(number)
        for tvdb in {request.tvdb_id, title.tvdb_id if title else None} - {None, 0}:
            index.tvdb[media, tvdb or 0].add(number)
        for imdb in {request.imdb_id, title.imdb_id if title else None} - {None, ""}:
            index.imdb[media, (imdb or "").casefold()].add(number)
        if title:
            index.titles[title.year].append((normalise_title(title.title), number))

    def instance(self, request: RequestEvidence) -> str | None:
        """Return the source of the Radarr or Sonarr selected in Seerr."""
        if request.service_id is None:
            return None
        return self._instances.get((ARR_SERVICE[request.media_type], request.service_id))

    def learn(self, download_id: str, request_id: int) -> None:
        """Record that a download belongs to a request."""
        if request_id in self._requests:
            self._index.downloads[download_id.casefold()].add(request_id)

    def learn_media(self, source: str, media_id: int, requests: Iterable[int]) -> None:
        """Record the requests of a movie or series in an *arr; the id stored in Seerr can be outdated."""
        self._index.media[source, media_id] = set(requests)

    def bind(self, clue: Clue) -> tuple[int, ...]:
        """Return the matching requests, preferring active ones; empty without a match."""
        index = self._index
        media = clue.media_type
        if media is None and clue.source and (service := self._services.get(clue.source)):
            media = MEDIA_TYPE.get(service.service)
        steps: list[Collection[int]] = [
            index.downloads.get((clue.download_id or "").casefold(), ()),
            index.media.get((clue.source or "", clue.media_id or -1), ()),
        ]
        if media:
            steps += [
                index.tmdb.get((media, clue.tmdb_id or 0), ()),
                index.tvdb.get((media, clue.tvdb_id or 0), ()),
                index.imdb.get((media, (clue.imdb_id or "").casefold()), ()),
            ]
        second: tuple[int, ...] = ()
        for found in filter(None, steps):
            chosen = self._choose(self._with_same_show(found) if clue.source else found, clue, media)
            if not self._over.issuperset(chosen):
                return chosen
            second = second or chosen
        if not second and clue.title and not (clue.tmdb_id or clue.tvdb_id or clue.imdb_id):
            return self._choose(self._by_title(clue), clue, media)
        return second

    def _with_same_show(self, found: Collection[int]) -> Collection[int]:
        """Return the requests with all others for the same show, because an episode can belong to several."""
        among = (self._requests[number] for number in found)
        shows = {one.tmdb_id or 0 for one in among if one.media_type is MediaType.TV}
        return set(found).union(*(self._index.tmdb.get((MediaType.TV, show), ()) for show in shows))

    def _by_title(self, clue: Clue) -> set[int]:
        """Return the requests with a similar title and the same year, else a year before or after."""
        title = normalise_title(clue.title or "")
        for years in ((clue.year,), (clue.year - 1, clue.year + 1)) if clue.year else ():
            found = {
                number
                for year in years
                for name, number in self._index.titles.get(year, ())
                if like_titles(title, name)
            }
            if found:
                return found
        return set()

    def _choose(self, found: Iterable[int], clue: Clue, media: MediaType | None) -> tuple[int, ...]:
        """Return the requests that fit: active before finished, the newest movie, every series."""
        is_4k = clue.is_4k
        if is_4k is None and clue.source and (service := self._services.get(clue.source)):
            is_4k = service.is_4k if service.service in MEDIA_TYPE else None
        fitting = [
            request
            for number in sorted(found, reverse=True)
            if (request := self._requests.get(number))
            and (media is None or request.media_type is media)
            and (is_4k is None or request.is_4k is is_4k)
            and not other_title(request.media_type, request, clue)
            and (
                not clue.seasons
                or request.media_type is MediaType.MOVIE
                or not request.seasons
                or clue.seasons & set(request.seasons)
            )
        ]
        active = [request for request in fitting if request.request_id not in self._over]
        settled = [request for request in fitting if request.request_id not in self._declined]
        films = [one for one in active or settled or fitting if one.media_type is MediaType.MOVIE]
        chosen = {one.request_id: one for one in films if clue.lasting or one.is_4k not in _newer(one, films)}
        shows = [one for one in fitting if one.media_type is MediaType.TV]
        for one in shows:
            rivals = [
                other for other in shows if other in active and other is not one and other.is_4k is one.is_4k
            ]
            wanted = set(one.seasons) & clue.seasons if clue.seasons else set(one.seasons)
            taken = {season for other in rivals for season in other.seasons}
            if one in active or not rivals or (wanted and not wanted <= taken):
                chosen[one.request_id] = one
        return tuple(sorted(chosen, reverse=True))

    def superseded(self, request: RequestEvidence) -> bool:
        """Return whether an active request for the same title replaces a finished one."""
        if request.request_id not in self._finished or not request.tmdb_id:
            return False
        clue = Clue(media_type=request.media_type, tmdb_id=request.tmdb_id, is_4k=request.is_4k)
        meant = self.bind(clue)
        return bool(meant) and request.request_id not in meant


def _newer(one: RequestEvidence, among: list[RequestEvidence]) -> set[bool]:
    """Return the definitions (4K or not) with a newer request for the same movie."""
    return {other.is_4k for other in among if other.request_id > one.request_id}


def media_clue(media: MovieEvidence | SeriesEvidence) -> Clue:
    """Return the clue of a movie in Radarr or a series in Sonarr."""
    series = media if isinstance(media, SeriesEvidence) else None
    return Clue(
        source=media.source,
        media_id=media.media_id,
        media_type=MediaType.TV if series else MediaType.MOVIE,
        tmdb_id=media.tmdb_id,
        tvdb_id=series.tvdb_id if series else None,
        imdb_id=media.imdb_id,
        lasting=True,
    )


def title_map(evidence: Evidence) -> dict[tuple[MediaType, int], TitleEvidence]:
    """Return the titles by media type and TMDB id."""
    return {(title.media_type, title.tmdb_id): title for title in evidence.titles}
