"""Where every film and episode is, as the simulated household knows it: the highest stage that holds."""

from dataclasses import dataclass, field

from ..stack.household import Household
from ..stack.rows import (
    Arr,
    ArrFile,
    Download,
    EpisodeRow,
    HistoryRow,
    MovieRow,
    SeerrRequest,
    SeriesRow,
)
from ..stack.shokofin import files_in
from ..stack.titles import Title

# In order of progress.
STAGES = (
    "requested",
    "approved",
    "indexed",
    "downloading",
    "download_done",
    "importing",
    "anime_matching",
    "available",
)
RANK = {stage: rank for rank, stage in enumerate(STAGES)}
IN_FLIGHT = STAGES[2:7]
BROKEN = {"download_error", "missing_files", "import_blocked", "not_tracked", "anime_unmatched"}
LAST = {"grabbed", "downloadFolderImported", "downloadFailed"}
OUTCOMES = LAST | {"downloadIgnored"}
CLIENT_REASONS = {
    "metaDL": "fetching_metadata",
    "queuedDL": "queued",
    "stalledDL": "stalled",
    "stoppedDL": "paused",
    "error": "download_error",
    "missingFiles": "missing_files",
}

type Key = tuple[int, int] | None
type UnitOf = tuple[str, Title, Key]  # the *arr's name, title, season and number


@dataclass(slots=True)
class UnitTruth:
    """A film (no key) or an episode."""

    key: Key
    stage: str
    reasons: frozenset[str | None]
    aired: bool = True
    items: set[str] = field(default_factory=set)  # Jellyfin's ids of what plays it
    last: tuple[int, str] = (0, "")  # the last grab, import or failure in the *arr's history


