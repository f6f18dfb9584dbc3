"""Ids of items: typed by what the item is, from every place Shokofin and Jellyfin put them."""

import json
from typing import Any

import pytest

from custom_components.status_tracker.clients.jellyfin_model import Item
from custom_components.status_tracker.pipeline.enums import ItemKind
from custom_components.status_tracker.sources.jellyfin.ids import typed_ids
from custom_components.status_tracker.sources.jellyfin.items import item_evidence, item_keys
from tests.sources.library_helpers import FIXTURES

VFS = "/config/Shokofin/VFS/0c419071"


@pytest.mark.parametrize(
    ("kind", "providers", "ids"),
    [
        (ItemKind.MOVIE, {"Tmdb": "603", "Imdb": "tt0133093"}, ("imdb:tt0133093", "tmdb_movie:603")),
        (ItemKind.SERIES, {"TMDB": "603", "tvdb": 7}, ("tmdb_show:603", "tvdb_show:7")),
        (ItemKind.EPISODE, {"Tmdb": "603", "TheTvdb": "7"}, ("tmdb_episode:603", "tvdb_episode:7")),
        (ItemKind.MOVIE, {"TheMovieDb": "603", "Tmdb": "604"}, ("tmdb_movie:603", "tmdb_movie:604")),
        (ItemKind.MOVIE, {"AniDB": "11829"}, ("anidb_anime:11829",)),
        (ItemKind.SERIES, {"anidb": "11829"}, ("anidb_anime:11829",)),
        (ItemKind.EPISODE, {"AniDB": "184070"}, ("anidb_episode:184070",)),
        (ItemKind.VIDEO, {"Tmdb": "1", "AniDB": "2", "Shoko File": "3"}, ("shoko_file:3",)),
        (ItemKind.MOVIE, {"TmdbCollection": "9", "Shoko": "http://x", "AniList": "4"}, ()),
        (ItemKind.MOVIE, {"Tmdb": None, "Imdb": " ", "Custom": "text"}, ()),
        (
            ItemKind.EPISODE,
            {"Custom": "shoko://file/345?seriesId=12&episodeIds=678,679&seasonId=12"},
            ("shoko_episode:678", "shoko_episode:679", "shoko_file:345", "shoko_series:12"),
        ),
        (
            ItemKind.EPISODE,
            {"custom": "shoko://file/345?episodeIds=678%2C679"},
            ("shoko_episode:678", "shoko_episode:679", "shoko_file:345"),
        ),
        (ItemKind.SERIES, {"Custom": "shoko://series/12"}, ("shoko_series:12",)),
        (ItemKind.SERIES, {"Shoko Series": "t209867"}, ("tmdb_show:209867",)),
        (ItemKind.MOVIE, {"Shoko Series": "T372058"}, ("tmdb_movie:372058",)),
        (ItemKind.SERIES, {"Shoko Series": "T372058", "Shoko Episode": "t5"}, ()),
    ],
)
def test_provider_ids(kind: ItemKind, providers: dict[str, Any], ids: tuple[str, ...]) -> None:
    """Each provider's number becomes what it names on that kind of item."""
    assert typed_ids(kind, providers) == ids


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        (
            f"{VFS}/Show [Shoko Series=1]/Season 01/Show S01E01 [Shoko Series=12] [Shoko File=345].mkv",
            ("shoko_file:345", "shoko_series:12"),
        ),
        (
            f"{VFS}/Film [Shoko Series=20] [Shoko Episode=901]/Movie [Shoko Series=20] [Shoko File=400].mkv",
            ("shoko_episode:901", "shoko_file:400", "shoko_series:20"),
        ),
        (
            f"{VFS}/Show [Shoko Series=1]/Season 01/Show [Shoko Series=12] [Shoko File=1,2].pt1.mkv",
            ("shoko_file:1", "shoko_file:2", "shoko_series:12"),
        ),
        ("C:\\VFS\\Show [shoko series=1]\\Show [shoko file=7].mkv", ("shoko_file:7", "shoko_series:1")),
        ("/media/tv/Show/Season 01/Show.mkv", ()),
        ("", ()),
    ],
)
def test_ids_in_paths(path: str, ids: tuple[str, ...]) -> None:
    """A path carries the ids before the item does."""
    assert typed_ids(ItemKind.EPISODE, {}, [path]) == ids


def test_an_item_of_shokofin() -> None:
    """Ids from the providers, the link and the path meet; its page is linked."""
    row = json.loads((FIXTURES / "items_shokofin_episode.json").read_text())["Items"][0]
    item = Item.parse(row)
    piece = item_evidence("jf", item, "http://jellyfin.example", None)
    assert piece
    assert piece.ids == (
        "anidb_episode:270345",
        "shoko_episode:678",
        "shoko_file:345",
        "shoko_series:12",
    )
    assert (piece.season, piece.number, piece.virtual) == (1, 1, False)
    assert piece.url == (
        "http://jellyfin.example/web/#/details?id=c2a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
        "&serverId=5a1b2c3d4e5f60718293a4b5c6d7e8f9"
    )
    assert [file.path for file in piece.files] == [row["Path"]]
    assert item_keys(item)[:4] == piece.ids
    assert item_keys(item)[4].startswith("path:season 01/sousou no frieren")


def test_kinds_nobody_asks_for() -> None:
    """A box set is no evidence and has no keys."""
    item = Item.parse({"Id": "a" * 32, "Type": "BoxSet", "ProviderIds": {"Tmdb": "1"}})
    assert item_evidence("jf", item, "http://x", None) is None
    assert item_keys(item) == ()
