"""A big library that costs nothing: items are worked out from their number when somebody asks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from .library import ItemType, JellyfinItem

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
MARK = "b01c"


class Bulk:
    """Films, series and episodes made of numbers, older than the world. `saved_at` dates them all anew."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.movies = 0
        self.series = 0
        self.episodes = 0
        self.saved_at: datetime | None = None

    def __len__(self) -> int:
        """How many items there are."""
        return self.movies + self.series + self.episodes

    def newest(self) -> datetime:
        """When any of them was saved last."""
        return self.saved_at or BEGIN + timedelta(seconds=len(self))

    def numbers(self, types: set[str] | None) -> list[range]:
        """The number ranges of these types, oldest first."""
        ends = [0, self.movies, self.movies + self.series, len(self)]
        kinds = ("Movie", "Series", "Episode")
        return [
            range(ends[index], ends[index + 1])
            for index, kind in enumerate(kinds)
            if types is None or kind in types
        ]

    def children(self, item_id: str) -> list[range]:
        """The episodes of a series by its id; they are dealt out evenly, in turn."""
        number = self.number(item_id)
        first = self.movies
        if number is None or not first <= number < first + self.series:
            return []
        return [range(first + self.series + (number - first), len(self), self.series)]

    def number(self, item_id: str) -> int | None:
        """The number behind an id; None if it is not one of these."""
        if not item_id.startswith(MARK) or (number := int(item_id[len(MARK) :], 16)) >= len(self):
            return None
        return number

    @staticmethod
    def key(number: int) -> str:
        """The id of a number, 32 hex digits."""
        return f"{MARK}{number:028x}"

    def iterate(self, ranges: list[range], *, reverse: bool = False, skip: int = 0) -> Iterator[JellyfinItem]:
        """The items of some ranges in order of their creation, without the first ones."""
        for numbers in reversed(ranges) if reverse else ranges:
            for number in (numbers[::-1] if reverse else numbers)[skip:]:
                yield self.item(number)
            skip = max(skip - len(numbers), 0)

    def item(self, number: int) -> JellyfinItem:
        """The item of this number."""
        made = BEGIN + timedelta(seconds=number)
        kind: ItemType = "Movie"
        ids = {"Tmdb": str(10_000_000 + number), "Imdb": f"tt{90_000_000 + number}"}
        path = f"/media/bulk/Film {number} (2001)/Film {number}.mkv"
        item = JellyfinItem(
            id=self.key(number),
            type=kind,
            name=f"Film {number}",
            path=path,
            date_created=made,
            date_last_saved=self.saved_at or made,
            provider_ids=ids,
            year=2001,
            library="bulk",
        )
        if number < self.movies:
            item.media_sources = [path]
            return item
        if number < self.movies + self.series:
            item.type, item.name, item.path = "Series", f"Show {number}", f"/media/bulk/Show {number}"
            item.provider_ids = {"Tmdb": str(10_000_000 + number), "Tvdb": str(10_000_000 + number)}
            return item
        place = number - self.movies - self.series
        parent = self.movies + place % self.series
        index = place // self.series + 1
        item.type, item.name = "Episode", f"Part {index}"
        item.path = f"/media/bulk/Show {parent}/Season 01/Show {parent} - S01E{index:02d}.mkv"
        item.media_sources = [item.path]
        item.provider_ids = {"Tvdb": str(20_000_000 + number)}
        item.series_id, item.series_name = self.key(parent), f"Show {parent}"
        item.index_number, item.parent_index_number = index, 1
        return item
