"""Jellyfin's item queries: which parameters count, which are ignored, and what an item's JSON holds."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice
import re
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from .jellyfin_bulk import Bulk
from .library import JellyfinItem
from .state import WorldState

type Json = dict[str, Any]
type Query = dict[str, str]

KINDS = ("Movie", "Series", "Season", "Episode", "Video")
IGNORED_IN_MEMORY = {"mindatelastsaved", "mindatelastsavedforuser", "ismissing"}
ID_CHECKS = {"hastmdbid": "tmdb", "hastvdbid": "tvdb", "hasimdbid": "imdb"}


def read_query(request: web.Request) -> Query:
    """The parameters with lower-case names, as ASP.NET does not mind case; several of a name are joined."""
    found: Query = {}
    for name, value in request.query.items():
        key = name.lower()
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def words(query: Query, name: str) -> set[str]:
    """A list parameter, lower case."""
    return {word.strip().lower() for word in query.get(name, "").split(",") if word.strip()}


def flag(query: Query, name: str) -> bool | None:
    """A boolean parameter; None if it is absent, 400 if it is neither true nor false."""
    if (value := query.get(name, "").lower()) == "":
        return None
    if value not in ("true", "false"):
        raise web.HTTPBadRequest
    return value == "true"


def number(query: Query, name: str, default: int) -> int:
    """A number parameter; 400 if it is none."""
    try:
        return int(query.get(name) or default)
    except ValueError as error:
        raise web.HTTPBadRequest from error


def offered_keys(request: web.Request, *, legacy: bool) -> list[str]:
    """The keys offered by `Authorization: MediaBrowser` or `ApiKey`, with `legacy` by the old ways too."""
    query, headers = read_query(request), request.headers
    found = [query.get("apikey")]
    schemes = {"mediabrowser"}
    lines = [headers.get("Authorization", "")]
    if legacy:
        found += [query.get("api_key"), headers.get("X-Emby-Token"), headers.get("X-MediaBrowser-Token")]
        schemes.add("emby")
        lines.append(headers.get("X-Emby-Authorization", ""))
    for line in lines:
        scheme, _, rest = line.partition(" ")
        token = re.search(r'(?:^|[\s,])Token="?([^",]*)"?', rest, re.IGNORECASE)
        if scheme.lower() in schemes and token:
            found.append(unquote(token[1]))
    return [key for key in found if key]


def iso(at: datetime) -> str:
    """UTC with seven decimals."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def plain_id(value: str) -> str:
    """An id without dashes."""
    return value.replace("-", "").lower()


