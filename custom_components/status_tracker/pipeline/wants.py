"""The data sources need to fetch for each request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload, override

from .cases import Case
from .enums import MediaType, RequestStatus
from .evidence.arr import FileEvidence
from .requests import FINISHED, IN_FLIGHT, Stage, Tracked


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Data the pipeline needs for a tracked request; sources fetch nothing else.

    `source` and `media_id` identify the movie or series in its *arr if known. `files` are imported
    but not found in Jellyfin yet, with those they replaced. `ids` are all known ids ("kind:value") including
    those of Shoko, `items` the Jellyfin items that prove availability, `stale_items` those to read again
    because they were read before `read_after`, as is the title in its *arr. `contested` means that the
    *arrs of the other definition have to tell whether the copy in Jellyfin is theirs, which was read at
    `contested_at`.
    """

    request_id: int
    media_type: MediaType
    is_4k: bool
    tmdb_id: int | None
    tvdb_id: int | None
    imdb_id: str | None
    title: str | None
    year: int | None
    seasons: tuple[int, ...]
    source: str | None
    media_id: int | None
    handed_over: bool  # approved, so that an *arr should have it
    in_flight: bool
    finished: bool  # keep its proof, fetch nothing new
    anime: bool | None  # None: unknown
    files: tuple[FileEvidence, ...]
    ids: tuple[str, ...]
    items: tuple[str, ...]
    download_ids: tuple[str, ...]
    opened_at: datetime | None = None
    stale_items: tuple[str, ...] = ()
    read_after: datetime | None = None
    returnable: bool = False  # deleted in Seerr but open, so that an *arr can have it again
    contested: bool = False
    contested_at: datetime | None = None
    titled: bool = False  # a title is known from any service

    @property
    def expects_title(self) -> bool:
        """Return whether an *arr has or can get its title: it is not finished, or can be added again."""
        return not self.finished or self.returnable


class Wants(Sequence[Want]):
    """The wants of all requests, listed when they are first used; replaced whenever one of them changes."""

    def __init__(self, wants: Mapping[int, Want]) -> None:
        """Initialize with the wants by request id."""
        self._wants = wants
        self._list: tuple[Want, ...] | None = None

    @property
    def _all(self) -> tuple[Want, ...]:
        """Return the wants; those of later changes if they were not used before."""
        if self._list is None:
            self._list = tuple(self._wants.values())
        return self._list

    @override
    def __len__(self) -> int:
        """Return the number of wants."""
        return len(self._wants) if self._list is None else len(self._list)

    @override
    def __iter__(self) -> Iterator[Want]:
        """Iterate over the wants."""
        return iter(self._all)

    @overload
    def __getitem__(self, index: int) -> Want: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Want, ...]: ...

    @override
    def __getitem__(self, index: int | slice) -> Want | tuple[Want, ...]:
        """Return a want or some of them."""
        return self._all[index]


def want_of(one: Tracked, case: Case) -> Want:
    """Return the data sources need to fetch for a request."""
    request = one.request
    finished = one.stage in FINISHED or case.superseded
    open_files: tuple[FileEvidence, ...] = tuple(
        file
        for unit in one.units
        if unit.file and unit.stage is not Stage.AVAILABLE
        for file in (unit.file, *unit.former[:1])  # the library may still show the replaced one
    )
    return Want(
        request_id=request.request_id,
        media_type=request.media_type,
        is_4k=request.is_4k,
        tmdb_id=request.tmdb_id,
        tvdb_id=one.tvdb_id,
        imdb_id=one.imdb_id,
        title=case.title.title if case.title else None,
        year=one.year,
        seasons=request.seasons,
        source=one.arr_source,
        media_id=one.media_id or request.external_id,
        handed_over=request.status not in (RequestStatus.PENDING, RequestStatus.DECLINED),
        in_flight=one.stage in IN_FLIGHT,
        finished=finished,
        anime=case.anime,
        files=() if finished else open_files,
        ids=one.ids,
        items=tuple(
            dict.fromkeys(
                item
                for unit in one.units
                if unit.proof
                for item in (unit.proof.item_id, unit.proof.series_id)
                if item
            )
        ),
        download_ids=one.journey.download_ids,
        opened_at=one.journey.opened_at,
        stale_items=tuple(dict.fromkeys(item.item_id for unit in one.units for item in unit.stale)),
        read_after=max(
            (time for time in (one.journey.opened_at, one.journey.reread_after) if time), default=None
        ),
        returnable=one.stage is Stage.DELETED
        and request.status in (RequestStatus.PENDING, RequestStatus.APPROVED)
        and not case.superseded,
        contested=case.contested,
        contested_at=case.contested_at,
        titled=one.titled,
    )
