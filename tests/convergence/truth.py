"""Where every request is, as the simulated household itself knows it; nothing of the integration is used.

It follows the table of stages: a unit is a film or an episode, and its stage is the highest one that holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..stack.household import Household
from ..stack.rows import (
    MEDIA_DELETED,
    REQUEST_APPROVED,
    REQUEST_DECLINED,
    REQUEST_FAILED,
    REQUEST_PENDING,
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

# What one poll does not show, by design:
# - A download that nobody lists any more counts as lost after three minutes: the *arr refreshes its queue
#   once a minute, and its client may be restarting. Failed look-ups are repeated within these minutes, and
#   what is finished in Seerr only is read some at a time. What changed while Home Assistant was off is told
#   when every service has been read.
# - What no event and no count tells is read again in turn, one a poll, so that the calls of a poll do not
#   grow with the requests: whether a title is monitored, is in the *arr at all and was searched for without
#   a result, and whether what is imported or available is still there, and under which number.
LOST_AFTER = 5  # minutes, and polls
REREAD_WITHIN = 90
UNTOLD = {"approved", "partially_available", "available"}
KEPT = {"importing", "anime_matching", "partially_available", "available"}

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


@dataclass(slots=True)
class Truth:
    """What must be shown of a request; `stages` has several where the world does not determine it."""

    stages: set[str]
    reasons: set[str | None]
    total: int | None
    available: int | None
    items: set[str]
    units: list[UnitTruth]


def is_reread(shown: str, truth: Truth) -> bool:
    """Return whether the difference of what is shown can be one that is read again in turn only."""
    if shown in truth.stages:
        return shown in UNTOLD
    return shown in KEPT and all(unit.stage == "approved" for unit in truth.units)


class Registrar:
    """Remembers of every file that was ever imported which unit it is, and computes the truth."""

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

    # -- requests --------------------------------------------------------------------------------------

    def truth(self, request: SeerrRequest) -> Truth:
        """What must be shown of a request."""
        units = self.units(request)
        film = request.title.media_type == "movie"
        stage = self._stage(request, units)
        stages, reasons = {stage}, self._reasons(request, stage, units)
        if self._superseded(request):
            stages, reasons = {"available", "deleted", "partially_available"} | stages, set()
        available = [unit for unit in units if unit.stage == "available"]
        return Truth(
            stages=stages,
            reasons=reasons,
            total=None if film else len(units),
            available=None if film else len(available),
            items=set().union(*(unit.items for unit in units)),
            units=units,
        )

    def _superseded(self, request: SeerrRequest) -> bool:
        """Whether the same was asked for again since."""
        return any(
            other.id > request.id
            and other.media is request.media
            and other.is_4k == request.is_4k
            and (not request.seasons or other.seasons.keys() & request.seasons.keys())
            for other in self.world.requests.values()
        )

    def _stage(self, request: SeerrRequest, units: list[UnitTruth]) -> str:
        """The stage of a request by those of its units."""
        stages = [unit.stage for unit in units]
        if request.status == REQUEST_DECLINED:
            return "declined"
        if all(stage == "available" for stage in stages):
            return "available"
        flying = [stage for stage in stages if stage in IN_FLIGHT]
        if flying:
            return min(flying, key=RANK.__getitem__)
        if request.media.get_status(request.is_4k) == MEDIA_DELETED and not self._wanted(request):
            return "deleted"
        if "available" in stages:
            return "partially_available"
        if request.status == REQUEST_FAILED and self.row_of(request) is None:
            return "failed"
        return "requested" if request.status == REQUEST_PENDING else "approved"

    def _wanted(self, request: SeerrRequest) -> bool:
        """Whether what was deleted is to be searched for again."""
        row = self.row_of(request)
        return request.status in (REQUEST_PENDING, REQUEST_APPROVED) and row is not None and row.monitored

    def _reasons(self, request: SeerrRequest, stage: str, units: list[UnitTruth]) -> set[str | None]:
        """The reasons that may be given."""
        if stage in IN_FLIGHT:
            told = [unit.reasons for unit in units if unit.stage == stage]
            every: set[str | None] = set().union(*told)
            if any(one <= BROKEN for one in told):
                return every & BROKEN
            return every - {None} or every
        if stage == "available":
            return {"upgrade" if any("upgrade" in unit.reasons for unit in units) else None}
        if stage in ("approved", "partially_available"):
            return {_waiting([unit for unit in units if unit.stage == "approved"])}
        return {"requested": {"awaiting_approval"}, "failed": {"not_in_arr"}}.get(stage, {None})  # type: ignore[return-value]


def _waiting(units: Sequence[UnitTruth]) -> str | None:
    """The reason of a request of which some is absent: the first that holds, in order of gravity."""
    told = [reason for unit in units for reason in unit.reasons]
    missing = [reason for unit in units if unit.aired for reason in unit.reasons]
    if "not_in_arr" in told:
        return "not_in_arr"
    if max((unit.last for unit in units if unit.aired), default=(0, ""))[1] == "downloadFailed":
        return "download_failed"
    if all(reason == "not_monitored" for reason in missing or told):
        return "not_monitored"
    if not missing:
        return "unaired"
    if "not_released" in missing:
        return "not_released"
    return "no_release_found" if all(reason == "no_release_found" for reason in missing) else "searching"


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