class Items:
    """The library as one version answers for it: the world's items and, before them, the bulk."""

    def __init__(self, world: WorldState, bulk: Bulk, server_id: str, version: tuple[int, ...]) -> None:
        """`version` as numbers, (10, 11, 11)."""
        self.world = world
        self.bulk = bulk
        self.server_id = server_id
        self.version = version
        self.collections: dict[str, frozenset[str]] = {}  # names and the ids of their members
        self.ignores_dates = False
        self.ignores_start = False
        self.tells_start = True

    def get(self, item_id: str) -> JellyfinItem | None:
        """The item of an id, with or without dashes."""
        key = plain_id(item_id)
        place = self.bulk.number(key)
        return self.world.items.get(key) if place is None else self.bulk.item(place)

    def answer(self, query: Query, *, series: str | None = None) -> Json:
        """The body of GET /Items, or with `series` of GET /Shows/{id}/Episodes."""
        if series is None and not self._goes_deep(query):
            return {"Items": self._libraries(), "TotalRecordCount": 2, "StartIndex": 0}
        descending = query.get("sortorder", "").lower().startswith("desc")
        start = 0 if self.ignores_start else number(query, "startindex", 0)
        limit, skipped = number(query, "limit", 0), 0
        found: Iterable[JellyfinItem]
        if "ids" in query:
            items = [self.get(key) for key in query["ids"].split(",")]
            if not any(items):  # ids that are all unknown are dropped, and the top folders are left
                return {"Items": self._libraries(), "TotalRecordCount": 2, "StartIndex": 0}
            pool = [item for item in items if item is not None and self._fits(item, query)]
            found, total, in_memory = pool, len(pool), False
        else:
            parent = plain_id(series or query.get("parentid", ""))
            kinds = {"episode"} if series else self._kinds(query)
            collapsed = self._collapses(query, kinds)
            in_memory = collapsed and (10, 10) <= self.version < (12,)
            if self.ignores_dates or in_memory:
                query = {key: value for key, value in query.items() if key not in IGNORED_IN_MEMORY}
            pool = [
                item
                for item in self.world.items.values()
                if self._belongs(item, parent, kinds) and self._fits(item, query)
            ]
            if collapsed and self.version >= (12,):
                pool = self._collapse(pool)
            if "sortby" in query:
                pool.sort(key=lambda item: item.date_created, reverse=descending)
            ranges = self._bulk_ranges(query, parent, kinds)
            total = len(pool) + sum(len(part) for part in ranges)
            if not descending and not self._needs_look(query):
                skipped = min(start, total - len(pool))  # without making them
            old = self.bulk.iterate(ranges, reverse=descending, skip=skipped)
            if self._needs_look(query):
                old = iter([item for item in old if self._fits(item, query)])
            found = chain(pool, old) if descending else chain(old, pool)
        first = start - skipped
        page = islice(found, first, first + limit if limit else None)
        rows = [self.row(item, query) for item in page]
        counted = in_memory or flag(query, "enabletotalrecordcount") is not False
        answer = {"Items": rows, "TotalRecordCount": total if counted else len(rows)}
        return answer | {"StartIndex": start} if self.tells_start else answer

    def row(self, item: JellyfinItem, query: Query) -> Json:
        """One item; ids, path, dates and sources only where `fields` asks, nulls left out."""
        fields = words(query, "fields")
        row: Json = {"Name": item.name, "ServerId": self.server_id, "Id": item.id, "Type": item.type}
        optional: Json = {
            "ProductionYear": item.year,
            "PremiereDate": iso(item.premiere_date) if item.premiere_date else None,
            "IndexNumber": item.index_number,
            "IndexNumberEnd": item.index_number_end,
            "ParentIndexNumber": item.parent_index_number,
            "SeriesId": item.series_id,
            "SeriesName": item.series_name,
            "SeasonId": item.season_id,
            "ExtraType": item.extra_type,
        }
        if "providerids" in fields:
            row["ProviderIds"] = dict(item.provider_ids)
        if "path" in fields:
            optional["Path"] = item.path
        if "datecreated" in fields:
            row["DateCreated"] = iso(item.date_created)
        if "etag" in fields:
            row["Etag"] = self.world.new_hex(f"etag {item.id} {item.date_last_saved.isoformat()}")
        if "mediasources" in fields and item.media_sources:
            row["MediaSources"] = self.media_sources(item)
        if item.type == "Series" and fields & {"childcount", "recursiveitemcount"}:
            row["ChildCount"] = 1
        if item.type in ("Movie", "Episode", "Video"):
            row["MediaType"] = "Video"
        if flag(query, "enableimages") is not False:
            row["ImageTags"] = {"Primary": item.id[::-1]}
        row["LocationType"] = "Virtual" if item.is_virtual else "FileSystem"
        return row | {key: value for key, value in optional.items() if value is not None}

    def media_sources(self, item: JellyfinItem) -> list[Json]:
        """Every version of an item, with path and size; the first is the item's own."""
        sizes = {
            f"{self.world.jellyfin_mount}{file.path}": file.size
            for arr in self.world.arrs
            for file in arr.files.values()
        } | item.sizes
        return [
            {
                "Protocol": "File",
                "Id": item.id if index == 0 else self.world.new_hex(path),
                "Path": path,
                "Type": "Default",
                "Size": sizes.get(path, 1_000_000_000),
                "Name": path.rpartition("/")[2],
            }
            for index, path in enumerate(item.media_sources)
        ]

    # -- inside ----------------------------------------------------------------------------------------

    @staticmethod
    def _collapses(query: Query, kinds: set[str] | None) -> bool:
        """Whether members of collections are left out: the default where no user asks for films or series."""
        asked = flag(query, "collapseboxsetitems")
        default = "userid" not in query and (kinds is None or bool(kinds & {"movie", "series"}))
        return default if asked is None else asked

    def _collapse(self, pool: list[JellyfinItem]) -> list[JellyfinItem]:
        """The items with those of a collection replaced by one row for it."""
        for name, members in self.collections.items():
            if inside := [item for item in pool if item.id in members]:
                pool = [item for item in pool if item.id not in members]
                pool.append(
                    replace(
                        inside[0],
                        id=self.world.new_hex(f"collection {name}"),
                        type="BoxSet",
                        name=name,
                        path=None,
                        provider_ids={},
                        media_sources=[],
                    )
                )
        return pool

    def _goes_deep(self, query: Query) -> bool:
        """Whether a query reaches items at all: recursive, by id, or below a parent."""
        if flag(query, "recursive") or "ids" in query or query.get("parentid"):
            return True
        return self.version >= (12,) and bool(words(query, "includeitemtypes"))

    def _libraries(self) -> list[Json]:
        """The root's direct children."""
        base = {"ServerId": self.server_id, "Type": "CollectionFolder", "LocationType": "FileSystem"}
        return [
            {"Name": name, "Id": self.world.new_hex(f"library {name}"), **base}
            for name in ("Films", "Series")
        ]

    @staticmethod
    def _kinds(query: Query) -> set[str] | None:
        """The item types asked for; unknown words are dropped, and nothing left means no filter."""
        asked = words(query, "includeitemtypes") & {kind.lower() for kind in KINDS}
        return asked or None

    @staticmethod
    def _belongs(item: JellyfinItem, parent: str, kinds: set[str] | None) -> bool:
        """Whether type and parent fit; a library's id is no item's, and stands for everything."""
        if kinds is not None and item.type.lower() not in kinds:
            return False
        return not parent or parent in (item.series_id, item.season_id)

    @staticmethod
    def _needs_look(query: Query) -> bool:
        """Whether the bulk must be looked at item by item."""
        return bool(query.keys() & {"searchterm", "years", "season", "seasonid", *ID_CHECKS})

    def _bulk_ranges(self, query: Query, parent: str, kinds: set[str] | None) -> list[range]:
        """The part of the bulk that can match, without making an item."""
        if flag(query, "ismissing") or "virtual" in words(query, "locationtypes"):
            return []
        if (since := self._since(query)) is not None and self.bulk.newest() < since:
            return []
        if parent:
            return self.bulk.children(parent)
        types = None if kinds is None else {kind.capitalize() for kind in kinds}
        return self.bulk.numbers(types)

    def _since(self, query: Query) -> datetime | None:
        """The date an item must have been saved after; `minDateLastSaved` matches nothing before 10.11."""
        text = query.get("mindatelastsavedforuser")
        if "mindatelastsaved" in query:
            if self.version < (10, 11):
                return datetime.max.replace(tzinfo=UTC)
            text = query["mindatelastsaved"]
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise web.HTTPBadRequest from error
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def _fits(self, item: JellyfinItem, query: Query) -> bool:
        """Whether an item passes the filters that exist; every other parameter is ignored."""
        if (missing := flag(query, "ismissing")) is not None and item.is_virtual != missing:
            return False
        if item.is_virtual and "virtual" in words(query, "excludelocationtypes"):
            return False
        places = words(query, "locationtypes")
        if places and ("virtual" if item.is_virtual else "filesystem") not in places:
            return False
        if (since := self._since(query)) is not None and item.date_last_saved < since:
            return False
        if "ids" in query and (kinds := self._kinds(query)) is not None and item.type.lower() not in kinds:
            return False
        if (years := words(query, "years")) and str(item.year) not in years:
            return False
        keys = {key.lower() for key in item.provider_ids}
        for name, key in ID_CHECKS.items():
            if (wanted := flag(query, name)) is not None and (key in keys) != wanted:
                return False
        if season := query.get("season"):
            return str(item.parent_index_number) == season
        return query.get("searchterm", "").lower() in item.name.lower()
