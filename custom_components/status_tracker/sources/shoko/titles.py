"""Ids of the series and episodes in Shoko, read once and again after changes."""

from collections.abc import Awaitable, Callable, Iterable

from ...clients.errors import NotFound
from ...clients.shoko import ShokoClient, ShokoFile, ShokoIds
from ...pipeline.ids import IdKind, make_id
from .files import references

type IdTable = dict[int, ShokoIds]


class ShokoTitles:
    """Tables of the series and episodes of tracked files."""

    def __init__(self, client: ShokoClient) -> None:
        """Initialize empty tables."""
        self.series: IdTable = {}
        self.episodes: IdTable = {}
        self._client = client
        self._stale_series: set[int] = set()
        self._stale_episodes: set[int] = set()
        self._asked: dict[int, bool] = {}

    def begin(self) -> None:
        """Begin a poll, in which each series without links may be read again once."""
        self._asked.clear()

    def spoil(self, series: Iterable[int], episodes: Iterable[int]) -> None:
        """Mark entries to be read again when a file needs them; the current ids are used until then."""
        self._stale_series.update(one for one in series if one in self.series)
        self._stale_episodes.update(one for one in episodes if one in self.episodes)

    def keep(self, ids: Iterable[str]) -> None:
        """Drop entries that no file references."""
        named = set(ids)
        for table, stale, kind in (
            (self.series, self._stale_series, IdKind.SHOKO_SERIES),
            (self.episodes, self._stale_episodes, IdKind.SHOKO_EPISODE),
        ):
            for number in [one for one in table if make_id(kind, one) not in named]:
                del table[number]
            stale.intersection_update(table)

    async def fetch(self, file: ShokoFile, *, changed: bool) -> None:
        """Fetch missing, outdated or changed entries of a file; raises ClientError."""
        for ref in references(file):
            number = ref.series_id.id or 0
            renewed = await self._fetch_series(number, changed=changed)
            for episode in [one.id for one in ref.episode_ids if one.id]:
                if renewed or changed or episode not in self.episodes or episode in self._stale_episodes:
                    await self._put(self.episodes, episode, self._client.episode)
                    self._stale_episodes.discard(episode)

    async def _fetch_series(self, number: int, *, changed: bool) -> bool:
        """Fetch a series if needed; return whether its ids changed."""
        known = self.series.get(number)
        spoilt = number in self._stale_series
        cause = known is None or changed or not _linked(known)
        if spoilt or (cause and number not in self._asked):
            await self._put(self.series, number, self._client.series)
            self._stale_series.discard(number)
            self._asked[number] = known is not None and self.series.get(number) != known
        return self._asked.get(number, False)

    async def _put(self, table: IdTable, number: int, ask: Callable[[int], Awaitable[ShokoIds]]) -> None:
        """Store the ids of a series or episode in its table."""
        try:
            table[number] = await ask(number)
        except NotFound:
            table.pop(number, None)


def _linked(ids: ShokoIds) -> bool:
    """Return whether a series has an id of TMDB, TVDB or IMDb."""
    return bool(ids.tmdb.movie or ids.tmdb.show or ids.tmdb.episode or ids.tvdb or ids.imdb)