class Registrar:
    """Remembers of every file that was ever imported which unit it is, and where each unit is."""

    def __init__(self, home: Household) -> None:
        """Listen to the imports."""
        self.home, self.world = home, home.world
        self.by_path: dict[str, UnitOf] = {}
        self.by_shoko: dict[int, UnitOf] = {}
        self.world.on("imported", self._imported)
        self.world.on("shoko_detected", self._detected)

    def _imported(
        self, *, owner: MovieRow | SeriesRow, row: EpisodeRow | None, file: ArrFile, **_: object
    ) -> None:
        """Note whose file it is."""
        key = row.episode.key if row else None
        self.by_path[file.path] = (f"{owner.arr.kind}-{owner.arr.name}", owner.title, key)

    def _detected(self, *, file: object, **_: object) -> None:
        """Note which of the files Shoko has found."""
        for path, unit in self.by_path.items():
            if self.world.shoko_file_at(path) is file:
                self.by_shoko[file.id] = unit  # type: ignore[attr-defined]  # the world's listeners are untyped

    # -- the *arr --------------------------------------------------------------------------------------

    def arr_of(self, request: SeerrRequest) -> Arr:
        """The instance that serves a request."""
        kind = "radarr" if request.title.media_type == "movie" else "sonarr"
        return self.world.arr(kind, is_4k=request.is_4k)

    def row_of(self, request: SeerrRequest) -> MovieRow | SeriesRow | None:
        """The row of a request in its *arr."""
        arr = self.arr_of(request)
        return arr.movie_of(request.title) or arr.series_of(request.title)

    # -- the library -----------------------------------------------------------------------------------

    def playing(self, request: SeerrRequest, key: Key) -> set[str]:
        """Ids of the items that play a unit of a request: HD never counts as 4K, nor 4K as HD."""
        arr = self.arr_of(request)
        wanted = (f"{arr.kind}-{arr.name}", request.title, key)
        paths = {self.world.jellyfin_path(path) for path, unit in self.by_path.items() if unit == wanted}
        files = {number for number, unit in self.by_shoko.items() if unit == wanted}
        return {
            item.id
            for item in self.world.items.values()
            if item.type in ("Movie", "Episode", "Video")
            and not item.is_virtual
            and any(path in paths or files & files_in(path) for path in item.media_sources)
        }

    # -- units -----------------------------------------------------------------------------------------

    def units(self, request: SeerrRequest) -> list[UnitTruth]:
        """Each unit of a request."""
        row = self.row_of(request)
        if request.title.media_type == "movie":
            assert not isinstance(row, SeriesRow)
            return [self._unit(request, None, row, row)]
        assert not isinstance(row, MovieRow)
        return [
            self._unit(request, episode.key, row, row.row(*episode.key) if row else None)
            for episode in sorted(request.title.episodes, key=lambda one: one.key)
            if episode.season in request.seasons
        ]

    def _unit(
        self,
        request: SeerrRequest,
        key: Key,
        owner: MovieRow | SeriesRow | None,
        row: MovieRow | EpisodeRow | None,
    ) -> UnitTruth:
        """One unit."""
        items = self.playing(request, key)
        aired = True
        if key:
            date = request.title.episode(*key).air_date
            aired = date is not None and date <= self.world.now()
        flying = self.flying(owner, row) if owner and row else []
        if items:
            grabs = [stage for stage, reason in flying if reason != "import_blocked"]
            return UnitTruth(key, "available", frozenset({"upgrade" if grabs else None}), aired, items)
        if row and row.file:
            if request.title.anime and self.world.shoko_library:
                return UnitTruth(key, "anime_matching", self._matching(row.file), aired)
            return UnitTruth(key, "importing", frozenset({"waiting_for_library"}), aired)
        if flying:
            stage, reason = max(flying, key=lambda one: RANK[one[0]])
            return UnitTruth(key, stage, frozenset({reason}), aired)
        last = (0, "")
        if owner and row:
            told = self._events(owner, row)
            last = max(((one.id, one.event) for one in told if one.event in LAST), default=last)
        absent = frozenset({self._absent(owner, row, aired=aired)})
        return UnitTruth(key, "approved", absent, aired, last=last)

    def _matching(self, file: ArrFile) -> frozenset[str | None]:
        """Why an anime file is not in the library; how long it may take is not the world's to say."""
        known = self.world.shoko_file_at(file.path)
        if known is None or not known.hashed:
            return frozenset({"waiting_for_library"})
        return frozenset(
            {"waiting_for_library", "hidden_in_library" if known.episode_ids else "anime_unmatched"}
        )

    def flying(self, owner: MovieRow | SeriesRow, row: MovieRow | EpisodeRow) -> list[tuple[str, str | None]]:
        """Stage and reason of each download of a unit that is under way, not those replaced by an import."""
        arr = owner.arr
        unit = None if isinstance(row, MovieRow) else row.id
        found = []
        mine = [one for one in arr.downloads.values() if one.owner_id == owner.id and unit in one.units]
        events = self._events(owner, row)
        taken = [one for one in mine if _outcome(events, one) == "downloadFolderImported"]
        last = max((one.added for one in taken), default=None) if row.file else None
        for download in mine:
            if _outcome(events, download) not in ("grabbed", None):
                continue
            if last and download.added < last:
                continue
            if state := _state(download):
                found.append(state)
        return found

    @staticmethod
    def _events(owner: MovieRow | SeriesRow, row: MovieRow | EpisodeRow) -> list[HistoryRow]:
        """The history of a unit."""
        unit = None if isinstance(row, MovieRow) else row.id
        return [one for one in owner.arr.history if one.owner_id == owner.id and one.episode_id == unit]

    def _absent(
        self, owner: MovieRow | SeriesRow | None, row: MovieRow | EpisodeRow | None, *, aired: bool
    ) -> str:
        """Why nothing of a unit is under way."""
        if owner is None or row is None:
            return "not_in_arr"
        if not owner.monitored or not row.monitored:
            return "not_monitored"
        if not aired:
            return "unaired"
        if isinstance(row, MovieRow) and (row.title.release or self.world.now()) > self.world.now():
            return "not_released"
        return "no_release_found" if row.last_search else "searching"


def _outcome(events: list[HistoryRow], download: Download) -> str | None:
    """What the history last says of a download."""
    ids = {download.id, download.grab_id} - {""}
    told = [one.event for one in events if one.download_id in ids and one.event in OUTCOMES]
    return told[-1] if told else None


def _state(download: Download) -> tuple[str, str | None] | None:
    """Stage and reason of a download that is not over; None once nobody has it any more."""
    torrent = download.torrent
    if torrent is None:
        return ("indexed", "queued") if download.in_queue and not download.id else None
    tracked = download.tracked_state if download.in_queue else None
    if tracked == "importing":
        return "importing", "import_pending"
    reason = CLIENT_REASONS.get(torrent.state)
    if torrent.progress >= 1:
        if reason in BROKEN:
            return "download_done", reason
        if tracked == "importBlocked" or (tracked and download.messages):
            return "download_done", "import_blocked"
        return "download_done", "import_pending" if download.in_queue else "not_tracked"
    if torrent.state == "downloading":
        return "downloading", None
    loaded = torrent.progress > 0 and torrent.state != "metaDL"
    return "downloading" if loaded else "indexed", reason
